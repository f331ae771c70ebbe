//! A stream at work, and whether it still is.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::post::Fault;
use super::ring::StreamCounters;
use super::{Moved, Opened, StreamId};

/// A device that does not call back for this long is lost.
const SILENT: Duration = Duration::from_millis(700);
/// But it may take this long to begin.
const FIRST_CALL: Duration = Duration::from_secs(3);

/// An open stream. Dropping it closes it.
pub(super) struct Running {
    /// Kept for its end.
    stream: Box<dyn Send>,
    pub(super) id: Option<StreamId>,
    pub(super) counters: Arc<StreamCounters>,
    moved: Moved,
    is_file: bool,
    /// Callbacks seen, and when they last grew.
    calls: u64,
    called: Option<Instant>,
    since: Instant,
}

impl Running {
    /// Of what was opened `now`; its end goes to the sound thread.
    pub(super) fn of<End>(opened: Opened<End>, is_file: bool, now: Instant) -> (Self, Box<End>) {
        let running = Self {
            stream: opened.stream,
            id: opened.id,
            counters: opened.counters,
            moved: opened.moved,
            is_file,
            calls: 0,
            called: None,
            since: now,
        };
        (running, opened.end)
    }

    /// Why it is of no more use, if it is not.
    pub(super) fn fault(&mut self, now: Instant) -> Option<Fault> {
        if self.counters.failed.load(Ordering::Acquire) {
            return Some(if self.counters.invalidated.load(Ordering::Relaxed) {
                Fault::Invalidated
            } else {
                Fault::Gone
            });
        }
        if self.is_file {
            return None;
        }
        let calls = self.counters.callbacks.load(Ordering::Relaxed);
        if calls != self.calls {
            self.calls = calls;
            self.called = Some(now);
        }
        // Some devices fill their buffer and then take their time to begin.
        let grace = self.since + (FIRST_CALL - SILENT);
        let quiet_since = self.called.map_or(grace, |called| called.max(grace));
        let silent = now.saturating_duration_since(quiet_since) > SILENT;
        silent.then_some(Fault::Silent)
    }

    /// The device the system has moved it to since this was last asked.
    pub(super) fn moved(&self) -> Option<String> {
        self.moved.take()
    }

    /// Samples of what was to be played that the device has taken.
    pub(super) fn taken(&self) -> u64 {
        self.counters.taken.load(Ordering::Relaxed)
    }

    /// Closes it, which may take time.
    pub(super) fn close(self) {
        drop(self.stream);
    }
}
