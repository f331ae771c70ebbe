//! Adds voices and keeps the sum in range.

use crate::frame::{Frame, ramp};

/// Up to here the limiter leaves everything alone.
const THRESHOLD: f32 = 0.8;
/// How fast the limiter lets go: 0 dB again after some 100 ms.
const RELEASE: f32 = 0.002;

/// A gain that goes to where it is wanted in a straight line of 10 ms, so that no change is a click.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fade {
    from: f32,
    to: f32,
}

impl Fade {
    /// Has been there all along.
    pub(crate) const fn at(gain: f32) -> Self {
        Self {
            from: gain,
            to: gain,
        }
    }

    /// The next 10 ms, towards `gain`.
    pub(crate) fn toward(&mut self, gain: f32) -> Self {
        *self = Self {
            from: self.to,
            to: gain,
        };
        *self
    }

    /// The next 10 ms, towards `gain` by no more than `step`: a slower fade.
    pub(crate) fn edge_toward(&mut self, gain: f32, step: f32) -> Self {
        self.toward(self.to + (gain - self.to).clamp(-step, step))
    }

    /// Whether it has come down to silence.
    pub(crate) fn has_ended(self) -> bool {
        self.to == 0.0
    }

    /// Whether these 10 ms let nothing through.
    pub(crate) fn is_silent(self) -> bool {
        self.from == 0.0 && self.to == 0.0
    }

    /// Makes 10 ms of sound as loud as these are.
    pub(crate) fn apply(self, sound: &mut [f32]) {
        if self.from != 1.0 || self.to != 1.0 {
            ramp(sound, self.from, self.to);
        }
    }
}

/// Adds 10 ms of `voice` to `mix`, as loud as `fade` lets it.
pub(crate) fn add(mix: &mut [f32], voice: &Frame, fade: Fade) {
    if fade.is_silent() {
        return;
    }
    let step = (fade.to - fade.from) / voice.len() as f32;
    let mut gain = fade.from;
    for (sum, sample) in mix.iter_mut().zip(voice) {
        gain += step;
        *sum += sample * gain;
    }
}

/// Turns the whole down when it would clip, and slowly up again; what still goes over is bent, not
/// cut.
#[derive(Debug)]
pub(crate) struct Limiter {
    gain: f32,
}

impl Limiter {
    pub(crate) fn new() -> Self {
        Self { gain: 1.0 }
    }

    /// Whether it still holds down what was too loud.
    pub(crate) fn holds(&self) -> bool {
        self.gain < 1.0
    }

    pub(crate) fn limit(&mut self, mix: &mut [f32]) {
        let peak = mix.iter().fold(0.0_f32, |most, s| most.max(s.abs()));
        if peak <= THRESHOLD && self.gain >= 1.0 {
            return;
        }
        let wanted = if peak > THRESHOLD {
            (THRESHOLD / peak).max(0.1)
        } else {
            1.0
        };
        for sample in mix {
            // Down at once within a millisecond, up slowly.
            let pull = if wanted < self.gain { 0.05 } else { RELEASE };
            self.gain += (wanted - self.gain) * pull;
            if self.gain > 0.999 && wanted == 1.0 {
                self.gain = 1.0;
            }
            *sample = bend(*sample * self.gain);
        }
    }
}

/// Straight up to the threshold, then ever flatter, never beyond 1.
fn bend(sample: f32) -> f32 {
    let size = sample.abs();
    if size <= THRESHOLD {
        return sample;
    }
    let room = 1.0 - THRESHOLD;
    let over = (size - THRESHOLD) / room;
    (THRESHOLD + room * over / (1.0 + over)).copysign(sample)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sine;

    #[test]
    fn two_loud_voices_never_clip_and_quiet_ones_are_untouched() {
        let voice = sine(300.0, 48_000);
        let mut limiter = Limiter::new();
        for frame in voice.as_chunks().0 {
            let mut mix = [0.0; 480];
            for _ in 0..4 {
                add(&mut mix, frame, Fade::at(1.0));
            }
            limiter.limit(&mut mix);
            assert!(mix.iter().all(|s| s.abs() <= 1.0));
        }
        // Left alone for a second, it is transparent again.
        for _ in 0..100 {
            limiter.limit(&mut [0.0; 480]);
        }
        for frame in voice.as_chunks().0.iter().take(10) {
            let mut mix: Frame = *frame;
            limiter.limit(&mut mix);
            assert_eq!(mix, *frame);
        }
    }

    #[test]
    fn a_change_of_gain_is_a_ramp() {
        let mut mix = [0.0; 480];
        add(&mut mix, &[0.5; 480], Fade::at(0.0).toward(1.0));
        assert!(mix[0] < 0.002 && (mix[479] - 0.5).abs() < 1e-4);
        let step = mix.windows(2).map(|w| w[1] - w[0]).fold(0.0, f32::max);
        assert!(step < 0.002);
    }
}
