//! Sound as numbers: writing tones, reading recordings, and what is heard in them. Levels are those of
//! a sine of the same power: 0 dBFS is a full-scale sine.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

use crate::error::{Doing, LabError, Result};
use crate::place;

/// Speech to measure with, 16 kHz mono (`lab/sound/README.md`).
pub fn sentence() -> PathBuf {
    place::sources().join("sound/sentence.wav")
}

/// A sine as samples of 16 bit.
pub fn tone(rate: u32, hz: f64, dbfs: f64, seconds: f64) -> Vec<i16> {
    let amplitude = f64::from(i16::MAX) * 10f64.powf(dbfs / 20.0);
    // It repeats itself after a second, or after ten for tenths of a hertz.
    let period = if hz.fract() == 0.0 { rate } else { rate * 10 };
    let sample = |n: u32| amplitude * (TAU * hz * f64::from(n) / f64::from(rate)).sin();
    let once: Vec<i16> = (0..period).map(|n| sample(n).round() as i16).collect();
    once.into_iter()
        .cycle()
        .take((seconds * f64::from(rate)) as usize)
        .collect()
}

/// Writes mono samples as a WAV file.
pub fn write(file: &Path, rate: u32, samples: &[i16]) -> Result<()> {
    let data: Vec<u8> = samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    let length = u32::try_from(data.len())
        .map_err(std::io::Error::other)
        .doing("writing hours of sound")?;
    let mut bytes = Vec::with_capacity(44 + data.len());
    bytes.extend(b"RIFF");
    bytes.extend((36 + length).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * 2).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(length.to_le_bytes());
    bytes.extend(data);
    std::fs::write(file, bytes).doing(format!("writing {}", file.display()))
}

/// Mono sound of 16 bit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// Samples a second.
    pub rate: u32,
    /// The samples.
    pub samples: Vec<i16>,
}

/// What a stretch of sound is, taken as one tone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    /// The frequency in which most of it lies.
    pub hz: f64,
    /// The level of that frequency.
    pub dbfs: f64,
}

impl Sound {
    /// Reads a mono WAV file of 16 bit, also one that is still being written: the lengths in its header
    /// are not believed.
    pub fn read(file: &Path) -> Result<Sound> {
        let bytes = std::fs::read(file).doing(format!("reading {}", file.display()))?;
        Sound::parse(&bytes).ok_or_else(|| LabError::Refused {
            name: file.display().to_string(),
            reason: "not a mono WAV file of 16 bit".to_owned(),
        })
    }

    fn parse(bytes: &[u8]) -> Option<Sound> {
        let word = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let long = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WAVE" {
            return None;
        }
        let (mut at, mut rate) = (12, None);
        loop {
            let name = bytes.get(at..at + 4)?;
            let body = at + 8;
            if name == b"fmt " && word(body + 2)? == 1 && word(body + 14)? == 16 {
                rate = long(body + 4);
            }
            if name == b"data" {
                let samples = bytes[body..]
                    .chunks_exact(2)
                    .map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
                return Some(Sound {
                    rate: rate?,
                    samples: samples.collect(),
                });
            }
            at = body + long(at + 4)? as usize;
        }
    }

    /// How long it is.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate)
    }

    /// The part between two times in seconds; what lies outside is left out.
    pub fn part(&self, from: f64, to: f64) -> Sound {
        let index = |seconds: f64| {
            ((seconds.max(0.0) * f64::from(self.rate)) as usize).min(self.samples.len())
        };
        let (from, to) = (index(from), index(to));
        Sound {
            rate: self.rate,
            samples: self.samples[from.min(to)..to].to_vec(),
        }
    }

    /// The last so many seconds.
    pub fn last(&self, seconds: f64) -> Sound {
        self.part(self.seconds() - seconds, self.seconds())
    }

    /// The level of everything; -120 dBFS is silence.
    pub fn level(&self) -> f64 {
        let power: f64 = self
            .samples
            .iter()
            .map(|&sample| (f64::from(sample) / f64::from(i16::MAX)).powi(2))
            .sum();
        (10.0 * (2.0 * power / self.samples.len().max(1) as f64).log10()).max(-120.0)
    }

    /// The level at one frequency.
    pub fn level_at(&self, hz: f64) -> f64 {
        // Goertzel's recurrence, with a Hann window so that a neighbouring tone does not leak in.
        let length = self.samples.len().max(1) as f64;
        let step = TAU * hz / f64::from(self.rate);
        let (factor, turn) = (2.0 * step.cos(), TAU / length);
        let (mut last, mut before) = (0.0, 0.0);
        let (mut window, mut window_before) = (1.0, turn.cos());
        for &sample in &self.samples {
            (last, before) = (
                f64::from(sample) * (1.0 - window) + factor * last - before,
                last,
            );
            (window, window_before) = (2.0 * turn.cos() * window - window_before, window);
        }
        let power = last * last + before * before - factor * last * before;
        let amplitude = 2.0 * power.max(0.0).sqrt() / length / f64::from(i16::MAX);
        (20.0 * amplitude.log10()).max(-120.0)
    }

    /// When a tone is first this loud, in seconds from the beginning, to 5 ms.
    pub fn first(&self, hz: f64, dbfs: f64) -> Option<f64> {
        let (step, window) = (0.005, 0.01);
        let steps = (self.seconds() / step) as u32;
        (0..steps)
            .map(|n| f64::from(n) * step)
            .find(|&at| self.part(at, at + window).level_at(hz) > dbfs)
    }

    /// In which share of its quarter seconds a tone is heard, within 2 Hz and 1.5 dB. A phone that
    /// moves its buffers' depth by a few ms, which nobody hears in speech, bends a tone for one.
    pub fn share_of(&self, hz: f64, dbfs: f64) -> f64 {
        let quarters = (self.seconds() * 4.0) as u32;
        let heard = (0..quarters).filter(|n| {
            let from = f64::from(*n) / 4.0;
            let tone = self.part(from, from + 0.25).loudest();
            (tone.hz - hz).abs() < 2.0 && (tone.dbfs - dbfs).abs() < 1.5
        });
        heard.count() as f64 / f64::from(quarters.max(1))
    }

    /// The loudest tone between 150 and 3500 Hz in the last quarter of a second.
    pub fn loudest(&self) -> Tone {
        let part = self.last(0.25);
        let slow = part.at_8_khz();
        // Such a window resolves 8 Hz: look every 5 Hz, then closer about the best.
        let best = |candidates: &mut dyn Iterator<Item = f64>| {
            let measured = candidates.map(|hz| (hz, slow.level_at(hz)));
            measured
                .max_by(|(_, a), (_, b)| a.total_cmp(b))
                .map_or(0.0, |(hz, _)| hz)
        };
        let coarse = best(&mut (0..=670).map(|n| 150.0 + 5.0 * f64::from(n)));
        let hz = best(&mut (0..=20).map(|n| coarse - 5.0 + 0.5 * f64::from(n)));
        Tone {
            hz,
            dbfs: part.level_at(hz),
        }
    }

    /// A sixth of the samples of 48 kHz, each the mean of six: enough to find a tone by.
    fn at_8_khz(&self) -> Sound {
        let step = (self.rate / 8000).max(1);
        let mean = |part: &[i16]| {
            part.iter().map(|&sample| i32::from(sample)).sum::<i32>() / part.len() as i32
        };
        let samples = self
            .samples
            .chunks(step as usize)
            .map(|part| mean(part) as i16)
            .collect();
        Sound {
            rate: self.rate / step,
            samples,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_measured_as_it_was_made() {
        let sound = Sound {
            rate: 48_000,
            samples: tone(48_000, 1003.5, -20.0, 0.5),
        };
        let heard = sound.loudest();
        assert!((heard.hz - 1003.5).abs() < 1.0, "{heard:?}");
        assert!((heard.dbfs + 20.0).abs() < 0.2, "{heard:?}");
        assert!((sound.level() + 20.0).abs() < 0.1, "{}", sound.level());
        assert!(sound.level_at(1200.0) < -60.0);
    }

    #[test]
    fn a_tone_that_is_there_half_the_time_has_half_a_share() {
        let mut samples = tone(48_000, 440.0, -20.0, 1.0);
        samples.extend(tone(48_000, 450.0, -20.0, 0.5));
        samples.extend(vec![0; 24_000]);
        let sound = Sound {
            rate: 48_000,
            samples,
        };
        assert_eq!(sound.share_of(440.0, -20.0), 0.5);
        assert_eq!(sound.share_of(440.0, -26.0), 0.0);
    }

    #[test]
    fn a_file_that_is_still_being_written_is_read_to_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x.wav");
        write(&file, 8000, &[1, -2, 3]).unwrap();
        let mut bytes = std::fs::read(&file).unwrap();
        bytes.extend(4i16.to_le_bytes());
        assert_eq!(
            Sound::parse(&bytes),
            Some(Sound {
                rate: 8000,
                samples: vec![1, -2, 3, 4]
            })
        );
        assert_eq!(Sound::parse(b"RIFF"), None);
    }

    #[test]
    fn silence_has_a_level_too() {
        let sound = Sound {
            rate: 8000,
            samples: vec![0; 800],
        };
        assert_eq!(sound.level(), -120.0);
        assert_eq!(
            Sound {
                rate: 8000,
                samples: Vec::new()
            }
            .level(),
            -120.0
        );
    }
}
