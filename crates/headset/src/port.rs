//! The way to the headsets: one module per system behind one interface.

#[cfg(test)]
pub(crate) mod fake;
#[cfg(any(windows, target_os = "macos"))]
mod hid;
#[cfg(target_os = "linux")]
pub(crate) mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(windows)]
mod windows;

use std::io;
use std::sync::Arc;
use std::time::Instant;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;
#[cfg(windows)]
use windows as system;

use crate::layout::Layout;
use crate::owner::Refusal;

/// What a system does for headsets. The thread that has connected has it.
pub(crate) trait Port {
    /// The devices that have something of telephony, in an order that stays.
    fn look(&mut self) -> Vec<Found>;

    /// Opens one of them, and closes the one that was open. Others may have it open, too.
    ///
    /// # Errors
    /// Why it cannot be used.
    fn open(&mut self, place: &str) -> Result<Layout, Refusal>;

    /// Closes it.
    fn close(&mut self);

    /// Sends a report, which begins with its number or 0. May take as long as the device does.
    ///
    /// # Errors
    /// It was not sent.
    fn write(&mut self, report: &[u8]) -> io::Result<()>;

    /// Sleeps until something happens, until then at the longest.
    fn wait(&mut self, until: Option<Instant>) -> Heard;

    /// Ends the wait, from any thread.
    fn waker(&self) -> Waker;
}

/// Ends a wait with [`Heard::Woken`].
pub(crate) type Waker = Arc<dyn Fn() + Send + Sync>;

/// A device, as listed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// What the system calls it: another one if it is plugged in again.
    pub(crate) place: String,
    pub(crate) name: String,
    pub(crate) vendor: u16,
    pub(crate) product: u16,
    pub(crate) serial: Option<String>,
}

/// What ended a wait.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The open device sent this.
    Report(Vec<u8>),
    /// The open device is gone.
    Gone,
    /// Devices came, went, or may be used by others than before.
    Changed,
    /// [`Port::waker`] was called.
    Woken,
    /// Time.
    Nothing,
}

/// The system's own.
///
/// # Errors
/// It has none to offer.
pub(crate) fn connect() -> io::Result<Box<dyn Port>> {
    system::connect()
}
