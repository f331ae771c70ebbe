//! By the browser: authorization code with PKCE (RFC 8252).

use std::time::{Duration, Instant};

use url::Url;
use warmline_redact::Pii;

use super::{Attempt, Step};
use crate::{
    pkce::Words,
    scope::Scopes,
    sign_in::{Command, Redirect, RequestId, SignIn, answer, claims},
    state::Why,
};

impl SignIn {
    pub(in crate::sign_in) fn listening(
        &mut self,
        now: Instant,
        listener: RequestId,
        port: u16,
        out: &mut Vec<Command>,
    ) {
        let request = self.next();
        let redirect = format!("http://localhost:{port}");
        let Some(attempt) = self.attempt_of(listener) else {
            return;
        };
        let scopes = attempt.scopes.clone();
        let words = attempt.words.clone();
        let Some(page) = self.page(&scopes, &words, &redirect) else {
            return;
        };
        if let Some(attempt) = &mut self.attempt
            && matches!(attempt.step, Step::Opening)
        {
            attempt.step = Step::InBrowser {
                page: Pii::new(page),
                redirect,
                request,
                opened: true,
                until: now + BROWSER,
            };
            self.open_page(out);
        }
    }

    /// The page to sign in on.
    fn page(&self, scopes: &Scopes, words: &Words, redirect: &str) -> Option<Url> {
        let mut page = self.endpoints.as_ref()?.authorization.clone();
        page.query_pairs_mut()
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("response_type", "code")
            .append_pair("response_mode", "query")
            .append_pair("redirect_uri", redirect)
            .append_pair("scope", &self.settings.scope(scopes, true))
            .append_pair("state", words.state.expose())
            .append_pair("nonce", words.nonce.expose())
            .append_pair("code_challenge", &words.challenge())
            .append_pair("code_challenge_method", "S256")
            .append_pair("claims", &claims::parameter(self.challenge.as_ref()));
        // Without a prompt, Entra asks for what has not been consented to, and for nothing else.
        if self.choose {
            page.query_pairs_mut()
                .append_pair("prompt", "select_account");
        } else if let Some(hint) = &self.hint {
            page.query_pairs_mut()
                .append_pair("login_hint", hint.expose());
        }
        Some(page)
    }

    pub(in crate::sign_in) fn no_port(&mut self, listener: RequestId, out: &mut Vec<Command>) {
        if self.attempt_of(listener).is_some() {
            self.fail(Why::NoPort, out);
        }
    }

    pub(in crate::sign_in) fn opened(&mut self, asked: RequestId, could: bool) {
        if let Some(Attempt {
            step: Step::InBrowser {
                request, opened, ..
            },
            ..
        }) = &mut self.attempt
            && *request == asked
        {
            *opened = could;
        }
    }

    pub(in crate::sign_in) fn redirected(
        &mut self,
        listener: RequestId,
        back: Redirect,
        out: &mut Vec<Command>,
    ) {
        let request = self.next();
        let Some(attempt) = self.attempt_of(listener) else {
            return;
        };
        let Step::InBrowser { redirect, .. } = &attempt.step else {
            return;
        };
        let redirect = redirect.clone();
        attempt.step = Step::Exchanging { request };
        match back {
            Redirect::Code(code) => {
                let own = vec![
                    ("grant_type", "authorization_code".to_owned()),
                    ("code", code.expose().clone()),
                    ("redirect_uri", redirect),
                    ("code_verifier", attempt.words.verifier.expose().clone()),
                ];
                self.exchange(request, own, out);
            }
            Redirect::Refused { error, description } => {
                let why = match answer::why(&error, description.expose()) {
                    Why::Expired => Why::Refused(answer::code(&error, description.expose())),
                    why => why,
                };
                self.fail(why, out);
            }
        }
    }
}

/// How long the browser may take.
const BROWSER: Duration = Duration::from_mins(10);
