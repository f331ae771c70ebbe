//! How soon a page whose process died is loaded again.

use std::time::{Duration, Instant};

/// Knows the processes that died within the last minute.
#[derive(Debug, Default)]
pub struct Deaths(Vec<Instant>);

impl Deaths {
    /// One has died: how long to wait before the next one is tried. There is always a next one: without
    /// a page nobody can answer.
    pub fn wait_after(&mut self, now: Instant) -> Duration {
        self.0.retain(|death| now.duration_since(*death) < LATELY);
        let wait = match self.0.len() {
            0 => Duration::ZERO,
            before => LONGEST.min(SHORTEST * (1 << (before - 1).min(DOUBLINGS))),
        };
        self.0.push(now);
        wait
    }

    /// How many there were.
    pub fn lately(&self) -> usize {
        self.0.len()
    }

    /// Whether the agent wonders what is the matter.
    pub fn many(&self) -> bool {
        self.0.len() >= MANY
    }
}

/// What died longer ago has nothing to do with it.
const LATELY: Duration = Duration::from_secs(60);

/// After the first one the page is loaded at once.
const SHORTEST: Duration = Duration::from_millis(250);

/// Shorter than a customer lets it ring.
const LONGEST: Duration = Duration::from_secs(4);

/// From the shortest wait to the longest.
const DOUBLINGS: usize = 4;

/// Two may be chance.
const MANY: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_loaded_at_once_and_each_further_one_later_up_to_a_limit() {
        let mut deaths = Deaths::default();
        let mut now = Instant::now();
        let mut wait = || {
            let wait = deaths.wait_after(now);
            now += wait + Duration::from_millis(500);
            (wait.as_millis(), deaths.many())
        };
        let waits = [(); 8].map(|()| wait());
        let wanted = [0, 250, 500, 1000, 2000, 4000, 4000, 4000];
        assert_eq!(waits.map(|(wait, _)| wait), wanted);
        assert_eq!(waits.map(|(_, many)| many)[..3], [false, false, true]);
    }

    #[test]
    fn after_a_quiet_minute_it_begins_anew() {
        let mut deaths = Deaths::default();
        let start = Instant::now();
        for _ in 0..5 {
            deaths.wait_after(start);
        }
        assert_eq!(deaths.wait_after(start + LATELY), Duration::ZERO);
        assert_eq!((deaths.lately(), deaths.many()), (1, false));
    }

    #[test]
    fn a_page_that_dies_for_a_whole_shift_is_tried_all_the_time() {
        let mut deaths = Deaths::default();
        let mut now = Instant::now();
        for _ in 0..10_000 {
            let wait = deaths.wait_after(now);
            assert!(wait <= LONGEST);
            now += wait;
        }
        assert!(deaths.lately() <= 20, "{}", deaths.lately());
    }
}
