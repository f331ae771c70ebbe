//! What stands around the phone: the sign-in, the provider's description of the phone, and the experts.
//!
//! [`Office::open`] runs one task that owns a sign-in and the experts of each tenant the agent serves.
//! Nothing here can end or hold up a call: a phone that runs goes on whatever becomes of the sign-in.

mod asks;
mod bearer;
mod calls;
mod looking;
mod provisioning;
mod run;
mod view;

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use warmline_call::CallId;
use warmline_entra::{Keeping, Opener};
use warmline_graph::PersonId;
use warmline_sip::redact::Pii;

use crate::{Desk, error::DeskError, profile::SignInProfile};

pub use view::{OfficeView, PeopleView, PhoneView, SentCard, SignInView};

/// What an office is opened with.
#[derive(Clone, Debug)]
pub struct OfficeConfig {
    /// Where the agent signs in.
    pub sign_in: SignInProfile,
    /// Where refresh tokens outlive the program.
    pub keeping: Keeping,
    /// How a page is shown to the agent.
    pub opener: Opener,
    /// Whether the sign-in begins by itself where nobody is signed in, and asks for everything that an agent
    /// may grant: in practice.
    pub at_once: bool,
    /// The experts that the agent has marked before.
    pub favourites: Vec<PersonId>,
}

/// What the agent asks for.
#[derive(Clone, Debug)]
pub enum OfficeAsk {
    /// What is to be seen of the experts.
    Look {
        /// Whether anything is.
        shown: bool,
        /// What stands in the search.
        search: Pii<String>,
        /// The first row.
        first: usize,
        /// How many rows.
        rows: usize,
    },
    /// Mark somebody, by their id in the directory, or take the mark away.
    Favourite(Pii<String>, bool),
    /// Bring somebody in.
    Call {
        /// Whom: their id in the directory.
        person: Pii<String>,
        /// About which customer's call; about none without.
        about: Option<CallId>,
        /// Whether the customer is to be handed over.
        hand_over: bool,
    },
    /// Sign in to this tenant, by device code or in a browser.
    SignIn {
        /// Which.
        tenant: usize,
        /// By device code.
        device_code: bool,
    },
    /// Show the page of the sign-in under way again.
    OpenPage(usize),
    /// Give it up.
    CancelSignIn(usize),
    /// Sign out, and wipe what is kept.
    SignOut(usize),
    /// Ask the tenant for this rung of [`Consent::LADDER`](warmline_entra::Consent::LADDER).
    Consent(usize),
    /// Ask the provider again for the phone.
    Provision,
}

/// A handle on the office. Clones share it; it closes when the last one is dropped, and what is kept of the
/// sign-in stays for the next time.
#[derive(Clone, Debug)]
pub struct Office {
    asks: mpsc::Sender<run::Inbox>,
    view: watch::Receiver<Arc<OfficeView>>,
    people: watch::Receiver<PeopleView>,
}

impl Office {
    /// Opens it on the current Tokio runtime. Reads the CA file.
    ///
    /// # Errors
    /// The CA file cannot be read, or holds no certificate.
    pub fn open(config: OfficeConfig) -> Result<Self, DeskError> {
        run::open(config)
    }

    /// How everything but the experts stands, now and whenever it changes.
    pub fn view(&self) -> watch::Receiver<Arc<OfficeView>> {
        self.view.clone()
    }

    /// The experts, as [`OfficeAsk::Look`] looks at them.
    pub fn people(&self) -> watch::Receiver<PeopleView> {
        self.people.clone()
    }

    /// The phone that runs: experts are looked for its calls, and called by it.
    pub fn attend(&self, desk: Desk) {
        self.send(run::Inbox::Desk(desk));
    }

    /// Asks for something.
    ///
    /// # Errors
    /// It cannot be done; what comes of the rest shows in the views.
    pub async fn ask(&self, ask: OfficeAsk) -> Result<(), DeskError> {
        let (answer, reply) = tokio::sync::oneshot::channel();
        if self.asks.send(run::Inbox::Ask(ask, answer)).await.is_err() {
            return Err(run::closed());
        }
        reply.await.unwrap_or_else(|_| Err(run::closed()))
    }

    fn send(&self, message: run::Inbox) {
        if self.asks.try_send(message).is_err() {
            tracing::error!("the office does not read what it is asked");
        }
    }
}
