//! Sound for what is missing: the continuation of a wave for codecs that cannot guess by themselves,
//! and the fade of long gaps.

use crate::codec::{Decoder, LONGEST_PENDING};
use crate::frame::{FRAME, crossfade, mean_square, ramp, samples};
use crate::pitch::{self, LONGEST};

/// A gap is played at full level for the first part, then fades to nothing.
const FULL: usize = samples(100);
const GONE: usize = samples(200);
/// Waveform repetition buzzes sooner.
const REPEAT_FULL: usize = samples(20);
const REPEAT_GONE: usize = samples(120);

/// What was played last, long enough for two of the longest periods.
pub(super) const HISTORY: usize = 2 * LONGEST + FRAME;

/// Over how much the return to real sound is smoothed.
const MERGE: usize = samples(5);

/// Below this likeness of two neighbouring periods, sound has no voice.
pub(super) const VOICED: f32 = 0.5;

/// By how much sound that dies away goes on to do so, in a period, at most.
const STEEPEST: f32 = 0.6;

/// How real sound follows what was made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seam {
    /// The codec that made it up sees to it.
    Smooth,
    /// From the middle of a packet.
    Cut,
    /// After the continuation of a wave. So much of the real sound holds what was before the gap.
    Wave { blurred: usize },
}

/// Remembers what was played and continues it.
#[derive(Debug)]
pub(super) struct Concealer {
    pub(super) history: [f32; HISTORY],
    /// What the decoder still holds of the sound before the gap: it is played first.
    pending: [f32; LONGEST_PENDING],
    pending_length: usize,
    /// One period, prepared so that its end runs into its beginning.
    period: [f32; LONGEST],
    lag: usize,
    pub(super) likeness: f32,
    /// How much louder the sound's end is than the beginning of the period that continues it.
    step: f32,
    /// By what factor a period is louder than the one before, at most 1.
    slope: f32,
    /// Samples made up in a row, with those that were pending.
    made: usize,
    /// Of these, those made up before the continuation began.
    began: usize,
}

impl Concealer {
    pub(super) fn new() -> Self {
        Self {
            history: [0.0; HISTORY],
            pending: [0.0; LONGEST_PENDING],
            pending_length: 0,
            period: [0.0; LONGEST],
            lag: LONGEST,
            likeness: 0.0,
            step: 0.0,
            slope: 1.0,
            made: 0,
            began: 0,
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

    /// Prepares to continue what was played, if that has not begun yet.
    pub(super) fn begin(&mut self, decoder: &mut Decoder) {
        if self.made > 0 {
            return;
        }
        self.pending_length = 0;
        self.began = 0;
        self.prepare();
        let mut pending = [0.0; LONGEST_PENDING];
        let length = decoder.pending(&mut pending, |n| self.ahead(n as isize));
        if length > 0 {
            self.pending = pending;
            // The end of what is real, to go on from there.
            let history = self.history;
            self.played(&pending[..length]);
            self.prepare();
            self.history = history;
            self.pending_length = length;
        }
    }

    /// What will be played `n` samples from now if nothing comes.
    pub(super) fn ahead(&self, n: isize) -> f32 {
        let since = (self.made - self.began) as isize + n;
        match usize::try_from(since) {
            Ok(since) if since < self.pending_length => self.pending[since],
            _ => self.continued(since - self.pending_length as isize),
        }
    }

    /// Sample `n` of the continuation, which also goes back.
    fn continued(&self, n: isize) -> f32 {
        let at = n.rem_euclid(self.lag as isize) as usize;
        let Ok(n) = usize::try_from(n) else {
            return self.period[at];
        };
        let joint = self.lag / 4;
        let step = if n < joint {
            let left = 1.0 - n as f32 / joint as f32;
            self.step * left * left
        } else {
            0.0
        };
        let periods = n as f32 / self.lag as f32;
        let level = 1.0 - (1.0 - self.slope) * periods.min(1.0);
        level * self.period[at] + step
    }

    /// How much of what was pending is still to be played.
    pub(super) fn still_pending(&self) -> usize {
        self.pending_length.saturating_sub(self.made)
    }

    /// How loud the continuation of a wave will be `n` samples from now.
    pub(super) fn gain_ahead(&self, n: usize) -> f32 {
        gain_at(self.made + n, REPEAT_FULL, REPEAT_GONE)
    }

    /// Continues what was played by repeating its period, once this has [begun](Self::begin).
    pub(super) fn repeat(&mut self, sound: &mut [f32]) {
        for (n, sample) in sound.iter_mut().enumerate() {
            *sample = self.ahead(n as isize);
        }
        self.fade(sound, REPEAT_FULL, REPEAT_GONE);
    }

    /// Fades sound that the codec made up, if the gap is long.
    pub(super) fn made_by_codec(&mut self, sound: &mut [f32]) {
        self.fade(sound, FULL, GONE);
    }

    /// Ends a gap: smooths the seam between what was made up and the real `sound`.
    pub(super) fn merge(&mut self, sound: &mut [f32], seam: Seam) {
        if self.made > 0 {
            let (gain, blurred) = match seam {
                Seam::Smooth => (gain_at(self.made, FULL, GONE), 0),
                Seam::Cut => {
                    let gain = gain_at(self.made, FULL, GONE);
                    self.pending_length = 0;
                    self.began = self.made;
                    self.prepare();
                    (gain, 0)
                }
                Seam::Wave { blurred } => (
                    gain_at(self.made, REPEAT_FULL, REPEAT_GONE),
                    blurred.min(sound.len()),
                ),
            };
            let (before, sound) = sound.split_at_mut(blurred);
            for (n, sample) in before.iter_mut().enumerate() {
                *sample = gain * self.ahead(n as isize);
            }
            let length = MERGE.min(sound.len());
            let sound = &mut sound[..length];
            if seam == Seam::Smooth {
                ramp(sound, gain, 1.0);
            } else {
                let mut end = [0.0; MERGE];
                for (n, end) in end.iter_mut().enumerate() {
                    *end = gain * self.ahead((blurred + n) as isize);
                }
                crossfade(&mut end[..length], sound);
                sound.copy_from_slice(&end[..length]);
            }
        }
        self.ended();
    }

    /// Ends a gap, or takes note that something else has filled it.
    pub(super) fn ended(&mut self) {
        (self.made, self.began, self.pending_length) = (0, 0, 0);
    }

    fn prepare(&mut self) {
        let found = pitch::at_end(&self.history, LONGEST);
        self.likeness = found.likeness;
        // Without a clear period, repeat as much as there is: a short loop of noise would hum.
        self.lag = if found.likeness > VOICED {
            found.lag
        } else {
            LONGEST
        };
        let lag = self.lag;
        let end = HISTORY;
        self.step = self.history[end - 1] - self.history[end - 1 - lag];
        let [before, last] = [2, 1].map(|n| {
            let from = end - n * lag;
            mean_square(&self.history[from..from + lag])
        });
        self.slope = if before > 0.0 {
            (last / before).sqrt().clamp(STEEPEST, 1.0)
        } else {
            1.0
        };
        self.period[..lag].copy_from_slice(&self.history[end - lag..]);
        // Let the end of the period run into its beginning: its last quarter fades into what came
        // before the period.
        let quarter = lag / 4;
        crossfade(
            &mut self.period[lag - quarter..lag],
            &self.history[end - lag - quarter..end - lag],
        );
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
    use crate::Codec;
    use crate::testing::{correlation, sine};

    #[test]
    fn a_tone_goes_on_and_then_fades_away() {
        let mut concealer = Concealer::new();
        let tone = sine(200.0, 9_600);
        concealer.played(&tone[..4_800]);
        concealer.begin(&mut Decoder::new(Codec::Opus).expect("starts"));
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
        concealer.begin(&mut Decoder::new(Codec::Opus).expect("starts"));
        let mut gap = [0.0; 960];
        concealer.repeat(&mut gap);
        // The real sound comes back a third of a period off.
        let mut back = tone[5_840..6_800].to_vec();
        concealer.merge(&mut back, Seam::Wave { blurred: 0 });
        let seam = (back[0] - gap[959]).abs();
        assert!(seam < 0.03, "a click of {seam}");
        assert_eq!(concealer.made(), 0);
    }
}
