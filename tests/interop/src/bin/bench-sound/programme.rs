//! What is said: a sentence over and over, and a chirp in each pause to measure the trip with.

use std::path::Path;

use warmline_interop::rivals::Name;
use warmline_interop::sound::{self, Sound};
use warmline_interop::{Result, trip};

/// The programme, and where in it what is. Times in seconds.
pub(crate) struct Programme {
    pub(crate) samples: Vec<i16>,
    /// How many sentences go first and are not scored.
    pub(crate) settling: usize,
    /// How many are scored.
    pub(crate) scored: usize,
    /// How long a sentence is.
    pub(crate) sentence: f64,
    /// From the beginning of one to that of the next.
    pub(crate) period: f64,
}

impl Programme {
    /// For this phone, with so many sentences to be scored.
    pub(crate) fn new(phone: Name, scored: usize) -> Result<Programme> {
        let settling = match phone {
            // Its buffers need 20 s to drain.
            Name::Linphonec => 2,
            Name::Warmline | Name::Baresip | Name::Chromium => 1,
        };
        let sentence = Sound::read(&sound::sentence())?;
        let silence = |seconds: f64| vec![0; (seconds * f64::from(trip::RATE)) as usize];
        let mut turn = sentence.samples.clone();
        turn.extend(silence(BEFORE_CHIRP));
        turn.extend(trip::one());
        turn.extend(silence(AFTER_CHIRP));
        Ok(Programme {
            settling,
            scored,
            sentence: sentence.seconds(),
            period: turn.len() as f64 / f64::from(trip::RATE),
            samples: turn.repeat(settling + scored),
        })
    }

    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        sound::write(file, trip::RATE, &self.samples)
    }

    /// How long what is not scored takes.
    pub(crate) fn settling_s(&self) -> f64 {
        self.settling as f64 * self.period
    }

    /// How long what is scored takes.
    pub(crate) fn scored_s(&self) -> f64 {
        self.scored as f64 * self.period
    }

    /// How long all of it takes.
    pub(crate) fn seconds(&self) -> f64 {
        self.settling_s() + self.scored_s()
    }

    /// When the sentences that are scored begin.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = f64> + '_ {
        (self.settling..self.settling + self.scored).map(|n| n as f64 * self.period)
    }

    /// When the chirp behind a sentence is said that began then.
    pub(crate) fn chirp(&self, sentence: f64) -> f64 {
        sentence + self.sentence + BEFORE_CHIRP
    }

    /// When it began in a recording of what was said.
    pub(crate) fn begin_in(&self, recording: &Sound) -> Option<f64> {
        let onset = |samples: &[i16], rate: u32| {
            let at = samples.iter().position(|x| x.unsigned_abs() > ONSET)?;
            Some(at as f64 / f64::from(rate))
        };
        let here = onset(&self.samples, trip::RATE)?;
        Some(onset(&recording.samples, recording.rate)? - here)
    }
}

/// How many sentences are scored, unless said otherwise.
pub(crate) const SCORED: usize = 3;

const BEFORE_CHIRP: f64 = 0.4;
const AFTER_CHIRP: f64 = 0.5;
/// Louder than any noise of a microphone that is a wire.
const ONSET: u16 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_scored_is_long_enough_for_loss_to_show() {
        let programme = Programme::new(Name::Linphonec, SCORED).unwrap();
        assert!(programme.settling_s() > 17.0);
        assert!(programme.scored_s() > 25.0, "{}", programme.scored_s());
        assert!(programme.sentence < 10.0);
        let length = programme.samples.len() as f64 / f64::from(trip::RATE);
        assert!((length - programme.seconds()).abs() < 1e-9);
        let last = programme.sentences().last().unwrap();
        assert!(programme.chirp(last) + 0.1 < length);
    }

    #[test]
    fn the_beginning_is_found_in_a_recording() {
        let programme = Programme::new(Name::Warmline, 1).unwrap();
        let mut samples = vec![0; 4800];
        samples.extend(programme.samples.iter().flat_map(|&x| [x; 3]));
        let rate = 48_000;
        let begin = programme.begin_in(&Sound { rate, samples }).unwrap();
        assert!((begin - 0.1).abs() < 0.001, "{begin}");
    }
}
