//! Order, numbers and timestamps; other streams, other codecs.

use super::*;

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
fn a_short_jump_of_the_timestamp_ahead_costs_no_more_than_a_moment() {
    let spoken = babble(samples(8_000));
    for jump_ms in [100, 500, 2_000, 2_900] {
        let mut packets = sent(Codec::Pcmu, &spoken, 0, 1_000);
        for packet in packets.iter_mut().skip(150) {
            packet.timestamp = packet.timestamp.wrapping_add(8 * jump_ms);
        }
        let heard = deliver(&packets, 8_000);
        let (lag, likeness) = heard.lag(&spoken, 6_000, 1_000);
        assert!(likeness > 0.9, "{jump_ms} ms: {likeness}");
        assert!(lag < 100.0, "{jump_ms} ms: {lag} ms late");
    }
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
