//! What need not be sent while nobody speaks: voice activity, and comfort noise in place of silence.
//!
//! A silence is known by what it was like before: noise whose spectrum is known is predictable, and a
//! filter takes most of it away. What a voice adds is not, so even a soft consonant in a loud room stands
//! out behind the filter. It errs towards sound: it has to hear half a second of steady noise before it
//! leaves anything out, never leaves out a tone, and goes on after a word.

use super::comfort_noise::{Autocorrelation, Model, Noise, RATE};

/// Sound is looked at every 10 ms, the last 20 ms of it.
const HOP: usize = RATE / 100;
const WINDOW: usize = 2 * HOP;

/// Looks of half a second, of which a new kind of noise is learnt if they are all alike.
const LEARNT: usize = 50;
/// How much louder than the softest of them the loudest may be. A voice does not stay within it.
const ALIKE: f32 = 4.0;
/// What is softer than this is silent whatever it sounds like: -75 dBFS.
const INAUDIBLE: f32 = 3.2e-8;
/// What is louder than this is meant to be heard: -32 dBFS.
const LOUD: f32 = 6.3e-4;
/// A spectrum that predicts all but this is a tone.
const TONE: f32 = 0.01;
/// How much more than of the noise itself is left behind the filter if somebody speaks: 4 dB.
const VOICE: f32 = 2.5;
/// How far the noise known follows the noise heard, each 10 ms.
const FOLLOW: f32 = 0.04;
/// A voice goes on for as long as it spoke and a little, within these, in looks.
const SHORTEST_REST: usize = 6;
const LONGEST_REST: usize = 20;

/// A silence is told anew when it is so many dB louder or softer than told, or after so many ms: whoever
/// hears nothing at all may think that nobody is there.
const CHANGED: u8 = 2;
const TOLD_FOR: u32 = 400;

/// What is to be sent of a packet's time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Turn {
    /// The sound itself.
    Sound,
    /// What the silence is like.
    Noise(Noise),
    /// Nothing: it is as it was told.
    Nothing,
}

/// Listens to what is to be sent.
pub(crate) struct Silence {
    /// What was heard last, of which a look takes what fits into its window.
    heard: [f32; WINDOW],
    fade: [f32; WINDOW],
    trial: Trial,
    known: Option<(Autocorrelation, Model)>,
    /// Looks for which a voice has been there, and for which it is still taken to be.
    spoken: usize,
    rest: usize,
    /// What was told of this silence, and how long ago in ms; `None` while somebody speaks.
    told: Option<(Noise, u32)>,
}

impl Silence {
    pub(crate) fn new() -> Self {
        let fade = std::array::from_fn(|n| {
            let phase = std::f32::consts::TAU * (n as f32 + 0.5) / WINDOW as f32;
            // A window of power one, so that what it shows is as loud as it was.
            (0.5 - 0.5 * phase.cos()) / 0.375_f32.sqrt()
        });
        Self {
            heard: [0.0; WINDOW],
            fade,
            trial: Trial::new(Autocorrelation::default().model()),
            known: None,
            spoken: 0,
            rest: LONGEST_REST,
            told: None,
        }
    }

    /// Takes the sound of a packet, at 8 kHz and whole tens of milliseconds of it.
    pub(crate) fn turn(&mut self, sound: &[f32]) -> Turn {
        let mut silent = true;
        for hop in sound.as_chunks::<HOP>().0 {
            silent &= !self.look(hop);
        }
        let noise = match &self.known {
            Some((known, _)) if silent => known.noise(),
            _ => {
                self.told = None;
                return Turn::Sound;
            }
        };
        let length = (sound.len() / (RATE / 1_000)) as u32;
        if let Some((told, ago)) = &mut self.told {
            *ago += length;
            if told.level.abs_diff(noise.level) < CHANGED && *ago < TOLD_FOR {
                return Turn::Nothing;
            }
        }
        self.told = Some((noise, 0));
        Turn::Noise(noise)
    }

    /// Takes 10 ms; whether somebody speaks, or has just spoken.
    fn look(&mut self, hop: &[f32; HOP]) -> bool {
        self.heard.copy_within(HOP.., 0);
        self.heard[HOP..].copy_from_slice(hop);
        let mut seen = self.heard;
        seen.iter_mut().zip(&self.fade).for_each(|(s, f)| *s *= f);
        let seen = Autocorrelation::of(&seen);
        if seen.power() < INAUDIBLE {
            // What is not heard says nothing of the room: somebody has muted.
            self.known = Some((
                Autocorrelation::default(),
                Autocorrelation::default().model(),
            ));
        } else {
            self.learn(&seen);
        }
        if self.is_voice(&seen) {
            self.spoken += 1;
            self.rest = (SHORTEST_REST + self.spoken).min(LONGEST_REST);
            return true;
        }
        if self.rest > 0 {
            self.rest -= 1;
            return true;
        }
        self.spoken = 0;
        if let Some((known, model)) = &mut self.known {
            known.approach(&seen, FOLLOW);
            *model = known.model();
        }
        false
    }

    /// Whether there is more in the sound than the noise that is known.
    fn is_voice(&self, seen: &Autocorrelation) -> bool {
        if seen.power() < INAUDIBLE {
            return false;
        }
        let Some((known, model)) = &self.known else {
            return true;
        };
        seen.power() > LOUD || model.residue(seen) > VOICE * model.residue(known)
    }

    /// Takes steady sound for the noise of a room.
    fn learn(&mut self, seen: &Autocorrelation) {
        let trial = &mut self.trial;
        let residue = trial.model.residue(seen);
        trial.softest = trial.softest.min(residue);
        trial.loudest = trial.loudest.max(residue);
        trial.looks += 1;
        trial.mean.approach(seen, 1.0 / trial.looks as f32);
        if trial.looks < LEARNT {
            return;
        }
        let model = trial.mean.model();
        let alike = trial.loudest <= ALIKE * trial.softest;
        if alike && trial.mean.power() < LOUD && model.unpredicted > TONE {
            self.known = Some((trial.mean, model));
        }
        *trial = Trial::new(model);
    }
}

/// Half a second that may turn out to be steady noise.
struct Trial {
    /// Looks so far, and the mean of them.
    looks: usize,
    mean: Autocorrelation,
    /// What was there before, behind which all kinds of noise are about equally unsteady.
    model: Model,
    /// The least and the most left of a look behind it.
    softest: f32,
    loudest: f32,
}

impl Trial {
    fn new(model: Model) -> Self {
        Self {
            looks: 0,
            mean: Autocorrelation::default(),
            model,
            softest: f32::MAX,
            loudest: 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::babble;

    const PACKET: usize = RATE / 50;

    struct Dice(u32);

    impl Dice {
        fn noise(&mut self, amplitude: f32, samples: usize) -> Vec<f32> {
            let next = || {
                self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                amplitude * (self.0 as i32 as f32 / 2_147_483_648.0)
            };
            std::iter::repeat_with(next).take(samples).collect()
        }
    }

    /// A second of babble at 8 kHz, without the pauses in it.
    fn voice() -> Vec<f32> {
        let speech = babble(48_000);
        speech.chunks(6).map(|six| six[0]).collect()
    }

    fn turns(silence: &mut Silence, sound: &[f32]) -> Vec<Turn> {
        let packets = sound.as_chunks::<PACKET>().0;
        packets.iter().map(|packet| silence.turn(packet)).collect()
    }

    fn sounds(turns: &[Turn]) -> usize {
        turns.iter().filter(|turn| **turn == Turn::Sound).count()
    }

    #[test]
    fn steady_noise_is_told_of_and_then_only_now_and_then() {
        let mut silence = Silence::new();
        let turns = turns(&mut silence, &Dice(1).noise(0.003, 5 * RATE));
        let sent = sounds(&turns);
        assert!((25..50).contains(&sent), "{sent} packets to learn it");
        let told = turns.iter().filter(|turn| matches!(turn, Turn::Noise(_)));
        let told = told.count();
        assert!((10..14).contains(&told), "{told} descriptions");
        let first = turns.iter().find(|turn| **turn != Turn::Sound);
        let Some(Turn::Noise(noise)) = first else {
            panic!("silence begins with its description: {first:?}");
        };
        // -50.5 dBFS peak is -55.2 dB of power.
        assert!(noise.level.abs_diff(55) <= 1, "{noise:?}");
        assert!(matches!(turns.last(), Some(Turn::Noise(_) | Turn::Nothing)));
    }

    #[test]
    fn a_voice_is_sent_from_its_first_packet_and_a_little_beyond_its_last() {
        let mut silence = Silence::new();
        let mut dice = Dice(2);
        turns(&mut silence, &dice.noise(0.003, 3 * RATE));
        let voice: Vec<f32> = voice();
        let mixed: Vec<f32> = voice
            .iter()
            .zip(dice.noise(0.003, RATE))
            .map(|(voice, noise)| voice + noise)
            .collect();
        let loudest = mixed.iter().fold(0.0_f32, |most, s| most.max(s.abs()));
        assert!(loudest > 0.05, "{loudest}");
        let spoken = turns(&mut silence, &mixed);
        let first = mixed.iter().position(|s| s.abs() > 0.02).expect("speaks");
        let first_sent = spoken.iter().position(|turn| *turn == Turn::Sound);
        let first_sent = first_sent.expect("is sent");
        assert!(first_sent <= first / PACKET, "{first_sent}: {first}");
        let after = turns(&mut silence, &dice.noise(0.003, RATE));
        let over = after.iter().position(|turn| *turn != Turn::Sound);
        assert!((3..14).contains(&over.expect("ends")), "{over:?}");
        assert!(matches!(after[over.expect("ends")], Turn::Noise(_)));
    }

    #[test]
    fn a_consonant_no_louder_than_the_room_is_heard() {
        // The room hums low; an s is as loud, and high.
        let mut dice = Dice(3);
        let mut low = 0.0;
        let mut hum = |samples| -> Vec<f32> {
            let noise = dice.noise(0.02, samples);
            let smooth = |x: f32| {
                low += 0.1 * (x - low);
                low
            };
            noise.into_iter().map(smooth).collect()
        };
        let mut silence = Silence::new();
        turns(&mut silence, &hum(3 * RATE));
        let room = hum(RATE / 10);
        let hiss = Dice(4).noise(0.008, RATE / 10 + 1);
        let high = hiss.windows(2).map(|pair| 0.5 * (pair[1] - pair[0]));
        let both: Vec<f32> = room.iter().zip(high).map(|(a, b)| a + b).collect();
        assert_eq!(sounds(&turns(&mut silence, &both)), 5);
    }

    #[test]
    fn louder_noise_is_learnt_and_told() {
        let mut silence = Silence::new();
        turns(&mut silence, &Dice(5).noise(0.001, 3 * RATE));
        let louder = turns(&mut silence, &Dice(6).noise(0.01, 3 * RATE));
        assert!(sounds(&louder[..20]) == 20, "it may be anything");
        let sent = sounds(&louder);
        assert!(sent < 60, "{sent} packets to learn it");
        let told = louder.iter().find_map(|turn| match turn {
            Turn::Noise(noise) => Some(noise.level),
            _ => None,
        });
        assert!(told.expect("told").abs_diff(45) <= 1, "{told:?}");
    }

    #[test]
    fn a_tone_and_what_is_loud_are_never_silence() {
        let mut silence = Silence::new();
        let tone: Vec<f32> = (0..5 * RATE)
            .map(|n| 0.01 * (std::f32::consts::TAU * 0.05 * n as f32).sin())
            .collect();
        let tone = turns(&mut silence, &tone);
        assert_eq!(sounds(&tone), tone.len());
        let roar = turns(&mut silence, &Dice(7).noise(0.1, 5 * RATE));
        assert_eq!(sounds(&roar), roar.len());
    }

    #[test]
    fn nothing_at_all_is_silence_at_once() {
        let mut silence = Silence::new();
        let turns = turns(&mut silence, &[0.0; 2 * RATE]);
        let sent = sounds(&turns);
        assert!(sent <= LONGEST_REST / 2, "{sent}");
        let first = turns.iter().find(|turn| **turn != Turn::Sound);
        assert_eq!(first, Some(&Turn::Noise(Noise::NONE)));
    }
}
