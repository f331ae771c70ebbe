//! Which programs use the file now. Each holds a seat, a locked file beside it, for as long as it
//! lives: the system gives the lock back when a program ends, however it ends, and never before. A
//! process id would not do: it is soon another program's. `File::try_lock` is `flock` on Linux and
//! macOS and `LockFileEx` on Windows; neither is passed on to programs that Warmline starts.

use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
};

use crate::file::{beside, private_file};

/// A place at the file that no other program has. It is free again once this is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    number: i64,
    _locked: File,
}

impl Seat {
    /// The first free seat at the file.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::ResourceBusy`] if all are taken; whatever the system says of the lock.
    pub(crate) fn take(path: &Path) -> io::Result<Self> {
        for number in 1..=SEATS {
            if let Some(seat) = Self::take_this(path, number)? {
                return Ok(seat);
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// This seat; none if a program that lives has it.
    pub(crate) fn take_this(path: &Path, number: i64) -> io::Result<Option<Self>> {
        let locked = private_file(&beside(path, &format!("-seat-{number}")))?;
        match locked.try_lock() {
            Ok(()) => Ok(Some(Self {
                number,
                _locked: locked,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    pub(crate) fn number(&self) -> i64 {
        self.number
    }
}

/// Programs that may use one file at a time.
const SEATS: i64 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_one_programs_until_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let first = Seat::take(&path).unwrap();
        let second = Seat::take(&path).unwrap();
        assert_eq!((first.number(), second.number()), (1, 2));
        assert!(Seat::take_this(&path, 1).unwrap().is_none());
        drop(first);
        assert_eq!(Seat::take(&path).unwrap().number(), 1);
    }

    #[test]
    fn there_are_only_so_many() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let taken: Vec<_> = (0..SEATS).map(|_| Seat::take(&path).unwrap()).collect();
        let error = Seat::take(&path).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ResourceBusy);
        drop(taken);
    }
}
