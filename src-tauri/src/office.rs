//! The office, where the profile asks for a sign-in, and the panel that shows its experts.

use std::{future::pending, sync::Arc};

use tauri::ipc::Channel;
use tokio::sync::watch;
use warmline_desk::{
    Desk, DeskError, Profile,
    experts::PersonId,
    office::{Office, OfficeConfig, OfficeView, PeopleView, PhoneView},
    policy::Settings,
    profile::SignInProfile,
    sign_in::{Keeping, Opener},
};
use warmline_ipc::{PeoplePresenter, UiPeople};

/// An office that is open.
pub(crate) struct Open {
    pub(crate) office: Office,
    view: watch::Receiver<Arc<OfficeView>>,
    people: watch::Receiver<PeopleView>,
}

impl Open {
    /// Opens the one that this profile describes; what the browser shows is shown by `opener`, and nothing
    /// of a practice sign-in is kept.
    pub(crate) fn begin(
        sign_in: SignInProfile,
        settings: &Settings,
        opener: Option<Opener>,
    ) -> Result<Self, DeskError> {
        let keeping = match (&opener, warmline_desk::state_folder()) {
            (None, Some(folder)) => Keeping::Keychain(folder),
            _ => Keeping::Nowhere,
        };
        let at_once = opener.is_some();
        let favourites = settings.experts.favourites.iter();
        let office = Office::open(OfficeConfig {
            sign_in,
            keeping,
            opener: opener
                .unwrap_or_else(|| Opener::new(|page| open::that_detached(page.as_str()))),
            at_once,
            favourites: favourites.filter_map(|id| PersonId::new(id)).collect(),
        })?;
        let (view, mut people) = (office.view(), office.people());
        people.mark_changed();
        Ok(Self {
            office,
            view,
            people,
        })
    }

    /// How it stands.
    pub(crate) fn view(&self) -> Arc<OfficeView> {
        self.view.borrow().clone()
    }

    /// The phone that the provider describes, once it does.
    pub(crate) fn profiles(&self) -> Option<Arc<[Profile]>> {
        match &self.view.borrow().phone {
            PhoneView::Ready(profiles) => Some(profiles.clone()),
            PhoneView::None | PhoneView::Fetching | PhoneView::Failed(_) => None,
        }
    }

    /// The experts that the agent has marked.
    pub(crate) fn favourites(&self) -> Vec<String> {
        let ids = &self.view.borrow().favourites;
        ids.iter().map(|id| id.as_str().to_owned()).collect()
    }

    /// The best expert for the call in hand.
    pub(crate) fn best(&self) -> Option<String> {
        let best = &self.people.borrow().people.best;
        best.first().map(|best| best.person.id.as_str().to_owned())
    }

    /// Waits until something looks different.
    async fn changed(&mut self) {
        tokio::select! {
            Ok(()) = self.view.changed() => {}
            Ok(()) = self.people.changed() => {}
            else => pending().await,
        }
    }
}

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
        let people = open.map(|open| open.people.borrow());
        let news = self.presenter.present(people.as_deref(), desk);
        if news.is_some_and(|news| channel.send(news).is_err()) {
            self.channel = None;
        }
    }
}
