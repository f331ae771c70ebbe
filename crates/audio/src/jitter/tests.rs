//! The buffer against networks of all kinds, in virtual time.

use std::time::Duration;

use proptest::prelude::*;

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

#[test]
fn a_clean_network_costs_little_delay_and_no_sound() {
    let spoken = babble(samples(8_000));
    for (codec, codec_ms) in [(Codec::Opus, 6.5), (Codec::Pcmu, 4.5)] {
        let heard = deliver(&sent(codec, &spoken, 100, 5_000), 8_000);
        let (lag, likeness) = heard.lag(&spoken, 4_000, 2_000);
        // 20 ms are spent filling a packet, some on filters; the rest is the buffer.
        let held = lag - 20.0 - codec_ms;
        assert!((2.0..20.0).contains(&held), "{codec:?} held {held} ms");
        assert!(likeness > 0.9, "{codec:?}: {likeness}");
        assert_eq!(heard.counters.concealed_ms(), 0, "{codec:?}");
        assert_eq!(
            (heard.counters.late, heard.counters.restarts),
            (0, 0),
            "{codec:?}"
        );
        assert!(heard.counters.jitter_ms < 0.5 && heard.counters.target_ms == 6);
    }
}

#[test]
fn jitter_is_absorbed_by_as_much_delay_as_it_needs() {
    let spoken = babble(samples(20_000));
    let mut packets = sent(Codec::Opus, &spoken, 0, 0);
    let mut chance = chance(1);
    for packet in &mut packets {
        packet.arrives_ms += normal(&mut chance).abs() * 30.0;
    }
    let heard = deliver(&packets, 20_000);
    let concealed = heard.counters.concealed_ms();
    assert!(concealed < 800, "{concealed} ms of 20 s made up");
    let target = heard.counters.target_ms;
    assert!((40..130).contains(&target), "aims for {target} ms");
    assert!(heard.counters.jitter_ms > 10.0);
}

#[test]
fn delay_goes_down_again_after_a_spike() {
    let spoken = babble(samples(20_000));
    let mut packets = sent(Codec::Opus, &spoken, 0, 0);
    // For 400 ms nothing comes, then all at once.
    for packet in &mut packets {
        if (3_000.0..3_400.0).contains(&packet.arrives_ms) {
            packet.arrives_ms = 3_400.0;
        }
    }
    let heard = deliver(&packets, 20_000);
    let (right_after, _) = heard.lag(&spoken, 3_500, 100);
    let (lag, likeness) = heard.lag(&spoken, 17_000, 1_000);
    assert!(right_after > lag, "{right_after} ms, then {lag} ms");
    assert!(lag < 75.0 && likeness > 0.9, "{lag} ms, {likeness}");
}

/// A machine or a radio that stands still for a moment, again and again: what is sent meanwhile
/// comes at once when it goes on.
fn stall(packets: &mut [Sent], every_ms: f64, for_ms: f64) {
    for packet in packets {
        packet.arrives_ms = after_stall(packet.arrives_ms, every_ms, for_ms);
    }
}

fn after_stall(ms: f64, every_ms: f64, for_ms: f64) -> f64 {
    ms + (for_ms - ms % every_ms).max(0.0)
}

#[test]
fn a_machine_that_stands_still_now_and_then_is_soon_used_to_it() {
    let spoken = babble(samples(12_000));
    for (every_ms, for_ms) in [(1_500.0, 40.0), (900.0, 25.0), (2_100.0, 60.0)] {
        let mut packets = sent(Codec::Opus, &spoken, 0, 0);
        stall(&mut packets, every_ms, for_ms);
        let heard = deliver_when(&packets, 12_000, |ms| after_stall(ms, every_ms, for_ms));
        let concealed = heard.counters.concealed_ms() as f64;
        assert!(
            concealed <= 2.0 * (for_ms + 10.0),
            "{concealed} ms for {for_ms} ms every {every_ms}"
        );
        let learnt = heard.history[600].concealed_ms();
        assert_eq!(
            heard.counters.concealed_ms(),
            learnt,
            "{for_ms} ms every {every_ms}"
        );
    }
}

/// The same sound in twice as many packets.
fn halved(packets: &[Sent]) -> Vec<Sent> {
    let halves = |packet: &Sent| {
        let (first, second) = packet.payload.split_at(packet.payload.len() / 2);
        [(0, first), (1, second)].map(|(n, payload)| Sent {
            arrives_ms: packet.arrives_ms - 10.0 + 10.0 * f64::from(n),
            sequence_number: 2 * packet.sequence_number + n as u16,
            timestamp: packet.timestamp + n * first.len() as u32,
            payload_type: packet.payload_type,
            payload: payload.to_vec(),
        })
    };
    packets.iter().flat_map(halves).collect()
}

#[test]
fn short_packets_are_brought_back_to_the_least_delay_too() {
    let spoken = babble(samples(10_000));
    let mut packets = halved(&sent(Codec::Pcmu, &spoken, 0, 0));
    // Once nothing comes for a while, and then all of it.
    for packet in &mut packets {
        if (2_000.0..2_200.0).contains(&packet.arrives_ms) {
            packet.arrives_ms = 2_200.0;
        }
    }
    let heard = deliver(&packets, 10_000);
    let held = |ms: usize| heard.history[ms / 10].delay_ms;
    assert!(held(2_400) > 60, "{} ms right after", held(2_400));
    assert!(held(7_000) < 30, "{} ms later", held(7_000));
    let (_, likeness) = heard.lag(&spoken, 7_500, 1_500);
    assert!(likeness > 0.9, "{likeness}");
}

#[test]
fn stalls_that_come_again_are_heard_twice() {
    let spoken = babble(samples(12_000));
    for (every_ms, for_ms) in [(700.0, 25.0), (1_700.0, 45.0), (730.0, 60.0)] {
        let mut packets = sent(Codec::Opus, &spoken, 0, 0);
        stall(&mut packets, every_ms, for_ms);
        let heard = deliver(&packets, 12_000);
        let concealed = heard.counters.concealed_ms() as f64;
        assert!(
            concealed <= 2.0 * (for_ms + 10.0),
            "{concealed} ms for {for_ms} ms every {every_ms}"
        );
        let target = f64::from(heard.counters.target_ms);
        assert!(target < for_ms + 20.0, "aims for {target} ms");
    }
}

#[test]
fn the_longest_packets_have_room_to_be_lengthened() {
    for tenths_of_hz in (667..700).step_by(3) {
        let tone = crate::testing::sine(f64::from(tenths_of_hz) / 10.0, samples(20_000));
        let mut packets = joined(&sent(Codec::Pcmu, &tone, 0, 0), 8);
        assert_eq!(packets[0].payload.len(), MAX_RECEIVED_PAYLOAD);
        let mut chance = chance(tenths_of_hz);
        for (n, packet) in packets.iter_mut().enumerate() {
            packet.arrives_ms += chance() * 3.0 * n as f64;
        }
        let heard = deliver(&packets, 20_000);
        assert!(heard.sound.iter().all(|sample| sample.is_finite()));
    }
}

#[test]
fn lost_opus_packets_are_rebuilt_from_the_next_one() {
    let spoken = babble(samples(20_000));
    let mut chance = chance(2);
    let all = sent(Codec::Opus, &spoken, 0, 0);
    let count = all.len();
    let mut kept: Vec<Sent> = Vec::new();
    // 10 %, none twice in a row.
    let mut last_lost = false;
    for packet in all {
        last_lost = !last_lost && chance() < 0.1;
        if !last_lost {
            kept.push(packet);
        }
    }
    let lost = (count - kept.len()) as u64;
    let heard = deliver(&kept, 20_000);
    let recovered = heard.counters.recovered;
    assert!(recovered * 10 > lost * 8, "{recovered} of {lost}");
    assert!(heard.counters.target_ms >= 20, "waits for the repair");
    let concealed = heard.counters.concealed_ms();
    assert!(concealed < lost * 5, "{concealed} ms made up");
}

#[test]
fn lost_pcmu_packets_are_covered_at_about_the_right_level() {
    let tone = crate::testing::sine(250.0, samples(6_000));
    let packets: Vec<Sent> = sent(Codec::Pcmu, &tone, 0, 0)
        .into_iter()
        .enumerate()
        .filter(|(n, _)| n % 10 != 7)
        .map(|(_, packet)| packet)
        .collect();
    let heard = deliver(&packets, 6_000);
    let made_up = heard.counters.concealed_ms();
    assert!((450..650).contains(&made_up), "{made_up} ms");
    let whole = heard.energy(1_000, 5_000);
    assert!(
        (0.11..0.13).contains(&whole),
        "a sine of 0.5 has 0.125: {whole}"
    );
    let step = heard.sound[samples(500)..samples(5_500)]
        .windows(2)
        .map(|w| (w[1] - w[0]).abs())
        .fold(0.0, f32::max);
    assert!(step < 0.05, "a click of {step}");
}

#[test]
fn reordered_and_doubled_packets_do_no_harm() {
    let spoken = babble(samples(6_000));
    let mut packets = sent(Codec::Opus, &spoken, 0, 0);
    for pair in packets.chunks_exact_mut(10) {
        // The third arrives after the fourth.
        pair[2].arrives_ms += 24.0;
    }
    let twins: Vec<Sent> = packets
        .iter()
        .step_by(5)
        .map(|packet| Sent {
            arrives_ms: packet.arrives_ms + 1.0,
            ..packet.clone()
        })
        .collect();
    let doubled = twins.len() as u64;
    packets.extend(twins);
    let heard = deliver(&packets, 6_000);
    assert!(
        heard.counters.duplicate >= doubled - 1,
        "{}",
        heard.counters.duplicate
    );
    let concealed = heard.counters.concealed_ms();
    assert!(concealed <= 60, "{concealed} ms, while it learns");
    let (_, likeness) = heard.lag(&spoken, 4_500, 1_000);
    assert!(likeness > 0.9, "{likeness}");
}

#[test]
fn numbers_wrap_without_being_heard() {
    let spoken = babble(samples(6_000));
    let packets = sent(Codec::Opus, &spoken, 65_436, u32::MAX - 96_000);
    let heard = deliver(&packets, 6_000);
    assert_eq!(heard.counters.concealed_ms(), 0);
    assert_eq!(heard.counters.restarts, 0);
    assert!(heard.lag(&spoken, 1_500, 1_500).1 > 0.9);
}

#[test]
fn another_stream_takes_over_within_a_tenth_of_a_second() {
    let spoken = babble(samples(8_000));
    let half = samples(4_000);
    let mut packets = sent(Codec::Opus, &spoken[..half], 1_000, 77);
    let mut second = sent(Codec::Opus, &spoken[half..], 40_000, 900_000_000);
    for packet in &mut second {
        packet.arrives_ms += 4_000.0;
    }
    packets.extend(second);
    let heard = deliver(&packets, 8_000);
    assert_eq!(heard.counters.restarts, 1);
    assert!(heard.energy(4_150, 5_000) > 1e-4);
    let (lag, likeness) = heard.lag(&spoken, 5_000, 1_500);
    assert!(lag < 60.0 && likeness > 0.9, "{lag} ms, {likeness}");
}

#[test]
fn a_jump_of_the_timestamp_alone_starts_afresh() {
    let spoken = babble(samples(6_000));
    let mut packets = sent(Codec::Pcmu, &spoken, 0, 1_000);
    for packet in packets.iter_mut().skip(150) {
        packet.timestamp = packet.timestamp.wrapping_sub(500_000);
    }
    let heard = deliver(&packets, 6_000);
    assert_eq!(heard.counters.restarts, 1);
    assert!(heard.lag(&spoken, 4_000, 1_000).1 > 0.9);
}

#[test]
fn another_source_is_followed_even_if_its_numbers_look_like_the_old_ones() {
    let spoken = babble(samples(8_000));
    let half = samples(4_000);
    let first = sent(Codec::Pcmu, &spoken[..half], 0, 0);
    // As many packets back as would be taken for late ones.
    let second = sent(Codec::Pcmu, &spoken[half..], 150, 24_000);
    let start = Instant::now();
    let mut buffer = buffer();
    let mut sound = Vec::new();
    for tick in 0..800_u64 {
        let now = start + Duration::from_millis(10 * tick);
        let n = tick as usize / 2;
        if tick.is_multiple_of(2) {
            if n == 200 {
                buffer.begin_stream();
            }
            let packet = first.get(n).unwrap_or_else(|| &second[n - 200]);
            let received = Received {
                sequence_number: packet.sequence_number,
                timestamp: packet.timestamp,
                payload_type: packet.payload_type,
                payload: &packet.payload,
            };
            buffer.push(now, received);
        }
        let mut frame = [0.0; FRAME];
        buffer.pull(now, &mut frame);
        sound.extend_from_slice(&frame);
    }
    let counters = buffer.counters();
    assert_eq!((counters.restarts, counters.late), (1, 0));
    let heard = Heard {
        sound,
        counters,
        history: Vec::new(),
    };
    assert!(heard.lag(&spoken, 5_000, 2_000).1 > 0.9);
}

#[test]
fn a_loss_that_a_relay_has_hidden_is_mended_too() {
    let spoken = babble(samples(8_000));
    let mut packets = sent(Codec::Opus, &spoken, 0, 0);
    let mut n = 0;
    packets.retain(|_| {
        n += 1;
        n % 10 != 7
    });
    // Timestamps tell of the gap; sequence numbers go on.
    for (n, packet) in packets.iter_mut().enumerate() {
        packet.sequence_number = n as u16;
    }
    let heard = deliver(&packets, 8_000);
    assert!(heard.counters.recovered >= 25, "{:?}", heard.counters);
}

#[test]
fn a_gap_in_a_tone_is_bridged_in_step() {
    for codec in [Codec::Pcmu, Codec::G722] {
        let tone = crate::testing::sine(210.0, samples(6_000));
        let mut packets = sent(codec, &tone, 0, 0);
        for packet in &mut packets {
            // So late that the next one is there when one is missed.
            packet.arrives_ms += if packet.sequence_number % 5 == 0 {
                45.0
            } else {
                0.0
            };
        }
        packets.retain(|packet| packet.sequence_number % 10 != 7);
        let heard = deliver(&packets, 6_000);
        let steady = &heard.sound[samples(3_000)..samples(5_000)];
        let whole = steady.len() / 1_600 * 1_600;
        let (snr, amplitude) = crate::testing::tone_snr_db(&steady[..whole], 210.0);
        assert!(
            snr > 15.0 && amplitude > 0.45,
            "{codec:?}: {snr} dB, {amplitude}"
        );
    }
}

#[test]
fn one_stray_packet_is_not_a_new_stream() {
    let spoken = babble(samples(4_000));
    let mut packets = sent(Codec::Pcmu, &spoken, 0, 0);
    packets.push(Sent {
        arrives_ms: 2_005.0,
        sequence_number: 30_000,
        timestamp: 12,
        payload_type: PCMU,
        payload: vec![0x2A; 160],
    });
    let heard = deliver(&packets, 4_000);
    assert_eq!(heard.counters.restarts, 0);
    assert_eq!(heard.counters.concealed_ms(), 0);
}

#[test]
fn a_pause_of_the_sender_is_silence_and_not_loss() {
    let spoken = babble(samples(6_000));
    let mut packets = sent(Codec::Pcmu, &spoken, 0, 0);
    // From 2 s to 3 s nothing is sent; sequence numbers go on without a gap, timestamps jump.
    packets.drain(100..150);
    for (n, packet) in packets.iter_mut().enumerate() {
        packet.sequence_number = n as u16;
    }
    let heard = deliver(&packets, 6_000);
    assert!(heard.counters.concealed_ms() <= 20, "{:?}", heard.counters);
    assert!(heard.energy(2_400, 2_950) < 1e-9, "fades and is silent");
    let (lag, likeness) = heard.lag(&spoken, 4_000, 1_500);
    assert!(lag < 60.0 && likeness > 0.9, "{lag} ms, {likeness}");
}

#[test]
fn comfort_noise_fills_a_pause_at_its_level() {
    let spoken = babble(samples(4_000));
    let mut packets = sent(Codec::Pcmu, &spoken, 0, 0);
    packets.drain(101..150);
    packets[100].payload_type = NOISE;
    packets[100].payload = vec![45, 60, 140];
    for (n, packet) in packets.iter_mut().enumerate() {
        packet.sequence_number = n as u16;
    }
    let heard = deliver(&packets, 4_000);
    let level = 10.0 * heard.energy(2_200, 2_900).log10();
    assert!((level + 45.0).abs() < 1.0, "{level} dB");
    assert_eq!(heard.counters.concealed_ms(), 0);
}

#[test]
fn telephone_events_are_silence_and_not_loss() {
    let spoken = babble(samples(4_000));
    let mut packets = sent(Codec::Pcmu, &spoken, 0, 0);
    let start = packets[100].timestamp;
    for packet in &mut packets[100..115] {
        packet.payload_type = EVENT;
        packet.timestamp = start;
        packet.payload = vec![5, 10, 0, 160];
    }
    let heard = deliver(&packets, 4_000);
    assert_eq!(heard.counters.concealed_ms(), 0);
    assert!(heard.energy(2_080, 2_280) < 1e-9);
    let (lag, likeness) = heard.lag(&spoken, 2_600, 1_000);
    assert!(lag < 60.0 && likeness > 0.9, "{lag} ms, {likeness}");
}

#[test]
fn a_long_digit_leaves_no_trace_in_what_follows() {
    let spoken = babble(samples(6_000));
    let mut packets = sent(Codec::Pcmu, &spoken, 0, 0);
    let start = packets[100].timestamp;
    for packet in &mut packets[100..140] {
        packet.payload_type = EVENT;
        packet.timestamp = start;
        packet.payload = vec![5, 10, 0, 160];
    }
    let heard = deliver(&packets, 6_000);
    let counters = heard.counters;
    assert!(
        counters.concealed_ms() <= 20 && counters.stretched_ms() <= 20,
        "{counters:?}"
    );
    let (lag, likeness) = heard.lag(&spoken, 2_900, 1_000);
    assert!(lag < 60.0 && likeness > 0.9, "{lag} ms, {likeness}");
}

#[test]
fn an_outage_fades_away_and_the_call_comes_back() {
    let spoken = babble(samples(9_000));
    let mut packets = sent(Codec::Opus, &spoken, 0, 0);
    packets.drain(150..250);
    let heard = deliver(&packets, 9_000);
    assert!(heard.energy(3_400, 4_900) < 1e-9, "silent, not buzzing");
    let concealed = heard.counters.concealed_ms();
    assert!((1_900..=2_100).contains(&concealed), "{concealed} ms");
    let (lag, likeness) = heard.lag(&spoken, 6_500, 1_500);
    assert!(lag < 80.0 && likeness > 0.9, "{lag} ms, {likeness}");
}

#[test]
fn a_backlog_does_not_become_delay() {
    let spoken = babble(samples(8_000));
    let mut packets = sent(Codec::Opus, &spoken, 0, 0);
    // The first second of packets arrives at once, as when the path opens late.
    for packet in packets.iter_mut().take(50) {
        packet.arrives_ms = 1_000.0;
    }
    let heard = deliver(&packets, 8_000);
    let (lag, _) = heard.lag(&spoken, 5_000, 2_000);
    assert!(lag < 60.0, "{lag} ms");
}

#[test]
fn an_unknown_payload_type_is_counted_and_not_played() {
    let spoken = babble(samples(2_000));
    let mut packets = sent(Codec::Pcmu, &spoken, 0, 0);
    for packet in packets.iter_mut().skip(50).take(3) {
        packet.payload_type = 77;
    }
    let heard = deliver(&packets, 2_000);
    assert_eq!(heard.counters.unreadable, 3);
}

#[test]
fn a_codec_change_in_mid_stream_is_followed() {
    let spoken = babble(samples(8_000));
    let half = samples(4_000);
    let mut packets = sent(Codec::Opus, &spoken[..half], 0, 0);
    let mut second = sent(Codec::Pcmu, &spoken[half..], 200, 192_000);
    for packet in &mut second {
        packet.arrives_ms += 4_000.0;
    }
    packets.extend(second);
    let heard = deliver(&packets, 8_000);
    assert!(heard.lag(&spoken, 5_500, 1_500).1 > 0.9);
}

#[test]
fn clocks_that_drift_apart_are_followed() {
    let spoken = babble(samples(60_000));
    for ppm in [-300.0, 300.0] {
        let mut packets = sent(Codec::Pcmu, &spoken, 0, 0);
        for packet in &mut packets {
            packet.arrives_ms *= 1.0 + ppm / 1e6;
        }
        let heard = deliver(&packets, 59_000);
        let late: Vec<u32> = heard.history.iter().map(|c| c.buffer_ms).collect();
        let most = late[500..].iter().max().copied().unwrap_or(0);
        assert!(most < 90, "{ppm} ppm: {most} ms held");
        let concealed = heard.counters.concealed_ms();
        assert!(concealed < 100, "{ppm} ppm: {concealed} ms");
    }
}

#[derive(Clone, Debug)]
enum Act {
    Push {
        skip: i32,
        stamp: i32,
        kind: u8,
        size: usize,
    },
    Pull,
    Wait {
        ms: u64,
    },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (prop_oneof![8 => -3..4_i32, 1 => -70_000..70_000_i32],
              prop_oneof![8 => Just(0), 1 => any::<i32>()],
              prop_oneof![6 => Just(OPUS), 2 => Just(PCMU), 1 => Just(NOISE), 1 => Just(EVENT), 1 => 0..128_u8],
              prop_oneof![8 => 0..400_usize, 1 => 1_200..=MAX_RECEIVED_PAYLOAD])
            .prop_map(|(skip, stamp, kind, size)| Act::Push { skip, stamp, kind, size }),
        12 => Just(Act::Pull),
        2 => (0..300_u64).prop_map(|ms| Act::Wait { ms }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes, in whatever order: no panic, finite sound, bounded delay.
    #[test]
    fn nothing_breaks_it(acts in proptest::collection::vec(act(), 1..300), seed in any::<u32>()) {
        let start = Instant::now();
        let mut now_us = 0_u64;
        let mut buffer = buffer();
        let mut chance = chance(seed);
        let mut encoder = Encoder::new(Codec::Opus).expect("starts");
        let (mut sequence, mut timestamp) = (seed as u16, seed);
        for act in acts {
            let now = start + Duration::from_micros(now_us);
            match act {
                Act::Push { skip, stamp, kind, size } => {
                    sequence = sequence.wrapping_add_signed((1 + skip) as i16);
                    timestamp = timestamp.wrapping_add_signed(((1 + skip) * 960).wrapping_add(stamp));
                    let mut payload = [0; MAX_RECEIVED_PAYLOAD];
                    let length = if chance() < 0.7 {
                        let mut sent = [0; MAX_SENT_PAYLOAD];
                        let length = encoder.encode(&[0.1; 960], &mut sent);
                        payload[..length].copy_from_slice(&sent[..length]);
                        length
                    } else {
                        payload.fill_with(|| (chance() * 256.0) as u8);
                        size
                    };
                    buffer.push(now, Received {
                        sequence_number: sequence,
                        timestamp,
                        payload_type: kind,
                        payload: &payload[..length],
                    });
                }
                Act::Pull => {
                    let (before, restarts) = (buffer.next_time, buffer.counters.restarts);
                    let was_playing = buffer.playing && !buffer.packets.is_empty();
                    let mut frame = [0.0; FRAME];
                    buffer.pull(now, &mut frame);
                    prop_assert!(frame.iter().all(|s| s.is_finite()));
                    prop_assert!(buffer.ready_length < BRIDGE + MAX_DECODED + FRAME);
                    prop_assert!(buffer.expanded <= GIVE_UP + FRAME);
                    if was_playing && buffer.playing && buffer.counters.restarts == restarts {
                        prop_assert!(buffer.next_time >= before, "time runs back");
                    }
                    now_us += 10_000;
                }
                Act::Wait { ms } => now_us += ms * 1_000,
            }
        }
    }

    /// Any loss and reordering of a real stream: what is played keeps its order and its delay.
    #[test]
    fn any_loss_and_order_keeps_the_delay_bounded(
        lost in proptest::collection::vec(0..100_u32, 150),
        late in proptest::collection::vec(0..120_u32, 150),
        share in 0..60_u32,
    ) {
        let spoken = crate::testing::sine(300.0, samples(3_000));
        let mut packets = sent(Codec::Pcmu, &spoken, 65_500, u32::MAX - 9_000);
        for (packet, late) in packets.iter_mut().zip(&late) {
            packet.arrives_ms += f64::from(*late);
        }
        let mut loss = lost.iter();
        packets.retain(|_| loss.next().is_none_or(|lost| *lost >= share));
        let heard = deliver(&packets, 3_600);
        prop_assert_eq!(heard.counters.restarts, 0);
        for (tick, counters) in heard.history.iter().enumerate() {
            prop_assert!(counters.buffer_ms <= 700, "{} ms held at {} ms", counters.buffer_ms, tick * 10);
            prop_assert!(counters.target_ms <= 400);
        }
        prop_assert!(heard.energy(3_500, 3_600) < 1e-9, "ends in silence");
    }
}
