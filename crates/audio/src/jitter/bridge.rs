//! Sound for a gap whose other side is there already: both sides are continued into it, and one fades
//! into the other.

use super::conceal::{Concealer, HISTORY, VOICED};
use crate::frame::samples;
use crate::pitch::{self, LONGEST, SHORTEST};

/// The longest gap that is bridged.
pub(super) const BRIDGE: usize = samples(80);
/// Up to here a gap is bridged whatever may still come: what is missing has its turn now.
pub(super) const AT_ONCE: usize = samples(20);
/// How long the last step to the real sound is spread.
const STEP: usize = samples(1);

impl Concealer {
    /// Fills the first `gap` samples of `sound`, of which the others are real. Must have
    /// [begun](Self::begin).
    pub(super) fn bridge(&mut self, sound: &mut [f32], gap: usize) {
        let (gap, next) = sound.split_at_mut(gap);
        let length = gap.len();
        let voiced = self.likeness > VOICED;
        let right = period_at_start(next);
        let click = right.map_or(0.0, |lag| next[0] - next[lag]);
        for (n, sample) in gap.iter_mut().enumerate() {
            let from_left = if voiced {
                self.ahead(n as isize)
            } else {
                self.mirrored(n)
            };
            let from_left = from_left * self.gain_ahead(n);
            let before = length - n;
            let from_right = match right {
                // The period before is like the one after; its end is led to the real sound.
                Some(lag) => {
                    let near = 1.0 - (before as f32 / STEP as f32).min(1.0);
                    seamless(next, lag, (lag - before % lag) % lag) + click * near * near
                }
                // The reflection of a sound without voice is as good as itself and meets it without
                // a click.
                None => next[reflected(before, next.len())],
            };
            let near = (n + 1) as f32 / (length + 1) as f32;
            *sample = from_left + (from_right - from_left) * near;
        }
        self.ended();
    }

    /// What was pending, and then all that was played, backwards.
    fn mirrored(&self, n: usize) -> f32 {
        let left = self.still_pending();
        if n < left {
            return self.ahead(n as isize);
        }
        let back = reflected(n - left, left + HISTORY);
        if back < left {
            self.ahead((left - 1 - back) as isize)
        } else {
            self.history[HISTORY - 1 - (back - left)]
        }
    }
}

/// Where one is after so many steps back and forth among `length` samples.
fn reflected(steps: usize, length: usize) -> usize {
    let steps = steps % (2 * length);
    steps.min(2 * length - 1 - steps)
}

/// The period at which `sound` repeats itself at its beginning, if it has a voice.
fn period_at_start(sound: &[f32]) -> Option<usize> {
    let mut backwards = [0.0; HISTORY];
    let length = sound.len().min(HISTORY);
    let longest = length.checked_sub(samples(5))?.min(LONGEST);
    if longest < SHORTEST {
        return None;
    }
    for (to, from) in backwards.iter_mut().zip(sound[..length].iter().rev()) {
        *to = *from;
    }
    let found = pitch::at_end(&backwards[..length], longest);
    (found.likeness > VOICED).then_some(found.lag)
}

/// Sample `at` of the first period of `sound`, made so that it goes on from the period's end: its first
/// quarter comes from the period after it.
fn seamless(sound: &[f32], lag: usize, at: usize) -> f32 {
    let quarter = lag / 4;
    match sound.get(at + lag) {
        Some(after) if at < quarter => {
            let own = (at + 1) as f32 / (quarter + 1) as f32;
            after + (sound[at] - after) * own
        }
        _ => sound[at],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Codec;
    use crate::codec::Decoder;
    use crate::frame::mean_square;
    use crate::testing::{correlation, sine};

    /// `sound` with a gap of 80 ms in the middle of 200 ms, bridged; without a codec's pending sound.
    fn bridged(sound: &[f32]) -> Vec<f32> {
        let (before, rest) = sound.split_at(samples(100));
        let mut concealer = Concealer::new();
        concealer.played(before);
        concealer.begin(&mut Decoder::new(Codec::Opus).expect("starts"));
        let mut rest = rest.to_vec();
        rest[..BRIDGE].fill(f32::NAN);
        concealer.bridge(&mut rest, BRIDGE);
        rest
    }

    #[test]
    fn a_tone_goes_on_through_the_longest_bridge() {
        for hz in [100.0, 200.0, 320.0] {
            let tone = sine(hz, samples(200));
            let rest = bridged(&tone);
            let (likeness, _) = correlation(&tone[samples(100)..], &rest, 0);
            assert!(likeness > 0.95, "{hz} Hz: {likeness}");
            let step = rest.windows(2).map(|w| (w[1] - w[0]).abs());
            assert!(step.fold(0.0, f32::max) < 0.04, "a click at {hz} Hz");
        }
    }

    #[test]
    fn noise_stays_noise_through_the_longest_bridge() {
        let mut seed = 3_u32;
        let noise: Vec<f32> = (0..samples(200))
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed as i32 as f32 / 8_589_934_592.0
            })
            .collect();
        let power = mean_square(&noise);
        for part in bridged(&noise).chunks_exact(samples(5)) {
            let share = mean_square(part) / power;
            assert!((0.2..1.5).contains(&share), "{share}");
            let mean = part.iter().sum::<f32>() / part.len() as f32;
            assert!(mean * mean < power / 10.0, "stands still at {mean}");
        }
    }

    #[test]
    fn steps_beyond_the_end_come_back() {
        let way: Vec<usize> = (0..8).map(|steps| reflected(steps, 3)).collect();
        assert_eq!(way, [0, 1, 2, 2, 1, 0, 0, 1]);
    }
}
