//! Between sample rates: 48 kHz and a codec's by an integer factor, 48 kHz and a device's by any.

use std::f64::consts::PI;

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{
    Adjustable, Async, FixedAsync, Resampler, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

use crate::frame::{FRAME, SAMPLE_RATE};

/// Takes a rate, 48 kHz as a rule, down by an integer factor. Delay: 18 samples of the lower rate.
pub(crate) struct Decimator {
    factor: usize,
    taps: Box<[f32]>,
    /// The last `taps.len() - 1` samples, then the block at work.
    line: Box<[f32]>,
}

impl Decimator {
    /// For a lower rate of 48 kHz / `factor`, and blocks of at most `longest` samples.
    pub(crate) fn new(factor: usize, longest: usize) -> Self {
        let taps = low_pass(factor, 1.0);
        let line = vec![0.0; taps.len() - 1 + longest].into();
        Self { factor, taps, line }
    }

    /// How many samples become one.
    pub(crate) fn factor(&self) -> usize {
        self.factor
    }

    /// Fills `output` from `input`, which is `factor` times as long.
    pub(crate) fn process(&mut self, input: &[f32], output: &mut [f32]) {
        debug_assert_eq!(input.len(), output.len() * self.factor);
        let past = self.taps.len() - 1;
        self.line[past..past + input.len()].copy_from_slice(input);
        for (n, out) in output.iter_mut().enumerate() {
            let start = n * self.factor;
            *out = dot(&self.taps, &self.line[start..start + self.taps.len()]);
        }
        self.line.copy_within(input.len()..input.len() + past, 0);
    }
}

/// Samples of the lower rate by which an interpolator is late.
pub(crate) const INTERPOLATOR_DELAY: usize = 18;

/// Brings a lower rate up to 48 kHz by an integer factor. Delay: 18 samples of the lower rate.
pub(crate) struct Interpolator {
    factor: usize,
    /// One short filter per output phase, each reversed to meet the line oldest first.
    phases: Vec<Box<[f32]>>,
    line: Box<[f32]>,
}

impl Interpolator {
    /// For a lower rate of 48 kHz / `factor`, and blocks of at most `longest` low-rate samples.
    pub(crate) fn new(factor: usize, longest: usize) -> Self {
        let taps = low_pass(factor, factor as f32);
        let per_phase = taps.len().div_ceil(factor);
        let phases = (0..factor)
            .map(|phase| {
                (0..per_phase)
                    .rev()
                    .map(|k| taps.get(phase + k * factor).copied().unwrap_or(0.0))
                    .collect()
            })
            .collect();
        let line = vec![0.0; per_phase - 1 + longest].into();
        Self {
            factor,
            phases,
            line,
        }
    }

    /// Forgets what it has seen.
    pub(crate) fn reset(&mut self) {
        self.line.fill(0.0);
    }

    /// Takes `input` as [`process`](Self::process) does, without making anything of it.
    pub(crate) fn follow(&mut self, input: &[f32]) {
        let past = self.phases[0].len() - 1;
        let input = &input[input.len().saturating_sub(past)..];
        self.line.copy_within(input.len()..past, 0);
        self.line[past - input.len()..past].copy_from_slice(input);
    }

    /// Fills `output`, which is `factor` times as long as `input`.
    pub(crate) fn process(&mut self, input: &[f32], output: &mut [f32]) {
        self.peek(input, output);
        let past = self.phases[0].len() - 1;
        self.line.copy_within(input.len()..input.len() + past, 0);
    }

    /// Fills `output` as [`process`](Self::process) does, but forgets that it has seen `input`.
    pub(crate) fn peek(&mut self, input: &[f32], output: &mut [f32]) {
        debug_assert_eq!(output.len(), input.len() * self.factor);
        let length = self.phases[0].len();
        let past = length - 1;
        self.line[past..past + input.len()].copy_from_slice(input);
        for (n, group) in output.chunks_exact_mut(self.factor).enumerate() {
            let window = &self.line[n..n + length];
            for (out, phase) in group.iter_mut().zip(&self.phases) {
                *out = dot(phase, window);
            }
        }
    }
}

/// Between 48 kHz and any device rate, in blocks of 10 ms on the 48 kHz side.
pub(crate) struct DeviceResampler {
    inner: Async<f32>,
    device: Box<[f32]>,
}

impl DeviceResampler {
    /// From a capture device of `rate` Hz to 48 kHz. `None` if the rates are the same.
    pub(crate) fn capture(rate: u32) -> Option<Self> {
        Self::new(rate, SAMPLE_RATE, FixedAsync::Output)
    }

    /// From 48 kHz to a playout device of `rate` Hz. `None` if the rates are the same.
    pub(crate) fn playout(rate: u32) -> Option<Self> {
        Self::new(SAMPLE_RATE, rate, FixedAsync::Input)
    }

    fn new(from: u32, to: u32, fixed: FixedAsync) -> Option<Self> {
        if from == to || from == 0 || to == 0 {
            return None;
        }
        let parameters = SincInterpolationParameters::new(64, WindowFunction::Blackman2)
            .oversampling_factor(128)
            .interpolation(SincInterpolationType::Linear);
        let capture = matches!(fixed, FixedAsync::Output);
        let ratio = f64::from(to) / f64::from(from);
        let inner = Async::new_sinc(ratio, 1.01, &parameters, FRAME, 1, fixed)
            .expect("two positive sample rates make a valid ratio");
        let longest = if capture {
            inner.input_frames_max()
        } else {
            inner.output_frames_max()
        };
        Some(Self {
            inner,
            device: vec![0.0; longest].into(),
        })
    }

    /// For a capture device: its clock is so many ppm too fast.
    pub(crate) fn set_drift(&mut self, ppm: f64) {
        // A hundredth is the most it was made for.
        let ratio = 1.0 / (1.0 + ppm / 1e6);
        let set = self.inner.set_resample_ratio_relative(ratio, true);
        debug_assert!(set.is_ok(), "{set:?}");
    }

    /// How many device samples the next 10 ms of capture need.
    pub(crate) fn needed(&self) -> usize {
        self.inner.input_frames_next()
    }

    /// The device side's buffer, to be filled with `needed()` samples before `captured`.
    pub(crate) fn device_mut(&mut self) -> &mut [f32] {
        let needed = self.needed();
        &mut self.device[..needed]
    }

    /// Turns the `needed()` samples in `device_mut` into 10 ms at 48 kHz.
    pub(crate) fn captured(&mut self, frame: &mut [f32; FRAME]) {
        let needed = self.needed();
        let input = SequentialSlice::new(&self.device, 1, needed).expect("sized at construction");
        let mut output = SequentialSlice::new_mut(frame, 1, FRAME).expect("one frame");
        let done = self
            .inner
            .process_into_buffer(&input, &mut output, None)
            .expect("sizes are the resampler's own");
        debug_assert_eq!(done, (needed, FRAME));
    }

    /// Turns 10 ms at 48 kHz into device samples.
    pub(crate) fn playable(&mut self, frame: &[f32; FRAME]) -> &[f32] {
        let room = self.device.len();
        let input = SequentialSlice::new(frame, 1, FRAME).expect("one frame");
        let mut output =
            SequentialSlice::new_mut(&mut self.device, 1, room).expect("sized at construction");
        let (_, made) = self
            .inner
            .process_into_buffer(&input, &mut output, None)
            .expect("sizes are the resampler's own");
        &self.device[..made]
    }
}

/// A low-pass filter for the rate 48 kHz / `factor` (some 60 dB), with the given gain at 0 Hz.
fn low_pass(factor: usize, gain: f32) -> Box<[f32]> {
    let taps = windowed_sinc(36 * factor + 1, 0.475 / factor as f64, 5.65);
    taps.map(|tap| (f64::from(gain) * tap) as f32).collect()
}

/// A linear-phase low-pass filter of so many taps, an odd number: a sinc, 6 dB down at `cut` of the rate, under
/// a Kaiser window of this shape. Its gain at 0 Hz is 1.
pub(crate) fn windowed_sinc(taps: usize, cut: f64, beta: f64) -> impl Iterator<Item = f64> {
    let half = (taps / 2) as f64;
    let taps: Vec<f64> = (0..taps)
        .map(|n| {
            let x = n as f64 - half;
            let sinc = if x == 0.0 {
                2.0 * cut
            } else {
                (2.0 * PI * cut * x).sin() / (PI * x)
            };
            sinc * bessel_i0(beta * (1.0 - (x / half).powi(2)).max(0.0).sqrt())
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.into_iter().map(move |tap| tap / sum)
}

/// Modified Bessel function of the first kind, order 0, by its series.
fn bessel_i0(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..40 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

/// Sum of products, in eight lanes so that the compiler can use vector instructions.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a8
        .remainder()
        .iter()
        .zip(b8.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in a8.zip(b8) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{sine, tone_snr_db};

    #[test]
    fn down_and_up_again_keeps_a_speech_band_tone() {
        for factor in [3, 6] {
            let mut down = Decimator::new(factor, FRAME);
            let mut up = Interpolator::new(factor, FRAME / factor);
            let mut out = Vec::new();
            for block in sine(1_000.0, 48_000).as_chunks::<FRAME>().0 {
                let mut low = vec![0.0; FRAME / factor];
                let mut high = [0.0; FRAME];
                down.process(block, &mut low);
                up.process(&low, &mut high);
                out.extend_from_slice(&high);
            }
            let (snr, amplitude) = tone_snr_db(&out[4_800..], 1_000.0);
            assert!(snr > 55.0, "factor {factor}: {snr} dB");
            assert!(
                (amplitude - 0.5).abs() < 0.005,
                "factor {factor}: {amplitude}"
            );
        }
    }

    #[test]
    fn what_a_lower_rate_cannot_hold_is_removed_not_folded_back() {
        let mut down = Decimator::new(6, FRAME);
        let mut energy = 0.0;
        for (n, block) in sine(5_000.0, 48_000)
            .as_chunks::<FRAME>()
            .0
            .iter()
            .enumerate()
        {
            let mut low = [0.0; 80];
            down.process(block, &mut low);
            if n > 1 {
                energy += crate::frame::mean_square(&low);
            }
        }
        let db = 10.0 * (energy / 98.0 / 0.125).log10();
        assert!(db < -50.0, "alias at {db} dB");
    }

    #[test]
    fn any_device_rate_keeps_a_tone_and_its_length() {
        for rate in [
            8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 88_200, 96_000, 192_000,
        ] {
            let mut playout = DeviceResampler::playout(rate).expect("differs from 48 kHz");
            let mut capture = DeviceResampler::capture(rate).expect("differs from 48 kHz");
            let mut ring = std::collections::VecDeque::new();
            let mut out = Vec::new();
            let mut device_samples = 0;
            for block in sine(1_000.0, 96_000).as_chunks::<FRAME>().0 {
                let made = capture_side(playout.playable(block), &mut ring);
                device_samples += made;
                while ring.len() >= capture.needed() {
                    for slot in capture.device_mut() {
                        *slot = ring.pop_front().expect("counted");
                    }
                    let mut frame = [0.0; FRAME];
                    capture.captured(&mut frame);
                    out.extend_from_slice(&frame);
                }
            }
            let expected = 2 * rate as usize;
            assert!(
                device_samples.abs_diff(expected) < rate as usize / 50,
                "{rate} Hz"
            );
            let (snr, amplitude) = tone_snr_db(&out[9_600..out.len() - 480], 1_000.0);
            assert!(snr > 50.0, "{rate} Hz: {snr} dB");
            assert!((amplitude - 0.5).abs() < 0.01, "{rate} Hz: {amplitude}");
        }
    }

    fn capture_side(made: &[f32], ring: &mut std::collections::VecDeque<f32>) -> usize {
        ring.extend(made);
        made.len()
    }

    #[test]
    fn equal_rates_need_no_resampler() {
        assert!(DeviceResampler::capture(48_000).is_none());
        assert!(DeviceResampler::playout(48_000).is_none());
    }
}
