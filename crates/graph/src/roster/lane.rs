use std::time::{Duration, Instant};

use rand::{RngExt as _, rngs::StdRng};

use crate::ask::{Ask, Failure, RequestId};

/// The requests of one kind: one at a time.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    asked: Option<Asked>,
    /// Nothing is asked before: Graph did not answer, or not to the purpose.
    pub(crate) not_before: Option<Instant>,
    /// Nothing is asked before: Graph wants silence, whoever asks.
    pub(crate) silent_until: Option<Instant>,
    /// When it was asked last.
    pub(crate) last: Option<Instant>,
    /// What was the matter with the last answer.
    pub(crate) trouble: Option<Failure>,
    failures: u32,
}

/// A request that is under way.
#[derive(Debug)]
pub(crate) struct Asked {
    id: RequestId,
    pub(crate) ask: Ask,
    /// Whoever it was for is not signed in any more.
    pub(crate) stale: bool,
}

/// The kinds, in the order in which they are looked after.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Kind {
    Search,
    Presence,
    Directory,
    Number,
    Skills,
    Meetings,
    Photo,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Search,
        Self::Presence,
        Self::Directory,
        Self::Number,
        Self::Skills,
        Self::Meetings,
        Self::Photo,
    ];
}

impl Lane {
    /// Nothing is under way.
    pub(crate) fn is_free(&self) -> bool {
        self.asked.is_none()
    }

    pub(crate) fn ask(&mut self, now: Instant, id: RequestId, ask: Ask) {
        self.last = Some(now);
        let stale = false;
        self.asked = Some(Asked { id, ask, stale });
    }

    /// The request that this answers, if it is under way.
    pub(crate) fn answered(&mut self, id: RequestId) -> Option<Asked> {
        self.asked.take_if(|asked| asked.id == id)
    }

    /// What is under way is of no use any more.
    pub(crate) fn forget(&mut self) {
        if let Some(asked) = &mut self.asked {
            asked.stale = true;
        }
        *self = Self {
            asked: self.asked.take(),
            silent_until: self.silent_until,
            last: self.last,
            ..Self::default()
        };
    }

    /// When it may be asked again.
    pub(crate) fn open_at(&self) -> Option<Instant> {
        self.not_before.max(self.silent_until)
    }

    /// The network may be back: do not wait for it.
    pub(crate) fn woke(&mut self) {
        if let Some(Failure::Offline) = self.trouble {
            self.not_before = None;
        }
    }

    pub(crate) fn went_well(&mut self) {
        (self.not_before, self.trouble, self.failures) = (None, None, 0);
    }

    /// How long to be silent now.
    pub(crate) fn failed(&mut self, now: Instant, failure: Failure, rng: &mut StdRng) {
        self.failures = self.failures.saturating_add(1);
        self.trouble = Some(failure);
        match failure {
            Failure::Throttled { retry_after } => {
                let wait = match retry_after {
                    // To the second, and then not all agents in the same one.
                    Some(wait) => {
                        let wait = wait.min(DAY);
                        let spread = wait / 4;
                        let spread = spread.clamp(Duration::from_secs(1), SPREAD);
                        wait + spread.mul_f64(rng.random_range(0.0..1.0))
                    }
                    None => self.back_off(5, 300, rng),
                };
                self.silent_until = self.silent_until.max(Some(now + wait));
            }
            Failure::Offline => self.not_before = Some(now + self.back_off(2, 60, rng)),
            Failure::Broken => self.not_before = Some(now + self.back_off(10, 300, rng)),
            Failure::SignedOut => self.not_before = Some(now + self.back_off(5, 60, rng)),
            // Each is dealt with by what it was about.
            Failure::NotGranted | Failure::NotThere => {}
        }
    }

    /// Twice as long each time, from `least` to `most` seconds, and somewhere in the later half of that.
    fn back_off(&self, least: u64, most: u64, rng: &mut StdRng) -> Duration {
        let doubled = least << self.failures.min(10);
        Duration::from_secs(doubled.min(most)).mul_f64(rng.random_range(0.5..1.0))
    }
}

/// Those that Graph told to wait come back over this.
const SPREAD: Duration = Duration::from_secs(15);

const DAY: Duration = Duration::from_secs(24 * 3_600);
