//! What goes wrong, and when to try again.

use std::time::{Duration, Instant};

use super::{Command, Phase, Registration, RegistrationError, RegistrationState};
use crate::dialer::FlowError;

impl Registration {
    /// Whether the flow may have died of a new network: then not its server is at fault, and nobody waits.
    pub(crate) fn hurries(&self, now: Instant) -> bool {
        self.hurry.is_some_and(|until| now < until)
    }

    /// Interfaces or addresses are others, or the machine has slept: the flow is checked, or made anew.
    pub(super) fn network_changed(&mut self, now: Instant, out: &mut Vec<Command>) {
        self.hurry = Some(now + HURRY);
        match self.phase {
            Phase::Idle | Phase::Unregistering { .. } | Phase::Stopped => {}
            // By the old network.
            Phase::Connecting | Phase::RefusedConnecting => out.push(Command::Connect),
            _ if self.local.is_some() => out.push(Command::Check),
            Phase::Waiting { .. } | Phase::RefusedWaiting { .. } => self.flow_needed_now(out),
            Phase::Refused
            | Phase::Registering { .. }
            | Phase::Registered { .. }
            | Phase::Refreshing { .. } => {}
        }
    }

    /// Makes a flow at once, unless there is one or one is under way.
    pub(super) fn flow_needed_now(&mut self, out: &mut Vec<Command>) {
        match self.phase {
            _ if self.local.is_some() => {}
            Phase::Waiting { .. } => self.reconnect(out),
            Phase::Refused | Phase::RefusedWaiting { .. } => {
                self.phase = Phase::RefusedConnecting;
                out.push(Command::Connect);
            }
            _ => {}
        }
    }

    /// The server answers no keepalives: a REGISTER has to tell whether the flow lives.
    pub(super) fn unchecked(&mut self, now: Instant, out: &mut Vec<Command>) {
        let soon = now + CHECK;
        match &mut self.phase {
            Phase::Registering { deadline } | Phase::Refreshing { deadline } => {
                *deadline = soon.min(*deadline);
            }
            Phase::Registered { .. } => self.refresh(now, CHECK, out),
            _ => {}
        }
    }

    /// A new flow at once, as if none had ever failed.
    pub(super) fn reconnect(&mut self, out: &mut Vec<Command>) {
        self.hurry = None;
        self.backoff.reset();
        self.connect(out);
    }

    /// How long a REGISTER may take.
    pub(super) fn patience(&self) -> Duration {
        let timing = &self.settings.timing;
        if self.elsewhere {
            timing.among_several().register
        } else {
            timing.register
        }
    }

    pub(super) fn disconnected(&mut self, now: Instant, error: FlowError, out: &mut Vec<Command>) {
        let was_up = self.local.take().is_some();
        let working = matches!(
            self.phase,
            Phase::Registering { .. }
                | Phase::Registered { .. }
                | Phase::Refreshing { .. }
                | Phase::Waiting { .. }
        );
        if was_up && working && self.hurries(now) {
            return self.reconnect(out);
        }
        match self.phase {
            Phase::RefusedConnecting => self.phase = Phase::Refused,
            Phase::Idle
            | Phase::Refused
            | Phase::RefusedWaiting { .. }
            | Phase::Stopped
            | Phase::Waiting { .. } => {}
            Phase::Unregistering { .. } => self.stop(out),
            Phase::Connecting
            | Phase::Registering { .. }
            | Phase::Registered { .. }
            | Phase::Refreshing { .. } => {
                self.move_on(now, error.into(), out);
            }
        }
    }

    /// Gives the flow up, as its server is of no use.
    pub(super) fn leave(&mut self, after_s: Option<u32>, out: &mut Vec<Command>) {
        self.local = None;
        out.push(Command::Unfit { after_s });
        out.push(Command::Disconnect);
    }

    /// To the next edge if there is one, almost at once: not all agents in the same moment.
    pub(super) fn move_on(
        &mut self,
        now: Instant,
        error: RegistrationError,
        out: &mut Vec<Command>,
    ) {
        if !self.elsewhere {
            return self.wait(now, error, None, out);
        }
        let most = MOVE.min(self.settings.timing.retry_first);
        let delay = most.mul_f64(rand::RngExt::random_range(&mut self.rng, 0.2..=1.0));
        self.wait_for(now, delay, error, out);
    }

    pub(super) fn wait(
        &mut self,
        now: Instant,
        error: RegistrationError,
        after_s: Option<u32>,
        out: &mut Vec<Command>,
    ) {
        let mut delay = self.backoff.next(&mut self.rng);
        if let Some(after) = after_s {
            delay += Duration::from_secs(after.min(MAX_RETRY_AFTER).into());
        }
        self.wait_for(now, delay, error, out);
    }

    fn wait_for(
        &mut self,
        now: Instant,
        delay: Duration,
        error: RegistrationError,
        out: &mut Vec<Command>,
    ) {
        self.phase = Phase::Waiting { at: now + delay };
        let retry_in_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        out.push(Command::Report(RegistrationState::Waiting {
            retry_in_ms,
            error,
        }));
    }
}

/// Longest wait before the next edge is tried.
const MOVE: Duration = Duration::from_millis(500);

/// How long a flow may take to show that it lives, or has died of a new network.
const CHECK: Duration = Duration::from_secs(1);
const HURRY: Duration = Duration::from_secs(4);

/// A server that asks for more than an hour is asked again after one.
const MAX_RETRY_AFTER: u32 = 3600;
