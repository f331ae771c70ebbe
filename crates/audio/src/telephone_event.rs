//! Sends DTMF digits as telephone events (RFC 4733).

/// Shortest digit and gap that receivers must recognise (ITU-T Q.24), in ms.
pub(crate) const SHORTEST_MS: u32 = 40;
/// Longest digit sent, in ms. At 48 kHz the duration field ends at 1,365 ms.
pub(crate) const LONGEST_MS: u32 = 1_200;
/// Silence after each digit, in ms, counted from its end.
const GAP_MS: u32 = 80;
/// How often the end is said.
const ENDS: u32 = 3;
/// Power in -dBm0, as a keypad has it.
const VOLUME: u8 = 10;

/// A digit to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digit {
    /// Event code, 0 to 15 (RFC 4733 section 3.2).
    pub(crate) event: u8,
    pub(crate) duration_ms: u32,
}

impl Digit {
    pub(crate) fn new(digit: char, duration_ms: u32) -> Option<Self> {
        let event = match digit.to_ascii_uppercase() {
            digit @ '0'..='9' => digit as u8 - b'0',
            '*' => 10,
            '#' => 11,
            digit @ 'A'..='D' => digit as u8 - b'A' + 12,
            _ => return None,
        };
        Some(Self {
            event,
            duration_ms: duration_ms.clamp(SHORTEST_MS, LONGEST_MS),
        })
    }
}

/// A packet to send in place of sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventPacket {
    /// Start of the event, the same for all its packets.
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) payload: [u8; 4],
}

/// What takes the place of a packet of sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// No digit: send sound.
    Sound,
    /// Send this.
    Event(EventPacket),
    /// Between digits: send nothing.
    Pause,
}

/// Turns digits into packets, one for each packet of sound they replace.
#[derive(Debug)]
pub(crate) struct EventSender {
    clock_rate: u32,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Idle,
    Tone {
        digit: Digit,
        timestamp: u32,
        elapsed_ms: u32,
    },
    End {
        packet: EventPacket,
        left: u32,
        elapsed_ms: u32,
    },
    Gap {
        elapsed_ms: u32,
    },
}

impl EventSender {
    /// `clock_rate` is that of the telephone-event payload type, in Hz.
    pub(crate) fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate,
            state: State::Idle,
        }
    }

    /// What to send for the packet of sound of `ptime_ms` that starts at `timestamp`. `next` is
    /// asked for a digit when one can begin.
    pub(crate) fn step(
        &mut self,
        timestamp: u32,
        ptime_ms: u32,
        next: impl FnOnce() -> Option<Digit>,
    ) -> Slot {
        if let State::Idle = self.state {
            let Some(digit) = next() else {
                return Slot::Sound;
            };
            self.state = State::Tone {
                digit,
                timestamp,
                elapsed_ms: 0,
            };
        }
        match self.state {
            State::Idle => Slot::Sound,
            State::Tone {
                digit,
                timestamp,
                elapsed_ms,
            } => {
                let first = elapsed_ms == 0;
                let elapsed_ms = (elapsed_ms + ptime_ms).min(digit.duration_ms);
                let ends = elapsed_ms == digit.duration_ms;
                let mut packet = EventPacket {
                    timestamp,
                    marker: first,
                    payload: self.payload(digit.event, ends, elapsed_ms),
                };
                let sent = packet;
                packet.marker = false;
                self.state = if ends {
                    State::End {
                        packet,
                        left: ENDS - 1,
                        elapsed_ms: 0,
                    }
                } else {
                    State::Tone {
                        digit,
                        timestamp,
                        elapsed_ms,
                    }
                };
                Slot::Event(sent)
            }
            State::End {
                packet,
                left,
                elapsed_ms,
            } => {
                let elapsed_ms = elapsed_ms + ptime_ms;
                self.state = if left > 1 {
                    State::End {
                        packet,
                        left: left - 1,
                        elapsed_ms,
                    }
                } else {
                    State::Gap { elapsed_ms }
                };
                Slot::Event(packet)
            }
            State::Gap { elapsed_ms } => {
                let elapsed_ms = elapsed_ms + ptime_ms;
                self.state = if elapsed_ms >= GAP_MS {
                    State::Idle
                } else {
                    State::Gap { elapsed_ms }
                };
                Slot::Pause
            }
        }
    }

    /// Event, end bit and volume, duration (RFC 4733 section 2.3).
    fn payload(&self, event: u8, end: bool, elapsed_ms: u32) -> [u8; 4] {
        let duration = (elapsed_ms * (self.clock_rate / 1_000)).min(0xFFFF) as u16;
        let [high, low] = duration.to_be_bytes();
        [event, (u8::from(end) << 7) | VOLUME, high, low]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(digits: &[Digit], ptime_ms: u32, clock_rate: u32, steps: u32) -> Vec<Slot> {
        let mut sender = EventSender::new(clock_rate);
        let mut queue = digits.iter().copied();
        (0..steps)
            .map(|n| sender.step(n * ptime_ms * clock_rate / 1_000, ptime_ms, || queue.next()))
            .collect()
    }

    #[test]
    fn one_digit_is_marked_grows_and_ends_three_times() {
        let digit = Digit::new('5', 100).expect("a digit");
        let slots = run(&[digit], 20, 8_000, 12);
        let events: Vec<EventPacket> = slots
            .iter()
            .filter_map(|slot| match slot {
                Slot::Event(packet) => Some(*packet),
                _ => None,
            })
            .collect();
        assert_eq!(
            events.len(),
            7,
            "five to grow, the last of them the first end"
        );
        assert!(events[0].marker && events[1..].iter().all(|p| !p.marker));
        assert!(
            events.iter().all(|p| p.timestamp == 0),
            "the timestamp is held"
        );
        let durations: Vec<u16> = events
            .iter()
            .map(|p| u16::from_be_bytes([p.payload[2], p.payload[3]]))
            .collect();
        assert_eq!(durations, [160, 320, 480, 640, 800, 800, 800]);
        let ends: Vec<bool> = events.iter().map(|p| p.payload[1] & 0x80 != 0).collect();
        assert_eq!(ends, [false, false, false, false, true, true, true]);
        assert!(
            events
                .iter()
                .all(|p| p.payload[0] == 5 && p.payload[1] & 0x7F == 10)
        );
        assert_eq!(slots[11], Slot::Sound);
    }

    #[test]
    fn digits_in_a_queue_have_a_gap_of_at_least_40_ms() {
        let digits: Vec<Digit> = "1#".chars().filter_map(|c| Digit::new(c, 60)).collect();
        for ptime_ms in [10, 20, 30, 60] {
            let slots = run(&digits, ptime_ms, 8_000, 60);
            let starts: Vec<u32> = slots
                .iter()
                .filter_map(|slot| match slot {
                    Slot::Event(p) if p.marker => Some(p.timestamp / 8),
                    _ => None,
                })
                .collect();
            assert_eq!(starts.len(), 2, "ptime {ptime_ms}");
            assert!(
                starts[1] - starts[0] >= 60 + SHORTEST_MS,
                "ptime {ptime_ms}: {starts:?}"
            );
        }
    }

    #[test]
    fn letters_limits_and_the_48_khz_clock() {
        assert_eq!(
            Digit::new('d', 1).map(|d| (d.event, d.duration_ms)),
            Some((15, 40))
        );
        assert_eq!(
            Digit::new('*', 9_999).map(|d| (d.event, d.duration_ms)),
            Some((10, 1_200))
        );
        assert_eq!(Digit::new('E', 100), None);
        let long = Digit::new('0', 1_200).expect("a digit");
        let slots = run(&[long], 20, 48_000, 60);
        let Slot::Event(last) = slots[59] else {
            panic!("{:?}", slots[59])
        };
        assert_eq!(
            u16::from_be_bytes([last.payload[2], last.payload[3]]),
            57_600
        );
    }
}
