//! Entries that are files in a folder that the system looks through at login.

use std::{fs, io, path::PathBuf};

use super::system::{ENDING, folder, starts, text};

/// The agent's entries.
#[derive(Clone, Debug)]
pub(super) struct Entries {
    folder: PathBuf,
}

impl Entries {
    pub(super) fn of_this_agent() -> io::Result<Self> {
        Ok(Self { folder: folder()? })
    }

    #[cfg(test)]
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Whether the entry of this name starts just this.
    pub(super) fn has(&self, name: &str, command: &[String]) -> bool {
        let read = fs::read_to_string(self.path(name));
        read.is_ok_and(|entry| starts(&entry, command))
    }

    /// Writes the entry of this name, in the place of what it said.
    pub(super) fn write(&self, name: &str, command: &[String]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        fs::write(self.path(name), text(name, command))
    }

    /// Takes it away; it is no error that there is none.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{ENDING}"))
    }
}
