//! The ring tone: a soft rising figure on struck bars, every three seconds.

use std::f32::consts::TAU;

use crate::frame::{Frame, SAMPLE_RATE, ramp, samples};

/// Start in ms, pitch in Hz, strength.
const FIGURE: [(usize, f32, f32); 6] = [
    (0, 659.26, 0.8),
    (150, 830.61, 0.8),
    (300, 987.77, 1.0),
    (750, 659.26, 0.7),
    (900, 830.61, 0.7),
    (1_050, 1_318.51, 0.9),
];
/// The figure starts over after this many ms.
const PERIOD_MS: usize = 3_000;
/// How long a struck bar sounds, in ms.
const LENGTH_MS: usize = 1_200;
/// Partials of a bar: frequency as a multiple, share, and how fast they die away (per second).
const PARTIALS: [(f32, f32, f32); 3] = [(1.0, 0.75, 5.0), (3.93, 0.18, 12.0), (9.2, 0.07, 30.0)];

/// Plays the ring tone.
#[derive(Debug)]
pub(crate) struct RingTone {
    ringing: bool,
    /// 0 to 1, and the volume of the last frame.
    gain: f32,
    volume: f32,
    at: usize,
}

impl RingTone {
    /// One that rings from its beginning, or is silent.
    pub(crate) const fn begun(ringing: bool) -> Self {
        Self {
            ringing,
            gain: 0.0,
            volume: 0.0,
            at: 0,
        }
    }

    pub(crate) fn set(&mut self, ringing: bool) {
        if ringing && !self.ringing && self.gain == 0.0 {
            self.at = 0;
            self.volume = 0.0;
        }
        self.ringing = ringing;
    }

    /// Whether there is anything to hear or fade.
    pub(crate) fn is_playing(&self) -> bool {
        self.ringing || self.gain > 0.0
    }

    /// Writes the next 10 ms.
    pub(crate) fn play(&mut self, frame: &mut Frame, volume: f32) {
        frame.fill(0.0);
        if !self.is_playing() {
            return;
        }
        for (start, hertz, strength) in FIGURE {
            let start = samples(start);
            // Notes near the end of the period ring on into the next.
            let period = samples(PERIOD_MS);
            let age = (self.at + period - start) % period;
            if self.at < start || age >= samples(LENGTH_MS) {
                continue;
            }
            strike(frame, age, hertz, strength * 0.5);
        }
        self.at = (self.at + frame.len()) % samples(PERIOD_MS);
        let gain = if self.ringing { 1.0 } else { 0.0 };
        ramp(frame, self.gain * self.volume, gain * volume);
        self.gain = gain;
        self.volume = volume;
    }
}

/// Adds one bar struck `age` samples ago.
fn strike(frame: &mut Frame, age: usize, hertz: f32, strength: f32) {
    for (multiple, share, decay) in PARTIALS {
        let seconds = age as f32 / SAMPLE_RATE as f32;
        let mut loud = strength * share * (-decay * seconds).exp();
        if loud < 1e-4 {
            continue;
        }
        let fall = (-decay / SAMPLE_RATE as f32).exp();
        for (n, sample) in frame.iter_mut().enumerate() {
            let time = (age + n) as f32 / SAMPLE_RATE as f32;
            let attack = ((age + n) as f32 / samples(3) as f32).min(1.0);
            *sample += loud * attack * ((hertz * multiple * time).fract() * TAU).sin();
            loud *= fall;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::mean_square;

    #[test]
    fn rings_rests_and_never_clips_or_clicks() {
        let mut tone = RingTone::begun(false);
        tone.set(true);
        let mut sound = Vec::new();
        for _ in 0..600 {
            let mut frame = [0.0; 480];
            tone.play(&mut frame, 1.0);
            sound.extend_from_slice(&frame);
        }
        assert!(sound.iter().all(|s| s.abs() <= 1.0));
        assert!(mean_square(&sound[..samples(1_500)]) > 1e-3);
        assert!(
            mean_square(&sound[samples(2_600)..samples(3_000)]) < 1e-6,
            "a rest"
        );
        assert!(
            mean_square(&sound[samples(3_000)..samples(4_500)]) > 1e-3,
            "again"
        );
        let onset = sound[..20]
            .iter()
            .fold(0.0_f32, |most, s| most.max(s.abs()));
        assert!(onset < 0.05, "starts softly: {onset}");
        let mut frame = [0.0; 480];
        tone.play(&mut frame, 0.0);
        assert!(
            frame[10].abs() > 0.0 && frame[479].abs() < 1e-4,
            "softer by a ramp: {}",
            frame[479]
        );
        tone.play(&mut frame, 1.0);
        tone.set(false);
        tone.play(&mut frame, 1.0);
        assert!(
            !tone.is_playing() && frame[479].abs() < 1e-3,
            "{}",
            frame[479]
        );
    }
}
