//! Windows and macOS, by hidapi. It tells of nothing that comes, and a device that is read cannot be
//! written meanwhile: so a list is looked at now and then, and a device is opened twice.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hidapi::{DeviceInfo, HidApi, HidDevice, HidError, MAX_REPORT_DESCRIPTOR_SIZE};

use super::{Found, Heard, Port, Waker, system};
use crate::descriptor::TELEPHONY;
use crate::layout::Layout;
use crate::owner::Refusal;

pub(super) fn connect() -> io::Result<Hid> {
    let api = HidApi::new().map_err(io::Error::other)?;
    let (hears, heard) = sync_channel(MOST_HEARD);
    Ok(Hid {
        api,
        known: BTreeSet::new(),
        look_at: Instant::now() + LOOK,
        open: None,
        opened: 0,
        readers: Vec::new(),
        hears,
        heard,
    })
}

/// hidapi's devices.
pub(super) struct Hid {
    api: HidApi,
    /// Where there were devices at the last look.
    known: BTreeSet<CString>,
    look_at: Instant,
    open: Option<Open>,
    /// How often one was opened: what a closed one had still to say is not heard.
    opened: u64,
    readers: Vec<JoinHandle<()>>,
    hears: SyncSender<(u64, Heard)>,
    heard: Receiver<(u64, Heard)>,
}

struct Open {
    writes: HidDevice,
    ends: Arc<AtomicBool>,
}

impl Hid {
    /// The devices with a collection of telephony. macOS lists one for each of its collections.
    fn devices(&self) -> impl Iterator<Item = &DeviceInfo> {
        let devices = self.api.device_list();
        devices.filter(|device| device.usage_page() == TELEPHONY)
    }

    fn has_changed(&mut self) -> bool {
        let often = if self.open.is_some() { SELDOM } else { LOOK };
        self.look_at = Instant::now() + often;
        if self.api.refresh_devices().is_err() {
            return false;
        }
        let places: BTreeSet<_> = self
            .devices()
            .map(|found| found.path().to_owned())
            .collect();
        places != self.known
    }

    fn try_open(&mut self, place: &str) -> Result<Layout, HidError> {
        let mut devices = self.devices();
        let device = devices.find(|device| device.path().to_string_lossy() == place);
        let device = device.ok_or(HidError::HidApiErrorEmpty)?;
        let path = device.path().to_owned();
        drop(devices);
        let (reads, writes) = (self.api.open_path(&path)?, self.api.open_path(&path)?);
        let mut descriptor = [0; MAX_REPORT_DESCRIPTOR_SIZE];
        let length = reads.get_report_descriptor(&mut descriptor)?;
        let layout = Layout::read(&descriptor[..length]);
        let layout = layout.map_err(|error| HidError::HidApiError {
            message: error.to_string(),
        })?;
        // On Windows a device that may not be used opens all the same, and shows it here.
        let mut report = [0; LONGEST];
        let early = reads.read_timeout(&mut report, 0)?;
        self.opened += 1;
        if early > 0 {
            self.hear(Heard::Report(report[..early].to_vec()));
        }
        let ends = Arc::new(AtomicBool::new(false));
        let reader = Reader {
            device: reads,
            ends: ends.clone(),
            hears: self.hears.clone(),
            nth: self.opened,
        };
        let thread = thread::Builder::new().name("headset reader".into());
        let thread = thread.spawn(move || reader.run());
        self.readers
            .push(thread.map_err(|error| HidError::IoError { error })?);
        self.open = Some(Open { writes, ends });
        Ok(layout)
    }

    fn hear(&self, heard: Heard) {
        // Full: it has more to read than it can.
        let _ = self.hears.try_send((self.opened, heard));
    }
}

impl Port for Hid {
    fn look(&mut self) -> Vec<Found> {
        self.has_changed();
        self.known = self
            .devices()
            .map(|found| found.path().to_owned())
            .collect();
        let mut found: Vec<_> = self.devices().map(describe).collect();
        found.sort_by(|one, other| one.place.cmp(&other.place));
        found.dedup_by(|one, other| one.place == other.place);
        found
    }

    fn open(&mut self, place: &str) -> Result<Layout, Refusal> {
        self.close();
        self.try_open(place)
            .map_err(|error| system::refusal(&error))
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            open.ends.store(true, Ordering::Release);
        }
        self.opened += 1;
        self.readers.retain(|reader| !reader.is_finished());
    }

    fn write(&mut self, report: &[u8]) -> io::Result<()> {
        let open = self.open.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        let written = open.writes.write(report);
        written.map(drop).map_err(io::Error::other)
    }

    fn wait(&mut self, until: Option<Instant>) -> Heard {
        loop {
            let next = until.map_or(self.look_at, |until| until.min(self.look_at));
            let left = next.saturating_duration_since(Instant::now());
            match self.heard.recv_timeout(left) {
                Ok((nth, heard)) if nth == self.opened || heard == Heard::Woken => return heard,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    if until.is_some_and(|until| Instant::now() >= until) {
                        return Heard::Nothing;
                    }
                    if self.has_changed() {
                        return Heard::Changed;
                    }
                }
            }
        }
    }

    fn waker(&self) -> Waker {
        let hears = self.hears.clone();
        // Full: it is awake.
        Arc::new(move || drop(hears.try_send((0, Heard::Woken))))
    }
}

impl Drop for Hid {
    fn drop(&mut self) {
        self.close();
        for reader in self.readers.drain(..) {
            if reader.join().is_err() {
                tracing::warn!("a thread that reads a headset has failed");
            }
        }
    }
}

struct Reader {
    device: HidDevice,
    ends: Arc<AtomicBool>,
    hears: SyncSender<(u64, Heard)>,
    nth: u64,
}

impl Reader {
    fn run(self) {
        let mut report = [0; LONGEST];
        while !self.ends.load(Ordering::Acquire) {
            let heard = match self.device.read_timeout(&mut report, ENDS_WITHIN_MS) {
                Ok(0) => continue,
                Ok(read) => Heard::Report(report[..read].to_vec()),
                Err(_) => Heard::Gone,
            };
            let gone = heard == Heard::Gone;
            // Full: the owner waits for a device that takes nothing. That one is gone shows at the
            // next look, too.
            let _ = self.hears.try_send((self.nth, heard));
            if gone {
                break;
            }
        }
    }
}

fn describe(device: &DeviceInfo) -> Found {
    let maker = device.manufacturer_string().unwrap_or_default();
    let name = device.product_string().unwrap_or_default();
    let serial = device.serial_number().filter(|serial| !serial.is_empty());
    Found {
        place: device.path().to_string_lossy().into_owned(),
        name: format!("{maker} {name}").trim().to_owned(),
        vendor: device.vendor_id(),
        product: device.product_id(),
        serial: serial.map(str::to_owned),
    }
}

/// How often to look for a headset, and for a better one than there is.
const LOOK: Duration = Duration::from_secs(2);
const SELDOM: Duration = Duration::from_secs(10);
/// A thread that reads cannot be woken.
const ENDS_WITHIN_MS: i32 = 500;
/// Reports that wait for the owner; what comes then is lost.
const MOST_HEARD: usize = 64;
const LONGEST: usize = 4096;
