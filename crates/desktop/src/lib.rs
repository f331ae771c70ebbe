//! Owns what the desktop offers a phone: links, one instance, the place of the window, attention for a call,
//! shortcuts, the tray, and a machine that stays awake.
//!
//! It does not know Tauri. [`Desktop`] is shown what the phone is like ([`phone::PhoneNow`]) and
//! says what the window and the phone have to do ([`Wish`]).

mod arrangement;
pub mod attention;
pub mod awake;
mod clipboard;
pub mod deaths;
mod desktop;
pub mod door;
pub mod errands;
pub mod last_way_out;
pub mod link;
mod login;
pub mod notice;
mod opener;
pub mod phone;
pub mod place;
pub mod program;
#[cfg(windows)]
mod registry;
mod request;
pub mod shortcut;
pub mod tongue;
pub mod tray;
pub mod trouble;
#[cfg(not(any(target_os = "macos", windows)))]
mod xdg;

pub use arrangement::Standing;
pub use desktop::{Desktop, DesktopView, News, Wish};
pub use request::{AskedBy, Question};
