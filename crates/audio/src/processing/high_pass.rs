//! Takes out what is below the voice.

use std::f64::consts::{PI, SQRT_2};

use super::bands::LOW_RATE;

/// Where the filter is 3 dB down, in Hz.
const CORNER: f64 = 80.0;

/// A Butterworth filter of the fourth order at 16 kHz: 50 Hz goes down by 16 dB.
#[derive(Debug)]
pub(super) struct HighPass([Section; 2]);

impl HighPass {
    pub(super) fn new() -> Self {
        // The two pairs of poles of the fourth order.
        let quality = |angle: f64| 1.0 / (2.0 * angle.cos());
        Self([quality(PI / 8.0), quality(3.0 * PI / 8.0)].map(Section::new))
    }

    pub(super) fn process(&mut self, sound: &mut [f32]) {
        for section in &mut self.0 {
            section.process(sound);
        }
    }
}

/// A second order, transposed direct form II.
#[derive(Debug)]
struct Section {
    b: [f64; 3],
    a: [f64; 2],
    state: [f64; 2],
}

impl Section {
    fn new(quality: f64) -> Self {
        debug_assert!(quality > 0.5 / SQRT_2);
        let w = 2.0 * PI * CORNER / f64::from(LOW_RATE);
        let alpha = w.sin() / (2.0 * quality);
        let scale = 1.0 + alpha;
        let edge = (1.0 + w.cos()) / 2.0 / scale;
        Self {
            b: [edge, -2.0 * edge, edge],
            a: [-2.0 * w.cos() / scale, (1.0 - alpha) / scale],
            state: [0.0; 2],
        }
    }

    fn process(&mut self, sound: &mut [f32]) {
        let Self { b, a, state } = self;
        for sample in sound {
            let x = f64::from(*sample);
            let y = b[0] * x + state[0];
            state[0] = b[1] * x - a[0] * y + state[1];
            state[1] = b[2] * x - a[1] * y;
            *sample = y as f32;
        }
        // What dies away must not end in numbers that are slow to compute with.
        for value in state {
            if value.abs() < 1e-15 {
                *value = 0.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::mean_square;

    fn gain_db(hz: f64) -> f32 {
        let tone: Vec<f32> = (0..32_000)
            .map(|n| (2.0 * PI * hz * f64::from(n) / 16_000.0).sin() as f32)
            .collect();
        let mut out = tone.clone();
        HighPass::new().process(&mut out);
        10.0 * (mean_square(&out[16_000..]) / mean_square(&tone[16_000..])).log10()
    }

    #[test]
    fn hum_goes_and_the_voice_stays() {
        assert!((gain_db(80.0) + 3.0).abs() < 0.2, "{}", gain_db(80.0));
        assert!(gain_db(50.0) < -15.0, "{}", gain_db(50.0));
        assert!(gain_db(10.0) < -60.0, "{}", gain_db(10.0));
        assert!(gain_db(150.0) > -0.2, "{}", gain_db(150.0));
        assert!(gain_db(3_000.0).abs() < 0.01, "{}", gain_db(3_000.0));
    }
}
