//! Owns the headset: its buttons, and its lights, by USB HID telephony (usage page `0x0B`), which
//! the headsets of all makers speak. No maker's own software is needed, and none is spoken to.
//!
//! One thread finds the headset, reads it and writes it ([`Headsets::open`]). It is told what the
//! phone does ([`Headsets::tell`]) and says what the agent wants ([`Wish`]). What is true is what
//! the phone says: a press is a wish, and the lights follow the phone.
//!
//! Several programs may listen to a headset at once. This one writes to it only while a call of its
//! own is up, and not even for ringing while the headset is in use elsewhere.

#![forbid(unsafe_code)]

mod buttons;
mod contact;
mod descriptor;
mod layout;
mod owner;
mod port;
#[cfg(test)]
mod vectors;

pub use buttons::{PhoneState, Wish};
pub use owner::{HeadsetInfo, Headsets, Preferred, Refusal, Status};
