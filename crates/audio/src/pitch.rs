//! Finds the period at which sound repeats itself: what stretching and concealing stand on.

use crate::frame::mean_square;

/// Shortest and longest period looked for, in samples of 48 kHz: 400 Hz and 67 Hz.
pub(crate) const SHORTEST: usize = 120;
pub(crate) const LONGEST: usize = 720;

/// Samples compared, at a sixth of the rate.
const TEMPLATE: usize = 80;
/// The least that is compared where there is too little sound for that.
const LEAST: usize = 40;
const STEP: usize = 6;

/// A period and how alike two neighbours are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Period {
    /// In samples of 48 kHz.
    pub(crate) lag: usize,
    /// Normalised correlation, -1 to 1.
    pub(crate) likeness: f32,
}

/// The best period at the end of `sound`, not longer than `longest`. Of less than 10 ms and `longest`, the
/// longer periods are compared over what is left, at least 5 ms.
pub(crate) fn at_end(sound: &[f32], longest: usize) -> Period {
    const MOST: usize = TEMPLATE + LONGEST / STEP;
    let longest = longest.clamp(SHORTEST, LONGEST);
    let wanted = (TEMPLATE + longest / STEP) * STEP;
    let tail = &sound[sound.len() - wanted.min(sound.len())..];
    // A coarse search at 8 kHz, where averaging six samples is filter enough.
    let mut coarse = [0.0_f32; MOST];
    let count = tail.len() / STEP;
    let offset = tail.len() - count * STEP;
    for (slot, group) in coarse.iter_mut().zip(tail[offset..].as_chunks::<STEP>().0) {
        *slot = group.iter().sum();
    }
    let coarse = &coarse[..count];
    let room = count.saturating_sub(LEAST);
    let mut best = Period {
        lag: SHORTEST,
        likeness: -1.0,
    };
    for lag in SHORTEST / STEP..=(longest / STEP).min(room) {
        let likeness = compare(coarse, lag, TEMPLATE.min(count - lag));
        if likeness > best.likeness {
            best = Period {
                lag: lag * STEP,
                likeness,
            };
        }
    }
    // Then the exact lag around it.
    let centre = best.lag;
    let template = 480.min(sound.len().saturating_sub(centre + STEP));
    let mut fine = -1.0;
    for lag in centre.saturating_sub(STEP).max(SHORTEST)..=(centre + STEP).min(longest) {
        let likeness = compare(sound, lag, template);
        if likeness > fine {
            fine = likeness;
            best = Period { lag, likeness };
        }
    }
    best
}

/// Normalised correlation of two sounds of one length, -1 to 1.
fn likeness(one: &[f32], other: &[f32]) -> f32 {
    let dot: f32 = one.iter().zip(other).map(|(a, b)| a * b).sum();
    let power = (mean_square(one) * mean_square(other)).sqrt() * one.len() as f32;
    if power < 1e-12 { 0.0 } else { dot / power }
}

/// Normalised correlation of the last `length` samples with those `lag` earlier.
fn compare(sound: &[f32], lag: usize, length: usize) -> f32 {
    let now = &sound[sound.len() - length..];
    let then = &sound[sound.len() - length - lag..sound.len() - lag];
    likeness(now, then)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sine;

    #[test]
    fn finds_the_period_of_a_tone() {
        for hz in [80.0, 100.0, 150.0, 233.0, 390.0] {
            let found = at_end(&sine(hz, 2_400), LONGEST);
            let period = 48_000.0 / hz;
            let periods = (found.lag as f64 / period).round();
            let error = (found.lag as f64 - periods * period).abs();
            assert!(periods >= 1.0 && error <= 1.0, "{hz} Hz: {found:?}");
            assert!(found.likeness > 0.99, "{hz} Hz: {found:?}");
        }
    }

    #[test]
    fn finds_a_low_voice_in_what_one_packet_has_clear() {
        for hz in [80.0, 110.0, 150.0, 390.0] {
            let found = at_end(&sine(hz, 852), 612);
            let period = 48_000.0 / hz;
            let periods = (found.lag as f64 / period).round();
            let error = (found.lag as f64 - periods * period).abs();
            assert!(periods >= 1.0 && error <= 2.0, "{hz} Hz: {found:?}");
            assert!(found.likeness > 0.98, "{hz} Hz: {found:?}");
        }
    }

    #[test]
    fn silence_has_no_period_and_does_not_divide_by_zero() {
        assert_eq!(at_end(&[0.0; 2_400], LONGEST).likeness, 0.0);
    }
}
