//! In what runs packets are lost: a few apart, or many in a row.

/// How many packets a late one may be behind before it counts as lost for good.
const PATIENCE: u64 = 64;

/// Counts runs of packets that never came. Told of sequence numbers that do not wrap, in order of
/// arrival; what is told of a packet is settled once 64 later ones are due.
#[derive(Clone, Copy, Debug, Default)]
pub struct LossRuns {
    /// The newest packet, and which of it and the 63 before it came: the newest in the lowest bit.
    newest: Option<u64>,
    came: u64,
    in_run: bool,
    runs: u64,
    lost: u64,
}

impl LossRuns {
    /// Takes note of a packet.
    pub fn on_packet(&mut self, number: u64) {
        let Some(newest) = self.newest else {
            self.newest = Some(number);
            // Nothing is missing before the first.
            self.came = u64::MAX;
            return;
        };
        if number <= newest {
            let behind = newest - number;
            if behind < PATIENCE {
                self.came |= 1 << behind;
            }
            return;
        }
        let ahead = number - newest;
        for _ in 0..ahead.min(PATIENCE) {
            self.settle(self.came >> (PATIENCE - 1) == 1);
            self.came <<= 1;
        }
        for _ in PATIENCE..ahead {
            self.settle(false);
        }
        self.came |= 1;
        self.newest = Some(number);
    }

    /// What is not there yet was not lost: the peer was not to send.
    pub fn forgive(&mut self) {
        *self = LossRuns {
            runs: self.runs,
            lost: self.lost,
            ..LossRuns::default()
        };
    }

    /// Runs of lost packets that have begun.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Packets lost in them.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    fn settle(&mut self, came: bool) {
        if !came {
            self.lost += 1;
            self.runs += u64::from(!self.in_run);
        }
        self.in_run = !came;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counted(numbers: impl IntoIterator<Item = u64>) -> (u64, u64) {
        let mut runs = LossRuns::default();
        numbers
            .into_iter()
            .for_each(|number| runs.on_packet(number));
        (runs.runs(), runs.lost())
    }

    #[test]
    fn singles_and_rows_are_told_apart() {
        let without = |lost: &'static [u64]| (100..400).filter(move |n| !lost.contains(n));
        assert_eq!(counted(without(&[])), (0, 0));
        assert_eq!(counted(without(&[120, 130, 140])), (3, 3));
        assert_eq!(counted(without(&[120, 121, 122, 140])), (2, 4));
        // Not settled yet.
        assert_eq!(counted(without(&[390])), (0, 0));
    }

    #[test]
    fn late_and_twice_is_not_lost_and_a_long_row_is_one() {
        let mut numbers: Vec<u64> = (0..200).collect();
        numbers.swap(50, 80);
        numbers.insert(90, 20);
        assert_eq!(counted(numbers), (0, 0));
        assert_eq!(counted((0..100).chain(300..400)), (1, 200));
    }

    #[test]
    fn hold_is_no_loss() {
        let mut runs = LossRuns::default();
        (0..100).for_each(|n| runs.on_packet(n));
        runs.forgive();
        (900..1_000).for_each(|n| runs.on_packet(n));
        assert_eq!((runs.runs(), runs.lost()), (0, 0));
    }

    proptest! {
        #[test]
        fn it_counts_what_a_look_at_all_of_them_counts(
            came in prop::collection::vec(prop::bool::weighted(0.8), 1..400),
        ) {
            // The ends are there, and the last 64 settle the rest.
            let came: Vec<bool> = [true].into_iter().chain(came).chain([true; 65]).collect();
            let numbers = (0..).zip(&came).filter(|(_, came)| **came).map(|(n, _)| n);
            let lost = came.iter().filter(|came| !**came).count() as u64;
            let runs = came.windows(2).filter(|two| two[0] && !two[1]).count() as u64;
            prop_assert_eq!(counted(numbers), (runs, lost));
        }
    }
}
