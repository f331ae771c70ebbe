//! Whether somebody speaks, 10 ms at a time.

use sonora_agc2::vad_wrapper::VoiceActivityDetectorWrapper;

use super::bands::{LOW_RATE, Low};
use crate::frame::mean_square;

/// Below this (RMS, some -60 dBFS) nobody speaks, and nobody needs to be asked.
const SILENT: f32 = 32.0;
/// From this probability on it counts as speech.
const LIKELY: f32 = 0.8;
/// Soft speech is somebody else's: some -50 dBFS.
const NEAR: f32 = 100.0;

/// A small neural network (the one of WebRTC's gain control), asked only about what could be a voice.
pub(super) struct Speech(VoiceActivityDetectorWrapper);

impl Speech {
    pub(super) fn new() -> Self {
        let backend = sonora_simd::detect_backend();
        Self(VoiceActivityDetectorWrapper::new(backend, LOW_RATE as i32))
    }

    /// How likely it is that somebody speaks, from 0 to 1.
    pub(super) fn probability(&mut self, low: &Low) -> f32 {
        if mean_square(low) < SILENT * SILENT {
            return 0.0;
        }
        self.0.analyze(low)
    }
}

/// Whether it is the agent who speaks.
pub(super) fn is_spoken(low: &Low, probability: f32) -> bool {
    probability > LIKELY && mean_square(low) > NEAR * NEAR
}
