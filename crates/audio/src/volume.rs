//! How loud things are to be: a percentage as a person sets it, and the gain behind it.

use std::sync::atomic::{AtomicU8, Ordering};

/// How loud what is played is to be, each from 0 (silent) to 100 (as it comes); more counts as 100.
///
/// The percentage goes by the ear, not by the wire: the gain is its cube, as in most systems' own
/// mixers. 80 % is -5.8 dB, 50 % is -18 dB, 25 % is -36 dB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volumes {
    /// The people in calls.
    pub calls: u8,
    /// Call-progress tones, cues and keys.
    pub tones: u8,
    /// The ring tone.
    pub ring: u8,
}

impl Default for Volumes {
    /// People as they come; what the phone plays itself is made half as strong, so that it never
    /// startles.
    fn default() -> Self {
        Self {
            calls: 100,
            tones: 80,
            ring: 80,
        }
    }
}

/// The volumes that the sound thread reads.
#[derive(Debug)]
pub(crate) struct Faders {
    calls: AtomicU8,
    tones: AtomicU8,
    ring: AtomicU8,
}

impl Default for Faders {
    fn default() -> Self {
        let Volumes { calls, tones, ring } = Volumes::default();
        Self {
            calls: AtomicU8::new(calls),
            tones: AtomicU8::new(tones),
            ring: AtomicU8::new(ring),
        }
    }
}

impl Faders {
    pub(crate) fn set(&self, volumes: Volumes) {
        let Volumes { calls, tones, ring } = volumes;
        self.calls.store(calls, Ordering::Relaxed);
        self.tones.store(tones, Ordering::Relaxed);
        self.ring.store(ring, Ordering::Relaxed);
    }

    /// The gains now.
    pub(crate) fn gains(&self) -> Gains {
        Gains {
            calls: gain(self.calls.load(Ordering::Relaxed)),
            tones: gain(self.tones.load(Ordering::Relaxed)),
            ring: gain(self.ring.load(Ordering::Relaxed)),
        }
    }
}

/// What samples are multiplied by, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gains {
    pub(crate) calls: f32,
    pub(crate) tones: f32,
    pub(crate) ring: f32,
}

/// What one person's voice is multiplied by: up to 100 % as [`Volumes`], above it the square, so that
/// a soft voice can be raised: 150 % is +7 dB, 200 %, the most, +12 dB.
pub(crate) fn voice_gain(percent: u8) -> f32 {
    if percent <= 100 {
        return gain(percent);
    }
    (f32::from(percent.min(200)) / 100.0).powi(2)
}

fn gain(percent: u8) -> f32 {
    (f32::from(percent.min(100)) / 100.0).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::dbfs;

    #[test]
    fn the_curve_is_silent_at_0_untouched_at_100_and_as_documented_between() {
        assert_eq!((gain(0), gain(100), gain(255)), (0.0, 1.0, 1.0));
        for (percent, db) in [(80, -5.8), (50, -18.06), (25, -36.1)] {
            let found = dbfs(gain(percent));
            assert!((found - db).abs() < 0.05, "{percent} %: {found} dB");
        }
        assert!((0..100).all(|percent| gain(percent) < gain(percent + 1)));
    }

    #[test]
    fn a_soft_voice_can_be_raised_by_12_db() {
        assert_eq!((voice_gain(0), voice_gain(100)), (0.0, 1.0));
        assert_eq!((voice_gain(200), voice_gain(255)), (4.0, 4.0));
        assert!((20.0 * voice_gain(150).log10() - 7.04).abs() < 0.01);
        assert!((0..200).all(|percent| voice_gain(percent) < voice_gain(percent + 1)));
    }

    #[test]
    fn each_volume_reaches_its_own_gain() {
        let faders = Faders::default();
        faders.set(Volumes {
            calls: 100,
            tones: 0,
            ring: 50,
        });
        let gains = faders.gains();
        assert_eq!((gains.calls, gains.tones, gains.ring), (1.0, 0.0, 0.125));
    }
}
