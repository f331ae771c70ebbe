//! A shift of one engine's in virtual time, and what it leaves behind: `shift [--calls 400] [--hours 8]`
//! prints what this process held before and after as JSON (memory as PSS, open files, threads).
//!
//! Two engines call each other over a bad network, by each codec in turn, and both speak. The first
//! twenty calls are not counted: what is allocated once is no growth.
#![cfg_attr(not(target_os = "linux"), allow(unused))]
#![allow(clippy::print_stdout)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use warmline_audio::{
    AudioError, Codec, CodecSpec, EncodedPacket, LegConfig, OpusSettings, PacketSink, PacketSource,
    Payload, Rehearsal,
};

/// What this process holds.
struct Held {
    pss_mb: f64,
    open_files: usize,
    threads: usize,
}

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn Error>> {
    let (mut calls, mut hours) = (400_usize, 8.0_f64);
    let mut words = std::env::args().skip(1);
    while let (Some(word), Some(value)) = (words.next(), words.next()) {
        match word.as_str() {
            "--calls" => calls = value.parse()?,
            "--hours" => hours = value.parse()?,
            _ => return Err("shift [--calls 400] [--hours 8]".into()),
        }
    }
    let spoken = sentence()?;
    let frames = (hours * 360_000.0 / calls as f64) as usize;
    let mut day = Day::new(&spoken);
    for _ in 0..WARM_UP {
        day.call(frames)?;
    }
    let before = held()?;
    for _ in 0..calls {
        day.call(frames)?;
    }
    let after = held()?;
    println!(
        "{{\"calls\": {calls}, \"hours\": {hours}, \"before\": {before}, \"after\": {after}}}"
    );
    Ok(())
}

/// Memory, files and threads are counted where /proc tells of them.
#[cfg(not(target_os = "linux"))]
fn main() {}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Held {
            pss_mb,
            open_files,
            threads,
        } = self;
        write!(
            f,
            "{{\"pss_mb\": {pss_mb:.2}, \"open_files\": {open_files}, \"threads\": {threads}}}"
        )
    }
}

/// The lab's sentence at 48 kHz.
fn sentence() -> Result<Vec<f32>, hound::Error> {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/interop/lab/sound/sentence.wav"
    );
    let mut spoken = Vec::new();
    for sample in hound::WavReader::open(file)?.samples::<i16>() {
        // 16 kHz: what is heard above 8 kHz is no matter here.
        spoken.extend([f32::from(sample?) / 32_768.0; 3]);
    }
    Ok(spoken)
}

/// Two engines, from the first call to the last.
struct Day<'a> {
    ends: [Rehearsal; 2],
    spoken: &'a [f32],
    now: Instant,
    calls: usize,
}

impl<'a> Day<'a> {
    fn new(spoken: &'a [f32]) -> Day<'a> {
        Day {
            ends: [Rehearsal::new(), Rehearsal::new()],
            spoken,
            now: Instant::now(),
            calls: 0,
        }
    }

    /// A call of so many times 10 ms.
    fn call(&mut self, frames: usize) -> Result<(), AudioError> {
        let codec = [Codec::Opus, Codec::Pcmu, Codec::G722, Codec::Pcma][self.calls % 4];
        let [near, far] = &mut self.ends;
        let mut legs = [near.open_leg(config(codec))?, far.open_leg(config(codec))?];
        for leg in &mut legs {
            leg.control.set_sending(true);
            leg.control.set_heard(true);
        }
        let seed = self.calls as u64;
        let [near_leg, far_leg] = legs;
        let controls = (near_leg.control, far_leg.control);
        let mut ways = [
            Way::new(near_leg.source, far_leg.sink, seed),
            Way::new(far_leg.source, near_leg.sink, !seed),
        ];
        for frame in 0..frames {
            self.tick(frame);
            for way in &mut ways {
                way.pass(self.now);
            }
        }
        drop(ways);
        drop(controls);
        // So that the engines notice.
        for frame in 0..100 {
            self.tick(frame);
        }
        self.calls += 1;
        Ok(())
    }

    fn tick(&mut self, frame: usize) {
        self.now += Duration::from_millis(10);
        for (n, end) in self.ends.iter_mut().enumerate() {
            // They say the same, not at the same time.
            let turn = (frame + 300 * n) % (self.spoken.len() / FRAME);
            let mut microphone = [0.0; FRAME];
            microphone.copy_from_slice(&self.spoken[turn * FRAME..][..FRAME]);
            end.tick(self.now, &microphone);
        }
    }
}

/// One way of a call: from an engine into the network, and out of it into the other.
struct Way {
    source: PacketSource,
    sink: PacketSink,
    luck: Luck,
    sequence: u16,
    under_way: BinaryHeap<Reverse<UnderWay>>,
}

impl Way {
    fn new(source: PacketSource, sink: PacketSink, seed: u64) -> Way {
        Way {
            source,
            sink,
            luck: Luck(seed),
            sequence: 0,
            under_way: BinaryHeap::new(),
        }
    }

    fn pass(&mut self, now: Instant) {
        while let Some(packet) = self.source.try_recv() {
            let late = JITTER.mul_f64(self.luck.share());
            if self.luck.share() >= LOSS {
                self.under_way.push(Reverse(UnderWay {
                    arrives: now + BASE + late,
                    sequence: self.sequence,
                    packet,
                }));
            }
            self.sequence = self.sequence.wrapping_add(1);
        }
        while self
            .under_way
            .peek()
            .is_some_and(|Reverse(next)| next.arrives <= now)
        {
            let Some(Reverse(next)) = self.under_way.pop() else {
                break;
            };
            self.sink.push_at(
                next.arrives,
                next.sequence,
                next.packet.timestamp,
                next.packet.payload_type,
                &next.packet.payload,
            );
        }
    }
}

/// Random numbers (SplitMix64).
struct Luck(u64);

impl Luck {
    /// From 0, below 1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A packet under way; the earliest first.
#[derive(PartialEq, Eq)]
struct UnderWay {
    arrives: Instant,
    sequence: u16,
    packet: EncodedPacket,
}

impl Ord for UnderWay {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.arrives, self.sequence).cmp(&(other.arrives, other.sequence))
    }
}

impl PartialOrd for UnderWay {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn config(codec: Codec) -> LegConfig {
    let payload_type = match codec {
        Codec::Opus => 111,
        Codec::G722 => 9,
        Codec::Pcmu => 0,
        Codec::Pcma => 8,
    };
    LegConfig {
        send: CodecSpec {
            codec,
            payload_type,
        },
        receive: vec![(payload_type, Payload::Audio(codec))],
        telephone_event: None,
        comfort_noise: None,
        ptime_ms: 20,
        first_timestamp: 0,
        opus: OpusSettings::default(),
    }
}

#[cfg(target_os = "linux")]
fn held() -> std::io::Result<Held> {
    let memory = std::fs::read_to_string("/proc/self/smaps_rollup")?;
    let pss = memory
        .lines()
        .find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB"))
        .and_then(|kilobytes| kilobytes.trim().parse::<f64>().ok())
        .ok_or_else(|| std::io::Error::other("the kernel counts no PSS"))?;
    Ok(Held {
        pss_mb: pss / 1024.0,
        open_files: std::fs::read_dir("/proc/self/fd")?.count(),
        threads: std::fs::read_dir("/proc/self/task")?.count(),
    })
}

/// Samples in 10 ms.
const FRAME: usize = 480;
const WARM_UP: usize = 20;
/// The network: as bad as it may be for a whole day.
const BASE: Duration = Duration::from_millis(20);
const JITTER: Duration = Duration::from_millis(40);
const LOSS: f64 = 0.05;
