//! Where recordings lie, and under which names: `2026-11-30T10-53-24Z-17.opus` is one of call 17.
//! While it is written it ends in `.part`; one that could not be brought to its end is marked
//! `-incomplete`.

mod name;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{RecordingFormat, ogg, wav};

pub(super) use name::stem;

/// What could be kept of a file that was left.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Repaired {
    /// No sound is in it.
    Empty,
    /// It is whole up to here; what follows is of no use.
    Whole {
        /// In bytes.
        length: u64,
    },
}

/// A file that is being written. No other program touches it meanwhile.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) file: File,
    path: PathBuf,
    folder: PathBuf,
    stem: String,
    format: RecordingFormat,
}

impl Part {
    /// Makes a file that was not there. The folder is made too, but not the one it lies in: that may be
    /// a share which is not connected.
    pub(super) fn create(folder: &Path, stem: &str, format: RecordingFormat) -> io::Result<Self> {
        if !folder.is_dir() {
            make_folder(folder)?;
        }
        for n in 1..=MOST_TRIES {
            let stem = match n {
                1 => stem.to_owned(),
                n => format!("{stem}-{n}"),
            };
            let extension = format.extension();
            let path = folder.join(format!("{stem}.{extension}.part"));
            let taken = [stem.clone(), format!("{stem}-{INCOMPLETE}")]
                .iter()
                .any(|stem| folder.join(format!("{stem}.{extension}")).exists());
            if taken {
                continue;
            }
            let file = match options().create_new(true).open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            };
            // Another program may have taken it for one that was left, just before.
            if seize(&file) != Hold::Others && path.exists() {
                return Ok(Self {
                    file,
                    path,
                    folder: folder.to_owned(),
                    stem,
                    format,
                });
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// The name it will have if all goes well.
    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.stem, self.format.extension())
    }

    /// Gives a file that is whole its name, for good.
    pub(super) fn keep(&self) -> io::Result<String> {
        self.rename(self.name())
    }

    /// Keeps what is whole of a file that could not be finished, with a mark. None if nothing is.
    pub(super) fn rescue(&self) -> io::Result<Option<String>> {
        match self.repair()? {
            Repaired::Empty => {
                self.discard();
                Ok(None)
            }
            Repaired::Whole { length } => {
                self.file.set_len(length)?;
                let extension = self.format.extension();
                self.rename(format!("{}-{INCOMPLETE}.{extension}", self.stem))
                    .map(Some)
            }
        }
    }

    /// There is nothing in it.
    pub(super) fn discard(&self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "an empty recording cannot be removed");
        }
    }

    fn repair(&self) -> io::Result<Repaired> {
        match self.format {
            RecordingFormat::Wav => wav::repair(&mut &self.file),
            RecordingFormat::Opus => ogg::repair(&mut &self.file),
        }
    }

    fn rename(&self, name: String) -> io::Result<String> {
        self.file.sync_all()?;
        fs::rename(&self.path, self.folder.join(&name))?;
        sync_folder(&self.folder);
        Ok(name)
    }
}

/// Finishes recordings in `folder` that were left by a crash, and removes those that are older than
/// `keep`. What programs write at the moment is left alone, and so is what is no recording. Gives the
/// names of those that were finished.
///
/// # Errors
/// The folder cannot be read; a single file that cannot be dealt with is logged.
pub fn tidy(folder: &Path, keep: Option<Duration>, now: SystemTime) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut finished = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some((stem, format, part)) = name.to_str().and_then(read_name) else {
            continue;
        };
        let done = if part {
            finish(folder, stem, format).map(|name| finished.extend(name))
        } else if name::is_older(stem, keep, now) {
            fs::remove_file(entry.path())
        } else {
            Ok(())
        };
        if let Err(error) = done {
            tracing::warn!(%error, "a recording that was left cannot be dealt with");
        }
    }
    Ok(finished)
}

/// Finishes one that was left, unless somebody writes it.
fn finish(folder: &Path, stem: &str, format: RecordingFormat) -> io::Result<Option<String>> {
    let path = folder.join(format!("{stem}.{}.part", format.extension()));
    let file = match options().open(&path) {
        Ok(file) => file,
        Err(error) if is_written(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    // Where it cannot be known whether somebody writes it, it stays.
    if seize(&file) != Hold::Ours {
        return Ok(None);
    }
    let part = Part {
        file,
        path,
        folder: folder.to_owned(),
        stem: stem.to_owned(),
        format,
    };
    part.rescue()
}

/// Whether the name is that of a recording: its stem, its format, and whether it is unfinished.
fn read_name(name: &str) -> Option<(&str, RecordingFormat, bool)> {
    let (name, part) = match name.strip_suffix(".part") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let (stem, extension) = name.rsplit_once('.')?;
    let formats = [RecordingFormat::Wav, RecordingFormat::Opus];
    let format = formats.into_iter().find(|f| f.extension() == extension)?;
    name::time_of(stem)?;
    Some((stem, format, part))
}

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Ours,
    Others,
    /// The file system knows no locks, as some on a network do not.
    Unknown,
}

/// Takes a file for this program, so that others leave it alone until it is closed.
#[cfg(not(windows))]
fn seize(file: &File) -> Hold {
    match file.try_lock() {
        Ok(()) => Hold::Ours,
        Err(fs::TryLockError::WouldBlock) => Hold::Others,
        Err(fs::TryLockError::Error(error)) => {
            tracing::debug!(%error, "a recording cannot be locked");
            Hold::Unknown
        }
    }
}

/// It was taken when it was opened: a lock would keep those from it, too, who only listen.
#[cfg(windows)]
fn seize(_: &File) -> Hold {
    Hold::Ours
}

/// Whether a file cannot be opened because another program writes it (ERROR_SHARING_VIOLATION).
fn is_written(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error() == Some(32)
}

/// A recording is its owner's alone.
fn options() -> fs::OpenOptions {
    let mut options = File::options();
    options.read(true).write(true);
    // FILE_SHARE_READ and FILE_SHARE_DELETE.
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 0x1 | 0x4);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_folder(folder: &Path) -> io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only there it has a mode"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A name is safe from a power cut once its folder is written, where systems can be asked for that.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(%error, "the folder of recordings cannot be synced");
    }
    #[cfg(not(unix))]
    let _ = folder;
}

const INCOMPLETE: &str = "incomplete";
/// Recordings of one call that begin in the same second.
const MOST_TRIES: u32 = 99;
