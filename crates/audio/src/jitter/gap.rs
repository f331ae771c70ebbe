//! What becomes of packets that are not there, or not yet.

use super::bridge::{AT_ONCE, BRIDGE};
use super::conceal::Seam;
use super::{HURRY, JitterBuffer, micros_of};
use crate::frame::FRAME;
use crate::leg::Payload;

impl JitterBuffer {
    /// The next packet is there but its time has not come: the sender paused.
    pub(super) fn cross_gap(&mut self, now: i64, gap: i64) {
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

    /// Fills the gap before packet `number` from what that packet holds, if it can be.
    pub(super) fn mend(&mut self, now: i64, number: u64, gap: usize) -> bool {
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
        } else if gap <= AT_ONCE || (gap <= BRIDGE && self.are_lost(now, number)) {
            self.counters.concealed += gap as u64;
            self.pass_missing(number, time);
            self.play(now, gap);
        } else {
            return false;
        }
        true
    }

    /// Whether none of the packets missing before `number` is likely to come: the last may take longest.
    fn are_lost(&self, now: i64, number: u64) -> bool {
        if number == self.next_number {
            return true;
        }
        let (Some(packet), Some(base)) = (self.packets.get(number), self.delay.base()) else {
            return false;
        };
        let decoder = &self.decoders[self.current].1;
        let length = decoder.duration(packet.payload()).unwrap_or(0) as i64;
        let late = now - base - micros_of(packet.time - length);
        self.delay.is_lost(late)
    }

    /// How much of what is missing packet `number` can repair.
    pub(super) fn repair_length(&self, number: u64) -> Option<usize> {
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

    /// Counts what was made up without moving on as having moved on.
    pub(super) fn take_back(&mut self, covered: usize) {
        self.next_time += covered as i64;
        self.expanded -= covered;
        self.held -= micros_of(covered as i64);
    }

    /// Gives up on what is missing before `number`.
    pub(super) fn pass_missing(&mut self, number: u64, time: i64) {
        self.delay.missed(number - self.next_number);
        self.counters.missed += number - self.next_number;
        self.next_number = number;
        self.next_time = self.next_time.max(time);
    }

    /// What was made up while nothing was there was for a loss but for the pause that the far end made:
    /// the stream goes on with packet `number` at `time` where `next` was due. A pause takes time and no
    /// numbers.
    pub(super) fn settle(&mut self, next: (u64, i64), number: u64, time: i64) {
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
}
