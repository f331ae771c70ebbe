//! The owner of the headset: one thread that finds it, reads it and writes it.

mod choice;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use crate::buttons::{Buttons, Command, Event, PhoneState, Wish};
use crate::port::{self, Found, Heard, Port, Waker};
pub use choice::Preferred;

/// The headset's buttons and lights. Dropped, it puts the lights out.
pub struct Headsets {
    inbox: Arc<Mutex<Inbox>>,
    wake: Waker,
    status: watch::Receiver<Status>,
    thread: Option<JoinHandle<()>>,
}

/// Which headset's buttons are in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The headset whose buttons work.
    pub headset: Option<HeadsetInfo>,
    /// Why there is none, though one is plugged in.
    pub refused: Option<Refusal>,
    /// Another program has a call on it, so far as that can be seen. It does not ring for ours then.
    pub in_use_elsewhere: bool,
}

/// A headset. Its name is for the window, not for the log, and is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct HeadsetInfo {
    /// As it calls itself.
    pub name: String,
    /// USB's number of its maker.
    pub vendor: u16,
    /// The maker's number of the model.
    pub product: u16,
}

/// Why a headset's buttons cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The system does not let this person use them: on Linux a rule of udev's is missing
    /// (`docs/headsets.md`).
    #[error("the system does not allow it")]
    NotAllowed,
    /// Another program has them for itself.
    #[error("another program has them")]
    InUse,
    /// Something else.
    #[error("{0}")]
    Failed(String),
}

impl Headsets {
    /// Begins to look for a headset, and to listen to the one that there is. The receiver has what
    /// the agent wants; a wish is dropped when 16 wait already, since whoever takes none for as
    /// long would carry out old ones.
    ///
    /// # Errors
    /// The system has nothing to offer for this, or no thread.
    pub fn open(preferred: Preferred) -> io::Result<(Self, mpsc::Receiver<Wish>)> {
        Self::with(port::connect, preferred)
    }

    fn with<C>(connect: C, preferred: Preferred) -> io::Result<(Self, mpsc::Receiver<Wish>)>
    where
        C: FnOnce() -> io::Result<Box<dyn Port>> + Send + 'static,
    {
        let inbox = Arc::new(Mutex::new(Inbox {
            preferred: preferred.clone(),
            ..Inbox::default()
        }));
        let (wishes, wished) = mpsc::channel(MOST_WISHES);
        let (told, status) = watch::channel(Status::default());
        let (connected, connects) = sync_channel(1);
        let theirs = inbox.clone();
        let owner = move || {
            // Here, since macOS tells of devices only to the thread that has first asked for them.
            let port = connect();
            let wake = port.as_ref().map(|port| port.waker());
            // There is room for one, and whoever opens waits for it.
            let _ = connected.send(wake.map_err(|error| io::Error::from(error.kind())));
            if let Ok(port) = port {
                Owner::new(port, theirs, preferred, wishes, told).run();
            }
        };
        let thread = thread::Builder::new().name("headset".into());
        let thread = thread.spawn(owner)?;
        let wake = connects.recv().map_err(io::Error::other)??;
        let headsets = Self {
            inbox,
            wake,
            status,
            thread: Some(thread),
        };
        Ok((headsets, wished))
    }

    /// What the phone does now. Never waits; of several the last counts.
    pub fn tell(&self, phone: PhoneState) {
        lock(&self.inbox).phone = phone;
        (self.wake)();
    }

    /// Which headset it should be from now on.
    pub fn prefer(&self, preferred: Preferred) {
        lock(&self.inbox).preferred = preferred;
        (self.wake)();
    }

    /// Which headset it is.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }
}

impl Drop for Headsets {
    fn drop(&mut self) {
        lock(&self.inbox).close = true;
        (self.wake)();
        let Some(thread) = self.thread.take() else {
            return;
        };
        // Some milliseconds; a device that does not answer is not waited for, its thread ends when
        // the system gives up on it.
        let until = Instant::now() + FAREWELL;
        while !thread.is_finished() && Instant::now() < until {
            thread::sleep(Duration::from_millis(2));
        }
        if thread.is_finished() && thread.join().is_err() {
            tracing::warn!("the thread of the headset has failed");
        }
    }
}

impl std::fmt::Debug for HeadsetInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04x}:{:04x}", self.vendor, self.product)
    }
}

impl std::fmt::Debug for Headsets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Headsets").finish_non_exhaustive()
    }
}

/// What the thread is told.
#[derive(Default)]
struct Inbox {
    phone: PhoneState,
    preferred: Preferred,
    close: bool,
}

fn lock(inbox: &Mutex<Inbox>) -> MutexGuard<'_, Inbox> {
    inbox.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Owner {
    port: Box<dyn Port>,
    inbox: Arc<Mutex<Inbox>>,
    preferred: Preferred,
    buttons: Buttons,
    open: Option<Found>,
    /// The last look found a headset that refused.
    doubted: bool,
    look_at: Option<Instant>,
    wishes: mpsc::Sender<Wish>,
    status: watch::Sender<Status>,
}

impl Owner {
    fn new(
        port: Box<dyn Port>,
        inbox: Arc<Mutex<Inbox>>,
        preferred: Preferred,
        wishes: mpsc::Sender<Wish>,
        status: watch::Sender<Status>,
    ) -> Self {
        Self {
            port,
            inbox,
            preferred,
            buttons: Buttons::default(),
            open: None,
            doubted: false,
            look_at: None,
            wishes,
            status,
        }
    }

    fn run(&mut self) {
        self.look();
        loop {
            let until = self.buttons.poll_timeout();
            let until = until.into_iter().chain(self.look_at).min();
            match self.port.wait(until) {
                Heard::Report(report) => self.step(Event::Report(report)),
                Heard::Gone => {
                    self.leave(Event::Detached);
                    self.look();
                }
                Heard::Changed => self.look(),
                Heard::Woken => {
                    if self.read_inbox() {
                        break;
                    }
                }
                Heard::Nothing => {}
            }
            if self.look_at.is_some_and(|at| Instant::now() >= at) {
                self.look();
            }
            self.step(Event::Timeout);
        }
        self.leave(Event::Released);
    }

    /// Whether to end.
    fn read_inbox(&mut self) -> bool {
        let (phone, preferred, close) = {
            let inbox = lock(&self.inbox);
            (inbox.phone, inbox.preferred.clone(), inbox.close)
        };
        if preferred != self.preferred {
            self.preferred = preferred;
            self.look();
        }
        self.step(Event::Phone(phone));
        close
    }

    fn step(&mut self, event: Event) {
        for command in self.buttons.handle(Instant::now(), event) {
            match command {
                Command::Write(report) => {
                    if let Err(error) = self.port.write(&report) {
                        // One that is gone is told of by the port.
                        tracing::debug!(kind = %error.kind(), "a headset took no report");
                    }
                }
                Command::Wish(wish) => {
                    if self.wishes.try_send(wish).is_err() {
                        tracing::warn!("nobody takes what is wished by the headset");
                    }
                }
                Command::InUseElsewhere(elsewhere) => {
                    self.tell(|status| status.in_use_elsewhere = elsewhere);
                }
            }
        }
    }

    /// Takes the best headset there is, if it is not that which is open.
    fn look(&mut self) {
        self.look_at = None;
        let mut found = self.port.look();
        if self.open.as_ref().is_some_and(|open| !found.contains(open)) {
            self.leave(Event::Detached);
        }
        choice::sort(&mut found, &self.preferred);
        let mut refused = None;
        for found in found {
            if self.open.as_ref() == Some(&found) {
                break;
            }
            let place = found.place.clone();
            // Its lights go out before another one's go on.
            self.leave(Event::Released);
            match self.port.open(&place) {
                Ok(layout) => {
                    let headset = HeadsetInfo {
                        name: found.name.clone(),
                        vendor: found.vendor,
                        product: found.product,
                    };
                    tracing::debug!(?headset, "a headset's buttons are in use");
                    self.open = Some(found);
                    self.step(Event::Attached(layout));
                    self.tell(|status| status.headset = Some(headset));
                    break;
                }
                Err(refusal) => refused = refused.or(Some(refusal)),
            }
        }
        if self.open.is_some() {
            refused = None;
        }
        self.judge(refused);
    }

    /// A device that has just come is not given to anybody yet: only what is refused twice is.
    fn judge(&mut self, refused: Option<Refusal>) {
        if refused.is_some() && !self.doubted {
            self.doubted = true;
            self.look_at = Some(Instant::now() + DOUBT);
            return;
        }
        self.doubted = refused.is_some();
        self.tell(|status| status.refused = refused);
    }

    fn leave(&mut self, how: Event) {
        if self.open.take().is_some() {
            self.step(how);
            self.port.close();
            self.tell(|status| status.headset = None);
        }
    }

    fn tell(&self, change: impl FnOnce(&mut Status)) {
        self.status.send_if_modified(|status| {
            let before = status.clone();
            change(status);
            *status != before
        });
    }
}

const MOST_WISHES: usize = 16;
/// How long putting the lights out may hold up who closes.
const FAREWELL: Duration = Duration::from_secs(1);
/// After this a headset that refused is asked once more.
const DOUBT: Duration = Duration::from_secs(1);
