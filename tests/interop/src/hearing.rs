//! Who hears whom, and when. Each voice is a tone of its own, so a recording tells.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{LabError, Result};
use crate::sound::Sound;

/// Whose voice it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Voice {
    /// The agent's.
    Agent,
    /// The customer's.
    Customer,
    /// The expert's.
    Expert,
    /// The PBX's music, for whoever is on hold.
    Music,
    /// The PBX's ringing tone, for whoever is sent on and waits for an answer.
    Ringing,
}

impl Voice {
    /// All there are.
    pub const ALL: [Voice; 5] = [
        Voice::Agent,
        Voice::Customer,
        Voice::Expert,
        Voice::Music,
        Voice::Ringing,
    ];

    /// Its tone; far from the others' overtones.
    pub fn hz(self) -> f64 {
        match self {
            Voice::Agent => 1130.0,
            Voice::Customer => 500.0,
            Voice::Expert => 830.0,
            Voice::Music => 660.0,
            Voice::Ringing => 380.0,
        }
    }
}

impl fmt::Display for Voice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Voice::Agent => "agent",
            Voice::Customer => "customer",
            Voice::Expert => "expert",
            Voice::Music => "music",
            Voice::Ringing => "ringing",
        })
    }
}

/// The voices in a stretch of sound.
pub fn voices(sound: &Sound) -> Vec<Voice> {
    let heard = |voice: &Voice| sound.level_at(voice.hz()) > AUDIBLE;
    Voice::ALL.into_iter().filter(heard).collect()
}

/// A recording that grows, listened to from some moment on.
#[derive(Clone, Debug)]
pub struct Ear {
    name: &'static str,
    file: PathBuf,
    from: f64,
}

impl Ear {
    /// Listens from now on. `name` is whose ear it is.
    pub fn from_now(name: &'static str, file: &Path) -> Ear {
        Ear {
            name,
            file: file.to_owned(),
            from: Sound::read(file).map_or(0.0, |sound| sound.seconds()),
        }
    }

    /// What was heard so far, half second by half second.
    pub fn halves(&self) -> Vec<Vec<Voice>> {
        let sound = self.sound();
        let halves = (sound.seconds() / HALF) as u32;
        (0..halves)
            .map(|n| voices(&sound.part(f64::from(n) * HALF, f64::from(n + 1) * HALF)))
            .collect()
    }

    /// What is heard right now: in the last half second. A recording that does not grow any more is
    /// heard by nobody.
    pub fn now(&self) -> Vec<Voice> {
        let old = std::fs::metadata(&self.file)
            .and_then(|data| data.modified())
            .ok()
            .and_then(|written| written.elapsed().ok())
            .is_none_or(|age| age.as_secs_f64() > 2.0 * HALF);
        let sound = self.sound();
        if old || sound.seconds() < HALF {
            return Vec::new();
        }
        voices(&sound.last(HALF))
    }

    /// The longest time without any voice so far, s.
    pub fn longest_silence(&self) -> f64 {
        let halves = self.halves();
        let silences = halves
            .chunk_by(|a, b| a == b)
            .filter(|same| same[0].is_empty());
        silences
            .map(|same| same.len() as f64 * HALF)
            .fold(0.0, f64::max)
    }

    /// How long a voice was not heard so far, all in all, to a tenth of a second.
    pub fn silence(&self, of: Voice) -> Duration {
        let sound = self.sound();
        let tenths = (sound.seconds() * 10.0) as u32;
        let silent = (0..tenths)
            .map(|n| f64::from(n) / 10.0)
            .filter(|&at| sound.part(at, at + 0.1).level_at(of.hz()) < AUDIBLE);
        Duration::from_millis(100) * silent.count() as u32
    }

    /// Listens until just these voices are heard for half a second.
    pub fn hears(&self, wanted: &[Voice], limit: Duration) -> Result<()> {
        let start = Instant::now();
        let mut wanted = wanted.to_vec();
        wanted.sort();
        loop {
            if self.sound().seconds() >= HALF && self.now() == wanted {
                return Ok(());
            }
            if start.elapsed() > limit {
                return Err(LabError::TimedOut {
                    name: format!("what the {} hears", self.name),
                    awaited: format!("{wanted:?}"),
                    limit,
                    seen: said(&self.halves()),
                });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn sound(&self) -> Sound {
        let empty = Sound {
            rate: 8000,
            samples: Vec::new(),
        };
        let sound = Sound::read(&self.file).unwrap_or(empty);
        // A recording may have begun anew, with another call.
        let from = if sound.seconds() < self.from {
            0.0
        } else {
            self.from
        };
        sound.part(from, sound.seconds())
    }
}

/// What was heard as words: `nobody 0.5 s, music 2.0 s, expert 3.5 s`.
pub fn said(halves: &[Vec<Voice>]) -> String {
    let stretches = halves.chunk_by(|a, b| a == b).map(|stretch| {
        let seconds = stretch.len() as f64 * HALF;
        format!("{} {seconds:.1} s", together(&stretch[0]))
    });
    stretches.collect::<Vec<_>>().join(", ")
}

/// Voices that are heard at once.
pub fn together(voices: &[Voice]) -> String {
    if voices.is_empty() {
        return "nobody".to_owned();
    }
    let names: Vec<_> = voices.iter().map(Voice::to_string).collect();
    names.join(" and ")
}

/// How much is judged at once, s.
const HALF: f64 = 0.5;
/// Voices are -20 dBFS; what is left of one that is not there is far below this.
const AUDIBLE: f64 = -40.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::tone;

    #[test]
    fn voices_are_told_apart() {
        let mut samples: Vec<i16> = vec![0; 4000];
        for voice in [Voice::Customer, Voice::Music] {
            for (sample, more) in samples.iter_mut().zip(tone(8000, voice.hz(), -20.0, 0.5)) {
                *sample += more;
            }
        }
        let sound = Sound {
            rate: 8000,
            samples,
        };
        assert_eq!(voices(&sound), [Voice::Customer, Voice::Music]);
        let silence = Sound {
            rate: 8000,
            samples: vec![0; 4000],
        };
        assert_eq!(voices(&silence), []);
    }

    #[test]
    fn stretches_are_said_in_words() {
        let halves = [
            vec![],
            vec![Voice::Agent],
            vec![Voice::Agent],
            vec![Voice::Agent, Voice::Expert],
        ];
        assert_eq!(
            said(&halves),
            "nobody 0.5 s, agent 1.0 s, agent and expert 0.5 s"
        );
    }
}
