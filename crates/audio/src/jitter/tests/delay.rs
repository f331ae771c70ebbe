//! How long sound is held: no longer than the network needs.

use super::*;

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
    // What came late is remembered for 4 to 8 s.
    assert!(held(9_000) < 30, "{} ms later", held(9_000));
    let (_, likeness) = heard.lag(&spoken, 8_900, 1_000);
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
