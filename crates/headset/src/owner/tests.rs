//! A shift with a headset: the same on one that is a fake, on one that is made of files, and, where
//! the kernel can make one up (`/dev/uhid`), on a real one.

#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod uhid;

use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;
use crate::port::fake::{Desk, Fake, Ware};
use crate::vectors::{JABRA, POLY};

/// A headset of Jabra's form, whatever it is made of.
trait Bench {
    fn plug(&mut self);
    fn unplug(&mut self);
    fn send(&mut self, report: &[u8]);
    /// What is written to it next.
    fn written(&mut self) -> Vec<u8>;
}

#[test]
fn a_shift_on_a_fake() {
    let (fake, desk) = Fake::new();
    let (writes, written) = channel();
    let mut bench = Fakes {
        desk,
        writes,
        written,
    };
    shift(|| Ok(Box::new(fake)), &mut bench);
}

/// A call of each kind, and a headset that is pulled out in the middle.
fn shift<C>(connect: C, bench: &mut dyn Bench)
where
    C: FnOnce() -> io::Result<Box<dyn Port>> + Send + 'static,
{
    let (headsets, mut wishes) = Headsets::with(connect, Preferred::default()).unwrap();
    let status = headsets.status();
    assert_eq!(status.borrow().headset, None);
    bench.plug();
    wait_for(&status, |status| status.headset.is_some());
    let headset = status.borrow().headset.clone().unwrap();
    assert_eq!((headset.vendor, headset.product), (VENDOR, PRODUCT));

    headsets.tell(RINGING);
    assert_eq!(bench.written(), [2, RING, 0]);
    bench.send(&[2, HOOK, 0]);
    assert_eq!(next(&mut wishes), Wish::Answer);
    headsets.tell(TALKING);
    assert_eq!(bench.written(), [2, OFF_HOOK, 0]);

    bench.send(&[2, HOOK | MUTE, 0]);
    bench.send(&[2, HOOK, 0]);
    assert_eq!(next(&mut wishes), Wish::Mute(true));
    headsets.tell(PhoneState {
        muted: true,
        ..TALKING
    });
    assert_eq!(bench.written(), [2, OFF_HOOK | MUTED, 0]);

    // Nobody hangs up as fast as this test would.
    thread::sleep(SECOND);
    bench.send(&[2, 0, 0]);
    assert_eq!(next(&mut wishes), Wish::HangUp);
    headsets.tell(PhoneState::default());
    assert_eq!(bench.written(), [2, 0, 0]);

    // Pulled out and plugged in again, it is told how things are.
    headsets.tell(TALKING);
    assert_eq!(bench.written(), [2, OFF_HOOK, 0]);
    bench.unplug();
    wait_for(&status, |status| status.headset.is_none());
    bench.plug();
    assert_eq!(bench.written(), [2, OFF_HOOK, 0]);
    wait_for(&status, |status| status.headset.is_some());

    // Whoever closes the phone leaves no light on.
    drop(headsets);
    assert_eq!(bench.written(), [2, 0, 0]);
    assert_eq!(wishes.try_recv().ok(), None, "nothing is wished twice");
}

#[test]
fn one_that_is_not_allowed_is_said_at_the_second_look_and_taken_once_it_is() {
    let (fake, desk) = Fake::new();
    let (headsets, _wishes) = on(fake);
    let status = headsets.status();
    let (writes, _written) = channel();
    let mut ware = ware("hidraw0", JABRA, &writes);
    ware.refuses = Some(Refusal::NotAllowed);
    desk.plug(ware.clone());
    wait_for(&status, |status| {
        status.refused == Some(Refusal::NotAllowed)
    });
    ware.refuses = None;
    desk.unplug("hidraw0", false);
    desk.plug(ware);
    wait_for(&status, |status| {
        status.headset.is_some() && status.refused.is_none()
    });
}

#[test]
fn a_better_one_is_taken_and_the_other_ones_lights_go_out() {
    let (fake, desk) = Fake::new();
    let (headsets, _wishes) = on(fake);
    let status = headsets.status();
    let (writes, old) = channel();
    desk.plug(ware("hidraw0", JABRA, &writes));
    headsets.tell(TALKING);
    let written = |from: &Receiver<Vec<u8>>| from.recv_timeout(PATIENCE).unwrap();
    assert_eq!(written(&old), [2, OFF_HOOK, 0]);
    let (writes, new) = channel();
    let mut better = ware("hidraw1", POLY, &writes);
    better.found.name = "Plantronics Blackwire 3220 Series".into();
    desk.plug(better);
    headsets.prefer(Preferred {
        name: Some("Blackwire 3220".into()),
        ..Preferred::default()
    });
    assert_eq!(written(&old), [2, 0, 0]);
    assert_eq!(written(&new), [9, 1]);
    // Without it, the other one is good enough.
    desk.unplug("hidraw1", true);
    assert_eq!(written(&old), [2, OFF_HOOK, 0]);
    wait_for(&status, |status| status.headset.is_some());
}

#[test]
fn another_programs_call_is_told() {
    let (fake, desk) = Fake::new();
    let (headsets, _wishes) = on(fake);
    let status = headsets.status();
    let (writes, _written) = channel();
    desk.plug(ware("hidraw0", JABRA, &writes));
    desk.send(&[2, HOOK, 0]);
    wait_for(&status, |status| status.in_use_elsewhere);
    desk.send(&[2, 0, 0]);
    wait_for(&status, |status| !status.in_use_elsewhere);
}

#[test]
fn a_system_that_has_nothing_to_offer_is_said_to_whoever_opens() {
    let none = || Err(io::ErrorKind::Unsupported.into());
    let error = Headsets::with(none, Preferred::default()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::Unsupported);
}

#[test]
fn nothing_is_printed_of_a_headset_but_its_kind() {
    let status = Status {
        headset: Some(HeadsetInfo {
            name: "Ann's headset".into(),
            vendor: 0x0B0E,
            product: 0x2400,
        }),
        ..Status::default()
    };
    let preferred = Preferred {
        name: Some("Ann's headset".into()),
        serial: Some("4711".into()),
        ..Preferred::default()
    };
    let printed = format!("{status:?} {preferred:?}");
    assert!(printed.contains("0b0e:2400"));
    assert!(
        !printed.contains("Ann") && !printed.contains("4711"),
        "{printed}"
    );
}

struct Fakes {
    desk: Desk,
    writes: Sender<Vec<u8>>,
    written: Receiver<Vec<u8>>,
}

impl Bench for Fakes {
    fn plug(&mut self) {
        self.desk.plug(ware("hidraw0", JABRA, &self.writes));
    }

    fn unplug(&mut self) {
        self.desk.unplug("hidraw0", true);
    }

    fn send(&mut self, report: &[u8]) {
        self.desk.send(report);
    }

    fn written(&mut self) -> Vec<u8> {
        self.written.recv_timeout(PATIENCE).unwrap()
    }
}

fn on(fake: Fake) -> (Headsets, mpsc::Receiver<Wish>) {
    Headsets::with(|| Ok(Box::new(fake)), Preferred::default()).unwrap()
}

fn ware(place: &str, descriptor: &'static [u8], written: &Sender<Vec<u8>>) -> Ware {
    Ware {
        found: Found {
            place: place.into(),
            name: "GN Audio A/S Jabra Link 380".into(),
            vendor: VENDOR,
            product: PRODUCT,
            serial: None,
        },
        descriptor,
        refuses: None,
        written: written.clone(),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().build().unwrap()
}

fn next(wishes: &mut mpsc::Receiver<Wish>) -> Wish {
    let wish = async { tokio::time::timeout(PATIENCE, wishes.recv()).await };
    runtime().block_on(wish).expect("in time").expect("open")
}

fn wait_for(status: &watch::Receiver<Status>, is: impl FnMut(&Status) -> bool) {
    let mut status = status.clone();
    runtime().block_on(async {
        let is = tokio::time::timeout(PATIENCE, status.wait_for(is)).await;
        is.expect("in time").expect("open");
    });
}

const SECOND: Duration = Duration::from_secs(1);
/// A machine that is busy may take as long.
const PATIENCE: Duration = Duration::from_secs(20);

const RINGING: PhoneState = PhoneState {
    ringing: true,
    talking: false,
    holding: false,
    muted: false,
};
const TALKING: PhoneState = PhoneState {
    ringing: false,
    talking: true,
    holding: false,
    muted: false,
};

/// Numbers that pid.codes keeps for tests: the kernel leaves those of real makers to drivers that a
/// machine without headsets may not have.
const VENDOR: u16 = 0x1209;
const PRODUCT: u16 = 0x0001;

/// Bits of Jabra's form.
const HOOK: u8 = 1 << 0;
const MUTE: u8 = 1 << 2;
const OFF_HOOK: u8 = 1 << 0;
const MUTED: u8 = 1 << 1;
const RING: u8 = 1 << 2;
