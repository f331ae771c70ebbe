use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::watch;
use tracing_subscriber::fmt::MakeWriter;

use super::LogHealth;
use crate::error::{DeskError, ErrorCode};

/// What the log's thread is told.
#[derive(Debug)]
pub(super) enum Message {
    Line(Vec<u8>),
    /// Say when everything before this has been written.
    Flush(SyncSender<()>),
}

/// Takes the lines that `tracing` formats; never blocks.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    queue: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

/// One line while it is being formatted. It is handed over whole when dropped.
#[derive(Debug)]
pub(super) struct Line {
    text: Vec<u8>,
    lines: Lines,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line {
            text: Vec::with_capacity(128),
            lines: self.clone(),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() && self.lines.queue.try_send(Message::Line(text)).is_err() {
            self.lines.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Writes lines in a thread of its own, and keeps going when they cannot be written.
pub(super) struct Writer<W> {
    out: W,
    dropped: Arc<AtomicU64>,
    health: watch::Sender<Option<DeskError>>,
    lost: u64,
    /// Not to be tried before; set while lines cannot be written.
    retry_at: Option<Instant>,
    /// The last write broke off in the middle of a line.
    torn: bool,
}

impl<W: Write + Send + 'static> Writer<W> {
    /// Starts the thread. It ends when nobody can send lines any more.
    pub(super) fn start(out: W) -> io::Result<(Lines, SyncSender<Message>, LogHealth)> {
        let (queue, inbox) = sync_channel(QUEUE);
        let (mut writer, lines, health) = Self::new(out, queue.clone());
        thread::Builder::new()
            .name("warmline-log".to_owned())
            .spawn(move || writer.run(&inbox))?;
        Ok((lines, queue, health))
    }

    fn new(out: W, queue: SyncSender<Message>) -> (Self, Lines, LogHealth) {
        let (health, report) = watch::channel(None);
        let dropped = Arc::new(AtomicU64::new(0));
        let lines = Lines {
            queue,
            dropped: dropped.clone(),
        };
        let writer = Self {
            out,
            dropped,
            health,
            lost: 0,
            retry_at: None,
            torn: false,
        };
        (writer, lines, report)
    }

    fn run(&mut self, inbox: &Receiver<Message>) {
        while let Ok(message) = inbox.recv() {
            match message {
                Message::Line(line) => self.write(Instant::now(), &line),
                Message::Flush(done) => {
                    let _ = self.out.flush();
                    // Whoever asked may have stopped waiting.
                    let _ = done.try_send(());
                }
            }
        }
    }

    fn write(&mut self, now: Instant, line: &[u8]) {
        self.lost += self.dropped.swap(0, Ordering::Relaxed);
        if self.retry_at.is_some_and(|at| now < at) {
            self.lost += 1;
            return;
        }
        match self.try_write(line) {
            Ok(()) => {
                self.lost = 0;
                self.torn = false;
                if self.retry_at.take().is_some() {
                    self.health.send_replace(None);
                }
            }
            Err(error) => {
                self.lost += 1;
                self.torn = true;
                if self.retry_at.is_none() {
                    self.health.send_replace(Some(DeskError::new(
                        ErrorCode::LogFull,
                        format!("The log cannot be written: {error}. Calls go on without it."),
                        "Make room on the disk.",
                    )));
                }
                self.retry_at = Some(now + RETRY);
            }
        }
    }

    fn try_write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            self.out.write_all(b"\n")?;
            self.torn = false;
        }
        if self.lost > 0 {
            let lost = format!("({} lines of the log were lost here)\n", self.lost);
            self.out.write_all(lost.as_bytes())?;
        }
        self.out.write_all(line)
    }
}

/// Lines that may wait; beyond this they are dropped and counted.
const QUEUE: usize = 1024;

/// How long to leave a full disk alone.
const RETRY: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A disk with so many bytes of room.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(Vec<u8>, usize)>>);

    impl Disk {
        fn room(&self, room: usize) {
            self.0.lock().unwrap().1 = room;
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().0.clone()).unwrap()
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let (text, room) = &mut *self.0.lock().unwrap();
            let fits = bytes.len().min(*room);
            if fits == 0 {
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            text.extend_from_slice(&bytes[..fits]);
            *room -= fits;
            Ok(fits)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_costs_lines_is_reported_once_and_recovers() {
        let disk = Disk::default();
        let (queue, _inbox) = sync_channel(1);
        let (mut writer, _lines, mut health) = Writer::new(disk.clone(), queue);
        let start = Instant::now();
        disk.room(8);
        writer.write(start, b"one\n");
        assert!(!health.has_changed().unwrap());
        writer.write(start, b"second\n");
        let error = health.borrow_and_update().clone().expect("a report");
        assert_eq!(error.code, ErrorCode::LogFull);
        assert!(error.message().contains("Calls go on"), "{error}");

        disk.room(1000);
        writer.write(start + RETRY / 2, b"third\n");
        assert_eq!(disk.text(), "one\nseco", "left alone for a while");
        disk.room(0);
        writer.write(start + RETRY, b"fourth\n");
        assert!(!health.has_changed().unwrap(), "reported once");
        disk.room(1000);
        writer.write(start + RETRY * 2, b"fifth\n");
        writer.write(start + RETRY * 2, b"sixth\n");
        assert_eq!(
            disk.text(),
            "one\nseco\n(3 lines of the log were lost here)\nfifth\nsixth\n"
        );
        assert_eq!(*health.borrow_and_update(), None, "and said to be over");
    }

    #[test]
    fn a_full_queue_drops_the_line_and_does_not_wait() {
        let disk = Disk::default();
        disk.room(1000);
        let (queue, inbox) = sync_channel(2);
        let (mut writer, lines, _health) = Writer::new(disk.clone(), queue);
        for text in ["one\n", "two\n", "three\n", "four\n"] {
            lines.make_writer().write_all(text.as_bytes()).unwrap();
        }
        drop(lines);
        drop(inbox.try_recv());
        writer.write(Instant::now(), b"five\n");
        assert_eq!(disk.text(), "(2 lines of the log were lost here)\nfive\n");
    }
}
