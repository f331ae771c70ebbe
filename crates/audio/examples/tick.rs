//! How long a tick takes: the whole engine with one call, and with a group of five, on files, without
//! devices.
//!
//! `tick [voice.wav]` prints µs per 10 ms for each codec and number of calls: by the wall clock in ticks alone, which a
//! busy machine makes longer, and on Linux the processor time of the whole process.
#![allow(clippy::print_stdout)]

use std::time::Duration;

use warmline_audio::{
    Codec, CodecSpec, Engine, EngineConfig, Input, LegConfig, Output, PacketSink, PacketSource,
    Payload,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let voice = std::env::args()
        .nth(1)
        .map_or(Input::Silent, |path| Input::Wav(path.into()));
    for codec in [Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma] {
        measure(&voice, codec, 1).await?;
    }
    for codec in [Codec::Opus, Codec::Pcmu] {
        measure(&voice, codec, 5).await?;
    }
    Ok(())
}

/// Lets so many far ends send back what they hear for five seconds; several are a group.
async fn measure(
    voice: &Input,
    codec: Codec,
    legs: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let (engine, _events) = Engine::start(EngineConfig {
        input: voice.clone(),
        output: Output::Silent,
        ring_output: Output::Silent,
        ..EngineConfig::default()
    })?;
    let mut echoes = tokio::task::JoinSet::new();
    let mut controls = Vec::new();
    for _ in 0..legs {
        let leg = engine.open_leg(LegConfig {
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
        leg.control.set_mixed(legs > 1);
        controls.push(leg.control);
        echoes.spawn(echo(leg.source, leg.sink));
    }
    let before = processor_us();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let used = processor_us()
        .zip(before)
        .map(|(after, before)| after - before);
    let stats = engine.stats();
    let per_tick = |us: u64| us as f64 / stats.ticks as f64;
    println!(
        "{codec:?}, {legs}: {:.0} µs in a tick, {} µs the longest, {:.0} µs of processor time",
        per_tick(stats.busy_us),
        stats.longest_tick_us,
        per_tick(used.unwrap_or(0))
    );
    Ok(())
}

async fn echo(mut source: PacketSource, mut sink: PacketSink) {
    let mut sequence = 0_u16;
    while let Some(packet) = source.recv().await {
        sequence = sequence.wrapping_add(1);
        sink.push(
            sequence,
            packet.timestamp,
            packet.payload_type,
            &packet.payload,
        );
    }
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
