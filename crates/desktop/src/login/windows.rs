//! The agent's own `Run` key.

use std::io;

use crate::registry::{self, command_line};

/// The agent's entries.
#[derive(Clone, Debug)]
pub(super) struct Entries;

impl Entries {
    pub(super) fn of_this_agent() -> io::Result<Self> {
        Ok(Self)
    }

    /// Whether the entry of this name starts just this.
    pub(super) fn has(&self, name: &str, command: &[String]) -> bool {
        registry::has(RUN, name, &command_line(command))
    }

    /// Writes the entry of this name, in the place of what it said.
    pub(super) fn write(&self, name: &str, command: &[String]) -> io::Result<()> {
        registry::set(RUN, name, &command_line(command))
    }

    /// Takes it away; it is no error that there is none.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        registry::remove(RUN, name)
    }
}

const RUN: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";
pub(super) const NAME: &str = "Warmline";
