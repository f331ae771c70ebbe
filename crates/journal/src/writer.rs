//! The thread that owns the file. What the agent sees lives in memory and is right at once; the file
//! follows as soon as it can be written.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher, RandomState},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::sync::{oneshot, watch};

use crate::{
    file::{Fault, File, remove_aside},
    journal::MOST_SHOWN,
    open_call::{Kept, OpenCall, Unfinished},
    past_call::{PastCall, Remembered},
    retention::Retention,
    search::{Found, Query},
    seat::Seat,
    step::Step,
    trouble::Trouble,
};

use searching::Searching;
pub use standing::RECOVERABLE;

mod filing;
mod searching;
mod standing;

/// What the thread is told.
#[derive(Debug)]
pub(crate) enum Message {
    Remember(PastCall),
    Forget(Option<u64>),
    /// Somebody waits to hear that it is written.
    Tell(News, SyncSender<Kept>),
    GiveUp(Vec<u64>),
    Alive,
    /// How long calls are kept.
    KeepFor(Retention),
    /// Somebody looks for calls.
    Search(Query, oneshot::Sender<Found>),
    /// Write what waits, say so, and end.
    Close(SyncSender<()>),
}

/// What happened to a call that stands.
#[derive(Debug)]
pub(crate) enum News {
    Keep(OpenCall),
    /// A step of the call with this key.
    Step(u64, Step),
    /// The call with this key is over.
    Close(u64, PastCall),
    /// The unfinished call with this key goes on as this one.
    TakeUp(u64, OpenCall),
}

/// What others see of the thread.
#[derive(Debug)]
pub(crate) struct Outlets {
    pub(crate) recents: watch::Sender<Arc<[Remembered]>>,
    pub(crate) unfinished: watch::Sender<Arc<[Unfinished]>>,
    pub(crate) health: watch::Sender<Option<Trouble>>,
    pub(crate) pace: Arc<Pace>,
}

/// How the thread keeps up.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Somebody stopped waiting for the disk, and it has not answered since.
    pub(crate) late: AtomicBool,
    /// A sign of life waits to be written: there need not be two.
    pub(crate) alive: AtomicBool,
}

/// What the thread knows.
#[derive(Debug)]
pub(crate) struct Writer {
    /// None for a journal in memory only.
    path: Option<PathBuf>,
    /// Tells this run of the program from all others.
    run: i64,
    /// None until the file could be used once.
    seat: Option<Seat>,
    /// None while it cannot be used.
    file: Option<File>,
    /// Whether the calls of earlier sessions are known.
    loaded: bool,
    /// The newest first.
    past: Vec<Entry>,
    next_id: u64,
    /// What calls of the file are named by that somebody has found and that are not in `past`, by row.
    named: HashMap<i64, u64>,
    /// What is looked for, the longest waiting first.
    searches: VecDeque<Searching>,
    /// How long calls are kept; for good until somebody has said.
    retention: Option<Retention>,
    /// When they were last looked through for what is too old, Unix milliseconds.
    aged_ms: u64,
    /// The calls that stand.
    standing: Vec<Standing>,
    /// The calls that earlier runs left open, the oldest first.
    unfinished: Vec<Unfinished>,
    /// Until when to look once more whether another program has ended, Unix milliseconds.
    looks_until_ms: Option<u64>,
    /// What the file does not know yet, in order.
    owed: Vec<Owed>,
    /// The log beside the file holds what is to be gone.
    untidy: bool,
    /// The last try failed: there is another one after a while.
    failing: bool,
    outlets: Outlets,
}

#[derive(Debug)]
struct Entry {
    remembered: Remembered,
    /// What the call was named by while it stood, in this run.
    key: Option<u64>,
    /// Where the file has it.
    row: Option<i64>,
}

#[derive(Debug)]
struct Standing {
    call: OpenCall,
    steps: Vec<Step>,
}

/// Names what memory has; that may be gone by the time it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Owed {
    /// A call by its id.
    Add(u64),
    /// A step by its call's id and its place there.
    AddStep(u64, usize),
    Remove(i64),
    RemoveAll,
    Keep(u64),
    /// A step by its call's key and its place there.
    Step(u64, usize),
    Close(u64),
    GiveUp(u64),
    /// What is too old or too much is to go.
    Age,
    Alive,
}

impl Writer {
    pub(crate) fn new(path: Option<PathBuf>, outlets: Outlets) -> Self {
        Self {
            path,
            run: (RandomState::new().hash_one(()) >> 1).cast_signed(),
            seat: None,
            file: None,
            loaded: false,
            past: Vec::new(),
            next_id: 1,
            named: HashMap::new(),
            searches: VecDeque::new(),
            retention: None,
            aged_ms: 0,
            standing: Vec::new(),
            unfinished: Vec::new(),
            looks_until_ms: None,
            owed: Vec::new(),
            untidy: false,
            failing: false,
            outlets,
        }
    }

    /// Works until it is told to close or nobody can tell it anything any more.
    pub(crate) fn run(mut self, inbox: &Receiver<Message>) {
        self.settle(unix_ms());
        loop {
            let message = if !self.searches.is_empty() {
                // Calls go first.
                match inbox.try_recv() {
                    Ok(message) => Ok(message),
                    Err(TryRecvError::Disconnected) => Err(RecvTimeoutError::Disconnected),
                    Err(TryRecvError::Empty) => {
                        self.search_on();
                        continue;
                    }
                }
            } else if self.failing || self.untidy {
                inbox.recv_timeout(RETRY)
            } else if self.looks_until_ms.is_some() {
                inbox.recv_timeout(LOOK_AGAIN)
            } else {
                inbox.recv_timeout(AGES)
            };
            let mut waiting = None;
            match message {
                Ok(Message::Remember(call)) => self.remember(call, None, Vec::new()),
                Ok(Message::Forget(id)) => self.forget(id),
                Ok(Message::Tell(news, answer)) => waiting = Some((self.hear(news), answer)),
                Ok(Message::GiveUp(keys)) => self.give_up(&keys),
                Ok(Message::Alive) => {
                    self.outlets.pace.alive.store(false, Ordering::Relaxed);
                    self.owe(Owed::Alive);
                }
                Ok(Message::KeepFor(retention)) => self.keep_for(retention, unix_ms()),
                Ok(Message::Search(query, answer)) => {
                    self.searches.push_back(Searching::new(query, answer));
                }
                Ok(Message::Close(done)) => {
                    self.settle(unix_ms());
                    // The file is closed before it is said to be.
                    drop(self);
                    // Whoever asked may have stopped waiting.
                    let _ = done.try_send(());
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.look_again(unix_ms());
                    self.age(unix_ms());
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let kept = self.settle(unix_ms());
            if let Some((known, answer)) = waiting {
                // Whoever asked may have stopped waiting.
                let _ = answer.try_send(if known { kept } else { Kept::Nowhere });
            }
            self.outlets.pace.late.store(false, Ordering::Relaxed);
            self.tidy();
        }
    }

    /// Calls are kept so long from now on.
    fn keep_for(&mut self, retention: Retention, now_ms: u64) {
        self.retention = Some(retention);
        self.aged_ms = now_ms;
        self.owe(Owed::Age);
        self.forget_damaged(now_ms);
    }

    /// What a damaged file still holds has no longer to live than the rest.
    fn forget_damaged(&self, now_ms: u64) {
        if let (Some(path), Some(retention)) = (&self.path, &self.retention) {
            let oldest = Duration::from_millis(retention.oldest_ms(now_ms));
            remove_aside(path, Some(UNIX_EPOCH + oldest));
        }
    }

    /// Once a day, what is too old goes also if no call comes.
    fn age(&mut self, now_ms: u64) {
        if now_ms.saturating_sub(self.aged_ms) >= DAY_MS && self.retention.is_some() {
            self.aged_ms = now_ms;
            self.owe(Owed::Age);
            self.forget_damaged(now_ms);
        }
    }

    fn remember(&mut self, call: PastCall, key: Option<u64>, steps: Vec<Step>) {
        let id = self.next_id;
        self.next_id += 1;
        self.owe(Owed::Add(id));
        self.insert(Entry {
            remembered: Remembered { id, call, steps },
            key,
            row: None,
        });
    }

    fn forget(&mut self, id: Option<u64>) {
        match id {
            None => {
                self.past.clear();
                self.named.clear();
                self.owed.retain(|owed| {
                    !matches!(owed, Owed::Add(_) | Owed::AddStep(..) | Owed::Remove(_))
                });
                self.owe(Owed::RemoveAll);
                if let Some(path) = &self.path {
                    remove_aside(path, None);
                }
            }
            Some(id) => {
                let gone = self.past.extract_if(.., |entry| entry.remembered.id == id);
                let rows = gone.filter_map(|entry| entry.row);
                self.owed.extend(rows.map(Owed::Remove));
                let found = self.named.extract_if(|_, named| *named == id);
                self.owed.extend(found.map(|(row, _)| Owed::Remove(row)));
            }
        }
    }

    /// Brings memory, file and what is shown in line, and says how safe it all is.
    fn settle(&mut self, now_ms: u64) -> Kept {
        if let Some(retention) = self.retention {
            let oldest = retention.oldest_ms(now_ms);
            self.past
                .retain(|entry| entry.remembered.call.began_unix_ms >= oldest);
            self.past.truncate(retention.calls);
        }
        // The agent sees it whether or not it can be written.
        self.publish();
        let written = match self.write(now_ms) {
            Err(Fault::Damaged) => self.begin_anew(now_ms),
            written => written,
        };
        let kept = match written {
            Ok(()) => {
                self.leave_to_file();
                self.well();
                match self.path {
                    Some(_) => Kept::Durable,
                    None => Kept::Nowhere,
                }
            }
            Err(fault) => {
                self.troubled(&fault);
                match self.file {
                    Some(_) => Kept::NotYet,
                    None => Kept::Nowhere,
                }
            }
        };
        self.publish();
        kept
    }

    /// What can be done when nobody waits any more.
    fn tidy(&mut self) {
        if let Some(file) = self.file.as_ref().filter(|_| self.untidy) {
            self.untidy = !file.empty_log();
        }
    }

    fn well(&mut self) {
        self.failing = false;
        // That a file was damaged stays worth knowing.
        self.outlets.health.send_if_modified(|trouble| {
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
            self.outlets.health.send_replace(Some(trouble));
        }
    }

    fn owe(&mut self, owed: Owed) {
        if !self.owed.contains(&owed) {
            self.owed.push(owed);
        }
    }

    fn insert(&mut self, new: Entry) {
        let began = |entry: &Entry| entry.remembered.call.began_unix_ms;
        let at = self
            .past
            .partition_point(|entry| began(entry) > began(&new));
        self.past.insert(at, new);
        // More than is shown: it may have to wait for the file.
        self.past.truncate(MOST_WAITING);
    }

    fn publish(&self) {
        let past = || {
            self.past
                .iter()
                .take(MOST_SHOWN)
                .map(|entry| &entry.remembered)
        };
        self.outlets.recents.send_if_modified(|shown| {
            let what = |of: &Remembered| (of.id, of.steps.len());
            let same = shown.iter().map(what).eq(past().map(what));
            if !same {
                *shown = past().cloned().collect();
            }
            !same
        });
        self.outlets.unfinished.send_if_modified(|shown| {
            let key = |of: &Unfinished| of.call.key;
            let same = shown.iter().map(key).eq(self.unfinished.iter().map(key));
            if !same {
                *shown = self.unfinished.clone().into();
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

/// Calls that may wait for a file that cannot be written.
const MOST_WAITING: usize = 1000;

/// How often to look whether a day has passed: a computer that slept knows no hours.
const AGES: Duration = Duration::from_secs(60 * 60);

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// How long to leave a disk alone that would not take it.
const RETRY: Duration = Duration::from_secs(10);

/// A program that is killed on a busy machine may still be there when the next one starts: it keeps its
/// seat until the last of its threads is gone.
const DYING_MS: u64 = 10_000;

/// How often to look whether it is.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

#[cfg(test)]
pub(crate) mod tests;
