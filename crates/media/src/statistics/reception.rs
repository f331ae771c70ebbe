//! What we receive: loss and jitter (RFC 3550 appendix A.1, A.3, A.8).

use std::time::{Duration, Instant};

use super::LossRuns;
use super::clock::{fixed_point, middle};

/// A sequence number this far ahead is a jump, not a loss (RFC 3550 appendix A.1).
const MAX_DROPOUT: u16 = 3_000;
/// A sequence number this far behind is late, not a jump.
const MAX_MISORDER: u16 = 100;
/// How long the source in use has to be silent before one that it displaced is heard again.
const SILENCE: Duration = Duration::from_millis(200);
/// A change of transit time of a second is a new timeline (the peer now plays another source under
/// the same SSRC), not jitter.
const MAX_TRANSIT_S: f64 = 1.0;
/// Longer between two packets in a row is a pause.
const LONGEST_PACKET_MS: f64 = 120.0;

/// What was received in a session, over all the sources (SSRCs) that its peer used in turn.
#[derive(Clone, Debug, Default)]
pub struct Reception {
    source: Option<Source>,
    displaced: Option<u32>,
    received: u64,
    lost: i64,
    runs: u64,
    lost_in_runs: u64,
}

/// A reception report block (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceptionReport {
    /// The source it is about.
    pub ssrc: u32,
    /// Share of packets lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost in all, 24 bits with sign.
    pub lost: i32,
    /// Highest sequence number, with the count of cycles above it.
    pub highest_sequence_number: u32,
    /// Interarrival jitter in units of the RTP clock.
    pub jitter: u32,
    /// Middle of the NTP time in the last sender report; 0 if there was none.
    pub last_sender_report: u32,
    /// Time since that report, in 1/65536 s.
    pub delay: u32,
}

/// One source, as it is being received.
#[derive(Clone, Debug)]
struct Source {
    ssrc: u32,
    base: u32,
    highest: u16,
    cycles: u32,
    jumped_to: Option<u16>,
    gap_forgiven: bool,
    received: u64,
    expected_before: u64,
    received_before: u64,
    last_arrival: Instant,
    transit: Option<Transit>,
    jitter_s: f64,
    clock_rate: u32,
    runs: LossRuns,
    packet_ms: Option<u32>,
    sender_report: Option<(u32, Instant)>,
}

/// Where the last packet stood, to compare the next one with.
#[derive(Clone, Copy, Debug)]
struct Transit {
    arrival: Instant,
    timestamp: u32,
    clock_rate: u32,
    number: u64,
}

impl Reception {
    /// Takes note of a packet. `clock_rate` is that of its timestamp in Hz, or `None` if the
    /// timestamp does not tell when the packet was sent (telephone events: RFC 4733 section 2.2).
    ///
    /// False means the packet should not be used: it is a leftover of a source that another has
    /// displaced. The newest source wins, since peers switch sources in mid-call (music on hold,
    /// transfer) without a word; a displaced one is heard again if the newer one falls silent.
    pub fn on_packet(
        &mut self,
        now: Instant,
        ssrc: u32,
        sequence_number: u16,
        timestamp: u32,
        clock_rate: Option<u32>,
    ) -> bool {
        if let Some(source) = &self.source
            && source.ssrc != ssrc
        {
            let silent = now.saturating_duration_since(source.last_arrival) >= SILENCE;
            if self.displaced == Some(ssrc) && !silent {
                return false;
            }
            self.displaced = Some(source.ssrc);
            self.retire();
        }
        let source = self
            .source
            .get_or_insert_with(|| Source::new(now, ssrc, sequence_number));
        if !source.count(sequence_number) {
            // Two in a row from elsewhere: the peer starts its numbers anew (appendix A.1).
            let report = source.sender_report;
            self.retire();
            let mut source = Source::new(now, ssrc, sequence_number);
            source.sender_report = report;
            source.count(sequence_number);
            self.source = Some(source);
        }
        if let Some(source) = &mut self.source {
            source.last_arrival = now;
            if let Some(clock_rate) = clock_rate {
                source.measure(now, sequence_number, timestamp, clock_rate);
            }
        }
        true
    }

    /// The peer was not to send for a while (hold): what it counted meanwhile was not lost.
    pub fn forgive_gap(&mut self) {
        if let Some(source) = &mut self.source {
            source.gap_forgiven = true;
            source.runs.forgive();
        }
    }

    /// Takes note of a sender report of the peer, of which our next report tells how long ago it
    /// came.
    pub fn on_sender_report(&mut self, now: Instant, ssrc: u32, ntp: u64) {
        if let Some(source) = self.source.as_mut().filter(|source| source.ssrc == ssrc) {
            source.sender_report = Some((middle(ntp), now));
        }
    }

    /// The report to send now; `None` before the first packet. Starts the next interval.
    pub fn report(&mut self, now: Instant) -> Option<ReceptionReport> {
        let source = self.source.as_mut()?;
        // Appendix A.3.
        let expected = source.expected();
        let expected_interval = expected - source.expected_before.min(expected);
        let received_interval = source.received - source.received_before;
        source.expected_before = expected;
        source.received_before = source.received;
        let lost_interval = expected_interval.saturating_sub(received_interval);
        let fraction_lost = (lost_interval << 8)
            .checked_div(expected_interval)
            .map_or(0, |fraction| fraction.min(255) as u8);
        let (last_sender_report, delay) = source.sender_report.map_or((0, 0), |(ntp, arrival)| {
            let delay = fixed_point(now.saturating_duration_since(arrival));
            (ntp, u32::try_from(delay >> 16).unwrap_or(u32::MAX))
        });
        Some(ReceptionReport {
            ssrc: source.ssrc,
            fraction_lost,
            lost: source.lost().clamp(-0x80_0000, 0x7f_ffff) as i32,
            highest_sequence_number: source.extended_highest(),
            jitter: (source.jitter_s * f64::from(source.clock_rate)) as u32,
            last_sender_report,
            delay,
        })
    }

    /// Packets received.
    pub fn received(&self) -> u64 {
        self.received + self.source.as_ref().map_or(0, |source| source.received)
    }

    /// Packets that never came; duplicates make it smaller, even negative.
    pub fn lost(&self) -> i64 {
        self.lost + self.source.as_ref().map_or(0, Source::lost)
    }

    /// Runs of packets that never came, and packets in them.
    pub fn loss_runs(&self) -> (u64, u64) {
        let (runs, lost) = self
            .source
            .as_ref()
            .map_or((0, 0), |source| (source.runs.runs(), source.runs.lost()));
        (self.runs + runs, self.lost_in_runs + lost)
    }

    /// Length of a packet in ms, by the timestamps of two in a row.
    pub fn packet_ms(&self) -> Option<u32> {
        self.source.as_ref()?.packet_ms
    }

    /// Interarrival jitter in ms.
    pub fn jitter_ms(&self) -> f64 {
        let jitter_s = self.source.as_ref().map_or(0.0, |source| source.jitter_s);
        jitter_s * 1_000.0
    }

    fn retire(&mut self) {
        if let Some(source) = self.source.take() {
            self.received += source.received;
            self.lost += source.lost();
            self.runs += source.runs.runs();
            self.lost_in_runs += source.runs.lost();
        }
    }
}

impl Source {
    /// Ready to count `sequence_number` as its first packet. The probation of appendix A.1 is left
    /// out: SRTP has already told this packet from noise.
    fn new(now: Instant, ssrc: u32, sequence_number: u16) -> Source {
        Source {
            ssrc,
            base: u32::from(sequence_number),
            highest: sequence_number,
            cycles: 0,
            jumped_to: None,
            gap_forgiven: false,
            received: 0,
            expected_before: 0,
            received_before: 0,
            last_arrival: now,
            transit: None,
            jitter_s: 0.0,
            clock_rate: 8_000,
            runs: LossRuns::default(),
            packet_ms: None,
            sender_report: None,
        }
    }

    /// `update_seq` of appendix A.1. False if the numbers start anew here.
    fn count(&mut self, sequence_number: u16) -> bool {
        let ahead = sequence_number.wrapping_sub(self.highest);
        if ahead < MAX_DROPOUT {
            if std::mem::take(&mut self.gap_forgiven) {
                self.base = self.base.wrapping_add(u32::from(ahead.saturating_sub(1)));
            }
            if sequence_number < self.highest {
                self.cycles += 1 << 16;
            }
            self.highest = sequence_number;
        } else if ahead <= u16::MAX - MAX_MISORDER + 1 {
            if self.jumped_to == Some(sequence_number) {
                return false;
            }
            self.jumped_to = Some(sequence_number.wrapping_add(1));
            return true;
        }
        // Otherwise a duplicate or late.
        self.received += 1;
        self.runs.on_packet(self.extended(sequence_number));
        true
    }

    /// A sequence number without its wraps. One from before the first wraps back to far above, and is
    /// none of ours: it counts as the first.
    fn extended(&self, sequence_number: u16) -> u64 {
        let behind = self.highest.wrapping_sub(sequence_number);
        u64::from(self.extended_highest()).saturating_sub(u64::from(behind))
    }

    /// Appendix A.8, in seconds, so that a change of clock rate does no harm.
    fn measure(&mut self, now: Instant, sequence_number: u16, timestamp: u32, clock_rate: u32) {
        self.clock_rate = clock_rate;
        let number = self.extended(sequence_number);
        if let Some(before) = self.transit
            && before.clock_rate == clock_rate
        {
            let arrival = now.saturating_duration_since(before.arrival).as_secs_f64();
            let sent = f64::from(timestamp.wrapping_sub(before.timestamp) as i32);
            let packet_ms = sent * 1_000.0 / f64::from(clock_rate);
            if number == before.number + 1 && (1.0..=LONGEST_PACKET_MS).contains(&packet_ms) {
                self.packet_ms = Some(packet_ms.round() as u32);
            }
            let difference = (arrival - sent / f64::from(clock_rate)).abs();
            if difference < MAX_TRANSIT_S {
                self.jitter_s += (difference - self.jitter_s) / 16.0;
            }
        }
        self.transit = Some(Transit {
            arrival: now,
            timestamp,
            clock_rate,
            number,
        });
    }

    fn extended_highest(&self) -> u32 {
        self.cycles.wrapping_add(u32::from(self.highest))
    }

    fn expected(&self) -> u64 {
        u64::from(self.extended_highest().wrapping_sub(self.base)) + 1
    }

    fn lost(&self) -> i64 {
        self.expected() as i64 - self.received as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SSRC: u32 = 7;

    /// Packets of 20 ms at 8000 Hz, each `(sequence number, arrival in ms)`.
    fn received(packets: &[(u16, u64)]) -> (Reception, Instant) {
        let start = Instant::now();
        let mut reception = Reception::default();
        for &(sequence_number, ms) in packets {
            let timestamp = u32::from(sequence_number) * 160;
            let now = start + Duration::from_millis(ms);
            reception.on_packet(now, SSRC, sequence_number, timestamp, Some(8_000));
        }
        (reception, start)
    }

    #[test]
    fn nothing_received_is_nothing_reported() {
        let mut reception = Reception::default();
        assert_eq!(reception.report(Instant::now()), None);
        assert_eq!((reception.received(), reception.lost()), (0, 0));
    }

    #[test]
    fn a_clean_stream_has_no_loss_and_no_jitter() {
        let packets: Vec<_> = (0..100u16).map(|n| (n, u64::from(n) * 20)).collect();
        let (mut reception, start) = received(&packets);
        assert_eq!((reception.received(), reception.lost()), (100, 0));
        assert!(reception.jitter_ms() < 1e-9);
        let report = reception.report(start).expect("received");
        assert_eq!(report.highest_sequence_number, 99);
        assert_eq!((report.fraction_lost, report.lost), (0, 0));
    }

    #[test]
    fn loss_by_appendix_a_3() {
        let (mut reception, start) = received(&[(10, 0), (11, 20), (14, 80), (15, 100)]);
        assert_eq!((reception.received(), reception.lost()), (4, 2));
        let report = reception.report(start).expect("received");
        assert_eq!(report.lost, 2);
        assert_eq!(report.fraction_lost, (2 * 256 / 6) as u8);
        // The next interval begins now: half of it lost.
        let now = start + Duration::from_millis(400);
        for sequence_number in [17, 19] {
            reception.on_packet(now, SSRC, sequence_number, 0, None);
        }
        let report = reception.report(now).expect("received");
        assert_eq!(report.fraction_lost, 128);
        assert_eq!(report.lost, 4);
        // A late one makes the total smaller; nothing was expected, so no fraction.
        reception.on_packet(now, SSRC, 16, 0, None);
        let report = reception.report(now).expect("received");
        assert_eq!((report.fraction_lost, report.lost), (0, 3));
    }

    #[test]
    fn duplicates_make_the_loss_negative() {
        let (mut reception, start) = received(&[(1, 0), (1, 1), (1, 2)]);
        assert_eq!(reception.lost(), -2);
        assert_eq!(reception.report(start).expect("received").lost, -2);
    }

    #[test]
    fn what_is_not_sent_on_hold_is_not_lost() {
        let (mut reception, start) = received(&[(1, 0), (2, 20), (4, 60)]);
        reception.forgive_gap();
        for sequence_number in [54, 55, 57] {
            reception.on_packet(start, SSRC, sequence_number, 0, None);
        }
        assert_eq!((reception.received(), reception.lost()), (6, 2));
        let report = reception.report(start).expect("received");
        assert_eq!((report.lost, report.highest_sequence_number), (2, 57));
        // No gap at all is forgiven as well.
        reception.forgive_gap();
        reception.on_packet(start, SSRC, 58, 0, None);
        assert_eq!(reception.lost(), 2);
        Reception::default().forgive_gap();
    }

    #[test]
    fn sequence_numbers_wrap() {
        let (mut reception, start) = received(&[(65_534, 0), (65_535, 20), (0, 40), (1, 60)]);
        assert_eq!(reception.lost(), 0);
        let report = reception.report(start).expect("received");
        assert_eq!(report.highest_sequence_number, 0x1_0001);
        // Late across the wrap: counted, the highest stays.
        let (reception, _) = received(&[(65_534, 0), (0, 40), (65_535, 41)]);
        assert_eq!((reception.received(), reception.lost()), (3, 0));
    }

    #[test]
    fn a_single_stray_number_changes_nothing_two_in_a_row_start_anew() {
        let (reception, _) = received(&[(1, 0), (2, 20), (30_000, 30), (3, 40)]);
        assert_eq!((reception.received(), reception.lost()), (3, 0));
        let packets = [(1, 0), (3, 40), (30_000, 60), (30_001, 80), (30_002, 100)];
        let (reception, _) = received(&packets);
        assert_eq!((reception.received(), reception.lost()), (4, 1));
    }

    #[test]
    fn losses_in_a_row_are_one_run_and_packets_have_a_length() {
        let packets: Vec<_> = (0..300u16)
            .filter(|n| !(100..104).contains(n) && *n != 150)
            .map(|n| (65_400_u16.wrapping_add(n), u64::from(n) * 20))
            .collect();
        let start = Instant::now();
        let mut reception = Reception::default();
        for (number, ms) in packets {
            let timestamp = (ms * 8) as u32;
            let now = start + Duration::from_millis(ms);
            reception.on_packet(now, SSRC, number, timestamp, Some(8_000));
        }
        assert_eq!((reception.lost(), reception.loss_runs()), (5, (2, 5)));
        assert_eq!(reception.packet_ms(), Some(20));
    }

    #[test]
    fn jitter_by_appendix_a_8() {
        // Packets come alternately on time and 8 ms late: D is 8 ms from the second on.
        let packets: Vec<_> = (0..17u16)
            .map(|n| (n, u64::from(n) * 20 + u64::from(n % 2) * 8))
            .collect();
        let (mut reception, start) = received(&packets);
        let expected = 8.0 * (1.0 - (15.0_f64 / 16.0).powi(16));
        assert!((reception.jitter_ms() - expected).abs() < 1e-6);
        let report = reception.report(start).expect("received");
        assert_eq!(report.jitter, (expected * 8.0) as u32);
    }

    #[test]
    fn jitter_knows_the_clock() {
        let start = Instant::now();
        let mut reception = Reception::default();
        for n in 0..400u32 {
            let now = start + Duration::from_millis(u64::from(n) * 20 + u64::from(n % 2) * 5);
            reception.on_packet(now, SSRC, n as u16, n * 960, Some(48_000));
        }
        assert!((reception.jitter_ms() - 5.0).abs() < 0.01);
        assert_eq!(reception.report(start).expect("received").jitter, 239);
    }

    #[test]
    fn a_new_timeline_is_not_jitter() {
        let start = Instant::now();
        let mut reception = Reception::default();
        for n in 0..50u32 {
            let timestamp = if n < 25 {
                n * 160
            } else {
                4_000_000_000 + n * 160
            };
            let now = start + Duration::from_millis(u64::from(n) * 20);
            reception.on_packet(now, SSRC, n as u16, timestamp, Some(8_000));
        }
        assert!(reception.jitter_ms() < 1e-9);
    }

    #[test]
    fn telephone_events_count_but_do_not_disturb_the_jitter() {
        let start = Instant::now();
        let mut reception = Reception::default();
        for n in 0..50u32 {
            let now = start + Duration::from_millis(u64::from(n) * 20);
            let (timestamp, clock_rate) = if (10..20).contains(&n) {
                (1_600, None)
            } else {
                (n * 160, Some(8_000))
            };
            reception.on_packet(now, SSRC, n as u16, timestamp, clock_rate);
        }
        assert_eq!((reception.received(), reception.lost()), (50, 0));
        assert!(reception.jitter_ms() < 1e-9);
    }

    #[test]
    fn the_newest_source_wins_and_totals_go_on() {
        let (mut reception, start) = received(&[(1, 0), (2, 20), (4, 60)]);
        let at = |ms| start + Duration::from_millis(ms);
        assert!(reception.on_packet(at(80), 8, 500, 0, Some(8_000)));
        assert!(!reception.on_packet(at(81), SSRC, 5, 800, Some(8_000)));
        assert!(reception.on_packet(at(100), 8, 501, 160, Some(8_000)));
        assert_eq!((reception.received(), reception.lost()), (5, 1));
        assert_eq!(reception.report(at(100)).expect("received").ssrc, 8);
        // The newer one falls silent: the older one is heard again.
        assert!(reception.on_packet(at(300), SSRC, 6, 960, Some(8_000)));
        assert_eq!((reception.received(), reception.lost()), (6, 1));
    }

    #[test]
    fn the_delay_since_the_last_sender_report_is_told() {
        let (mut reception, start) = received(&[(1, 0)]);
        reception.on_sender_report(start, SSRC + 1, 0xb44d_b705_2000_0000);
        let report = reception.report(start).expect("received");
        assert_eq!((report.last_sender_report, report.delay), (0, 0));
        reception.on_sender_report(start, SSRC, 0xb44d_b705_2000_0000);
        // RFC 3550 figure 2: 5.250 s later.
        let later = start + Duration::from_millis(5_250);
        let report = reception.report(later).expect("received");
        assert_eq!(report.last_sender_report, 0xb705_2000);
        assert_eq!(report.delay, 0x0005_4000);
    }
}
