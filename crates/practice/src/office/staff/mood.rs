//! How Teams shows somebody as the day goes. Pure; all chance comes from a seed.

use std::time::{Duration, SystemTime};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::scenario::Status;

/// How somebody is shown, now and later.
#[derive(Debug)]
pub(super) struct Mood {
    status: Status,
    since: SystemTime,
    /// Chance, and when they become something else; none: never.
    moves: Option<(StdRng, SystemTime)>,
    /// Calls here that stand, and since when it is so.
    calls: u32,
    calls_since: SystemTime,
}

impl Mood {
    /// Always shown so, but in a call.
    pub(super) fn steady(status: Status, now: SystemTime) -> Self {
        Self {
            status,
            since: now,
            moves: None,
            calls: 0,
            calls_since: now,
        }
    }

    /// Shown as chance has it: most work, go into calls and come back.
    pub(super) fn moving(seed: u64, now: SystemTime) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let status = draw(&mut rng, BEGIN);
        let mut mood = Self::steady(status, now);
        // Somewhere within it: not all change at the same time.
        let until = now + lasts(&mut rng, status).mul_f64(rng.random_range(0.05..1.0));
        mood.moves = Some((rng, until));
        mood
    }

    /// How they are shown at this time, and since when.
    pub(super) fn at(&mut self, now: SystemTime) -> (Status, SystemTime) {
        if let Some((rng, until)) = &mut self.moves {
            while *until <= now {
                self.since = *until;
                self.status = match self.status {
                    Status::Available => draw(rng, FROM_AVAILABLE),
                    _ => draw(rng, BACK),
                };
                *until += lasts(rng, self.status);
            }
        }
        match self.calls {
            0 => (self.status, self.since.max(self.calls_since)),
            _ => (Status::InACall, self.calls_since),
        }
    }

    /// A call here stands, or is over.
    pub(super) fn calls(&mut self, stands: bool, now: SystemTime) {
        let before = self.calls;
        self.calls = match stands {
            true => before + 1,
            // One that never stood is over, too.
            false => before.saturating_sub(1),
        };
        if (before == 0) != (self.calls == 0) {
            self.calls_since = now;
        }
    }
}

/// One of these, by weight.
fn draw(rng: &mut StdRng, from: &[(Status, u32)]) -> Status {
    let all = from.iter().map(|(_, weight)| weight).sum();
    let mut left = rng.random_range(0..all);
    for (status, weight) in from {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return *status,
        }
    }
    Status::Available
}

fn lasts(rng: &mut StdRng, status: Status) -> Duration {
    let (least, most) = match status {
        Status::Available => (60, 480),
        Status::InACall => (40, 300),
        Status::BeRightBack | Status::AvailableIdle => (60, 240),
        Status::Offline | Status::OffWork | Status::OutOfOffice => (7_200, 14_400),
        _ => (180, 900),
    };
    Duration::from_millis(rng.random_range(least * 1_000..=most * 1_000))
}

/// A morning, as it is found.
const BEGIN: &[(Status, u32)] = &[
    (Status::Available, 46),
    (Status::InACall, 12),
    (Status::InAMeeting, 10),
    (Status::Busy, 6),
    (Status::Away, 8),
    (Status::BeRightBack, 2),
    (Status::AvailableIdle, 4),
    (Status::DoNotDisturb, 2),
    (Status::Presenting, 1),
    (Status::Focusing, 2),
    (Status::Offline, 7),
];

const FROM_AVAILABLE: &[(Status, u32)] = &[
    (Status::InACall, 60),
    (Status::InAMeeting, 10),
    (Status::Busy, 8),
    (Status::BeRightBack, 8),
    (Status::AvailableIdle, 8),
    (Status::Away, 4),
    (Status::Focusing, 2),
];

const BACK: &[(Status, u32)] = &[
    (Status::Available, 90),
    (Status::Busy, 5),
    (Status::Away, 5),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(s)
    }

    #[test]
    fn a_seed_repeats_a_day_and_it_is_the_same_however_often_one_looks() {
        let day = |seed, every| {
            let mut mood = Mood::moving(seed, at(0));
            let looks = (0..=28_800).step_by(every);
            let all: Vec<_> = looks.map(|s| mood.at(at(s as u64))).collect();
            all
        };
        let closely = day(3, 10);
        let rarely = day(3, 1_800);
        let same: Vec<_> = closely.iter().copied().step_by(180).collect();
        assert_eq!(same, rarely);
        assert_ne!(closely, day(4, 10));
    }

    #[test]
    fn many_are_free_and_some_call_at_any_time() {
        let mut many: Vec<_> = (0..300).map(|seed| Mood::moving(seed, at(0))).collect();
        for s in [0, 600, 3_600, 28_800] {
            let all: Vec<_> = many.iter_mut().map(|mood| mood.at(at(s)).0).collect();
            let count = |status| all.iter().filter(|one| **one == status).count();
            assert!(count(Status::Available) > 90, "{s}");
            assert!(count(Status::InACall) > 15, "{s}");
        }
    }
}
