//! Parts the sound at 8 kHz: what is below is worked on at 16 kHz, what is above follows it.
//!
//! The upper part is never made: it is the delayed whole less the lower part, so whatever the filters
//! do, a lower part that nobody has changed gives back the whole, sample for sample.

use crate::frame::{FRAME, Frame};
use crate::resample::{dot, windowed_sinc};

/// The lower rate in Hz.
pub(super) const LOW_RATE: u32 = 16_000;
/// Samples of the lower part in 10 ms.
pub(super) const LOW: usize = FRAME / FACTOR;
/// 10 ms of the lower part, in units of a 16 bit sample.
pub(super) type Low = [f32; LOW];

const FACTOR: usize = 3;
/// Half the length of the filters, in samples of the lower rate; each delays by so much.
const HALF: usize = 10;
const TAPS: usize = 2 * HALF * FACTOR + 1;
/// Taps of one phase of the way up.
const PHASE: usize = TAPS.div_ceil(FACTOR);
/// Where the filters are 6 dB down, as a part of 48 kHz: some 7.3 kHz.
const CUT: f64 = 0.152;
/// Shape of the Kaiser window.
const BETA: f64 = 5.0;
/// A 16 bit sample's full scale, which the parts reckon in.
const SCALE: f32 = 32_768.0;
/// The longest the lower part may be delayed by the work on it, in its samples.
const MOST_DELAY: usize = 192;
/// How much of the way the upper part comes back in 10 ms.
const RISE: f32 = 0.3;

/// By how much the whole is late, in µs, if the lower part is by so many of its samples.
pub(super) fn delay_us(delay: usize) -> u32 {
    ((delay + 2 * HALF) * 1_000_000 / LOW_RATE as usize) as u32
}

/// The lower part of some sound.
pub(super) struct Lower {
    taps: [f32; TAPS],
    line: [f32; TAPS - 1 + FRAME],
}

impl Lower {
    pub(super) fn new() -> Self {
        Self {
            taps: low_pass(),
            line: [0.0; TAPS - 1 + FRAME],
        }
    }

    pub(super) fn take(&mut self, sound: &Frame) -> Low {
        self.line[TAPS - 1..].copy_from_slice(sound);
        let mut low = [0.0; LOW];
        for (n, out) in low.iter_mut().enumerate() {
            *out = SCALE * dot(&self.taps, &self.line[n * FACTOR..][..TAPS]);
        }
        self.line.copy_within(FRAME.., 0);
        low
    }
}

/// Puts a lower part back that was worked on.
pub(super) struct Whole {
    phases: [[f32; PHASE]; FACTOR],
    /// What is to be changed in the lower part, with the past that the filter needs.
    change: [f32; PHASE - 1 + LOW],
    /// The lower part as it was, for as long as the work on it takes.
    before: DelayLine<{ MOST_DELAY + LOW }>,
    /// The whole, for as long as that and the filters take.
    whole: DelayLine<{ (MOST_DELAY + 2 * HALF) * FACTOR + FRAME }>,
    /// How loud the upper part is.
    upper: f32,
    /// Ends of the last frames, for the slope of the next.
    ends: [[f32; 2]; 2],
}

impl Whole {
    /// For work that delays the lower part by so many of its samples.
    pub(super) fn new(delay: usize) -> Self {
        debug_assert!(delay <= MOST_DELAY);
        let taps = low_pass();
        let phases = std::array::from_fn(|phase| {
            // Reversed to meet the line oldest first.
            std::array::from_fn(|n| {
                let tap = phase + (PHASE - 1 - n) * FACTOR;
                taps.get(tap).map_or(0.0, |tap| tap * FACTOR as f32)
            })
        });
        Self {
            phases,
            change: [0.0; PHASE - 1 + LOW],
            before: DelayLine::new(delay),
            whole: DelayLine::new((delay + 2 * HALF) * FACTOR),
            upper: 1.0,
            ends: [[0.0; 2]; 2],
        }
    }

    /// Makes of `sound` what it is now that its lower part has become `after` from `before`.
    pub(super) fn put(&mut self, sound: &mut Frame, before: &Low, after: &Low) {
        let mut before = *before;
        self.before.pass(&mut before);
        self.whole.pass(sound);
        let (from, to) = (self.upper, self.follow(&before, after));
        let step = (to - from) / LOW as f32;
        let past = PHASE - 1;
        for (n, change) in self.change[past..].iter_mut().enumerate() {
            let gain = from + step * (n + 1) as f32;
            *change = (after[n] - gain * before[n]) / SCALE;
        }
        let step = step / FACTOR as f32;
        let mut gain = from;
        for (n, group) in sound.as_chunks_mut::<FACTOR>().0.iter_mut().enumerate() {
            let window = &self.change[n..n + PHASE];
            for (sample, phase) in group.iter_mut().zip(&self.phases) {
                gain += step;
                *sample = *sample * gain + dot(phase, window);
            }
        }
        self.change.copy_within(LOW.., 0);
    }

    /// How loud the upper part is to be: as much as was left of the lower one near it.
    fn follow(&mut self, before: &Low, after: &Low) -> f32 {
        let [was, is] = &mut self.ends;
        let (was, is) = (steepness(was, before), steepness(is, after));
        // Some noise below the last bit, so that silence is no reason for anything.
        let wanted = ((is + 1.0) / (was + 1.0)).sqrt().min(1.0);
        let wanted = if wanted > 0.98 { 1.0 } else { wanted };
        if wanted < self.upper {
            self.upper = wanted;
        } else {
            self.upper += (wanted - self.upper) * RISE;
            if self.upper > 0.999 {
                self.upper = 1.0;
            }
        }
        self.upper
    }
}

/// Energy of the second difference, in which what is near 8 kHz counts most.
fn steepness(ends: &mut [f32; 2], low: &Low) -> f32 {
    let [mut older, mut old] = *ends;
    let mut sum = 0.0;
    for &sample in low {
        let bend = sample - 2.0 * old + older;
        sum += bend * bend;
        (older, old) = (old, sample);
    }
    *ends = [older, old];
    sum
}

/// Sound that comes out later.
pub(super) struct DelayLine<const N: usize> {
    line: [f32; N],
    delay: usize,
}

impl<const N: usize> DelayLine<N> {
    /// By so many samples, at most `N` less than what is passed at once.
    pub(super) fn new(delay: usize) -> Self {
        Self {
            line: [0.0; N],
            delay,
        }
    }

    pub(super) fn pass(&mut self, sound: &mut [f32]) {
        let (delay, length) = (self.delay, sound.len());
        self.line[delay..delay + length].copy_from_slice(sound);
        sound.copy_from_slice(&self.line[..length]);
        self.line.copy_within(length..length + delay, 0);
    }
}

fn low_pass() -> [f32; TAPS] {
    let mut taps = [0.0; TAPS];
    for (tap, exact) in taps.iter_mut().zip(windowed_sinc(TAPS, CUT, BETA)) {
        *tap = exact as f32;
    }
    taps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{babble, sine, tone_snr_db};

    fn worked_on(sound: &[f32], delay: usize, mut work: impl FnMut(&mut Low)) -> Vec<f32> {
        let (mut lower, mut whole) = (Lower::new(), Whole::new(delay));
        let mut line = DelayLine::<{ MOST_DELAY + LOW }>::new(delay);
        let mut out = Vec::new();
        for frame in sound.as_chunks::<FRAME>().0 {
            let before = lower.take(frame);
            let mut after = before;
            line.pass(&mut after);
            work(&mut after);
            let mut frame = *frame;
            whole.put(&mut frame, &before, &after);
            out.extend_from_slice(&frame);
        }
        out
    }

    #[test]
    fn what_nobody_changes_comes_back_as_it_was() {
        let sound = babble(48_000);
        for delay in [0, 96, 192] {
            let out = worked_on(&sound, delay, |_| ());
            let late = (delay + 2 * HALF) * FACTOR;
            let off = out[late..].iter().zip(&sound).map(|(a, b)| (a - b).abs());
            assert!(off.fold(0.0, f32::max) < 1e-6, "delayed by {delay}");
        }
    }

    #[test]
    fn what_is_silenced_below_is_silent_above() {
        let mut hiss = 1_u32;
        let sound: Vec<f32> = (0..48_000)
            .map(|_| {
                hiss = hiss.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (hiss >> 8) as f32 / 16_777_216.0 - 0.5
            })
            .collect();
        let out = worked_on(&sound, 96, |low| low.fill(0.0));
        let left = crate::frame::mean_square(&out[4_800..]) / crate::frame::mean_square(&sound);
        assert!(left < 1e-5, "{left}");
    }

    #[test]
    fn a_tone_that_is_halved_below_comes_out_halved() {
        let out = worked_on(&sine(1_000.0, 48_000), 0, |low| {
            low.iter_mut().for_each(|sample| *sample *= 0.5);
        });
        let (snr, amplitude) = tone_snr_db(&out[4_800..], 1_000.0);
        assert!(snr > 45.0, "{snr} dB");
        assert!((amplitude - 0.25).abs() < 0.005, "{amplitude}");
    }
}
