//! The file: what it looks like, and how it is opened, read and changed. Everything here may block.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::{past_call::PastCall, trouble::Cause};
pub(crate) use past::OLDEST_MS;
use versions::VERSIONS;

mod column;
mod past;
mod versions;

/// An open file.
#[derive(Debug)]
pub(crate) struct File(Connection);

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the file is damaged")]
    Damaged,
    #[error("the file has version {0}")]
    Newer(i64),
    #[error(transparent)]
    Sql(rusqlite::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// One change of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change<'a> {
    Add(&'a PastCall),
    Remove(i64),
    RemoveAll,
}

impl File {
    /// Opens the file, makes it if it is not there, and brings it up to date.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        make_private(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        // The answer is the mode there is: a disk that cannot do WAL keeps its own.
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "secure_delete", "on")?;
        let check = "PRAGMA quick_check(1)";
        let sound: String = connection.query_row(check, [], |row| row.get(0))?;
        if sound != "ok" {
            return Err(Fault::Damaged);
        }
        bring_up_to_date(&mut connection)?;
        Ok(Self(connection))
    }

    /// The newest calls with their rows, the newest first.
    pub(crate) fn newest(&self, most: usize) -> Result<Vec<(i64, PastCall)>, Fault> {
        Ok(past::newest(&self.0, most)?)
    }

    /// Makes all changes or none, and forgets what is too old or too much. Gives the rows of the calls
    /// that were added, in their order.
    pub(crate) fn change(
        &mut self,
        changes: &[Change<'_>],
        now_ms: u64,
    ) -> Result<Vec<i64>, Fault> {
        let transaction = self
            .0
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut added = Vec::new();
        let mut removed = 0;
        for change in changes {
            match change {
                Change::Add(call) => {
                    added.push(past::add(&transaction, call)?);
                }
                Change::Remove(row) => removed += past::remove(&transaction, *row)?,
                Change::RemoveAll => removed += past::remove_all(&transaction)?,
            }
        }
        removed += past::remove_old(&transaction, now_ms)?;
        transaction.commit()?;
        if removed > 0 {
            // Until then the log beside the file still holds what is gone from the file.
            let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
            if let Err(error) = self.0.query_row(checkpoint, [], |_| Ok(())) {
                tracing::debug!(%error, "the history's log is emptied later");
            }
        }
        Ok(added)
    }

    #[cfg(test)]
    pub(crate) fn connection(&self) -> &Connection {
        &self.0
    }
}

/// Puts a damaged file aside and says where it lies.
pub(crate) fn move_aside(path: &Path) -> io::Result<PathBuf> {
    let named = |n: usize| path.with_file_name(format!("history-broken-{n}.db"));
    let written = |n: &usize| {
        fs::metadata(named(*n))
            .and_then(|data| data.modified())
            .ok()
    };
    // They hold people: they are not to pile up.
    let free = (1..=MOST_BROKEN).find(|n| !named(*n).exists());
    let oldest = (1..=MOST_BROKEN).min_by_key(written);
    let to = named(free.or(oldest).unwrap_or(1));
    for ending in ["-wal", "-shm"] {
        // What is not there need not go.
        let _ = fs::rename(beside(path, ending), beside(&to, ending));
    }
    fs::rename(path, &to)?;
    Ok(to)
}

/// What SQLite keeps beside a file.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Makes the folder and the file where they are missing, for the agent's eyes only. SQLite gives what
/// it puts beside the file the same rights.
fn make_private(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        let mut make = fs::DirBuilder::new();
        make.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
        make.create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(file);
    Ok(())
}

/// Brings the tables of an older version up to this one's.
fn bring_up_to_date(connection: &mut Connection) -> Result<(), Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let newest = VERSIONS.len() as i64;
    if version > newest {
        return Err(Fault::Newer(version));
    }
    let done = usize::try_from(version).map_err(|_| Fault::Damaged)?;
    for made in &VERSIONS[done..] {
        transaction.execute_batch(made)?;
    }
    transaction.pragma_update(None, "user_version", newest)?;
    Ok(transaction.commit()?)
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        match (&error, error.sqlite_error_code()) {
            (_, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
            | (rusqlite::Error::FromSqlConversionFailure(..), _)
            | (rusqlite::Error::InvalidColumnType(..), _) => Self::Damaged,
            _ => Self::Sql(error),
        }
    }
}

impl Fault {
    /// What stands in the way, for people.
    pub(crate) fn cause(&self) -> Cause {
        match self {
            Self::Io(error) => match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Cause::DiskFull,
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    Cause::ReadOnly
                }
                _ => Cause::NotThere,
            },
            Self::Sql(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => Cause::DiskFull,
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Cause::InUse,
                Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Cause::ReadOnly,
                Some(ErrorCode::CannotOpen) => Cause::NotThere,
                _ => Cause::Other(error.to_string()),
            },
            Self::Damaged | Self::Newer(_) => Cause::Other(self.to_string()),
        }
    }
}

/// Damaged files kept.
const MOST_BROKEN: usize = 3;

/// How long another program may hold the file.
const BUSY: Duration = Duration::from_secs(2);
