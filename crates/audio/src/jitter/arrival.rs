//! Packets as they come: which stream they belong to, their place and time in it, and how late they
//! are.

use std::time::Instant;

use super::packets::SLOTS;
use super::{JitterBuffer, Payload, Received, SAMPLE_RATE, micros_of};

/// Sequence numbers further off than this belong to another stream (RFC 3550 appendix A.1).
const SEQUENCE_JUMP: u64 = 500;
/// A timestamp this far from where the clock says it should be starts another stream, in µs.
const TIME_JUMP: i64 = 3_000_000;
/// Without packets for this long the network's delay is learnt anew, in µs.
const PAUSE: i64 = 500_000;

/// The relation of one stream's 16 and 32 bit numbers to ours that never wrap.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    pub(super) highest: u64,
    pub(super) timestamp: u32,
    /// Time of `timestamp` in samples of 48 kHz.
    pub(super) time: i64,
    /// Samples of 48 kHz per unit of the RTP clock.
    pub(super) scale: i64,
    /// When the last packet arrived, in µs.
    arrived: i64,
    transit: i64,
}

impl JitterBuffer {
    /// Takes a packet that arrived at `now`. It may be older than others that were here before, as when it
    /// was sent again with a later one: that teaches the buffer to wait for such packets.
    pub(crate) fn push(&mut self, now: Instant, packet: Received<'_>) {
        let now = self.micros(now);
        let kind = self.kinds[usize::from(packet.payload_type & 0x7F)];
        if kind.is_none() {
            self.counters.unreadable += 1;
        }
        let audio_scale = match kind {
            Some(Payload::Audio(codec)) => Some(i64::from(SAMPLE_RATE / codec.clock_rate())),
            _ => None,
        };
        if let Some(stream) = self.stream {
            let ahead = packet.sequence_number.wrapping_sub(stream.highest as u16) as i16;
            let drift = time_between(stream.timestamp, packet.timestamp) * stream.scale;
            let jumped = (now - stream.arrived - micros_of(drift)).abs() > TIME_JUMP;
            if u64::from(ahead.unsigned_abs()) > SEQUENCE_JUMP {
                // One stray packet is not yet a new stream; two in a row are.
                if self.suspect != Some(packet.sequence_number) {
                    self.suspect = Some(packet.sequence_number.wrapping_add(1));
                    return;
                }
                self.restart();
            } else if let Some(scale) = audio_scale
                && ahead > 0
                && (scale != stream.scale || drift < 0 || jumped)
            {
                self.restart();
            }
        }
        self.suspect = None;
        let stream = self.stream.get_or_insert(Stream {
            highest: (1 << 32) + u64::from(packet.sequence_number),
            timestamp: packet.timestamp,
            time: 0,
            scale: audio_scale.unwrap_or(6),
            arrived: now,
            transit: now,
        });
        let ahead = packet.sequence_number.wrapping_sub(stream.highest as u16) as i16;
        let number = stream.highest.wrapping_add_signed(i64::from(ahead));
        let time = stream.time + time_between(stream.timestamp, packet.timestamp) * stream.scale;
        let transit = now - micros_of(time);
        if self.packets.is_known(number) {
            self.counters.duplicate += 1;
            return;
        }
        if self.packets.is_empty() && !self.playing {
            self.next_number = number;
        }
        if audio_scale.is_some() {
            if now - stream.arrived > PAUSE {
                self.delay.restart();
            }
            let change = (transit - stream.transit).abs() as f32 / 1_000.0;
            self.counters.jitter_ms += (change - self.counters.jitter_ms) / 16.0;
            stream.transit = transit;
            self.delay.arrived(now, transit);
        }
        if ahead > 0 {
            stream.highest = number;
            stream.timestamp = packet.timestamp;
            stream.time = time;
        }
        stream.arrived = now;

        if number < self.next_number {
            let room = stream.highest < number + SLOTS;
            if self.playing || !room {
                self.counters.late += 1;
                self.delay.came_late();
                return;
            }
            self.next_number = number;
        } else if number >= self.next_number + SLOTS {
            // Nobody pulled for more than a second, or as much is missing: begin again here.
            self.packets.clear();
            self.playing = false;
            self.next_number = number;
        }
        self.packets
            .insert(number, time, packet.payload_type & 0x7F, packet.payload);
    }
}

/// From one RTP timestamp to another, either way, across a wrap.
pub(super) fn time_between(from: u32, to: u32) -> i64 {
    i64::from(to.wrapping_sub(from) as i32)
}
