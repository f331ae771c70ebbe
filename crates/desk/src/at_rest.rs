use std::{future::pending, io, time::Duration};

use tokio::{
    task::{JoinHandle, spawn_blocking},
    time::{Instant, sleep_until},
};

/// Stores what changes again and again, as a fader that is drawn or a window that is dragged: once it has
/// come to rest, and where nobody waits for the disk.
#[derive(Debug, Default)]
pub struct AtRest {
    due: Option<Instant>,
    storing: Option<JoinHandle<io::Result<()>>>,
}

impl AtRest {
    /// It has changed.
    pub fn changed(&mut self) {
        self.due = Some(Instant::now() + AT_REST);
    }

    /// Stores by what `store` gives whatever has changed, for as long as it is waited for; comes back when that
    /// fails.
    pub async fn keep<S>(&mut self, store: impl Fn() -> S) -> io::Error
    where
        S: FnOnce() -> io::Result<()> + Send + 'static,
    {
        loop {
            if let Some(storing) = &mut self.storing {
                let stored = storing.await;
                self.storing = None;
                if let Err(error) = stored.expect("storing does not panic") {
                    return error;
                }
            }
            match self.due {
                Some(due) => sleep_until(due).await,
                None => pending().await,
            }
            self.due = None;
            self.storing = Some(spawn_blocking(store()));
        }
    }

    /// Stores what is not stored yet, before the end.
    ///
    /// # Errors
    /// That fails; the next start finds what was there.
    pub async fn finish(
        mut self,
        store: impl FnOnce() -> io::Result<()> + Send + 'static,
    ) -> io::Result<()> {
        if let Some(storing) = self.storing.take() {
            storing.await.expect("storing does not panic")?;
        }
        match self.due {
            Some(_) => spawn_blocking(store).await.expect("storing does not panic"),
            None => Ok(()),
        }
    }
}

/// How long nothing more is changed before it is stored.
const AT_REST: Duration = Duration::from_millis(500);
