//! How soon a phone that stopped by itself is started again.

use std::time::Duration;

/// Counts phones that stopped soon one after the other.
#[derive(Debug, Default)]
pub struct Restarts {
    in_a_row: u32,
}

impl Restarts {
    /// A phone that ran for so long has stopped: how long to wait before the next one.
    pub fn wait_after(&mut self, ran: Duration) -> Duration {
        if ran >= SOUND {
            self.in_a_row = 0;
        }
        let wait = SHORTEST.saturating_mul(1 << self.in_a_row.min(DOUBLINGS));
        self.in_a_row += 1;
        wait
    }
}

/// The agent may be in the middle of a shift: the first try is soon.
const SHORTEST: Duration = Duration::from_secs(1);

/// The longest wait is 32 seconds.
const DOUBLINGS: u32 = 5;

/// What ran for so long had no fault that would stop it at once again.
const SOUND: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_longer_up_to_a_limit_and_a_phone_that_ran_well_starts_over() {
        let mut restarts = Restarts::default();
        let mut wait = |ran_s| restarts.wait_after(Duration::from_secs(ran_s)).as_secs();
        assert_eq!([0; 8].map(&mut wait), [1, 2, 4, 8, 16, 32, 32, 32]);
        assert_eq!(wait(3600), 1);
        assert_eq!(wait(0), 2);
    }
}
