//! The office, where the profile asks for a sign-in, and the panel that shows its experts.

use std::future::pending;

use tauri::ipc::Channel;
use warmline_desk::Desk;
use warmline_ipc::{Open, PeoplePresenter, UiPeople};

/// Waits until something of it looks different.
pub(crate) async fn changed(open: &mut Option<Open>) {
    if let Some(open) = open {
        return open.changed().await;
    }
    pending().await
}

/// The panel of experts on the page.
#[derive(Default)]
pub(crate) struct Panel {
    channel: Option<Channel<UiPeople>>,
    presenter: PeoplePresenter,
}

impl Panel {
    /// A page that is new, or loaded again, is shown everything.
    pub(crate) fn watch(&mut self, channel: Channel<UiPeople>) {
        self.channel = Some(channel);
        self.presenter = PeoplePresenter::default();
    }

    /// Shows what is not shown yet.
    pub(crate) fn show(&mut self, open: Option<&Open>, desk: Option<&Desk>) {
        let Some(channel) = &self.channel else {
            return;
        };
        let people = open.map(Open::people);
        let news = self.presenter.present(people.as_deref(), desk);
        if news.is_some_and(|news| channel.send(news).is_err()) {
            self.channel = None;
        }
    }
}
