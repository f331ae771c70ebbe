//! How a network carries packets to a server and back, from requests sent in a row.

use std::time::Duration;

/// Requests on their way, and when they were answered. Pure: told what happened when.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    /// Time of each request, and of its answer, since the first.
    each: Vec<(Duration, Option<Duration>)>,
}

/// What came of requests in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    /// Requests sent, and answered in time.
    pub sent: usize,
    /// See [`Path::sent`].
    pub answered: usize,
    /// Round trip in ms, the median; none if nothing was answered.
    pub round_trip_ms: Option<f64>,
    /// How much round trips differ from one answered request to the next, in ms, on average.
    pub jitter_ms: f64,
}

impl Requests {
    /// The next request is sent; gives its number, counted from 0.
    pub fn sent(&mut self, at: Duration) -> usize {
        self.each.push((at, None));
        self.each.len() - 1
    }

    /// A request is answered; what was answered before, or never sent, or is answered later than sound could
    /// be, counts for nothing.
    pub fn answered(&mut self, number: usize, at: Duration) {
        if let Some((sent, answered @ None)) = self.each.get_mut(number)
            && at.saturating_sub(*sent) <= PATIENCE
        {
            *answered = Some(at);
        }
    }

    /// Whether all have been answered.
    pub fn all_answered(&self) -> bool {
        self.each.iter().all(|(_, answered)| answered.is_some())
    }

    /// What came of it.
    pub fn path(&self) -> Path {
        let trips: Vec<f64> = self
            .each
            .iter()
            .filter_map(|(sent, answered)| Some(answered.as_ref()?.saturating_sub(*sent)))
            .map(|trip| trip.as_secs_f64() * 1_000.0)
            .collect();
        let steps = trips.windows(2).map(|two| (two[1] - two[0]).abs());
        let jitter_ms = steps.sum::<f64>() / (trips.len().max(2) - 1) as f64;
        let mut sorted = trips.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        Path {
            sent: self.each.len(),
            answered: trips.len(),
            round_trip_ms: sorted.get(sorted.len() / 2).copied(),
            jitter_ms,
        }
    }
}

impl Path {
    /// Share of requests that were lost, they or their answers, in percent.
    pub fn loss_percent(&self) -> f64 {
        let lost = self.sent - self.answered;
        lost as f64 * 100.0 / self.sent.max(1) as f64
    }
}

/// What comes later than this counts as lost.
pub(crate) const PATIENCE: Duration = Duration::from_millis(600);

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Requests every 20 ms, with the round trip of each.
    fn path(trips: &[Option<u64>]) -> Path {
        let mut requests = Requests::default();
        for (at, trip) in (0..).step_by(20).zip(trips) {
            let number = requests.sent(ms(at));
            if let Some(trip) = trip {
                requests.answered(number, ms(at + trip));
            }
        }
        requests.path()
    }

    #[test]
    fn a_good_network_has_one_round_trip() {
        let good = path(&[Some(30); 100]);
        assert_eq!(
            (good.sent, good.answered, good.loss_percent()),
            (100, 100, 0.0)
        );
        assert_eq!((good.round_trip_ms, good.jitter_ms), (Some(30.0), 0.0));
    }

    #[test]
    fn loss_and_jitter_are_told() {
        let poor = path(&[Some(30), None, Some(50), Some(30), None]);
        assert_eq!((poor.answered, poor.loss_percent()), (3, 40.0));
        assert_eq!((poor.round_trip_ms, poor.jitter_ms), (Some(30.0), 20.0));
    }

    #[test]
    fn nothing_answered_is_no_round_trip() {
        let none = path(&[None, None]);
        assert_eq!(
            (none.round_trip_ms, none.jitter_ms, none.loss_percent()),
            (None, 0.0, 100.0)
        );
        assert_eq!(path(&[]).loss_percent(), 0.0);
    }

    #[test]
    fn an_answer_counts_once_and_only_to_a_request() {
        let mut requests = Requests::default();
        let number = requests.sent(ms(0));
        assert!(!requests.all_answered());
        requests.answered(number, ms(10));
        requests.answered(number, ms(900));
        requests.answered(7, ms(10));
        assert!(requests.all_answered());
        assert_eq!(requests.path().round_trip_ms, Some(10.0));
    }
}
