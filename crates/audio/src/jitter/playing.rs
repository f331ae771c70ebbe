//! From a packet whose turn it is to sound: decoded, joined to what was played before, and stretched
//! towards the delay that is aimed for.

use super::bridge::BRIDGE;
use super::conceal::Seam;
use super::stretch::{self, Haste};
use super::{Filler, HURRY, JitterBuffer, micros_of};
use crate::codec::Codec;
use crate::codec::comfort_noise::Noise;
use crate::frame::{FRAME, samples};
use crate::leg::Payload;

/// How far the delay may be above and below its aim before sound is stretched, in µs.
const TOO_LONG: i64 = 12_000;
const TOO_LONG_IF_QUIET: i64 = 3_000;
const TOO_SHORT: i64 = -3_000;
/// Above this, sound is skipped.
const SKIP: i64 = 300_000;

impl JitterBuffer {
    /// Plays the packet that is next, and before it `gap` samples that are made up to lead to it.
    pub(super) fn play(&mut self, now: i64, gap: usize) {
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
    pub(super) fn delay_now(&self, now: i64) -> i64 {
        let base = self.delay.base().unwrap_or(0);
        now - base - micros_of(self.next_time - self.ready_length as i64)
    }

    /// Makes up `length` samples (at most 10 ms).
    pub(super) fn fill(&mut self, length: usize, lost: bool) {
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
    pub(super) fn append(&mut self, length: usize) {
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
}
