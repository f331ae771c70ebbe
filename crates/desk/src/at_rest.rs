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
    /// What was stored last did not get there.
    failed: bool,
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
                let stored = stored.expect("storing does not panic");
                self.failed = stored.is_err();
                if let Err(error) = stored {
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
            self.failed = storing.await.expect("storing does not panic").is_err();
        }
        if self.due.is_none() && !self.failed {
            return Ok(());
        }
        spawn_blocking(store).await.expect("storing does not panic")
    }
}

/// How long nothing more is changed before it is stored.
const AT_REST: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use tokio::time::timeout;

    use super::*;

    /// Stores that count, of which the first is refused.
    fn refused_once() -> (
        Arc<AtomicUsize>,
        impl Fn() -> io::Result<()> + Clone + Send + 'static,
    ) {
        let stored = Arc::new(AtomicUsize::new(0));
        let tried = Arc::new(AtomicUsize::new(0));
        let (counted, refused) = (stored.clone(), tried);
        let store = move || {
            if refused.fetch_add(1, Ordering::Relaxed) == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        (stored, store)
    }

    #[tokio::test]
    async fn what_could_not_be_stored_is_tried_again_before_the_end() {
        let (stored, store) = refused_once();
        let mut at_rest = AtRest::default();
        at_rest.changed();
        let error = at_rest.keep(|| store.clone()).await;
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        at_rest.finish(store).await.expect("there is room again");
        assert_eq!(stored.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn the_newest_change_is_stored_also_after_one_that_was_refused() {
        let (stored, store) = refused_once();
        let mut at_rest = AtRest {
            storing: Some(spawn_blocking(store.clone())),
            ..AtRest::default()
        };
        at_rest.changed();
        at_rest.finish(store).await.expect("there is room again");
        assert_eq!(stored.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn what_is_stored_is_not_stored_again() {
        let (stored, store) = refused_once();
        let _ = store();
        let mut at_rest = AtRest::default();
        at_rest.changed();
        let kept = timeout(AT_REST * 2, at_rest.keep(|| store.clone())).await;
        assert!(kept.is_err(), "it failed");
        at_rest.finish(store).await.expect("nothing is left");
        assert_eq!(stored.load(Ordering::Relaxed), 1);
    }
}
