//! Where the calls that are over are kept.

use tauri::{AppHandle, Manager};
use warmline_desk::journal::Journal;

/// Opens `warmline/history.db` in `$XDG_DATA_HOME` or `~/.local/share`, in `%LOCALAPPDATA%`, or in
/// `~/Library/Application Support`: never in a folder that roams, where two machines would write it.
pub(crate) fn open(app: &AppHandle) -> Journal {
    match app.path().local_data_dir() {
        Ok(folder) => Journal::open(folder.join("warmline").join("history.db")),
        Err(error) => {
            tracing::warn!(%error, "no place for the history: calls are remembered until the end");
            Journal::in_memory()
        }
    }
}
