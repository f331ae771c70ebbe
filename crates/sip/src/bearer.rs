//! Access tokens in place of a password (RFC 8898): what a server asks for, and the one shown to it.

use rsipstack::sip::{Header, Headers, Request};

use crate::account::Token;
use crate::digest::{AuthFailure, Kind, pairs};
use crate::headers;
use crate::redact::Secret;

/// A server wants another token than there is. Once there is one, registration tries again by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenWanted {
    /// The one there is was shown, and refused; there is none otherwise.
    pub refused: bool,
    /// The scope it has to have, if the server says.
    pub scope: Option<String>,
    /// Where to get it, as the server says: not to be followed unless it is known to be right (RFC 8898 §4).
    pub authz_server: Option<String>,
}

impl TokenWanted {
    /// Refused without a word about what would do.
    pub(crate) fn after_refusal() -> Self {
        Self {
            refused: true,
            scope: None,
            authz_server: None,
        }
    }
}

/// The token, and who has asked for it so far.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    token: Token,
    /// Nobody on the way can read it.
    encrypted: bool,
    asked: Vec<Kind>,
    /// What the last request carried.
    shown: Option<Secret<String>>,
}

impl Bearer {
    pub(crate) fn new(token: Token, encrypted: bool) -> Self {
        Self {
            token,
            encrypted,
            asked: Vec::new(),
            shown: None,
        }
    }

    /// Takes the challenges of a 401 or 407: who is to be shown the token by the next request.
    pub(crate) fn challenged(
        &mut self,
        challenges: Vec<(Kind, TokenWanted)>,
    ) -> Result<Vec<Kind>, AuthFailure> {
        let Some((_, wanted)) = challenges.first() else {
            return Err(AuthFailure::Unsupported);
        };
        if !self.encrypted {
            return Err(AuthFailure::InTheClear);
        }
        let wanted = wanted.clone();
        let kinds: Vec<Kind> = challenges.into_iter().map(|(kind, _)| kind).collect();
        let new = kinds.iter().any(|kind| !self.asked.contains(kind));
        // From now on they are shown it unasked, be it another one by then.
        for kind in &kinds {
            if !self.asked.contains(kind) {
                self.asked.push(*kind);
            }
        }
        let refused = self.token.borrow().is_some();
        if refused && (new || self.has_another()) {
            return Ok(kinds);
        }
        Err(AuthFailure::Token(TokenWanted { refused, ..wanted }))
    }

    /// Shows the token to everybody who has asked.
    pub(crate) fn sign(&mut self, request: &mut Request) {
        self.shown = None;
        if self.asked.is_empty() {
            return;
        }
        let Some(token) = self.token.borrow().clone() else {
            return;
        };
        for kind in &self.asked {
            let value = format!("Bearer {}", headers::plain(token.expose()));
            request.headers.push(kind.answer(value));
        }
        self.shown = Some(token);
    }

    /// Whether there is a token that the last request did not carry.
    pub(crate) fn has_another(&self) -> bool {
        let now = self.token.borrow();
        let text = |token: &Option<Secret<String>>| token.as_ref().map(|t| t.expose().clone());
        now.is_some() && text(&now) != text(&self.shown)
    }

    pub(crate) fn is_challenged(&self) -> bool {
        !self.asked.is_empty()
    }

    pub(crate) fn forget(&mut self) {
        self.asked.clear();
    }
}

/// What the `Bearer` challenges among `headers` ask for.
pub(crate) fn offered(headers: &Headers) -> Vec<(Kind, TokenWanted)> {
    let challenge = |header: &Header| {
        let kind = Kind::of(header)?;
        let value = header.value().trim();
        let (scheme, rest) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let pairs = pairs(rest);
        let field = |name: &str| {
            let found = pairs.iter().find(|(n, _)| n == name);
            found.map(|(_, value)| headers::plain(value))
        };
        let wanted = TokenWanted {
            refused: false,
            scope: field("scope"),
            authz_server: field("authz_server"),
        };
        Some((kind, wanted))
    };
    headers.iter().filter_map(challenge).collect()
}

#[cfg(test)]
mod tests;
