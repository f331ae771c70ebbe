use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use warmline_redact::Pii;

use crate::{
    config::TeamTag,
    person::{Dialable, Person, PersonId},
    presence::Presence,
};

/// Names one question and its answer.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RequestId(pub u64);

/// One request to Graph.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ask {
    /// Who belongs to this group: `/groups/{id}/transitiveMembers/microsoft.graph.user`, page by page.
    Members {
        /// The group's object id.
        group: String,
        /// Where the page before said that it goes on.
        page: Option<Page>,
    },
    /// Who carries this tag: `/teams/{id}/tags/{id}/members`.
    Tagged {
        /// Which.
        tag: TeamTag,
        /// Where the page before said that it goes on.
        page: Option<Page>,
    },
    /// Who these are, at most 15: `/users?$filter=id in ('…','…')`. Tags and marks give ids only. Answered by
    /// [`Told::Found`]; those who are not there are left out.
    These(Vec<PersonId>),
    /// Presence of these, at most 650: `/communications/getPresencesByUserId`.
    Presences(Vec<PersonId>),
    /// Who is called so: `/users?$search`, with `ConsistencyLevel: eventual`.
    Search(Pii<String>),
    /// Until when these are free, at most 20: `/me/calendar/getSchedule`.
    Meetings(Vec<Arc<Person>>),
    /// The number by which Teams calls them: `/admin/teams/userConfigurations/{id}`.
    Number(PersonId),
    /// What they know: `/users/{id}?$select=skills`. Graph refuses lists with it.
    Skills(PersonId),
    /// Their photo, small: `/users/{id}/photos/48x48/$value`.
    Photo(PersonId),
}

/// The rest of a long answer: `@odata.nextLink`, already held against the Graph that was asked.
#[derive(Clone, Eq, PartialEq)]
pub struct Page(pub(crate) String);

/// The link holds ids.
impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Page")
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was told, or why nothing was.
    pub told: Result<Told, Failure>,
    /// How much of the budget is used, 0 to 1 and above, where Graph says so
    /// (`x-ms-throttle-limit-percentage`).
    pub used: Option<f32>,
}

/// What was told, by the question.
#[derive(Clone, Debug)]
pub enum Told {
    /// Of [`Ask::Members`].
    Members {
        /// Some of them.
        people: Vec<Person>,
        /// Where it goes on.
        next: Option<Page>,
    },
    /// Of [`Ask::Tagged`]: who, and the tag's name, which is a skill.
    Tagged {
        /// The name of the tag.
        skill: Pii<String>,
        /// Some of them.
        ids: Vec<PersonId>,
        /// Where it goes on.
        next: Option<Page>,
    },
    /// Of [`Ask::Presences`]: those that Graph knows.
    Presences(Vec<(PersonId, Presence)>),
    /// Of [`Ask::Search`] and [`Ask::These`].
    Found(Vec<Person>),
    /// Of [`Ask::Meetings`]: when the next meeting of each begins, if it does today; now, if one runs.
    Meetings(Vec<(PersonId, Option<SystemTime>)>),
    /// Of [`Ask::Number`]; none if Teams gives them none.
    Number(Option<Dialable>),
    /// Of [`Ask::Skills`], each once.
    Skills(Vec<Pii<String>>),
    /// Of [`Ask::Photo`]; none if they have none.
    Photo(Option<Arc<[u8]>>),
}

/// Why nothing was told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// Nobody is signed in any more.
    SignedOut,
    /// The tenant has not granted this (403, or no such token).
    NotGranted,
    /// There is no such group, tag or person (404), or the cloud does not have this at all.
    NotThere,
    /// Too many requests (429, or 503 with Retry-After).
    Throttled {
        /// For how long to be silent; Graph does not always say.
        retry_after: Option<Duration>,
    },
    /// The network or Graph does not answer (5xx, time-out, connection).
    Offline,
    /// The answer cannot be read, or is larger than any right one.
    Broken,
}
