use std::{collections::HashMap, fmt, sync::Arc};

use tokio::sync::{mpsc, watch};
use warmline_entra::Scopes;

use crate::{
    card::{Card, CardView},
    event::Past,
    look::Look,
    people::People,
    person::{Person, PersonId},
    presence::Presence,
};

/// The experts of one tenant: what the agent does goes in, what there is to see comes out. Cloned freely;
/// everything stops when the last one is dropped.
#[derive(Clone)]
pub struct Experts {
    pub(crate) wishes: mpsc::UnboundedSender<Wish>,
    pub(crate) people: watch::Receiver<Arc<People>>,
    pub(crate) known: watch::Receiver<HashMap<PersonId, Arc<Person>>>,
    pub(crate) own: watch::Receiver<Option<Presence>>,
    pub(crate) teams_call: watch::Receiver<bool>,
}

/// What reaches the task. The agent's own doing, and so never more than a hand can do.
pub(crate) enum Wish {
    Granted(Option<Scopes>),
    Look(Look),
    Remember(Vec<Past>),
    Favourite(PersonId, bool),
    Called(PersonId),
    Woke,
    InCall(bool),
    Send(PersonId, Card, watch::Sender<CardView>),
}

impl Experts {
    /// What the panel shows. Changes only when it looks different.
    pub fn people(&self) -> watch::Receiver<Arc<People>> {
        self.people.clone()
    }

    /// Somebody who is shown, or was lately.
    pub fn person(&self, id: &PersonId) -> Option<Arc<Person>> {
        self.known.borrow().get(id).cloned()
    }

    /// How Teams shows the agent; read now and then while a call is up or the panel is to be seen. None
    /// until it is read, and when it cannot be.
    pub fn own(&self) -> watch::Receiver<Option<Presence>> {
        self.own.clone()
    }

    /// Whether Teams has a call of its own, as far as can be known: while a Warmline call is shown in
    /// Teams, a call between two that begins there then cannot be told from it.
    pub fn teams_call(&self) -> watch::Receiver<bool> {
        self.teams_call.clone()
    }

    /// Somebody is signed in and the tenant lets Warmline do this; or nobody is.
    pub fn granted(&self, scopes: Option<Scopes>) {
        self.wish(Wish::Granted(scopes));
    }

    /// The agent looks at this now.
    pub fn look(&self, look: Look) {
        self.wish(Wish::Look(look));
    }

    /// The calls of before, in place of those that were told before.
    pub fn remember(&self, past: Vec<Past>) {
        self.wish(Wish::Remember(past));
    }

    /// The agent marks somebody, or takes the mark away.
    pub fn favourite(&self, id: PersonId, marked: bool) {
        self.wish(Wish::Favourite(id, marked));
    }

    /// The agent calls somebody about a call.
    pub fn called(&self, id: PersonId) {
        self.wish(Wish::Called(id));
    }

    /// The machine was asleep, or the network is another one.
    pub fn woke(&self) {
        self.wish(Wish::Woke);
    }

    /// A Warmline call is up, or none any more.
    pub fn in_call(&self, up: bool) {
        self.wish(Wish::InCall(up));
    }

    /// Sends somebody a card, once, and listens for what they reply until the receiver is dropped. At once
    /// [`CardState::Failed`](crate::CardState::Failed) with [`Failure::NotGranted`](crate::Failure::NotGranted)
    /// where the provider wants no cards, or its template has nothing to say.
    pub fn send_card(&self, to: PersonId, card: Card) -> watch::Receiver<CardView> {
        let (view, receiver) = watch::channel(CardView::default());
        self.wish(Wish::Send(to, card, view));
        receiver
    }

    fn wish(&self, wish: Wish) {
        // The task ends after the last handle only.
        let _ = self.wishes.send(wish);
    }
}

impl fmt::Debug for Experts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Experts")
    }
}
