//! The unit of work: 10 ms of mono sound at 48 kHz, as samples from -1 to 1.

/// Rate of all sound inside the engine, in Hz.
pub(crate) const SAMPLE_RATE: u32 = 48_000;

/// Samples in one tick of 10 ms.
pub(crate) const FRAME: usize = 480;

/// 10 ms of sound.
pub(crate) type Frame = [f32; FRAME];

/// No sound.
pub(crate) const SILENCE: Frame = [0.0; FRAME];

/// Level reported for silence, in dBFS.
pub(crate) const SILENCE_DBFS: f32 = -100.0;

/// Samples of 48 kHz in `ms` milliseconds.
pub(crate) const fn samples(ms: usize) -> usize {
    ms * (SAMPLE_RATE as usize / 1_000)
}

/// An amplitude from 0 to 1 as a level from -100 to 0 dBFS.
pub(crate) fn dbfs(amplitude: f32) -> f32 {
    (20.0 * amplitude.max(1e-9).log10()).clamp(SILENCE_DBFS, 0.0)
}

/// Mean square of some samples; 0 for none.
pub(crate) fn mean_square(samples: &[f32]) -> f32 {
    if samples.is_empty() {
        return 0.0;
    }
    samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32
}

/// A sample from -1 to 1 as 16 bit, clipped.
pub(crate) fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16
}

/// A 16 bit sample as one from -1 to 1.
pub(crate) fn from_i16(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

/// Fades from `from` to `to` over their whole common length, into `from`.
pub(crate) fn crossfade(from: &mut [f32], to: &[f32]) {
    let step = 1.0 / (from.len() + 1) as f32;
    let mut gain = step;
    for (old, new) in from.iter_mut().zip(to) {
        *old += (new - *old) * gain;
        gain += step;
    }
}

/// Moves a gain in a straight line from `from` to `to` over the samples.
pub(crate) fn ramp(samples: &mut [f32], from: f32, to: f32) {
    let step = (to - from) / samples.len().max(1) as f32;
    let mut gain = from;
    for sample in samples {
        gain += step;
        *sample *= gain;
    }
}
