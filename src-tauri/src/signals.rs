//! The system's wish that the program end.

/// Returns when the system, or whoever started the program, wants it to end.
#[cfg(unix)]
pub(crate) async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Windows sends none: when the session ends, it ends the event loop, and `main` hears of it.
#[cfg(not(unix))]
pub(crate) async fn terminated() {
    std::future::pending().await
}
