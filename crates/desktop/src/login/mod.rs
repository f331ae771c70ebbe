//! Whether the phone starts when the agent logs in. The system keeps that, so that an administrator and the
//! system's own settings see the same.

#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "macos", windows)), path = "linux.rs")]
mod system;

#[cfg(not(windows))]
mod files;

use std::io;

use warmline_desk::DeskError;

#[cfg(not(windows))]
use files::Entries;
#[cfg(windows)]
use system::Entries;
use system::NAME;

use crate::{
    arrangement::{Arrangement, Standing},
    program::Program,
    trouble,
};

/// What is to be started.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    program: Program,
    entries: Entries,
}

impl Login {
    /// This program.
    ///
    /// # Errors
    /// The system does not say where it keeps what starts at login.
    pub(crate) fn of(program: Program) -> io::Result<Self> {
        let entries = Entries::of_this_agent()?;
        Ok(Self { program, entries })
    }
}

impl Arrangement for Login {
    fn standing(&self) -> Standing {
        let name = self.program.name(NAME);
        let started_by = |command: Vec<String>| {
            self.entries.has(&name, &command) || self.entries.has(NAME, &command)
        };
        if self.program.command().is_ok_and(started_by) {
            Standing::On
        } else {
            Standing::Off
        }
    }

    fn set(&self, on: bool) -> io::Result<()> {
        let name = self.program.name(NAME);
        let command = self.program.command();
        if on {
            let command = command.as_deref().map_err(|error| error.kind())?;
            self.entries.write(&name, command)?;
        } else {
            self.entries.remove(&name)?;
        }
        // Earlier versions had one entry for all profiles: it goes if it is ours.
        if command.is_ok_and(|command| self.entries.has(NAME, &command)) {
            self.entries.remove(NAME)?;
        }
        Ok(())
    }

    fn trouble(on: bool, why: &io::Error) -> DeskError {
        trouble::login(on, why)
    }
}

#[cfg(all(test, not(windows)))]
mod tests {
    use std::path::Path;

    use super::*;

    fn login(folder: &Path, program: &str, profile: Option<&str>) -> Login {
        let path = folder.join(profile.unwrap_or("profile.toml"));
        let program = Program::of(program.into(), &path, profile.is_some());
        Login {
            program: program.expect("a path"),
            entries: Entries::in_folder(folder.join("autostart")),
        }
    }

    impl Login {
        fn is_on(&self) -> bool {
            self.standing() == Standing::On
        }
    }

    const HERE: &str = "/opt/warmline";

    #[test]
    fn phones_with_other_profiles_start_beside_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let one = login(folder.path(), HERE, None);
        let other = login(folder.path(), HERE, Some("other.toml"));
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
        let ours = login(folder.path(), HERE, Some("ours.toml"));
        let other = login(folder.path(), HERE, None);
        let command = ours.program.command().expect("text");
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
        let before = login(folder.path(), HERE, None);
        before.set(true).expect("written");
        let moved = login(folder.path(), "/opt/new/warmline", None);
        assert!(!moved.is_on());
        moved.set(true).expect("written");
        assert_eq!((before.is_on(), moved.is_on()), (false, true));
    }
}
