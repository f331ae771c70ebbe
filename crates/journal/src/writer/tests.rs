use std::{fs, path::Path};

use tempfile::TempDir;

use super::*;
use crate::{file::Change, trouble::Cause};

mod orders;
mod searching;
mod standing;

/// A day in 2026, told to the writer: the calls of these tests begin just after it.
pub(crate) const NOW_MS: u64 = 1_790_000_000_000;

/// A writer without its thread, and what others see of it.
struct Desk {
    writer: Writer,
    recents: watch::Receiver<Arc<[Remembered]>>,
    unfinished: watch::Receiver<Arc<[Unfinished]>>,
    health: watch::Receiver<Option<Trouble>>,
}

impl Desk {
    fn new(path: Option<PathBuf>) -> Self {
        Self::new_at(NOW_MS, path)
    }

    fn new_at(now_ms: u64, path: Option<PathBuf>) -> Self {
        let (show, recents) = watch::channel(Arc::from([]));
        let (offer, unfinished) = watch::channel(Arc::from([]));
        let (report, health) = watch::channel(None);
        let outlets = Outlets {
            recents: show,
            unfinished: offer,
            health: report,
            pace: Arc::default(),
        };
        let mut writer = Writer::new(path, outlets);
        writer.keep_for(Retention::default(), now_ms);
        writer.settle(now_ms);
        Self {
            writer,
            recents,
            unfinished,
            health,
        }
    }

    fn open(folder: &TempDir) -> Self {
        Self::new(Some(folder.path().join("history.db")))
    }

    fn remember(&mut self, n: u64) {
        self.writer.remember(PastCall::example(n), None, Vec::new());
        self.settle();
    }

    fn forget(&mut self, id: Option<u64>) {
        self.writer.forget(id);
        self.settle();
    }

    fn settle(&mut self) -> Kept {
        let kept = self.writer.settle(NOW_MS);
        self.writer.tidy();
        kept
    }

    /// What the calls shown are told apart by, the newest first.
    fn shown(&self) -> Vec<u64> {
        let shown = self.recents.borrow();
        shown
            .iter()
            .map(|kept| kept.call.began_unix_ms - NOW_MS)
            .collect()
    }

    fn ids(&self) -> Vec<u64> {
        self.recents.borrow().iter().map(|kept| kept.id).collect()
    }

    fn trouble(&self) -> Option<Trouble> {
        self.health.borrow().clone()
    }

    fn open_at(now_ms: u64, folder: &TempDir) -> Self {
        Self::new_at(now_ms, Some(folder.path().join("history.db")))
    }

    fn hear(&mut self, news: News) -> Kept {
        let known = self.writer.hear(news);
        let kept = self.settle();
        if known { kept } else { Kept::Nowhere }
    }

    fn keep(&mut self, key: u64) -> Kept {
        self.hear(News::Keep(OpenCall::example(key)))
    }

    fn step(&mut self, key: u64, step: Step) -> Kept {
        self.hear(News::Step(key, step))
    }

    fn close(&mut self, key: u64) -> Kept {
        self.hear(News::Close(key, PastCall::example(key)))
    }

    fn give_up(&mut self, key: u64) {
        self.writer.give_up(&[key]);
        self.settle();
    }

    fn unfinished(&self) -> Vec<Unfinished> {
        self.unfinished.borrow().to_vec()
    }

    /// What the unfinished calls are told apart by: the key they had.
    fn left(&self) -> Vec<u64> {
        let began = |left: &Unfinished| left.call.began_unix_ms - NOW_MS;
        self.unfinished().iter().map(began).collect()
    }

    fn count(&self, table: &str) -> i64 {
        let file = self.writer.file.as_ref().expect("an open file");
        let sql = format!("SELECT count(*) FROM {table}");
        file.connection()
            .query_row(&sql, [], |row| row.get(0))
            .expect("a count")
    }

    fn pages(&self, most: u32) {
        let file = self.writer.file.as_ref().expect("an open file");
        let sql = format!("PRAGMA max_page_count = {most}");
        file.connection()
            .query_row(&sql, [], |_| Ok(()))
            .expect("a limit");
    }

    fn sql(&self, sql: &str) {
        let file = self.writer.file.as_ref().expect("an open file");
        file.connection().execute_batch(sql).expect(sql);
    }
}

fn rows(folder: &TempDir) -> i64 {
    let file = File::open(&folder.path().join("history.db"), 0).expect("a good file");
    let count = "SELECT count(*) FROM calls";
    file.connection()
        .query_row(count, [], |row| row.get(0))
        .expect("a count")
}

fn holds(path: &Path, text: &str) -> bool {
    let bytes = fs::read(path).unwrap_or_default();
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn what_was_remembered_is_there_after_a_restart_whole_and_the_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.remember(2);
    desk.remember(1);
    desk.writer.remember(
        PastCall {
            direction: crate::Direction::Outgoing,
            name: None,
            queue: None,
            talked_s: None,
            outcome: crate::Outcome::NotReached,
            words: "The line is busy.".into(),
            status: None,
            transfer: None,
            longest_gap_ms: None,
            ring: None,
            recordings: Vec::new(),
            ..PastCall::example(3)
        },
        None,
        Vec::new(),
    );
    desk.settle();
    let before = desk.recents.borrow().clone();
    assert_eq!(desk.shown(), [3, 2, 1]);
    drop(desk);

    let again = Desk::open(&folder);
    let after = again.recents.borrow().clone();
    let calls = |of: &[Remembered]| of.iter().map(|kept| kept.call.clone()).collect::<Vec<_>>();
    assert_eq!(calls(&after), calls(&before));
    assert_eq!(again.trouble(), None);
}

#[test]
fn what_is_too_old_or_too_much_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    for n in 0..1050 {
        desk.writer.remember(PastCall::example(n), None, Vec::new());
        if n % 50 == 49 {
            desk.settle();
        }
    }
    assert_eq!(desk.shown().len(), MOST_SHOWN);
    assert_eq!(desk.shown()[0], 1049);
    assert_eq!(rows(&folder), 1000);
    desk.writer.settle(NOW_MS + 91 * DAY_MS);
    assert!(desk.shown().is_empty(), "also without a restart");
    drop(desk);
    let path = folder.path().join("history.db");
    let mut file = File::open(&path, 0).unwrap();
    file.change(
        &[Change::Age],
        NOW_MS + 91 * DAY_MS,
        Some(Retention::default()),
    )
    .unwrap();
    assert!(file.newest(10).unwrap().is_empty());
}

#[test]
fn what_is_forgotten_leaves_no_trace_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    for n in [1, 2, 3] {
        desk.remember(n);
    }
    let (main, log) = (
        folder.path().join("history.db"),
        folder.path().join("history.db-wal"),
    );
    assert!(holds(&main, "Customer 2") || holds(&log, "Customer 2"));
    let id = desk.ids()[1];
    desk.forget(Some(id));
    assert_eq!(desk.shown(), [3, 1]);
    assert!(!holds(&main, "Customer 2") && !holds(&log, "Customer 2"));
    assert!(holds(&main, "Customer 1") || holds(&log, "Customer 1"));
    desk.forget(None);
    assert!(desk.shown().is_empty());
    for n in [1, 3] {
        let name = format!("Customer {n}");
        assert!(!holds(&main, &name) && !holds(&log, &name));
    }
    drop(desk);
    assert!(Desk::open(&folder).shown().is_empty());
}

#[cfg(unix)]
#[test]
fn only_the_agent_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made/history.db");
    fs::create_dir(folder.path().join("made")).unwrap();
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    let mut desk = Desk::new(Some(path.clone()));
    desk.remember(1);
    let mut seen = 0;
    for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        seen += 1;
    }
    assert_eq!(seen, 4, "the file, its log, its index and its seat");
}

#[test]
fn a_file_that_is_none_is_put_aside_and_a_new_one_begun() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    fs::write(
        &path,
        "this is no database, however long one looks at it".repeat(100),
    )
    .unwrap();
    let mut desk = Desk::open(&folder);
    let moved_to = folder.path().join("history-broken-1.db");
    assert_eq!(
        desk.trouble(),
        Some(Trouble::Damaged {
            moved_to: moved_to.clone()
        })
    );
    assert!(holds(&moved_to, "this is no database"));
    desk.remember(1);
    assert_eq!(
        desk.trouble(),
        Some(Trouble::Damaged { moved_to }),
        "it stays worth knowing"
    );
    drop(desk);
    let again = Desk::open(&folder);
    assert_eq!(again.shown(), [1]);
    assert_eq!(again.trouble(), None);
}

#[test]
fn a_file_that_breaks_while_it_is_in_use_loses_nothing_that_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    for n in 1..=3 {
        desk.remember(n);
    }
    // A table that the file says is elsewhere.
    desk.sql(
        "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA writable_schema=ON;
         UPDATE sqlite_schema SET rootpage = 4711 WHERE name = 'calls'; PRAGMA writable_schema=RESET",
    );
    desk.remember(4);
    assert!(
        matches!(desk.trouble(), Some(Trouble::Damaged { .. })),
        "{:?}",
        desk.trouble()
    );
    assert_eq!(desk.shown(), [4, 3, 2, 1]);
    drop(desk);
    assert_eq!(Desk::open(&folder).shown(), [4, 3, 2, 1]);
}

#[test]
fn damaged_files_do_not_pile_up() {
    let folder = tempfile::tempdir().unwrap();
    for n in 1..=5 {
        fs::write(
            folder.path().join("history.db"),
            format!("broken {n} ").repeat(200),
        )
        .unwrap();
        assert!(matches!(
            Desk::open(&folder).trouble(),
            Some(Trouble::Damaged { .. })
        ));
    }
    let broken = fs::read_dir(folder.path()).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with("history-broken")
    });
    assert_eq!(broken.count(), 3);
}

#[test]
fn a_damaged_file_lives_no_longer_than_the_calls_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("history-broken-1.db");
    let damaged = || {
        let text = "Customer 2 ".repeat(200);
        fs::write(folder.path().join("history.db"), text).unwrap();
        let desk = Desk::open(&folder);
        assert!(broken.exists());
        desk
    };
    let mut desk = damaged();
    desk.forget(None);
    assert!(!broken.exists(), "all is forgotten");
    drop(desk);

    let mut desk = damaged();
    let written = fs::metadata(&broken).unwrap().modified().unwrap();
    let written = written.duration_since(UNIX_EPOCH).unwrap().as_millis();
    let days_later = |days| u64::try_from(written).unwrap() + days * DAY_MS;
    desk.writer.age(days_later(89));
    assert!(broken.exists());
    desk.writer.age(days_later(91));
    assert!(!broken.exists(), "it is too old");
}

#[test]
fn what_is_forgotten_while_another_program_reads_goes_once_it_no_longer_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.remember(1);
    let (main, log) = (
        folder.path().join("history.db"),
        folder.path().join("history.db-wal"),
    );
    let reader = rusqlite::Connection::open(&main).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM calls")
        .unwrap();
    desk.forget(None);
    assert!(holds(&main, "Customer 1") || holds(&log, "Customer 1"));
    reader.execute_batch("ROLLBACK").unwrap();
    desk.settle();
    assert!(!holds(&main, "Customer 1") && !holds(&log, "Customer 1"));
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.remember(1);
    desk.sql("PRAGMA user_version = 99");
    drop(desk);
    let before = fs::read(folder.path().join("history.db")).unwrap();
    let mut desk = Desk::open(&folder);
    assert_eq!(desk.trouble(), Some(Trouble::Newer));
    desk.remember(2);
    assert_eq!(desk.shown(), [2], "this session's calls are shown");
    drop(desk);
    assert_eq!(fs::read(folder.path().join("history.db")).unwrap(), before);
}

#[test]
fn a_full_disk_is_told_once_and_what_waits_is_written_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.remember(1);
    let full = "PRAGMA max_page_count = 1";
    desk.writer
        .file
        .as_ref()
        .unwrap()
        .connection()
        .query_row(full, [], |_| Ok(()))
        .unwrap();
    let long = |n| PastCall {
        words: "x".repeat(10_000),
        ..PastCall::example(n)
    };
    for n in 2..=4 {
        desk.writer.remember(long(n), None, Vec::new());
        desk.settle();
        assert_eq!(desk.trouble(), Some(Trouble::Unwritable(Cause::DiskFull)));
    }
    assert!(
        desk.trouble()
            .unwrap()
            .words()
            .contains("the disk is full. Calls go on")
    );
    assert!(desk.health.has_changed().unwrap());
    desk.health.mark_unchanged();
    desk.remember(5);
    assert!(!desk.health.has_changed().unwrap(), "told once");
    assert_eq!(desk.shown(), [5, 4, 3, 2, 1]);
    let room = "PRAGMA max_page_count = 100000";
    desk.writer
        .file
        .as_ref()
        .unwrap()
        .connection()
        .query_row(room, [], |_| Ok(()))
        .unwrap();
    desk.settle();
    assert_eq!(desk.trouble(), None, "and said to be over");
    drop(desk);
    assert_eq!(Desk::open(&folder).shown(), [5, 4, 3, 2, 1]);
}

#[test]
fn a_file_that_may_not_be_written_costs_history_only() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.sql("PRAGMA query_only = ON");
    desk.remember(1);
    assert_eq!(desk.trouble(), Some(Trouble::Unwritable(Cause::ReadOnly)));
    // The next try opens it anew.
    desk.settle();
    assert_eq!(desk.trouble(), None);
    drop(desk);
    assert_eq!(Desk::open(&folder).shown(), [1]);
}

#[test]
fn a_place_that_cannot_be_is_said_and_calls_are_shown_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let mut desk = Desk::new(Some(folder.path().join("file/history.db")));
    assert_eq!(desk.trouble(), Some(Trouble::Unwritable(Cause::NotThere)));
    desk.remember(1);
    assert_eq!(desk.shown(), [1]);
    // Somebody puts it right.
    fs::remove_file(folder.path().join("file")).unwrap();
    desk.settle();
    assert_eq!(desk.trouble(), None);
    drop(desk);
    assert_eq!(
        Desk::new(Some(folder.path().join("file/history.db"))).shown(),
        [1]
    );
}

#[test]
fn a_file_that_another_program_holds_is_written_once_it_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.sql("PRAGMA busy_timeout = 0");
    let other = rusqlite::Connection::open(folder.path().join("history.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    desk.remember(1);
    assert_eq!(desk.trouble(), Some(Trouble::Unwritable(Cause::InUse)));
    other.execute_batch("ROLLBACK").unwrap();
    desk.remember(2);
    assert_eq!(desk.trouble(), None);
    drop(desk);
    assert_eq!(Desk::open(&folder).shown(), [2, 1]);
}

#[test]
fn what_is_forgotten_while_the_file_is_away_does_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.remember(1);
    drop(desk);
    let (here, away) = (folder.path().join("history.db"), folder.path().join("away"));
    fs::rename(&here, &away).unwrap();
    fs::create_dir(&here).unwrap();
    let mut desk = Desk::open(&folder);
    assert!(matches!(desk.trouble(), Some(Trouble::Unwritable(_))));
    desk.forget(None);
    desk.remember(2);
    fs::remove_dir(&here).unwrap();
    fs::rename(&away, &here).unwrap();
    desk.settle();
    assert_eq!(desk.shown(), [2]);
    drop(desk);
    assert_eq!(Desk::open(&folder).shown(), [2]);
}

#[test]
fn two_windows_share_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let (mut one, mut other) = (Desk::open(&folder), Desk::open(&folder));
    one.remember(1);
    other.remember(2);
    one.remember(3);
    assert_eq!((one.trouble(), other.trouble()), (None, None));
    assert_eq!((one.shown(), other.shown()), (vec![3, 1], vec![2]));
    drop((one, other));
    assert_eq!(Desk::open(&folder).shown(), [3, 2, 1]);
}

#[test]
fn a_journal_in_memory_touches_no_disk() {
    let mut desk = Desk::new(None);
    desk.remember(1);
    desk.remember(2);
    desk.forget(Some(desk.ids()[0]));
    assert_eq!(desk.shown(), [1]);
    assert_eq!(desk.trouble(), None);
}
