//! Owns what the desktop offers a phone: links, one instance, the place of the window, attention for a call,
//! shortcuts, the tray, and a machine that stays awake.
//!
//! It knows neither Tauri nor calls: it is told what there is ([`phone::PhoneNow`]) and says what to do.

pub mod door;
pub mod link;
pub mod place;
