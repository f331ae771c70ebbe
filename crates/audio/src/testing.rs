//! Signals and measurements for this crate's tests.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crate::frame::SAMPLE_RATE;
use crate::leg::{LegConfig, Payload, TelephoneEventSpec};
use crate::{Codec, CodecSpec, OpusSettings};

/// Runs something and counts how often this thread asked for memory or gave it back.
pub(crate) fn allocations(run: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    run();
    ALLOCATIONS.get() - before
}

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counted by thread.
struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

fn count() {
    // A thread that is ending has no counter any more.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call is passed on unchanged to the system's allocator; counting neither allocates
// nor touches the memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(memory, layout, size) }
    }
}

/// A sine of half amplitude at 48 kHz.
pub(crate) fn sine(hz: f64, samples: usize) -> Vec<f32> {
    (0..samples)
        .map(|n| {
            let phase = std::f64::consts::TAU * hz * n as f64 / f64::from(SAMPLE_RATE);
            (0.5 * phase.sin()) as f32
        })
        .collect()
}

/// Something like speech: a 140 Hz pulse train with moving formants, in syllables with pauses.
pub(crate) fn babble(samples: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(samples);
    let (mut a, mut b) = ([0.0_f64; 2], [0.0_f64; 2]);
    let mut phase = 0.0_f64;
    for n in 0..samples {
        let t = n as f64 / f64::from(SAMPLE_RATE);
        phase += (120.0 + 40.0 * (t * 2.1).sin()) / f64::from(SAMPLE_RATE);
        let pulse = if phase >= 1.0 {
            phase -= 1.0;
            1.0
        } else {
            0.0
        };
        let syllable = ((t * 3.3).fract() * std::f64::consts::PI).sin().powi(2);
        let x = pulse
            * if (t * 3.3).fract() < 0.75 {
                syllable
            } else {
                0.0
            };
        let y = resonate(&mut a, x, 500.0 + 250.0 * (t * 1.7).sin())
            + 0.6 * resonate(&mut b, x, 1_600.0 + 500.0 * (t * 1.1).cos());
        out.push((y * 0.05).clamp(-0.9, 0.9) as f32);
    }
    out
}

fn resonate(state: &mut [f64; 2], x: f64, hz: f64) -> f64 {
    let w = std::f64::consts::TAU * hz / f64::from(SAMPLE_RATE);
    let r = 0.992;
    let y = x + 2.0 * r * w.cos() * state[0] - r * r * state[1];
    *state = [y, state[0]];
    y
}

/// What a file of `assets/voices` says.
pub(crate) fn spoken(name: &str) -> Vec<f32> {
    let path = format!(
        "{}/../../assets/voices/{name}.opus",
        env!("CARGO_MANIFEST_DIR")
    );
    let bytes = std::fs::read(path).expect("a voice");
    let mut reader = ogg::PacketReader::new(std::io::Cursor::new(bytes));
    let mut decoder = opus::Decoder::new(SAMPLE_RATE, opus::Channels::Mono).expect("starts");
    let (mut block, mut sound, mut packets) = (vec![0.0; 5_760], Vec::new(), 0);
    while let Some(packet) = reader.read_packet().expect("Ogg") {
        packets += 1;
        // The first two are headers.
        if packets > 2 {
            let decoded = decoder.decode_float(&packet.data, &mut block, false);
            sound.extend_from_slice(&block[..decoded.expect("Opus")]);
        }
    }
    sound
}

/// Fits a sine of known frequency; gives the ratio of its power to the rest in dB, and its
/// amplitude.
pub(crate) fn tone_snr_db(signal: &[f32], hz: f64) -> (f64, f64) {
    let (mut s, mut c, mut power) = (0.0, 0.0, 0.0);
    let n = signal.len() as f64;
    for (i, x) in signal.iter().enumerate() {
        let phase = std::f64::consts::TAU * hz * i as f64 / f64::from(SAMPLE_RATE);
        s += f64::from(*x) * phase.sin();
        c += f64::from(*x) * phase.cos();
        power += f64::from(*x).powi(2);
    }
    let amplitude = 2.0 * (s * s + c * c).sqrt() / n;
    let tone = amplitude * amplitude / 2.0;
    let rest = (power / n - tone).max(1e-15);
    (10.0 * (tone / rest).log10(), amplitude)
}

/// Finds `reference` in `signal` within `max_lag` samples; gives the best normalised correlation
/// and its lag. Looks at a sixth of the rate first, then around what it found.
pub(crate) fn correlation(reference: &[f32], signal: &[f32], max_lag: usize) -> (f64, usize) {
    const STEP: usize = 6;
    let length = reference.len().min(signal.len().saturating_sub(max_lag));
    let reference = &reference[..length];
    let coarse = |x: &[f32]| -> Vec<f32> { x.chunks(STEP).map(|c| c.iter().sum()).collect() };
    let (_, near) = best(&coarse(reference), &coarse(signal), 0..=max_lag / STEP);
    let near = near * STEP;
    let around = near.saturating_sub(2 * STEP)..=(near + 2 * STEP).min(max_lag);
    best(reference, signal, around)
}

fn best(reference: &[f32], signal: &[f32], lags: std::ops::RangeInclusive<usize>) -> (f64, usize) {
    let energy = |x: &[f32]| x.iter().map(|v| v * v).sum::<f32>();
    let own = energy(reference);
    lags.filter(|lag| lag + reference.len() <= signal.len())
        .map(|lag| {
            let part = &signal[lag..lag + reference.len()];
            let dot: f32 = reference.iter().zip(part).map(|(a, b)| a * b).sum();
            (f64::from(dot / (own * energy(part)).sqrt().max(1e-9)), lag)
        })
        .fold(
            (-1.0, 0),
            |best, now| if now.0 > best.0 { now } else { best },
        )
}

/// All codecs, by their usual payload types.
pub(crate) const CODECS: [(u8, Codec); 4] = [
    (111, Codec::Opus),
    (9, Codec::G722),
    (0, Codec::Pcmu),
    (8, Codec::Pcma),
];

/// A leg that sends this one and takes all.
pub(crate) fn leg_config(payload_type: u8, codec: Codec) -> LegConfig {
    let mut receive: Vec<_> = CODECS.map(|(t, c)| (t, Payload::Audio(c))).to_vec();
    receive.push((101, Payload::TelephoneEvent));
    LegConfig {
        send: CodecSpec {
            codec,
            payload_type,
        },
        receive,
        telephone_event: Some(TelephoneEventSpec {
            payload_type: 101,
            clock_rate: codec.clock_rate(),
        }),
        comfort_noise: None,
        ptime_ms: 20,
        first_timestamp: 1_000,
        opus: OpusSettings::default(),
    }
}
