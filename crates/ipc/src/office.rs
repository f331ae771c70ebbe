//! The office, where the profile asks for a sign-in.

use std::{future::pending, sync::Arc};

use tokio::sync::watch;
use warmline_desk::{
    DeskError, Profile,
    experts::PersonId,
    office::{Office, OfficeConfig, OfficeView, PeopleView, PhoneView},
    policy::Settings,
    profile::SignInProfile,
    sign_in::{Keeping, Opener},
};

/// An office that is open.
pub struct Open {
    /// Its handle.
    pub office: Office,
    view: watch::Receiver<Arc<OfficeView>>,
    people: watch::Receiver<PeopleView>,
}

impl Open {
    /// Opens the one that this profile describes; what the browser shows is shown by `opener`, and nothing
    /// of a practice sign-in is kept. `browser` shows it where nobody stands in for it.
    ///
    /// # Errors
    /// The profile cannot be used.
    pub fn begin(
        sign_in: SignInProfile,
        settings: &Settings,
        opener: Option<Opener>,
        browser: Opener,
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
            opener: opener.unwrap_or(browser),
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
    pub fn view(&self) -> Arc<OfficeView> {
        self.view.borrow().clone()
    }

    /// The phone that the provider describes, once it does.
    pub fn profiles(&self) -> Option<Arc<[Profile]>> {
        match &self.view.borrow().phone {
            PhoneView::Ready(profiles) => Some(profiles.clone()),
            PhoneView::None | PhoneView::Fetching | PhoneView::Failed(_) => None,
        }
    }

    /// The experts that the agent has marked.
    pub fn favourites(&self) -> Vec<String> {
        let ids = &self.view.borrow().favourites;
        ids.iter().map(|id| id.as_str().to_owned()).collect()
    }

    /// The best expert for the call in hand.
    pub fn best(&self) -> Option<String> {
        let best = &self.people.borrow().people.best;
        best.first().map(|best| best.person.id.as_str().to_owned())
    }

    /// What the panel of experts shows.
    pub fn people(&self) -> watch::Ref<'_, PeopleView> {
        self.people.borrow()
    }

    /// Waits until something looks different.
    pub async fn changed(&mut self) {
        tokio::select! {
            Ok(()) = self.view.changed() => {}
            Ok(()) = self.people.changed() => {}
            else => pending().await,
        }
    }
}
