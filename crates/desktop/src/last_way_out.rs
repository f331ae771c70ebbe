//! The end of a program that does not end.

use std::time::Duration;

/// A program without a window that goes on would keep the line and the microphone. The thread is its
/// own so that nothing that is stuck can stop it.
pub fn leave_in_any_case() {
    std::thread::spawn(|| {
        std::thread::sleep(LEAVE_AT_LAST);
        tracing::error!("the phone did not stop; the program ends all the same");
        std::thread::sleep(LAST_LINE);
        // `exit` would wait for one that is already stuck in another thread.
        std::process::abort();
    });
}

/// Later than everything that ends by itself.
const LEAVE_AT_LAST: Duration = Duration::from_secs(10);

/// What the log's own thread needs to write the last line.
const LAST_LINE: Duration = Duration::from_millis(500);
