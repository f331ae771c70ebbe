//! Owns the window under test: the real program in the real web view, on a desktop of its own, driven
//! by what an agent has: pointer and keyboard.
#![cfg(target_os = "linux")]

mod clipboard;
mod desktop;
mod driver;
mod others;
pub mod people;
mod picture;
mod practice;
mod room;
mod scenes;
mod screens;
mod settings;
mod setup;
mod sleep;
mod speaker;
mod tray;
mod window;

pub use clipboard::Copied;
pub use desktop::{Desktop, Scheme};
pub use driver::Driver;
pub use others::{Notifications, Other, Shown};
pub use picture::{Difference, Picture};
pub use practice::{Deed, Practice};
pub use room::{Ears, hears, hears_nothing, quiet_room, take_microphone};
pub use scenes::{Scenes, View};
pub use screens::{Focus, Screens};
pub use setup::{Setup, after_the_first_day, beside_the_tests, profile, write};
pub use sleep::{Blocker, Sleep};
pub use speaker::Speaker;
pub use tray::{Entry, Icon, Panel};
pub use window::{Window, key};
