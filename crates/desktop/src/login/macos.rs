//! A launch agent of the agent's own.

use std::{env, fs, io, path::PathBuf};

pub(super) fn is_on() -> bool {
    entry().is_ok_and(|entry| entry.exists())
}

pub(super) fn turn_on(command: &[String]) -> io::Result<()> {
    let entry = entry()?;
    if let Some(folder) = entry.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(entry, text(command))
}

pub(super) fn turn_off() -> io::Result<()> {
    match fs::remove_file(entry()?) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn text(command: &[String]) -> String {
    let escaped = |word: &String| {
        let word = word.replace('&', "&amp;").replace('<', "&lt;");
        format!("<string>{word}</string>")
    };
    let words: String = command.iter().map(escaped).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\"><dict><key>Label</key><string>{NAME}</string>\
         <key>ProgramArguments</key><array>{words}</array><key>RunAtLoad</key><true/></dict></plist>\n"
    )
}

fn entry() -> io::Result<PathBuf> {
    let home = env::var_os("HOME").ok_or(io::ErrorKind::NotFound)?;
    let folder = PathBuf::from(home).join("Library/LaunchAgents");
    Ok(folder.join(format!("{NAME}.plist")))
}

const NAME: &str = "app.warmline.phone";
