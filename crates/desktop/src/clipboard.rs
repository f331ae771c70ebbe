//! What the agent has copied.

use tokio::task::spawn_blocking;

/// The text in the clipboard, if there is one. The program that has it may take its time.
pub(crate) async fn text() -> Option<String> {
    let read = spawn_blocking(|| arboard::Clipboard::new()?.get_text());
    match read.await.expect("reading the clipboard does not panic") {
        Ok(text) => Some(text),
        Err(error) => {
            tracing::info!(%error, "there is no text in the clipboard");
            None
        }
    }
}
