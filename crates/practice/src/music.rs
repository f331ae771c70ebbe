//! Music on hold: a small tune that never ends, made as it is played.

use std::f32::consts::TAU;

/// Plays on where it stopped.
#[derive(Debug, Default)]
pub(crate) struct Music {
    at: usize,
}

impl Music {
    /// Fills the next 10 ms at 48 kHz.
    pub(crate) fn play(&mut self, sound: &mut [f32]) {
        for sample in sound {
            let (note, within) = (self.at / NOTE, self.at % NOTE);
            let bar = note / BAR.len() % CHORDS.len();
            let chord = CHORDS[bar];
            let melody = tone(chord[BAR[note % BAR.len()]] * 2.0, within, NOTE, 0.35);
            let length = NOTE * BAR.len();
            let held = self.at % length;
            let pad = chord.iter().map(|hertz| tone(*hertz, held, length, 1.6));
            let pad: f32 = pad.sum();
            *sample = 0.16 * melody + 0.05 * pad;
            self.at = (self.at + 1) % (NOTE * BAR.len() * CHORDS.len());
        }
    }
}

/// A plucked sine of `length` samples: quick to begin, slow to fade over `seconds`, and without a click
/// at its end.
fn tone(hertz: f32, at: usize, length: usize, seconds: f32) -> f32 {
    let time = at as f32 / RATE;
    let left = (length - at) as f32 / RATE;
    let attack = (time.min(left) / 0.008).min(1.0);
    attack * (-time / seconds).exp() * (TAU * hertz * time).sin()
}

const RATE: f32 = 48_000.0;

/// Samples of one note.
const NOTE: usize = 14_400;

/// Which note of the chord comes when.
const BAR: [usize; 8] = [0, 1, 2, 1, 3, 2, 1, 2];

/// C, A minor, F, G: root, third, fifth, octave, in Hz.
const CHORDS: [[f32; 4]; 4] = [
    [261.63, 329.63, 392.00, 523.25],
    [220.00, 261.63, 329.63, 440.00],
    [174.61, 220.00, 261.63, 349.23],
    [196.00, 246.94, 293.66, 392.00],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn music_is_heard_all_the_time_and_never_too_loud() {
        let mut music = Music::default();
        let mut quarter = vec![0.0; 12_000];
        for n in 0..200 {
            music.play(&mut quarter);
            let loudest = quarter
                .iter()
                .fold(0.0_f32, |most, sample| most.max(sample.abs()));
            assert!((0.02..0.6).contains(&loudest), "{n}: {loudest}");
        }
    }

    #[test]
    fn music_does_not_click() {
        let mut music = Music::default();
        let mut whole = vec![0.0; NOTE * BAR.len() * (CHORDS.len() + 1)];
        music.play(&mut whole);
        let steps = whole.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let steepest = steps.fold(0.0, f32::max);
        assert!(steepest < 0.04, "{steepest}");
    }
}
