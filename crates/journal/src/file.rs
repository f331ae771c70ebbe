//! The file: what it looks like, and how it is opened, read and changed. Everything here may block.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::{
    open_call::{OpenCall, Unfinished},
    past_call::PastCall,
    retention::Retention,
    seat::Seat,
    step::Step,
    trouble::Cause,
};
pub(crate) use column::signed;
use versions::VERSIONS;

mod column;
mod open;
mod past;
mod steps;
mod versions;

/// An open file.
#[derive(Debug)]
pub(crate) struct File {
    connection: Connection,
    /// Which run of the program reads and writes it.
    run: i64,
    /// From where; none until it has joined.
    seat: Option<i64>,
}

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
    /// A call that is over, with its steps.
    Add(&'a PastCall, &'a [Step]),
    /// One more step of the call in this row.
    AddStep(i64, &'a Step),
    Remove(i64),
    RemoveAll,
    /// A call that stands, as it is now.
    Keep(&'a OpenCall),
    /// A step of the call with this key.
    Step(u64, &'a Step),
    /// The call with this key stands no more.
    Close(u64),
    /// The unfinished call with this key is taken up, or is none any more.
    GiveUp(u64),
    /// What is too old or too much is forgotten.
    Age,
    /// Nothing but a sign of life, which every change is.
    Alive,
}

impl File {
    /// Opens the file for this run, makes it if it is not there, and brings it up to date.
    pub(crate) fn open(path: &Path, run: i64) -> Result<Self, Fault> {
        if let Some(folder) = path.parent() {
            private_folder(folder)?;
        }
        drop(private_file(path)?);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        // The answer is the mode there is: a disk that cannot do WAL keeps its own.
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        // What is committed is the system's, so it survives our death; waiting for the disk too would
        // hold up calls, to survive a power cut that ends them anyway.
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.pragma_update(None, "secure_delete", "on")?;
        connection.pragma_update(None, "foreign_keys", "on")?;
        let check = "PRAGMA quick_check(1)";
        let sound: String = connection.query_row(check, [], |row| row.get(0))?;
        if sound != "ok" {
            return Err(Fault::Damaged);
        }
        bring_up_to_date(&mut connection)?;
        Ok(Self {
            connection,
            run,
            seat: None,
        })
    }

    /// Writes down that this run uses the file, from its seat, and says whether the file did not know
    /// it. Before that no call can be kept.
    pub(crate) fn join(&mut self, seat: &Seat, now_ms: u64) -> Result<bool, Fault> {
        let known = open::knows(&self.connection, self.run)?;
        open::alive(&self.connection, self.run, seat.number(), now_ms)?;
        self.seat = Some(seat.number());
        Ok(!known)
    }

    /// The newest calls with their rows, the newest first.
    pub(crate) fn newest(&self, most: usize) -> Result<Vec<(i64, PastCall)>, Fault> {
        Ok(past::newest(&self.connection, most)?)
    }

    /// The calls that follow a place in the list of all, given by beginning and row.
    pub(crate) fn after(
        &self,
        place: (i64, i64),
        most: usize,
    ) -> Result<Vec<(i64, PastCall)>, Fault> {
        Ok(past::after(&self.connection, place, most)?)
    }

    /// The steps of the call in this row.
    pub(crate) fn steps(&self, row: i64) -> Result<Vec<Step>, Fault> {
        Ok(steps::of_past(&self.connection, row)?)
    }

    /// Takes over the calls that runs left open that have ended, and gives all it has, the oldest first;
    /// and whether calls of a run that has not ended stand too.
    pub(crate) fn unfinished(
        &mut self,
        path: &Path,
        own: &Seat,
    ) -> Result<(Vec<Unfinished>, bool), Fault> {
        let transaction = immediate(&mut self.connection)?;
        let others = open::claim(&transaction, path, self.run, own)?;
        let unfinished = open::unfinished(&transaction, self.run)?;
        transaction.commit()?;
        Ok((unfinished, others))
    }

    /// Makes all changes or none, and forgets what is too old or too much if calls are added, or that is
    /// asked for. As long as nobody has said how long calls are kept, none are forgotten.
    pub(crate) fn change(
        &mut self,
        changes: &[Change<'_>],
        now_ms: u64,
        retention: Option<Retention>,
    ) -> Result<Changed, Fault> {
        let run = self.run;
        let transaction = immediate(&mut self.connection)?;
        let mut added = Vec::new();
        let mut removed = 0;
        if let Some(seat) = self.seat {
            open::alive(&transaction, run, seat, now_ms)?;
        }
        for change in changes {
            match change {
                Change::Add(call, steps) => {
                    let row = past::add(&transaction, call)?;
                    for step in *steps {
                        steps::add_to_past(&transaction, row, step)?;
                    }
                    added.push(row);
                }
                Change::AddStep(row, step) => steps::add_to_past(&transaction, *row, step)?,
                Change::Remove(row) => removed += past::remove(&transaction, *row)?,
                Change::RemoveAll => removed += past::remove_all(&transaction)?,
                Change::Keep(call) => open::keep(&transaction, run, call)?,
                Change::Step(key, step) => open::step(&transaction, run, *key, step)?,
                Change::Close(key) => open::close(&transaction, run, *key)?,
                Change::GiveUp(left) => open::give_up(&transaction, run, *left)?,
                Change::Age | Change::Alive => {}
            }
        }
        // Nothing grows too much otherwise, and what stands is not to wait for it.
        let ages = changes.iter().any(|change| matches!(change, Change::Age));
        if let Some(retention) = retention.filter(|_| ages || !added.is_empty()) {
            removed += past::remove_old(&transaction, now_ms, retention)?;
        }
        transaction.commit()?;
        let removed = removed > 0;
        Ok(Changed { added, removed })
    }

    /// Empties the log beside the file, which still holds what is gone from the file. Not while another
    /// program reads it, for which it does not wait.
    pub(crate) fn empty_log(&self) -> bool {
        match self.checkpoint() {
            Ok(busy) => !busy,
            Err(error) => {
                tracing::debug!(%error, "the history's log is emptied later");
                false
            }
        }
    }

    /// Whether another program was in the way.
    fn checkpoint(&self) -> rusqlite::Result<bool> {
        let file = &self.connection;
        let patience: u32 = file.query_row("PRAGMA busy_timeout", [], |row| row.get(0))?;
        file.busy_timeout(Duration::ZERO)?;
        let busy = file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        file.busy_timeout(Duration::from_millis(patience.into()))?;
        busy
    }

    #[cfg(test)]
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }
}

/// What [`File::change`] did.
#[derive(Debug)]
pub(crate) struct Changed {
    /// The rows of the calls that were added, in their order.
    pub(crate) added: Vec<i64>,
    /// Whether any were removed: [`File::empty_log`] wipes them out.
    pub(crate) removed: bool,
}

/// Puts a damaged file aside and says where it lies.
pub(crate) fn move_aside(path: &Path) -> io::Result<PathBuf> {
    // They hold people: they are not to pile up.
    let free = aside(path).find(|broken| !broken.exists());
    let oldest = || aside(path).min_by_key(|broken| written(broken));
    let to = free.or_else(oldest).expect("there may be some");
    for ending in ["-wal", "-shm"] {
        // What is not there need not go.
        let _ = fs::rename(beside(path, ending), beside(&to, ending));
    }
    fs::rename(path, &to)?;
    Ok(to)
}

/// Removes the damaged files that were put aside before that time, or all of them: there are people in them.
pub(crate) fn remove_aside(path: &Path, before: Option<SystemTime>) {
    let is_old = |broken: &PathBuf| {
        let written = written(broken);
        written.is_some_and(|written| before.is_none_or(|before| written < before))
    };
    for broken in aside(path).filter(is_old) {
        for ending in ["-wal", "-shm", ""] {
            match fs::remove_file(beside(&broken, ending)) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => tracing::warn!(%error, "a damaged history cannot be removed"),
            }
        }
    }
}

/// Where damaged files are put.
fn aside(path: &Path) -> impl Iterator<Item = PathBuf> {
    (1..=MOST_BROKEN).map(|n| path.with_file_name(format!("history-broken-{n}.db")))
}

fn written(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}

/// The name of what lies beside a file.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Opens a file for the agent's eyes only, and makes it if it is not there. SQLite gives what it puts
/// beside one the same rights.
pub(crate) fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    // Windows locks only what may be read or written, not only added to.
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut make = fs::DirBuilder::new();
    make.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
    make.create(path)
}

/// A transaction that writes: it waits for its turn now rather than fail half-way.
fn immediate(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// Brings the tables of an older version up to this one's.
fn bring_up_to_date(connection: &mut Connection) -> Result<(), Fault> {
    let transaction = immediate(connection)?;
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
                io::ErrorKind::ResourceBusy => Cause::InUse,
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
