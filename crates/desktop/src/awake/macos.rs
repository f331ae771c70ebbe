//! `caffeinate`, which every system has and whose assertion ends with it: at the latest with this program.

use std::{io, process::Stdio};

use tokio::process::{Child, Command};

/// Let go when dropped.
pub(super) struct Held {
    _caffeinate: Child,
}

impl Held {
    pub(super) async fn take() -> io::Result<Self> {
        let ours = std::process::id().to_string();
        let caffeinate = Command::new("/usr/bin/caffeinate")
            .args(["-i", "-w", &ours])
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self {
            _caffeinate: caffeinate,
        })
    }
}
