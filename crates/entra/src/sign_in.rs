//! Who is signed in, and for whom there is a token: a pure machine that is told the time and what
//! happened, and says what to do. [`entra`](crate::entra) carries it out.

mod answer;
mod attempt;
mod claims;
mod event;
mod session;
mod settings;
#[cfg(test)]
mod tests;

use std::time::Instant;

use rand::rngs::StdRng;
use serde_json::Value;
use warmline_redact::Pii;

pub(crate) use event::{
    AskerId, Command, Event, KeepError, Kept, Method, Question, Redirect, Reply, RequestId, Wanted,
};
pub(crate) use settings::Settings;

use attempt::Attempt;
use session::{Session, Token};

use crate::{
    endpoints::Endpoints,
    id_token::Keys,
    scope::Scopes,
    state::{State, Why},
    tokens::TokenError,
};

/// The sign-in to one tenant.
#[derive(Debug)]
pub(crate) struct SignIn {
    settings: Settings,
    rng: StdRng,
    requests: u64,
    endpoints: Option<Endpoints>,
    keys: Option<Keys>,
    /// As long as nobody is signed in.
    still: Still,
    session: Option<Session>,
    attempt: Option<Attempt>,
    /// What is kept has been seen, or written, by this run.
    known: bool,
    /// The wipe that a sign-out waits for.
    wiping: Option<RequestId>,
    /// What the next sign-in must satisfy.
    challenge: Option<Value>,
    /// Who is likely to sign in again.
    hint: Option<Pii<String>>,
    /// Somebody has signed out: the next one is asked who they are.
    choose: bool,
    askers: Vec<(AskerId, Wanted)>,
}

/// What there is while nobody is signed in.
#[derive(Debug)]
enum Still {
    /// Not begun.
    Idle,
    /// What is kept is being looked for; then the agent signs in, if they have asked for it.
    Looking {
        request: RequestId,
        then: Option<Method>,
    },
    /// Nothing.
    Out(Option<Why>),
}

impl SignIn {
    pub(crate) fn new(settings: Settings, rng: StdRng) -> Self {
        Self {
            settings,
            rng,
            requests: 0,
            endpoints: None,
            keys: None,
            still: Still::Idle,
            session: None,
            attempt: None,
            known: false,
            wiping: None,
            challenge: None,
            hint: None,
            choose: false,
            askers: Vec::new(),
        }
    }

    /// Takes one event; the commands are to be carried out in order before the next.
    pub(crate) fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        let mut out = Vec::new();
        match event {
            Event::Start => {
                if matches!(self.still, Still::Idle) {
                    self.look(None, &mut out);
                }
            }
            Event::SignIn(method) => self.sign_in(method, &mut out),
            Event::OpenPage => self.open_page(&mut out),
            Event::Cancel => self.cancel(&mut out),
            Event::SignOut => self.sign_out(&mut out),
            Event::Ask(scopes) => self.ask(&scopes, &mut out),
            Event::Token { asker, wanted } => self.askers.push((asker, wanted)),
            Event::Refused { token, claims } => {
                let claims = claims.as_deref().and_then(claims::challenge);
                self.refused(now, &token, claims, &mut out);
            }
            Event::Loaded { request, result } => self.loaded(now, request, result, &mut out),
            Event::Stored { request, result } => self.stored(request, result, &mut out),
            Event::Wiped { request, result } => self.wiped(request, result),
            Event::Listening { listener, port } => self.listening(now, listener, port, &mut out),
            Event::NoPort { listener } => self.no_port(listener, &mut out),
            Event::Redirected { listener, redirect } => {
                self.redirected(listener, redirect, &mut out);
            }
            Event::Opened { request, opened } => self.opened(request, opened),
            Event::Answered { request, at, reply } => {
                if self.attempt_awaits(request) {
                    self.attempt_answered(now, at, reply.as_ref(), &mut out);
                } else if self.refresh_awaits(request) {
                    self.refresh_answered(now, reply.as_ref(), &mut out);
                }
            }
            Event::Timeout => {}
        }
        self.attempt_lapses(now, &mut out);
        self.settle(now, &mut out);
        out
    }

    /// When [`Event::Timeout`] is due.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let attempt = self.attempt.as_ref().and_then(Attempt::wakes);
        let session = self.session.as_ref().and_then(Session::wakes);
        attempt.into_iter().chain(session).min()
    }

    pub(crate) fn state(&self) -> State {
        let signing_in = self.attempt.as_ref().and_then(|attempt| {
            let more = match self.session {
                Some(_) => attempt.more.clone(),
                None => Scopes::new(),
            };
            Some((attempt.way()?, more))
        });
        if let Some((way, more)) = signing_in {
            return State::SigningIn { way, more };
        }
        match (&self.session, &self.still) {
            (Some(session), _) if session.shown() => State::SignedIn {
                account: session.account.clone(),
                granted: session.granted.clone(),
                refused: session.refused.clone(),
            },
            (None, Still::Out(why)) if self.attempt.is_none() => {
                State::SignedOut { why: why.clone() }
            }
            _ => State::Starting,
        }
    }

    fn look(&mut self, then: Option<Method>, out: &mut Vec<Command>) {
        let request = self.next();
        self.still = Still::Looking { request, then };
        out.push(Command::Load { request });
    }

    fn sign_in(&mut self, method: Method, out: &mut Vec<Command>) {
        if method == Method::DeviceCode && !self.settings.device_code {
            return;
        }
        if let Some(attempt) = &self.attempt {
            if attempt.method == method {
                self.open_page(out);
            } else if attempt.may_change() {
                let more = attempt.more.clone();
                self.begin(method, more, out);
            }
        } else if let Some(session) = &mut self.session {
            session.agent_waits(Some(method));
        } else if let Still::Looking { then, .. } = &mut self.still {
            *then = Some(method);
        } else if self.known {
            self.begin(method, Scopes::new(), out);
        } else {
            // A keychain that was locked may be open by now.
            self.look(Some(method), out);
        }
    }

    fn ask(&mut self, scopes: &Scopes, out: &mut Vec<Command>) {
        let Some(session) = self.session.as_mut().filter(|session| session.shown()) else {
            return;
        };
        let more: Scopes = scopes.difference(&session.granted).copied().collect();
        if self.attempt.is_none() && !more.is_empty() {
            session.refused = None;
            self.begin(Method::Browser, more, out);
        }
    }

    fn cancel(&mut self, out: &mut Vec<Command>) {
        if let Still::Looking { then, .. } = &mut self.still {
            *then = None;
        }
        if let Some(session) = &mut self.session {
            session.agent_waits(None);
        }
        if self.attempt.is_none() {
            return;
        }
        self.give_up(out);
        if self.session.is_none() {
            self.still = Still::Out(None);
        }
    }

    fn sign_out(&mut self, out: &mut Vec<Command>) {
        self.give_up(out);
        self.session = None;
        self.challenge = None;
        self.hint = None;
        self.choose = true;
        self.still = Still::Out(None);
        self.wiping = Some(self.wipe(out));
    }

    fn wipe(&mut self, out: &mut Vec<Command>) -> RequestId {
        let request = self.next();
        self.known = true;
        out.push(Command::Wipe { request });
        request
    }

    fn loaded(
        &mut self,
        now: Instant,
        request: RequestId,
        result: Result<Option<Kept>, KeepError>,
        out: &mut Vec<Command>,
    ) {
        let then = match &self.still {
            Still::Looking {
                request: awaited,
                then,
            } if *awaited == request => *then,
            _ => return,
        };
        self.still = Still::Out(None);
        self.known = result.is_ok();
        match (result, then) {
            // Whoever has signed out is not signed in again by what could not be wiped then.
            (Ok(Some(kept)), _) if !self.choose => {
                self.hint = Some(kept.account.username.clone());
                self.session = Some(Session::kept(kept, now, then));
            }
            (Ok(_), Some(method)) => self.begin(method, Scopes::new(), out),
            (Ok(_), None) => {}
            (Err(error), _) => self.still = Still::Out(Some(error.into())),
        }
    }

    fn wiped(&mut self, request: RequestId, result: Result<(), KeepError>) {
        if self.wiping != Some(request) {
            return;
        }
        self.wiping = None;
        if let (Err(error), Still::Out(why)) = (result, &mut self.still) {
            self.known = false;
            *why = Some(error.into());
        }
    }

    /// Gives everybody who waits their token, or what stands against it, and refreshes what must be.
    fn settle(&mut self, now: Instant, out: &mut Vec<Command>) {
        let askers = std::mem::take(&mut self.askers);
        for (asker, wanted) in askers {
            match self.token(now, &wanted) {
                Token::Comes => self.askers.push((asker, wanted)),
                Token::Is(result) => out.push(Command::Answer { asker, result }),
            }
        }
        self.refresh(now, out);
    }

    fn token(&mut self, now: Instant, wanted: &Wanted) -> Token {
        if *wanted == Wanted::Provider && self.settings.provider_scope.is_none() {
            return Token::Is(Err(TokenError::SignedOut));
        }
        match (&mut self.session, &self.still) {
            (Some(session), _) => session.token(now, wanted),
            (None, Still::Idle | Still::Looking { .. }) => Token::Comes,
            (None, Still::Out(_)) => Token::Is(Err(TokenError::SignedOut)),
        }
    }

    fn next(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }
}
