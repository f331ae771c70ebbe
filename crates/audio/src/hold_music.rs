//! What somebody hears who waits: a slow, soft arpeggio that never ends, made as it is played.

use std::f32::consts::TAU;

use crate::frame::{Frame, SAMPLE_RATE, samples};

/// Plays the tune, at some -30 dBFS (RMS).
#[derive(Debug, Default)]
pub(crate) struct HoldMusic {
    at: usize,
}

impl HoldMusic {
    /// Writes the next 10 ms.
    pub(crate) fn play(&mut self, frame: &mut Frame) {
        frame.fill(0.0);
        for (bar, chord) in CHORDS.iter().enumerate() {
            for (step, pitch) in FIGURE.iter().enumerate() {
                let start = (bar * FIGURE.len() + step) * NOTE;
                // The last notes ring on into the beginning.
                let age = (self.at + TUNE - start) % TUNE;
                if age < RING {
                    pluck(frame, age, chord[*pitch]);
                }
            }
        }
        self.at = (self.at + frame.len()) % TUNE;
    }

    /// The next one to wait hears it from the start.
    pub(crate) fn stop(&mut self) {
        self.at = 0;
    }
}

/// Adds one string plucked `age` samples ago.
fn pluck(frame: &mut Frame, age: usize, hertz: f32) {
    let seconds = age as f32 / SAMPLE_RATE as f32;
    for (multiple, share, decay) in PARTIALS {
        let angle = TAU * hertz * multiple / SAMPLE_RATE as f32;
        let (turn_sin, turn_cos) = angle.sin_cos();
        let turns = f64::from(hertz * multiple) * age as f64 / f64::from(SAMPLE_RATE);
        let (mut sin, mut cos) = (turns.fract() as f32 * TAU).sin_cos();
        let mut loud = LOUD * share * (-decay * seconds).exp();
        let fall = (-decay / SAMPLE_RATE as f32).exp();
        for (n, sample) in frame.iter_mut().enumerate() {
            let attack = ((age + n) as f32 / ATTACK as f32).min(1.0);
            let release = ((RING - age - n) as f32 / RELEASE as f32).min(1.0);
            *sample += loud * attack * release * sin;
            (sin, cos) = (
                sin * turn_cos + cos * turn_sin,
                cos * turn_cos - sin * turn_sin,
            );
            loud *= fall;
        }
    }
}

/// Which note of the chord comes when.
const FIGURE: [usize; 6] = [0, 1, 2, 3, 2, 1];

/// C major 7, A minor 7, F major 7, G 6, in Hz: all within what a telephone lets pass (300 to 3,400).
const CHORDS: [[f32; 4]; 4] = [
    [523.25, 659.26, 783.99, 987.77],
    [440.00, 523.25, 659.26, 783.99],
    [349.23, 440.00, 523.25, 659.26],
    [392.00, 493.88, 587.33, 659.26],
];

/// Of a string: frequency as a multiple, share, and how fast it dies away (per second).
const PARTIALS: [(f32, f32, f32); 2] = [(1.0, 0.85, 1.4), (2.0, 0.15, 3.0)];

/// How strong a note begins.
const LOUD: f32 = 0.066;

// In samples:
const NOTE: usize = samples(600);
const TUNE: usize = NOTE * FIGURE.len() * CHORDS.len();
/// How long a string sounds: a whole number of frames.
const RING: usize = samples(2_400);
const ATTACK: usize = samples(25);
const RELEASE: usize = samples(400);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{dbfs, mean_square};

    fn played(ticks: usize) -> Vec<f32> {
        let mut music = HoldMusic::default();
        let mut sound = Vec::new();
        for _ in 0..ticks {
            let mut frame = [0.0; 480];
            music.play(&mut frame);
            sound.extend_from_slice(&frame);
        }
        sound
    }

    #[test]
    fn it_is_soft_and_there_all_the_time() {
        let sound = played(TUNE / 480 * 2);
        let level = |sound: &[f32]| dbfs(mean_square(sound).sqrt());
        let whole = level(&sound);
        assert!((-32.0..-28.0).contains(&whole), "{whole} dBFS");
        // Each half second, once it has begun.
        for (n, half) in sound.chunks(samples(500)).enumerate() {
            let level = level(half);
            assert!((-38.0..-24.0).contains(&level), "{n}: {level} dBFS");
        }
    }

    #[test]
    fn it_never_clicks_not_even_where_it_begins_again() {
        let sound = played(TUNE / 480 + 500);
        let hardest = sound
            .windows(3)
            .map(|w| (w[0] - 2.0 * w[1] + w[2]).abs())
            .fold(0.0, f32::max);
        // The steepest the strings can bend if four of the highest ring together.
        assert!(hardest < 4.0 * LOUD * 0.028, "{hardest}");
        let again = &sound[TUNE + RING..TUNE + RING + 4_800];
        let first = &sound[RING..RING + 4_800];
        let apart = first.iter().zip(again).map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f32::max) < 1e-3);
    }
}
