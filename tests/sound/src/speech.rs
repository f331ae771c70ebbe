//! What is said: people of the practice contact centre and the lab's sentence, a minute and more.

use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Level of each passage, RMS in dBFS over all of it.
const LEVEL: f32 = -26.0;
/// Silence before and after each recording, in samples of 48 kHz.
const PAUSE: usize = 14_400;

/// Each passage is by one voice and some eight seconds long.
const PASSAGES: &[&[&str]] = &[
    &["maria-1"],
    &["tom-1"],
    &["callum-1", "callum-3"],
    &["walter-1"],
    &["maria-2", "maria-3"],
    &["tom-2", "tom-3"],
    &["sentence"],
    &["callum-2", "callum-bye"],
    &["viktor-2", "viktor-1"],
];

/// Speech with the places of its passages.
#[derive(Clone, Debug)]
pub struct Speech {
    /// 48 kHz.
    pub sound: Vec<f32>,
    /// Where each passage begins and ends, in samples.
    pub passages: Vec<(usize, usize)>,
}

/// Why there is no speech.
#[derive(Debug)]
pub struct Unreadable(PathBuf, String);

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.0.display(), self.1)
    }
}

impl std::error::Error for Unreadable {}

impl Speech {
    /// The first passages, of nine.
    ///
    /// # Errors
    /// A recording cannot be read.
    pub fn load(passages: usize) -> Result<Self, Unreadable> {
        Self::of(PASSAGES.iter().take(passages).copied())
    }

    /// The lab's sentence, so many times: what the bench beside other phones says.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn sentence(times: usize) -> Result<Self, Unreadable> {
        Self::of(std::iter::repeat_n(["sentence"].as_slice(), times))
    }

    fn of<'a>(passages: impl Iterator<Item = &'a [&'a str]>) -> Result<Self, Unreadable> {
        let mut speech = Self {
            sound: Vec::new(),
            passages: Vec::new(),
        };
        for names in passages {
            let from = speech.sound.len();
            for name in names {
                speech.sound.resize(speech.sound.len() + PAUSE, 0.0);
                speech.sound.extend(recording(name)?);
            }
            speech.sound.resize(speech.sound.len() + PAUSE, 0.0);
            level(&mut speech.sound[from..]);
            speech.passages.push((from, speech.sound.len()));
        }
        Ok(speech)
    }
}

fn recording(name: &str) -> Result<Vec<f32>, Unreadable> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if name == "sentence" {
        let path = root.join("tests/interop/lab/sound/sentence.wav");
        let read = hound::WavReader::open(&path).and_then(|mut reader| {
            let samples: Result<Vec<i16>, _> = reader.samples().collect();
            samples
        });
        let low = read.map_err(|error| Unreadable(path, error.to_string()))?;
        return Ok(three_times(&low));
    }
    let path = root.join(format!("assets/voices/{name}.opus"));
    let told = |error: String| Unreadable(path.clone(), error);
    let bytes = std::fs::read(&path).map_err(|error| told(error.to_string()))?;
    let mut reader = ogg::PacketReader::new(Cursor::new(bytes));
    let mut decoder = opus::Decoder::new(48_000, opus::Channels::Mono)
        .map_err(|error| told(error.to_string()))?;
    let mut sound = Vec::new();
    let mut block = vec![0.0; 5_760];
    let mut headers = 2;
    while let Some(packet) = reader
        .read_packet()
        .map_err(|error| told(error.to_string()))?
    {
        if headers > 0 {
            headers -= 1;
            continue;
        }
        let length = decoder
            .decode_float(&packet.data, &mut block, false)
            .map_err(|error| told(error.to_string()))?;
        sound.extend_from_slice(&block[..length]);
    }
    Ok(sound)
}

/// From 16 to 48 kHz, by a windowed sinc of 32 samples either way.
fn three_times(low: &[i16]) -> Vec<f32> {
    const REACH: isize = 32;
    let tap = |distance: f64| {
        let x = std::f64::consts::PI * distance;
        let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
        let window = (std::f64::consts::FRAC_PI_2 * distance / (REACH as f64 + 1.0)).cos();
        sinc * window * window
    };
    (0..low.len() * 3)
        .map(|n| {
            let at = n as f64 / 3.0;
            let centre = at.floor() as isize;
            let sum: f64 = (centre - REACH + 1..=centre + REACH)
                .filter_map(|i| Some((i, low.get(usize::try_from(i).ok()?)?)))
                .map(|(i, sample)| f64::from(*sample) * tap(at - i as f64))
                .sum();
            (sum / 32_768.0) as f32
        })
        .collect()
}

fn level(sound: &mut [f32]) {
    let mean = sound.iter().map(|s| s * s).sum::<f32>() / sound.len() as f32;
    let gain = 10.0_f32.powf(LEVEL / 20.0) / mean.sqrt();
    for sample in sound {
        *sample = (*sample * gain).clamp(-1.0, 1.0);
    }
}
