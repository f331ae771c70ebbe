//! The one place of this crate that reads a clock. Whoever decides something is told the time.

use std::time::{Instant, SystemTime};

/// A moment, on the clock that only goes on and on the one of the wall.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) instant: Instant,
    pub(crate) wall: SystemTime,
}

impl Moment {
    /// This one.
    pub(crate) fn now() -> Self {
        Self {
            instant: tokio::time::Instant::now().into_std(),
            wall: SystemTime::now(),
        }
    }
}
