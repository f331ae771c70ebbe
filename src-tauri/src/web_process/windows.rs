//! WebView2 says so by `ProcessFailed`. When its browser process goes, every view of it is closed.

use tauri::{AppHandle, Manager, Wry, plugin, webview::PlatformWebview};
use webview2_com::{
    Microsoft::Web::WebView2::Win32::{
        COREWEBVIEW2_PROCESS_FAILED_KIND, COREWEBVIEW2_PROCESS_FAILED_KIND_BROWSER_PROCESS_EXITED,
        COREWEBVIEW2_PROCESS_FAILED_KIND_RENDER_PROCESS_EXITED,
    },
    ProcessFailedEventHandler,
};
use windows_core::Result;

use super::{Loss, lost};

pub(super) fn watched(builder: tauri::Builder<Wry>) -> tauri::Builder<Wry> {
    let watching = plugin::Builder::<Wry>::new("web-process").on_webview_ready(|webview| {
        let app = webview.app_handle().clone();
        let watched = webview.with_webview(move |view| {
            if let Err(error) = watch(&view, app) {
                tracing::warn!(%error, "the death of the web process would not be noticed");
            }
        });
        if let Err(error) = watched {
            tracing::warn!(%error, "the death of the web process would not be noticed");
        }
    });
    builder.plugin(watching.build())
}

fn watch(view: &PlatformWebview, app: AppHandle) -> Result<()> {
    let failed = ProcessFailedEventHandler::create(Box::new(move |_, failure| {
        let mut kind = COREWEBVIEW2_PROCESS_FAILED_KIND::default();
        if let Some(failure) = failure {
            // SAFETY: it is read on the thread of the view, which called, into memory of ours.
            unsafe { failure.ProcessFailedKind(&mut kind) }?;
        }
        tracing::warn!(kind = kind.0, "a web process has ended");
        match kind {
            COREWEBVIEW2_PROCESS_FAILED_KIND_RENDER_PROCESS_EXITED => lost(&app, Loss::Page),
            COREWEBVIEW2_PROCESS_FAILED_KIND_BROWSER_PROCESS_EXITED => lost(&app, Loss::View),
            // The others are started again by WebView2, and a page that is slow is not dead.
            _ => {}
        }
        Ok(())
    }));
    let mut token = 0;
    // SAFETY: `with_webview` is on the thread of the view, and the handler is counted by the view.
    unsafe {
        view.controller()
            .CoreWebView2()?
            .add_ProcessFailed(&failed, &mut token)
    }
}
