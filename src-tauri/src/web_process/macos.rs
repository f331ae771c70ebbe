//! WKWebView tells its delegate, which is Tauri's. Without us it would load the page again at once,
//! however often that fails.

use tauri::{Manager, Wry};

use super::{Loss, lost};

pub(super) fn watched(builder: tauri::Builder<Wry>) -> tauri::Builder<Wry> {
    builder.on_web_content_process_terminate(|webview| {
        tracing::warn!("the web process has ended");
        lost(webview.app_handle(), Loss::Page);
    })
}
