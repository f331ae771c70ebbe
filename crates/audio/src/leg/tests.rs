//! Two ends of a call that tell each other what they lose, in virtual time.

use std::time::{Duration, Instant};

use crate::frame::{FRAME, SILENCE};
use crate::testing::babble;
use crate::{Codec, CodecSpec, EncodedPacket, Leg, LegConfig, OpusSettings, Payload, Rehearsal};

fn config(opus: OpusSettings) -> LegConfig {
    LegConfig {
        send: CodecSpec {
            codec: Codec::Opus,
            payload_type: 111,
        },
        receive: vec![(111, Payload::Audio(Codec::Opus))],
        telephone_event: None,
        comfort_noise: None,
        ptime_ms: 20,
        first_timestamp: u32::MAX - 48_000,
        opus,
    }
}

struct End {
    engine: Rehearsal,
    leg: Leg,
    sequence: u16,
}

impl End {
    fn new(opus: OpusSettings) -> Self {
        let mut engine = Rehearsal::new();
        let leg = engine.open_leg(config(opus)).expect("opens");
        leg.control.set_sending(true);
        leg.control.set_heard(true);
        Self {
            engine,
            leg,
            sequence: u16::MAX - 200,
        }
    }

    /// Sends to `other` what there is, unless `loses` says otherwise, and gives the packets.
    fn send(
        &mut self,
        now: Instant,
        other: &mut End,
        mut loses: impl FnMut() -> bool,
    ) -> Vec<EncodedPacket> {
        let mut sent = Vec::new();
        while let Some(packet) = self.leg.source.try_recv() {
            if !loses() {
                let (time, kind) = (packet.timestamp, packet.payload_type);
                let sink = &mut other.leg.sink;
                sink.push_at(now, self.sequence, time, kind, &packet.payload);
            }
            self.sequence = self.sequence.wrapping_add(1);
            sent.push(packet);
        }
        sent
    }
}

struct Call {
    near: End,
    far: End,
    start: Instant,
    ticks: usize,
    /// Packets sent by the near end.
    sent: usize,
}

impl Call {
    fn new() -> Self {
        Self {
            near: End::new(OpusSettings::default()),
            far: End::new(OpusSettings::default()),
            start: Instant::now(),
            ticks: 0,
            sent: 0,
        }
    }

    /// Lets `seconds` go by, in which the packets of the near end are lost whose number `loses` names.
    fn go(&mut self, seconds: usize, voice: &[f32], loses: impl Fn(usize) -> bool) {
        for _ in 0..seconds * 100 {
            let now = self.start + Duration::from_millis(10 * self.ticks as u64);
            let at = self.ticks * FRAME % (voice.len() - FRAME);
            let said = voice[at..].first_chunk().expect("a frame");
            self.near.engine.tick(now, said);
            self.far.engine.tick(now, &SILENCE);
            let count = &mut self.sent;
            self.near.send(now, &mut self.far, || {
                *count += 1;
                loses(*count)
            });
            self.far.send(now, &mut self.near, || false);
            self.ticks += 1;
        }
    }
}

#[test]
fn bursts_are_told_of_and_then_nothing_of_them_is_lost() {
    let voice = babble(48_000 * 10);
    let mut call = Call::new();
    call.go(10, &voice, |_| false);
    let before = call.near.leg.control.stats();
    assert_eq!((before.spare_distance, before.expected_loss), (0, 0));

    let bursts = |n: usize| n % 40 < 4;
    call.go(10, &voice, bursts);
    let sender = call.near.leg.control.stats();
    assert_eq!(sender.spare_distance, 4);
    let learnt = call.far.leg.control.stats();
    call.go(20, &voice, bursts);
    let receiver = call.far.leg.control.stats();
    let spared = receiver.spared - learnt.spared;
    assert!((90..=110).contains(&spared), "{spared} of 100");
    let concealed = receiver.concealed_ms - learnt.concealed_ms;
    assert!(concealed < 200, "{concealed} of 2000 ms");

    call.go(40, &voice, |_| false);
    let after = call.near.leg.control.stats();
    assert_eq!(after.spare_distance, 0);
    assert_eq!(after.aimed_bitrate, before.aimed_bitrate);
    let calm = call.far.leg.control.stats();
    assert!(calm.target_ms < 40, "{calm:?}");
}

#[test]
fn a_listener_who_leaves_out_silence_still_says_what_it_loses() {
    let silent = OpusSettings {
        dtx: true,
        ..OpusSettings::default()
    };
    let mut call = Call::new();
    call.far = End::new(silent);
    call.go(30, &babble(48_000 * 10), |n| n % 40 < 4);
    let far = call.far.leg.control.stats();
    assert!(far.sent < 200, "{}", far.sent);
    assert_eq!(call.near.leg.control.stats().spare_distance, 4);
}

#[test]
fn an_end_that_asks_for_nothing_gets_nothing_but_sound() {
    let voice = babble(48_000 * 2);
    let (mut near, mut far) = (
        End::new(OpusSettings::default()),
        End::new(OpusSettings::default()),
    );
    let start = Instant::now();
    for tick in 0..400 {
        let now = start + Duration::from_millis(10 * tick as u64);
        let said = voice[tick % 100 * FRAME..].first_chunk().expect("a frame");
        near.engine.tick(now, said);
        far.engine.tick(now, &SILENCE);
        for packet in near.send(now, &mut far, || false) {
            assert_eq!(packet.payload[0] & 3, 0, "a packet of one frame");
        }
    }
}

#[test]
fn while_nobody_speaks_dtx_sends_next_to_nothing_and_marks_who_begins() {
    let opus = OpusSettings {
        dtx: true,
        ..OpusSettings::default()
    };
    let voice = babble(48_000 * 2);
    let (mut near, mut far) = (End::new(opus), End::new(opus));
    let start = Instant::now();
    let mut sent = Vec::new();
    for tick in 0..800 {
        let now = start + Duration::from_millis(10 * tick as u64);
        let speaks = !(200..600).contains(&tick);
        let said = if speaks {
            *voice[tick % 200 * FRAME..].first_chunk().expect("a frame")
        } else {
            SILENCE
        };
        near.engine.tick(now, &said);
        far.engine.tick(now, &SILENCE);
        let packets = near.send(now, &mut far, || false);
        sent.extend(packets.into_iter().map(|packet| (tick, packet)));
    }
    let silent = sent.iter().filter(|(tick, _)| (260..600).contains(tick));
    let silent = silent.count();
    assert!((5..=12).contains(&silent), "{silent} packets in 3.4 s");
    let marked: Vec<usize> = sent
        .iter()
        .filter(|(_, packet)| packet.marker)
        .map(|(tick, _)| *tick)
        .collect();
    assert_eq!(marked.len(), 2, "{marked:?}");
    assert!(marked[1] >= 600, "{marked:?}");
    // Nothing of that was a loss.
    let concealed = far.leg.control.stats().concealed_ms;
    assert!(concealed <= 20, "{concealed} ms");
    // Time went on while nothing was sent.
    for pair in sent.windows(2) {
        let ticks = pair[1].0 - pair[0].0;
        let time = pair[1].1.timestamp.wrapping_sub(pair[0].1.timestamp);
        assert_eq!(time as usize, ticks * FRAME);
    }
}

#[test]
fn the_peers_limits_are_kept() {
    let opus = OpusSettings {
        max_playback_rate: 8_000,
        max_bitrate: 12_000,
        cbr: true,
        fec: false,
        dtx: false,
    };
    let voice = babble(48_000 * 2);
    let (mut near, mut far) = (End::new(opus), End::new(opus));
    let start = Instant::now();
    let mut sizes = Vec::new();
    for tick in 0..200 {
        let now = start + Duration::from_millis(10 * tick as u64);
        let said = voice[tick * FRAME..].first_chunk().expect("a frame");
        near.engine.tick(now, said);
        for packet in near.send(now, &mut far, || false) {
            let kind = packet.payload[0] >> 3;
            assert!(kind < 4, "narrowband: {kind}");
            sizes.push(packet.payload.len());
        }
    }
    assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
    assert!(sizes[0] * 400 <= 12_000, "{}", sizes[0]);
}

#[test]
fn packets_of_another_source_begin_a_stream_of_their_own() {
    let voice = babble(48_000);
    let (mut near, mut far) = (
        End::new(OpusSettings::default()),
        End::new(OpusSettings::default()),
    );
    let start = Instant::now();
    let mut kept = Vec::new();
    for tick in 0..400_usize {
        let now = start + Duration::from_millis(10 * tick as u64);
        let at = tick * FRAME % 47_000;
        let frame = voice[at..at + FRAME].try_into().expect("10 ms");
        near.engine.tick(now, frame);
        while let Some(packet) = near.leg.source.try_recv() {
            // The second has numbers that would be taken for late ones of the first.
            let number = if kept.len() < 100 {
                kept.len()
            } else {
                kept.len() - 50
            };
            let source = u32::from(kept.len() >= 100);
            let time = 960 * number as u32;
            far.leg.sink.set_source(source);
            let sink = &mut far.leg.sink;
            sink.push_at(
                now,
                number as u16,
                time,
                packet.payload_type,
                &packet.payload,
            );
            kept.push(packet);
        }
        far.engine.tick(now, &SILENCE);
    }
    let stats = far.leg.control.stats();
    assert_eq!((stats.restarts, stats.late, stats.duplicate), (1, 0, 0));
    assert!(stats.concealed_ms <= 60, "{} ms", stats.concealed_ms);
}
