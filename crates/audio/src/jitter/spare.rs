//! Packets that were lost and come once more, carried along with later ones.

use super::arrival::time_between;
use super::packets::Inserted;
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
        if number < self.next_number || self.packets.get(number).is_some() {
            return;
        }
        let inserted = self
            .packets
            .insert(number, time, carrier.payload_type & 0x7F, payload);
        if inserted == Inserted::Stored {
            self.delay.missed(1);
            self.counters.spared += 1;
        }
    }
}
