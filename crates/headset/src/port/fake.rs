//! Headsets that are none, for tests: what is plugged in, sent and written, without a system.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{Found, Heard, Port, Waker};
use crate::layout::Layout;
use crate::owner::Refusal;

/// The test's side.
#[derive(Clone)]
pub(crate) struct Desk {
    shelf: Arc<Mutex<Vec<Ware>>>,
    hears: Sender<Heard>,
}

/// A device that can be plugged in.
#[derive(Clone)]
pub(crate) struct Ware {
    pub(crate) found: Found,
    pub(crate) descriptor: &'static [u8],
    pub(crate) refuses: Option<Refusal>,
    /// Where what is written to it goes.
    pub(crate) written: Sender<Vec<u8>>,
}

/// The owner's side.
pub(crate) struct Fake {
    desk: Desk,
    heard: Receiver<Heard>,
    open: Option<Ware>,
}

impl Fake {
    pub(crate) fn new() -> (Self, Desk) {
        let (hears, heard) = channel();
        let desk = Desk {
            shelf: Arc::default(),
            hears,
        };
        let fake = Self {
            desk: desk.clone(),
            heard,
            open: None,
        };
        (fake, desk)
    }
}

impl Desk {
    pub(crate) fn plug(&self, ware: Ware) {
        self.shelf.lock().unwrap().push(ware);
        self.hear(Heard::Changed);
    }

    pub(crate) fn unplug(&self, place: &str, was_open: bool) {
        let mut shelf = self.shelf.lock().unwrap();
        shelf.retain(|ware| ware.found.place != place);
        drop(shelf);
        self.hear(if was_open {
            Heard::Gone
        } else {
            Heard::Changed
        });
    }

    pub(crate) fn send(&self, report: &[u8]) {
        self.hear(Heard::Report(report.to_vec()));
    }

    fn hear(&self, heard: Heard) {
        // Nobody listens when the test is over.
        let _ = self.hears.send(heard);
    }
}

impl Port for Fake {
    fn look(&mut self) -> Vec<Found> {
        let shelf = self.desk.shelf.lock().unwrap();
        shelf.iter().map(|ware| ware.found.clone()).collect()
    }

    fn open(&mut self, place: &str) -> Result<Layout, Refusal> {
        let shelf = self.desk.shelf.lock().unwrap();
        let mut shelf = shelf.iter();
        let ware = shelf.find(|ware| ware.found.place == place);
        let ware = ware.ok_or(Refusal::Failed("it is gone".into()))?;
        if let Some(refusal) = &ware.refuses {
            return Err(refusal.clone());
        }
        self.open = Some(ware.clone());
        Layout::read(ware.descriptor).map_err(|error| Refusal::Failed(error.to_string()))
    }

    fn close(&mut self) {
        self.open = None;
    }

    fn write(&mut self, report: &[u8]) -> io::Result<()> {
        let ware = self.open.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        // Nobody reads when the test is over.
        let _ = ware.written.send(report.to_vec());
        Ok(())
    }

    fn wait(&mut self, until: Option<Instant>) -> Heard {
        let left = until.map(|at| at.saturating_duration_since(Instant::now()));
        match self.heard.recv_timeout(left.unwrap_or(FOREVER)) {
            Ok(heard) => heard,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Heard::Nothing,
        }
    }

    fn waker(&self) -> Waker {
        let hears = self.desk.hears.clone();
        Arc::new(move || drop(hears.send(Heard::Woken)))
    }
}

const FOREVER: Duration = Duration::from_secs(3600);
