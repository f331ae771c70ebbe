//! What is said into the virtual microphone and comes out of the virtual speaker, on one clock.

use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::process::{Pipes, Process};
use crate::pulse::Pulse;
use crate::sound::Sound;

/// A recording under way of both channels of a [`Pulse`].
pub struct Recorder {
    process: Process,
    reader: JoinHandle<(Vec<i16>, Option<Instant>)>,
}

/// Both channels of a recording.
#[derive(Clone, Debug)]
pub struct Room {
    /// What was said into the microphone.
    pub microphone: Sound,
    /// What came out of the speaker, sample by sample at the same times.
    pub speaker: Sound,
    /// When the first sample was recorded.
    pub began: Instant,
}

impl Pulse {
    /// Records the room from now on.
    pub fn record(&self) -> Result<Recorder> {
        let mut command = Command::new("parec");
        command.args([
            "--raw",
            "--device=room.monitor",
            "--rate=48000",
            "--format=s16le",
            "--channels=2",
        ]);
        command.args(["--channel-map=front-left,front-right", "--latency-msec=10"]);
        let mut process = self.run("recorder", command, Pipes::Output)?;
        let mut stdout = process.stdout();
        let (sender, began) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || {
            let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
            // When the first sample was taken, by the chunk that was delayed least.
            let mut zero: Option<Instant> = None;
            while let Ok(count @ 1..) = stdout.read(&mut chunk) {
                bytes.extend_from_slice(&chunk[..count]);
                let length = Duration::from_secs_f64((bytes.len() / 4) as f64 / f64::from(RATE));
                let guess = Instant::now().checked_sub(length);
                zero = zero.map_or(guess, |zero| guess.map(|guess| guess.min(zero)));
                let _ = sender.send(());
            }
            (
                bytes
                    .chunks_exact(2)
                    .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
                    .collect(),
                zero,
            )
        });
        let mut recorder = Recorder { process, reader };
        recorder
            .process
            .ready_when(Duration::from_secs(5), || began.try_recv().is_ok())?;
        Ok(recorder)
    }

    /// Says a WAV file into the microphone. It is over when the process ends.
    pub fn say(&self, file: &Path) -> Result<Process> {
        let mut command = Command::new("paplay");
        command
            .args(["--device=mouth", "--latency-msec=40"])
            .arg(file);
        self.run("mouth", command, Pipes::None)
    }

    /// Connects the microphone with the speaker inside the sound server, in place of a phone.
    pub fn short_circuit(&self) -> Result<()> {
        let words = [
            "load-module",
            "module-loopback",
            "source=microphone",
            "sink=speaker",
            "latency_msec=1",
        ];
        self.ask(&words).map(drop)
    }
}

impl Recorder {
    /// Ends the recording.
    ///
    /// # Panics
    /// If the recorder recorded nothing; it is not handed out before it has.
    pub fn finish(mut self) -> Room {
        self.process.kill();
        let (samples, began) = self.reader.join().expect("the reader does not panic");
        let channel = |offset: usize| Sound {
            rate: RATE,
            samples: samples.iter().skip(offset).step_by(2).copied().collect(),
        };
        Room {
            microphone: channel(0),
            speaker: channel(1),
            began: began.expect("it had recorded something when it was ready"),
        }
    }
}

/// The rate of a recording.
const RATE: u32 = 48_000;
