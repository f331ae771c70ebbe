//! The agent signs in, or is asked for more: one attempt at a time.

mod browser;
mod device;
mod exchange;

use std::{mem, time::Instant};

use url::Url;
use warmline_redact::{Pii, Secret};

use super::{
    Command, Method, Question, Reply, RequestId, SignIn, Still,
    answer::{self, DeviceCode, Grant, Refusal},
    session::Session,
};
use crate::{
    endpoints::Endpoints,
    id_token::Keys,
    pkce::Words,
    scope::{Scope, Scopes},
    state::{Way, Why},
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

/// When the keys were read that an ID token is checked by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Seen {
    /// For an earlier one, if at all: they may have been changed since.
    Before,
    /// For this one.
    JustNow,
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
        self.give_up(out);
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
        match self.take_answer(now, at, reply, out) {
            Ok(()) => {}
            Err(Refusal::No { why, code, claims }) => {
                self.challenge = claims.or(self.challenge.take());
                // Nothing was there to expire.
                let expired = why == Why::Expired;
                self.fail(if expired { Why::Refused(code) } else { why }, out);
            }
            Err(Refusal::Unreachable(_) | Refusal::Pending { .. }) => {
                self.fail(Why::Unreachable, out);
            }
        }
    }

    fn take_answer(
        &mut self,
        now: Instant,
        at: u64,
        reply: Option<&Reply>,
        out: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        match self.attempt.as_mut().map(|attempt| &mut attempt.step) {
            Some(Step::Discovering { .. }) => {
                self.read_discovery(reply)?;
                self.discovered(out);
            }
            Some(Step::AskingCode { .. }) => self.show_code(now, answer::device_code(reply)?),
            Some(Step::ByCode { request, .. }) => {
                *request = None;
                self.code_answered(now, at, reply, out)?;
            }
            Some(Step::Exchanging { .. }) => {
                self.check(now, at, answer::grant(reply)?, Seen::Before, out);
            }
            Some(Step::ReadingKeys { grant, .. }) => {
                let grant = mem::take(grant.as_mut());
                let keys = Keys::read(answer::document(reply)?);
                self.keys = Some(keys.ok_or_else(Refusal::not_trusted)?);
                self.check(now, at, grant, Seen::JustNow, out);
            }
            Some(Step::Opening | Step::InBrowser { .. } | Step::Keeping { .. }) | None => {}
        }
        Ok(())
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

    /// What time does to an attempt.
    pub(super) fn attempt_lapses(&mut self, now: Instant, out: &mut Vec<Command>) {
        match self.attempt.as_ref().map(|attempt| &attempt.step) {
            Some(Step::InBrowser { until, .. } | Step::ByCode { until, .. }) if now >= *until => {
                self.fail(Why::TookTooLong, out);
            }
            _ => self.poll(now, out),
        }
    }

    fn attempt_of(&mut self, listener: RequestId) -> Option<&mut Attempt> {
        let attempt = self.attempt.as_mut()?;
        (attempt.listener == Some(listener)).then_some(attempt)
    }
}
