//! Telephone events as they are received (RFC 4733).

/// The duration at which an event has to go on under a new timestamp (section 2.5.1.3).
const LONGEST: u16 = u16::MAX;

/// Tells each key once, however many packets it takes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TelephoneEvents {
    last: Option<Event>,
}

#[derive(Clone, Copy, Debug)]
struct Event {
    ssrc: u32,
    timestamp: u32,
    code: u8,
    duration: u16,
    ended: bool,
}

impl TelephoneEvents {
    /// Takes a packet. The key, if the packet is the first seen of its event: `0`-`9`, `*`, `#`,
    /// `A`-`D`. Packets of one event share a timestamp; three or more say it has ended, and any of
    /// them may be the first to arrive.
    pub(crate) fn on_packet(&mut self, ssrc: u32, timestamp: u32, payload: &[u8]) -> Option<char> {
        let [code, flags, high, low, ..] = *payload else {
            return None;
        };
        let event = Event {
            ssrc,
            timestamp,
            code,
            duration: u16::from_be_bytes([high, low]),
            ended: flags & 0x80 != 0,
        };
        if let Some(last) = &mut self.last
            && last.ssrc == ssrc
        {
            if timestamp == last.timestamp {
                last.duration = last.duration.max(event.duration);
                last.ended |= event.ended;
                return None;
            }
            if (timestamp.wrapping_sub(last.timestamp) as i32) < 0 {
                // Late, of an event that is over.
                return None;
            }
            let goes_on = last.code == code
                && !last.ended
                && last.duration == LONGEST
                && timestamp.wrapping_sub(last.timestamp) == u32::from(LONGEST);
            if goes_on {
                *last = event;
                return None;
            }
        }
        self.last = Some(event);
        key(code)
    }
}

/// Section 3.2, table 3.
fn key(code: u8) -> Option<char> {
    b"0123456789*#ABCD"
        .get(usize::from(code))
        .copied()
        .map(char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(code: u8, ended: bool, duration: u16) -> [u8; 4] {
        let [high, low] = duration.to_be_bytes();
        [code, if ended { 0x8a } else { 0x0a }, high, low]
    }

    #[test]
    fn a_key_is_told_once() {
        let mut events = TelephoneEvents::default();
        assert_eq!(events.on_packet(1, 800, &packet(5, false, 160)), Some('5'));
        assert_eq!(events.on_packet(1, 800, &packet(5, false, 320)), None);
        for _ in 0..3 {
            assert_eq!(events.on_packet(1, 800, &packet(5, true, 800)), None);
        }
        // The same key again: another timestamp.
        assert_eq!(events.on_packet(1, 4_000, &packet(5, true, 800)), Some('5'));
        // A late packet of the one before.
        assert_eq!(events.on_packet(1, 800, &packet(5, true, 800)), None);
        assert_eq!(events.on_packet(1, 4_000, &packet(5, true, 800)), None);
    }

    #[test]
    fn all_sixteen_keys_and_nothing_else() {
        let mut events = TelephoneEvents::default();
        let keys: String = (0..=255u32)
            .filter_map(|code| events.on_packet(1, code * 1_000, &packet(code as u8, false, 1)))
            .collect();
        assert_eq!(keys, "0123456789*#ABCD");
    }

    #[test]
    fn a_long_press_goes_on_under_a_new_timestamp() {
        let mut events = TelephoneEvents::default();
        let longest = u32::from(LONGEST);
        let start = u32::MAX - 10;
        let next = start.wrapping_add(longest);
        assert_eq!(
            events.on_packet(1, start, &packet(1, false, 960)),
            Some('1')
        );
        assert_eq!(events.on_packet(1, start, &packet(1, false, LONGEST)), None);
        assert_eq!(events.on_packet(1, next, &packet(1, false, 960)), None);
        assert_eq!(events.on_packet(1, next, &packet(1, true, 1_920)), None);
        // Ended there: the next is another press.
        let third = next.wrapping_add(longest);
        assert_eq!(events.on_packet(1, third, &packet(1, true, 960)), Some('1'));
    }

    #[test]
    fn another_source_has_another_clock() {
        let mut events = TelephoneEvents::default();
        assert_eq!(events.on_packet(1, 9_000, &packet(1, true, 960)), Some('1'));
        assert_eq!(events.on_packet(2, 50, &packet(2, true, 960)), Some('2'));
    }

    #[test]
    fn short_packets_are_nothing() {
        let mut events = TelephoneEvents::default();
        assert_eq!(events.on_packet(1, 1, &[5, 0, 0]), None);
        assert_eq!(events.on_packet(1, 1, &[]), None);
    }
}
