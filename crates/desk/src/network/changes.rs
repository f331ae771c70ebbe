//! What of all that moves in a network is worth telling. Pure.

use std::{
    collections::BTreeSet,
    net::IpAddr,
    time::{Duration, Instant},
};

use super::Change;

/// The addresses that others can reach this machine at.
pub(super) type Addresses = BTreeSet<IpAddr>;

/// Something was looked at.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// The addresses as they are now.
    Addresses(Addresses),
    /// The time on the wall, since 1970. To be told every [`TICK`].
    Clock(Duration),
    /// [`Changes::poll_timeout`] has come.
    Timeout,
}

/// Tells changes from noise: what is back as it was within 300 ms is none, and several within that
/// time are one.
#[derive(Debug)]
pub(super) struct Changes {
    told: Addresses,
    now: Addresses,
    due: Option<Instant>,
    looked: Option<(Instant, Duration)>,
}

impl Changes {
    /// From these addresses on.
    pub(super) fn new(addresses: Addresses) -> Self {
        Self {
            told: addresses.clone(),
            now: addresses,
            due: None,
            looked: None,
        }
    }

    pub(super) fn handle(&mut self, now: Instant, event: Event) -> Option<Change> {
        match event {
            Event::Addresses(addresses) => {
                if addresses != self.now {
                    self.now = addresses;
                    // Not put off by more of them: a link that flaps is told of, too.
                    self.due.get_or_insert(now + SETTLING);
                }
                None
            }
            Event::Clock(wall) => {
                let (before, wall_before) = self.looked.replace((now, wall))?;
                let slept = wall.saturating_sub(wall_before);
                // Some systems' clock for intervals stops in sleep, others' does not.
                let stood_still = now.saturating_duration_since(before).max(slept);
                (stood_still > TICK + SLEEP).then_some(Change::Woke)
            }
            Event::Timeout => {
                let due = self.due?;
                if now < due {
                    return None;
                }
                self.due = None;
                if self.now == self.told {
                    return None;
                }
                let gone = self.told.difference(&self.now).next().is_some();
                self.told.clone_from(&self.now);
                Some(if gone {
                    Change::Addresses
                } else {
                    Change::MoreAddresses
                })
            }
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }
}

/// Time between two looks at clock and addresses.
pub(super) const TICK: Duration = Duration::from_secs(2);
/// Changes within this time are one.
const SETTLING: Duration = Duration::from_millis(300);
/// A look that comes this much too late comes after sleep.
const SLEEP: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn addresses(last: &[u8]) -> Addresses {
        last.iter().map(|n| IpAddr::from([192, 0, 2, *n])).collect()
    }

    struct Machine {
        changes: Changes,
        start: Instant,
        told: Vec<(u64, Change)>,
    }

    impl Machine {
        fn new() -> Self {
            Self {
                changes: Changes::new(addresses(&[1])),
                start: Instant::now(),
                told: Vec::new(),
            }
        }

        /// What happens at this time in ms, after all that is due before it.
        fn at(&mut self, ms: u64, event: Event) {
            let now = self.start + Duration::from_millis(ms);
            while let Some(due) = self.changes.poll_timeout().filter(|due| *due <= now) {
                let told = self.changes.handle(due, Event::Timeout);
                let at = due.duration_since(self.start).as_millis() as u64;
                self.told.extend(told.map(|change| (at, change)));
            }
            let told = self.changes.handle(now, event);
            self.told.extend(told.map(|change| (ms, change)));
        }

        fn is(&mut self, ms: u64, last: &[u8]) {
            self.at(ms, Event::Addresses(addresses(last)));
        }
    }

    #[test]
    fn changes_close_together_are_one() {
        let mut machine = Machine::new();
        // From one network to another: gone, the new one, the router's second one.
        machine.is(1_000, &[]);
        machine.is(1_120, &[7]);
        machine.is(1_250, &[7, 8]);
        machine.is(5_000, &[7]);
        machine.is(9_000, &[7]);
        assert_eq!(
            machine.told,
            [(1_300, Change::Addresses), (5_300, Change::Addresses)]
        );
    }

    #[test]
    fn what_is_back_at_once_is_no_change() {
        let mut machine = Machine::new();
        machine.is(0, &[]);
        machine.is(299, &[1]);
        machine.is(2_000, &[1]);
        assert!(machine.told.is_empty());
        assert_eq!(machine.changes.poll_timeout(), None);
    }

    #[test]
    fn a_link_that_never_settles_is_told_of_all_the_same() {
        let mut machine = Machine::new();
        for n in 0..100 {
            machine.is(n * 100, &[(n % 7 + 1) as u8]);
        }
        assert!(machine.told.len() > 10, "{:?}", machine.told);
    }

    #[test]
    fn waking_up_is_seen_by_either_clock() {
        let s = Duration::from_secs;
        for (monotonic_ms, wall_s, woke) in [
            (2_000, 2, false),
            (2_000, 12, false),
            (2_000, 13, true),
            (3_000, 28_800, true),
            // Windows: the clock for intervals goes on in sleep.
            (13_000, 13, true),
            (9_000, 9, false),
        ] {
            let mut machine = Machine::new();
            machine.at(0, Event::Clock(s(1_000)));
            machine.at(monotonic_ms, Event::Clock(s(1_000 + wall_s)));
            let told = machine
                .told
                .iter()
                .any(|(_, change)| *change == Change::Woke);
            assert_eq!(told, woke, "{monotonic_ms} ms, {wall_s} s");
        }
        // The clock on the wall was put back.
        let mut machine = Machine::new();
        machine.at(0, Event::Clock(s(1_000)));
        machine.at(2_000, Event::Clock(s(10)));
        machine.at(4_000, Event::Clock(s(12)));
        assert!(machine.told.is_empty());
    }

    proptest! {
        #[test]
        fn what_is_told_last_is_how_it_is(steps in vec((0u64..500, vec(0u8..4, 0..3)), 1..40)) {
            let mut machine = Machine::new();
            let mut ms = 0;
            let mut last = vec![1];
            for (pause, next) in steps {
                ms += pause;
                machine.is(ms, &next);
                last = next;
            }
            machine.is(ms + 1_000, &last);
            prop_assert_eq!(&machine.changes.told, &addresses(&last));
            // Never more often than every 300 ms.
            for pair in machine.told.windows(2) {
                prop_assert!(pair[1].0 - pair[0].0 >= 300);
            }
        }
    }
}
