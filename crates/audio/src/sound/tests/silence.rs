//! Silence that is left out, from one engine to another.

use super::*;
use crate::frame::{FRAME, mean_square};
use crate::leg::{LegConfig, Payload};
use crate::{CodecSpec, EncodedPacket, Rehearsal};

/// One way, in virtual time: what was sent, and what was heard of it.
fn call(codec: Codec, spoken: &[f32]) -> (Vec<EncodedPacket>, Vec<f32>) {
    let config = LegConfig {
        send: CodecSpec {
            codec,
            payload_type: 9,
        },
        receive: vec![(9, Payload::Audio(codec)), (13, Payload::ComfortNoise)],
        telephone_event: None,
        comfort_noise: Some(13),
        ptime_ms: 20,
        first_timestamp: 7,
        opus: crate::OpusSettings::default(),
    };
    let (mut near, mut far) = (Rehearsal::new(), Rehearsal::new());
    let mut speaks = near.open_leg(config.clone()).expect("opens");
    let mut hears = far.open_leg(config).expect("opens");
    speaks.control.set_sending(true);
    hears.control.set_heard(true);
    let start = Instant::now();
    let (mut sent, mut heard) = (Vec::new(), Vec::new());
    for (tick, frame) in spoken.as_chunks::<FRAME>().0.iter().enumerate() {
        let now = start + Duration::from_millis(10 * tick as u64);
        near.tick(now, frame);
        while let Some(packet) = speaks.source.try_recv() {
            let (number, time) = (sent.len() as u16, packet.timestamp);
            hears
                .sink
                .push_at(now, number, time, packet.payload_type, &packet.payload);
            sent.push(packet);
        }
        heard.extend(far.tick(now, &[0.0; FRAME]));
    }
    let stats = hears.control.stats();
    assert_eq!(
        (stats.concealed_ms, stats.late, stats.restarts),
        (0, 0, 0),
        "{codec:?}"
    );
    (sent, heard)
}

/// A room with somebody in it who speaks from the fourth second to the sixth.
fn room() -> Vec<f32> {
    let mut seed = 3_u32;
    let mut low = [0.0; 2];
    let noise = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Hardly any of it is where a telephone does not reach.
        low[0] += 0.1 * (0.04 * (seed as i32 as f32 / 2_147_483_648.0) - low[0]);
        low[1] += 0.1 * (low[0] - low[1]);
        low[1]
    });
    let mut room: Vec<f32> = noise.take(10 * 48_000).collect();
    let speech = babble(2 * 48_000);
    let spoken = room[4 * 48_000..].iter_mut().zip(speech);
    spoken.for_each(|(room, voice)| *room += voice);
    room
}

#[test]
fn a_pause_is_described_and_sounds_as_if_it_had_been_sent() {
    let room = room();
    for codec in [Codec::Pcmu, Codec::Pcma, Codec::G722] {
        let (sent, heard) = call(codec, &room);
        assert!(sent.len() < 260, "{codec:?}: {} of 500 packets", sent.len());
        // All packets are on one line of time, 160 a packet, however many were left out.
        let since = |packet: &EncodedPacket| packet.timestamp - 7;
        assert!(sent.iter().all(|packet| since(packet) % 160 == 0));
        assert!(sent.is_sorted_by_key(since));
        // A marker stands where sound begins after silence, and nowhere else.
        for pair in sent.windows(2) {
            let begins = pair[0].payload_type == 13 && pair[1].payload_type == 9;
            assert_eq!(pair[1].marker, begins, "{codec:?} at {}", pair[1].timestamp);
            // Silence begins with its description.
            let gap = pair[1].timestamp - pair[0].timestamp > 160;
            assert!(!gap || pair[0].payload_type == 13, "{codec:?}");
        }
        // Before, while nothing is sent, and after: as loud as the room.
        let level = |sound: &[f32]| 10.0 * mean_square(sound).log10();
        let quiet = level(&room[48_000..96_000]);
        for from in [1, 2, 8] {
            let heard = level(&heard[from * 48_000 + 24_000..][..48_000]);
            assert!(
                (heard - quiet).abs() < 1.0,
                "{codec:?}: {heard}, {quiet} dB"
            );
        }
        let (likeness, _) = correlation(&room[192_000..288_000], &heard[192_000..], 4_800);
        assert!(likeness > 0.9, "{codec:?}: {likeness}");
    }
}

#[test]
fn who_is_muted_describes_nothing_at_all() {
    let (sent, heard) = call(Codec::Pcmu, &[0.0; 3 * 48_000]);
    let noise: Vec<_> = sent.iter().filter(|p| p.payload_type == 13).collect();
    assert!((6..9).contains(&noise.len()), "{}", noise.len());
    assert!(noise.iter().all(|packet| packet.payload[0] == 127));
    assert!(heard[48_000..].iter().all(|s| *s == 0.0));
}
