//! Signals, files and measurements for the tests that run in real time.
#![allow(dead_code, missing_docs, unreachable_pub)]

#[cfg(target_os = "linux")]
pub mod pulse;

use std::path::Path;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use warmline_audio::{Codec, CodecSpec, LegConfig, Payload, TelephoneEventSpec};

pub const RATE: usize = 48_000;

/// A sentence-like sound: a voice that glides, with two moving formants, in syllables.
pub fn sentence(seconds: usize) -> Vec<f32> {
    let (mut a, mut b) = ([0.0_f64; 2], [0.0_f64; 2]);
    let mut phase = 0.0_f64;
    (0..seconds * RATE)
        .map(|n| {
            let t = n as f64 / RATE as f64;
            phase += (125.0 + 35.0 * (t * 1.9).sin() + 11.0 * t) / RATE as f64;
            let pulse = if phase >= 1.0 {
                phase -= 1.0;
                1.0
            } else {
                0.0
            };
            let beat = (t * 3.1).fract();
            let loud = if beat < 0.8 {
                (beat * 3.9).sin().max(0.0)
            } else {
                0.0
            };
            let x = pulse * loud;
            let y = resonate(&mut a, x, 480.0 + 240.0 * (t * 1.3).sin())
                + 0.5 * resonate(&mut b, x, 1_500.0 + 400.0 * (t * 0.9).cos());
            (y * 0.05).clamp(-0.9, 0.9) as f32
        })
        .collect()
}

fn resonate(state: &mut [f64; 2], x: f64, hertz: f64) -> f64 {
    let w = std::f64::consts::TAU * hertz / RATE as f64;
    let r = 0.992;
    let y = x + 2.0 * r * w.cos() * state[0] - r * r * state[1];
    *state = [y, state[0]];
    y
}

pub fn write_wav(path: &Path, sound: &[f32], rate: u32) {
    let spec = WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut writer = WavWriter::create(path, spec).expect("creates");
    for sample in sound {
        writer
            .write_sample((sample * 32_767.0) as i16)
            .expect("writes");
    }
    writer.finalize().expect("finishes");
}

pub fn read_wav(path: &Path) -> Vec<f32> {
    let reader = WavReader::open(path).expect("a WAV file");
    assert_eq!(
        (reader.spec().sample_rate, reader.spec().channels),
        (48_000, 1)
    );
    reader
        .into_samples::<i16>()
        .map(|sample| f32::from(sample.expect("a sample")) / 32_768.0)
        .collect()
}

/// How alike `part` is to the best match in `whole`: the median over loud windows of 120 ms, each
/// looked for within 100 ms of where the one before it was found (sound may be stretched, and a
/// busy machine skips some); and the lag of the first in ms.
pub fn likeness(part: &[f32], whole: &[f32], most_lag_ms: usize) -> (f64, f64) {
    let coarse =
        |x: &[f32]| -> Vec<f32> { x.chunks(6).map(|c| c.iter().sum::<f32>() / 6.0).collect() };
    let (part, whole) = (coarse(part), coarse(whole));
    let window = 8 * 120;
    let loudest = part.chunks(window).map(energy).fold(0.0, f64::max);
    let mut follow: Option<usize> = None;
    let mut first = 0;
    let mut found = Vec::new();
    for (n, chunk) in part.chunks_exact(window).enumerate() {
        if energy(chunk) < loudest * 0.05 {
            continue;
        }
        let start = n * window;
        let (from, to) = match follow {
            Some(lag) => (lag.saturating_sub(800), lag + 800),
            None => (0, most_lag_ms * 8),
        };
        let (alike, at) = best(chunk, &whole, start + from, start + to);
        if alike > 0.7 {
            if follow.is_none() {
                first = at - start;
            }
            follow = Some(at.saturating_sub(start));
        }
        found.push(alike);
    }
    found.sort_by(f64::total_cmp);
    (found[found.len() / 2], first as f64 / 8.0)
}

fn best(part: &[f32], whole: &[f32], from: usize, to: usize) -> (f64, usize) {
    let own = energy(part);
    (from..=to)
        .filter(|lag| lag + part.len() <= whole.len())
        .map(|lag| {
            let other = &whole[lag..lag + part.len()];
            let dot: f64 = part
                .iter()
                .zip(other)
                .map(|(a, b)| f64::from(*a) * f64::from(*b))
                .sum();
            (dot / (own * energy(other)).sqrt().max(1e-9), lag)
        })
        .fold(
            (-1.0, 0),
            |best, now| if now.0 > best.0 { now } else { best },
        )
}

fn energy(x: &[f32]) -> f64 {
    x.iter().map(|v| f64::from(*v).powi(2)).sum()
}

pub fn leg_config(codec: Codec) -> LegConfig {
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
        receive: vec![
            (payload_type, Payload::Audio(codec)),
            (101, Payload::TelephoneEvent),
        ],
        telephone_event: Some(TelephoneEventSpec {
            payload_type: 101,
            clock_rate: codec.clock_rate(),
        }),
        comfort_noise: None,
        ptime_ms: 20,
        first_timestamp: 4_000_000_000,
        opus: warmline_audio::OpusSettings::default(),
    }
}
