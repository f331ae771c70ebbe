//! Desktop Application Autostart Specification.

use std::{env, fs, io, path::PathBuf};

pub(super) fn is_on() -> bool {
    let text = entry().and_then(fs::read_to_string);
    // Desktops let the agent turn an entry off without taking it away.
    text.is_ok_and(|text| {
        !text.lines().any(|line| {
            matches!(
                line.trim(),
                "Hidden=true" | "X-GNOME-Autostart-enabled=false"
            )
        })
    })
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
    let quoted: Vec<String> = command.iter().map(|word| quoted(word)).collect();
    format!(
        "[Desktop Entry]\nType=Application\nName=Warmline\nExec={}\nTerminal=false\n",
        quoted.join(" ")
    )
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

fn entry() -> io::Result<PathBuf> {
    let folder = |name: &str| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let config =
        folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")));
    let config = config.ok_or(io::ErrorKind::NotFound)?;
    Ok(config.join("autostart").join("warmline.desktop"))
}

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
        let text = text(&command.map(str::to_owned));
        let exec = text.lines().find_map(|line| line.strip_prefix("Exec="));
        let expected = r#""/opt/War \\"m\\"/warm\\$line" "--profile" "/home/100%%\\\\a.toml""#;
        assert_eq!(exec, Some(expected));
    }
}
