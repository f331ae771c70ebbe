use warmline_redact::Pii;

use crate::person::PersonId;

/// What the agent looks at, and works on: it decides what is asked of Graph and how often.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Look {
    /// The panel is to be seen.
    pub visible: bool,
    /// The agent's call, if one is up.
    pub call: Option<CallInHand>,
    /// Whom the agent consults now: looked at most often.
    pub consulting: Option<PersonId>,
    /// What was typed into the panel's search.
    pub search: Pii<String>,
    /// The first row of [`People::all`](crate::People::all) that is to be seen.
    pub first: usize,
    /// How many rows are; at most 200 are given.
    pub rows: usize,
}

/// A call that somebody may help with.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CallInHand {
    /// What it is about: queue, subject, User-to-User data. Words that experts may know as skills.
    pub topic: Vec<Pii<String>>,
}
