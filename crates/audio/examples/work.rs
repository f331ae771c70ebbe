//! The same work each time, to count instructions by: a call in virtual time to somebody who sends back what he
//! hears, as the sound thread does it, without devices.
//!
//! `work [opus|g722|pcmu|pcma] [seconds] [processing]`, for example under `valgrind --tool=callgrind`. The
//! difference between two lengths is without what it takes to begin.
#![allow(clippy::print_stdout)]

#[path = "processing/voices.rs"]
#[expect(dead_code, reason = "nothing is written")]
mod voices;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use warmline_audio::{
    Codec, CodecSpec, EncodedPacket, LegConfig, OpusSettings, Payload, Processing, Rehearsal,
};

const RATE: usize = 48_000;
const TICK: Duration = Duration::from_millis(10);
/// How long packets are on their way.
const AWAY: Duration = Duration::from_millis(60);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let codec = match arguments.next().as_deref() {
        Some("g722") => Codec::G722,
        Some("pcmu") => Codec::Pcmu,
        Some("pcma") => Codec::Pcma,
        _ => Codec::Opus,
    };
    let seconds: usize = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let mut engine = Rehearsal::new();
    if arguments.next().is_some() {
        engine.set_processing(Processing::default())?;
    }
    let mut leg = engine.open_leg(LegConfig {
        send: CodecSpec {
            codec,
            payload_type: 96,
        },
        receive: vec![(96, Payload::Audio(codec))],
        telephone_event: None,
        comfort_noise: None,
        ptime_ms: 20,
        first_timestamp: 0,
        opus: OpusSettings::default(),
    })?;
    leg.control.set_heard(true);
    leg.control.set_sending(true);
    let mut now = Instant::now();
    let mut away: VecDeque<(Instant, EncodedPacket)> = VecDeque::new();
    let (mut sequence, mut heard) = (0_u16, 0.0);
    let said = voices::alternating(&["callum-1", "ingrid-1"], seconds);
    for frame in said.as_chunks().0 {
        while let Some((at, packet)) = away.pop_front_if(|(at, _)| *at <= now) {
            sequence = sequence.wrapping_add(1);
            leg.sink.push_at(
                at,
                sequence,
                packet.timestamp,
                packet.payload_type,
                &packet.payload,
            );
        }
        let played = engine.tick(now, frame);
        heard += played.iter().map(|sample| sample * sample).sum::<f32>();
        while let Some(packet) = leg.source.try_recv() {
            away.push_back((now + AWAY, packet));
        }
        now += TICK;
    }
    println!("{sequence} packets, heard {heard:.1}");
    Ok(())
}
