//! Whatever comes, in whatever order.

use proptest::prelude::*;

use super::*;

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
    fn any_loss_and_lateness_keeps_the_order_and_bounds_the_delay(
        lost in proptest::collection::vec(0..100_u32, 150),
        late in proptest::collection::vec(0..120_u32, 150),
        share in 0..60_u32,
    ) {
        let mut packets = sent(Codec::Pcmu, &rising(), 65_500, u32::MAX - 9_000);
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
        prop_assert_eq!(runs_back(&heard), None, "in this tick");
    }
}

#[test]
fn sound_that_was_out_of_order_would_be_noticed() {
    let packets = sent(Codec::Pcmu, &rising(), 0, 0);
    assert_eq!(runs_back(&deliver(&packets, 3_600)), None);
    for apart in [3, 10] {
        let mut packets = packets.clone();
        let early = std::mem::take(&mut packets[60].payload);
        packets[60].payload = std::mem::replace(&mut packets[60 + apart].payload, early);
        assert!(
            runs_back(&deliver(&packets, 3_600)).is_some(),
            "{apart} packets"
        );
    }
}

/// Three seconds in packets of 20 ms, each of one level that is a little higher than that of the one before.
fn rising() -> Vec<f32> {
    let levels = (0..150).map(|n| LOWEST * 30.0_f32.powf(n as f32 / 150.0));
    levels.flat_map(|level| vec![level; samples(20)]).collect()
}

/// The first tick in which something is heard that was sent before what was heard already. What is made up
/// fades, so only ticks of one level are looked at.
fn runs_back(heard: &Heard) -> Option<usize> {
    let mut highest = 0.0_f32;
    let (frames, _) = heard.sound.as_chunks::<FRAME>();
    frames.iter().position(|frame| {
        let level = frame[FRAME / 2];
        let even = frame
            .iter()
            .all(|sample| (sample - level).abs() < level * 0.0005);
        let lower = even && level < highest * 0.98;
        if even {
            highest = highest.max(level);
        }
        lower
    })
}

const LOWEST: f32 = 0.03;
