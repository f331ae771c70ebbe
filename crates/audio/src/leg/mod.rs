//! One call's meeting with the engine.

mod carriage;
mod end;
mod faults;
mod shared;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rtrb::{Producer, RingBuffer};

use crate::codec::{Encoder, MAX_PACKET, MAX_RECEIVED_PAYLOAD};
use crate::engine::Presence;
use crate::frame::{SILENCE, samples};
use crate::jitter::JitterBuffer;
use crate::level::Meter;
use crate::mixer::{Fade, Limiter};
use crate::source::packet_queue;
use crate::telephone_event::{Digit, EventSender};
use crate::{
    AudioError, Codec, CodecSpec, Greeting, OpusSettings, PacketSource, PeerReport, RecordingId,
};

use carriage::Carriage;
use end::{Events, ReceivedPacket};
use faults::Record;
use shared::LegShared;

pub(crate) use end::{LegEnd, Words};
pub use shared::LegStats;

/// Received packets that wait for the next tick.
const INBOX: usize = 64;
/// Digits that wait to be sent.
const DIGITS: usize = 32;

/// What a received RTP payload type holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Sound.
    Audio(Codec),
    /// Comfort noise at 8000 Hz (RFC 3389), played with its level and its spectrum.
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
    /// Payload type by which silence is described in place of being sent (RFC 3389), at 8000 Hz; `None`
    /// sends it like all else. It is for G.711 and G.722; Opus goes without.
    pub comfort_noise: Option<u8>,
    /// Length of a sent packet in ms: 10, 20, 30, 40 or 60 (30 not for Opus).
    pub ptime_ms: u32,
    /// RTP timestamp of the first sample; RFC 3550 wants it random.
    pub first_timestamp: u32,
    /// How Opus is sent.
    pub opus: OpusSettings,
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
pub struct PacketSink {
    ring: Producer<ReceivedPacket>,
    shared: Arc<LegShared>,
    source: Option<u32>,
    /// Whether the next packet is the first of another source.
    turns: bool,
}

impl PacketSink {
    /// Says which source (RTP's SSRC) the packets that follow are from. Another one than before begins a
    /// stream of its own, whatever its numbers are.
    pub fn set_source(&mut self, ssrc: u32) {
        let before = self.source.replace(ssrc);
        self.turns |= before.is_some_and(|before| before != ssrc);
    }

    /// Hands over one packet, in order of arrival. Never blocks and never allocates.
    ///
    /// The queue holds 64 packets and is emptied every 10 ms; when it is full, or the payload is
    /// longer than 1,280 bytes, the packet is dropped and counted in
    /// [`LegStats::receive_overflow`].
    pub fn push(&mut self, sequence_number: u16, timestamp: u32, payload_type: u8, payload: &[u8]) {
        self.push_at(
            Instant::now(),
            sequence_number,
            timestamp,
            payload_type,
            payload,
        );
    }

    /// As [`push`](Self::push), of a packet that arrived at this time: for who has a clock of their own,
    /// or knows it better. Never later than the tick that will take it.
    pub fn push_at(
        &mut self,
        arrived: Instant,
        sequence_number: u16,
        timestamp: u32,
        payload_type: u8,
        payload: &[u8],
    ) {
        let taken = payload.len() <= MAX_RECEIVED_PAYLOAD && {
            let mut data = [0; MAX_RECEIVED_PAYLOAD];
            data[..payload.len()].copy_from_slice(payload);
            self.ring
                .push(ReceivedPacket {
                    arrived,
                    turns: self.turns,
                    sequence_number,
                    timestamp,
                    payload_type,
                    length: payload.len(),
                    data,
                })
                .is_ok()
        };
        self.turns &= !taken;
        let counter = if taken {
            &self.shared.received
        } else {
            &self.shared.receive_overflow
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Switches and statistics of a leg.
#[derive(Clone, Debug)]
pub struct LegControl {
    handle: Arc<LegHandle>,
}

impl LegControl {
    /// Whether what is received is mixed into the speaker. Starts off. Changes fade over 10 ms.
    pub fn set_heard(&self, heard: bool) {
        self.handle.shared.heard.store(heard, Ordering::Relaxed);
    }

    /// Whether packets are produced. Starts off. Off means no packets at all (hold), unlike mute.
    /// Of all legs, only one that is sending keeps the microphone open.
    pub fn set_sending(&self, sending: bool) {
        let was = self.handle.shared.sending.swap(sending, Ordering::Relaxed);
        if was != sending {
            self.handle.presence.leg_sends(sending);
        }
    }

    /// Whether silence is sent in place of the microphone. Packets go on, so that nobody takes the
    /// call for dead, and so do digits and what a [mixed](LegControl::set_mixed) leg hears of the
    /// others. Starts off. Fades over 10 ms.
    pub fn set_muted(&self, muted: bool) {
        self.handle.shared.muted.store(muted, Ordering::Relaxed);
    }

    /// Whether the leg takes part in the engine's group call: what is received on it is sent on every
    /// other mixed leg, and never back, beside the agent's voice. Starts off. Fades over 10 ms.
    ///
    /// The other switches go on to mean what they mean: a mixed leg hears nobody unless it is sending,
    /// muting keeps out the agent alone, and a group whose legs are muted and not heard goes on without
    /// the agent, with or without devices. A leg on hold should not be mixed: its music would be heard
    /// by all. Voices are passed on in the tick in which they are played, so mixing adds no delay to
    /// the jitter buffer before it and the packet after it; a limiter keeps the sum from clipping.
    pub fn set_mixed(&self, mixed: bool) {
        self.handle.shared.mixed.store(mixed, Ordering::Relaxed);
    }

    /// How loud the agent and the others hear this person, from 0 (silent) by 100 (as it comes, the
    /// start) to 200 %; more counts as 200. It goes by the ear, as [`Volumes`](crate::Volumes) do:
    /// 50 % is -18 dB, 150 % +7 dB, 200 % +12 dB. Changes take 10 ms.
    pub fn set_volume(&self, percent: u8) {
        let volume = &self.handle.shared.volume.0;
        volume.store(percent, Ordering::Relaxed);
    }

    /// Whether nobody hears this person, neither the agent nor the others. Packets flow both ways, and
    /// the level in [`LegStats`] shows whether the person speaks. Starts off. Fades over 10 ms.
    pub fn set_silenced(&self, silenced: bool) {
        let switch = &self.handle.shared.silenced;
        switch.store(silenced, Ordering::Relaxed);
    }

    /// Whether soft music, made by the engine, is sent in place of the agent's voice, so that somebody
    /// who waits does not hear silence. Packets flow while it plays, whether or not the leg is
    /// [sending](LegControl::set_sending); of a [mixed](LegControl::set_mixed) leg that is sending, the
    /// others are heard with it. About -30 dBFS. Starts off; comes and goes in 300 ms.
    pub fn set_music(&self, on: bool) {
        self.handle.shared.music.store(on, Ordering::Relaxed);
    }

    /// Whether to listen for signs that a machine has answered ([`Greeting`]): to be asked for when the
    /// call is answered, not before, since tones of the network are not told from others. Starts off,
    /// and begins anew each time it is turned on. Cheap, and over by itself after 30 s.
    pub fn watch_greeting(&self, on: bool) {
        let switch = &self.handle.shared.watching;
        switch.store(on, Ordering::Relaxed);
    }

    /// A sign that has been found and not been taken yet.
    pub fn take_greeting(&self) -> Option<Greeting> {
        self.handle.shared.greetings.take()
    }

    /// Whether a recording takes what the agent says on this leg, and all that the agent hears on it: of
    /// a [mixed](LegControl::set_mixed) leg the whole group. It does as long as the leg is
    /// [heard](LegControl::set_heard). Starts off.
    pub fn set_recorded(&self, by: Option<RecordingId>) {
        let id = by.map_or(0, |RecordingId(id)| id);
        let recorded = &self.handle.shared.recorded;
        recorded.store(id, Ordering::Relaxed);
    }

    /// Queues a DTMF digit (0-9, *, #, A-D) of `duration_ms`, brought into 40 to 1,200 ms (the
    /// shortest that receivers must know by ITU-T Q.24, and what fits a duration field at 48 kHz).
    /// Digits are sent one after the other with gaps of 80 ms. 32 can wait.
    ///
    /// # Errors
    /// Not a digit, telephone events not negotiated, or queue full.
    pub fn dtmf(&self, digit: char, duration_ms: u32) -> Result<(), AudioError> {
        let digit = Digit::new(digit, duration_ms).ok_or(AudioError::NotADigit(digit))?;
        let digits = self
            .handle
            .digits
            .as_ref()
            .ok_or(AudioError::NoTelephoneEvents)?;
        digits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(digit)
            .map_err(|_| AudioError::Busy)
    }

    /// Takes what the far end reports of the packets it gets. The encoder's bits and its protection
    /// against loss follow, with what the far end may say within the packets. The newest counts.
    pub fn report(&self, report: PeerReport) {
        self.handle.shared.report.store(report);
    }

    /// The leg's counters now.
    pub fn stats(&self) -> LegStats {
        self.handle.shared.stats()
    }
}

/// Makes a leg: the caller's three ends, and the sound thread's.
pub(crate) fn open(
    config: &LegConfig,
    presence: Arc<Presence>,
) -> Result<(Leg, Box<LegEnd>), AudioError> {
    if config.send.payload_type > 127 || config.comfort_noise.is_some_and(|number| number > 127) {
        return Err(AudioError::LegConfig("payload types are 0 to 127"));
    }
    let allowed = match config.ptime_ms {
        10 | 20 | 40 | 60 => true,
        30 => config.send.codec != Codec::Opus,
        _ => false,
    };
    if !allowed {
        return Err(AudioError::LegConfig(
            "a packet has 10, 20, 30, 40 or 60 ms",
        ));
    }
    if config
        .telephone_event
        .is_some_and(|event| event.clock_rate < 1_000)
    {
        return Err(AudioError::LegConfig("telephone events need a clock rate"));
    }
    let (jitter, encoder) = coders(config)?;
    let shared = Arc::new(LegShared::default());
    let (feed, source) = packet_queue();
    let (sink, inbox) = RingBuffer::new(INBOX);
    let (digits, events) = match config.telephone_event {
        Some(spec) => {
            let (producer, consumer) = RingBuffer::new(DIGITS);
            let events = Events {
                payload_type: spec.payload_type,
                digits: consumer,
                sender: EventSender::new(spec.clock_rate),
            };
            (Some(Mutex::new(producer)), Some(events))
        }
        None => (None, None),
    };
    presence.leg_opened();
    let leg = Leg {
        control: LegControl {
            handle: Arc::new(LegHandle {
                shared: shared.clone(),
                digits,
                presence,
            }),
        },
        source,
        sink: PacketSink {
            ring: sink,
            shared: shared.clone(),
            source: None,
            turns: false,
        },
    };
    let end = LegEnd {
        shared,
        inbox,
        jitter,
        carriage: Carriage::new(config),
        meter: Meter::default(),
        volume: Fade::at(1.0),
        heard: Fade::at(0.0),
        mixed: Fade::at(0.0),
        came: SILENCE,
        watch: None,
        sides: [SILENCE; 2],
        records: 0,
        has_received: false,
        feed,
        encoder,
        spec: config.send,
        noise_type: config.comfort_noise.unwrap_or_default(),
        said: Fade::at(1.0),
        others: Fade::at(0.0),
        music: Fade::at(0.0),
        rings_out: false,
        limiter: Limiter::new(),
        packet: [0.0; MAX_PACKET],
        filled: 0,
        packet_length: samples(config.ptime_ms as usize),
        ptime_ms: config.ptime_ms,
        timestamp: config.first_timestamp,
        spurt: true,
        events,
        record: Record::new(config),
    };
    Ok((leg, Box::new(end)))
}

/// What decodes and what encodes.
fn coders(config: &LegConfig) -> Result<(JitterBuffer, Encoder), AudioError> {
    let jitter = JitterBuffer::new(&config.receive)?;
    let mut encoder = Encoder::with(config.send.codec, &config.opus)?;
    if config.comfort_noise.is_some() {
        encoder.leave_out_silence();
    }
    Ok((jitter, encoder))
}

/// What the clones of a control share.
struct LegHandle {
    shared: Arc<LegShared>,
    digits: Option<Mutex<Producer<Digit>>>,
    presence: Arc<Presence>,
}

impl Drop for LegHandle {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Release);
        if self.shared.sending.swap(false, Ordering::Relaxed) {
            self.presence.leg_sends(false);
        }
        self.presence.leg_closed();
    }
}

impl fmt::Debug for LegHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LegHandle").finish_non_exhaustive()
    }
}
