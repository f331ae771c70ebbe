//! Records calls, where that is allowed: what the agent says on the left, what the others say on the
//! right. The sound thread copies both into a ring ([`tap`]); a thread of the recording's own makes a
//! file of them ([`writer`]) that is whole at any moment, and has its name only when it is finished.

mod announce;
mod file;
mod ogg;
mod reel;
mod tap;
mod wav;
mod writer;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use crate::AudioError;
use crate::engine::Commands;

pub use file::tidy as tidy_recordings;
pub(crate) use tap::{Tap, TapShared, Taps};
pub(crate) use writer::Writer;
#[cfg(test)]
pub(crate) use {announce::Announced, tap::Block};

/// How a call is recorded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RecordingConfig {
    /// Where. The folder is made if only it is missing.
    pub folder: PathBuf,
    /// As what.
    pub format: RecordingFormat,
    /// How those who are recorded are told.
    pub announce: Announcement,
    /// How long recordings are kept; until somebody removes them without.
    pub keep: Option<Duration>,
    /// When it begins, for its name.
    pub began: SystemTime,
    /// Which call, for its name.
    pub call: u64,
}

/// What a recording is written as.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum RecordingFormat {
    /// 16 kHz, 16 bit, two channels: 230 MB an hour.
    Wav,
    /// Ogg Opus, two streams of 24 kbit/s: 22 MB an hour at most.
    #[default]
    Opus,
}

impl RecordingFormat {
    /// How names of such files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Opus => "opus",
        }
    }
}

/// How those who are recorded are told.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Announcement {
    /// By somebody else, as the provider's own announcement.
    Nothing,
    /// By a tone that all hear at once and then every 15 s: 1,400 Hz for half a second.
    #[default]
    Tone,
    /// By a WAV file of a minute at most, which all hear before anything is recorded, and again when
    /// somebody joins.
    Sentence(PathBuf),
}

/// How a recording stands.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RecordingStatus {
    /// What it does.
    pub state: RecordingState,
    /// The name of the file, once something was recorded.
    pub file: Option<String>,
    /// Sound in it, in ms.
    pub length_ms: u64,
    /// Silence that stands in it for what the disk was too slow to take, in ms.
    pub lost_ms: u64,
}

/// What a recording does.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum RecordingState {
    /// Nothing yet: its file is being made.
    #[default]
    Opening,
    /// All are told that they will be recorded.
    Announcing,
    /// It records.
    On,
    /// The agent does not hear the call; it goes on when they do.
    Waiting,
    /// The agent has paused it.
    Paused,
    /// It is finished, and its file has its name.
    Saved,
    /// It could not go on. What was recorded is kept, in a file marked `-incomplete`.
    Failed(RecordingFailure),
}

/// Why a recording could not go on.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RecordingFailure {
    /// Nothing more fits on the disk.
    #[error("the disk is full")]
    DiskFull,
    /// The folder is not there (any more).
    #[error("the folder is not there")]
    FolderGone,
    /// The folder or the file may not be written.
    #[error("writing is not permitted")]
    NotPermitted,
    /// The file is as long as its format allows.
    #[error("the file is as long as it can be")]
    TooLong,
    /// The sentence that announces it cannot be played.
    #[error("the sentence that announces it cannot be played: {0}")]
    Sentence(String),
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

impl From<io::Error> for RecordingFailure {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded | Kind::WriteZero => Self::DiskFull,
            Kind::NotFound | Kind::NotADirectory | Kind::StaleNetworkFileHandle => Self::FolderGone,
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem => Self::NotPermitted,
            Kind::FileTooLarge => Self::TooLong,
            _ => Self::Other(error.to_string()),
        }
    }
}

/// Names a recording to the legs that it records ([`LegControl::set_recorded`](crate::LegControl::set_recorded)).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RecordingId(pub(crate) u32);

/// A recording under way. It is finished when this is dropped.
pub struct Recording {
    id: RecordingId,
    shared: Arc<TapShared>,
    commands: Arc<Commands>,
    status: watch::Receiver<RecordingStatus>,
}

impl Recording {
    /// Its name to legs.
    pub fn id(&self) -> RecordingId {
        self.id
    }

    /// Whether nothing is recorded, at the agent's wish: while a card number is said. Nothing of what
    /// is said meanwhile is kept, and a short beep stands in the file for it.
    pub fn set_paused(&self, paused: bool) {
        self.shared.paused.store(paused, Ordering::Relaxed);
    }

    /// How it stands, some 100 ms late at most. Closed once the file is finished.
    pub fn status(&self) -> watch::Receiver<RecordingStatus> {
        self.status.clone()
    }

    /// Has `writer` begin one.
    pub(crate) fn begin(
        id: u32,
        config: RecordingConfig,
        commands: Arc<Commands>,
    ) -> Result<(Self, Writer), AudioError> {
        let shared = Arc::new(TapShared::default());
        let (told, status) = watch::channel(RecordingStatus::default());
        let writer = Writer::start(id, config, shared.clone(), commands.clone(), told)?;
        let recording = Self {
            id: RecordingId(id),
            shared,
            commands,
            status,
        };
        Ok((recording, writer))
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Release);
        // Whoever sleeps lets go of the tap, and then the file is finished.
        self.commands.wake();
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = &*self.status.borrow();
        f.debug_struct("Recording")
            .field("id", &self.id)
            .field("state", &status.state)
            .finish_non_exhaustive()
    }
}
