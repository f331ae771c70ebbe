//! How long a tick takes: the whole engine with one call, on files, without devices.
//!
//! `tick [voice.wav]` prints µs per 10 ms for each codec: by the wall clock in ticks alone, which a
//! busy machine makes longer, and on Linux the processor time of the whole process.
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
        let before = processor_us();
        let _ = tokio::time::timeout(Duration::from_secs(5), run).await;
        let used = processor_us()
            .zip(before)
            .map(|(after, before)| after - before);
        let stats = engine.stats();
        let per_tick = |us: u64| us as f64 / stats.ticks as f64;
        println!(
            "{codec:?}: {:.0} µs in a tick, {} µs the longest, {:.0} µs of processor time",
            per_tick(stats.busy_us),
            stats.longest_tick_us,
            per_tick(used.unwrap_or(0))
        );
    }
    Ok(())
}

/// Processor time of the threads of this process so far, where Linux tells it.
fn processor_us() -> Option<u64> {
    let mut sum = 0;
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        sum += text.split(' ').next()?.parse::<u64>().ok()? / 1_000;
    }
    Some(sum)
}
