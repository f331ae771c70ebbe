//! Sound for what is missing: waveform repetition for codecs that cannot guess by themselves, and the
//! fade of long gaps.

use crate::frame::{FRAME, crossfade, mean_square, ramp, samples};
use crate::pitch::{self, LONGEST};

/// A gap is played at full level for the first part, then fades to nothing.
const FULL: usize = samples(100);
const GONE: usize = samples(200);
/// Waveform repetition buzzes sooner.
const REPEAT_FULL: usize = samples(20);
const REPEAT_GONE: usize = samples(120);

/// What was played last, long enough for two of the longest periods.
const HISTORY: usize = 2 * LONGEST + FRAME;

/// Over how much the return to real sound is smoothed.
const MERGE: usize = samples(5);

/// Remembers what was played and continues it.
#[derive(Debug)]
pub(super) struct Concealer {
    history: [f32; HISTORY],
    /// One period, prepared so that its end runs into its beginning.
    period: [f32; LONGEST],
    lag: usize,
    at: usize,
    /// Samples made up in a row.
    made: usize,
}

impl Concealer {
    pub(super) fn new() -> Self {
        Self {
            history: [0.0; HISTORY],
            period: [0.0; LONGEST],
            lag: 0,
            at: 0,
            made: 0,
        }
    }

    /// Samples made up since the last real one.
    pub(super) fn made(&self) -> usize {
        self.made
    }

    /// Takes note of sound that is going to be played.
    pub(super) fn played(&mut self, sound: &[f32]) {
        let sound = &sound[sound.len().saturating_sub(HISTORY)..];
        self.history.copy_within(sound.len().., 0);
        self.history[HISTORY - sound.len()..].copy_from_slice(sound);
    }

    /// Continues what was played by repeating its period.
    pub(super) fn repeat(&mut self, sound: &mut [f32]) {
        if self.made == 0 {
            self.prepare();
        }
        self.continue_period(sound);
        self.fade(sound, REPEAT_FULL, REPEAT_GONE);
    }

    /// Fades sound that the codec made up, if the gap is long.
    pub(super) fn made_by_codec(&mut self, sound: &mut [f32]) {
        self.fade(sound, FULL, GONE);
    }

    /// Ends a gap: smooths the seam between what was made up and the real `sound`.
    pub(super) fn merge(&mut self, sound: &mut [f32], repeating: bool) {
        if self.made > 0 {
            let length = MERGE.min(sound.len());
            let mut seam = [0.0; MERGE];
            let made = self.made;
            if repeating {
                self.continue_period(&mut seam);
                let gain = gain_at(made, REPEAT_FULL, REPEAT_GONE);
                seam.iter_mut().for_each(|s| *s *= gain);
                crossfade(&mut seam[..length], &sound[..length]);
                sound[..length].copy_from_slice(&seam[..length]);
            } else if made >= FULL {
                ramp(&mut sound[..length], gain_at(made, FULL, GONE), 1.0);
            }
        }
        self.made = 0;
    }

    /// Ends a gap that something else has filled.
    pub(super) fn heard(&mut self) {
        self.made = 0;
    }

    fn prepare(&mut self) {
        let found = pitch::at_end(&self.history, LONGEST);
        // Without a clear period, repeat as much as there is: a short loop of noise would hum.
        self.lag = if found.likeness > 0.5 {
            found.lag
        } else {
            LONGEST
        };
        self.at = 0;
        let lag = self.lag;
        let end = HISTORY;
        self.period[..lag].copy_from_slice(&self.history[end - lag..]);
        // Let the end of the period run into its beginning: its last quarter fades into what came
        // before the period.
        let quarter = lag / 4;
        crossfade(
            &mut self.period[lag - quarter..lag],
            &self.history[end - lag - quarter..end - lag],
        );
    }

    fn continue_period(&mut self, sound: &mut [f32]) {
        if self.lag == 0 || mean_square(&self.period[..self.lag]) == 0.0 {
            sound.fill(0.0);
            return;
        }
        for sample in sound {
            *sample = self.period[self.at];
            self.at = (self.at + 1) % self.lag;
        }
    }

    fn fade(&mut self, sound: &mut [f32], full: usize, gone: usize) {
        let from = gain_at(self.made, full, gone);
        self.made += sound.len();
        let to = gain_at(self.made, full, gone);
        if from < 1.0 || to < 1.0 {
            ramp(sound, from, to);
        }
    }
}

/// How loud a gap still is after `made` samples.
fn gain_at(made: usize, full: usize, gone: usize) -> f32 {
    if made <= full {
        1.0
    } else if made >= gone {
        0.0
    } else {
        1.0 - (made - full) as f32 / (gone - full) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{correlation, sine};

    #[test]
    fn a_tone_goes_on_and_then_fades_away() {
        let mut concealer = Concealer::new();
        let tone = sine(200.0, 9_600);
        concealer.played(&tone[..4_800]);
        let mut gap = [0.0; 9_600];
        for chunk in gap.chunks_exact_mut(FRAME) {
            concealer.repeat(chunk);
        }
        let (likeness, _) = correlation(&tone[4_800..5_760], &gap[..960], 0);
        assert!(likeness > 0.98, "{likeness}");
        assert!(gap[REPEAT_GONE..].iter().all(|s| *s == 0.0));
        let step = gap
            .windows(2)
            .map(|w| (w[1] - w[0]).abs())
            .fold(0.0, f32::max);
        assert!(step < 0.03, "a click of {step}");
    }

    #[test]
    fn the_return_has_no_click() {
        let mut concealer = Concealer::new();
        let tone = sine(200.0, 9_600);
        concealer.played(&tone[..4_800]);
        let mut gap = [0.0; 960];
        concealer.repeat(&mut gap);
        // The real sound comes back a third of a period off.
        let mut back = tone[5_840..6_800].to_vec();
        concealer.merge(&mut back, true);
        let seam = (back[0] - gap[959]).abs();
        assert!(seam < 0.03, "a click of {seam}");
        assert_eq!(concealer.made(), 0);
    }
}
