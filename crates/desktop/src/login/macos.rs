//! A launch agent of the agent's own.

use std::{env, io, path::PathBuf};

/// Whether the entry starts just this.
pub(super) fn starts(entry: &str, command: &[String]) -> bool {
    entry.contains(&arguments(command))
}

pub(super) fn text(name: &str, command: &[String]) -> String {
    let arguments = arguments(command);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\"><dict><key>Label</key><string>{name}</string>\
         <key>ProgramArguments</key>{arguments}<key>RunAtLoad</key><true/></dict></plist>\n"
    )
}

pub(super) fn folder() -> io::Result<PathBuf> {
    let home = env::var_os("HOME").ok_or(io::ErrorKind::NotFound)?;
    Ok(PathBuf::from(home).join("Library/LaunchAgents"))
}

fn arguments(command: &[String]) -> String {
    let escaped = |word: &String| {
        let word = word.replace('&', "&amp;").replace('<', "&lt;");
        format!("<string>{word}</string>")
    };
    let words: String = command.iter().map(escaped).collect();
    format!("<array>{words}</array>")
}

pub(super) const NAME: &str = "app.warmline.phone";
pub(super) const ENDING: &str = "plist";
