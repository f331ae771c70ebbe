//! Owns the window under test: the real program in the real web view, on a desktop of its own, driven
//! by what an agent has: pointer and keyboard.
#![cfg(target_os = "linux")]

mod desktop;
mod driver;
mod room;
mod window;

pub use desktop::{Desktop, Scheme};
pub use driver::Driver;
pub use room::{Ears, hears, hears_nothing};
pub use window::{Setup, Window, profile, write};
