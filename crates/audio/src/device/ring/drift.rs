//! Two clocks that are not quite the same: a microphone's, and that of the ticks, which is the
//! speaker's.
//!
//! What an echo canceller has learnt of a room is only good as long as both run alike: at 100 ppm an
//! echo wanders by five samples a second. So what comes in is resampled by so little that the ring
//! neither fills nor drains: no samples are skipped, and the echo stays where it is.

use std::time::Duration;

use crate::frame::{FRAME, Frame};
use crate::resample::dot;

/// Ticks over which the fill is averaged.
const WATCHED: u32 = 100;
/// Parts per million for each µs of fill too much, and the same for each second in which it was.
const PULL: f64 = 0.5;
const PULL_STEADILY: f64 = 0.062;
/// The most it corrects. Cheap clocks are 100 ppm off.
const MOST_PPM: f64 = 500.0;
/// Averages after which the fill has settled.
const SETTLED: u32 = 4;
/// By how much the fill is eased at once; twice a second, it is 20 ppm.
const EASE_US: f64 = 10.0;
/// A callback that is later than this says nothing about clocks.
const STALLED: Duration = Duration::from_millis(150);

/// Holds the fill of a ring where it is, and so learns how the clocks differ.
#[derive(Debug, Default)]
pub(super) struct Drift {
    sum_us: f64,
    ticks: u32,
    /// Averages since the fill last jumped.
    averages: u32,
    /// The fill to hold, once it is known.
    held_us: Option<f64>,
    /// What is known of the clocks.
    learnt_ppm: f64,
    ppm: f64,
}

impl Drift {
    /// Takes the fill in a tick, and how long ago it last grew. Gives by how much too fast the device
    /// is, in ppm, when that is known anew.
    pub(super) fn watch(&mut self, fill_us: f64, since: Duration) -> Option<f64> {
        if since > STALLED {
            self.lose();
            return None;
        }
        // What the device has by now, although the next callback has yet to bring it.
        self.sum_us += fill_us + since.as_secs_f64() * 1e6;
        self.ticks += 1;
        if self.ticks < WATCHED {
            return None;
        }
        let fill = self.sum_us / f64::from(WATCHED);
        (self.sum_us, self.ticks) = (0.0, 0);
        self.averages = self.averages.saturating_add(1);
        let held = *self.held_us.get_or_insert(fill);
        let excess = fill - held;
        self.learnt_ppm = (self.learnt_ppm + PULL_STEADILY * excess).clamp(-MOST_PPM, MOST_PPM);
        self.ppm = (self.learnt_ppm + PULL * excess).clamp(-MOST_PPM, MOST_PPM);
        Some(self.ppm)
    }

    /// The fill has jumped, or is no more what it was: another one is to be held.
    pub(super) fn lose(&mut self) {
        (self.sum_us, self.ticks, self.averages) = (0.0, 0, 0);
        self.held_us = None;
    }

    /// Whether the fill is held, and has been for some seconds.
    pub(super) fn is_settled(&self) -> bool {
        self.averages >= SETTLED
    }

    /// Holds a little less from now on, so slowly that an echo canceller does not mind.
    pub(super) fn ease(&mut self) {
        if let Some(held) = &mut self.held_us {
            *held -= EASE_US;
        }
    }

    /// So many µs were taken out on purpose.
    pub(super) fn slipped(&mut self, us: f64) {
        (self.sum_us, self.ticks) = (0.0, 0);
        if let Some(held) = &mut self.held_us {
            *held -= us;
        }
    }
}

/// Samples that are weighed for each that comes out; half of them are its delay.
const TAPS: usize = 16;
/// Places between two samples for which weights are at hand.
const PLACES: usize = 128;
/// Samples that 10 ms may need beyond the usual.
const SPARE: usize = 2;

/// Resamples 48 kHz by some ppm.
pub(super) struct Glide {
    weights: Box<[[f32; TAPS]]>,
    line: [f32; TAPS + FRAME + SPARE],
    /// Where between two samples the next one lies.
    place: f64,
    step: f64,
}

impl Glide {
    pub(super) fn new() -> Self {
        let weights = (0..=PLACES).map(|n| weights(n as f64 / PLACES as f64));
        Self {
            weights: weights.collect(),
            line: [0.0; TAPS + FRAME + SPARE],
            place: 0.0,
            step: 1.0,
        }
    }

    /// The device is so much too fast: as many samples more go into 10 ms.
    pub(super) fn set(&mut self, ppm: f64) {
        self.step = 1.0 + ppm.clamp(-MOST_PPM, MOST_PPM) / 1e6;
    }

    /// How many samples the next 10 ms need.
    pub(super) fn needed(&self) -> usize {
        (self.place + FRAME as f64 * self.step) as usize
    }

    /// Where the `needed()` samples go.
    pub(super) fn device_mut(&mut self) -> &mut [f32] {
        let needed = self.needed();
        &mut self.line[TAPS..TAPS + needed]
    }

    /// Makes 10 ms of them.
    pub(super) fn captured(&mut self, frame: &mut Frame) {
        let needed = self.needed();
        for (n, out) in frame.iter_mut().enumerate() {
            let at = self.place + n as f64 * self.step;
            let (whole, part) = (at as usize, at.fract() * PLACES as f64);
            let (place, rest) = (part as usize, part.fract() as f32);
            let window = &self.line[whole..whole + TAPS];
            let near = dot(&self.weights[place], window);
            *out = near;
            if rest > 0.0 {
                *out += (dot(&self.weights[place + 1], window) - near) * rest;
            }
        }
        self.place = (self.place + FRAME as f64 * self.step).fract();
        self.line.copy_within(needed..needed + TAPS, 0);
    }
}

/// Weights for what lies at `part` of the way between the two samples in the middle: a sinc under a
/// Kaiser-like window.
fn weights(part: f64) -> [f32; TAPS] {
    use std::f64::consts::PI;
    let mut weights: [f64; TAPS] = std::array::from_fn(|n| {
        let x = n as f64 - (TAPS / 2 - 1) as f64 - part;
        let sinc = if x.abs() < 1e-9 {
            1.0
        } else {
            (PI * x).sin() / (PI * x)
        };
        // Blackman's.
        let w = PI * x / (TAPS / 2) as f64;
        sinc * (0.42 + 0.5 * w.cos() + 0.08 * (2.0 * w).cos())
    });
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    weights.map(|weight| weight as f32)
}

/// How long so many samples are, in µs.
pub(super) fn micros(rate: u32, samples: usize) -> f64 {
    samples as f64 * 1e6 / f64::from(rate.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{sine, tone_snr_db};

    #[test]
    fn a_glide_keeps_tones_whole_and_takes_what_its_speed_says() {
        for ppm in [0.0, 37.0, 300.0, -300.0] {
            let mut glide = Glide::new();
            glide.set(ppm);
            let tone = sine(2_000.0, 48_000 * 11);
            let (mut taken, mut out) = (0, Vec::new());
            for _ in 0..1_000 {
                let needed = glide.needed();
                glide
                    .device_mut()
                    .copy_from_slice(&tone[taken..taken + needed]);
                taken += needed;
                let mut frame = [0.0; FRAME];
                glide.captured(&mut frame);
                out.extend_from_slice(&frame);
            }
            let expected = 480_000.0 * (1.0 + ppm / 1e6);
            assert!(
                (taken as f64 - expected).abs() < 2.0,
                "{taken} at {ppm} ppm"
            );
            let hz = 2_000.0 * (1.0 + ppm / 1e6);
            let (snr, _) = tone_snr_db(&out[4_800..52_800], hz);
            assert!(snr > 60.0, "{snr} dB at {ppm} ppm");
        }
    }

    #[test]
    fn a_difference_is_learnt_and_a_fill_held() {
        for real in [100.0, -300.0, 20.0] {
            let (mut drift, mut ppm, mut fill) = (Drift::default(), 0.0, 5_000.0);
            for tick in 0..6_000 {
                fill += (real - ppm) * 0.01;
                // Callbacks come when they come.
                let late = Duration::from_micros(u64::from(tick * 7_919_u32 % 3_000));
                if let Some(known) = drift.watch(fill - late.as_secs_f64() * 1e6, late) {
                    ppm = known;
                }
            }
            assert!((ppm - real).abs() < 2.0, "{ppm} ppm of {real}");
            assert!((fill - 5_000.0).abs() < 200.0, "{fill} µs");
        }
    }
}
