//! Owns settings: what the agent has set, and the file that keeps it.
//!
//! [`Settings`] are pure: text in, text out. [`load`] and [`store`] are the file around them, which
//! is never lost: it is replaced as a whole, and one that cannot be read is put aside.

mod file;
mod settings;

pub use file::{Problem, load, store};
pub use settings::{
    Device, Experts, NoiseSuppression, Percent, Settings, SettingsError, Shortcuts, Sound,
    TextSize, Theme, Voice, Window, prefer,
};
