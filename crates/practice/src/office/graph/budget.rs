//! The budget of requests that all phones of a tenant share.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use super::WINDOW;

/// Requests of the last 30 seconds.
#[derive(Debug, Default)]
pub(super) struct Budget(VecDeque<SystemTime>);

impl Budget {
    /// Takes one request; if there is none left, it says when there is.
    pub(super) fn take(&mut self, now: SystemTime) -> Option<Duration> {
        let gone = |at: &SystemTime| *at + WINDOW <= now;
        while self.0.front().is_some_and(gone) {
            self.0.pop_front();
        }
        if self.0.len() < REQUESTS {
            self.0.push_back(now);
            return None;
        }
        let first = self.0.front().map(|at| *at + WINDOW);
        first.and_then(|at| at.duration_since(now).ok())
    }

    /// How much of it is used, 0 to 1.
    pub(super) fn used(&self) -> f64 {
        self.0.len() as f64 / REQUESTS as f64
    }
}

/// Source: Microsoft Graph service-specific throttling limits, presence: 1,500 requests in 30 seconds for
/// one application in one tenant.
const REQUESTS: usize = 1_500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_budget_and_it_comes_back() {
        let at = |ms| SystemTime::UNIX_EPOCH + Duration::from_millis(ms);
        let mut budget = Budget::default();
        for ms in 0..1_500 {
            assert_eq!(budget.take(at(ms * 10)), None);
        }
        assert!((budget.used() - 1.0).abs() < 0.01);
        assert_eq!(budget.take(at(15_000)), Some(Duration::from_secs(15)));
        assert_eq!(budget.take(at(30_000)), None);
        assert_eq!(budget.take(at(30_000)), Some(Duration::from_millis(10)));
        assert_eq!(budget.take(at(60_000)), None);
        assert!(budget.used() < 0.01);
    }
}
