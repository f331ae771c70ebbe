//! What the agent should be told of the microphone: speaking while muted, and a microphone that is
//! silent. Counts ticks, so it is as exact as the sound.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::AudioEvent;
use crate::frame::{Frame, mean_square};

/// So much more speech than silence has been heard when it is told: about a second of talking.
const TOLD_AFTER: f32 = 70.0;
/// What a tick of silence takes away from it.
const SILENCE_TAKES: f32 = 0.5;
/// Ticks of silence after which it may be told again.
const PAUSE: u32 = 300;
/// Ticks that pass at least until it is told again.
const BETWEEN: u32 = 2_000;

/// Ticks of one look at the level, and looks after which a level that has not moved is told.
const LOOK: u32 = 10;
const LOOKS: u32 = 100;
/// A level that moves by less than this factor in energy is one that does not move: some 1 dB, twice
/// what chance does to 100 ms of noise, and less than any room does in 10 s.
const STEADY: f32 = 1.26;
/// Energy of -40 dBFS: what is louder is not silent, however steady.
const LOUD: f32 = 1e-4;
/// Energy below the last bit of 16: digital silence.
const NOTHING: f32 = 1e-10;

/// 10 ms of the microphone.
pub(super) struct Heard<'a> {
    /// As it came in.
    pub(super) sound: &'a Frame,
    /// Whether the agent speaks in it.
    pub(super) spoken: bool,
    /// Whether every leg that sends is muted.
    pub(super) muted: bool,
}

/// Watches the microphone while it is in use.
#[derive(Debug, Default)]
pub(super) struct Notice {
    muted: MutedSpeech,
    level: SteadyLevel,
}

impl Notice {
    pub(super) fn listen(&mut self, heard: &Heard, noticed: &Noticed) {
        if self.muted.listen(heard.muted, heard.spoken) {
            noticed.muted_speech.fetch_add(1, Ordering::Release);
        }
        // Who is muted by a switch on the headset knows it, and may be muted here as well.
        let silent = !heard.muted && self.level.listen(heard.sound);
        if heard.muted {
            self.level = SteadyLevel::default();
        }
        noticed.silent.store(silent, Ordering::Release);
    }

    /// The microphone is not in use.
    pub(super) fn rest(&mut self, noticed: &Noticed) {
        self.muted.listen(false, false);
        self.level = SteadyLevel::default();
        noticed.silent.store(false, Ordering::Release);
    }
}

/// Speech of somebody who is muted.
#[derive(Debug, Default)]
struct MutedSpeech {
    /// How much was spoken of late.
    spoken: f32,
    /// Ticks of silence since it was told, and all ticks since; none if it may be told.
    told: Option<(u32, u32)>,
}

impl MutedSpeech {
    /// Whether it is to be told now.
    fn listen(&mut self, muted: bool, spoken: bool) -> bool {
        if let Some((silence, since)) = &mut self.told {
            *silence = if muted && spoken { 0 } else { *silence + 1 };
            *since = since.saturating_add(1);
            if *silence >= PAUSE && *since >= BETWEEN {
                self.told = None;
            }
        }
        if !muted {
            self.spoken = 0.0;
            return false;
        }
        self.spoken = if spoken {
            self.spoken + 1.0
        } else {
            (self.spoken - SILENCE_TAKES).max(0.0)
        };
        let tell = self.spoken >= TOLD_AFTER && self.told.is_none();
        if self.spoken >= TOLD_AFTER {
            self.spoken = 0.0;
        }
        if tell {
            self.told = Some((0, 0));
        }
        tell
    }
}

/// A level that does not move.
#[derive(Debug, Default)]
struct SteadyLevel {
    energy: f32,
    ticks: u32,
    least: f32,
    most: f32,
    looks: u32,
}

impl SteadyLevel {
    /// Whether the level has not moved for 10 s.
    fn listen(&mut self, sound: &Frame) -> bool {
        self.energy += mean_square(sound);
        self.ticks += 1;
        if self.ticks == LOOK {
            let energy = (self.energy / LOOK as f32).max(NOTHING);
            (self.energy, self.ticks) = (0.0, 0);
            let (least, most) = match self.looks {
                0 => (energy, energy),
                _ => (self.least.min(energy), self.most.max(energy)),
            };
            if most > LOUD || most > least * STEADY {
                (self.least, self.most, self.looks) = (energy, energy, 1);
            } else {
                (self.least, self.most) = (least, most);
                self.looks = (self.looks + 1).min(LOOKS);
            }
        }
        self.looks >= LOOKS
    }
}

/// What was noticed, for any thread.
#[derive(Debug, Default)]
pub(crate) struct Noticed {
    muted_speech: AtomicU32,
    silent: AtomicBool,
}

/// What of it was told.
#[derive(Debug, Default)]
pub(crate) struct Reported {
    muted_speech: u32,
    silent: bool,
}

impl Reported {
    /// Whether there is anything to tell.
    pub(crate) fn is_behind(&self, noticed: &Noticed) -> bool {
        self.muted_speech != noticed.muted_speech.load(Ordering::Acquire)
            || self.silent != noticed.silent.load(Ordering::Acquire)
    }

    /// What is to be told next.
    pub(crate) fn next(&mut self, noticed: &Noticed) -> Option<AudioEvent> {
        let muted_speech = noticed.muted_speech.load(Ordering::Acquire);
        if muted_speech != self.muted_speech {
            self.muted_speech = muted_speech;
            return Some(AudioEvent::MutedSpeech);
        }
        let silent = noticed.silent.load(Ordering::Acquire);
        if silent != self.silent {
            self.silent = silent;
            return Some(AudioEvent::SilentMicrophone(silent));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::frame::SILENCE;
    use crate::testing::{babble, sine};

    /// Ticks in which it was told.
    fn told(talk: impl IntoIterator<Item = (bool, bool)>) -> Vec<usize> {
        let mut machine = MutedSpeech::default();
        let told = talk.into_iter().enumerate();
        let told = told.filter(|(_, (muted, spoken))| machine.listen(*muted, *spoken));
        told.map(|(tick, _)| tick).collect()
    }

    #[test]
    fn a_second_of_speech_while_muted_is_told_once_until_there_was_a_pause() {
        let words = |n: usize| n % 30 < 24;
        let talk = (0..6_000).map(|n| (true, words(n)));
        let first = told(talk);
        assert_eq!(first.len(), 1, "{first:?}");
        assert!((70..150).contains(&first[0]), "{first:?}");
        // Three seconds of silence, and twenty seconds after the first time.
        let talk = (0..6_000).map(|n| (true, words(n) && !(1_000..1_400).contains(&n)));
        let twice = told(talk);
        assert_eq!(twice.len(), 1, "not within 20 s: {twice:?}");
        let talk = (0..6_000).map(|n| (true, words(n) && !(2_500..2_900).contains(&n)));
        assert_eq!(told(talk).len(), 2);
    }

    #[test]
    fn a_cough_or_a_word_is_nothing_nor_is_speech_that_is_sent() {
        assert_eq!(told((0..1_000).map(|n| (true, n % 200 < 40))), []);
        assert_eq!(told((0..1_000).map(|_| (false, true))), []);
        let toggled = (0..1_000).map(|n| (n % 60 < 50, true));
        assert_eq!(told(toggled), [], "each time it began anew");
    }

    proptest! {
        #[test]
        fn it_is_never_told_twice_within_20_s(
            runs in prop::collection::vec((any::<(bool, bool)>(), 1usize..400), 0..60),
        ) {
            let told = told(runs.into_iter().flat_map(|(tick, count)| vec![tick; count]));
            prop_assert!(told.windows(2).all(|pair| pair[1] - pair[0] >= BETWEEN as usize));
        }
    }

    /// The tick in which silence was told, and the one in which it was taken back.
    fn silent(sound: &[f32], muted: impl Fn(usize) -> bool) -> (Option<usize>, Option<usize>) {
        let (mut notice, noticed) = (Notice::default(), Noticed::default());
        let mut reported = Reported::default();
        let (mut told, mut back) = (None, None);
        for (tick, sound) in sound.as_chunks().0.iter().enumerate() {
            let muted = muted(tick);
            let heard = Heard {
                sound,
                spoken: false,
                muted,
            };
            notice.listen(&heard, &noticed);
            match reported.next(&noticed) {
                Some(AudioEvent::SilentMicrophone(true)) => told = told.or(Some(tick)),
                Some(AudioEvent::SilentMicrophone(false)) => back = back.or(Some(tick)),
                other => assert_eq!(other, None),
            }
        }
        (told, back)
    }

    fn hiss(samples: usize, loud: f32) -> Vec<f32> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) as f32 / 8_388_608.0 - 1.0) * loud
        };
        (0..samples).map(|_| next()).collect()
    }

    #[test]
    fn ten_seconds_of_silence_hiss_or_faint_hum_are_told_and_taken_back_with_the_first_sound() {
        let seconds = 48_000;
        for dead in [
            vec![0.0; 12 * seconds],
            hiss(12 * seconds, 0.001),
            sine(50.0, 12 * seconds)
                .into_iter()
                .map(|s| s * 0.01)
                .collect(),
        ] {
            let mut sound = dead;
            sound.extend(babble(2 * seconds));
            let (told, back) = silent(&sound, |_| false);
            assert_eq!(told, Some(999));
            assert!(
                back.is_some_and(|tick| (1_200..1_250).contains(&tick)),
                "{back:?}"
            );
        }
    }

    #[test]
    fn a_room_is_no_dead_microphone_nor_is_one_that_is_muted() {
        let mut room = hiss(48_000 * 30, 0.000_5);
        for (n, sample) in room.iter_mut().enumerate() {
            // Somebody breathes.
            *sample *= 1.0 + 0.4 * (n as f32 / 48_000.0 * 1.5).sin();
        }
        assert_eq!(silent(&room, |_| false), (None, None));
        let loud_hum = sine(50.0, 48_000 * 15);
        assert_eq!(silent(&loud_hum, |_| false), (None, None));
        assert_eq!(silent(&[0.0; 48_000 * 15], |_| true), (None, None));
        let (told, back) = silent(&[0.0; 48_000 * 15], |tick| tick > 1_200);
        assert_eq!((told, back), (Some(999), Some(1_201)));
    }

    #[test]
    fn a_microphone_that_nobody_uses_is_not_silent() {
        let (mut notice, noticed) = (Notice::default(), Noticed::default());
        let mut reported = Reported::default();
        for _ in 0..1_000 {
            let heard = Heard {
                sound: &SILENCE,
                spoken: false,
                muted: false,
            };
            notice.listen(&heard, &noticed);
        }
        assert_eq!(
            reported.next(&noticed),
            Some(AudioEvent::SilentMicrophone(true))
        );
        assert!(!reported.is_behind(&noticed));
        notice.rest(&noticed);
        assert!(reported.is_behind(&noticed));
        assert_eq!(
            reported.next(&noticed),
            Some(AudioEvent::SilentMicrophone(false))
        );
    }
}
