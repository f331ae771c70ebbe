//! Keeps the machine from falling asleep by itself for as long as somebody is on the phone. The screen may go
//! dark and be locked, and whoever shuts a laptop wants it to sleep.

#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "macos", windows)), path = "linux.rs")]
mod system;

use tokio::{sync::watch, task::JoinSet};

/// The one switch.
#[derive(Debug)]
pub struct Awake {
    wanted: watch::Sender<bool>,
    // Ends with it, and then the machine may sleep.
    _keeper: JoinSet<()>,
}

impl Awake {
    /// The machine may sleep. In a Tokio runtime.
    pub fn start() -> Self {
        let (wanted, mut seen) = watch::channel(false);
        let mut keeper = JoinSet::new();
        keeper.spawn(async move {
            let mut held = None;
            loop {
                let wanted = *seen.borrow_and_update();
                if !wanted {
                    held = None;
                } else if held.is_none() {
                    match system::Held::take().await {
                        Ok(taken) => held = Some(taken),
                        // Nobody is hung up on for that: a call makes few machines idle.
                        Err(error) => {
                            tracing::warn!(%error, "the machine may fall asleep in a call")
                        }
                    }
                }
                if seen.changed().await.is_err() {
                    break;
                }
            }
        });
        Self {
            wanted,
            _keeper: keeper,
        }
    }

    /// Keeps it awake (`true`), or no longer.
    pub fn keep(&self, awake: bool) {
        self.wanted.send_if_modified(|wanted| {
            let changed = *wanted != awake;
            *wanted = awake;
            changed
        });
    }
}

/// What the system's tools show as the reason.
#[cfg(not(target_os = "macos"))] // Its tool takes none.
const REASON: &str = "A call is up";
