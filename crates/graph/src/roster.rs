//! Decides what to ask of Graph and when, and who suits a call. Pure: it is told the time.

mod answers;
mod asks;
mod directory;
mod extra;
mod known;
mod lane;
mod lists;
mod pace;
#[cfg(test)]
mod random;
mod sequence;
#[cfg(test)]
pub(crate) mod stage;
#[cfg(test)]
mod stories;
mod vocabulary;

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use warmline_entra::{Scope, Scopes};
use warmline_redact::Pii;

use crate::{
    config::Config,
    event::{Command, Event},
    look::Look,
    people::People,
    person::{Person, PersonId},
    rank::Topic,
    search::Query,
};

use directory::Directory;
use known::KnownPeople;
use lane::{Kind, Lane};
use lists::{Lists, Stale};
use pace::{Need, Pace};

/// The experts of one tenant: who is known, how they are, and what to ask next.
///
/// Each [`Command::Ask`] is to be answered by one [`Event::Answered`], if only by a failure: of each kind of
/// question only one is asked at a time.
#[derive(Debug)]
pub struct Roster {
    /// What the tenant lets Warmline do; none while nobody is signed in.
    granted: Option<Scopes>,
    look: Look,
    query: Query,
    known: KnownPeople,
    favourites: BTreeSet<PersonId>,
    directory: Directory,
    searching: Searching,
    lanes: [Lane; Kind::ALL.len()],
    pace: Pace,
    /// Presence is wanted sooner than it would be asked for.
    urgent: Option<Instant>,
    /// The wait for the next presence request is so many times as long as usual.
    jitter: f64,
    lists: Lists,
    stale: Stale,
    shown: People,
    /// An instant, and what the clock on the wall showed then.
    clock: (Instant, SystemTime),
    wake: Option<Instant>,
    next_id: u64,
    rng: StdRng,
}

/// What the directory is searched for.
#[derive(Debug, Default)]
struct Searching {
    /// When to ask: the agent may still be typing.
    due: Option<Instant>,
    /// What has been found out, and when.
    done: Vec<(Pii<String>, Instant)>,
}

impl Roster {
    /// Of one tenant. Nothing is asked before [`Event::Granted`].
    pub fn new(config: &Config, now: Instant, wall: SystemTime) -> Self {
        Self {
            granted: None,
            look: Look::default(),
            query: Query::default(),
            known: KnownPeople::default(),
            favourites: BTreeSet::new(),
            directory: Directory::new(config),
            searching: Searching::default(),
            lanes: Default::default(),
            pace: Pace::new(config.agents, now),
            urgent: None,
            jitter: 1.0,
            lists: Lists::default(),
            stale: Stale::default(),
            shown: People::default(),
            clock: (now, wall),
            wake: None,
            next_id: 0,
            rng: StdRng::seed_from_u64(config.seed),
        }
    }

    /// Something has happened.
    pub fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        self.pace.settle(now);
        match event {
            Event::Granted(scopes) => self.granted(now, scopes),
            Event::SignedOut => self.signed_out(),
            Event::Look(look) => self.looks(now, look),
            Event::Remembered(past) => {
                self.known.remember(past);
                self.stale.people = true;
            }
            Event::Favourite(id, marked) => {
                match marked {
                    true => self.favourites.insert(id),
                    false => self.favourites.remove(&id),
                };
                self.stale.people = true;
            }
            Event::Called(id) => {
                if let Some(slot) = self.known.slot(&id) {
                    self.known.called(slot, self.wall(now));
                    self.stale.people = true;
                }
            }
            Event::Answered(id, answer) => self.answered(now, id, answer),
            Event::Clock(wall) => self.clock = (now, wall),
            Event::Woke => {
                let spread = self.pace.refill().min(SPREAD);
                let at = now + spread.mul_f64(self.rng.random_range(0.0..1.0));
                self.hurry(at);
                self.lanes.iter_mut().for_each(Lane::woke);
                self.stale.look = true;
            }
            Event::Timeout => {}
        }
        self.refresh(now);
        let mut commands = self.ask(now);
        if self.look_changed(now) {
            commands.push(Command::Changed);
        }
        commands
    }

    /// When [`Event::Timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.wake
    }

    /// What the panel shows.
    pub fn people(&self, now: Instant) -> People {
        self.compose(now)
    }

    /// Somebody who is known, shown or not.
    pub fn person(&self, id: &PersonId) -> Option<Arc<Person>> {
        let slot = self.known.slot(id)?;
        Some(Arc::clone(&self.known.get(slot).person))
    }

    fn granted(&mut self, now: Instant, scopes: Scopes) {
        if self.granted.as_ref() != Some(&scopes) {
            self.directory.begin(now, &scopes, &mut self.rng);
            self.lanes.iter_mut().for_each(Lane::forget);
            self.granted = Some(scopes);
            self.stale.look = true;
            self.search_directory(now);
        }
    }

    fn signed_out(&mut self) {
        self.granted = None;
        self.directory.stop();
        self.searching.due = None;
        self.lanes.iter_mut().for_each(Lane::forget);
        self.stale.look = true;
    }

    fn looks(&mut self, now: Instant, mut look: Look) {
        look.rows = look.rows.min(ROWS);
        let before = std::mem::replace(&mut self.look, look);
        let opened = self.look.visible && !before.visible;
        let consults = self.look.consulting.is_some() && self.look.consulting != before.consulting;
        let rings = self.look.call.is_some() && before.call.is_none();
        if opened || consults || rings {
            let last = self.lane(Kind::Presence).last;
            self.hurry(last.map_or(now, |last| now.max(last + RECENT)));
        }
        if self.look.call != before.call {
            let call = self.look.call.as_ref();
            let topic = call.map_or_else(Topic::default, |call| Topic::new(&call.topic));
            self.known.vocabulary.ask(topic);
            self.stale.rank = true;
        }
        if self.look.search != before.search {
            self.query = Query::new(self.look.search.expose());
            self.stale.query = true;
        }
        if self.look.search != before.search || opened {
            self.search_directory(now);
        }
        self.stale.look = true;
    }

    /// What was typed is asked for when the agent pauses.
    fn search_directory(&mut self, now: Instant) {
        let (text, done) = (&self.look.search, &mut self.searching.done);
        done.retain(|(_, at)| now < *at + FOUND_LASTS);
        let known = done.iter().any(|(done, _)| done == text);
        let wanted = self.query.is_for_directory() && !known;
        self.searching.due = wanted.then(|| now + PAUSE);
    }

    /// Ask for presence then, if not sooner.
    fn hurry(&mut self, at: Instant) {
        self.urgent = Some(self.urgent.map_or(at, |urgent| urgent.min(at)));
    }

    /// Somebody looks at presence, or will in a moment.
    fn looking(&self) -> bool {
        self.look.visible || self.look.call.is_some()
    }

    fn need(&self) -> Need {
        match (&self.look.consulting, self.look.visible) {
            (Some(_), _) => Need::Consult,
            (None, true) => Need::Panel,
            (None, false) => Need::Call,
        }
    }

    fn may(&self, scope: Scope) -> bool {
        let scopes = self.granted.as_ref();
        scopes.is_some_and(|scopes| scopes.contains(&scope))
    }

    fn wall(&self, now: Instant) -> SystemTime {
        self.clock.1 + now.saturating_duration_since(self.clock.0)
    }

    fn lane(&self, kind: Kind) -> &Lane {
        &self.lanes[kind as usize]
    }

    fn lane_mut(&mut self, kind: Kind) -> &mut Lane {
        &mut self.lanes[kind as usize]
    }
}

/// Rows of the panel that are looked at together.
const ROWS: usize = 200;

/// Presence that was asked for so lately is not asked for again because the panel opens.
const RECENT: Duration = Duration::from_secs(3);

/// After waking, agents do not ask all at once.
const SPREAD: Duration = Duration::from_secs(3);

/// A pause in typing.
const PAUSE: Duration = Duration::from_millis(250);

/// What a search has found is not searched for again so soon.
const FOUND_LASTS: Duration = Duration::from_secs(600);
