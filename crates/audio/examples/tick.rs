//! How long a tick takes: the whole engine with one call, on files, without devices.
//!
//! Prints µs of processor time per 10 ms for each codec, with the wall clock's longest tick.
#![allow(clippy::print_stdout)]

use std::time::Duration;

use warmline_audio::{Codec, CodecSpec, Engine, EngineConfig, Input, LegConfig, Output, Payload};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let voice = std::env::args()
        .nth(1)
        .map_or(Input::Silent, |path| Input::Wav(path.into()));
    for codec in [Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma] {
        let (engine, _events) = Engine::start(EngineConfig {
            input: voice.clone(),
            output: Output::Silent,
            ring_output: Output::Silent,
            ..EngineConfig::default()
        })?;
        let mut leg = engine.open_leg(LegConfig {
            send: CodecSpec {
                codec,
                payload_type: 96,
            },
            receive: vec![(96, Payload::Audio(codec))],
            telephone_event: None,
            ptime_ms: 20,
            first_timestamp: 0,
        })?;
        leg.control.set_heard(true);
        leg.control.set_sending(true);
        let mut sequence = 0_u16;
        let run = async {
            while let Some(packet) = leg.source.recv().await {
                sequence = sequence.wrapping_add(1);
                leg.sink.push(
                    sequence,
                    packet.timestamp,
                    packet.payload_type,
                    packet.marker,
                    &packet.payload,
                );
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(5), run).await;
        let stats = engine.stats();
        println!(
            "{codec:?}: {:.0} µs per tick on average, {} µs the longest, of {} ticks",
            stats.busy_us as f64 / stats.ticks as f64,
            stats.longest_tick_us,
            stats.ticks
        );
    }
    Ok(())
}
