//! Numbers of calls: those of one user agent, or of several that share them out.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::agent::DialogKey;

/// Every so many-th number from a first one on.
#[derive(Debug)]
pub(crate) struct Numbers {
    next: AtomicU64,
    step: u64,
}

impl Numbers {
    pub(crate) fn new(first: u64, step: u64) -> Self {
        Self {
            next: AtomicU64::new(first),
            step,
        }
    }

    pub(crate) fn next(&self) -> DialogKey {
        DialogKey(self.next.fetch_add(self.step, Ordering::Relaxed))
    }

    /// Numbers up to this one are taken.
    pub(crate) fn reserve(&self, last: DialogKey) {
        let _ = self
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
                let steps = last.0.checked_sub(next)? / self.step + 1;
                steps.checked_mul(self.step)?.checked_add(next)
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_that_share_numbers_never_give_the_same_one() {
        let agents = [Numbers::new(1, 3), Numbers::new(2, 3), Numbers::new(3, 3)];
        for last in [0, 4, 5, 17, 18, 30] {
            for (which, numbers) in agents.iter().enumerate() {
                numbers.reserve(DialogKey(last));
                let next = numbers.next().0;
                assert!(next > last, "{next} after {last}");
                assert_eq!((next - 1) % 3, which as u64);
            }
        }
    }

    #[test]
    fn one_agent_alone_counts_up() {
        let numbers = Numbers::new(1, 1);
        assert_eq!([numbers.next().0, numbers.next().0], [1, 2]);
        numbers.reserve(DialogKey(2));
        assert_eq!(numbers.next().0, 3);
        numbers.reserve(DialogKey(7));
        assert_eq!(numbers.next().0, 8);
    }
}
