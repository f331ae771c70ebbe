//! From packets that come when they like to sound that is there every 10 ms.
//!
//! Knows no clock: the caller passes `now`. Nothing is allocated after construction. The buffer
//! plays by timestamps: it aims for the delay behind the fastest packet from which on more of it would
//! cost more than the packets it brings in time, plays a little faster or slower to get there, repairs
//! from in-band error correction where the next packet is there, and makes up the rest.

mod arrival;
mod bridge;
mod conceal;
mod delay;
mod gap;
mod packets;
mod playing;
mod spare;
mod stretch;

#[cfg(test)]
mod tests;

use std::time::Instant;

use crate::codec::comfort_noise::Synthesiser;
use crate::codec::{Codec, Decoder, MAX_DECODED};
use crate::frame::{FRAME, Frame, SAMPLE_RATE, samples};
use crate::leg::Payload;
use crate::pitch::LONGEST;
use crate::{AudioError, frame};

use arrival::Stream;
use bridge::{AT_ONCE, BRIDGE};
use conceal::Concealer;
use delay::DelayEstimator;
use packets::Packets;

/// Sound made up in a row before the buffer waits to be filled again.
const GIVE_UP: usize = samples(500);
/// A delay so far above its aim is brought down in a hurry, in µs.
const HURRY: i64 = 60_000;

/// Room for a gap that is bridged, the longest packet after it, a period more by which that is
/// lengthened, and what is left of the packet before it, which is less than a frame.
const ROOM: usize = BRIDGE + MAX_DECODED + LONGEST + FRAME;

/// One RTP packet as it came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Received<'a> {
    pub(crate) sequence_number: u16,
    pub(crate) timestamp: u32,
    pub(crate) payload_type: u8,
    pub(crate) payload: &'a [u8],
}

/// What the buffer counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counters {
    pub(crate) late: u64,
    pub(crate) duplicate: u64,
    pub(crate) unreadable: u64,
    pub(crate) recovered: u64,
    /// Lost packets that came with later ones.
    pub(crate) spared: u64,
    /// Samples of 48 kHz made up for lost packets.
    pub(crate) concealed: u64,
    /// Packets that were not there when they were to be played, repaired or not.
    pub(crate) missed: u64,
    /// Samples of 48 kHz left out or played twice to change the delay.
    pub(crate) stretched: u64,
    pub(crate) restarts: u64,
    pub(crate) jitter_ms: f32,
    pub(crate) buffer_ms: u32,
    pub(crate) target_ms: u32,
    /// How long the fastest packets are held, smoothed.
    pub(crate) delay_ms: u32,
}

/// What fills time for which there is no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filler {
    /// A guess at the lost sound.
    Guess,
    /// The codec's own idea of the background: nobody spoke, and the far end may send nothing.
    Rest,
    /// Comfort noise, as it was described last.
    Noise,
    /// Nothing: the far end is sending DTMF.
    Silence,
}

impl Filler {
    /// What is not there is missed, unless the far end pauses.
    fn guesses(self) -> bool {
        matches!(self, Filler::Guess | Filler::Rest)
    }
}

/// Orders, times, decodes and conceals what one leg receives.
pub(crate) struct JitterBuffer {
    epoch: Option<Instant>,
    kinds: [Option<Payload>; 128],
    decoders: Vec<(Codec, Decoder)>,
    current: usize,
    packets: Packets,
    delay: DelayEstimator,
    concealer: Concealer,
    noise: Synthesiser,
    stream: Option<Stream>,
    /// Sequence number that would confirm a jump.
    suspect: Option<u16>,
    playing: bool,
    /// Next packet to play, and the time of the next sample to produce.
    next_number: u64,
    next_time: i64,
    /// Where in time what the decoder has seen ends.
    decoded_until: i64,
    /// Samples made up beyond `next_time` while nothing was there.
    expanded: usize,
    /// Samples made up that may be for a loss or for a pause: what comes next will tell.
    unsure: usize,
    /// Where the stream stood when nothing more came: the number and the time that were next.
    stood: Option<(u64, i64)>,
    /// What comes next is of another encoder than what the decoders have seen.
    anew: bool,
    /// Delay now, smoothed, in µs.
    held: i64,
    filler: Filler,
    ready: Box<[f32; ROOM]>,
    ready_length: usize,
    work: Box<[f32; ROOM]>,
    counters: Counters,
}

impl JitterBuffer {
    /// A buffer for these payload types.
    ///
    /// # Errors
    /// A codec will not start.
    pub(crate) fn new(receive: &[(u8, Payload)]) -> Result<Self, AudioError> {
        let mut kinds = [None; 128];
        let mut decoders: Vec<(Codec, Decoder)> = Vec::new();
        for (payload_type, payload) in receive {
            let Some(kind) = kinds.get_mut(usize::from(*payload_type)) else {
                return Err(AudioError::LegConfig("payload types are 0 to 127"));
            };
            *kind = Some(*payload);
            if let Payload::Audio(codec) = payload
                && !decoders.iter().any(|(known, _)| known == codec)
            {
                decoders.push((*codec, Decoder::new(*codec)?));
            }
        }
        if decoders.is_empty() {
            return Err(AudioError::LegConfig("no codec to receive"));
        }
        Ok(Self {
            epoch: None,
            kinds,
            decoders,
            current: 0,
            packets: Packets::new(),
            delay: DelayEstimator::new(),
            concealer: Concealer::new(),
            noise: Synthesiser::new(),
            stream: None,
            suspect: None,
            playing: false,
            next_number: 0,
            next_time: 0,
            decoded_until: 0,
            expanded: 0,
            unsure: 0,
            stood: None,
            anew: false,
            held: 0,
            filler: Filler::Guess,
            ready: boxed_zeros(),
            ready_length: 0,
            work: boxed_zeros(),
            counters: Counters::default(),
        })
    }

    /// Gives the next 10 ms, to be played at `now`.
    pub(crate) fn pull(&mut self, now: Instant, sound: &mut Frame) {
        let now = self.micros(now);
        if !self.playing {
            self.start(now);
        }
        while self.ready_length < FRAME {
            if self.playing {
                self.produce(now);
            } else {
                if self.stood.is_some() {
                    self.unsure += FRAME;
                }
                self.fill(FRAME, false);
            }
        }
        sound.copy_from_slice(&self.ready[..FRAME]);
        self.ready.copy_within(FRAME..self.ready_length, 0);
        self.ready_length -= FRAME;
    }

    /// The counters, with the gauges of the moment.
    pub(crate) fn counters(&self) -> Counters {
        let waiting = match self.packets.latest_time() {
            Some(latest) if self.playing => (latest - self.next_time).max(0) as usize + 2 * FRAME,
            _ => 0,
        };
        Counters {
            buffer_ms: ((waiting + self.ready_length) / samples(1)) as u32,
            target_ms: (self.delay.target() / 1_000) as u32,
            delay_ms: if self.playing {
                (self.held.max(0) / 1_000) as u32
            } else {
                0
            },
            ..self.counters
        }
    }

    /// Takes what comes next for the beginning of another stream.
    pub(crate) fn begin_stream(&mut self) {
        if self.stream.is_some() {
            self.restart();
        }
    }

    /// Forgets the stream, but plays out what is ready and fades.
    fn restart(&mut self) {
        self.stream = None;
        self.packets.clear();
        self.delay.restart();
        self.playing = false;
        self.anew = true;
        self.unsure = 0;
        self.stood = None;
        self.counters.restarts += 1;
    }

    /// Begins to play once the first packet has been held for as long as aimed for.
    fn start(&mut self, now: i64) {
        let (target, Some(base)) = (self.delay.target(), self.delay.base()) else {
            return;
        };
        while let Some(first) = self.packets.first_from(self.next_number) {
            let (number, time) = (first.number, first.time);
            let held = now - micros_of(time - self.ready_length as i64) - base;
            let wait = (target - held).max(0);
            if wait >= micros_of(FRAME as i64) {
                return;
            }
            let more = self.packets.first_from(number + 1).is_some();
            if held > target + HURRY && more {
                // A backlog from before we were ready: begin nearer to now.
                self.packets.take(number);
                self.next_number = number + 1;
                continue;
            }
            // Within these 10 ms, so that nothing need be stretched later.
            self.fill((wait * 6 / 125) as usize, false);
            if let Some(next) = self.stood.take() {
                self.settle(next, number, time);
            }
            self.playing = true;
            self.next_number = number;
            self.next_time = time;
            self.expanded = 0;
            self.held = held + wait;
            self.filler = Filler::Guess;
            return;
        }
    }

    /// Adds to what is ready, or uses up a packet that has no sound.
    fn produce(&mut self, now: i64) {
        if let Some(packet) = self.packets.get(self.next_number) {
            let gap = packet.time - self.next_time;
            let is_audio = self.is_audio(packet.payload_type);
            if gap > 0 && is_audio {
                self.cross_gap(now, gap);
            } else {
                self.play(now, 0);
            }
            return;
        }
        let Some(later) = self.packets.first_from(self.next_number + 1) else {
            // Nothing at all: go on making up until something comes.
            // Nothing is missed while a key is pressed.
            let sure = self.filler == Filler::Silence;
            if !sure {
                self.unsure += FRAME;
            }
            self.fill(FRAME, false);
            self.expanded += FRAME;
            self.held += micros_of(FRAME as i64);
            if self.expanded >= GIVE_UP {
                self.stood = (!sure).then_some((self.next_number, self.next_time));
                // Who rests says so again before that.
                if self.filler == Filler::Rest {
                    self.filler = Filler::Guess;
                }
                self.playing = false;
                self.packets.clear();
                self.next_number = 0;
            }
            return;
        };
        let number = later.number;
        let time = later.time;
        let gap = (time - self.next_time).max(0) as usize;
        self.settle((self.next_number, self.next_time), number, time);
        let covered = gap.min(self.expanded);
        self.take_back(covered);
        let gap = gap - covered;
        if gap == 0 {
            self.pass_missing(number, time);
        } else if !self.mend(now, number, gap) {
            let kept = self.repair_length(number).unwrap_or(AT_ONCE);
            let guess = match gap.saturating_sub(kept) {
                0 => gap,
                before => before,
            };
            let guess = guess.min(FRAME);
            self.fill(guess, self.filler.guesses());
            self.next_time += guess as i64;
            if guess == gap {
                self.pass_missing(number, time);
            }
        }
    }

    fn is_audio(&self, payload_type: u8) -> bool {
        matches!(
            self.kinds[usize::from(payload_type)],
            Some(Payload::Audio(_))
        )
    }

    fn micros(&mut self, now: Instant) -> i64 {
        let epoch = *self.epoch.get_or_insert(now);
        i64::try_from(now.saturating_duration_since(epoch).as_micros()).unwrap_or(i64::MAX)
    }
}

/// Samples of 48 kHz as µs.
fn micros_of(samples: i64) -> i64 {
    samples * 125 / 6
}

fn boxed_zeros<const N: usize>() -> Box<[f32; N]> {
    vec![0.0; N]
        .into_boxed_slice()
        .try_into()
        .expect("made with this length")
}

impl Counters {
    /// Time made up for packets that were lost or late, or silent in their place, in ms.
    pub(crate) fn concealed_ms(&self) -> u64 {
        self.concealed / frame::samples(1) as u64
    }

    /// Time left out or played twice, in ms.
    pub(crate) fn stretched_ms(&self) -> u64 {
        self.stretched / frame::samples(1) as u64
    }
}
