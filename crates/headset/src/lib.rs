//! Owns the headset: its buttons, and its lights.

#![forbid(unsafe_code)]

mod buttons;
mod contact;
mod descriptor;
mod layout;
#[cfg(test)]
mod vectors;

pub use buttons::{PhoneState, Wish};
