//! When the sound thread does its next 10 ms: by the playout device's clock, else by a timer.

use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(10);

/// How long a device may stay silent before the timer takes over.
const STALLED: Duration = Duration::from_millis(30);

/// A timer further behind than this starts afresh instead of catching up.
const TOO_FAR_BEHIND: Duration = Duration::from_millis(100);

/// What the device says about the playout ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clockwork {
    /// A device runs, and its ring is short of sound.
    DeviceWants,
    /// A device runs, and its ring has enough.
    DeviceHasEnough,
    /// There is no device: only time counts.
    Timer,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Tick,
    /// Sleep, but wake early if a device calls.
    WaitUntil(Instant),
}

/// Knows when the last tick was.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// When the timer would tick next.
    due: Option<Instant>,
}

impl Pace {
    /// Forgets the past, after a rest.
    pub(crate) fn reset(&mut self) {
        self.due = None;
    }

    /// Decides; a `Tick` counts as done at `now`.
    pub(crate) fn next(&mut self, now: Instant, clockwork: Clockwork) -> Step {
        let due = match self.due {
            Some(due) if now.saturating_duration_since(due) <= TOO_FAR_BEHIND => due,
            _ => now,
        };
        match clockwork {
            Clockwork::DeviceWants => {
                // A device that stops will be noticed this much later.
                self.due = Some(now + STALLED);
                Step::Tick
            }
            Clockwork::DeviceHasEnough | Clockwork::Timer if now >= due => {
                self.due = Some(due + TICK);
                Step::Tick
            }
            Clockwork::DeviceHasEnough => {
                self.due = Some(due);
                Step::WaitUntil(due)
            }
            Clockwork::Timer => {
                // The device may just have gone: do not wait for what was granted to it.
                let due = due.min(now + TICK);
                self.due = Some(due);
                Step::WaitUntil(due)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn without_a_device_the_timer_ticks_every_ten_ms_and_catches_up() {
        let (start, mut pace) = (Instant::now(), Pace::default());
        assert_eq!(pace.next(start, Clockwork::Timer), Step::Tick);
        assert_eq!(
            pace.next(start, Clockwork::Timer),
            Step::WaitUntil(at(start, 10))
        );
        let mut ticks = 0;
        while pace.next(at(start, 53), Clockwork::Timer) == Step::Tick {
            ticks += 1;
        }
        assert_eq!(ticks, 5, "those due at 10, 20, 30, 40 and 50 ms");
        // After a long stop there is no burst.
        assert_eq!(pace.next(at(start, 5_000), Clockwork::Timer), Step::Tick);
        assert!(matches!(
            pace.next(at(start, 5_000), Clockwork::Timer),
            Step::WaitUntil(_)
        ));
    }

    #[test]
    fn a_running_device_is_followed_and_a_stalled_one_replaced_by_the_timer() {
        let (start, mut pace) = (Instant::now(), Pace::default());
        for n in 0..10 {
            let now = at(start, 10 * n);
            assert_eq!(pace.next(now, Clockwork::DeviceWants), Step::Tick);
            assert_eq!(
                pace.next(now, Clockwork::DeviceHasEnough),
                Step::WaitUntil(now + STALLED)
            );
        }
        // It stops asking after 90 ms.
        let stalled = at(start, 90) + STALLED;
        assert_eq!(pace.next(stalled, Clockwork::DeviceHasEnough), Step::Tick);
        assert_eq!(
            pace.next(stalled, Clockwork::DeviceHasEnough),
            Step::WaitUntil(stalled + TICK)
        );
        // It is back.
        assert_eq!(
            pace.next(at(start, 200), Clockwork::DeviceWants),
            Step::Tick
        );
    }

    #[test]
    fn a_device_that_vanishes_leaves_no_gap() {
        let (start, mut pace) = (Instant::now(), Pace::default());
        assert_eq!(pace.next(start, Clockwork::DeviceWants), Step::Tick);
        assert_eq!(
            pace.next(start, Clockwork::Timer),
            Step::WaitUntil(start + TICK)
        );
    }
}
