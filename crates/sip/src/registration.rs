//! Registration with the server (RFC 3261 §10, RFC 5626): a pure machine that is told the time
//! and what happened, and says what to do. It keeps trying forever; only a refused password stops it.

mod recovery;
mod request;
mod settings;
mod state;
mod token;

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rsipstack::sip::{Request, Response};

use crate::account::Account;
use crate::bearer::TokenWanted;
use crate::dialer::FlowError;
use crate::digest::{Attempt, AuthFailure, Authenticator};
use crate::headers;
use crate::message::Local;
use crate::timers::Backoff;
use crate::wire;

use settings::Settings;
pub use state::{RegistrationError, RegistrationState};

/// What happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// Begin.
    Start,
    /// The flow that [`Command::Connect`] asked for is up.
    Connected(Local),
    /// Another flow has taken the place of the one there was.
    Moved(Local),
    /// There is no flow: it could not be made, or is lost.
    Disconnected(FlowError),
    /// A response to the latest REGISTER.
    Answer(Box<Response>),
    /// A call goes on, or is to be ended, and there is no flow for it.
    FlowNeeded,
    /// The same, and there is no time for the usual wait.
    FlowNeededNow,
    /// Register now: somebody asks.
    RegisterNow,
    /// There is another token.
    NewToken,
    /// The flow may have died with the network that it went by.
    NetworkChanged,
    /// [`Command::Check`] cannot be done by keepalives.
    Unchecked,
    /// Un-register and stop.
    Shutdown,
    /// Time has passed.
    Timeout,
}

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Make a flow, in place of any under way.
    Connect,
    /// Drop the flow; no [`Event::Disconnected`] is owed for it.
    Disconnect,
    /// See whether the flow lives; [`Event::Disconnected`] or [`Event::Unchecked`] if that is not so.
    Check,
    /// The server of this flow is of no use now; it may have said for how long, seconds.
    Unfit { after_s: Option<u32> },
    /// Send this REGISTER; only its responses count from now on.
    Send(Box<Request>),
    /// Tell the desk.
    Report(RegistrationState),
    /// Tell the desk that another token is wanted.
    TokenWanted(TokenWanted),
    /// Registered over a new flow: dialogs may tell the other side where we are now.
    Recovered,
    /// Nothing more will come.
    Stopped,
}

/// One account's registration.
#[derive(Debug)]
pub(crate) struct Registration {
    settings: Settings,
    auth: Authenticator,
    attempt: Attempt,
    /// The server has taken this password before.
    proven: bool,
    seq: u32,
    expires_s: u32,
    outbound: bool,
    adjusted: u8,
    local: Option<Local>,
    fresh_flow: bool,
    /// Another edge is worth trying.
    elsewhere: bool,
    /// The network has changed: until then a flow that breaks is made again at once.
    hurry: Option<Instant>,
    phase: Phase,
    backoff: Backoff,
    service_route: Vec<String>,
    rng: StdRng,
}

impl Registration {
    pub(crate) fn new(account: &Account, mut rng: StdRng) -> Self {
        Self {
            settings: Settings::new(account, &mut rng),
            auth: Authenticator::new(account),
            attempt: Attempt::default(),
            proven: false,
            seq: 0,
            expires_s: account.expires_s.max(1),
            outbound: true,
            adjusted: 0,
            local: None,
            fresh_flow: false,
            elsewhere: false,
            hurry: None,
            phase: Phase::Idle,
            backoff: Backoff::new(account.timing.retry_first, account.timing.retry_max),
            service_route: Vec::new(),
            rng,
        }
    }

    /// Takes one event; the commands are to be carried out in order before the next.
    pub(crate) fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        let mut out = Vec::new();
        match event {
            Event::Start if self.phase == Phase::Idle => self.connect(&mut out),
            Event::Start => {}
            Event::Connected(local) => self.connected(now, local, &mut out),
            Event::Moved(local) => self.moved(now, local, &mut out),
            Event::Disconnected(error) => self.disconnected(now, error, &mut out),
            Event::Answer(response) => self.answered(now, &response, &mut out),
            Event::FlowNeeded => self.flow_needed(now),
            Event::FlowNeededNow => self.flow_needed_now(&mut out),
            Event::RegisterNow => self.register_now(now, &mut out),
            Event::NewToken => self.new_token(now, &mut out),
            Event::NetworkChanged => self.network_changed(now, &mut out),
            Event::Unchecked => self.unchecked(now, &mut out),
            Event::Shutdown => self.shutdown(now, &mut out),
            Event::Timeout => self.timeout(now, &mut out),
        }
        out
    }

    /// When to send [`Event::Timeout`] next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Idle
            | Phase::Connecting
            | Phase::Refused
            | Phase::RefusedConnecting
            | Phase::Stopped => None,
            Phase::RefusedWaiting { at }
            | Phase::Registered { refresh_at: at }
            | Phase::Registering { deadline: at }
            | Phase::Refreshing { deadline: at }
            | Phase::Waiting { at }
            | Phase::Unregistering { deadline: at } => Some(at),
        }
    }

    /// Whether a failure of this flow's server is best answered by another one.
    pub(crate) fn set_elsewhere(&mut self, elsewhere: bool) {
        self.elsewhere = elsewhere;
    }

    /// Whether the server has us, over the flow there is.
    pub(crate) fn is_registered(&self) -> bool {
        matches!(
            self.phase,
            Phase::Registered { .. } | Phase::Refreshing { .. }
        )
    }

    /// Whether there is no flow, and only [`Event::FlowNeeded`] or somebody who asks brings one.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.phase == Phase::Refused && self.local.is_none()
    }

    /// Routes for requests outside of dialogs (RFC 3608).
    pub(crate) fn service_route(&self) -> &[String] {
        &self.service_route
    }

    fn connect(&mut self, out: &mut Vec<Command>) {
        self.phase = Phase::Connecting;
        out.push(Command::Report(RegistrationState::Connecting));
        out.push(Command::Connect);
    }

    fn connected(&mut self, now: Instant, local: Local, out: &mut Vec<Command>) {
        if !matches!(self.phase, Phase::Connecting | Phase::RefusedConnecting) {
            out.push(Command::Disconnect);
            return;
        }
        self.local = Some(local);
        if self.phase == Phase::RefusedConnecting {
            self.phase = Phase::Refused;
            self.backoff.reset();
            out.push(Command::Recovered);
            return;
        }
        self.fresh_flow = true;
        self.begin(now, out);
    }

    /// Registers over the new flow, and says so to dialogs.
    fn moved(&mut self, now: Instant, local: Local, out: &mut Vec<Command>) {
        if self.local.is_none() {
            return;
        }
        self.local = Some(local);
        self.fresh_flow = true;
        if self.is_registered() {
            self.refresh(now, self.patience(), out);
        }
    }

    /// Calls outlive a refusal: what was agreed on before needs a flow, and no registration.
    fn flow_needed(&mut self, now: Instant) {
        if self.is_at_rest() {
            let at = now + self.backoff.next(&mut self.rng);
            self.phase = Phase::RefusedWaiting { at };
        }
    }

    /// Starts a registration attempt over the flow there is.
    fn begin(&mut self, now: Instant, out: &mut Vec<Command>) {
        self.attempt = Attempt::default();
        self.adjusted = 0;
        self.phase = Phase::Registering {
            deadline: now + self.patience(),
        };
        out.push(Command::Report(RegistrationState::Registering));
        self.send(self.expires_s, out);
    }

    fn timeout(&mut self, now: Instant, out: &mut Vec<Command>) {
        if self.poll_timeout().is_none_or(|at| now < at) {
            return;
        }
        match self.phase {
            Phase::Idle
            | Phase::Connecting
            | Phase::Refused
            | Phase::RefusedConnecting
            | Phase::Stopped => {}
            Phase::RefusedWaiting { .. } => {
                self.phase = Phase::RefusedConnecting;
                out.push(Command::Connect);
            }
            Phase::Waiting { .. } if self.local.is_some() => self.begin(now, out),
            Phase::Waiting { .. } => self.connect(out),
            Phase::Registered { .. } => self.refresh(now, self.patience(), out),
            Phase::Registering { .. } | Phase::Refreshing { .. } => {
                // A server that does not answer over this flow may do so over another.
                if self.hurries(now) {
                    self.local = None;
                    out.push(Command::Disconnect);
                    return self.reconnect(out);
                }
                self.leave(None, out);
                self.move_on(now, RegistrationError::NoAnswer, out);
            }
            Phase::Unregistering { .. } => self.stop(out),
        }
    }

    fn refresh(&mut self, now: Instant, patience: Duration, out: &mut Vec<Command>) {
        self.attempt = Attempt::default();
        self.adjusted = 0;
        self.phase = Phase::Refreshing {
            deadline: now + patience,
        };
        self.send(self.expires_s, out);
    }

    fn register_now(&mut self, now: Instant, out: &mut Vec<Command>) {
        match self.phase {
            Phase::Idle | Phase::Unregistering { .. } | Phase::Stopped => {}
            Phase::Connecting => out.push(Command::Connect),
            Phase::Registering { deadline } | Phase::Refreshing { deadline } => {
                // The flow may have died with the old network: do not wait long for the answer.
                let deadline = deadline.min(now + self.settings.timing.pong);
                self.phase = match self.phase {
                    Phase::Registering { .. } => Phase::Registering { deadline },
                    _ => Phase::Refreshing { deadline },
                };
            }
            Phase::Registered { .. } => self.refresh(now, self.settings.timing.pong, out),
            Phase::Waiting { .. }
            | Phase::Refused
            | Phase::RefusedWaiting { .. }
            | Phase::RefusedConnecting => {
                self.backoff.reset();
                if !matches!(self.phase, Phase::Waiting { .. }) {
                    self.auth.forget();
                }
                if self.local.is_some() {
                    self.begin(now, out)
                } else {
                    self.connect(out)
                }
            }
        }
    }

    fn shutdown(&mut self, now: Instant, out: &mut Vec<Command>) {
        match self.phase {
            Phase::Stopped | Phase::Unregistering { .. } => {}
            Phase::Registering { .. } | Phase::Registered { .. } | Phase::Refreshing { .. }
                if self.local.is_some() =>
            {
                self.attempt = Attempt::default();
                self.phase = Phase::Unregistering {
                    deadline: now + self.settings.timing.register.min(UNREGISTER),
                };
                self.send(0, out);
            }
            _ => self.stop(out),
        }
    }

    fn stop(&mut self, out: &mut Vec<Command>) {
        self.phase = Phase::Stopped;
        self.local = None;
        out.push(Command::Report(RegistrationState::Unregistered));
        out.push(Command::Disconnect);
        out.push(Command::Stopped);
    }

    fn answered(&mut self, now: Instant, response: &Response, out: &mut Vec<Command>) {
        let unregistering = matches!(self.phase, Phase::Unregistering { .. });
        let registering = matches!(
            self.phase,
            Phase::Registering { .. } | Phase::Refreshing { .. }
        );
        let status = response.status_code.code();
        if status < 200 || !(registering || unregistering) {
            return;
        }
        if matches!(status, 401 | 407) {
            match self.auth.challenged(response, &mut self.attempt) {
                Ok(()) => self.send(if unregistering { 0 } else { self.expires_s }, out),
                Err(_) if unregistering => self.stop(out),
                Err(AuthFailure::Refused) => self.refused(now, response, out),
                Err(AuthFailure::Token(wanted)) => self.token_refused(wanted, response, out),
                Err(AuthFailure::Unsupported) => {
                    self.wait(now, RegistrationError::Challenge, None, out)
                }
                Err(AuthFailure::NoPassword) => {
                    self.wait(now, RegistrationError::TokenOnly, None, out)
                }
                Err(AuthFailure::InTheClear) => {
                    self.wait(now, RegistrationError::TokenInTheClear, None, out)
                }
            }
            return;
        }
        if unregistering {
            self.stop(out);
            return;
        }
        match status {
            200..=299 => self.registered(now, response, out),
            // About the password only where it is the answer to one that has never been right.
            403 if self.attempt.has_answered() && !self.proven => self.refused(now, response, out),
            423 if self.lengthen(response) => self.send(self.expires_s, out),
            // First Hop Lacks Outbound Support (RFC 5626 §11.6): then without it.
            439 if self.outbound => {
                self.outbound = false;
                self.send(self.expires_s, out);
            }
            _ => {
                if status == 403 {
                    // Asked afresh next time, a password that is wrong by now shows.
                    self.auth.forget();
                }
                let error = RegistrationError::Status {
                    status,
                    reason: wire::reason(response).to_owned(),
                };
                let after =
                    headers::get(&response.headers, "Retry-After").and_then(headers::number);
                // RFC 3263 §4.3: of what a server answers, this one alone says to try another.
                if status == 503 && self.elsewhere {
                    self.leave(after, out);
                    self.move_on(now, error, out);
                } else {
                    self.wait(now, error, after, out);
                }
            }
        }
    }

    /// Takes the `Min-Expires` of a 423; `false` if asking again cannot help.
    fn lengthen(&mut self, response: &Response) -> bool {
        let min = headers::get(&response.headers, "Min-Expires").and_then(headers::number);
        self.adjusted += 1;
        match min {
            Some(min) if min > self.expires_s && self.adjusted <= 2 => {
                self.expires_s = min;
                true
            }
            _ => false,
        }
    }

    fn registered(&mut self, now: Instant, response: &Response, out: &mut Vec<Command>) {
        self.auth.succeeded(&response.headers);
        self.proven = self.auth.is_challenged();
        self.service_route = headers::list(&response.headers, "Service-Route")
            .into_iter()
            .map(str::to_owned)
            .collect();
        let expires_s = self.granted(response).clamp(1, MAX_EXPIRES);
        let lifetime = Duration::from_secs(expires_s.into());
        // Early enough for one failed refresh and another attempt; not all agents of a site at once.
        let refresh_at =
            now + lifetime.mul_f64(rand::RngExt::random_range(&mut self.rng, 0.75..0.9));
        let refreshed = matches!(self.phase, Phase::Refreshing { .. });
        self.phase = Phase::Registered { refresh_at };
        self.backoff.reset();
        if !refreshed {
            out.push(Command::Report(RegistrationState::Registered { expires_s }));
        }
        if std::mem::take(&mut self.fresh_flow) {
            out.push(Command::Recovered);
        }
    }

    fn refused(&mut self, now: Instant, response: &Response, out: &mut Vec<Command>) {
        if self.auth.has_another_token() {
            // It has been renewed while the server was at it.
            return self.begin(now, out);
        }
        if self.auth.has_tokens() {
            let wanted = TokenWanted::after_refusal();
            return self.token_refused(wanted, response, out);
        }
        let error = RegistrationError::Credentials {
            status: response.status_code.code(),
            reason: wire::reason(response).to_owned(),
        };
        self.give_up(error, out);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    Connecting,
    Registering {
        deadline: Instant,
    },
    Registered {
        refresh_at: Instant,
    },
    Refreshing {
        deadline: Instant,
    },
    Waiting {
        at: Instant,
    },
    Refused,
    /// Refused, and dialling then for the sake of a call.
    RefusedWaiting {
        at: Instant,
    },
    RefusedConnecting,
    Unregistering {
        deadline: Instant,
    },
    Stopped,
}

/// How long to wait for the answer to an un-REGISTER.
const UNREGISTER: Duration = Duration::from_secs(3);

const MAX_EXPIRES: u32 = 86_400;

#[cfg(test)]
mod tests;
