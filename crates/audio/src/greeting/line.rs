//! Finds the one spectral line that sound is made of, if it is made of one.

use std::f32::consts::TAU;

use crate::frame::mean_square;

/// Samples looked at, at 8 kHz: 20 ms.
pub(super) const WINDOW: usize = 160;
/// Samples from one look to the next.
pub(super) const HOP: usize = 80;

/// A pure tone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) hertz: f32,
    /// Mean square of full scale.
    pub(super) power: f32,
}

impl Line {
    /// Whether this may be the same tone a little later.
    pub(super) fn goes_on_from(self, first: Line) -> bool {
        let ratio = self.power / first.power;
        (self.hertz - first.hertz).abs() < STEADY && (0.25..4.0).contains(&ratio)
    }
}

/// The tone that holds more than nine tenths of the energy, if it is one that a machine would give.
pub(super) fn strongest(window: &[f32; WINDOW]) -> Option<Line> {
    let power = mean_square(window);
    if power < SOFTEST {
        return None;
    }
    let guess = guess(window);
    if !(LOWEST - SLACK..=HIGHEST + SLACK).contains(&hertz(guess)) {
        return None;
    }
    // By how much its phase turns from one half to the other, the guess was wrong.
    let (first, second) = window.split_at(HOP);
    let ((re1, im1), (re2, im2)) = (project(first, guess), project(second, guess));
    let turn = guess * HOP as f32;
    let before = im1.atan2(re1);
    let after = im2.atan2(re2) - turn;
    let wrong = (after - before + TAU / 2.0).rem_euclid(TAU) - TAU / 2.0;
    let angle = guess + wrong / HOP as f32;
    let share = explained(window, angle) / power;
    let line = Line {
        hertz: hertz(angle),
        power,
    };
    (share > LEAST_SHARE && (LOWEST..=HIGHEST).contains(&line.hertz)).then_some(line)
}

/// The angle from sample to sample, by Pisarenko's method: of a tone, the samples one (two) before and
/// after add up to 2 cos(w) (2 cos(2w)) times the one between, and noise that is white is in neither
/// sum.
fn guess(window: &[f32; WINDOW]) -> f32 {
    let (mut one, mut two) = (0.0, 0.0);
    for five in window.windows(5) {
        one += five[2] * (five[1] + five[3]);
        two += five[2] * (five[0] + five[4]);
    }
    let root = (two * two + 8.0 * one * one).sqrt();
    let cosine = if one.abs() > 1e-9 {
        (two + root) / (4.0 * one)
    } else {
        0.0
    };
    cosine.clamp(-1.0, 1.0).acos()
}

fn hertz(angle: f32) -> f32 {
    angle * 8_000.0 / TAU
}

/// Sums of the samples times cosine and sine, as a phasor at the first sample.
fn project(samples: &[f32], angle: f32) -> (f32, f32) {
    let (mut re, mut im) = (0.0, 0.0);
    turning(angle).zip(samples).for_each(|((cos, sin), x)| {
        re += x * cos;
        im -= x * sin;
    });
    (re, im)
}

/// Mean square of the tone of this frequency that fits best.
fn explained(samples: &[f32], angle: f32) -> f32 {
    let (mut xc, mut xs, mut cc, mut ss, mut cs) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ((cos, sin), x) in turning(angle).zip(samples) {
        xc += x * cos;
        xs += x * sin;
        cc += cos * cos;
        ss += sin * sin;
        cs += cos * sin;
    }
    let determinant: f32 = cc * ss - cs * cs;
    if determinant < 1e-3 {
        return 0.0;
    }
    (xc * xc * ss - 2.0 * xc * xs * cs + xs * xs * cc) / determinant / samples.len() as f32
}

/// Cosine and sine of 0, `angle`, twice the angle …
fn turning(angle: f32) -> impl Iterator<Item = (f32, f32)> {
    let (sin, cos) = angle.sin_cos();
    std::iter::successors(Some((1.0_f32, 0.0_f32)), move |(c, s)| {
        Some((c * cos - s * sin, s * cos + c * sin))
    })
}

/// In Hz.
const LOWEST: f32 = 350.0;
const HIGHEST: f32 = 2_000.0;
/// How far off a guess may be.
const SLACK: f32 = 45.0;
const STEADY: f32 = 20.0;

/// -35 dBFS.
const SOFTEST: f32 = 3.2e-4;
const LEAST_SHARE: f32 = 0.9;

#[cfg(test)]
mod tests {
    use super::*;

    fn window(tones: &[(f32, f32)], noise: f32) -> [f32; WINDOW] {
        let mut seed = 3_u32;
        std::array::from_fn(|n| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let white = (seed >> 8) as f32 / (1 << 23) as f32 - 1.0;
            let tones = tones
                .iter()
                .map(|(hertz, loud)| loud * (TAU * hertz * n as f32 / 8_000.0 + 0.3).sin());
            tones.sum::<f32>() + noise * white
        })
    }

    #[test]
    fn a_tone_is_found_where_it_is_and_some_noise_does_not_hide_it() {
        for hertz in [355.0, 440.0, 1_000.0, 1_333.0, 1_990.0] {
            for (noise, within) in [(0.0, 0.5), (0.07, 8.0)] {
                let found = strongest(&window(&[(hertz, 0.25)], noise)).expect("a tone");
                assert!(
                    (found.hertz - hertz).abs() < within,
                    "{hertz} Hz: {found:?}"
                );
                let db = 10.0 * (found.power / 0.031_25).log10();
                assert!(db.abs() < 0.6, "{hertz} Hz: {db} dB off");
            }
        }
    }

    #[test]
    fn nothing_else_is_a_tone() {
        for (what, window) in [
            ("silence", [0.0; WINDOW]),
            ("too low", window(&[(300.0, 0.25)], 0.0)),
            ("too high", window(&[(2_100.0, 0.25)], 0.0)),
            ("too soft", window(&[(1_000.0, 0.02)], 0.0)),
            ("two tones", window(&[(770.0, 0.25), (1_336.0, 0.25)], 0.0)),
            ("noise", window(&[], 0.5)),
            ("a tone in noise", window(&[(1_000.0, 0.25)], 0.2)),
        ] {
            assert_eq!(strongest(&window), None, "{what}");
        }
    }
}
