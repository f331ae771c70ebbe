//! The packets sent last, of which one may be carried along as a spare.

use super::FARTHEST;

/// Longest packet kept, in bytes: longer ones leave no room for another in the same packet.
const LONGEST: usize = 250;
const PLACES: usize = FARTHEST as usize + 1;

/// The last few packets, by how long ago they were sent.
#[derive(Debug)]
pub(crate) struct Shelf {
    places: Box<[Place; PLACES]>,
    next: usize,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    timestamp: u32,
    length: usize,
    data: [u8; LONGEST],
}

const EMPTY: Place = Place {
    timestamp: 0,
    length: 0,
    data: [0; LONGEST],
};

impl Shelf {
    pub(crate) fn new() -> Self {
        Self {
            places: Box::new([EMPTY; PLACES]),
            next: 0,
        }
    }

    /// Keeps a packet that was sent, or only that one was, if it is empty or too long.
    pub(crate) fn keep(&mut self, timestamp: u32, packet: &[u8]) {
        let place = &mut self.places[self.next];
        self.next = (self.next + 1) % PLACES;
        place.timestamp = timestamp;
        place.length = 0;
        if let Some(data) = place.data.get_mut(..packet.len()) {
            data.copy_from_slice(packet);
            place.length = packet.len();
        }
    }

    /// Nothing was sent before what comes.
    pub(crate) fn clear(&mut self) {
        for place in self.places.iter_mut() {
            place.length = 0;
        }
    }

    /// The packet kept `distance` packets before the last one, if it has sound and its timestamp is
    /// `timestamp`.
    pub(crate) fn take_down(&self, distance: u8, timestamp: u32) -> Option<&[u8]> {
        let distance = usize::from(distance);
        if !(1..PLACES).contains(&distance) {
            return None;
        }
        let place = &self.places[(self.next + PLACES - 1 - distance) % PLACES];
        // A byte alone is a packet without sound.
        (place.length > 1 && place.timestamp == timestamp).then(|| &place.data[..place.length])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_found_by_how_long_ago_they_were() {
        let mut shelf = Shelf::new();
        for n in 0..20_u8 {
            shelf.keep(u32::from(n) * 960, &[n; 40]);
        }
        assert_eq!(shelf.take_down(1, 18 * 960), Some(&[18; 40][..]));
        assert_eq!(shelf.take_down(8, 11 * 960), Some(&[11; 40][..]));
        assert_eq!(shelf.take_down(8, 10 * 960), None, "another time");
        assert_eq!(shelf.take_down(0, 19 * 960), None);
        assert_eq!(shelf.take_down(9, 10 * 960), None);
        shelf.keep(20 * 960, &[1; LONGEST + 1]);
        shelf.keep(21 * 960, &[]);
        shelf.keep(22 * 960, &[22; 40]);
        assert_eq!(shelf.take_down(2, 20 * 960), None, "too long");
        assert_eq!(shelf.take_down(1, 21 * 960), None, "nothing");
        assert_eq!(shelf.take_down(3, 19 * 960), Some(&[19; 40][..]));
        shelf.clear();
        assert_eq!(shelf.take_down(3, 19 * 960), None);
    }
}
