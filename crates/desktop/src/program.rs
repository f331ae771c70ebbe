//! This program as the system is to start it: when the agent logs in, or for a link.

use std::{
    env, io,
    path::{Path, PathBuf},
};

use crate::door;

/// The program, and the profile that it is started with.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    profile: Option<PathBuf>,
    /// Phones with other profiles have entries of their own.
    id: u64,
}

impl Program {
    /// This one with this profile, which it is told if it was started so (`named`).
    ///
    /// # Errors
    /// The system does not say where the program is.
    pub fn of_this(profile: &Path, named: bool) -> io::Result<Self> {
        // An AppImage runs from a folder that is gone afterwards.
        let path = match env::var_os("APPIMAGE") {
            Some(image) => image.into(),
            None => env::current_exe()?,
        };
        Self::of(path, profile, named)
    }

    pub(crate) fn of(path: PathBuf, profile: &Path, named: bool) -> io::Result<Self> {
        Ok(Self {
            path,
            profile: named.then(|| std::path::absolute(profile)).transpose()?,
            id: door::hash_of(profile),
        })
    }

    /// What an entry of this program and this profile is called.
    pub(crate) fn name(&self, prefix: &str) -> String {
        format!("{prefix}-{:016x}", self.id)
    }

    /// What the agent reads where the system names it.
    pub(crate) fn title(&self) -> String {
        let profile = self.profile.as_deref().and_then(Path::file_stem);
        match profile {
            Some(profile) => format!("Warmline ({})", profile.to_string_lossy()),
            None => "Warmline".to_owned(),
        }
    }

    /// The program and what it is started with.
    ///
    /// # Errors
    /// A path is none that the system could keep in an entry.
    pub(crate) fn command(&self) -> io::Result<Vec<String>> {
        let text = |path: &Path| {
            let text = path.to_str().filter(|text| !text.contains(['\r', '\n']));
            let text = text.ok_or(io::ErrorKind::InvalidFilename);
            text.map(str::to_owned).map_err(io::Error::from)
        };
        let mut command = vec![text(&self.path)?];
        if let Some(profile) = &self.profile {
            command.push("--profile".to_owned());
            command.push(text(profile)?);
        }
        Ok(command)
    }
}
