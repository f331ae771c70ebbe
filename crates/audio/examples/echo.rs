//! An echo without a network: the microphone, through a leg's encoder and back through its jitter
//! buffer, to the speaker. For measuring delay and processor time on real devices.
//!
//! `echo [opus|g722|pcmu|pcma] [seconds] [input id] [output id]`
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use warmline_audio::{
    Codec, CodecSpec, DeviceChoice, Engine, EngineConfig, Input, LegConfig, Output, Payload,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let codec = match arguments.next().as_deref() {
        Some("g722") => Codec::G722,
        Some("pcmu") => Codec::Pcmu,
        Some("pcma") => Codec::Pcma,
        _ => Codec::Opus,
    };
    let seconds: u64 = arguments.next().and_then(|s| s.parse().ok()).unwrap_or(10);
    let choice = |id| DeviceChoice {
        id: Some(id),
        name: None,
    };
    let config = EngineConfig {
        input: arguments
            .next()
            .map_or(Input::Default, |id| Input::Devices(vec![choice(id)])),
        output: arguments
            .next()
            .map_or(Output::Default, |id| Output::Devices(vec![choice(id)])),
        ..EngineConfig::default()
    };
    let (engine, mut events) = Engine::start(config)?;
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
        opus: warmline_audio::OpusSettings::default(),
    })?;
    leg.control.set_heard(true);
    leg.control.set_sending(true);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut sequence = 0_u16;
    while Instant::now() < end {
        tokio::select! {
            packet = leg.source.recv() => {
                let Some(packet) = packet else { break };
                sequence = sequence.wrapping_add(1);
                leg.sink.push(sequence, packet.timestamp, packet.payload_type, &packet.payload);
                if sequence.is_multiple_of(50) {
                    println!("{:?} {:?}", engine.stats(), leg.control.stats());
                }
            }
            event = events.recv() => println!("{event:?}"),
        }
    }
    Ok(())
}
