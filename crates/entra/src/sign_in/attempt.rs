//! The agent signs in, or is asked for more: one attempt at a time.

use std::time::{Duration, Instant};

use url::Url;
use warmline_redact::{Pii, Secret};

use super::{
    Command, KeepError, Method, Question, Redirect, Reply, RequestId, SignIn, Still,
    answer::{self, DeviceCode, Grant, Refusal},
    claims,
    event::Kept,
    session::Session,
};
use crate::{
    endpoints::Endpoints,
    id_token::{self, Expected, Flaw, Keys},
    pkce::Words,
    scope::{Scope, Scopes},
    state::{Account, Way, Why},
};

/// One attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) method: Method,
    /// What is new, for somebody who is signed in already.
    pub(super) more: Scopes,
    scopes: Scopes,
    words: Words,
    listener: Option<RequestId>,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// The identity provider is asked where it does what.
    Discovering { request: RequestId },
    /// A port is being opened.
    Opening,
    /// The browser has the page.
    InBrowser {
        page: Pii<Url>,
        redirect: String,
        request: RequestId,
        opened: bool,
        until: Instant,
    },
    /// A code is asked for.
    AskingCode { request: RequestId },
    /// The agent types the code in.
    ByCode {
        code: DeviceCode,
        next: Instant,
        until: Instant,
        request: Option<RequestId>,
    },
    /// The code is exchanged.
    Exchanging { request: RequestId },
    /// The keys are read that the ID token is checked by.
    ReadingKeys {
        request: RequestId,
        grant: Box<Grant>,
    },
    /// The refresh token is put away.
    Keeping {
        request: RequestId,
        session: Box<Session>,
    },
}

impl Attempt {
    /// What the agent sees of it, once there is something to see.
    pub(super) fn way(&self) -> Option<Way> {
        match &self.step {
            Step::Discovering { .. } | Step::Opening | Step::AskingCode { .. } => None,
            Step::InBrowser { page, opened, .. } => Some(Way::Browser {
                page: page.clone(),
                opened: *opened,
            }),
            Step::ByCode { code, .. } => Some(Way::DeviceCode {
                page: code.page.clone(),
                code: code.user_code.clone(),
                expires_in: code.expires_in,
            }),
            Step::Exchanging { .. } | Step::ReadingKeys { .. } | Step::Keeping { .. } => {
                Some(Way::Finishing)
            }
        }
    }

    /// Whether the agent may still choose another way.
    pub(super) fn may_change(&self) -> bool {
        self.way() != Some(Way::Finishing)
    }

    pub(super) fn wakes(&self) -> Option<Instant> {
        match &self.step {
            Step::InBrowser { until, .. } => Some(*until),
            Step::ByCode {
                next,
                until,
                request,
                ..
            } => Some(if request.is_some() {
                *until
            } else {
                *next.min(until)
            }),
            _ => None,
        }
    }

    fn awaits(&self) -> Option<RequestId> {
        match &self.step {
            Step::Discovering { request }
            | Step::AskingCode { request }
            | Step::Exchanging { request }
            | Step::ReadingKeys { request, .. } => Some(*request),
            Step::ByCode { request, .. } => *request,
            Step::Opening | Step::InBrowser { .. } | Step::Keeping { .. } => None,
        }
    }
}

impl SignIn {
    /// Begins an attempt, with what is granted and `more`.
    pub(super) fn begin(&mut self, method: Method, more: Scopes, out: &mut Vec<Command>) {
        let granted = self.session.as_ref().map(|session| &session.granted);
        let mut scopes: Scopes = granted
            .into_iter()
            .flatten()
            .chain(&more)
            .copied()
            .collect();
        scopes.insert(Scope::UserRead);
        let request = self.next();
        self.attempt = Some(Attempt {
            method,
            more,
            scopes,
            words: Words::new(&mut self.rng),
            listener: None,
            step: Step::Discovering { request },
        });
        match (self.endpoints.is_some(), self.settings.discovery.clone()) {
            (true, _) => self.discovered(out),
            (false, Some(url)) => out.push(Command::Ask {
                request,
                question: Question::Get(url),
            }),
            (false, None) => self.fail(Why::NotTrusted, out),
        }
    }

    pub(super) fn open_page(&mut self, out: &mut Vec<Command>) {
        if let Some(Attempt {
            step: Step::InBrowser { page, request, .. },
            ..
        }) = &self.attempt
        {
            out.push(Command::Open {
                request: *request,
                page: page.clone(),
            });
        }
    }

    /// Ends an attempt without a word.
    pub(super) fn give_up(&mut self, out: &mut Vec<Command>) {
        let Some(attempt) = self.attempt.take() else {
            return;
        };
        if let Some(listener) = attempt.listener {
            out.push(Command::StopListening { listener });
        }
        if matches!(attempt.step, Step::Keeping { .. }) {
            self.wipe(out);
        }
    }

    /// Ends an attempt that has come to nothing. Whoever is signed in stays so.
    pub(super) fn fail(&mut self, why: Why, out: &mut Vec<Command>) {
        let Some(attempt) = self.attempt.take() else {
            return;
        };
        if let Some(listener) = attempt.listener {
            out.push(match attempt.step {
                Step::InBrowser { .. } | Step::Opening => Command::StopListening { listener },
                _ => Command::Finish {
                    listener,
                    result: Err(why.clone()),
                },
            });
        }
        match &mut self.session {
            Some(session) => session.refused = Some(why),
            None => self.still = Still::Out(Some(why)),
        }
    }

    pub(super) fn attempt_awaits(&self, request: RequestId) -> bool {
        self.attempt.as_ref().and_then(Attempt::awaits) == Some(request)
    }

    /// The answer that the attempt waits for.
    pub(super) fn attempt_answered(
        &mut self,
        now: Instant,
        at: u64,
        reply: Option<&Reply>,
        out: &mut Vec<Command>,
    ) {
        let Some(attempt) = &mut self.attempt else {
            return;
        };
        let result = match &mut attempt.step {
            Step::Discovering { .. } => self.read_discovery(reply).map(|()| self.discovered(out)),
            Step::AskingCode { .. } => {
                answer::device_code(reply).map(|code| self.show_code(now, code))
            }
            Step::ByCode { request, .. } => {
                *request = None;
                match answer::grant(reply) {
                    Err(Refusal::Pending { slower }) => Ok(self.slower(now, slower)),
                    // RFC 8628 §3.5: whoever cannot be reached is asked less often.
                    Err(Refusal::Unreachable(_)) => Ok(self.slower(now, true)),
                    other => other.map(|grant| self.check(now, at, grant, false, out)),
                }
            }
            Step::Exchanging { .. } => {
                answer::grant(reply).map(|grant| self.check(now, at, grant, false, out))
            }
            Step::ReadingKeys { grant, .. } => {
                let grant = std::mem::take(grant.as_mut());
                match answer::document(reply).map(Keys::read) {
                    Ok(Some(keys)) => {
                        self.keys = Some(keys);
                        Ok(self.check(now, at, grant, true, out))
                    }
                    Ok(None) => Err(Refusal::not_trusted()),
                    Err(refusal) => Err(refusal),
                }
            }
            Step::Opening | Step::InBrowser { .. } | Step::Keeping { .. } => Ok(()),
        };
        match result {
            Ok(()) => {}
            Err(Refusal::No { why, claims }) => {
                self.challenge = claims.or(self.challenge.take());
                self.fail(why, out);
            }
            Err(Refusal::Unreachable(_) | Refusal::Pending { .. }) => {
                self.fail(Why::Unreachable, out);
            }
        }
    }

    /// Learns where the identity provider does what.
    pub(super) fn read_discovery(&mut self, reply: Option<&Reply>) -> Result<(), Refusal> {
        let document = answer::document(reply)?;
        let url = self.settings.discovery.as_ref();
        let endpoints = url.and_then(|url| Endpoints::read(document, url, &self.settings.tenant));
        self.endpoints = Some(endpoints.ok_or_else(Refusal::not_trusted)?);
        Ok(())
    }

    fn discovered(&mut self, out: &mut Vec<Command>) {
        let request = self.next();
        let Some((attempt, endpoints)) = self.attempt.as_mut().zip(self.endpoints.as_ref()) else {
            return;
        };
        match (attempt.method, &endpoints.device_authorization) {
            (Method::Browser, _) => {
                attempt.listener = Some(request);
                attempt.step = Step::Opening;
                out.push(Command::Listen {
                    listener: request,
                    state: attempt.words.state.clone(),
                });
            }
            (Method::DeviceCode, Some(url)) => {
                attempt.step = Step::AskingCode { request };
                let form = vec![
                    ("client_id", self.settings.client_id.clone()),
                    ("scope", self.settings.scope(&attempt.scopes, true)),
                ];
                out.push(Command::Ask {
                    request,
                    question: Question::Post(url.clone(), Secret::new(form)),
                });
            }
            (Method::DeviceCode, None) => {
                self.fail(Why::Refused("unsupported_grant_type".to_owned()), out);
            }
        }
    }

    pub(super) fn listening(
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

    pub(super) fn no_port(&mut self, listener: RequestId, out: &mut Vec<Command>) {
        if self.attempt_of(listener).is_some() {
            self.fail(Why::NoPort, out);
        }
    }

    pub(super) fn opened(&mut self, asked: RequestId, could: bool) {
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

    pub(super) fn redirected(
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
                    // Nobody has been signed in before: a second look would say the same.
                    Why::Expired => Why::Refused(answer::plain(&error)),
                    why => why,
                };
                self.fail(why, out);
            }
        }
    }

    fn show_code(&mut self, now: Instant, code: DeviceCode) {
        if let Some(attempt) = &mut self.attempt {
            attempt.step = Step::ByCode {
                next: now + code.interval,
                until: now + code.expires_in,
                request: None,
                code,
            };
        }
    }

    /// RFC 8628 §3.5: five seconds longer each time that it is asked for.
    fn slower(&mut self, now: Instant, slower: bool) {
        if let Some(Attempt {
            step: Step::ByCode { code, next, .. },
            ..
        }) = &mut self.attempt
        {
            if slower {
                code.interval += SLOWER;
            }
            *next = now + code.interval;
        }
    }

    /// What time does to an attempt.
    pub(super) fn attempt_lapses(&mut self, now: Instant, out: &mut Vec<Command>) {
        match self.attempt.as_ref().map(|attempt| &attempt.step) {
            Some(Step::InBrowser { until, .. } | Step::ByCode { until, .. }) if now >= *until => {
                self.fail(Why::TookTooLong, out);
            }
            Some(Step::ByCode {
                code,
                next,
                request: None,
                ..
            }) if now >= *next => {
                let own = vec![
                    (
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code".to_owned(),
                    ),
                    ("device_code", code.device_code.expose().clone()),
                ];
                let asked = self.next();
                if let Some(Attempt {
                    step: Step::ByCode { request, .. },
                    ..
                }) = &mut self.attempt
                {
                    *request = Some(asked);
                }
                self.exchange(asked, own, out);
            }
            _ => {}
        }
    }

    fn exchange(
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

    /// Believes the ID token, or reads the keys for it; `again` if they have just been read.
    fn check(&mut self, now: Instant, at: u64, grant: Grant, again: bool, out: &mut Vec<Command>) {
        let checked = match (&self.keys, &grant.id_token) {
            (None, Some(_)) => Err(Flaw::UnknownKey),
            (Some(keys), Some(token)) => self.believe(token.expose(), at, keys),
            (_, None) => Err(Flaw::Form),
        };
        let request = self.next();
        match (checked, &mut self.attempt, &self.endpoints) {
            (Ok(account), ..) => self.adopt(now, account, grant, out),
            (Err(Flaw::UnknownKey), Some(attempt), Some(endpoints)) if !again => {
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
    pub(super) fn stored(
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
            Err(error) => self.fail(error.into(), out),
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

    fn attempt_of(&mut self, listener: RequestId) -> Option<&mut Attempt> {
        let attempt = self.attempt.as_mut()?;
        (attempt.listener == Some(listener)).then_some(attempt)
    }
}

/// How long the browser may take.
const BROWSER: Duration = Duration::from_mins(10);

/// RFC 8628 §3.5.
const SLOWER: Duration = Duration::from_secs(5);
