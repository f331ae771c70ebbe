//! Whether links to numbers are opened in the phone. The system keeps that, and other programs ask for the same.

#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "macos", windows)), path = "linux.rs")]
mod system;

#[cfg(not(any(target_os = "macos", windows)))]
mod defaults;

use std::io;

use warmline_desk::DeskError;

use system::{Entries, NAME};

use crate::{
    arrangement::{Arrangement, Standing},
    program::Program,
    trouble,
};

/// What is to open them.
#[derive(Clone, Debug)]
pub(crate) struct Opener {
    program: Program,
    entries: Entries,
}

/// What a system is told of it.
#[cfg_attr(target_os = "macos", allow(dead_code))] // It is told by the bundle.
struct Entry {
    /// Phones with other profiles have entries of their own.
    name: String,
    /// What the agent reads where they choose among programs.
    title: String,
    /// What is started; the link follows.
    command: Vec<String>,
}

impl Opener {
    /// This program.
    ///
    /// # Errors
    /// The system does not say where it keeps who opens links, or no program can ask it.
    pub(crate) fn of(program: Program) -> io::Result<Self> {
        let entries = Entries::of_this_agent()?;
        Ok(Self { program, entries })
    }

    /// The page of the system's settings where the agent chooses, if nobody else can.
    pub(crate) fn choice(&self) -> Option<String> {
        self.entries.choice(&self.program.name(NAME))
    }

    fn entry(&self) -> io::Result<Entry> {
        Ok(Entry {
            name: self.program.name(NAME),
            title: self.program.title(),
            command: self.program.command()?,
        })
    }
}

impl Arrangement for Opener {
    fn standing(&self) -> Standing {
        let entry = self.entry();
        entry.map_or(Standing::Off, |entry| self.entries.standing(&entry))
    }

    fn set(&self, on: bool) -> io::Result<()> {
        if on {
            self.entries.write(&self.entry()?)
        } else {
            self.entries.remove(&self.program.name(NAME))
        }
    }

    fn trouble(on: bool, why: &io::Error) -> DeskError {
        trouble::links(on, why)
    }
}
