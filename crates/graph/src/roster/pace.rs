//! How often presence is asked for, so that all agents of a tenant together stay below what it allows.
//!
//! Microsoft counts 1,500 requests in 30 s for all agents of a tenant together, and an agent knows nothing of
//! the others. So each saves up its share of six tenths of that, whether it looks or not, and spends what it
//! has saved when it looks: all together never ask for more than six tenths in the long run, and those who
//! look have the share of those who do not. Who is told that the budget runs out saves more slowly.

use std::time::{Duration, Instant};

/// How much news the agent's work needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Need {
    /// An expert is being consulted.
    Consult,
    /// The panel is to be seen.
    Panel,
    /// A call is up, and the panel hidden.
    Call,
}

/// What is saved up, and how fast.
#[derive(Debug)]
pub(crate) struct Pace {
    /// One request of each agent in this time is six tenths of what the tenant allows.
    share: Duration,
    saved: f64,
    /// By how much more slowly than that; 1 if all is well.
    slow: f64,
    at: Instant,
}

impl Pace {
    pub(crate) fn new(agents: u32, now: Instant) -> Self {
        Self {
            share: Duration::from_secs(1).mul_f64(f64::from(agents.max(1)) / ALLOWED),
            saved: FIRST,
            slow: 1.0,
            at: now,
        }
    }

    /// Time has passed.
    pub(crate) fn settle(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at);
        self.saved = (self.saved + passed.as_secs_f64() / self.refill().as_secs_f64()).min(MOST);
        let calmed = 0.5_f64.powf(passed.as_secs_f64() / CALM.as_secs_f64());
        self.slow = 1.0 + (self.slow - 1.0) * calmed;
        self.at = self.at.max(now);
    }

    /// When a request may be made that nobody wants to wait for; after [`Pace::settle`].
    pub(crate) fn urgent(&self) -> Instant {
        self.when(1.0)
    }

    /// When the next request may be made after one that was made then; after [`Pace::settle`]. What is kept
    /// back is for the moment when the panel opens, and for a consult.
    pub(crate) fn regular(&self, need: Need, last: Instant, jitter: f64) -> Instant {
        let (kept, least, shares) = match need {
            Need::Consult => (0.0, Duration::from_secs(2), 1.0 / 6.0),
            Need::Panel => (1.0, Duration::from_secs(5), 1.0 / 3.0),
            Need::Call => (2.0, Duration::from_secs(15), 1.0),
        };
        let every = self.refill().mul_f64(shares).max(least.mul_f64(self.slow));
        (last + every.mul_f64(jitter)).max(self.when(1.0 + kept))
    }

    /// One was made.
    pub(crate) fn spend(&mut self) {
        self.saved = (self.saved - 1.0).max(0.0);
    }

    /// Graph said how much of the budget is used.
    pub(crate) fn used(&mut self, used: f32) {
        if used >= 1.0 {
            self.slower(1.6);
        } else if used >= 0.8 {
            self.slower(1.25);
        }
    }

    /// Graph refused: what was saved was not there.
    pub(crate) fn refused(&mut self) {
        self.slower(2.0);
        self.saved = 0.0;
    }

    /// The time in which one request is saved up.
    pub(crate) fn refill(&self) -> Duration {
        self.share.mul_f64(self.slow)
    }

    fn slower(&mut self, by: f64) {
        self.slow = (self.slow * by).min(SLOWEST);
    }

    fn when(&self, wanted: f64) -> Instant {
        let missing = wanted - self.saved;
        if missing <= 1e-6 {
            return self.at;
        }
        // A little more, so that it is there when that time comes.
        self.at + self.refill().mul_f64(missing) + Duration::from_millis(1)
    }
}

/// Requests a second that all agents of a tenant make together at most: six tenths of 1,500 in 30 s.
/// Source: Microsoft Graph service-specific throttling limits, presence.
const ALLOWED: f64 = 0.6 * 1_500.0 / 30.0;

/// Requests that may be saved up.
const MOST: f64 = 6.0;

/// Saved up from the start: the panel may open at once.
const FIRST: f64 = 2.0;

/// Half of the slowness is gone after this.
const CALM: Duration = Duration::from_secs(90);

const SLOWEST: f64 = 16.0;
