use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{SyncSender, sync_channel},
    },
    time::Duration,
};

use tokio::sync::watch;

use crate::{
    past_call::{PastCall, Remembered},
    trouble::Trouble,
    writer::{Message, Writer},
};

/// A handle on the journal. Clones share it; when the last one is dropped, what waits is written first.
#[derive(Clone, Debug)]
pub struct Journal(Arc<Owner>);

#[derive(Debug)]
struct Owner {
    queue: SyncSender<Message>,
    recents: watch::Receiver<Arc<[Remembered]>>,
    health: watch::Receiver<Option<Trouble>>,
}

impl Journal {
    /// The journal in this file, which is made if it is not there. Never fails and never waits: what
    /// is the matter with the file shows in [`Journal::health`].
    pub fn open(path: PathBuf) -> Self {
        Self::start(Some(path))
    }

    /// A journal that ends with the program: for practice, whose calls are no history.
    pub fn in_memory() -> Self {
        Self::start(None)
    }

    /// Remembers a call that is over. Never waits.
    pub fn remember(&self, call: PastCall) {
        self.send(Message::Remember(call));
    }

    /// Forgets one call ([`Remembered::id`]), or all: they are overwritten in the file. Never waits.
    pub fn forget(&self, id: Option<u64>) {
        self.send(Message::Forget(id));
    }

    /// The newest calls, at most [`MOST_SHOWN`], the newest first.
    pub fn recents(&self) -> watch::Receiver<Arc<[Remembered]>> {
        self.0.recents.clone()
    }

    /// Why calls are not remembered as they should be, if so. Whoever subscribes later hears of it too.
    pub fn health(&self) -> watch::Receiver<Option<Trouble>> {
        self.0.health.clone()
    }

    /// Writes what waits and closes the file, whoever else holds the journal: the program ends. Takes
    /// a moment, or three seconds on a disk that does not answer.
    pub fn finish(&self) {
        self.0.finish();
    }

    fn start(path: Option<PathBuf>) -> Self {
        let (queue, inbox) = sync_channel(QUEUE);
        let (show, recents) = watch::channel(Arc::from([]));
        let (report, health) = watch::channel(None);
        let writer = Writer::new(path, show, report);
        // Without a thread the queue has no reader: nothing is remembered, and calls go on.
        let started = std::thread::Builder::new()
            .name("warmline-journal".to_owned())
            .spawn(move || writer.run(&inbox));
        if let Err(error) = started {
            tracing::error!(%error, "calls are not remembered");
        }
        Self(Arc::new(Owner {
            queue,
            recents,
            health,
        }))
    }

    fn send(&self, message: Message) {
        if self.0.queue.try_send(message).is_err() {
            tracing::error!("the journal does not keep up: a call is not remembered");
        }
    }
}

impl Owner {
    fn finish(&self) {
        let (done, wait) = sync_channel(1);
        // A disk that takes longer keeps what it has.
        if self.queue.try_send(Message::Close(done)).is_ok() {
            let _ = wait.recv_timeout(LAST_WRITE);
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Calls that are shown.
pub const MOST_SHOWN: usize = 100;

/// Calls that may wait for a slow disk.
const QUEUE: usize = 256;

/// Longer than another program may hold the file.
const LAST_WRITE: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    fn now_ms() -> u64 {
        let since = std::time::UNIX_EPOCH.elapsed().expect("after 1970");
        since.as_millis() as u64
    }

    fn call(began_unix_ms: u64) -> PastCall {
        PastCall {
            began_unix_ms,
            ..PastCall::example(1)
        }
    }

    #[tokio::test]
    async fn what_is_remembered_last_is_written_before_the_last_handle_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/history.db");
        let journal = Journal::open(path.clone());
        let began = now_ms();
        for n in 0..20 {
            journal.remember(call(began + n));
        }
        drop(journal);
        let again = Journal::open(path);
        let mut recents = again.recents();
        let shown = recents.wait_for(|shown| !shown.is_empty()).await.unwrap();
        assert_eq!(shown.len(), 20);
        assert_eq!(shown[0].call.began_unix_ms, began + 19);
    }

    #[tokio::test]
    async fn whoever_subscribes_late_hears_of_the_trouble_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        std::fs::write(&path, "no database".repeat(1000)).unwrap();
        let journal = Journal::open(path);
        journal.health().wait_for(Option::is_some).await.unwrap();
        assert!(journal.health().has_changed().unwrap());
    }

    #[tokio::test]
    async fn in_memory_calls_come_and_go() {
        let journal = Journal::in_memory();
        let mut recents = journal.recents();
        journal.remember(call(now_ms()));
        let id = recents.wait_for(|shown| !shown.is_empty()).await.unwrap()[0].id;
        journal.forget(Some(id));
        recents.wait_for(|shown| shown.is_empty()).await.unwrap();
    }
}
