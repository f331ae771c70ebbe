//! Time as RTCP has it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// From the NTP era (1900) to the Unix epoch, in seconds.
const UNIX_EPOCH_S: u64 = 2_208_988_800;

/// Wall clock in NTP format, read once and then carried on by the monotonic clock, so that setting
/// the machine's clock in a call moves no round trip.
#[derive(Clone, Copy, Debug)]
pub struct NtpClock {
    start: Instant,
    ntp: u64,
}

impl NtpClock {
    /// A clock that says `wall` at `start`.
    pub fn new(start: Instant, wall: SystemTime) -> NtpClock {
        let since_epoch = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        NtpClock {
            start,
            ntp: fixed_point(since_epoch).wrapping_add(UNIX_EPOCH_S << 32),
        }
    }

    /// Seconds since 1900, 32 bits before and 32 behind the point (RFC 3550 section 4).
    pub fn ntp(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.start);
        self.ntp.wrapping_add(fixed_point(elapsed))
    }
}

/// A duration in seconds, 32 bits before and 32 behind the point.
pub(super) fn fixed_point(duration: Duration) -> u64 {
    let fraction = (u64::from(duration.subsec_nanos()) << 32) / 1_000_000_000;
    (duration.as_secs() << 32) | fraction
}

/// The middle 32 bits of an NTP time, which reports quote: a resolution of 1/65536 s.
pub(super) fn middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ntp_time_of_rfc_3550() {
        // RFC 3550 figure 2: 10 November 1995, 11:33:25.125 UTC.
        let wall = UNIX_EPOCH + Duration::from_millis((3_024_992_005 - UNIX_EPOCH_S) * 1_000 + 125);
        let start = Instant::now();
        let clock = NtpClock::new(start, wall);
        assert_eq!(clock.ntp(start), 0xb44d_b705_2000_0000);
        assert_eq!(middle(clock.ntp(start)), 0xb705_2000);
        let later = start + Duration::from_millis(500);
        assert_eq!(clock.ntp(later), 0xb44d_b705_a000_0000);
    }

    #[test]
    fn a_clock_before_1970_is_no_reason_to_panic() {
        let clock = NtpClock::new(Instant::now(), UNIX_EPOCH - Duration::from_secs(1));
        assert_eq!(clock.ntp(clock.start) >> 32, UNIX_EPOCH_S);
    }
}
