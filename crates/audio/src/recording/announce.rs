//! Tells all who are recorded that they are. Pure.

use std::f32::consts::TAU;
use std::sync::Arc;

use crate::frame::{FRAME, Frame, SAMPLE_RATE, samples};

/// How those who are recorded are told.
#[derive(Clone, Debug, Default)]
pub(crate) enum Announced {
    /// By somebody else.
    Nothing,
    /// By a tone, as long as it goes on.
    #[default]
    Tone,
    /// By a sentence at 48 kHz, before anything is recorded.
    Sentence(Arc<[f32]>),
}

/// Plays what tells.
#[derive(Debug)]
pub(crate) struct Announcer {
    what: Announced,
    /// How many have been told, or are being told, and for how many samples there have been fewer.
    told: usize,
    fewer: usize,
    /// Samples since the tone or the sentence began.
    at: usize,
}

impl Announcer {
    pub(crate) fn new(what: Announced) -> Self {
        Self {
            what,
            told: 0,
            fewer: 0,
            at: 0,
        }
    }

    /// Adds the next 10 ms to what all hear, and says whether what they say meanwhile may be
    /// recorded. When somebody has joined, it begins anew.
    pub(crate) fn play(&mut self, parties: usize, sound: &mut Frame) -> bool {
        if parties > self.told {
            self.at = 0;
        }
        self.fewer = if parties < self.told {
            self.fewer + FRAME
        } else {
            0
        };
        // Who is away for a moment only is on a new path.
        if parties > self.told || self.fewer > AWAY {
            (self.told, self.fewer) = (parties, 0);
        }
        match &self.what {
            Announced::Nothing => true,
            Announced::Tone => {
                for (sample, at) in sound.iter_mut().zip(self.at..) {
                    *sample += tone(at);
                }
                self.at = (self.at + FRAME) % TONE_EVERY;
                true
            }
            Announced::Sentence(sentence) => {
                let rest = sentence.get(self.at..).unwrap_or_default();
                if rest.is_empty() {
                    return true;
                }
                for (sample, said) in sound.iter_mut().zip(rest) {
                    *sample += said;
                }
                self.at += FRAME;
                false
            }
        }
    }

    /// It is not the time to record: the tone is heard as soon as it goes on, and a sentence that was
    /// not over is heard from its beginning.
    pub(crate) fn interrupt(&mut self) {
        match &self.what {
            Announced::Sentence(sentence) if self.at >= sentence.len() => {}
            _ => self.at = 0,
        }
    }
}

/// The warning tone of ITU-T E.180 and FS-1037C: half a second of 1,400 Hz every 15 s.
fn tone(at: usize) -> f32 {
    let rest = TONE.saturating_sub(at);
    let envelope = (at.min(rest) as f32 / EDGE as f32).min(1.0);
    let turns = (at % SAMPLE_RATE as usize) as f32 * TONE_HZ / SAMPLE_RATE as f32;
    LOUD * envelope * (turns.fract() * TAU).sin()
}

const TONE_HZ: f32 = 1_400.0;
/// Some -23 dBFS (RMS): softer than a voice, and not to be missed.
const LOUD: f32 = 0.1;

// In samples:
const TONE: usize = samples(500);
const TONE_EVERY: usize = samples(15_000);
const EDGE: usize = samples(10);
const AWAY: usize = samples(1_000);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{SILENCE, mean_square};
    use crate::testing::tone_snr_db;

    fn played(announcer: &mut Announcer, parties: usize, ticks: usize) -> (Vec<f32>, Vec<bool>) {
        let (mut sound, mut recorded) = (Vec::new(), Vec::new());
        for _ in 0..ticks {
            let mut frame = SILENCE;
            recorded.push(announcer.play(parties, &mut frame));
            sound.extend_from_slice(&frame);
        }
        (sound, recorded)
    }

    /// Where a tone begins, in ticks.
    fn beeps(sound: &[f32]) -> Vec<usize> {
        let loud: Vec<bool> = sound
            .chunks(FRAME)
            .map(|frame| mean_square(frame) > 1e-6)
            .collect();
        (0..loud.len())
            .filter(|n| loud[*n] && (*n == 0 || !loud[n - 1]))
            .collect()
    }

    #[test]
    fn a_tone_is_heard_at_once_and_then_every_fifteen_seconds() {
        let mut announcer = Announcer::new(Announced::Tone);
        let (sound, recorded) = played(&mut announcer, 1, 4_000);
        assert!(recorded.iter().all(|recorded| *recorded));
        assert_eq!(beeps(&sound), [0, 1_500, 3_000]);
        let (purity, amplitude) = tone_snr_db(&sound[EDGE..TONE - EDGE], f64::from(TONE_HZ));
        assert!(purity > 60.0 && (amplitude - 0.1).abs() < 1e-3, "{purity}");
    }

    #[test]
    fn a_tone_is_heard_when_it_goes_on_and_when_somebody_joins() {
        let mut announcer = Announcer::new(Announced::Tone);
        played(&mut announcer, 1, 700);
        announcer.interrupt();
        assert_eq!(beeps(&played(&mut announcer, 1, 700).0), [0]);
        assert_eq!(beeps(&played(&mut announcer, 2, 700).0), [0]);
        assert_eq!(beeps(&played(&mut announcer, 1, 700).0), []);
        assert_eq!(beeps(&played(&mut announcer, 2, 700).0), [0]);
        // One whose path is made anew has been told.
        played(&mut announcer, 1, 50);
        assert_eq!(beeps(&played(&mut announcer, 2, 700).0), []);
    }

    #[test]
    fn nothing_is_recorded_before_a_sentence_has_been_heard_to_its_end() {
        let sentence: Arc<[f32]> = vec![0.25; 10 * FRAME + 7].into();
        let mut announcer = Announcer::new(Announced::Sentence(sentence));
        let (_, recorded) = played(&mut announcer, 1, 5);
        assert!(recorded.iter().all(|recorded| !recorded));
        announcer.interrupt();
        let (sound, recorded) = played(&mut announcer, 1, 20);
        assert_eq!(recorded.iter().filter(|recorded| !**recorded).count(), 11);
        assert_eq!(sound.iter().filter(|s| **s != 0.0).count(), 10 * FRAME + 7);
        // Once heard, it is not said again to the same, but to whoever joins.
        announcer.interrupt();
        assert!(played(&mut announcer, 1, 20).1[0]);
        assert!(!played(&mut announcer, 2, 20).1[0]);
        assert!(played(&mut announcer, 2, 1).1[0]);
    }

    #[test]
    fn where_somebody_else_tells_nothing_is_heard() {
        let mut announcer = Announcer::new(Announced::Nothing);
        let (sound, recorded) = played(&mut announcer, 3, 100);
        assert!(recorded[0] && sound.iter().all(|sample| *sample == 0.0));
    }
}
