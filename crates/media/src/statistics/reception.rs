//! What we receive: loss and jitter (RFC 3550 appendix A.1, A.3, A.8).

#[cfg(test)]
mod tests;

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
