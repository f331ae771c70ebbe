//! The page in the window: what it is shown, and how it comes back.

use std::{
    future::pending,
    time::{Duration, Instant},
};

use tauri::ipc::Channel;
use tokio::time::sleep_until;
use warmline_ipc::{UiShown, UiSnapshot};

use crate::web_process::{Deaths, Loss};

/// The one in the window, if there is one.
#[derive(Default)]
pub(crate) struct Page {
    channel: Option<Channel<UiShown>>,
    shown: Option<UiSnapshot>,
    deaths: Deaths,
    lost: Option<Lost>,
}

/// A page that has died, and none is in its place yet.
struct Lost {
    loss: Loss,
    at: Instant,
    /// When to load it again.
    due: Instant,
    /// It is being loaded.
    loading: bool,
}

impl Page {
    /// One that is new, or loaded again, takes the place of the one before and is shown what that was.
    pub(crate) fn watch(&mut self, channel: Channel<UiShown>) {
        if self.lost.as_ref().is_some_and(|lost| !lost.loading) {
            // The last word of the one that has died.
            return;
        }
        if let Some(lost) = self.lost.take() {
            let after_ms = lost.at.elapsed().as_millis();
            tracing::info!(after_ms, "the page is there again");
        }
        let gone = self
            .shown
            .as_ref()
            .is_some_and(|shown| channel.send(UiShown::after(None, shown.clone())).is_err());
        self.channel = (!gone).then_some(channel);
    }

    /// Its process has died: nothing more is sent to it.
    pub(crate) fn lost(&mut self, loss: Loss) {
        let now = Instant::now();
        let wait = self.deaths.wait_after(now);
        let lately = self.deaths.lately();
        tracing::error!(
            lately,
            ?wait,
            "the page has died and is loaded again; calls go on"
        );
        self.channel = None;
        let before = self.lost.take();
        let view_lost = before
            .as_ref()
            .is_some_and(|before| before.loss == Loss::View && !before.loading);
        self.lost = Some(Lost {
            loss: if view_lost { Loss::View } else { loss },
            at: before.map_or(now, |before| before.at),
            due: now + wait,
            loading: false,
        });
    }

    /// Waits until a page that has died is to be loaded again.
    pub(crate) async fn due(&mut self) -> Loss {
        let Some(lost) = &mut self.lost else {
            return pending().await;
        };
        sleep_until(lost.due.into()).await;
        if lost.loading {
            tracing::error!("the page does not come; it is loaded once more");
        }
        lost.loading = true;
        lost.due = Instant::now() + COMES;
        lost.loss
    }

    /// Whether somebody looks at it.
    pub(crate) fn is_there(&self) -> bool {
        self.channel.is_some()
    }

    /// Whether it is on its way back.
    pub(crate) fn comes_back(&self) -> bool {
        self.lost.is_some()
    }

    /// Whether it has died so often that the window itself has to say something.
    pub(crate) fn is_in_trouble(&self) -> bool {
        self.lost.is_some() && self.deaths.many()
    }

    /// Shows what is not shown yet. False if that found it gone.
    pub(crate) fn show(&mut self, now: UiSnapshot) -> bool {
        let same = |shown: &UiSnapshot| shown.looks_like(&now);
        if self.shown.as_ref().is_some_and(same) {
            return true;
        }
        let before = self.shown.as_ref();
        let gone = self.channel.take_if(|channel| {
            let news = UiShown::after(before, now.clone());
            channel.send(news).is_err()
        });
        self.shown = Some(now);
        gone.is_none()
    }
}

/// Far longer than a page takes on a busy machine.
const COMES: Duration = Duration::from_secs(30);
