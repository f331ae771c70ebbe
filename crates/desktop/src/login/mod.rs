//! Whether the phone starts when the agent logs in. The system keeps that, so that an administrator and the
//! system's own settings see the same.

#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "macos", windows)), path = "linux.rs")]
mod system;

#[cfg(not(windows))]
mod files;

use std::{
    env, io,
    path::{Path, PathBuf},
};

#[cfg(not(windows))]
use files::Entries;
#[cfg(windows)]
use system::Entries;
use system::NAME;

use crate::door;

/// What is to be started.
#[derive(Clone, Debug)]
pub struct Login {
    program: PathBuf,
    profile: Option<PathBuf>,
    /// Phones with other profiles have entries of their own.
    name: String,
    entries: Entries,
}

impl Login {
    /// This program with this profile, which it is told if it was started so (`named`).
    ///
    /// # Errors
    /// The system does not say where the program is, or where it keeps what starts at login.
    pub fn of_this_program(profile: &Path, named: bool) -> io::Result<Self> {
        // An AppImage runs from a folder that is gone afterwards.
        let program = match env::var_os("APPIMAGE") {
            Some(image) => image.into(),
            None => env::current_exe()?,
        };
        Self::of(program, profile, named, Entries::of_this_agent()?)
    }

    fn of(program: PathBuf, profile: &Path, named: bool, entries: Entries) -> io::Result<Self> {
        Ok(Self {
            program,
            profile: named.then(|| std::path::absolute(profile)).transpose()?,
            name: format!("{NAME}-{:016x}", door::hash_of(profile)),
            entries,
        })
    }

    /// Whether it starts.
    pub fn is_on(&self) -> bool {
        let started_by = |command: Vec<String>| {
            self.entries.has(&self.name, &command) || self.entries.has(NAME, &command)
        };
        self.command().is_ok_and(started_by)
    }

    /// Lets it start, or no longer.
    ///
    /// # Errors
    /// The system keeps no such thing for this agent, or a path is none that it can keep.
    pub fn set(&self, on: bool) -> io::Result<()> {
        let command = self.command();
        if on {
            self.entries.write(
                &self.name,
                command.as_deref().map_err(|error| error.kind())?,
            )?;
        } else {
            self.entries.remove(&self.name)?;
        }
        // Earlier versions had one entry for all profiles: it goes if it is ours.
        if command.is_ok_and(|command| self.entries.has(NAME, &command)) {
            self.entries.remove(NAME)?;
        }
        Ok(())
    }

    /// The program and what it is started with.
    fn command(&self) -> io::Result<Vec<String>> {
        let text = |path: &Path| {
            let text = path.to_str().filter(|text| !text.contains(['\r', '\n']));
            let text = text.ok_or(io::ErrorKind::InvalidFilename);
            text.map(str::to_owned).map_err(io::Error::from)
        };
        let mut command = vec![text(&self.program)?];
        if let Some(profile) = &self.profile {
            command.push("--profile".to_owned());
            command.push(text(profile)?);
        }
        Ok(command)
    }
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;

    fn login(folder: &Path, profile: Option<&str>) -> Login {
        let path = folder.join(profile.unwrap_or("profile.toml"));
        let entries = Entries::in_folder(folder.join("autostart"));
        Login::of("/opt/warmline".into(), &path, profile.is_some(), entries).expect("a path")
    }

    #[test]
    fn phones_with_other_profiles_start_beside_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let one = login(folder.path(), None);
        let other = login(folder.path(), Some("other.toml"));
        let on = || (one.is_on(), other.is_on());
        assert_eq!(on(), (false, false));
        one.set(true).expect("written");
        assert_eq!(on(), (true, false));
        other.set(true).expect("written");
        one.set(false).expect("removed");
        one.set(false).expect("it is gone already");
        assert_eq!(on(), (false, true));
    }

    #[test]
    fn the_entry_of_an_earlier_version_counts_for_the_profile_that_it_starts_and_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let ours = login(folder.path(), Some("ours.toml"));
        let other = login(folder.path(), None);
        let command = ours.command().expect("text");
        let old = || ours.entries.has(NAME, &command);
        ours.entries.write(NAME, &command).expect("written");
        assert_eq!((ours.is_on(), other.is_on()), (true, false));
        other.set(true).expect("written");
        other.set(false).expect("removed");
        assert!(old(), "it is none of theirs");
        ours.set(true).expect("written");
        assert!(ours.is_on() && !old());
        ours.entries.write(NAME, &command).expect("written");
        ours.set(false).expect("removed");
        assert!(!ours.is_on() && !old());
    }

    #[test]
    fn an_entry_that_starts_another_program_is_not_ours_until_it_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let before = login(folder.path(), None);
        before.set(true).expect("written");
        let moved = Login {
            program: "/opt/new/warmline".into(),
            ..before.clone()
        };
        assert!(!moved.is_on());
        moved.set(true).expect("written");
        assert_eq!((before.is_on(), moved.is_on()), (false, true));
    }
}
