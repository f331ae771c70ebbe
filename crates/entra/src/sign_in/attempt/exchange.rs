//! What came back becomes tokens, once it is believed.

use std::time::Instant;

use warmline_redact::Secret;

use super::{Attempt, Seen, Step};
use crate::{
    id_token::{self, Expected, Flaw, Keys},
    sign_in::{
        Command, KeepError, Kept, Method, Question, RequestId, SignIn, answer::Grant, claims,
        session::Session,
    },
    state::{Account, Why},
};

impl SignIn {
    pub(super) fn exchange(
        &self,
        request: RequestId,
        own: Vec<(&'static str, String)>,
        out: &mut Vec<Command>,
    ) {
        let (Some(attempt), Some(endpoints)) = (&self.attempt, &self.endpoints) else {
            return;
        };
        let mut form = own;
        form.push(("client_id", self.settings.client_id.clone()));
        // One resource for each token: the provider's comes by the refresh token.
        form.push(("scope", self.settings.scope(&attempt.scopes, false)));
        form.push(("claims", claims::parameter(self.challenge.as_ref())));
        out.push(Command::Ask {
            request,
            question: Question::Post(endpoints.token.clone(), Secret::new(form)),
        });
    }

    /// Believes the ID token, or reads the keys for it.
    pub(super) fn check(
        &mut self,
        now: Instant,
        at: u64,
        grant: Grant,
        keys: Seen,
        out: &mut Vec<Command>,
    ) {
        let checked = match (&self.keys, &grant.id_token) {
            (None, Some(_)) => Err(Flaw::UnknownKey),
            (Some(keys), Some(token)) => self.believe(token.expose(), at, keys),
            (_, None) => Err(Flaw::Form),
        };
        let request = self.next();
        match (checked, &mut self.attempt, &self.endpoints) {
            (Ok(account), ..) => self.adopt(now, account, grant, out),
            (Err(Flaw::UnknownKey), Some(attempt), Some(endpoints)) if keys == Seen::Before => {
                let question = Question::Get(endpoints.keys.clone());
                attempt.step = Step::ReadingKeys {
                    request,
                    grant: Box::new(grant),
                };
                out.push(Command::Ask { request, question });
            }
            (Err(flaw), ..) => {
                tracing::warn!(?flaw, "an ID token is not believed");
                self.fail(Why::NotTrusted, out);
            }
        }
    }

    fn believe(&self, token: &str, at: u64, keys: &Keys) -> Result<Account, Flaw> {
        let (attempt, endpoints) = (self.attempt.as_ref(), self.endpoints.as_ref());
        let (attempt, endpoints) = attempt.zip(endpoints).ok_or(Flaw::Form)?;
        let authority = endpoints.token.origin().ascii_serialization();
        let usual = format!("{authority}/{}/v2.0", endpoints.tenant);
        let expected = Expected {
            issuers: [&endpoints.issuer, &usual],
            audience: &self.settings.client_id,
            tenant: &endpoints.tenant,
            nonce: match attempt.method {
                Method::Browser => Some(attempt.words.nonce.expose()),
                Method::DeviceCode => None,
            },
            at,
        };
        id_token::check(token, expected, keys)
    }

    /// Somebody has signed in, or has been asked for more.
    fn adopt(&mut self, now: Instant, account: Account, grant: Grant, out: &mut Vec<Command>) {
        let Some(attempt) = &mut self.attempt else {
            return;
        };
        let Some(refresh_token) = grant.refresh_token.clone() else {
            return self.fail(Why::Refused("no_refresh_token".to_owned()), out);
        };
        let granted = match &grant.scope {
            Some(scope) => self.settings.granted(scope),
            None => attempt.scopes.clone(),
        };
        let kept = Kept {
            refresh_token,
            account,
            granted,
        };
        let Some(present) = &mut self.session else {
            let session = Session::new(kept.clone(), &grant, now);
            let request = self.next();
            if let Some(attempt) = &mut self.attempt {
                attempt.step = Step::Keeping {
                    request,
                    session: Box::new(session),
                };
            }
            out.push(Command::Keep { request, kept });
            return;
        };
        if !present.is_of(&kept.account) {
            tracing::warn!("somebody else has signed in where more was asked for");
            return self.fail(Why::NotTrusted, out);
        }
        let denied = !attempt.more.is_subset(&kept.granted);
        let mut session = Session::new(kept.clone(), &grant, now);
        session.refused = denied.then_some(Why::Denied);
        self.session = Some(session);
        self.finished(out);
        let request = self.next();
        out.push(Command::Keep { request, kept });
    }

    /// It is kept, or cannot be: then nobody is signed in.
    pub(in crate::sign_in) fn stored(
        &mut self,
        stored: RequestId,
        result: Result<(), KeepError>,
        out: &mut Vec<Command>,
    ) {
        let awaited = match &self.attempt {
            Some(Attempt {
                step: Step::Keeping { request, session },
                ..
            }) if *request == stored => session.clone(),
            _ => {
                if let Err(error) = result {
                    tracing::warn!(?error, "the sign-in is for this run alone");
                }
                return;
            }
        };
        match result {
            Ok(()) => {
                self.known = true;
                self.hint = Some(awaited.account.username.clone());
                self.session = Some(*awaited);
                self.finished(out);
            }
            Err(error) => {
                // The keychain is asked before the browser next time.
                self.known = false;
                self.fail(error.into(), out);
            }
        }
    }

    fn finished(&mut self, out: &mut Vec<Command>) {
        self.challenge = None;
        self.choose = false;
        let attempt = self.attempt.take();
        if let Some(listener) = attempt.and_then(|attempt| attempt.listener) {
            out.push(Command::Finish {
                listener,
                result: Ok(()),
            });
        }
    }
}
