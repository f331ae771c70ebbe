use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use warmline_entra::Consent;
use warmline_redact::Pii;

use crate::{
    person::{Person, PersonId},
    presence::Presence,
};

/// What the panel shows at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct People {
    /// Why there is nobody, or nothing new; what is known is shown all the same.
    pub blocked: Option<Blocked>,
    /// The directory has not been read yet.
    pub loading: bool,
    /// Those who suit the call in hand best, the best first; at most eight. Empty without a call.
    pub best: Vec<Ranked>,
    /// Those that the agent has marked.
    pub favourites: Vec<Ranked>,
    /// Those that the agent has called last, the last first; at most eight.
    pub recent: Vec<Ranked>,
    /// The part of all (those who match the search) that is to be seen.
    pub all: Part,
    /// What could be had besides, if the tenant granted it.
    pub ladder: Vec<Consent>,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// How many the whole list has.
    pub total: usize,
    /// Where in it the part begins.
    pub first: usize,
    /// The part.
    pub people: Vec<Ranked>,
}

/// Somebody, and why they stand where they stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// Who.
    pub person: Arc<Person>,
    /// Presence, if it was ever read.
    pub presence: Option<Presence>,
    /// When their next meeting begins, if one does within the working day and calendars may be read.
    pub next_meeting: Option<SystemTime>,
    /// Whether the agent has marked them.
    pub favourite: bool,
    /// JPEG or PNG, if one has been read.
    pub photo: Option<Arc<[u8]>>,
    /// What speaks for and against them, the weightiest first.
    pub reasons: Vec<Reason>,
}

/// What speaks for somebody, or against.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// They know what the call is about: this skill.
    Knows(Pii<String>),
    /// They are free.
    Free,
    /// They may be reached, although not at their desk or busy.
    MaybeReached,
    /// They do not want to be disturbed, or are away.
    NotNow,
    /// They have no number that could be called.
    NoNumber,
    /// Their number comes from the directory and may lead elsewhere.
    UnverifiedNumber,
    /// They were called so many times today from here.
    CalledToday(u32),
    /// Their next meeting begins in so long.
    MeetingSoon(Duration),
    /// Nobody knows how they are since then.
    OldNews(Instant),
}

/// Why nothing new can be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Blocked {
    /// Nobody is signed in.
    SignedOut,
    /// The tenant has not granted to see people.
    NoConsent,
    /// The network or Graph does not answer.
    Offline,
    /// Graph wants fewer requests; it goes on by itself then.
    Throttled(Instant),
    /// Graph answers what cannot be read; it is tried again by itself.
    Broken,
    /// This cloud has no presence.
    NoPresence,
}

impl People {
    /// One of those that are shown.
    pub fn find(&self, id: &PersonId) -> Option<&Ranked> {
        self.everybody().find(|ranked| ranked.person.id == *id)
    }

    /// All that are shown, some of them more than once.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = &Ranked> {
        [&self.best, &self.favourites, &self.recent, &self.all.people]
            .into_iter()
            .flatten()
    }
}
