//! The thread that makes a file of a recording: whatever the disk does, it holds up nothing else.

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rtrb::Consumer;
use tokio::sync::watch;

use super::announce::Announced;
use super::file::{self, Part};
use super::reel::Reel;
use super::tap::{Block, Phase, Tap, TapShared};
use super::{Announcement, RecordingConfig, RecordingFailure, RecordingState, RecordingStatus};
use crate::AudioError;
use crate::device::wav;
use crate::engine::Commands;
use crate::frame::samples;
use crate::sound::Command;

/// Tells when the thread of a recording has ended.
#[derive(Debug)]
pub(crate) struct Writer(mpsc::Receiver<Infallible>);

impl Writer {
    /// Starts it. It makes the file first, then hands the sound thread its tap.
    pub(super) fn start(
        id: u32,
        config: RecordingConfig,
        shared: Arc<TapShared>,
        commands: Arc<Commands>,
        told: watch::Sender<RecordingStatus>,
    ) -> Result<Self, AudioError> {
        let (running, ended) = mpsc::channel();
        std::thread::Builder::new()
            .name("audio-recording".into())
            .spawn(move || {
                let sound = Arc::downgrade(&commands);
                let outcome = record(id, &config, &shared, commands, &told);
                // Nobody beeps for a recording that is no more.
                shared.closed.store(true, Ordering::Release);
                if let Some(commands) = sound.upgrade() {
                    commands.wake();
                }
                told.send_modify(|status| match outcome {
                    Ok(file) => {
                        status.state = RecordingState::Saved;
                        status.file = file;
                    }
                    Err((failure, file)) => {
                        tracing::warn!(%failure, "a recording broke off");
                        status.state = RecordingState::Failed(failure);
                        status.file = file;
                    }
                });
                drop(running);
            })
            .map_err(AudioError::Thread)?;
        Ok(Self(ended))
    }

    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.0.try_recv(), Err(mpsc::TryRecvError::Disconnected))
    }

    /// Waits until the file is finished, at most so long.
    pub(crate) fn wait(&self, most: Duration) {
        let _ = self.0.recv_timeout(most);
    }
}

/// The name of the file that was made, if anything was recorded.
type Outcome = Result<Option<String>, (RecordingFailure, Option<String>)>;

fn record(
    id: u32,
    config: &RecordingConfig,
    shared: &Arc<TapShared>,
    commands: Arc<Commands>,
    told: &watch::Sender<RecordingStatus>,
) -> Outcome {
    let nothing = |failure| (failure, None);
    let failed = |error: io::Error| nothing(error.into());
    let announced = announced(&config.announce).map_err(nothing)?;
    if let Err(error) = file::tidy(&config.folder, config.keep, config.began) {
        tracing::warn!(%error, "older recordings cannot be looked at");
    }
    let stem = file::stem(config.began, config.call);
    let part = Part::create(&config.folder, &stem, config.format).map_err(failed)?;
    let (tap, mut blocks) = Tap::new(id, announced, shared.clone());
    let mut writing = Writing {
        shared,
        told,
        name: part.name(),
        blocks: &mut blocks,
        file: Some(&part.file),
    };
    let serial = id.rotate_left(16) ^ std::process::id();
    let begun = Reel::begin(&part.file, config.format, serial);
    let written = begun.and_then(|mut reel| {
        let refused = commands.send(Command::Record(tap)).is_err();
        // If the sound thread ends before it takes the tap, the tap goes with the last of these.
        drop(commands);
        if refused {
            return Err(io::Error::other("the sound thread is too busy"));
        }
        writing.run(&mut reel)
    });
    finish(&part, written)
}

/// Gives the file its name: as it is, or what can be kept of it.
pub(super) fn finish(part: &Part, written: io::Result<bool>) -> Outcome {
    match written {
        Ok(false) => {
            part.discard();
            Ok(None)
        }
        Ok(true) => part.keep().map(Some).map_err(|error| (error.into(), None)),
        Err(error) => {
            let kept = part.rescue();
            if let Err(error) = &kept {
                tracing::warn!(%error, "what was recorded waits to be finished at the next start");
            }
            Err((error.into(), kept.unwrap_or_default()))
        }
    }
}

/// From the ring to the file.
pub(super) struct Writing<'a> {
    pub(super) shared: &'a TapShared,
    pub(super) told: &'a watch::Sender<RecordingStatus>,
    /// What the file will be called.
    pub(super) name: String,
    pub(super) blocks: &'a mut Consumer<Block>,
    /// Whose data is to be safe from a power cut.
    pub(super) file: Option<&'a File>,
}

impl Writing<'_> {
    /// Writes until nobody fills the ring any more. Whether anything was recorded.
    pub(super) fn run<W: Write + Seek>(&mut self, reel: &mut Reel<W>) -> io::Result<bool> {
        let (mut flushed, mut synced) = (Instant::now(), Instant::now());
        loop {
            // Asked first, so that nothing is left in the ring.
            let last = self.blocks.is_abandoned();
            while let Ok(block) = self.blocks.pop() {
                reel.take(&block)?;
            }
            if last {
                break;
            }
            if flushed.elapsed() >= FLUSH_EVERY {
                flushed = Instant::now();
                reel.flush()?;
            }
            if synced.elapsed() >= SYNC_EVERY {
                synced = Instant::now();
                self.file.map_or(Ok(()), File::sync_data)?;
            }
            self.tell(reel);
            std::thread::park_timeout(LOOK);
        }
        reel.finish()?;
        self.tell(reel);
        Ok(!reel.is_empty())
    }

    fn tell<W: Write + Seek>(&self, reel: &Reel<W>) {
        let now = RecordingStatus {
            state: match self.shared.phase() {
                Phase::Waiting => RecordingState::Waiting,
                Phase::Announcing => RecordingState::Announcing,
                Phase::On => RecordingState::On,
                Phase::Paused => RecordingState::Paused,
            },
            file: (!reel.is_empty()).then(|| self.name.clone()),
            length_ms: reel.length_ms(),
            lost_ms: u64::from(self.shared.lost.load(Ordering::Relaxed)) * 10,
        };
        self.told.send_if_modified(|before| {
            let length_ms = std::mem::replace(&mut before.length_ms, now.length_ms);
            let changed = *before != now;
            *before = now;
            // How long it is is only looked at.
            changed || (length_ms == 0) != (before.length_ms == 0)
        });
    }
}

fn announced(announcement: &Announcement) -> Result<Announced, RecordingFailure> {
    Ok(match announcement {
        Announcement::Nothing => Announced::Nothing,
        Announcement::Tone => Announced::Tone,
        Announcement::Sentence(path) => {
            let sentence = wav::read_whole(path, LONGEST_SENTENCE)
                .map_err(|error| RecordingFailure::Sentence(error.to_string()))?;
            Announced::Sentence(sentence.into())
        }
    })
}

/// How often the ring, which holds 4 s, is emptied.
const LOOK: Duration = Duration::from_millis(100);
/// How often what was taken is written: so much is lost at most if this program ends.
const FLUSH_EVERY: Duration = Duration::from_millis(500);
/// How often what was written is brought to the disk: so much is lost at most in a power cut.
const SYNC_EVERY: Duration = Duration::from_secs(10);
/// In samples.
const LONGEST_SENTENCE: usize = samples(60_000);
