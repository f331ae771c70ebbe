//! What is known about how well packets travel (RFC 3550 section 6.4, appendix A).
//!
//! Pure: everything here is told the time. webrtc 0.21.1 keeps counters of its own, but never those
//! that the peer reports, and knows neither jitter in ms nor the round trip.

mod clock;
mod gap;
mod reception;
mod runs;
mod transmission;

pub use clock::NtpClock;
pub use gap::Gaps;
pub use reception::{Reception, ReceptionReport};
pub use runs::LossRuns;
pub use transmission::{RemoteReport, SenderInfo, Transmission};
use warmline_audio::{Codec, LegStats};

/// A session's statistics at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stats {
    /// Codec in use for sending.
    pub codec: Option<Codec>,
    /// Whether DTMF goes as telephone events.
    pub telephone_events: bool,
    /// Length of a packet that we send, in ms.
    pub packet_ms: Option<u32>,
    /// Length of a packet that we receive, in ms, by the timestamps of the last two in a row.
    pub remote_packet_ms: Option<u32>,
    /// RTP packets sent.
    pub sent: u64,
    /// RTP packets received.
    pub received: u64,
    /// Packets of the peer that never came (RFC 3550 appendix A.3); duplicates make it smaller,
    /// even negative.
    pub lost: i64,
    /// Octets of payload received.
    pub received_octets: u64,
    /// Bandwidth in Hz of the sound in the last packet, where the codec may change it: Opus (RFC 6716
    /// section 2.1.3).
    pub remote_bandwidth_hz: Option<u32>,
    /// Runs of packets that never came, and packets in them, once 64 later ones were due
    /// ([`LossRuns`]).
    pub loss_runs: u64,
    /// See [`Stats::loss_runs`].
    pub lost_in_runs: u64,
    /// The peer's last word was comfort noise (RFC 3389): it may send nothing as long as it is silent.
    pub remote_says_silence: bool,
    /// The longest time in ms without packets of the peer while it was to send, if it was more than
    /// 600 ms, once it was over; else 0.
    pub longest_gap_ms: u64,
    /// Interarrival jitter of what we receive, in ms (RFC 3550 appendix A.8).
    pub jitter_ms: f64,
    /// Round trip in ms by the peer's last report (RFC 3550 section 6.4.1), at least 0.015, which
    /// is as fine as reports are. `None`: no report.
    pub round_trip_ms: Option<f64>,
    /// Packets of ours that never came to the peer, by its last report. What it reported is forgotten when
    /// nothing new has come for 15 s.
    pub remote_lost: Option<i64>,
    /// Share of our packets lost between the peer's last two reports, 0 to 1.
    pub remote_fraction_lost: Option<f64>,
    /// Interarrival jitter of what the peer receives, in ms, by its last report.
    pub remote_jitter_ms: Option<f64>,
    /// What the audio leg counts: jitter buffer, concealment, level.
    pub leg: LegStats,
}
