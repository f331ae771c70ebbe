//! Makes sound a little shorter or longer without changing its pitch: one period is left out or
//! played twice, and the seam is crossfaded.

use crate::frame::{crossfade, mean_square};
use crate::pitch::{self, SHORTEST};

/// Below this mean square (-50 dBFS) nobody hears a seam.
const QUIET: f32 = 1e-5;

/// How eagerly to stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Haste {
    /// Only where the period is clear, or in silence.
    Gentle,
    /// Also where it is doubtful.
    Hurried,
}

impl Haste {
    fn least_likeness(self) -> f32 {
        match self {
            Haste::Gentle => 0.8,
            Haste::Hurried => 0.4,
        }
    }
}

/// Whether nobody would hear a seam anywhere in this.
pub(super) fn is_quiet(sound: &[f32]) -> bool {
    mean_square(sound) < QUIET
}

/// Leaves one period out of the first `length` samples of `sound`, in silence up to `wish`
/// samples; gives the new length.
pub(super) fn shorten(sound: &mut [f32], length: usize, wish: usize, haste: Haste) -> usize {
    let Some(lag) = seam(&sound[..length], wish, haste) else {
        return length;
    };
    // The last two periods become one.
    let (head, tail) = sound[..length].split_at_mut(length - lag);
    let start = head.len() - lag;
    crossfade(&mut head[start..], tail);
    length - lag
}

/// Plays one period of the first `length` samples of `sound` twice, in silence up to `wish`
/// samples; gives the new length. `sound` must have room for half as much again.
pub(super) fn lengthen(sound: &mut [f32], length: usize, wish: usize, haste: Haste) -> usize {
    let Some(lag) = seam(&sound[..length], wish, haste) else {
        return length;
    };
    // … A B  becomes  … A (B fading into A) B.
    sound.copy_within(length - lag..length, length);
    let (head, tail) = sound.split_at_mut(length - lag);
    let start = head.len() - lag;
    crossfade(&mut tail[..lag], &head[start..]);
    length + lag
}

/// The period at the end, if a seam there would go unheard.
fn seam(sound: &[f32], wish: usize, haste: Haste) -> Option<usize> {
    let longest = sound.len() / 2;
    if longest < SHORTEST {
        return None;
    }
    if is_quiet(sound) {
        return Some(longest.min(480).min(wish)).filter(|lag| *lag > 0);
    }
    if sound.len() < 2 * SHORTEST + 480 {
        return None;
    }
    let period = pitch::at_end(sound, longest.min(sound.len() - 480));
    (period.likeness >= haste.least_likeness()).then_some(period.lag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{sine, tone_snr_db};

    #[test]
    fn a_tone_stays_a_tone() {
        for hz in [150.0, 200.0, 310.0] {
            let tone = sine(hz, 960);
            let mut shorter = tone.clone();
            let length = shorten(&mut shorter, 960, 480, Haste::Gentle);
            assert!((240..960).contains(&length), "{hz} Hz: {length}");
            let (snr, _) = best_fit(&shorter[..length], hz);
            assert!(snr > 25.0, "{hz} Hz: {snr} dB");

            let mut longer = tone.clone();
            longer.resize(1_440, 0.0);
            let length = lengthen(&mut longer, 960, 480, Haste::Gentle);
            assert!((961..=1_440).contains(&length), "{hz} Hz: {length}");
            let (snr, _) = best_fit(&longer[..length], hz);
            assert!(snr > 25.0, "{hz} Hz: {snr} dB");
        }
    }

    /// The fit wants whole periods.
    fn best_fit(signal: &[f32], hz: f64) -> (f64, f64) {
        let period = 48_000.0 / hz;
        let whole = ((signal.len() as f64 / period).floor() * period) as usize;
        tone_snr_db(&signal[..whole], hz)
    }

    #[test]
    fn silence_gives_ten_milliseconds() {
        let mut sound = [0.0; 1_440];
        assert_eq!(shorten(&mut sound, 960, 480, Haste::Gentle), 480);
        assert_eq!(lengthen(&mut sound, 960, 480, Haste::Gentle), 1_440);
    }

    #[test]
    fn what_has_no_period_is_left_alone() {
        let mut seed = 3_u32;
        let mut noise: Vec<f32> = (0..1_440)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed as i32 as f32 / 4_294_967_296.0
            })
            .collect();
        assert_eq!(shorten(&mut noise, 960, 480, Haste::Gentle), 960);
        assert_eq!(lengthen(&mut noise, 960, 480, Haste::Gentle), 960);
    }
}
