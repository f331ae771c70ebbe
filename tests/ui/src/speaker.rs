//! What a speaker plays, recorded for as long as somebody listens.

use std::{
    io::Read,
    process::Command,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use warmline_interop::{LabError, Pipes, Process, Pulse, Result, sound::Sound};
use warmline_practice::Recording;

use crate::desktop::refused;

/// A recording of one speaker, from when it was asked for until it is dropped.
pub struct Speaker {
    name: String,
    samples: Arc<Mutex<Vec<i16>>>,
    _recorder: Process,
}

impl Speaker {
    /// Listens to the speaker of this name: `speaker`, or one that a test has plugged in.
    ///
    /// # Errors
    /// There is none, or nothing can be recorded.
    pub fn listen(pulse: &Pulse, name: &str) -> Result<Self> {
        let mut command = Command::new("parec");
        command.args(["--raw", "--rate=48000", "--format=s16le", "--channels=1"]);
        command.args(["--latency-msec=20", &format!("--device={name}.monitor")]);
        let mut recorder = pulse.run(&format!("listener-{name}"), command, Pipes::Output)?;
        let mut stdout = recorder.stdout();
        let samples = Arc::new(Mutex::new(Vec::new()));
        let taken = samples.clone();
        // Ends with the recorder: its standard output closes.
        std::thread::spawn(move || {
            let (mut chunk, mut left) = ([0; 4096], Vec::new());
            while let Ok(count @ 1..) = stdout.read(&mut chunk) {
                left.extend_from_slice(&chunk[..count]);
                let whole = left.len() & !1;
                let pairs = left[..whole].chunks_exact(2);
                let pairs = pairs.map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
                taken
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .extend(pairs);
                left.drain(..whole);
            }
        });
        let speaker = Self {
            name: name.to_owned(),
            samples,
            _recorder: recorder,
        };
        speaker.waits("first sound", |sound| {
            (!sound.samples.is_empty()).then_some(())
        })?;
        Ok(speaker)
    }

    /// Waits until somebody has said this, which is one of the recordings of practice.
    ///
    /// # Errors
    /// Nobody has, in time.
    pub fn hears(&self, sentence: &str) -> Result<()> {
        let said = recording(sentence)?;
        self.waits(sentence, |sound| {
            (said.likeness_in(&floats(sound)) >= SURE).then_some(())
        })
    }

    /// How surely this was said so far, 0 to 1.
    ///
    /// # Errors
    /// There is no such recording.
    pub fn likeness(&self, sentence: &str) -> Result<f32> {
        Ok(recording(sentence)?.likeness_in(&floats(&self.so_far())))
    }

    /// Waits until the last half second is this tone, at a level in this range, dBFS.
    ///
    /// # Errors
    /// It is not, in time.
    pub fn hears_tone(&self, hz: f64, from: f64, to: f64) -> Result<()> {
        self.waits(&format!("{hz} Hz at {from} to {to} dBFS"), |sound| {
            let (end, level) = (sound.last(STRETCH), sound.last(STRETCH).level_at(hz));
            // Nearly all of it is the tone.
            (sound.seconds() > STRETCH && (from..=to).contains(&level) && end.level() < level + 2.0)
                .then_some(())
        })
    }

    /// Waits until it has been silent for half a second.
    ///
    /// # Errors
    /// It is not, in time.
    pub fn is_silent(&self) -> Result<()> {
        self.waits("silence", |sound| {
            (sound.seconds() > STRETCH && sound.last(STRETCH).level() < SILENCE).then_some(())
        })
    }

    /// Waits until it is not silent.
    ///
    /// # Errors
    /// It is, all the time.
    pub fn plays(&self) -> Result<()> {
        self.waits("any sound", |sound| {
            (sound.last(STRETCH).level() > LOUD).then_some(())
        })
    }

    /// How long it has been listened to, seconds.
    pub fn seconds(&self) -> f64 {
        self.so_far().seconds()
    }

    /// The longest time without sound since then, seconds of [`Speaker::seconds`].
    pub fn longest_silence(&self, from: f64) -> Duration {
        let sound = self.so_far();
        let rest = sound.part(from, sound.seconds());
        let pieces = rest.samples.chunks(PIECE).map(<[i16]>::to_vec);
        let silent = pieces.map(|samples| {
            let piece = Sound {
                rate: rest.rate,
                samples,
            };
            piece.level() < LOUD
        });
        let (mut run, mut longest) = (0, 0);
        for silent in silent {
            run = if silent { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        Duration::from_millis(longest * PIECE_MS)
    }

    fn so_far(&self) -> Sound {
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        Sound {
            rate: 48_000,
            samples: samples.clone(),
        }
    }

    fn waits<T>(&self, awaited: &str, look: impl Fn(&Sound) -> Option<T>) -> Result<T> {
        let start = Instant::now();
        loop {
            let sound = self.so_far();
            if let Some(seen) = look(&sound) {
                return Ok(seen);
            }
            if start.elapsed() > LIMIT {
                let end = sound.last(STRETCH);
                return Err(LabError::TimedOut {
                    name: self.name.clone(),
                    awaited: awaited.to_owned(),
                    limit: LIMIT,
                    seen: format!("{:?}, {:.1} dBFS in all", end.loudest(), end.level()),
                });
            }
            std::thread::sleep(POLL);
        }
    }
}

fn recording(sentence: &str) -> Result<Recording> {
    Recording::find(sentence, None).map_err(|error| refused("voices", error.to_string()))
}

fn floats(sound: &Sound) -> Vec<f32> {
    let floats = sound
        .samples
        .iter()
        .map(|&sample| f32::from(sample) / 32_768.0);
    floats.collect()
}

/// What is another sentence stays below 0.7.
const SURE: f32 = 0.8;
/// dBFS.
const SILENCE: f64 = -60.0;
const LOUD: f64 = -45.0;
/// Seconds that are judged.
const STRETCH: f64 = 0.5;
/// What silence is looked for in: a hundredth of a second.
const PIECE: usize = 480;
const PIECE_MS: u64 = 10;
const LIMIT: Duration = Duration::from_secs(40);
const POLL: Duration = Duration::from_millis(200);
