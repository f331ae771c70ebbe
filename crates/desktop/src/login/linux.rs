//! Desktop Application Autostart Specification.

use std::{io, path::PathBuf};

use crate::xdg;

/// Whether the entry is on, and starts just this.
pub(super) fn starts(entry: &str, command: &[String]) -> bool {
    let exec = xdg::exec(command);
    let mut on = false;
    for line in entry.lines().map(str::trim) {
        match line {
            // Desktops let the agent turn an entry off without taking it away.
            "Hidden=true" | "X-GNOME-Autostart-enabled=false" => return false,
            line => on |= line == exec,
        }
    }
    on
}

pub(super) fn text(_name: &str, command: &[String]) -> String {
    let exec = xdg::exec(command);
    format!("[Desktop Entry]\nType=Application\nName=Warmline\n{exec}\nTerminal=false\n")
}

pub(super) fn folder() -> io::Result<PathBuf> {
    Ok(xdg::config_home()?.join("autostart"))
}

pub(super) const NAME: &str = "warmline";
pub(super) const ENDING: &str = "desktop";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_counts_that_starts_just_this_and_is_not_turned_off() {
        let command = ["/opt/warmline", "--profile", "/home/a.toml"].map(str::to_owned);
        let text = text(NAME, &command);
        assert!(starts(&text, &command));
        assert!(!starts(&text, &command[..1]), "it is of another profile");
        assert!(!starts(&format!("{text}Hidden=true\n"), &command));
    }
}
