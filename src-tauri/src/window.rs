//! The one window.

use tauri::{
    AppHandle, Manager, UserAttentionType, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Window,
    WindowEvent,
};

use crate::{shell::Shell, web_process::Loss};

/// Opens it.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    build(app, LABEL)
}

/// Loads the page again that has died, in another window if it has taken this one along.
pub(crate) fn load_again(app: &AppHandle, loss: Loss) {
    let dead = app.webview_windows().into_values().next();
    let loaded = match (loss, dead) {
        (Loss::Page, Some(window)) => window.reload(),
        (Loss::View, Some(dead)) => replace(app, &dead),
        // The program is about to end.
        (_, None) => Ok(()),
    };
    if let Err(error) = loaded {
        tracing::error!(%error, "the page cannot be loaded again");
    }
}

/// The new one first: with the last window the program would end.
fn replace(app: &AppHandle, dead: &WebviewWindow) -> tauri::Result<()> {
    let free = [LABEL, OTHER_LABEL]
        .into_iter()
        .find(|label| *label != dead.label());
    build(app, free.unwrap_or(LABEL))?;
    dead.destroy()
}

fn build(app: &AppHandle, label: &str) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, label, WebviewUrl::default())
        .title("Warmline")
        .inner_size(420.0, 720.0)
        .min_inner_size(340.0, 480.0)
        // The pages never lead anywhere else, whatever a caller's header says.
        .on_navigation(|url| matches!(url.host_str(), Some("localhost" | "tauri.localhost")))
        .build()?;
    Ok(())
}

/// Asks before it takes a customer along.
pub(crate) fn on_event(window: &Window, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event {
        api.prevent_close();
        window.state::<Shell>().close_asked();
    }
}

/// A call rings: the window calls for attention but takes the keyboard from nobody.
pub(crate) fn draw_attention(app: &AppHandle) {
    with_window(app, |window| {
        window.request_user_attention(Some(UserAttentionType::Critical))
    });
}

/// Puts it before the agent, who has just asked for something.
pub(crate) fn bring_up(app: &AppHandle) {
    with_window(app, |window| {
        window.unminimize()?;
        window.show()?;
        window.set_focus()
    });
}

/// Names it anew.
pub(crate) fn set_title(app: &AppHandle, title: &str) {
    with_window(app, |window| window.set_title(title));
}

/// Takes it away at once, while the phone still says farewell.
pub(crate) fn hide(app: &AppHandle) {
    with_window(app, WebviewWindow::hide);
}

fn with_window(app: &AppHandle, change: impl FnOnce(&WebviewWindow) -> tauri::Result<()>) {
    let Some(window) = app.webview_windows().into_values().next() else {
        return;
    };
    if let Err(error) = change(&window) {
        tracing::warn!(%error, "the window does not obey");
    }
}

/// `capabilities/main.json` names them too.
const LABEL: &str = "main";
const OTHER_LABEL: &str = "main-again";
