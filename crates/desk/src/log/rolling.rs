use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// A file that becomes `FILE.1` when it has reached its size, and begins anew.
pub(super) struct RollingFile {
    path: PathBuf,
    max_bytes: u64,
    /// None while a new file could not be begun.
    file: Option<File>,
    size: u64,
}

impl RollingFile {
    /// Opens the file to write at its end.
    pub(super) fn open(path: &Path, max_bytes: u64) -> io::Result<Self> {
        let file = appending(path)?;
        let size = file.metadata()?.len();
        Ok(Self {
            path: path.to_owned(),
            max_bytes,
            file: Some(file),
            size,
        })
    }

    fn roll(&mut self) -> io::Result<()> {
        // Windows does not rename an open file.
        self.file = None;
        let mut older = OsString::from(&self.path);
        older.push(".1");
        fs::rename(&self.path, older)?;
        self.size = 0;
        Ok(())
    }
}

impl Write for RollingFile {
    /// Takes a line; one is never cut in two by the change of files.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.size > 0 && self.size + line.len() as u64 > self.max_bytes {
            self.roll()?;
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(appending(&self.path)?),
        };
        let written = file.write(line)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

/// Only the agent may read it, where the system knows such a thing.
fn appending(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_never_more_than_twice_the_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("phone.log");
        let mut file = RollingFile::open(&path, 100).unwrap();
        for n in 0..1000 {
            file.write_all(format!("line {n:04}\n").as_bytes()).unwrap();
        }
        let now = fs::read_to_string(&path).unwrap();
        let before = fs::read_to_string(folder.path().join("phone.log.1")).unwrap();
        assert!(now.len() <= 100 && before.len() <= 100);
        assert!(now.ends_with("line 0999\n"));
        let first_now = now.lines().next().unwrap();
        let last_before = before.lines().last().unwrap();
        let number = |line: &str| line[5..].parse::<u32>().unwrap();
        assert_eq!(
            number(first_now),
            number(last_before) + 1,
            "no line between is lost"
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_an_earlier_start_wrote_counts_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("phone.log");
        RollingFile::open(&path, 20)
            .unwrap()
            .write_all(b"0123456789\n")
            .unwrap();
        let mut file = RollingFile::open(&path, 20).unwrap();
        file.write_all(b"abc\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "0123456789\nabc\n");
        file.write_all(b"defghijk\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "defghijk\n");
    }
}
