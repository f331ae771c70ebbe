//! What we send: sender reports, and what the peer says of it (RFC 3550 section 6.4.1).

use std::time::{Duration, Instant};

use super::clock::middle;
use super::{NtpClock, ReceptionReport};

/// How many sender reports are remembered for the peer to refer to.
const REMEMBERED: usize = 8;
/// As fine as a round trip can be told: 1/65536 s in NTP format.
const RESOLUTION: u64 = 1 << 16;
/// So long a report says how things are: peers report every 5 s or so (RFC 3550 section 6.2), and one that
/// went over to another end may never do so again.
const REPORT_COUNTS: Duration = Duration::from_secs(15);

/// What was sent from one source.
#[derive(Clone, Debug)]
pub struct Transmission {
    ssrc: u32,
    clock_rate: u32,
    packets: u64,
    octets: u64,
    last: Option<(u32, Instant)>,
    reports: [u64; REMEMBERED],
    next_report: usize,
    remote: Option<(RemoteReport, Instant)>,
}

/// The sender's part of a sender report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderInfo {
    /// When the report is sent, in NTP format.
    pub ntp: u64,
    /// The same moment on the RTP clock.
    pub timestamp: u32,
    /// Packets sent, modulo 2³².
    pub packets: u32,
    /// Octets of payload sent, modulo 2³².
    pub octets: u32,
}

/// What the peer's last report says of what we send.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RemoteReport {
    /// Share of packets lost since its report before, 0 to 1.
    pub fraction_lost: f64,
    /// Packets lost in all.
    pub lost: i64,
    /// Interarrival jitter in ms.
    pub jitter_ms: f64,
    /// Round trip in ms; `None` if it has had no report of ours yet.
    pub round_trip_ms: Option<f64>,
}

impl Transmission {
    /// Nothing sent yet. `clock_rate` in Hz is that of the timestamps.
    pub fn new(ssrc: u32, clock_rate: u32) -> Transmission {
        Transmission {
            ssrc,
            clock_rate,
            packets: 0,
            octets: 0,
            last: None,
            reports: [0; REMEMBERED],
            next_report: 0,
            remote: None,
        }
    }

    /// The source it is about.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Packets sent.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// What the peer's last report says, if that still counts.
    pub fn remote(&self, now: Instant) -> Option<RemoteReport> {
        let (report, at) = self.remote?;
        (now.saturating_duration_since(at) < REPORT_COUNTS).then_some(report)
    }

    /// Takes note of a packet of `octets` of payload.
    pub fn on_packet(&mut self, now: Instant, timestamp: u32, octets: usize) {
        self.packets += 1;
        self.octets += octets as u64;
        // The packets of a telephone event all have the timestamp of its beginning.
        let newer = self
            .last
            .is_none_or(|(last, _)| (timestamp.wrapping_sub(last) as i32) > 0);
        if newer {
            self.last = Some((timestamp, now));
        }
    }

    /// What to report now; `None` before the first packet.
    pub fn report(&mut self, now: Instant, clock: &NtpClock) -> Option<SenderInfo> {
        let (timestamp, sent) = self.last?;
        let elapsed = now.saturating_duration_since(sent).as_secs_f64();
        let ntp = clock.ntp(now);
        self.reports[self.next_report] = ntp;
        self.next_report = (self.next_report + 1) % REMEMBERED;
        Some(SenderInfo {
            ntp,
            timestamp: timestamp.wrapping_add((elapsed * f64::from(self.clock_rate)) as u32),
            packets: self.packets as u32,
            octets: self.octets as u32,
        })
    }

    /// Takes a reception report of the peer, if it is about us.
    pub fn on_reception_report(
        &mut self,
        now: Instant,
        clock: &NtpClock,
        report: &ReceptionReport,
    ) {
        if report.ssrc != self.ssrc {
            return;
        }
        let round_trip_ms = self
            .reports
            .iter()
            .find(|ntp| **ntp != 0 && middle(**ntp) == report.last_sender_report)
            .map(|sent| {
                let since = clock.ntp(now).wrapping_sub(*sent);
                let trip = since.saturating_sub(u64::from(report.delay) << 16);
                trip.max(RESOLUTION) as f64 * 1_000.0 / (1u64 << 32) as f64
            });
        let before = self.remote(now).and_then(|remote| remote.round_trip_ms);
        let remote = RemoteReport {
            fraction_lost: f64::from(report.fraction_lost) / 256.0,
            lost: i64::from(report.lost),
            jitter_ms: f64::from(report.jitter) * 1_000.0 / f64::from(self.clock_rate),
            round_trip_ms: round_trip_ms.or(before),
        };
        self.remote = Some((remote, now));
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    const SSRC: u32 = 7;

    fn about(ssrc: u32) -> ReceptionReport {
        ReceptionReport {
            ssrc,
            fraction_lost: 64,
            lost: -3,
            highest_sequence_number: 0,
            jitter: 240,
            last_sender_report: 0,
            delay: 0,
        }
    }

    fn transmission() -> (Transmission, NtpClock, Instant) {
        let start = Instant::now();
        let mut transmission = Transmission::new(SSRC, 48_000);
        transmission.on_packet(start, 1_000, 60);
        let clock = NtpClock::new(start, SystemTime::UNIX_EPOCH);
        (transmission, clock, start)
    }

    #[test]
    fn the_round_trip_of_rfc_3550_figure_2() {
        // SR at 46853.125 s, held by the peer for 5.250 s, its report arrives at 46864.500 s.
        let (mut transmission, clock, start) = transmission();
        let info = transmission.report(start, &clock).expect("sent");
        let report = ReceptionReport {
            last_sender_report: middle(info.ntp),
            delay: 0x0005_4000,
            ..about(SSRC)
        };
        let arrival = start + Duration::from_millis(11_375);
        transmission.on_reception_report(arrival, &clock, &report);
        let remote = transmission.remote(arrival).expect("reported");
        let trip = remote.round_trip_ms.expect("referred to our report");
        assert!((trip - 6_125.0).abs() < 0.02, "{trip}");
    }

    #[test]
    fn a_round_trip_is_never_nothing() {
        let (mut transmission, clock, start) = transmission();
        let info = transmission.report(start, &clock).expect("sent");
        let report = ReceptionReport {
            last_sender_report: middle(info.ntp),
            delay: 99,
            ..about(SSRC)
        };
        transmission.on_reception_report(start, &clock, &report);
        let trip = transmission
            .remote(start)
            .and_then(|remote| remote.round_trip_ms);
        assert_eq!(trip, Some(1_000.0 / 65_536.0));
    }

    #[test]
    fn a_report_without_a_reference_keeps_the_round_trip() {
        let (mut transmission, clock, start) = transmission();
        transmission.on_reception_report(start, &clock, &about(SSRC));
        let remote = transmission.remote(start).expect("reported");
        assert_eq!(remote.round_trip_ms, None);
        assert_eq!((remote.fraction_lost, remote.lost), (0.25, -3));
        assert_eq!(remote.jitter_ms, 5.0);
    }

    #[test]
    fn a_report_is_forgotten_when_nothing_new_comes() {
        let (mut transmission, clock, start) = transmission();
        transmission.on_reception_report(start, &clock, &about(SSRC));
        let counts = |after: Duration| transmission.remote(start + after).is_some();
        assert!(counts(REPORT_COUNTS - Duration::from_millis(1)) && !counts(REPORT_COUNTS));
    }

    #[test]
    fn reports_about_others_are_not_ours() {
        let (mut transmission, clock, start) = transmission();
        transmission.on_reception_report(start, &clock, &about(SSRC + 1));
        assert_eq!(transmission.remote(start), None);
    }

    #[test]
    fn a_sender_report_states_this_moment_on_both_clocks() {
        let (mut transmission, clock, start) = transmission();
        // A telephone event's packets keep the timestamp of its start.
        let event = start + Duration::from_millis(40);
        transmission.on_packet(event, 1_000, 4);
        let now = start + Duration::from_millis(100);
        let info = transmission.report(now, &clock).expect("sent");
        assert_eq!(info.timestamp, 1_000 + 4_800);
        assert_eq!((info.packets, info.octets), (2, 64));
        assert_eq!(info.ntp, clock.ntp(now));
        let mut silent = Transmission::new(SSRC, 8_000);
        assert_eq!(silent.report(now, &clock), None);
    }
}
