//! The agent's own presence: Teams shows that they are in a call while they are, and the phone shows how
//! Teams shows them.
//!
//! What can be known of a call that Teams itself has: Graph tells one presence for all of somebody's
//! sessions, and what we set (`Busy`, `InACall`) looks like a call of Teams. So a call of Teams is seen
//! - surely, when presence says `InAConferenceCall` or `Presenting`: we never set these;
//! - surely, when it says `InACall` while nothing of ours can be in force. That is why presence is read once
//!   more right before it is set;
//! - not at all, when a Teams call between two begins after ours was set; and that such a call is over is
//!   seen when ours has been taken back. What was known before is believed until then.
//!
//! What is set expires by itself after five minutes, so a phone that dies leaves nobody busy for longer.

use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::{
    ask::Failure,
    presence::{Activity, Presence},
};

/// For how long what is set is good, as Graph takes it (ISO 8601).
pub(crate) const EXPIRY: &str = "PT5M";

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// Somebody is signed in, and this is granted.
    Granted { set: bool, read: bool },
    /// Nobody is signed in any more.
    SignedOut,
    /// A Warmline call is up, or none.
    InCall(bool),
    /// The panel is to be seen, or not.
    Visible(bool),
    /// What became of [`Command::Set`] or [`Command::Clear`].
    Written(Result<(), Failure>),
    /// What became of [`Command::Read`].
    Read(Result<Presence, Failure>),
    /// The machine was asleep, or is on another network.
    Woke,
    /// It is due.
    Timeout,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Command {
    /// Have Teams show that the agent is in a call.
    Set,
    /// Take it back.
    Clear,
    /// Ask how Teams shows the agent.
    Read,
    /// What it shows is different.
    Changed,
}

/// The agent's own presence.
#[derive(Debug)]
pub(crate) struct Own {
    /// Policy wants it to be set.
    share: bool,
    /// How often it may be read.
    every: Duration,
    rng: StdRng,
    may_set: bool,
    may_read: bool,
    in_call: bool,
    visible: bool,
    /// A command is being carried out.
    writing: Option<Command>,
    reading: bool,
    /// When ours was set last, if it needs no setting but from time to time.
    set_at: Option<Instant>,
    /// Until when ours may be in force.
    ours_until: Option<Instant>,
    /// Until when a reading may still show ours.
    settled_at: Option<Instant>,
    write_not_before: Option<Instant>,
    write_failures: u32,
    read_at: Option<Instant>,
    read_not_before: Option<Instant>,
    read_failures: u32,
    presence: Option<Presence>,
    teams_call: bool,
}

impl Own {
    /// `agents` share the tenant's budget: own presence is to take a tenth of it at most.
    pub(crate) fn new(share: bool, agents: u32, seed: u64) -> Self {
        Self {
            share,
            every: Duration::from_secs(u64::from(agents) / AGENTS_A_SECOND).max(READ_EVERY),
            rng: StdRng::seed_from_u64(seed),
            may_set: false,
            may_read: false,
            in_call: false,
            visible: false,
            writing: None,
            reading: false,
            set_at: None,
            ours_until: None,
            settled_at: None,
            write_not_before: None,
            write_failures: 0,
            read_at: None,
            read_not_before: None,
            read_failures: 0,
            presence: None,
            teams_call: false,
        }
    }

    pub(crate) fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        let shown = (self.presence.clone(), self.teams_call);
        match event {
            Event::Granted { set, read } => {
                let set = set && self.share;
                // Told the same again, whoever wants silence still has it.
                if (set, read) != (self.may_set, self.may_read) {
                    self.read_not_before = None;
                    self.write_not_before = None;
                }
                self.may_set = set;
                self.may_read = read;
            }
            Event::SignedOut => {
                // What is set runs out by itself: nobody is there any more to take it back.
                self.may_set = false;
                self.may_read = false;
                self.forget();
            }
            Event::InCall(in_call) => self.in_call = in_call,
            Event::Visible(visible) => self.visible = visible,
            Event::Written(result) => self.written(now, result),
            Event::Read(result) => self.read(now, result),
            Event::Woke => {
                self.set_at = None;
                self.write_not_before = None;
                self.read_not_before = None;
            }
            Event::Timeout => {}
        }
        let mut commands = self.go_on(now);
        if shown != (self.presence.clone(), self.teams_call) {
            commands.push(Command::Changed);
        }
        commands
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let write = match (self.writing, self.wants_shown()) {
            (Some(_), _) => None,
            // The reading comes first, and when it is there this goes on by itself.
            (None, true) if self.reads_first() && self.reading => None,
            (None, true) => self
                .write_not_before
                .or(self.set_at.map(|at| at + RENEW_AFTER)),
            (None, false) if self.may_set => self.ours_until.and(self.write_not_before),
            (None, false) => None,
        };
        let read = (self.wants_read() && !self.reading)
            .then_some(self.read_not_before)
            .flatten();
        write.into_iter().chain(read).min()
    }

    /// How Teams shows the agent, as far as known.
    pub(crate) fn presence(&self) -> Option<&Presence> {
        self.presence.as_ref()
    }

    /// Whether Teams has a call of its own, as far as can be known.
    pub(crate) fn teams_call(&self) -> bool {
        self.teams_call
    }

    /// Whether something of ours may be in force: it is to be taken back before the end.
    pub(crate) fn is_set(&self) -> bool {
        self.ours_until.is_some()
    }

    fn wants_shown(&self) -> bool {
        self.may_set && self.in_call
    }

    fn wants_read(&self) -> bool {
        self.may_read && (self.in_call || self.visible)
    }

    /// Only what is read before ours is in force tells of a call of Teams.
    fn reads_first(&self) -> bool {
        self.wants_shown() && self.ours_until.is_none() && self.may_read
    }

    fn go_on(&mut self, now: Instant) -> Vec<Command> {
        let mut commands = Vec::new();
        if self.ours_until.is_some_and(|until| until <= now) && self.writing.is_none() {
            self.ours_until = None;
            self.set_at = None;
        }
        let first = self.reads_first();
        let look_first = first && self.read_at.is_none_or(|at| now >= at + FRESH);
        let read_due = self.read_not_before.is_none_or(|at| now >= at);
        if !self.reading && (self.wants_read() && read_due || look_first) {
            self.reading = true;
            self.read_at = Some(now);
            commands.push(Command::Read);
        }
        let may_write = self.writing.is_none() && self.write_not_before.is_none_or(|at| now >= at);
        if !may_write {
            return commands;
        }
        let due = self.set_at.is_none_or(|at| now >= at + RENEW_AFTER);
        if self.wants_shown() && due {
            if first && self.reading {
                return commands;
            }
            self.write(Command::Set, now, &mut commands);
        } else if !self.wants_shown() && self.may_set && self.ours_until.is_some() {
            self.set_at = None;
            self.write(Command::Clear, now, &mut commands);
        }
        commands
    }

    fn write(&mut self, command: Command, now: Instant, commands: &mut Vec<Command>) {
        self.writing = Some(command);
        self.write_not_before = None;
        if command == Command::Set {
            self.ours_until = Some(now + EXPIRES_AFTER);
        }
        commands.push(command);
    }

    fn written(&mut self, now: Instant, result: Result<(), Failure>) {
        let Some(command) = self.writing.take() else {
            return;
        };
        let cleared = matches!(result, Ok(()) | Err(Failure::NotThere));
        match result {
            _ if command == Command::Clear && cleared => {
                self.write_failures = 0;
                self.ours_until = None;
                self.settled_at = Some(now + SETTLES_AFTER);
            }
            Ok(()) => {
                self.write_failures = 0;
                self.set_at = Some(now);
                self.ours_until = Some(now + EXPIRES_AFTER);
            }
            Err(Failure::SignedOut | Failure::NotGranted | Failure::NotThere) => {
                self.may_set = false;
                self.ours_until = None;
            }
            Err(failure) => {
                self.write_failures += 1;
                let pause = pause(failure, WRITE_AGAIN, self.write_failures);
                self.write_not_before = Some(now + self.jittered(pause));
                if command == Command::Set {
                    // It may have come through all the same.
                    self.ours_until = Some(now + EXPIRES_AFTER);
                }
            }
        }
    }

    fn read(&mut self, now: Instant, result: Result<Presence, Failure>) {
        self.reading = false;
        match result {
            Ok(presence) if self.may_read => {
                self.read_failures = 0;
                let pause = self.every;
                self.read_not_before = Some(now + self.jittered(pause));
                self.teams_call = self.tells_of_a_call(now, presence.activity);
                self.presence = Some(presence);
            }
            Ok(_) => {}
            Err(Failure::SignedOut | Failure::NotGranted | Failure::NotThere) => {
                self.may_read = false;
                self.forget();
            }
            Err(failure) => {
                self.read_failures += 1;
                let pause = pause(failure, self.every, self.read_failures);
                self.read_not_before = Some(now + self.jittered(pause));
            }
        }
    }

    fn tells_of_a_call(&self, now: Instant, activity: Activity) -> bool {
        let ours =
            self.ours_until.is_some() || self.settled_at.is_some_and(|settled| now < settled);
        match activity {
            Activity::InAConferenceCall | Activity::Presenting => true,
            Activity::InACall if ours => self.teams_call,
            Activity::InACall => true,
            _ => false,
        }
    }

    fn forget(&mut self) {
        self.presence = None;
        self.teams_call = false;
    }

    /// Phones that fail together do not come back together.
    fn jittered(&mut self, pause: Duration) -> Duration {
        pause.mul_f64(self.rng.random_range(1.0..1.2))
    }
}

fn pause(failure: Failure, first: Duration, failures: u32) -> Duration {
    let doubled = first * 2_u32.pow(failures.saturating_sub(1).min(5));
    let wanted = match failure {
        Failure::Throttled {
            retry_after: Some(wanted),
        } => wanted.max(first),
        _ => Duration::ZERO,
    };
    doubled.min(LONGEST_PAUSE.max(first)).max(wanted)
}

const EXPIRES_AFTER: Duration = Duration::from_secs(5 * 60);
const RENEW_AFTER: Duration = Duration::from_secs(4 * 60);
const WRITE_AGAIN: Duration = Duration::from_secs(5);
const READ_EVERY: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(2 * 60);
/// So young a reading need not be repeated before ours is set.
const FRESH: Duration = Duration::from_secs(15);
/// For how long Teams may go on to show what was taken back: its parts tell each other by and by.
const SETTLES_AFTER: Duration = Duration::from_secs(60);
/// A tenth of 1,500 requests in 30 s, for this many agents each second.
const AGENTS_A_SECOND: u64 = 5;

#[cfg(test)]
mod tests;
