//! The process that shows the page. It is not ours and may die at any time: by a fault of its own, for
//! want of memory, with a driver. No call is in it: calls go on, and the page is loaded again.

#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "macos", windows)), path = "linux.rs")]
mod system;

use tauri::{AppHandle, Manager, Wry};

use crate::shell::Shell;

pub(crate) use warmline_desktop::deaths::Deaths;

/// What has gone with the process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Loss {
    /// The page: it can be loaded again where it was.
    Page,
    /// The web view around it too: it takes another window.
    View,
}

/// A program whose shell hears of every web process that dies.
pub(crate) fn watched(builder: tauri::Builder<Wry>) -> tauri::Builder<Wry> {
    system::watched(builder)
}

fn lost(app: &AppHandle, loss: Loss) {
    app.state::<Shell>().page_lost(loss);
}
