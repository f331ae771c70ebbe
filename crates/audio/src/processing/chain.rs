//! All that is done to the voice, in order: high-pass, echo, noise on the lower part at 16 kHz; put
//! together again, strong noise suppression and gain on the whole.

use nnnoiseless::DenoiseState;
use sonora_ns::config::{NsConfig, SuppressionLevel};
use sonora_ns::noise_suppressor::NoiseSuppressor;

use super::bands::{self, LOW, Low, Lower, Whole};
use super::echo::{self, EchoCanceller};
use super::gain::Gain;
use super::high_pass::HighPass;
use super::speech::{self, Speech};
use super::{NoiseSuppression, Processing};
use crate::frame::{FRAME, Frame, SILENCE};

/// By how much moderate noise suppression delays the lower part.
const NOISE_DELAY: usize = 96;
/// By how much the strong one does, in µs: a frame of its own.
const STRONG_DELAY_US: u32 = 10_000;
const SCALE: f32 = 32_768.0;

/// The parts of a setting. What is learnt of room, noise and voice is in boxes, to be handed on to the
/// next setting.
pub(super) struct Chain {
    lower: Lower,
    played: Lower,
    high_pass: Option<HighPass>,
    echo: Option<Box<EchoCanceller>>,
    moderate: Option<Box<NoiseSuppressor>>,
    whole: Option<Whole>,
    strong: Option<Box<DenoiseState<'static>>>,
    speech: Speech,
    gain: Option<Box<Gain>>,
    delay_us: u32,
}

/// What is known besides the sound itself.
pub(super) struct Around<'a> {
    /// What was played in the last tick.
    pub(super) played: &'a Frame,
    /// How long sound takes out and in again, in ms, as far as known.
    pub(super) delay_ms: u32,
    /// Whether somebody wants to know who speaks.
    pub(super) listens: bool,
}

impl Chain {
    pub(super) fn new(settings: Processing) -> Self {
        let on = |on: bool| on.then_some(());
        let echo = on(settings.echo_cancellation);
        let moderate = on(settings.noise_suppression == NoiseSuppression::Moderate);
        let strong = on(settings.noise_suppression == NoiseSuppression::Strong);
        let high_pass = on(settings.high_pass || settings.echo_cancellation);
        let works_below = high_pass.or(moderate);
        let delay = echo.map_or(0, |()| echo::DELAY) + moderate.map_or(0, |()| NOISE_DELAY);
        let below_us = works_below.map_or(0, |()| bands::delay_us(delay));
        let strong_us = strong.map_or(0, |()| STRONG_DELAY_US);
        let level = NsConfig {
            target_level: SuppressionLevel::K12dB,
        };
        Self {
            lower: Lower::new(),
            played: Lower::new(),
            high_pass: high_pass.map(|()| HighPass::new()),
            echo: echo.map(|()| Box::new(EchoCanceller::new())),
            moderate: moderate.map(|()| Box::new(NoiseSuppressor::new(level))),
            whole: works_below.map(|()| Whole::new(delay)),
            strong: strong.map(|()| DenoiseState::new()),
            speech: Speech::new(),
            gain: on(settings.automatic_gain).map(|()| Box::new(Gain::new())),
            delay_us: below_us + strong_us,
        }
    }

    /// By how much it delays the sound, in µs.
    pub(super) fn delay_us(&self) -> u32 {
        self.delay_us
    }

    /// Takes over what an earlier setting has learnt.
    pub(super) fn inherit(&mut self, other: &mut Self) {
        fn exchange<T>(new: &mut Option<T>, old: &mut Option<T>) {
            if new.is_some() && old.is_some() {
                std::mem::swap(new, old);
            }
        }
        exchange(&mut self.echo, &mut other.echo);
        exchange(&mut self.moderate, &mut other.moderate);
        exchange(&mut self.strong, &mut other.strong);
        exchange(&mut self.gain, &mut other.gain);
    }

    /// Works on 10 ms. Says whether the agent speaks, if somebody wants to know.
    pub(super) fn process(&mut self, sound: &mut Frame, around: &Around) -> bool {
        let asks = around.listens || self.gain.is_some();
        let mut low = [0.0; LOW];
        if self.whole.is_some() || (asks && self.strong.is_none()) {
            low = self.lower.take(sound);
            let before = low;
            self.work_below(&mut low, around);
            if let Some(whole) = &mut self.whole {
                whole.put(sound, &before, &low);
            }
        }
        let (probability, spoken) = match &mut self.strong {
            Some(strong) => {
                let mut noisy = SILENCE;
                for (noisy, sample) in noisy.iter_mut().zip(&*sound) {
                    *noisy = sample * SCALE;
                }
                let mut clean = SILENCE;
                let probability = strong.process_frame(&mut clean, &noisy);
                let near = sample_of_each(&clean);
                for (sample, clean) in sound.iter_mut().zip(&clean) {
                    *sample = clean / SCALE;
                }
                (probability, speech::is_spoken(&near, probability))
            }
            None if asks => {
                let probability = self.speech.probability(&low);
                (probability, speech::is_spoken(&low, probability))
            }
            None => (0.0, false),
        };
        if let Some(gain) = &mut self.gain {
            gain.process(sound, probability);
        }
        spoken
    }

    fn work_below(&mut self, low: &mut Low, around: &Around) {
        if let Some(high_pass) = &mut self.high_pass {
            high_pass.process(low);
        }
        let mut raw = *low;
        if let Some(echo) = &mut self.echo {
            echo.hint_delay(around.delay_ms);
            let played = self.played.take(around.played);
            raw = echo.process(low, &played);
        }
        if let Some(noise) = &mut self.moderate {
            // Noise is judged by what came in: where an echo was, there is none left.
            noise.analyze(&raw);
            noise.process(low);
        }
    }
}

/// Enough to tell how loud it is.
fn sample_of_each(sound: &Frame) -> Low {
    std::array::from_fn(|n| sound[n * (FRAME / LOW)])
}
