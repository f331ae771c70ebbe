//! Desktop Application Autostart Specification.

use std::{env, io, path::PathBuf};

/// Whether the entry is on, and starts just this.
pub(super) fn starts(entry: &str, command: &[String]) -> bool {
    let exec = exec(command);
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
    let exec = exec(command);
    format!("[Desktop Entry]\nType=Application\nName=Warmline\n{exec}\nTerminal=false\n")
}

pub(super) fn folder() -> io::Result<PathBuf> {
    let folder = |name: &str| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let config =
        folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")));
    Ok(config.ok_or(io::ErrorKind::NotFound)?.join("autostart"))
}

fn exec(command: &[String]) -> String {
    let quoted: Vec<String> = command.iter().map(|word| quoted(word)).collect();
    format!("Exec={}", quoted.join(" "))
}

/// As the Desktop Entry Specification has it: quoted for `Exec`, and escaped as any text, once more.
fn quoted(word: &str) -> String {
    let mut quoted = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '`' | '$' => quoted.extend(['\\', '\\', c]),
            '\\' => quoted.push_str(r"\\\\"),
            '%' => quoted.push_str("%%"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

pub(super) const NAME: &str = "warmline";
pub(super) const ENDING: &str = "desktop";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_started_is_quoted_as_desktops_read_it() {
        let command = [
            "/opt/War \"m\"/warm$line",
            "--profile",
            r"/home/100%\a.toml",
        ];
        let command = command.map(str::to_owned);
        let text = text(NAME, &command);
        let exec = text.lines().find_map(|line| line.strip_prefix("Exec="));
        let expected = r#""/opt/War \\"m\\"/warm\\$line" "--profile" "/home/100%%\\\\a.toml""#;
        assert_eq!(exec, Some(expected));
        assert!(starts(&text, &command));
        assert!(!starts(&text, &command[..1]), "it is of another profile");
        assert!(!starts(&format!("{text}Hidden=true\n"), &command));
    }
}
