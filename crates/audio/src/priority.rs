//! Asks the system to run the sound thread ahead of others.
//!
//! Windows (MMCSS "Pro Audio") and macOS (time constraint) take such a promise back when a thread
//! breaks it, so it is safe to ask. On Linux real-time scheduling without a broker can starve a
//! machine of few cores, so the thread stays at normal priority there. `WARMLINE_REALTIME=0`
//! switches the request off.

/// Held by the thread for as long as the priority is to last.
pub(crate) struct Raised {
    #[cfg(any(windows, target_os = "macos"))]
    handle: Option<audio_thread_priority::RtPriorityHandle>,
}

/// Asks for the calling thread; being refused is not an error.
pub(crate) fn raise() -> Raised {
    #[cfg(any(windows, target_os = "macos"))]
    {
        if std::env::var_os("WARMLINE_REALTIME").is_some_and(|value| value == "0") {
            return Raised { handle: None };
        }
        let promoted = audio_thread_priority::promote_current_thread_to_real_time(480, 48_000);
        if let Err(error) = &promoted {
            tracing::info!(%error, "the sound thread runs at normal priority");
        }
        Raised {
            handle: promoted.ok(),
        }
    }
    #[cfg(not(any(windows, target_os = "macos")))]
    Raised {}
}

#[cfg(any(windows, target_os = "macos"))]
impl Drop for Raised {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            let _ = audio_thread_priority::demote_current_thread_from_real_time(handle);
        }
    }
}
