//! Packets that were lost and come once more, carried along with later ones.

use super::arrival::time_between;
use super::packets::SLOTS;
use super::{FRAME, JitterBuffer, Payload, Received, micros_of};

impl JitterBuffer {
    /// Takes the packet sent `distance` packets before `carrier`, which carried it along and was
    /// [pushed](JitterBuffer::push) just before. Nothing happens unless it is missing.
    pub(crate) fn push_spare(&mut self, carrier: &Received<'_>, distance: u8, payload: &[u8]) {
        let Some(stream) = self.stream else { return };
        let Some(Payload::Audio(codec)) = self.kinds[usize::from(carrier.payload_type & 0x7F)]
        else {
            return;
        };
        let mut decoders = self.decoders.iter();
        let decoder = decoders.find(|(known, _)| *known == codec);
        let Some(length) = decoder.and_then(|(_, decoder)| decoder.duration(payload)) else {
            return;
        };
        let ahead = carrier.sequence_number.wrapping_sub(stream.highest as u16) as i16;
        let number = stream.highest.wrapping_add_signed(i64::from(ahead)) - u64::from(distance);
        let behind = length as i64 * i64::from(distance);
        let time =
            stream.time + time_between(stream.timestamp, carrier.timestamp) * stream.scale - behind;
        // What has come waits for the next tick before it is seen here.
        self.delay.carries_spares(micros_of(behind + FRAME as i64));
        let window = self.next_number..self.next_number + SLOTS;
        if !window.contains(&number) || self.packets.is_known(number) {
            return;
        }
        self.packets
            .insert(number, time, carrier.payload_type & 0x7F, payload);
        self.delay.missed(1);
        self.counters.spared += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::Codec;
    use crate::frame::SILENCE;
    use crate::jitter::Counters;

    fn packet(number: u16) -> Received<'static> {
        Received {
            sequence_number: number,
            timestamp: u32::from(number) * 160,
            payload_type: 0,
            payload: &[0x55; 160],
        }
    }

    /// Plays 16 s in which each tenth packet is lost, and each carries the one `distance` before it.
    /// Gives what came back and what was made up, in ms, in the second half.
    fn play(distance: u8) -> (u64, u64) {
        let mut buffer = JitterBuffer::new(&[(0, Payload::Audio(Codec::Pcmu))]).expect("opens");
        let start = Instant::now();
        let mut half = Counters::default();
        for tick in 0..1_600_u16 {
            let now = start + Duration::from_millis(10 * u64::from(tick));
            let number = tick / 2;
            if tick % 2 == 0 && number % 10 != 5 {
                let carrier = packet(number);
                buffer.push(now, carrier);
                if distance > 0 {
                    buffer.push_spare(&carrier, distance, &[0x55; 160]);
                }
            }
            buffer.pull(now, &mut { SILENCE });
            if tick == 800 {
                half = buffer.counters();
            }
        }
        let counters = buffer.counters();
        assert_eq!(counters.duplicate, 0);
        let made_up = counters.concealed_ms() - half.concealed_ms();
        (counters.spared - half.spared, made_up)
    }

    #[test]
    fn what_was_lost_is_played_in_its_place_and_nothing_twice() {
        let (spared, made_up) = play(0);
        assert_eq!(spared, 0);
        assert!(made_up >= 600, "{made_up} of 800 ms");
        for distance in [1, 2, 6] {
            let (spared, made_up) = play(distance);
            assert!((38..=42).contains(&spared), "{distance}: {spared} of 40");
            assert!(made_up < 100, "{distance}: {made_up} ms");
        }
    }

    #[test]
    fn a_spare_without_a_stream_or_of_no_sound_is_nothing() {
        let mut buffer = JitterBuffer::new(&[(0, Payload::Audio(Codec::Pcmu))]).expect("opens");
        buffer.push_spare(&packet(9), 2, &[0x55; 160]);
        buffer.push(Instant::now(), packet(9));
        let strange = Received {
            payload_type: 77,
            ..packet(9)
        };
        buffer.push_spare(&strange, 2, &[0x55; 160]);
        assert_eq!(buffer.counters().spared, 0);
    }
}
