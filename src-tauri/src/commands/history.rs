use std::path::PathBuf;

use rfd::AsyncFileDialog;
use tauri::{State, WebviewWindow, async_runtime::spawn_blocking};
use tokio::sync::oneshot;
use warmline_desk::journal;
use warmline_ipc::{UiError, UiFound, UiSearch};

use crate::shell::Shell;

/// A page of the calls that are over, by what the agent looks for.
#[tauri::command]
pub(crate) async fn search_calls(
    shell: State<'_, Shell>,
    search: UiSearch,
) -> Result<UiFound, UiError> {
    let calls = shell.look_back().await.ok_or_else(UiError::no_phone)?;
    calls.search(search).await.ok_or_else(UiError::no_phone)
}

/// Writes all that is found to a file that the agent chooses, and says whether they chose one.
#[tauri::command]
pub(crate) async fn export_calls(
    window: WebviewWindow,
    shell: State<'_, Shell>,
    search: UiSearch,
) -> Result<bool, UiError> {
    let calls = shell.look_back().await.ok_or_else(UiError::no_phone)?;
    let Some(path) = choose_file(&window).await else {
        return Ok(false);
    };
    let table = calls.table(search).await.ok_or_else(UiError::no_phone)?;
    let saved = spawn_blocking(move || journal::save(&path, &table)).await;
    saved
        .expect("writing a file does not panic")
        .map_err(|error| UiError::not_saved(&error))?;
    Ok(true)
}

/// Where the agent wants it; none if they thought better of it.
async fn choose_file(window: &WebviewWindow) -> Option<PathBuf> {
    let (asked, asking) = oneshot::channel();
    let parent = window.clone();
    // The system's windows belong to the main thread, which does not wait for the agent.
    let ask = move || {
        let dialog = AsyncFileDialog::new()
            .set_parent(&parent)
            .set_file_name("warmline-calls.csv")
            .add_filter("CSV", &["csv"]);
        // The page may have gone.
        let _ = asked.send(dialog.save_file());
    };
    window.run_on_main_thread(ask).ok()?;
    let file = asking.await.ok()?.await?;
    Some(file.path().to_owned())
}
