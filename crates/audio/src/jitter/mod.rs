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
mod packets;
mod spare;
mod stretch;

#[cfg(test)]
mod tests;

use std::time::Instant;

use crate::codec::comfort_noise::{Noise, Synthesiser};
use crate::codec::{Codec, Decoder, MAX_DECODED};
use crate::frame::{FRAME, Frame, SAMPLE_RATE, samples};
use crate::leg::Payload;
use crate::pitch::LONGEST;
use crate::{AudioError, frame};

use arrival::Stream;
use bridge::BRIDGE;
use conceal::{Concealer, Seam};
use delay::DelayEstimator;
use packets::Packets;
use stretch::Haste;

/// Sound made up in a row before the buffer waits to be filled again.
const GIVE_UP: usize = samples(500);
/// How far the delay may be above and below its aim before sound is stretched, in µs.
const TOO_LONG: i64 = 12_000;
const TOO_LONG_IF_QUIET: i64 = 3_000;
const TOO_SHORT: i64 = -3_000;
/// Above this, stretching hurries; above the next, sound is skipped. In µs.
const HURRY: i64 = 60_000;
const SKIP: i64 = 300_000;

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

    /// What was made up while nothing was there was for a loss but for the pause that the far end made:
    /// the stream goes on with packet `number` at `time` where `next` was due. A pause takes time and no
    /// numbers.
    fn settle(&mut self, next: (u64, i64), number: u64, time: i64) {
        let unsure = std::mem::take(&mut self.unsure);
        if unsure == 0 {
            return;
        }
        let decoder = &self.decoders[self.current].1;
        let packet = self.packets.get(number);
        let length = packet.and_then(|packet| decoder.duration(packet.payload()));
        let sent = number.saturating_sub(next.0) * length.unwrap_or(2 * FRAME) as u64;
        let pause = (time - next.1).max(0) as u64;
        let lost = (unsure as u64).saturating_sub(pause.saturating_sub(sent));
        self.counters.concealed += lost;
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
            let kept = self.repair_length(number).unwrap_or(BRIDGE);
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

    /// Fills the gap before packet `number` from what that packet holds, if it can be.
    fn mend(&mut self, now: i64, number: u64, gap: usize) -> bool {
        if !self.filler.guesses() {
            return false;
        }
        let Some(packet) = self.packets.get(number) else {
            return false;
        };
        let (time, payload_type) = (packet.time, packet.payload_type);
        let (codec, decoder) = &self.decoders[self.current];
        if self.kinds[usize::from(payload_type)] != Some(Payload::Audio(*codec)) {
            return false;
        }
        if decoder.guesses() {
            let Some(length) = self.repair_length(number).filter(|length| gap <= *length) else {
                return false;
            };
            self.recover(number, length, gap);
            self.pass_missing(number, time);
        } else if gap <= BRIDGE {
            self.counters.concealed += gap as u64;
            self.pass_missing(number, time);
            self.play(now, gap);
        } else {
            return false;
        }
        true
    }

    /// Counts what was made up without moving on as having moved on.
    fn take_back(&mut self, covered: usize) {
        self.next_time += covered as i64;
        self.expanded -= covered;
        self.held -= micros_of(covered as i64);
    }

    /// Gives up on what is missing before `number`.
    fn pass_missing(&mut self, number: u64, time: i64) {
        self.delay.missed(number - self.next_number);
        self.counters.missed += number - self.next_number;
        self.next_number = number;
        self.next_time = self.next_time.max(time);
    }

    /// How much of what is missing packet `number` can repair.
    fn repair_length(&self, number: u64) -> Option<usize> {
        let packet = self.packets.get(number)?;
        let decoder = &self.decoders[self.current].1;
        decoder
            .protects_previous(packet.payload())
            .then(|| decoder.duration(packet.payload()))?
    }

    /// Plays the last `gap` samples of what packet `number` repairs, which are `length` in all.
    fn recover(&mut self, number: u64, length: usize, gap: usize) {
        let Some(packet) = self.packets.get(number) else {
            return;
        };
        let decoder = &mut self.decoders[self.current].1;
        if decoder.recover(packet.payload(), &mut self.work[..length]) {
            self.counters.recovered += 1;
            self.work.copy_within(length - gap..length, 0);
            let seam = if gap == length {
                Seam::Smooth
            } else {
                Seam::Cut
            };
            self.concealer.merge(&mut self.work[..gap], seam);
            self.append(gap);
        } else {
            self.fill(gap.min(FRAME), true);
        }
    }

    /// The next packet is there but its time has not come: the sender paused.
    fn cross_gap(&mut self, now: i64, gap: i64) {
        // Whole packets that this one could repair were no pause.
        let repair = self.repair_length(self.next_number);
        if repair.is_some_and(|length| gap == length as i64) {
            self.delay.missed(1);
        }
        let next = (self.next_number, self.next_time);
        self.settle(next, self.next_number, self.next_time + gap);
        let covered = (gap as usize).min(self.expanded);
        self.take_back(covered);
        let gap = gap - covered as i64;
        let excess = self.delay_now(now) - self.delay.target();
        let at_once = self.concealer.made() == 0 && gap > 0;
        if excess > HURRY {
            self.next_time += gap.min(excess * 6 / 125);
            self.held = self.delay_now(now);
        } else if at_once && self.mend(now, self.next_number, gap as usize) {
            // Too short for a pause: a relay has hidden a loss.
        } else if gap > 0 {
            let length = (gap as usize).min(FRAME);
            self.fill(length, false);
            self.next_time += length as i64;
        }
    }

    /// Plays the packet that is next, and before it `gap` samples that are made up to lead to it.
    fn play(&mut self, now: i64, gap: usize) {
        let number = self.next_number;
        self.next_number += 1;
        let Some(packet) = self.packets.get(number) else {
            return;
        };
        match self.kinds[usize::from(packet.payload_type)] {
            Some(Payload::Audio(codec)) => self.play_audio(now, number, codec, gap),
            Some(Payload::ComfortNoise) => {
                self.noise.set(Noise::read(packet.payload()));
                self.filler = Filler::Noise;
            }
            Some(Payload::TelephoneEvent) => self.filler = Filler::Silence,
            None => {}
        }
        self.packets.take(number);
    }

    fn play_audio(&mut self, now: i64, number: u64, codec: Codec, gap: usize) {
        let Some(packet) = self.packets.get(number) else {
            return;
        };
        let time = packet.time;
        if let Some(index) = self.decoders.iter().position(|(known, _)| *known == codec) {
            self.current = index;
        }
        let decoder = &mut self.decoders[self.current].1;
        let anew = std::mem::take(&mut self.anew);
        if anew {
            decoder.reset();
            self.decoded_until = time;
        }
        let held = decoder.held();
        if held > 0 && (gap > 0 || self.concealer.made() > 0) {
            self.concealer.begin(decoder);
            let skipped = (time - self.decoded_until).clamp(0, BRIDGE as i64) as usize;
            let back = gap as isize - skipped as isize;
            decoder.follow(skipped, |n| self.concealer.ahead(n as isize + back));
        }
        let decodable = self.work[gap..]
            .first_chunk_mut()
            .expect("the work space is longer than a bridge and a packet");
        let Some(length) = decoder.decode(packet.payload(), decodable) else {
            self.counters.unreadable += 1;
            for from in (0..gap).step_by(FRAME) {
                self.fill(FRAME.min(gap - from), false);
            }
            return;
        };
        self.decoded_until = time + length as i64;
        let repairs = decoder.protects_previous(packet.payload()) || held > 0;
        self.delay
            .plays(repairs.then_some(micros_of(length as i64)));
        self.filler = if decoder.rests(packet.payload()) {
            Filler::Rest
        } else {
            Filler::Guess
        };
        // What came too late is cut: that much has been made up already.
        let cut = ((self.next_time - time).max(0) as usize).min(length);
        self.next_time = self.next_time.max(time + length as i64);
        if cut == length {
            self.counters.late += 1;
            return;
        }
        if self.expanded > 0 {
            self.delay.underran(now, micros_of(self.expanded as i64));
            self.expanded = 0;
            self.counters.concealed += std::mem::take(&mut self.unsure) as u64;
        }
        let length = length - cut;
        if gap > 0 && held < length {
            self.concealer
                .bridge(&mut self.work[..gap + length], gap + held);
        } else if gap > 0 {
            // Too short to lead to: what is before it goes on through it.
            self.concealer.repeat(&mut self.work[..gap + length]);
        } else {
            self.work.copy_within(cut..cut + length, 0);
            let seam = match (held, cut) {
                (0, 0) if !anew => Seam::Smooth,
                (0, _) => Seam::Cut,
                (held, cut) => Seam::Wave {
                    blurred: held.saturating_sub(cut),
                },
            };
            self.concealer.merge(&mut self.work[..length], seam);
        }
        let length = length + self.join_next(codec, gap, length);
        let length = self.stretch(now, gap, length);
        self.append(gap + length);
    }

    /// What is too short to hold two periods is stretched together with the next packet, if that is there:
    /// decodes it behind the `length` samples after `gap`, and gives how long it is.
    fn join_next(&mut self, codec: Codec, gap: usize, length: usize) -> usize {
        let excess = self.held - self.delay.target();
        if length >= samples(20) || (TOO_SHORT..=TOO_LONG).contains(&excess) {
            return 0;
        }
        let Some(packet) = self.packets.get(self.next_number) else {
            return 0;
        };
        let follows = packet.time == self.next_time
            && self.kinds[usize::from(packet.payload_type)] == Some(Payload::Audio(codec));
        let decoder = &mut self.decoders[self.current].1;
        let is_short = |length: usize| length <= samples(20);
        if !follows || !decoder.duration(packet.payload()).is_some_and(is_short) {
            return 0;
        }
        let Some(room) = self.work[gap + length..].first_chunk_mut() else {
            return 0;
        };
        // What cannot be read is found so in its turn.
        let Some(more) = decoder.decode(packet.payload(), room) else {
            return 0;
        };
        self.next_time += more as i64;
        self.decoded_until = self.next_time;
        self.packets.take(self.next_number);
        self.next_number += 1;
        more
    }

    /// Brings the delay towards its aim by playing `length` samples of work after `gap` a little faster
    /// or slower; gives the new length.
    fn stretch(&mut self, now: i64, gap: usize, length: usize) -> usize {
        // `next_time` is past the packet by now; its first sample is what is measured.
        let held = self.delay_now(now) + micros_of((gap + length) as i64);
        self.held += (held - self.held) / 8;
        let excess = self.held - self.delay.target();
        let work = &mut self.work[gap..];
        // Where it is silent, small corrections cost nothing.
        let quiet = stretch::is_quiet(&work[..length]);
        let too_long = if quiet { TOO_LONG_IF_QUIET } else { TOO_LONG };
        let wish = (excess.unsigned_abs() as usize * 6 / 125).min(FRAME);
        let stretched = if excess > SKIP {
            // Too far behind for anything gentle.
            length.min(FRAME / 4)
        } else if excess > HURRY {
            stretch::shorten(work, length, wish, Haste::Hurried)
        } else if excess > too_long {
            stretch::shorten(work, length, wish, Haste::Gentle)
        } else if excess < TOO_SHORT {
            stretch::lengthen(work, length, wish, Haste::Gentle)
        } else {
            length
        };
        self.held += micros_of(stretched as i64 - length as i64);
        self.counters.stretched += stretched.abs_diff(length) as u64;
        stretched
    }

    /// How far what is produced next lies behind the fastest packet, in µs.
    fn delay_now(&self, now: i64) -> i64 {
        let base = self.delay.base().unwrap_or(0);
        now - base - micros_of(self.next_time - self.ready_length as i64)
    }

    /// Makes up `length` samples (at most 10 ms).
    fn fill(&mut self, length: usize, lost: bool) {
        let work = &mut self.work[..length];
        let gone = self.concealer.made() >= samples(200);
        // Opus guesses in steps of 2.5 ms only.
        let whole = length.is_multiple_of(FRAME / 4);
        match self.filler {
            Filler::Noise => {
                self.noise.fill(work);
                self.concealer.ended();
            }
            Filler::Silence => {
                work.fill(0.0);
                self.concealer.ended();
            }
            Filler::Rest if whole && self.decoders[self.current].1.conceal(work) => {
                self.concealer.ended();
            }
            Filler::Guess | Filler::Rest if gone => {
                work.fill(0.0);
                self.concealer.made_by_codec(work);
            }
            Filler::Guess | Filler::Rest => {
                if whole && self.decoders[self.current].1.conceal(work) {
                    self.concealer.made_by_codec(work);
                } else {
                    self.concealer.begin(&mut self.decoders[self.current].1);
                    self.concealer.repeat(work);
                }
            }
        }
        if lost {
            self.counters.concealed += length as u64;
        }
        self.append(length);
    }

    /// Moves `length` samples of work to what is ready.
    fn append(&mut self, length: usize) {
        let sound = &mut self.work[..length];
        for sample in sound.iter_mut() {
            // A decoder must not be able to poison the mix.
            if !sample.is_finite() {
                *sample = 0.0;
            }
        }
        self.concealer.played(sound);
        self.ready[self.ready_length..self.ready_length + length].copy_from_slice(sound);
        self.ready_length += length;
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
