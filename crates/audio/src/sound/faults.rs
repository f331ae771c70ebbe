//! Panics of the sound thread, and when it gives up.

use std::time::{Duration, Instant};

/// How long to wait after a panic. What caused it may be due again at once.
const PAUSE: Duration = Duration::from_millis(10);

/// After so long without a completed tick there will be none.
const GIVE_UP: Duration = Duration::from_secs(5);

/// Panics since the last completed tick.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// When they began, and the ticks completed before.
    since: Option<(Instant, u64)>,
}

impl Faults {
    /// Takes note of a panic, after so many completed ticks; how long to wait now, `None` to give up.
    pub(super) fn broke(&mut self, now: Instant, ticks: u64) -> Option<Duration> {
        let since = match self.since {
            Some((since, before)) if before == ticks => since,
            _ => {
                tracing::error!("the sound thread broke, and goes on");
                self.since = Some((now, ticks));
                now
            }
        };
        let lasts = now.saturating_duration_since(since);
        if lasts >= GIVE_UP {
            tracing::error!("the sound thread gets nothing done, and ends");
            return None;
        }
        Some(PAUSE)
    }

    /// There is nothing to do.
    pub(super) fn rest(&mut self) {
        self.since = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Breaks every 10 ms for so long, with a completed tick after so many breaks; how long it lasted.
    fn lasts(faults: &mut Faults, now: &mut Instant, ms: u64, ticks: impl Fn(u64) -> u64) -> u64 {
        for n in 0..ms / 10 {
            match faults.broke(*now, ticks(n)) {
                Some(pause) => *now += pause,
                None => return n * 10,
            }
        }
        ms
    }

    #[test]
    fn it_goes_on_with_pauses_until_no_tick_was_completed_for_five_seconds() {
        let (mut faults, mut now) = (Faults::default(), Instant::now());
        assert_eq!(lasts(&mut faults, &mut now, 60_000, |_| 7), 5_000);
    }

    #[test]
    fn one_completed_tick_in_four_seconds_is_enough() {
        let (mut faults, mut now) = (Faults::default(), Instant::now());
        assert_eq!(lasts(&mut faults, &mut now, 60_000, |n| n / 400), 60_000);
    }

    #[test]
    fn a_rest_between_two_panics_is_no_fault() {
        let (mut faults, mut now) = (Faults::default(), Instant::now());
        assert_eq!(lasts(&mut faults, &mut now, 4_000, |_| 7), 4_000);
        faults.rest();
        now += Duration::from_secs(3_600);
        assert_eq!(lasts(&mut faults, &mut now, 60_000, |_| 7), 5_000);
    }
}
