use std::time::{Duration, Instant};

/// The way sound takes between us and the peer, and when to look for another one: an ICE restart
/// (RFC 8839 §4.4.1.1), after which the call goes on over whatever network there is by then.
///
/// A way that was there once is looked for as long as the call lives. Nobody is hung up on because
/// a network went away: the agent sees that it did, and can.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Path {
    up: bool,
    /// It was up once.
    proven: bool,
    restart_at: Option<Instant>,
    attempts: u32,
}

impl Path {
    pub(crate) fn is_up(&self) -> bool {
        self.up
    }

    /// There was a way in an earlier run.
    pub(crate) fn was_up(&mut self) {
        self.proven = true;
    }

    /// Sound gets through.
    pub(crate) fn connected(&mut self) {
        *self = Self {
            up: true,
            proven: true,
            ..Self::default()
        };
    }

    /// The peer is not heard at the moment; the way may heal by itself.
    pub(crate) fn disconnected(&mut self, now: Instant) {
        if self.proven {
            self.interrupted(now + HEALS_WITHIN);
        }
    }

    /// The way is gone. False if there never was one: then there is nothing to wait for.
    pub(crate) fn failed(&mut self, now: Instant) -> bool {
        if self.proven {
            self.interrupted(now + self.pause());
        }
        self.proven
    }

    /// The call is over.
    pub(crate) fn close(&mut self) {
        *self = Self::default();
    }

    /// Whether another way is to be looked for now.
    pub(crate) fn wants_restart(&self, now: Instant) -> bool {
        self.restart_at.is_some_and(|at| at <= now)
    }

    /// An offer to restart went out.
    pub(crate) fn restarts(&mut self, now: Instant) {
        self.attempts += 1;
        // A way that is still there needs no second attempt.
        self.restart_at = (!self.up).then(|| now + self.pause());
    }

    /// The network is another one: there may be a better way, or none any more.
    pub(crate) fn look_again(&mut self, now: Instant) {
        if self.proven {
            self.attempts = 0;
            self.restart_at = Some(now);
        }
    }

    /// No offer can go out now: another is under way.
    pub(crate) fn put_off(&mut self, now: Instant) {
        self.restart_at = Some(now + OFFER_ENDS);
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.restart_at
    }

    fn interrupted(&mut self, at: Instant) {
        self.up = false;
        self.restart_at = Some(self.restart_at.map_or(at, |before| before.min(at)));
    }

    /// From none before the first attempt to half a minute.
    fn pause(&self) -> Duration {
        match self.attempts {
            0 => Duration::ZERO,
            attempts => FIRST_PAUSE * (1 << (attempts - 1).min(3)),
        }
    }
}

/// How long a path is given to heal by itself.
const HEALS_WITHIN: Duration = Duration::from_secs(2);

/// When to look again whether an offer that is under way has been answered.
const OFFER_ENDS: Duration = Duration::from_secs(1);

/// What an attempt is given: candidates, an answer, checks.
const FIRST_PAUSE: Duration = Duration::from_secs(4);
