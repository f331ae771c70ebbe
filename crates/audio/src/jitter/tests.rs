//! The buffer against networks of all kinds, in virtual time.

mod anything;
mod delay;
mod gaps;
mod streams;

use std::time::Duration;

use super::*;
use crate::codec::{Encoder, MAX_RECEIVED_PAYLOAD, MAX_SENT_PAYLOAD};
use crate::frame::mean_square;
use crate::testing::{babble, correlation};

const PCMU: u8 = 0;
const G722: u8 = 9;
const NOISE: u8 = 13;
const OPUS: u8 = 111;
const EVENT: u8 = 101;

/// A packet on its way, with the time of its arrival in ms after its first sample was spoken.
#[derive(Clone, Debug)]
struct Sent {
    arrives_ms: f64,
    sequence_number: u16,
    timestamp: u32,
    payload_type: u8,
    payload: Vec<u8>,
}

struct Heard {
    sound: Vec<f32>,
    counters: Counters,
    /// Counters after each 10 ms.
    history: Vec<Counters>,
}

impl Heard {
    /// How late a stretch of `spoken` (from and length in ms) is heard, in ms, and how alike.
    fn lag(&self, spoken: &[f32], from_ms: usize, length_ms: usize) -> (f64, f64) {
        let from = samples(from_ms);
        let (likeness, lag) = correlation(
            &spoken[from..from + samples(length_ms)],
            &self.sound[from..],
            samples(600),
        );
        (lag as f64 / 48.0, likeness)
    }

    fn energy(&self, from_ms: usize, to_ms: usize) -> f32 {
        mean_square(&self.sound[samples(from_ms)..samples(to_ms)])
    }
}

fn buffer() -> JitterBuffer {
    JitterBuffer::new(&[
        (PCMU, Payload::Audio(Codec::Pcmu)),
        (G722, Payload::Audio(Codec::G722)),
        (OPUS, Payload::Audio(Codec::Opus)),
        (NOISE, Payload::ComfortNoise),
        (EVENT, Payload::TelephoneEvent),
    ])
    .expect("codecs start")
}

/// What a phone would send for `spoken`, 20 ms a packet, each arriving when its last sample has
/// been spoken.
fn sent(codec: Codec, spoken: &[f32], first_sequence: u16, first_timestamp: u32) -> Vec<Sent> {
    let mut encoder = Encoder::new(codec).expect("starts");
    encoder.set_expected_loss(10);
    let step = codec.clock_rate() / 50;
    spoken
        .chunks_exact(samples(20))
        .enumerate()
        .map(|(n, sound)| {
            let mut payload = [0; MAX_SENT_PAYLOAD];
            let length = encoder.encode(sound, &mut payload);
            Sent {
                arrives_ms: 20.0 * (n + 1) as f64,
                sequence_number: first_sequence.wrapping_add(n as u16),
                timestamp: first_timestamp.wrapping_add(n as u32 * step),
                payload_type: match codec {
                    Codec::Opus => OPUS,
                    Codec::G722 => G722,
                    Codec::Pcmu | Codec::Pcma => PCMU,
                },
                payload: payload[..length].to_vec(),
            }
        })
        .collect()
}

/// Delivers the packets in order of arrival and pulls every 10 ms, 3 ms off their beat.
fn deliver(packets: &[Sent], duration_ms: usize) -> Heard {
    deliver_when(packets, duration_ms, |ms| ms)
}

/// The same, where what is due at one time is done `when` the machine comes to it.
fn deliver_when(packets: &[Sent], duration_ms: usize, when: impl Fn(f64) -> f64) -> Heard {
    let mut packets: Vec<&Sent> = packets.iter().collect();
    packets.sort_by(|a, b| a.arrives_ms.total_cmp(&b.arrives_ms));
    let start = Instant::now();
    let at = |ms: f64| start + Duration::from_micros((ms * 1_000.0) as u64);
    let mut buffer = buffer();
    let mut next = packets.into_iter().peekable();
    let (mut sound, mut history) = (Vec::new(), Vec::new());
    for tick in 0..duration_ms / 10 {
        let now_ms = when(tick as f64 * 10.0 + 3.0);
        while let Some(packet) = next.next_if(|packet| packet.arrives_ms <= now_ms) {
            buffer.push(
                at(packet.arrives_ms),
                Received {
                    sequence_number: packet.sequence_number,
                    timestamp: packet.timestamp,
                    payload_type: packet.payload_type,
                    payload: &packet.payload,
                },
            );
        }
        let mut frame = [0.0; FRAME];
        buffer.pull(at(now_ms), &mut frame);
        sound.extend_from_slice(&frame);
        history.push(buffer.counters());
    }
    Heard {
        sound,
        counters: buffer.counters(),
        history,
    }
}

/// The same sound in fewer packets, `times` as long.
fn joined(packets: &[Sent], times: usize) -> Vec<Sent> {
    let join = |(n, parts): (usize, &[Sent])| Sent {
        arrives_ms: parts[parts.len() - 1].arrives_ms,
        sequence_number: n as u16,
        payload: parts.iter().flat_map(|part| part.payload.clone()).collect(),
        ..parts[0].clone()
    };
    packets.chunks_exact(times).enumerate().map(join).collect()
}

/// The same sequence of numbers from 0 to 1 on every run.
fn chance(seed: u32) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 24)
    }
}

/// Roughly normal, mean 0, deviation 1.
fn normal(chance: &mut impl FnMut() -> f64) -> f64 {
    (0..12).map(|_| chance()).sum::<f64>() - 6.0
}
