//! One call's meeting with the engine.

use crate::{AudioError, Codec, CodecSpec, PacketSource};

/// What a received RTP payload type holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Sound.
    Audio(Codec),
    /// Comfort noise (RFC 3389).
    ComfortNoise,
    /// Telephone events (RFC 4733): not played, but they explain a gap in the sound.
    TelephoneEvent,
}

/// How telephone events are sent (RFC 4733).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelephoneEventSpec {
    /// RTP payload type.
    pub payload_type: u8,
    /// RTP clock rate in Hz. It should be the sending codec's, since both share one timestamp
    /// line (RFC 4733 section 2.1); if it is another, durations are stated in this rate and
    /// timestamps stay those of the codec.
    pub clock_rate: u32,
}

/// What a leg speaks.
#[derive(Clone, Debug)]
pub struct LegConfig {
    /// Codec to send.
    pub send: CodecSpec,
    /// What each payload type we may receive holds. Others are dropped and counted.
    pub receive: Vec<(u8, Payload)>,
    /// How to send DTMF; `None` if not negotiated.
    pub telephone_event: Option<TelephoneEventSpec>,
    /// Length of a sent packet in ms: 10, 20, 30, 40 or 60 (30 not for Opus).
    pub ptime_ms: u32,
    /// RTP timestamp of the first sample; RFC 3550 wants it random.
    pub first_timestamp: u32,
}

/// An open leg: three ends, each for its own task.
#[derive(Debug)]
pub struct Leg {
    /// Switches and statistics. The leg closes when the last clone of this is dropped.
    pub control: LegControl,
    /// What to send.
    pub source: PacketSource,
    /// Where received packets go.
    pub sink: PacketSink,
}

/// Takes received RTP payloads.
#[derive(Debug)]
pub struct PacketSink {}

impl PacketSink {
    /// Hands over one packet, in order of arrival. Never blocks and never allocates.
    ///
    /// The queue holds 64 packets and is emptied every 10 ms; when it is full, or the payload is
    /// longer than 1,280 bytes, the packet is dropped and counted in
    /// [`LegStats::receive_overflow`].
    pub fn push(
        &mut self,
        sequence_number: u16,
        timestamp: u32,
        payload_type: u8,
        marker: bool,
        payload: &[u8],
    ) {
        let _ = (sequence_number, timestamp, payload_type, marker, payload);
        unimplemented!()
    }
}

/// Switches and statistics of a leg.
#[derive(Clone, Debug)]
pub struct LegControl {}

impl LegControl {
    /// Whether what is received is mixed into the speaker. Starts off. Changes fade over 10 ms.
    pub fn set_heard(&self, heard: bool) {
        let _ = heard;
        unimplemented!()
    }

    /// Whether packets are produced. Starts off. Off means no packets at all (hold), unlike mute.
    pub fn set_sending(&self, sending: bool) {
        let _ = sending;
        unimplemented!()
    }

    /// Queues a DTMF digit (0-9, *, #, A-D) of `duration_ms` (at least 40 ms, RFC 4733 section
    /// 2.5.2.3 and ITU-T Q.24). Digits are sent one after the other with gaps. 32 can wait.
    ///
    /// # Errors
    /// Not a digit, telephone events not negotiated, queue full, or engine stopped.
    pub fn dtmf(&self, digit: char, duration_ms: u32) -> Result<(), AudioError> {
        let _ = (digit, duration_ms);
        unimplemented!()
    }

    /// Tells the encoder how much the far end loses, in percent (from RTCP receiver reports), so
    /// that it spends bits on forward error correction accordingly.
    pub fn set_expected_loss(&self, percent: u8) {
        let _ = percent;
        unimplemented!()
    }

    /// The leg's counters now.
    pub fn stats(&self) -> LegStats {
        unimplemented!()
    }
}

/// Counters of a leg since it was opened, and gauges of the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LegStats {
    /// Packets produced for sending.
    pub sent: u64,
    /// Packets not queued for sending because the queue was full.
    pub send_overflow: u64,
    /// Packets handed to the sink and taken.
    pub received: u64,
    /// Packets dropped because the sink's queue was full or the payload too long.
    pub receive_overflow: u64,
    /// Packets that came after their time to be played.
    pub late: u64,
    /// Packets that came twice.
    pub duplicate: u64,
    /// Packets of an unknown payload type, or that no decoder could read.
    pub unreadable: u64,
    /// Packets rebuilt from the forward error correction in the next one.
    pub recovered: u64,
    /// Interarrival jitter in ms (RFC 3550 section 6.4.1).
    pub jitter_ms: f32,
    /// Sound made up because packets were missing, in ms.
    pub concealed_ms: u64,
    /// Sound in the jitter buffer now, in ms.
    pub buffer_ms: u32,
    /// Delay the jitter buffer aims for now, in ms.
    pub target_ms: u32,
    /// Level of what is received, RMS in dBFS; -100 is silence.
    pub level_dbfs: f32,
}
