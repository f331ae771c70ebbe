//! A headset made of files: a folder as the kernel's, and a terminal in place of the device, which
//! is read and written, and goes away, much as hidraw does. What waits for it is the real thing.

use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use tempfile::TempDir;

use super::*;
use crate::port::linux::Linux;

#[test]
fn a_shift_on_files() {
    let mut bench = Files::new();
    let port = bench.port();
    shift(|| Ok(Box::new(port)), &mut bench);
}

#[test]
fn keyboards_and_damaged_devices_are_no_headsets() {
    let bench = Files::new();
    bench.describe("hidraw3", crate::vectors::KEYBOARD);
    bench.describe("hidraw4", &[0x05]);
    bench.describe("hidraw10", POLY);
    bench.describe("hidraw9", JABRA);
    let found = bench.port().look();
    let places: Vec<_> = found.iter().map(|found| found.place.as_str()).collect();
    assert_eq!(places, ["hidraw9", "hidraw10"]);
    assert_eq!(found[0].name, "GN Audio A/S Jabra Link 380");
    assert_eq!(found[0].serial.as_deref(), Some("4711"));
}

#[test]
fn nothing_wakes_the_thread_while_nothing_happens() {
    let bench = Files::new();
    let mut port = bench.port();
    // Other devices come and go.
    fs::write(bench.dev().join("tty7"), "").unwrap();
    let until = Instant::now() + Duration::from_millis(50);
    assert_eq!(port.wait(Some(until)), Heard::Nothing);
    assert!(Instant::now() >= until);
    let waker = port.waker();
    thread::scope(|scope| {
        scope.spawn(move || waker());
        assert_eq!(port.wait(None), Heard::Woken);
    });
    fs::write(bench.dev().join("hidraw7"), "").unwrap();
    assert_eq!(port.wait(None), Heard::Changed);
}

#[test]
fn a_device_that_is_not_there_or_nobody_may_use_is_refused() {
    let bench = Files::new();
    bench.describe("hidraw0", JABRA);
    let refused = bench.port().open("hidraw0");
    assert!(matches!(refused, Err(Refusal::Failed(_))), "{refused:?}");
    // A folder is none, whoever asks.
    fs::create_dir(bench.dev().join("hidraw0")).unwrap();
    let refused = bench.port().open("hidraw0");
    assert!(matches!(refused, Err(Refusal::Failed(_))), "{refused:?}");
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn a_device_that_udev_has_given_to_nobody_is_not_allowed() {
    let bench = Files::new();
    bench.describe("hidraw0", JABRA);
    let device = bench.dev().join("hidraw0");
    fs::write(&device, "").unwrap();
    fs::set_permissions(&device, Permissions::from_mode(0o000)).unwrap();
    if File::open(&device).is_ok() {
        return eprintln!("skipped: root may use everything");
    }
    assert_eq!(bench.port().open("hidraw0"), Err(Refusal::NotAllowed));
}

struct Files {
    root: TempDir,
    device: Option<File>,
}

impl Files {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["sys", "dev"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        Self { root, device: None }
    }

    fn port(&self) -> Linux {
        Linux::new(&self.root.path().join("sys"), &self.dev()).unwrap()
    }

    fn dev(&self) -> std::path::PathBuf {
        self.root.path().join("dev")
    }

    fn describe(&self, place: &str, descriptor: &[u8]) {
        let folder = self.root.path().join("sys").join(place).join("device");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("report_descriptor"), descriptor).unwrap();
        let about = "DRIVER=hid-generic\nHID_ID=0003:00001209:00000001\n\
                     HID_NAME=GN Audio A/S Jabra Link 380\nHID_PHYS=\nHID_UNIQ=4711\n";
        fs::write(folder.join("uevent"), about).unwrap();
    }
}

impl Bench for Files {
    fn plug(&mut self) {
        let device = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&device).unwrap();
        unlockpt(&device).unwrap();
        let mut plain = tcgetattr(&device).unwrap();
        plain.make_raw();
        tcsetattr(&device, OptionalActions::Now, &plain).unwrap();
        let name = ptsname(&device, Vec::new()).unwrap();
        self.describe("hidraw0", JABRA);
        symlink(
            Path::new(name.to_str().unwrap()),
            self.dev().join("hidraw0"),
        )
        .unwrap();
        self.device = Some(device.into());
    }

    fn unplug(&mut self) {
        fs::remove_dir_all(self.root.path().join("sys/hidraw0")).unwrap();
        fs::remove_file(self.dev().join("hidraw0")).unwrap();
        self.device = None;
    }

    fn send(&mut self, report: &[u8]) {
        self.device.as_mut().unwrap().write_all(report).unwrap();
        // A terminal keeps no borders between reports: each is read before the next is sent.
        thread::sleep(Duration::from_millis(100));
    }

    fn written(&mut self) -> Vec<u8> {
        let device = self.device.as_mut().unwrap();
        let patience = Timespec {
            tv_sec: PATIENCE.as_secs() as i64,
            tv_nsec: 0,
        };
        let mut fds = [PollFd::new(device, PollFlags::IN)];
        assert_eq!(poll(&mut fds, Some(&patience)), Ok(1), "nothing is written");
        let mut report = [0; 3];
        device.read_exact(&mut report).unwrap();
        report.to_vec()
    }
}
