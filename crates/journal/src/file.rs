//! The file: what it looks like, and how it is opened, read and changed. Everything here may block.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, Row, TransactionBehavior, params,
    types::{FromSqlError, Type},
};

use crate::{
    past_call::{Direction, Outcome, PastCall},
    trouble::Cause,
};

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
        let mut query = self.0.prepare(
            "SELECT id, direction, name, address, queue, began_unix_ms, talked_s, outcome, words, status
             FROM calls ORDER BY began_unix_ms DESC, id DESC LIMIT ?1",
        )?;
        let rows = query.query_map([most as i64], |row| Ok((row.get(0)?, past_call(row)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
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
                    add(&transaction, call)?;
                    added.push(transaction.last_insert_rowid());
                }
                Change::Remove(row) => {
                    removed += transaction.execute("DELETE FROM calls WHERE id = ?1", [row])?;
                }
                Change::RemoveAll => removed += transaction.execute("DELETE FROM calls", [])?,
            }
        }
        removed += transaction.execute(
            "DELETE FROM calls WHERE began_unix_ms < ?1
             OR id NOT IN (SELECT id FROM calls ORDER BY began_unix_ms DESC, id DESC LIMIT ?2)",
            params![signed(now_ms.saturating_sub(OLDEST_MS)), MOST],
        )?;
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
    let newest = STEPS.len() as i64;
    if version > newest {
        return Err(Fault::Newer(version));
    }
    let done = usize::try_from(version).map_err(|_| Fault::Damaged)?;
    for step in &STEPS[done..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", newest)?;
    Ok(transaction.commit()?)
}

fn add(connection: &Connection, call: &PastCall) -> rusqlite::Result<usize> {
    connection.execute(
        "INSERT INTO calls
         (direction, name, address, queue, began_unix_ms, talked_s, outcome, words, status)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            text_of(call.direction, &Direction::ALL),
            call.name,
            call.address,
            call.queue,
            signed(call.began_unix_ms),
            call.talked_s.map(signed),
            text_of(call.outcome, &Outcome::ALL),
            call.words,
            call.status,
        ],
    )
}

fn past_call(row: &Row<'_>) -> rusqlite::Result<PastCall> {
    Ok(PastCall {
        direction: named(row, 1, &Direction::ALL)?,
        name: row.get(2)?,
        address: row.get(3)?,
        queue: row.get(4)?,
        began_unix_ms: row.get::<_, i64>(5)?.unsigned_abs(),
        talked_s: row.get::<_, Option<i64>>(6)?.map(i64::unsigned_abs),
        outcome: named(row, 7, &Outcome::ALL)?,
        words: row.get(8)?,
        status: row.get(9)?,
    })
}

fn text_of<T: Copy + PartialEq>(value: T, all: &[(T, &'static str)]) -> &'static str {
    let known = all.iter().find(|(known, _)| *known == value);
    known.map_or("", |(_, text)| text)
}

fn named<T: Copy>(row: &Row<'_>, column: usize, all: &[(T, &str)]) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    let known = all.iter().find(|(_, known)| *known == text);
    known.map(|(value, _)| *value).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            Type::Text,
            FromSqlError::InvalidType.into(),
        )
    })
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
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

/// How each version of the file is made of the one before.
const STEPS: [&str; 1] = ["
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        direction TEXT NOT NULL,
        name TEXT,
        address TEXT NOT NULL,
        queue TEXT,
        began_unix_ms INTEGER NOT NULL,
        talked_s INTEGER,
        outcome TEXT NOT NULL,
        words TEXT NOT NULL,
        status INTEGER
    ) STRICT;
    CREATE INDEX calls_by_beginning ON calls (began_unix_ms);
"];

/// Calls kept, and for how long.
const MOST: i64 = 1000;
pub(crate) const OLDEST_MS: u64 = 90 * 24 * 60 * 60 * 1000;

/// Damaged files kept.
const MOST_BROKEN: usize = 3;

/// How long another program may hold the file.
const BUSY: Duration = Duration::from_secs(2);
