//! What people say: recordings, built in or from a trainer's folder.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ogg::PacketReader;

/// A recording, 48 kHz mono, samples from -1 to 1. Clones share it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording(Arc<[f32]>);

/// Why a recording cannot be played.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum VoiceError {
    /// No name of a recording.
    #[error(
        "{0:?} is not the name of a voice: use letters, digits, - and _, without .opus or .wav"
    )]
    Name(String),
    /// There is no such recording.
    #[error(
        "there is no voice {0:?}, neither built in nor as a file beside the scenario ({0}.opus or {0}.wav)"
    )]
    Unknown(String),
    /// The file cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file is not one we can play.
    #[error("{path} cannot be played: {reason}. Use Ogg Opus, or WAV at 48 kHz")]
    Format {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl Recording {
    /// Samples at 48 kHz.
    pub fn samples(&self) -> &[f32] {
        &self.0
    }

    /// Finds what a scenario names: a file `<name>.opus` or `<name>.wav` in the scenario's folder, else
    /// what is built in.
    ///
    /// # Errors
    /// There is none, or it cannot be played.
    pub fn find(name: &str, folder: Option<&Path>) -> Result<Self, VoiceError> {
        let plain = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || "-_".contains(c));
        let unknown = || VoiceError::Unknown(name.to_owned());
        // A scenario that somebody sent is not to read files elsewhere.
        plain
            .then_some(())
            .ok_or_else(|| VoiceError::Name(name.to_owned()))?;
        for (ending, read) in [("opus", opus as Read), ("wav", wav as Read)] {
            let Some(path) = folder.map(|folder| folder.join(format!("{name}.{ending}"))) else {
                continue;
            };
            if path.exists() {
                let bytes = fs::read(&path).map_err(|error| VoiceError::Unreadable {
                    path: path.clone(),
                    reason: error.to_string(),
                })?;
                return read(&bytes).map_err(|reason| VoiceError::Format { path, reason });
            }
        }
        let built_in = BUILT_IN.iter().find(|(known, _)| *known == name);
        let (_, bytes) = built_in.ok_or_else(unknown)?;
        opus(bytes).map_err(|reason| VoiceError::Format {
            path: name.into(),
            reason,
        })
    }
}

impl Recording {
    /// How alike the loudest and the softest moments of this recording and the best place in `heard`
    /// are (48 kHz mono): 1 for the same, near 0 for something else. Codecs, delay and loudness make
    /// no difference.
    pub fn likeness_in(&self, heard: &[f32]) -> f32 {
        let (this, heard) = (envelope(self.samples()), envelope(heard));
        let places = (heard.len() + 1).saturating_sub(this.len());
        (0..places)
            .map(|at| correlation(&this, &heard[at..at + this.len()]))
            .fold(0.0, f32::max)
    }
}

/// Loudness of 50 ms around each 10 ms.
fn envelope(samples: &[f32]) -> Vec<f32> {
    let power = |frame: &[f32]| frame.iter().map(|sample| sample * sample).sum::<f32>();
    let powers: Vec<f32> = samples.chunks_exact(480).map(power).collect();
    powers
        .windows(5)
        .map(|around| around.iter().sum::<f32>().sqrt())
        .collect()
}

/// Pearson's; 0 where one of them is even.
fn correlation(one: &[f32], other: &[f32]) -> f32 {
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    let (mean_one, mean_other) = (mean(one), mean(other));
    let (mut both, mut square_one, mut square_other) = (0.0, 0.0, 0.0);
    for (a, b) in one.iter().zip(other) {
        let (a, b) = (a - mean_one, b - mean_other);
        both += a * b;
        square_one += a * a;
        square_other += b * b;
    }
    let size = (square_one * square_other).sqrt();
    if size > 0.0 { both / size } else { 0.0 }
}

impl From<Vec<f32>> for Recording {
    fn from(samples: Vec<f32>) -> Self {
        Self(samples.into())
    }
}

type Read = fn(&[u8]) -> Result<Recording, String>;

/// Ogg Opus (RFC 7845).
fn opus(bytes: &[u8]) -> Result<Recording, String> {
    let mut reader = PacketReader::new(Cursor::new(bytes));
    let mut next = || reader.read_packet().map_err(|error| error.to_string());
    let head = next()?.ok_or("it is empty")?.data;
    if !head.starts_with(b"OpusHead") || head.len() < 19 {
        return Err("it is not Ogg Opus".to_owned());
    }
    if head[18] != 0 {
        return Err("it has more than two channels".to_owned());
    }
    let skip = usize::from(u16::from_le_bytes([head[10], head[11]]));
    // Q7.8 in dB (§5.1).
    let gain = f32::from(i16::from_le_bytes([head[16], head[17]])) / 256.0;
    let gain = 10.0_f32.powf(gain / 20.0);
    next()?.ok_or("it has no sound")?;
    // The decoder mixes stereo down.
    let mut decoder =
        opus::Decoder::new(48_000, opus::Channels::Mono).map_err(|error| error.to_string())?;
    let mut samples = Vec::new();
    let mut block = vec![0.0; LONGEST_PACKET];
    let mut whole = None;
    while let Some(packet) = next()? {
        let decoded = decoder.decode_float(&packet.data, &mut block, false);
        let decoded = decoded.map_err(|error| error.to_string())?;
        samples.extend_from_slice(&block[..decoded]);
        if packet.last_in_stream() {
            whole = usize::try_from(packet.absgp_page()).ok();
        }
        if samples.len() > LONGEST {
            return Err("it is longer than five minutes".to_owned());
        }
    }
    samples.truncate(whole.unwrap_or(usize::MAX));
    samples.drain(..skip.min(samples.len()));
    Ok(sound(samples.into_iter().map(|sample| sample * gain)))
}

fn wav(bytes: &[u8]) -> Result<Recording, String> {
    let mut reader =
        hound::WavReader::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let spec = reader.spec();
    if spec.sample_rate != 48_000 || spec.channels == 0 {
        return Err(format!("it is at {} Hz", spec.sample_rate));
    }
    if reader.duration() as usize > LONGEST {
        return Err("it is longer than five minutes".to_owned());
    }
    let samples: Result<Vec<f32>, hound::Error> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().collect(),
        hound::SampleFormat::Int => {
            let full = (1_i64 << (spec.bits_per_sample - 1)) as f32;
            reader
                .samples::<i32>()
                .map(|sample| sample.map(|value| value as f32 / full))
                .collect()
        }
    };
    let samples = samples.map_err(|error| error.to_string())?;
    let channels = usize::from(spec.channels);
    let mono = samples
        .chunks_exact(channels)
        .map(|frame| frame.iter().sum::<f32>() / channels as f32);
    Ok(sound(mono))
}

/// Whatever a file holds, what comes of it can be played.
fn sound(samples: impl Iterator<Item = f32>) -> Recording {
    let real = samples.map(|sample| if sample.is_finite() { sample } else { 0.0 });
    let samples: Vec<f32> = real.map(|sample| sample.clamp(-1.0, 1.0)).collect();
    samples.into()
}

/// Samples in the longest Opus packet, 120 ms.
const LONGEST_PACKET: usize = 5_760;

/// Samples in five minutes.
const LONGEST: usize = 5 * 60 * 48_000;

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../../assets/voices/", $name, ".opus")))),*]
    };
}

const BUILT_IN: &[(&str, &[u8])] = built_in![
    "maria-1",
    "maria-2",
    "maria-3",
    "maria-bye",
    "tom-1",
    "tom-2",
    "tom-3",
    "tom-bye",
    "callum-1",
    "callum-2",
    "callum-3",
    "callum-bye",
    "priya-1",
    "priya-2",
    "priya-3",
    "priya-bye",
    "walter-1",
    "walter-2",
    "walter-3",
    "walter-bye",
    "slt-hello",
    "rms-hello",
    "awb-hello",
    "nadia-1",
    "nadia-2",
    "viktor-1",
    "viktor-2",
    "ingrid-1",
    "ingrid-2",
    "echo",
    "voicemail",
    "voicemail-again",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn everything_that_is_built_in_can_be_played_and_is_speech() {
        let lines = include_str!("../../../assets/voices/lines.tsv");
        assert_eq!(lines.lines().count(), BUILT_IN.len());
        for line in lines.lines() {
            let name = line.split('\t').next().expect("a name");
            let recording = Recording::find(name, None).unwrap_or_else(|error| panic!("{error}"));
            let seconds = recording.samples().len() as f32 / 48_000.0;
            assert!((1.0..12.0).contains(&seconds), "{name}: {seconds} s");
            let loudest = recording
                .samples()
                .iter()
                .fold(0.0_f32, |most, sample| most.max(sample.abs()));
            assert!((0.3..=1.0).contains(&loudest), "{name}: {loudest}");
        }
    }

    #[test]
    fn a_recording_is_known_again_and_not_taken_for_another() {
        let find = |name| Recording::find(name, None).expect("built in");
        let mut heard = vec![0.0; 12_345];
        heard.extend(find("tom-1").samples().iter().map(|sample| sample * 0.2));
        heard.extend(vec![0.0; 24_000]);
        assert!(find("tom-1").likeness_in(&heard) > 0.95);
        for other in ["maria-1", "callum-1", "tom-2"] {
            let likeness = find(other).likeness_in(&heard);
            assert!(likeness < 0.7, "{other}: {likeness}");
        }
        assert_eq!(find("tom-1").likeness_in(&[]), 0.0);
    }

    #[test]
    fn a_file_beside_the_scenario_comes_first_and_a_bad_one_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: 48_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer =
            hound::WavWriter::create(folder.path().join("maria-1.wav"), spec).expect("creates");
        for _ in 0..480 {
            writer.write_sample(16_384_i16).expect("writes");
            writer.write_sample(0_i16).expect("writes");
        }
        writer.finalize().expect("finishes");
        let found = Recording::find("maria-1", Some(folder.path())).expect("found");
        assert_eq!(found.samples().len(), 480);
        assert!((found.samples()[100] - 0.25).abs() < 0.001);

        fs::write(folder.path().join("bad.opus"), b"OggS?").expect("writes");
        let error = Recording::find("bad", Some(folder.path())).expect_err("bad");
        assert!(
            matches!(&error, VoiceError::Format { path, .. } if path.ends_with("bad.opus")),
            "{error}"
        );
        let find = |name| Recording::find(name, Some(folder.path()));
        assert_eq!(
            find("nobody"),
            Err(VoiceError::Unknown("nobody".to_owned()))
        );
        for name in ["../maria-1", "", "maria-1.opus", "C:maria"] {
            assert_eq!(find(name), Err(VoiceError::Name(name.to_owned())));
        }
    }

    #[test]
    fn what_is_no_number_is_silence_and_nothing_is_too_loud() {
        let strange = [f32::NAN, f32::INFINITY, 3.0, -3.0, 0.5];
        assert_eq!(
            sound(strange.into_iter()).samples(),
            [0.0, 0.0, 1.0, -1.0, 0.5]
        );
    }

    proptest! {
        #[test]
        fn no_file_is_too_strange(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            at in 0_usize..3_000,
        ) {
            let whole = fs::read("../../assets/voices/echo.opus").expect("a recording");
            let mut spec = Vec::new();
            let header = hound::WavSpec { channels: 1, sample_rate: 48_000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
            hound::WavWriter::new(Cursor::new(&mut spec), header).and_then(hound::WavWriter::finalize).expect("a file");
            for good in [whole, spec] {
                let mut bad = good.clone();
                let at = at.min(bad.len());
                bad.splice(at..(at + bytes.len()).min(good.len()), bytes.iter().copied());
                for bytes in [&bytes, &bad] {
                    let _ = (opus(bytes), wav(bytes));
                }
            }
        }
    }
}
