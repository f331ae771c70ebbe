//! Protocol lines on stdout, written by a thread of their own: a program that does not read what it
//! is told must not hold up a call.

use std::{
    cell::Cell,
    io::{self, Write},
    sync::mpsc::{Receiver, SyncSender, channel, sync_channel},
    thread,
    time::{Duration, Instant},
};

use warmline_desk::CallId;

use crate::protocol::{Event, Line, Reason};

/// Writes protocol lines, each stamped with the time since this was made. At most 4096 wait to be
/// read; what comes beyond is lost, and an `error` says so as soon as there is room. Dropped, it
/// waits up to 2 s for the reader.
pub(crate) struct Printer {
    started: Instant,
    lines: Option<SyncSender<String>>,
    written: Receiver<()>,
    lost: Cell<u64>,
}

impl Printer {
    /// Starts the clock.
    pub(crate) fn new() -> Self {
        let (lines, waiting) = sync_channel::<String>(QUEUE);
        let (ended, written) = channel();
        thread::spawn(move || {
            for line in waiting {
                let mut stdout = io::stdout().lock();
                // A reader that has gone is noticed elsewhere: by the end of stdin.
                let _ = stdout.write_all(line.as_bytes());
                let _ = stdout.flush();
            }
            let _ = ended.send(());
        });
        Self {
            started: Instant::now(),
            lines: Some(lines),
            written,
            lost: Cell::new(0),
        }
    }

    /// One line.
    pub(crate) fn print(&self, call: Option<CallId>, event: Event) {
        let lost = self.lost.get();
        if lost > 0 && self.queue(None, events_lost(lost)) {
            self.lost.set(0);
        }
        if !self.queue(call, event) {
            self.lost.set(self.lost.get() + 1);
        }
    }

    fn queue(&self, call: Option<CallId>, event: Event) -> bool {
        let line = Line {
            event,
            t_ms: self.started.elapsed().as_millis() as u64,
            call: call.map(CallId::get),
        };
        let mut text = serde_json::to_string(&line).expect("a line has only string keys");
        text.push('\n');
        let lines = self.lines.as_ref().expect("only the end takes it");
        lines.try_send(text).is_ok()
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        self.lines = None;
        let _ = self.written.recv_timeout(READER_GIVEN);
    }
}

fn events_lost(lost: u64) -> Event {
    Event::Error {
        reason: Reason {
            code: "events_lost".to_owned(),
            message: format!(
                "{lost} events are lost: they were not read. Read stdout as fast as it comes."
            ),
        },
        id: None,
    }
}

const QUEUE: usize = 4096;

const READER_GIVEN: Duration = Duration::from_secs(2);
