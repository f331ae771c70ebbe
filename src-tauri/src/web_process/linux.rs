//! WebKitGTK says so by a signal of the view, which stays, blank. And GDK ends the program at the first
//! thing that the X server refuses, say to draw in a window that somebody has just destroyed.

use tauri::{Manager, Wry, plugin};
use webkit2gtk::WebViewExt as _;

use super::{Loss, lost};

pub(super) fn watched(builder: tauri::Builder<Wry>) -> tauri::Builder<Wry> {
    let watching = plugin::Builder::<Wry>::new("web-process").setup(|_, _| {
        // Never popped: no such refusal is worth a call. The window that is gone is told by its own event.
        gdk::error_trap_push();
        Ok(())
    });
    let watching = watching.on_webview_ready(|webview| {
        let app = webview.app_handle().clone();
        let watched = webview.with_webview(move |view| {
            view.inner()
                .connect_web_process_terminated(move |_, reason| {
                    tracing::warn!(?reason, "the web process has ended");
                    lost(&app, Loss::Page);
                });
        });
        if let Err(error) = watched {
            tracing::warn!(%error, "the death of the web process would not be noticed");
        }
    });
    builder.plugin(watching.build())
}
