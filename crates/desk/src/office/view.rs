use std::{collections::BTreeMap, sync::Arc};

use warmline_call::CallId;
use warmline_entra::State;
use warmline_graph::{CardView, People, PersonId};
use warmline_sip::redact::Pii;

use crate::{error::DeskError, profile::Profile};

/// What stands around the phone, at one moment.
#[derive(Clone, Debug)]
pub struct OfficeView {
    /// The sign-ins, the agent's own first.
    pub sign_ins: Vec<SignInView>,
    /// The phone that the provider describes.
    pub phone: PhoneView,
    /// What experts were told of calls: by the customer's call.
    pub cards: BTreeMap<CallId, SentCard>,
    /// Who is asked: their names, by the customer's call.
    pub asked: BTreeMap<CallId, Pii<String>>,
    /// The agent is in a call in Teams, which Warmline knows nothing else of.
    pub in_teams_call: bool,
    /// The experts that the agent has marked, to be kept with the settings.
    pub favourites: Vec<PersonId>,
}

/// One sign-in.
#[derive(Clone, Debug)]
pub struct SignInView {
    /// Whose experts it opens, where the agent serves several customers.
    pub customer: Option<String>,
    /// How it stands.
    pub state: State,
    /// Whether policy lets the agent sign in by device code.
    pub device_code: bool,
}

/// The phone that the provider describes.
#[derive(Clone, Debug)]
pub enum PhoneView {
    /// Nobody is signed in.
    None,
    /// It is being fetched.
    Fetching,
    /// It is there: one profile for each line.
    Ready(Arc<[Profile]>),
    /// The provider does not give one.
    Failed(DeskError),
}

/// What an expert was told of a call.
#[derive(Clone, Debug)]
pub struct SentCard {
    /// Who was told.
    pub to: Pii<String>,
    /// How far it is.
    pub card: CardView,
}

/// The experts, as the agent looks at them.
#[derive(Clone, Debug, Default)]
pub struct PeopleView {
    /// Whose experts they are, where the agent serves several customers.
    pub customer: Option<String>,
    /// The customer's call in hand.
    pub call: Option<CallId>,
    /// They.
    pub people: Arc<People>,
}
