use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::settings::{Settings, SettingsError};

/// Why the settings in a file are not used.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(#[source] io::Error),
    /// It says what cannot be.
    #[error("{0}")]
    Broken(#[source] SettingsError),
}

/// The settings in the file at `path`; the defaults where there is none.
///
/// # Errors
/// There is one, and it is of no use. [`store`] keeps it all the same.
pub fn load(path: &Path) -> Result<Settings, Problem> {
    match fs::read_to_string(path) {
        Ok(text) => Settings::parse(&text).map_err(Problem::Broken),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) => Err(Problem::Unreadable(error)),
    }
}

/// Replaces the file at `path`, whole or not at all. One that [`load`] could not use is put aside
/// under the same name with `.broken` behind it. Waits for the disk.
///
/// # Errors
/// The disk is full, or the folder cannot be written to; the file is as it was.
pub fn store(path: &Path, settings: &Settings) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // A second program may store at the same moment.
    let draft = beside(path, &format!(".{}", std::process::id()));
    let written = write(&draft, &settings.render()).and_then(|()| {
        if load(path).is_err() {
            fs::rename(path, beside(path, ".broken"))?;
        }
        fs::rename(&draft, path)
    });
    if written.is_err() {
        // Where not even that can be done, a small file is left.
        let _ = fs::remove_file(&draft);
    }
    written
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    // Else a power cut could leave an empty file under the final name.
    file.sync_all()
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(ending);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Percent;

    fn quiet() -> Settings {
        let mut settings = Settings::default();
        settings.sound.ring = Some(Percent::at_most_100(10));
        settings
    }

    fn names(folder: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<_> = entries.map(|e| e.expect("an entry").file_name()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_stored_is_loaded_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/settings.toml");
        assert_eq!(
            load(&path).expect("none is no problem"),
            Settings::default()
        );
        for settings in [quiet(), Settings::default(), quiet()] {
            store(&path, &settings).expect("stored");
            assert_eq!(load(&path).expect("loaded"), settings);
        }
        assert_eq!(names(&folder.path().join("deep")), ["settings.toml"]);
    }

    #[test]
    fn a_broken_file_is_a_problem_and_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.toml");
        for bytes in [&b"[sound]\ncalls = 300\n"[..], b"\xff\xfe"] {
            fs::write(&path, bytes).expect("written");
            assert!(load(&path).is_err());
            assert_eq!(fs::read(&path).expect("still there"), bytes);
            store(&path, &quiet()).expect("stored");
            assert_eq!(load(&path).expect("loaded"), quiet());
            let kept = folder.path().join("settings.toml.broken");
            assert_eq!(fs::read(kept).expect("kept"), bytes);
        }
    }

    #[test]
    fn where_nothing_can_be_written_the_file_stays_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "").expect("written");
        // Below a file there is no folder.
        assert!(store(&file.join("settings.toml"), &quiet()).is_err());
        // A folder in the place of the file cannot be replaced by one.
        let taken = folder.path().join("settings.toml");
        fs::create_dir_all(taken.join("full")).expect("made");
        fs::create_dir_all(folder.path().join("settings.toml.broken/full")).expect("made");
        assert!(matches!(load(&taken), Err(Problem::Unreadable(_))));
        assert!(store(&taken, &quiet()).is_err());
        assert!(taken.join("full").exists());
        let left = ["file", "settings.toml", "settings.toml.broken"];
        assert_eq!(names(folder.path()), left, "no draft is left");
    }
}
