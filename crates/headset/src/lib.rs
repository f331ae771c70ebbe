//! Owns the headset: its buttons, and its lights.

#![forbid(unsafe_code)]

mod descriptor;
mod layout;
#[cfg(test)]
mod vectors;
