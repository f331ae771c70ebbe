//! What stands between servers and a phone and lets sound suffer: packets in, packets out when they are
//! due. It is told the time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::RangeInclusive;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::impairment::{Carries, Fates, Impairment};

/// A relay of IPv4 packets. All but sound passes at once.
#[derive(Debug, Default)]
pub(crate) struct Relay {
    media_ports: Option<RangeInclusive<u16>>,
    fates: [Option<Fates>; 2],
    counts: Passed,
    waiting: BinaryHeap<Reverse<Waiting>>,
    taken: u64,
}

/// Where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    /// From the phone to the servers.
    Up,
    /// From the servers to the phone.
    Down,
}

/// How much sound went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// Packets of sound from the phone.
    pub up: u64,
    /// Those of them that were lost.
    pub up_lost: u64,
    /// Packets of sound to the phone.
    pub down: u64,
    /// Those of them that were lost.
    pub down_lost: u64,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    due: Instant,
    /// Of two that are due at once the first goes first.
    order: u64,
    direction: Direction,
    packet: Vec<u8>,
}

impl Relay {
    /// From now on media, which is UDP to or from these ports of the servers', suffers so: up, down.
    /// Nothing is counted yet.
    pub(crate) fn impair(
        &mut self,
        media_ports: RangeInclusive<u16>,
        up: Option<Impairment>,
        down: Option<Impairment>,
    ) {
        self.media_ports = Some(media_ports);
        // Else the same packets would be lost both ways.
        let up = up.map(|up| Impairment {
            seed: up.seed ^ UP,
            ..up
        });
        self.fates = [up.map(Fates::new), down.map(Fates::new)];
        self.counts = Passed::default();
    }

    /// What went through since.
    pub(crate) fn passed(&self) -> Passed {
        self.counts
    }

    /// Takes a packet.
    pub(crate) fn take(&mut self, now: Instant, direction: Direction, packet: Vec<u8>) {
        let media = self
            .media_ports
            .as_ref()
            .and_then(|ports| media(&packet, direction, ports));
        let fates = self.fates[direction as usize].as_mut();
        let due = match (media, fates) {
            (Some(carries), Some(fates)) => fates.next(carries).map(|delay| now + delay),
            _ => Some(now),
        };
        if media == Some(Carries::Sound) {
            let Passed {
                up,
                up_lost,
                down,
                down_lost,
            } = &mut self.counts;
            let (all, lost) = match direction {
                Direction::Up => (up, up_lost),
                Direction::Down => (down, down_lost),
            };
            *all += 1;
            *lost += u64::from(due.is_none());
        }
        if let Some(due) = due {
            self.taken += 1;
            self.waiting.push(Reverse(Waiting {
                due,
                order: self.taken,
                direction,
                packet,
            }));
        }
    }

    /// The next packet that is due.
    pub(crate) fn give(&mut self, now: Instant) -> Option<(Direction, Vec<u8>)> {
        self.poll_timeout().filter(|due| *due <= now)?;
        let Reverse(waiting) = self.waiting.pop()?;
        Some((waiting.direction, waiting.packet))
    }

    /// When one will be.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.waiting.peek().map(|Reverse(waiting)| waiting.due)
    }
}

/// What an IPv4 packet carries, if it is media.
fn media(packet: &[u8], direction: Direction, ports: &RangeInclusive<u16>) -> Option<Carries> {
    let (version, header) = (packet.first()? >> 4, usize::from(packet.first()? & 15) * 4);
    if version != 4 || *packet.get(9)? != UDP {
        return None;
    }
    let port = |at: usize| {
        let bytes = packet.get(header + at..header + at + 2)?;
        Some(u16::from_be_bytes([bytes[0], bytes[1]]))
    };
    let servers = match direction {
        Direction::Up => port(2)?,
        Direction::Down => port(0)?,
    };
    if !ports.contains(&servers) {
        return None;
    }
    // RFC 7983 tells RTP and RTCP from STUN and DTLS, RFC 5761 the one from the other.
    let body = packet.get(header + 8..)?;
    match (body.first(), body.get(1)) {
        (Some(128..=191), Some(second)) if !(64..96).contains(&(second & 127)) => {
            Some(Carries::Sound)
        }
        _ => Some(Carries::Control),
    }
}

const UDP: u8 = 17;
/// What tells the fates of one way from those of the other.
const UP: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::impairment::Loss;

    fn udp(from: u16, to: u16, body: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, UDP, 0, 0];
        packet.extend([10, 77, 0, 1, 10, 77, 1, 2]);
        packet.extend(from.to_be_bytes());
        packet.extend(to.to_be_bytes());
        packet.extend([0; 4]);
        packet.extend(body);
        packet
    }

    fn rtp(number: u16) -> Vec<u8> {
        let [high, low] = number.to_be_bytes();
        udp(10_000, 40_000, &[128, 111, high, low])
    }

    fn impaired(jitter: u64, loss: Loss) -> Relay {
        let mut relay = Relay::default();
        let impairment = Impairment {
            delay: Duration::from_millis(40),
            jitter: Duration::from_millis(jitter),
            loss,
            seed: 1,
        };
        relay.impair(10_000..=10_039, None, Some(impairment));
        relay
    }

    /// Sends so many packets of sound down, 20 ms apart, and gives their numbers and delays (ms) in the
    /// order in which they come out.
    fn send(relay: &mut Relay, count: u16) -> Vec<(u16, f64)> {
        let begin = Instant::now();
        let sent = |number: u16| begin + Duration::from_millis(20) * u32::from(number);
        let mut came = Vec::new();
        for number in 0..count {
            relay.take(sent(number), Direction::Down, rtp(number));
            while let Some(due) = relay.poll_timeout() {
                if number + 1 < count && due >= sent(number + 1) {
                    break;
                }
                let (direction, packet) = relay.give(due).expect("it is due");
                assert_eq!(direction, Direction::Down);
                let number = u16::from_be_bytes([packet[30], packet[31]]);
                came.push((number, (due - sent(number)).as_secs_f64() * 1000.0));
            }
        }
        came
    }

    #[test]
    fn without_jitter_packets_keep_their_order_and_take_as_long() {
        let came = send(&mut impaired(0, Loss::None), 1000);
        assert!(came.iter().map(|(number, _)| *number).eq(0..1000));
        assert!(came.iter().all(|(_, ms)| (ms - 40.0).abs() < 1e-6));
    }

    #[test]
    fn with_jitter_packets_overtake_each_other_and_none_is_lost() {
        let came = send(&mut impaired(30, Loss::None), 1000);
        let mut numbers: Vec<_> = came.iter().map(|(number, _)| *number).collect();
        // Two that are 20 ms apart, and each up to 30 ms off: the second wins in 2 of 9 cases.
        let overtaken = numbers.windows(2).filter(|pair| pair[0] > pair[1]).count();
        assert!((150..350).contains(&overtaken), "{overtaken}");
        assert!(came.iter().all(|(_, ms)| (10.0..=70.0).contains(ms)));
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..1000));
    }

    #[test]
    fn what_is_lost_is_counted() {
        let mut relay = impaired(30, Loss::Random(0.1));
        let came = send(&mut relay, 2000);
        let passed = relay.passed();
        assert_eq!(passed.down, 2000);
        assert_eq!(passed.down_lost as usize, 2000 - came.len());
        assert!((150..250).contains(&passed.down_lost), "{passed:?}");
    }

    #[test]
    fn signalling_and_the_other_direction_pass_at_once() {
        let mut relay = impaired(30, Loss::Random(1.0));
        let now = Instant::now();
        let sip = udp(5060, 40_000, b"SIP/2.0 200 OK");
        let mut tcp = rtp(1);
        tcp[9] = 6;
        for (direction, packet) in [
            (Direction::Down, sip),
            (Direction::Down, tcp),
            (Direction::Up, udp(40_000, 10_000, &[128, 0, 0, 0])),
        ] {
            relay.take(now, direction, packet.clone());
            assert_eq!(relay.give(now), Some((direction, packet)));
        }
        relay.take(now, Direction::Down, rtp(1));
        assert_eq!(relay.poll_timeout(), None);
    }

    #[test]
    fn media_is_told_from_what_keeps_it_going() {
        let of = |body: &[u8]| media(&udp(10_002, 9, body), Direction::Down, &(10_000..=10_039));
        assert_eq!(of(&[128, 0]), Some(Carries::Sound));
        assert_eq!(of(&[144, 111 | 128]), Some(Carries::Sound));
        assert_eq!(of(&[128, 200]), Some(Carries::Control)); // RTCP
        assert_eq!(of(&[0, 1]), Some(Carries::Control)); // STUN
        assert_eq!(of(&[22, 254]), Some(Carries::Control)); // DTLS
        assert_eq!(
            media(&rtp(1), Direction::Up, &(10_000..=10_039)),
            None,
            "a port of the phone's"
        );
        assert_eq!(media(&[0x45], Direction::Up, &(0..=9)), None);
    }
}
