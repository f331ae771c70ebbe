//! The agent's own `Run` key.

use std::io;

use crate::registry;

pub(super) fn is_on() -> bool {
    registry::is_set(RUN, NAME)
}

pub(super) fn turn_on(command: &[String]) -> io::Result<()> {
    // No file name of Windows has a quotation mark in it.
    let quoted: Vec<String> = command.iter().map(|word| format!("\"{word}\"")).collect();
    registry::set(RUN, NAME, &quoted.join(" "))
}

pub(super) fn turn_off() -> io::Result<()> {
    registry::remove(RUN, NAME)
}

const RUN: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";
const NAME: &str = "Warmline";
