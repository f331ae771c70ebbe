use std::time::Duration;

use crate::state::Direction;

/// How long to wait after a 491 before offering again (RFC 3261 §14.1): 2.1–4 s
/// for the owner of the Call-ID (the caller), 0–2 s for the other end, in units
/// of 10 ms.
pub(crate) fn back_off(direction: Direction, jitter: &mut Jitter) -> Duration {
    let units = match direction {
        Direction::Outgoing => 210 + jitter.below(191),
        Direction::Incoming => jitter.below(201),
    };
    Duration::from_millis(10 * units)
}

/// Pseudo-random numbers from a seed (SplitMix64): two phones that meet must
/// not wait equally long, and a test must be able to repeat a run.
#[derive(Clone, Debug)]
pub(crate) struct Jitter(u64);

impl Jitter {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 up to, not including, `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        // The bias of the remainder is below 2⁻⁵⁵ here.
        (z ^ (z >> 31)) % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_lie_in_the_ranges_of_the_rfc_and_reach_both_ends() {
        let mut jitter = Jitter::new(7);
        for (direction, low, high) in [
            (Direction::Outgoing, 2100, 4000),
            (Direction::Incoming, 0, 2000),
        ] {
            let waits: Vec<u128> = (0..20_000)
                .map(|_| back_off(direction, &mut jitter).as_millis())
                .collect();
            assert!(waits.iter().all(|ms| ms % 10 == 0));
            assert_eq!(waits.iter().min(), Some(&low));
            assert_eq!(waits.iter().max(), Some(&high));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_waits_and_another_gives_others() {
        let waits = |seed| {
            let mut jitter = Jitter::new(seed);
            (0..8).map(|_| jitter.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(waits(1), waits(1));
        assert_ne!(waits(1), waits(2));
    }
}
