use std::time::SystemTime;

use warmline_entra::Scopes;
use warmline_redact::Pii;

use crate::{
    ask::{Answer, Ask, RequestId},
    look::Look,
    person::PersonId,
};

/// What reaches a [`Roster`](crate::Roster).
#[derive(Clone, Debug)]
pub enum Event {
    /// The agent is signed in, and the tenant lets Warmline do this.
    Granted(Scopes),
    /// Nobody is signed in any more.
    SignedOut,
    /// The agent looks at something else, or types, or a call has come or gone.
    Look(Look),
    /// The calls of before, from where they are kept. They take the place of what was known of calls,
    /// those of [`Event::Called`] among them: told again after midnight, it begins the day anew.
    Remembered(Vec<Past>),
    /// The agent marks somebody, or takes the mark away.
    Favourite(PersonId, bool),
    /// The agent calls somebody about a call.
    Called(PersonId),
    /// What Graph said to [`Command::Ask`].
    Answered(RequestId, Answer),
    /// What the clock on the wall shows now: told whenever it may have jumped, as after sleep. Meetings and
    /// calls of before are reckoned by it.
    Clock(SystemTime),
    /// The machine was asleep, or the network is another one: what is shown is old.
    Woke,
    /// It is due: see [`Roster::poll_timeout`](crate::Roster::poll_timeout).
    Timeout,
}

/// What a [`Roster`](crate::Roster) wants done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Command {
    /// Ask Graph, and hand in the answer.
    Ask(RequestId, Ask),
    /// What it shows has changed.
    Changed,
}

/// What is known of somebody from earlier days.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Past {
    /// The number that was called.
    pub number: Pii<String>,
    /// When, the last time.
    pub called_at: SystemTime,
    /// How often today.
    pub today: u32,
}
