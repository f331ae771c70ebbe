//! How loud the sound is, for a person to look at.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::frame::{SILENCE_DBFS, dbfs, mean_square};

/// How fast a held peak falls, per 10 ms (20 dB a second).
const PEAK_FALL: f32 = 0.977_237;
/// Weight of 10 ms in the mean of some 100 ms.
const MEAN_WEIGHT: f32 = 0.1;

/// Measures frames on the sound thread.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    peak: f32,
    mean: f32,
}

impl Meter {
    pub(crate) fn measure(&mut self, sound: &[f32], shown: &Level) {
        let peak = sound.iter().fold(0.0_f32, |most, s| most.max(s.abs()));
        self.peak = peak.max(self.peak * PEAK_FALL);
        self.mean += (mean_square(sound) - self.mean) * MEAN_WEIGHT;
        shown
            .peak
            .store(dbfs(self.peak).to_bits(), Ordering::Relaxed);
        shown
            .rms
            .store(dbfs(self.mean.sqrt()).to_bits(), Ordering::Relaxed);
    }

    pub(crate) fn reset(&mut self, shown: &Level) {
        *self = Self::default();
        shown.peak.store(SILENCE_DBFS.to_bits(), Ordering::Relaxed);
        shown.rms.store(SILENCE_DBFS.to_bits(), Ordering::Relaxed);
    }
}

/// The last measurement, for any thread.
#[derive(Debug)]
pub(crate) struct Level {
    peak: AtomicU32,
    rms: AtomicU32,
}

impl Default for Level {
    fn default() -> Self {
        let silence = || AtomicU32::new(SILENCE_DBFS.to_bits());
        Self {
            peak: silence(),
            rms: silence(),
        }
    }
}

impl Level {
    pub(crate) fn peak_dbfs(&self) -> f32 {
        f32::from_bits(self.peak.load(Ordering::Relaxed))
    }

    pub(crate) fn rms_dbfs(&self) -> f32 {
        f32::from_bits(self.rms.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sine;

    #[test]
    fn a_half_scale_sine_is_6_db_peak_and_9_db_rms_below_full() {
        let (mut meter, shown) = (Meter::default(), Level::default());
        assert_eq!((shown.peak_dbfs(), shown.rms_dbfs()), (-100.0, -100.0));
        for frame in sine(1_000.0, 48_000).chunks_exact(480) {
            meter.measure(frame, &shown);
        }
        assert!(
            (shown.peak_dbfs() + 6.02).abs() < 0.1,
            "{}",
            shown.peak_dbfs()
        );
        assert!(
            (shown.rms_dbfs() + 9.03).abs() < 0.1,
            "{}",
            shown.rms_dbfs()
        );
        for _ in 0..50 {
            meter.measure(&[0.0; 480], &shown);
        }
        assert!(
            (shown.peak_dbfs() + 16.0).abs() < 0.3,
            "held: {}",
            shown.peak_dbfs()
        );
        meter.reset(&shown);
        assert_eq!(shown.peak_dbfs(), -100.0);
    }
}
