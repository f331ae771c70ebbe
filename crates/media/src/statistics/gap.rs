//! Times in which nothing of the peer came although it was to send.

use std::time::{Duration, Instant};

/// Longer than this without a packet is a gap. The longest pause of a peer that sends little in
/// silence (Opus DTX) is 400 ms.
const GAP: Duration = Duration::from_millis(600);

/// Finds gaps. Told of packets as they come, it tells of a gap when it is over.
#[derive(Clone, Debug, Default)]
pub struct Gaps {
    last: Option<Instant>,
    longest: Duration,
}

impl Gaps {
    /// Takes note of a packet; the gap that it ends, if there was one. The first packet ends none,
    /// nor does the first after [`Gaps::forget`].
    pub fn on_packet(&mut self, now: Instant) -> Option<Duration> {
        let last = self.last.replace(now)?;
        let gap = now.saturating_duration_since(last);
        if gap <= GAP {
            return None;
        }
        self.longest = self.longest.max(gap);
        Some(gap)
    }

    /// Nothing is to come from now on, or what came so far was no conversation: the next packet is
    /// as the first.
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// The longest gap so far; zero if there was none.
    pub fn longest(&self) -> Duration {
        self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gaps in ms that packets at these times, in ms, end.
    fn gaps(gaps: &mut Gaps, start: Instant, at: &[u64]) -> Vec<u128> {
        let packets = at.iter().filter_map(|ms| {
            let gap = gaps.on_packet(start + Duration::from_millis(*ms));
            Some(gap?.as_millis())
        });
        packets.collect()
    }

    #[test]
    fn a_gap_is_told_when_it_is_over() {
        let (mut all, start) = (Gaps::default(), Instant::now());
        let at = [5_000, 5_020, 5_420, 6_020, 6_620, 8_000, 8_020, 8_700];
        assert_eq!(gaps(&mut all, start, &at), [1_380, 680]);
        assert_eq!(all.longest(), Duration::from_millis(1_380));
    }

    #[test]
    fn silence_that_was_asked_for_is_none() {
        let (mut all, start) = (Gaps::default(), Instant::now());
        assert!(gaps(&mut all, start, &[0, 20]).is_empty());
        all.forget();
        assert!(gaps(&mut all, start, &[9_000, 9_020]).is_empty());
        assert_eq!(all.longest(), Duration::ZERO);
        assert_eq!(gaps(&mut all, start, &[9_621]), [601]);
    }

    #[test]
    fn a_clock_that_stands_still_is_survived() {
        let (mut all, start) = (Gaps::default(), Instant::now());
        let _ = all.on_packet(start + Duration::from_secs(2));
        assert_eq!(all.on_packet(start), None);
    }
}
