//! Where freedesktop.org's systems keep what is the agent's own, and how they are told what to start.

use std::{env, io, path::PathBuf};

/// Where settings are.
pub(crate) fn config_home() -> io::Result<PathBuf> {
    home("XDG_CONFIG_HOME", ".config")
}

/// Where the rest is that a program keeps for the agent.
pub(crate) fn data_home() -> io::Result<PathBuf> {
    home("XDG_DATA_HOME", ".local/share")
}

/// The line of a desktop entry that says what is started.
pub(crate) fn exec(command: &[String]) -> String {
    let quoted: Vec<String> = command.iter().map(|word| quoted(word)).collect();
    format!("Exec={}", quoted.join(" "))
}

/// The same for an entry that opens links: the desktop puts one in the place of `%u`. xdg-utils, by which many
/// programs ask who opens a link, passes an entry over whose program is quoted: quoted is only what has to be.
pub(crate) fn exec_for_link(command: &[String]) -> String {
    let word = |word: &String| {
        if word.is_empty() || word.contains(RESERVED) {
            quoted(word)
        } else {
            word.replace('%', "%%")
        }
    };
    let words: Vec<String> = command.iter().map(word).collect();
    // What follows `--` is never read as an option.
    format!("Exec={} -- %u", words.join(" "))
}

/// As the XDG Base Directory Specification has it: what is no whole path counts as not said.
fn home(name: &str, within: &str) -> io::Result<PathBuf> {
    let folder = |name: &str| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let home = folder(name).or_else(|| folder("HOME").map(|home| home.join(within)));
    home.ok_or_else(|| io::ErrorKind::NotFound.into())
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

/// What may only stand in quotes.
const RESERVED: [char; 19] = [
    ' ', '\t', '\n', '"', '\'', '\\', '>', '<', '~', '|', '&', ';', '$', '*', '?', '#', '(', ')',
    '`',
];

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
        let expected = r#"Exec="/opt/War \\"m\\"/warm\\$line" "--profile" "/home/100%%\\\\a.toml""#;
        let command = command.map(str::to_owned);
        assert_eq!(exec(&command), expected);
        let expected =
            r#"Exec="/opt/War \\"m\\"/warm\\$line" --profile "/home/100%%\\\\a.toml" -- %u"#;
        assert_eq!(exec_for_link(&command), expected);
        let plain = ["/opt/warmline", "--profile", "/home/100%/a.toml"].map(str::to_owned);
        let expected = "Exec=/opt/warmline --profile /home/100%%/a.toml -- %u";
        assert_eq!(exec_for_link(&plain), expected);
    }
}
