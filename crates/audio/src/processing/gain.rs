//! Raises a soft voice.

use sonora_agc2::adaptive_digital_gain_controller::{AdaptiveDigitalGainController, FrameInfo};
use sonora_agc2::common::{
    ADJACENT_SPEECH_FRAMES_THRESHOLD, SATURATION_PROTECTOR_INITIAL_HEADROOM_DB, float_s16_to_dbfs,
};
use sonora_agc2::noise_level_estimator::NoiseLevelEstimator;
use sonora_agc2::saturation_protector::SaturationProtector;
use sonora_agc2::speech_level_estimator::{AdaptiveDigitalConfig, SpeechLevelEstimator};

use crate::frame::{Frame, mean_square};
use crate::mixer::Limiter;

const SCALE: f32 = 32_768.0;
/// How fast the envelope falls in 10 ms.
const ENVELOPE_FALL: f32 = 0.9;

/// Follows how loud the agent speaks, and lets no noise rise above -50 dBFS.
pub(super) struct Gain {
    noise: NoiseLevelEstimator,
    level: SpeechLevelEstimator,
    headroom: SaturationProtector,
    controller: AdaptiveDigitalGainController,
    limiter: Limiter,
    /// The loudest of late, raised as it was.
    envelope: f32,
}

impl Gain {
    pub(super) fn new() -> Self {
        let config = AdaptiveDigitalConfig {
            headroom_db: 5.0,
            max_gain_db: 30.0,
            // A headset is seldom much too soft: who is, is raised within some words.
            initial_gain_db: 6.0,
            max_gain_change_db_per_second: 6.0,
            max_output_noise_level_dbfs: -50.0,
        };
        let adjacent = ADJACENT_SPEECH_FRAMES_THRESHOLD;
        Self {
            noise: NoiseLevelEstimator::default(),
            level: SpeechLevelEstimator::new(&config, adjacent),
            headroom: SaturationProtector::new(SATURATION_PROTECTOR_INITIAL_HEADROOM_DB, adjacent),
            controller: AdaptiveDigitalGainController::new(config, adjacent),
            limiter: Limiter::new(),
            envelope: 0.0,
        }
    }

    /// `speech` says how likely it is that somebody speaks.
    pub(super) fn process(&mut self, sound: &mut Frame, speech: f32) {
        for sample in &mut *sound {
            *sample *= SCALE;
        }
        let peak_dbfs = float_s16_to_dbfs(peak(sound));
        let noise_rms_dbfs = self.noise.analyze(&[&*sound]);
        let rms_dbfs = float_s16_to_dbfs(mean_square(&*sound).sqrt());
        self.level.update(rms_dbfs, speech);
        let speech_level_dbfs = self.level.level_dbfs();
        self.headroom.analyze(speech, peak_dbfs, speech_level_dbfs);
        let info = FrameInfo {
            speech_probability: speech,
            speech_level_dbfs,
            speech_level_reliable: self.level.is_confident(),
            noise_rms_dbfs,
            headroom_db: self.headroom.headroom_db(),
            limiter_envelope_dbfs: float_s16_to_dbfs(self.envelope),
        };
        self.controller.process(&info, &mut [&mut sound[..]]);
        self.envelope = peak(sound).max(self.envelope * ENVELOPE_FALL);
        for sample in &mut *sound {
            *sample /= SCALE;
        }
        self.limiter.limit(sound);
    }
}

fn peak(sound: &Frame) -> f32 {
    sound.iter().fold(0.0, |most, s| most.max(s.abs()))
}
