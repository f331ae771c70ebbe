//! Received packets in the order of their sequence numbers.

use crate::codec::MAX_RECEIVED_PAYLOAD;

/// Packets held: 1.28 s at 20 ms.
pub(super) const SLOTS: u64 = 64;

/// A packet in its place.
#[derive(Debug)]
pub(super) struct Packet {
    /// Sequence number without wrap.
    pub(super) number: u64,
    /// RTP timestamp without wrap, in samples of 48 kHz.
    pub(super) time: i64,
    pub(super) payload_type: u8,
    state: State,
    length: usize,
    data: [u8; MAX_RECEIVED_PAYLOAD],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Empty,
    Waiting,
    Taken,
}

impl Packet {
    pub(super) fn payload(&self) -> &[u8] {
        &self.data[..self.length]
    }
}

/// A fixed window over the sequence; each packet has its slot by number.
#[derive(Debug)]
pub(super) struct Packets {
    slots: Box<[Packet]>,
    waiting: usize,
}

impl Packets {
    pub(super) fn new() -> Self {
        let slots = (0..SLOTS)
            .map(|_| Packet {
                number: 0,
                time: 0,
                payload_type: 0,
                state: State::Empty,
                length: 0,
                data: [0; MAX_RECEIVED_PAYLOAD],
            })
            .collect();
        Self { slots, waiting: 0 }
    }

    pub(super) fn clear(&mut self) {
        for slot in &mut self.slots {
            slot.state = State::Empty;
        }
        self.waiting = 0;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Stores a packet. The caller keeps numbers within one window of each other.
    pub(super) fn insert(&mut self, number: u64, time: i64, payload_type: u8, payload: &[u8]) {
        let slot = &mut self.slots[(number % SLOTS) as usize];
        if slot.state != State::Waiting {
            self.waiting += 1;
        }
        slot.number = number;
        slot.time = time;
        slot.payload_type = payload_type;
        slot.state = State::Waiting;
        slot.length = payload.len().min(MAX_RECEIVED_PAYLOAD);
        slot.data[..slot.length].copy_from_slice(&payload[..slot.length]);
    }

    /// Whether this number is here, or was and has been taken.
    pub(super) fn is_known(&self, number: u64) -> bool {
        let slot = &self.slots[(number % SLOTS) as usize];
        slot.state != State::Empty && slot.number == number
    }

    pub(super) fn get(&self, number: u64) -> Option<&Packet> {
        let slot = &self.slots[(number % SLOTS) as usize];
        (slot.state == State::Waiting && slot.number == number).then_some(slot)
    }

    /// Marks a packet as used, so that its twin is known as a duplicate.
    pub(super) fn take(&mut self, number: u64) {
        let slot = &mut self.slots[(number % SLOTS) as usize];
        if slot.state == State::Waiting && slot.number == number {
            slot.state = State::Taken;
            self.waiting -= 1;
        }
    }

    /// The first waiting packet at or after `number`.
    pub(super) fn first_from(&self, number: u64) -> Option<&Packet> {
        if self.waiting == 0 {
            return None;
        }
        (number..number + SLOTS).find_map(|n| self.get(n))
    }

    /// The end of what waits: the highest time of any waiting packet.
    pub(super) fn latest_time(&self) -> Option<i64> {
        self.slots
            .iter()
            .filter(|slot| slot.state == State::Waiting)
            .map(|slot| slot.time)
            .max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_knows_twins() {
        let mut packets = Packets::new();
        for number in [12, 10, 11, 14] {
            assert!(!packets.is_known(number));
            packets.insert(number, number as i64 * 960, 0, &[number as u8]);
        }
        assert!(packets.is_known(11));
        assert_eq!(packets.first_from(10).map(|p| p.number), Some(10));
        packets.take(10);
        assert!(packets.is_known(10));
        assert_eq!(packets.first_from(10).map(|p| p.number), Some(11));
        assert_eq!(packets.first_from(13).map(|p| p.number), Some(14));
        assert_eq!(packets.latest_time(), Some(14 * 960));
        packets.clear();
        assert!(packets.is_empty() && packets.first_from(0).is_none());
    }
}
