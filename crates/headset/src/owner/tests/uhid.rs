//! A headset that the kernel makes up (`linux/uhid.h`): what lists it, tells of it, reads it and
//! writes it is the real thing, and only what USB would do is not.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};

use super::*;

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn a_shift_on_a_device_of_the_kernels() {
    let uhid = OpenOptions::new().read(true).write(true).open(UHID);
    let Ok(uhid) = uhid else {
        // What the fake and the files show is all there is to see here.
        return eprintln!("skipped: {UHID} cannot be opened here");
    };
    drop(uhid);
    let mut bench = Uhid { device: None };
    shift(port::connect, &mut bench);
}

struct Uhid {
    device: Option<File>,
}

impl Uhid {
    fn tell(&mut self, kind: u32, data: &[u8]) {
        let mut event = kind.to_ne_bytes().to_vec();
        event.extend_from_slice(data);
        event.resize(LENGTH, 0);
        let device = self.device.as_mut().expect("it is plugged in");
        assert_eq!(device.write(&event).unwrap(), LENGTH);
    }

    fn next(&mut self) -> (u32, Vec<u8>) {
        let mut event = vec![0; LENGTH];
        let device = self.device.as_mut().expect("it is plugged in");
        let read = device.read(&mut event).unwrap();
        assert!(read >= 4);
        let data = event.split_off(4);
        let kind = event.try_into().expect("four bytes");
        (u32::from_ne_bytes(kind), data)
    }
}

impl Bench for Uhid {
    fn plug(&mut self) {
        let device = OpenOptions::new().read(true).write(true).open(UHID);
        self.device = Some(device.unwrap());
        // struct uhid_create2_req: name, phys, uniq, length, bus, vendor, product, version, country,
        // descriptor.
        let mut data = b"GN Audio A/S Jabra Link 380".to_vec();
        data.resize(128 + 64 + 64, 0);
        data.extend_from_slice(&(JABRA.len() as u16).to_ne_bytes());
        data.extend_from_slice(&BUS_USB.to_ne_bytes());
        for number in [VENDOR.into(), PRODUCT.into(), 0_u32, 0] {
            data.extend_from_slice(&number.to_ne_bytes());
        }
        data.extend_from_slice(JABRA);
        self.tell(CREATE2, &data);
    }

    fn unplug(&mut self) {
        self.tell(DESTROY, &[]);
        self.device = None;
    }

    fn send(&mut self, report: &[u8]) {
        let mut data = (report.len() as u16).to_ne_bytes().to_vec();
        data.extend_from_slice(report);
        self.tell(INPUT2, &data);
    }

    fn written(&mut self) -> Vec<u8> {
        loop {
            // Others are of no interest: that it was started, opened, closed.
            let (kind, data) = self.next();
            if kind == OUTPUT {
                let size = [data[4096], data[4097]];
                return data[..usize::from(u16::from_ne_bytes(size))].to_vec();
            }
        }
    }
}

const UHID: &str = "/dev/uhid";

/// `struct uhid_event`: its kind, and the longest of what may follow.
const LENGTH: usize = 4 + 128 + 64 + 64 + 2 + 2 + 4 * 4 + 4096;
const BUS_USB: u16 = 0x03;

/// `enum uhid_event_type`.
const DESTROY: u32 = 1;
const OUTPUT: u32 = 6;
const CREATE2: u32 = 11;
const INPUT2: u32 = 12;
