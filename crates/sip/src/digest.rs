//! Authentication: by digest (RFC 7616, RFC 8760), where the strongest challenge is answered, or by token.
//!
//! One [`Authenticator`] belongs to one dialog or to the registration: it remembers each
//! realm's last challenge, counts its nonce, and answers later requests without being asked.

use md5::{Digest as _, Md5};
use rand::RngExt as _;
use rsipstack::sip::{Header, Headers, Request, Response};
use sha2::{Sha256, Sha512_256};

use crate::account::{Account, Credentials};
use crate::bearer::{self, Bearer, TokenWanted};
use crate::headers;
use crate::redact::Secret;

/// Credentials and what the servers on the way have asked for so far.
#[derive(Clone, Debug)]
pub(crate) struct Authenticator {
    means: Means,
    challenges: Vec<Challenge>,
}

#[derive(Clone, Debug)]
enum Means {
    Password {
        user: Secret<String>,
        password: Secret<String>,
    },
    Token(Bearer),
}

/// What has been tried for one request; ends endless loops and finds a wrong password.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempt {
    answered: Vec<(Kind, String)>,
    rounds: u8,
}

/// Why a 401 or 407 cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AuthFailure {
    /// The answer to a fresh nonce was refused: user or password is wrong.
    Refused,
    /// No challenge, or none of a kind we know.
    Unsupported,
    /// Our token was refused, or there is none.
    Token(TokenWanted),
    /// A token is asked for, and we have a password.
    NoPassword,
    /// A token is asked for on a way that others can read.
    InTheClear,
}

impl Attempt {
    /// Whether the request carries the answer to a challenge of its own, not to one remembered.
    pub(crate) fn has_answered(&self) -> bool {
        !self.answered.is_empty()
    }
}

impl Authenticator {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            means: match &account.credentials {
                Credentials::Password { user, password } => Means::Password {
                    user: match user {
                        Some(user) => Secret::from(user.expose().as_str()),
                        None => Secret::from(account.aor.user()),
                    },
                    password: password.clone(),
                },
                Credentials::Token(token) => {
                    Means::Token(Bearer::new(token.clone(), account.is_encrypted()))
                }
            },
            challenges: Vec::new(),
        }
    }

    /// Takes the challenges of a 401 or 407. After `Ok`, send the request again with [`Self::sign`].
    pub(crate) fn challenged(
        &mut self,
        response: &Response,
        attempt: &mut Attempt,
    ) -> Result<(), AuthFailure> {
        let for_token = bearer::offered(&response.headers);
        if let Means::Token(bearer) = &mut self.means {
            if attempt.rounds >= MAX_ROUNDS {
                return Err(AuthFailure::Unsupported);
            }
            let asked = bearer.challenged(for_token)?;
            attempt.rounds += 1;
            attempt.answered = asked
                .into_iter()
                .map(|kind| (kind, String::new()))
                .collect();
            return Ok(());
        }
        let offered = offered(&response.headers);
        if offered.is_empty() {
            return Err(if for_token.is_empty() {
                AuthFailure::Unsupported
            } else {
                AuthFailure::NoPassword
            });
        }
        let refused = |c: &Challenge| {
            !c.stale
                && attempt
                    .answered
                    .iter()
                    .any(|(kind, realm)| *kind == c.kind && *realm == c.realm)
        };
        if attempt.rounds >= MAX_ROUNDS || offered.iter().all(refused) {
            return Err(AuthFailure::Refused);
        }
        attempt.rounds += 1;
        attempt.answered.clear();
        for challenge in offered {
            attempt
                .answered
                .push((challenge.kind, challenge.realm.clone()));
            self.challenges
                .retain(|c| c.kind != challenge.kind || c.realm != challenge.realm);
            self.challenges.push(challenge);
        }
        Ok(())
    }

    /// Puts an answer to every known challenge on `request`, in place of earlier ones.
    pub(crate) fn sign(&mut self, request: &mut Request, rng: &mut impl rand::Rng) {
        request
            .headers
            .retain(|h| !matches!(h, Header::Authorization(_) | Header::ProxyAuthorization(_)));
        let (user, password) = match &mut self.means {
            Means::Token(bearer) => return bearer.sign(request),
            Means::Password { user, password } => (user.expose(), password.expose()),
        };
        let (method, uri) = (request.method.to_string(), request.uri.to_string());
        for challenge in &mut self.challenges {
            let cnonce = format!("{:032x}", rng.random::<u128>());
            let value = challenge.answer(user, password, &method, &uri, &cnonce);
            request.headers.push(challenge.kind.answer(value));
        }
    }

    /// Takes the next nonce of an `Authentication-Info` (RFC 7616 §3.5) from a success.
    pub(crate) fn succeeded(&mut self, headers: &Headers) {
        for (name, kind) in [
            ("Authentication-Info", Kind::Server),
            ("Proxy-Authentication-Info", Kind::Proxy),
        ] {
            let Some(info) = headers::get(headers, name) else {
                continue;
            };
            let next = pairs(info)
                .into_iter()
                .find(|(n, _)| n == "nextnonce")
                .map(|(_, v)| v);
            if let (Some(nonce), Some(challenge)) =
                (next, self.challenges.iter_mut().find(|c| c.kind == kind))
            {
                challenge.nonce = nonce;
                challenge.count = 0;
            }
        }
    }

    /// Whether requests carry credentials.
    pub(crate) fn is_challenged(&self) -> bool {
        match &self.means {
            Means::Password { .. } => !self.challenges.is_empty(),
            Means::Token(bearer) => bearer.is_challenged(),
        }
    }

    /// Whether we have no password, but tokens.
    pub(crate) fn has_tokens(&self) -> bool {
        matches!(self.means, Means::Token(_))
    }

    /// Whether there is a token that the last request did not carry.
    pub(crate) fn has_another_token(&self) -> bool {
        match &self.means {
            Means::Password { .. } => false,
            Means::Token(bearer) => bearer.has_another(),
        }
    }

    /// Forgets every challenge, as after a change of account or server.
    pub(crate) fn forget(&mut self) {
        self.challenges.clear();
        if let Means::Token(bearer) = &mut self.means {
            bearer.forget();
        }
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Server,
    Proxy,
}

impl Kind {
    /// Who asks by this header, if it is a challenge.
    pub(crate) fn of(header: &Header) -> Option<Self> {
        match header {
            Header::WwwAuthenticate(_) => Some(Self::Server),
            Header::ProxyAuthenticate(_) => Some(Self::Proxy),
            _ => None,
        }
    }

    /// The header that answers.
    pub(crate) fn answer(self, value: String) -> Header {
        match self {
            Self::Server => Header::Authorization(value.into()),
            Self::Proxy => Header::ProxyAuthorization(value.into()),
        }
    }
}

/// Weakest first, so that `max` is the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Md5,
    Sha256,
    Sha512_256,
}

#[derive(Clone, Debug)]
struct Challenge {
    kind: Kind,
    realm: String,
    nonce: String,
    opaque: Option<String>,
    hash: Hash,
    session: bool,
    /// The algorithm as the server wrote it; absent if it was (RFC 2617 servers).
    token: Option<String>,
    qop: bool,
    stale: bool,
    count: u32,
}

impl Challenge {
    fn parse(kind: Kind, value: &str) -> Option<Self> {
        let (scheme, rest) = value.trim().split_once(char::is_whitespace)?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let pairs = pairs(rest);
        let field = |name: &str| {
            pairs
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.clone())
        };
        let token = field("algorithm");
        let (hash, session) = match token
            .as_deref()
            .unwrap_or("MD5")
            .to_ascii_uppercase()
            .as_str()
        {
            "MD5" => (Hash::Md5, false),
            "MD5-SESS" => (Hash::Md5, true),
            "SHA-256" => (Hash::Sha256, false),
            "SHA-256-SESS" => (Hash::Sha256, true),
            "SHA-512-256" => (Hash::Sha512_256, false),
            "SHA-512-256-SESS" => (Hash::Sha512_256, true),
            _ => return None,
        };
        let qop = match field("qop") {
            None => false,
            Some(offered)
                if headers::split(&offered, b',')
                    .iter()
                    .any(|q| q.eq_ignore_ascii_case("auth")) =>
            {
                true
            }
            Some(offered) if offered.trim().is_empty() => false,
            Some(_) => return None,
        };
        Some(Self {
            kind,
            realm: field("realm")?,
            nonce: field("nonce")?,
            opaque: field("opaque"),
            hash,
            session,
            token,
            qop,
            stale: field("stale").is_some_and(|s| s.eq_ignore_ascii_case("true")),
            count: 0,
        })
    }

    fn answer(
        &mut self,
        user: &str,
        password: &str,
        method: &str,
        uri: &str,
        cnonce: &str,
    ) -> String {
        self.count += 1;
        let nc = format!("{:08x}", self.count);
        let mut ha1 = self.hash.hex(&format!("{user}:{}:{password}", self.realm));
        if self.session {
            ha1 = self.hash.hex(&format!("{ha1}:{}:{cnonce}", self.nonce));
        }
        let ha2 = self.hash.hex(&format!("{method}:{uri}"));
        let response = if self.qop {
            self.hash
                .hex(&format!("{ha1}:{}:{nc}:{cnonce}:auth:{ha2}", self.nonce))
        } else {
            self.hash.hex(&format!("{ha1}:{}:{ha2}", self.nonce))
        };
        let mut value = format!(
            "Digest username={}, realm={}, nonce={}, uri={}, response=\"{response}\"",
            headers::quote(user),
            headers::quote(&self.realm),
            headers::quote(&self.nonce),
            headers::quote(uri),
        );
        if let Some(token) = &self.token {
            value.push_str(&format!(", algorithm={token}"));
        }
        if self.qop {
            value.push_str(&format!(", qop=auth, nc={nc}, cnonce=\"{cnonce}\""));
        } else if self.session {
            value.push_str(&format!(", cnonce=\"{cnonce}\""));
        }
        if let Some(opaque) = &self.opaque {
            value.push_str(&format!(", opaque={}", headers::quote(opaque)));
        }
        value
    }
}

impl Hash {
    fn hex(self, text: &str) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
            Self::Sha512_256 => hex(&Sha512_256::digest(text)),
        }
    }
}

/// For each realm the strongest challenge we can answer.
fn offered(headers: &Headers) -> Vec<Challenge> {
    let mut best: Vec<Challenge> = Vec::new();
    for header in headers.iter() {
        let Some(kind) = Kind::of(header) else {
            continue;
        };
        let Some(challenge) = Challenge::parse(kind, header.value()) else {
            continue;
        };
        match best
            .iter_mut()
            .find(|c| c.kind == kind && c.realm == challenge.realm)
        {
            Some(known) if known.hash < challenge.hash => *known = challenge,
            Some(_) => {}
            None => best.push(challenge),
        }
    }
    best
}

/// `name=value, …` pairs, names lower case, values unquoted.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    headers::split(text, b',')
        .into_iter()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| {
            (
                name.trim().to_ascii_lowercase(),
                headers::unquote(value.trim()),
            )
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

const MAX_ROUNDS: u8 = 4;

#[cfg(test)]
mod tests;
