//! Linux: hidraw. The kernel lists devices and their report descriptors as files that everybody may
//! read; the devices themselves are files in `/dev` that `udev` lets people use, and whose coming and
//! going `inotify` tells.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fs::OFlags;
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::Errno;

use super::{Found, Heard, Port, Waker};
use crate::layout::Layout;
use crate::owner::Refusal;

pub(super) fn connect() -> io::Result<Box<dyn Port>> {
    let linux = Linux::new(Path::new("/sys/class/hidraw"), Path::new("/dev"))?;
    Ok(Box::new(linux))
}

/// hidraw.
pub(crate) struct Linux {
    /// Where devices are described, and where they are.
    sys: PathBuf,
    dev: PathBuf,
    /// `None` where the system has no more watches to give: then it is looked at now and then.
    changes: Option<OwnedFd>,
    wakes: Arc<OwnedFd>,
    device: Option<File>,
}

impl Linux {
    pub(crate) fn new(sys: &Path, dev: &Path) -> io::Result<Self> {
        let changes = watch(dev);
        if let Err(error) = &changes {
            tracing::debug!(%error, "the system does not tell of headsets that are plugged in");
        }
        Ok(Self {
            sys: sys.to_owned(),
            dev: dev.to_owned(),
            changes: changes.ok(),
            wakes: Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?),
            device: None,
        })
    }

    fn describe(&self, place: &str) -> io::Result<Found> {
        let about = fs::read_to_string(self.sys.join(place).join("device/uevent"))?;
        let line = |name: &str| {
            let mut lines = about.lines().filter_map(|line| line.split_once('='));
            lines.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        // `HID_ID=0003:00000B0E:00002400`: the bus, the vendor, the product.
        let mut ids = line("HID_ID").unwrap_or_default().split(':').skip(1);
        let mut id = || {
            let id = ids.next().and_then(|id| u32::from_str_radix(id, 16).ok());
            id.unwrap_or(0) as u16
        };
        let serial = line("HID_UNIQ").filter(|serial| !serial.is_empty());
        Ok(Found {
            place: place.to_owned(),
            name: line("HID_NAME").unwrap_or_default().to_owned(),
            vendor: id(),
            product: id(),
            serial: serial.map(str::to_owned),
        })
    }

    fn layout(&self, place: &str) -> Result<Layout, Refusal> {
        let descriptor = fs::read(self.sys.join(place).join("device/report_descriptor"));
        let descriptor = descriptor.map_err(|error| refusal(&error))?;
        Layout::read(&descriptor).map_err(|error| Refusal::Failed(error.to_string()))
    }

    /// What the device has sent; `None` if it has not.
    fn read(&mut self) -> Option<Heard> {
        let mut report = [0; LONGEST];
        match self.device.as_mut()?.read(&mut report) {
            Ok(0) => Some(Heard::Gone),
            Ok(read) => Some(Heard::Report(report[..read].to_vec())),
            Err(error) if may_go_on(&error) => None,
            Err(_) => Some(Heard::Gone),
        }
    }

    /// Whether what has changed is about devices of ours.
    fn has_changed(&self) -> bool {
        let Some(changes) = &self.changes else {
            return false;
        };
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(changes, &mut buffer);
        let mut changed = false;
        while let Ok(event) = reader.next() {
            let name = event.file_name().map(|name| name.to_bytes());
            // More has happened than could be told: then perhaps this, too.
            changed |= name.is_none_or(|name| name.starts_with(PREFIX.as_bytes()));
        }
        changed
    }
}

impl Port for Linux {
    fn look(&mut self) -> Vec<Found> {
        // Without any such device there is no folder either.
        let entries = fs::read_dir(&self.sys).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<_> = names.filter(|name| number(name).is_some()).collect();
        names.sort_by_key(|name| number(name));
        names.retain(|name| self.layout(name).is_ok());
        let found = names.iter().filter_map(|name| self.describe(name).ok());
        found.collect()
    }

    fn open(&mut self, place: &str) -> Result<Layout, Refusal> {
        self.device = None;
        let layout = self.layout(place)?;
        let device = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32)
            .open(self.dev.join(place));
        self.device = Some(device.map_err(|error| refusal(&error))?);
        Ok(layout)
    }

    fn close(&mut self) {
        self.device = None;
    }

    fn write(&mut self, report: &[u8]) -> io::Result<()> {
        match &mut self.device {
            Some(device) => device.write_all(report),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn wait(&mut self, until: Option<Instant>) -> Heard {
        // Without notices, time has to do.
        let look_at = self.changes.is_none().then(|| Instant::now() + LOOK);
        loop {
            let until = until.into_iter().chain(look_at).min();
            let left = until.map(|at| at.saturating_duration_since(Instant::now()));
            let left = left.map(|left| Timespec {
                tv_sec: left.as_secs() as i64,
                tv_nsec: left.subsec_nanos().into(),
            });
            let wakes = self.wakes.clone();
            let mut fds = vec![PollFd::new(&wakes, PollFlags::IN)];
            let device = self.device.as_ref().map(AsFd::as_fd);
            let changes = self.changes.as_ref().map(AsFd::as_fd);
            fds.extend(device.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
            fds.extend(changes.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
            let ready = match poll(&mut fds, left.as_ref()) {
                Ok(ready) => ready,
                Err(Errno::INTR) => continue,
                // Out of memory: the sound goes on, and this is tried again when it is due.
                Err(_) => return Heard::Nothing,
            };
            if ready == 0 {
                let due = look_at.is_some_and(|at| Instant::now() >= at);
                return if due { Heard::Changed } else { Heard::Nothing };
            }
            drop(fds);
            let mut count = [0; 8];
            if rustix::io::read(&wakes, &mut count).is_ok() {
                return Heard::Woken;
            }
            if let Some(heard) = self.read() {
                return heard;
            }
            if self.has_changed() {
                return Heard::Changed;
            }
        }
    }

    fn waker(&self) -> Waker {
        let wakes = self.wakes.clone();
        Arc::new(move || {
            // It fails only when it has been called 2^64 times.
            let _ = rustix::io::write(&wakes, &1_u64.to_ne_bytes());
        })
    }
}

fn watch(dev: &Path) -> io::Result<OwnedFd> {
    let watch = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
    // ATTRIB: udev gives a device to the person at the seat after it has come.
    let what = WatchFlags::CREATE | WatchFlags::DELETE | WatchFlags::ATTRIB;
    inotify::add_watch(&watch, dev, what)?;
    Ok(watch)
}

fn number(name: &str) -> Option<u32> {
    name.strip_prefix(PREFIX)?.parse().ok()
}

fn may_go_on(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

fn refusal(error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Refusal::NotAllowed,
        io::ErrorKind::ResourceBusy => Refusal::InUse,
        _ => Refusal::Failed(error.kind().to_string()),
    }
}

/// How the kernel names these devices.
const PREFIX: &str = "hidraw";
/// The kernel gives a report of any length; those of headsets have a few bytes.
const LONGEST: usize = 4096;
/// How often to look where nobody tells.
const LOOK: Duration = Duration::from_secs(2);
