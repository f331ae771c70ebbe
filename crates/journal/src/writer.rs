//! The thread that owns the file. What the agent sees lives in memory and is right at once; the file
//! follows as soon as it can be written.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::sync::watch;

use crate::{
    file::{Change, Fault, File, OLDEST_MS, move_aside},
    journal::MOST_SHOWN,
    past_call::{PastCall, Remembered},
    trouble::Trouble,
};

/// What the thread is told.
#[derive(Debug)]
pub(crate) enum Message {
    Remember(PastCall),
    Forget(Option<u64>),
    /// Write what waits, say so, and end.
    Close(SyncSender<()>),
}

/// What the thread knows.
#[derive(Debug)]
pub(crate) struct Writer {
    /// None for a journal in memory only.
    path: Option<PathBuf>,
    /// None while it cannot be used.
    file: Option<File>,
    /// Whether the calls of earlier sessions are among `kept`.
    loaded: bool,
    /// The newest first.
    kept: Vec<Kept>,
    next_id: u64,
    /// What the file does not know yet, in order.
    owed: Vec<Owed>,
    /// The last try failed: there is another one after a while.
    failing: bool,
    show: watch::Sender<Arc<[Remembered]>>,
    report: watch::Sender<Option<Trouble>>,
}

#[derive(Debug)]
struct Kept {
    remembered: Remembered,
    /// Where the file has it.
    row: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
enum Owed {
    /// By its id; it may be gone by the time it is written.
    Add(u64),
    Remove(i64),
    RemoveAll,
}

impl Writer {
    pub(crate) fn new(
        path: Option<PathBuf>,
        show: watch::Sender<Arc<[Remembered]>>,
        report: watch::Sender<Option<Trouble>>,
    ) -> Self {
        Self {
            path,
            file: None,
            loaded: false,
            kept: Vec::new(),
            next_id: 1,
            owed: Vec::new(),
            failing: false,
            show,
            report,
        }
    }

    /// Works until it is told to close or nobody can tell it anything any more.
    pub(crate) fn run(mut self, inbox: &Receiver<Message>) {
        self.settle(unix_ms());
        loop {
            let message = if self.failing {
                inbox.recv_timeout(RETRY)
            } else {
                inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match message {
                Ok(Message::Remember(call)) => self.remember(call),
                Ok(Message::Forget(id)) => self.forget(id),
                Ok(Message::Close(done)) => {
                    self.settle(unix_ms());
                    // The file is closed before it is said to be.
                    drop(self);
                    // Whoever asked may have stopped waiting.
                    let _ = done.try_send(());
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.settle(unix_ms());
        }
    }

    fn remember(&mut self, call: PastCall) {
        let id = self.next_id;
        self.next_id += 1;
        self.owed.push(Owed::Add(id));
        let remembered = Remembered { id, call };
        self.keep(Kept {
            remembered,
            row: None,
        });
    }

    fn forget(&mut self, id: Option<u64>) {
        match id {
            None => {
                self.kept.clear();
                self.owed = vec![Owed::RemoveAll];
            }
            Some(id) => {
                let gone = self.kept.extract_if(.., |kept| kept.remembered.id == id);
                let rows = gone.filter_map(|kept| kept.row);
                self.owed.extend(rows.map(Owed::Remove));
            }
        }
    }

    /// Brings memory, file and what is shown in line.
    fn settle(&mut self, now_ms: u64) {
        let oldest = now_ms.saturating_sub(OLDEST_MS);
        self.kept
            .retain(|kept| kept.remembered.call.began_unix_ms >= oldest);
        // The agent sees it whether or not it can be written.
        self.publish();
        let written = match self.write(now_ms) {
            Err(Fault::Damaged) => self.begin_anew(now_ms),
            written => written,
        };
        match written {
            Ok(()) => self.well(),
            Err(fault) => self.troubled(&fault),
        }
        self.publish();
    }

    fn write(&mut self, now_ms: u64) -> Result<(), Fault> {
        let Some(path) = &self.path else {
            self.owed.clear();
            return Ok(());
        };
        if self.loaded && self.owed.is_empty() && !self.failing {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(File::open(path)?),
        };
        let call = |id: &u64| self.kept.iter().find(|kept| kept.remembered.id == *id);
        let (ids, changes): (Vec<_>, Vec<_>) = self
            .owed
            .iter()
            .filter_map(|owed| match owed {
                Owed::Add(id) => call(id).map(|kept| (*id, Change::Add(&kept.remembered.call))),
                Owed::Remove(row) => Some((0, Change::Remove(*row))),
                Owed::RemoveAll => Some((0, Change::RemoveAll)),
            })
            .unzip();
        let rows = file.change(&changes, now_ms)?;
        self.owed.clear();
        for (id, row) in ids.into_iter().filter(|id| *id > 0).zip(rows) {
            if let Some(kept) = self.kept.iter_mut().find(|kept| kept.remembered.id == id) {
                kept.row = Some(row);
            }
        }
        if !self.loaded {
            let earlier = file.newest(MOST_SHOWN)?;
            self.loaded = true;
            self.load(earlier);
        }
        Ok(())
    }

    fn load(&mut self, earlier: Vec<(i64, PastCall)>) {
        for (row, call) in earlier.into_iter().rev() {
            if self.kept.iter().any(|kept| kept.row == Some(row)) {
                continue;
            }
            let id = self.next_id;
            self.next_id += 1;
            let remembered = Remembered { id, call };
            self.keep(Kept {
                remembered,
                row: Some(row),
            });
        }
    }

    /// The file is damaged: a new one takes what is still in memory.
    fn begin_anew(&mut self, now_ms: u64) -> Result<(), Fault> {
        // It must be closed to be moved.
        self.file = None;
        let Some(path) = &self.path else {
            return Ok(());
        };
        let moved_to = move_aside(path)?;
        tracing::warn!("the history was damaged and is begun anew");
        self.loaded = true;
        for kept in &mut self.kept {
            kept.row = None;
        }
        let oldest_first = self.kept.iter().rev();
        self.owed = oldest_first
            .map(|kept| Owed::Add(kept.remembered.id))
            .collect();
        self.report
            .send_replace(Some(Trouble::Damaged { moved_to }));
        self.write(now_ms)
    }

    fn well(&mut self) {
        self.failing = false;
        // That a file was damaged stays worth knowing.
        self.report.send_if_modified(|trouble| {
            matches!(trouble, Some(Trouble::Unwritable(_))) && trouble.take().is_some()
        });
    }

    fn troubled(&mut self, fault: &Fault) {
        let trouble = match fault {
            Fault::Newer(_) => {
                // It stays so until the program is another one.
                self.path = None;
                self.file = None;
                Trouble::Newer
            }
            _ => Trouble::Unwritable(fault.cause()),
        };
        if !matches!(&trouble, Trouble::Unwritable(cause) if cause.passes()) {
            self.file = None;
        }
        let first = !self.failing;
        self.failing = self.path.is_some();
        if first {
            tracing::warn!(%fault, "the history cannot be written");
            self.report.send_replace(Some(trouble));
        }
    }

    fn keep(&mut self, new: Kept) {
        let began = |kept: &Kept| kept.remembered.call.began_unix_ms;
        let at = self.kept.partition_point(|kept| began(kept) > began(&new));
        self.kept.insert(at, new);
        self.kept.truncate(MOST_SHOWN);
    }

    fn publish(&self) {
        self.show.send_if_modified(|shown| {
            let same = shown
                .iter()
                .map(|remembered| remembered.id)
                .eq(self.kept.iter().map(|kept| kept.remembered.id));
            if !same {
                *shown = self
                    .kept
                    .iter()
                    .map(|kept| kept.remembered.clone())
                    .collect();
            }
            !same
        });
    }
}

fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// How long to leave a disk alone that would not take it.
const RETRY: Duration = Duration::from_secs(10);

#[cfg(test)]
pub(crate) mod tests;
