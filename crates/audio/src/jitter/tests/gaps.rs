//! What is heard where nothing came: loss, pauses, keys.

use super::*;

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
    for (codec, hz) in [
        (Codec::Pcmu, 210.0),
        (Codec::Pcmu, 110.0),
        (Codec::G722, 210.0),
        (Codec::G722, 110.0),
    ] {
        let tone = crate::testing::sine(hz, samples(6_000));
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
        let (snr, amplitude) = crate::testing::tone_snr_db(steady, hz);
        assert!(
            snr > 15.0 && amplitude > 0.45,
            "{codec:?}, {hz} Hz: {snr} dB, {amplitude}"
        );
    }
}

#[test]
fn a_row_of_losses_is_bridged_as_soon_as_none_of_them_can_come() {
    let tone = crate::testing::sine(200.0, samples(8_000));
    let mut chance = chance(5);
    let mut packets = sent(Codec::Pcmu, &tone, 0, 0);
    for packet in &mut packets {
        // What comes after a row is early.
        if packet.sequence_number % 40 != 16 {
            packet.arrives_ms += 60.0 * chance();
        }
    }
    packets.retain(|packet| !(12..16).contains(&(packet.sequence_number % 40)));
    let heard = deliver(&packets, 8_000);
    // Going on from one side up to the last 20 ms, it would fade to a third.
    let quietest = heard.sound[samples(4_000)..samples(7_500)]
        .chunks_exact(samples(10))
        .map(mean_square)
        .fold(1.0, f32::min);
    assert!(quietest > 0.125 / 2.0, "{quietest} of 0.125");
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
