//! Who is shown, in which order, and why.

use std::{
    cmp::Reverse,
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use warmline_entra::{Consent, Scope};

use super::{
    Roster,
    known::{Known, Slot},
    lane::Kind,
};
use crate::{
    ask::Failure,
    people::{Blocked, Part, People, Ranked},
    rank::{Case, Knows},
};

/// The lists of the panel.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    best: Vec<Slot>,
    /// When those were found: what is known ages.
    ranked_at: Option<Instant>,
    favourites: Vec<Slot>,
    recent: Vec<Slot>,
    /// All who match the search.
    all: Vec<Slot>,
    /// All who are shown without a search, if anybody has asked since people changed: a search that is taken
    /// back does not go through everybody again.
    everybody: Option<Vec<Slot>>,
    /// Everybody who is to be seen, or will be in a moment; whoever matters most first.
    pub(crate) seen: Vec<Slot>,
    among_seen: HashSet<Slot>,
}

/// What has changed since the lists were made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stale {
    /// Who is known, or what of them.
    pub(crate) people: bool,
    pub(crate) presence: bool,
    /// What people are ranked by, besides.
    pub(crate) rank: bool,
    /// What is searched for.
    pub(crate) query: bool,
    /// What is looked at, or another thing that is shown.
    pub(crate) look: bool,
}

impl Lists {
    pub(crate) fn is_seen(&self, slot: Slot) -> bool {
        self.among_seen.contains(&slot)
    }
}

impl Roster {
    /// Bring the lists in line with what is known.
    pub(super) fn refresh(&mut self, now: Instant) {
        let stale = self.stale;
        // A letter that is typed does not wait for those who only grew older: what happens next does.
        let ranked_at = self.lists.ranked_at;
        let aged = !stale.query && ranked_at.is_none_or(|at| now >= at + RANKED_LASTS);
        let rank = stale.people || stale.presence || stale.rank || aged;
        if stale.people {
            self.lists.everybody = None;
        }
        if stale.people || stale.query || (stale.presence && !self.query.is_empty()) {
            self.lists.all = self.matching();
        }
        if stale.people {
            self.lists.favourites = self.marked();
            self.lists.recent = self.recent();
            let strangers = self.favourites.iter();
            self.directory
                .strangers(strangers.filter(|id| self.known.slot(id).is_none()));
        }
        match self.look.call.is_some() {
            true if rank => {
                let best = self.rank(now);
                self.stale.look |= self.lists.best != best;
                self.lists.best = best;
                self.lists.ranked_at = Some(now);
            }
            true => {}
            false => (self.lists.best, self.lists.ranked_at) = (Vec::new(), None),
        }
        if self.stale.people || self.stale.query || self.stale.presence || self.stale.look {
            self.see(now);
        }
    }

    /// Whether the panel looks different now.
    pub(super) fn look_changed(&mut self, now: Instant) -> bool {
        let stale = std::mem::take(&mut self.stale);
        if !(stale.people || stale.presence || stale.rank || stale.query || stale.look) {
            return false;
        }
        let people = self.compose(now);
        let changed = people != self.shown;
        self.shown = people;
        changed
    }

    pub(super) fn compose(&self, now: Instant) -> People {
        let ranked = |slots: &[Slot]| -> Vec<Ranked> {
            slots.iter().map(|slot| self.ranked(now, *slot)).collect()
        };
        let part = self.rows();
        let first = part.start;
        People {
            blocked: self.blocked(),
            loading: self.granted.is_some() && self.directory.is_loading(),
            best: ranked(&self.lists.best),
            favourites: ranked(&self.lists.favourites),
            recent: ranked(&self.lists.recent),
            all: Part {
                total: self.lists.all.len(),
                first,
                people: ranked(&self.lists.all[part]),
            },
            ladder: self.ladder(),
        }
    }

    fn matching(&mut self) -> Vec<Slot> {
        if !self.query.is_empty() {
            let Self { known, query, .. } = self;
            return known.find(query);
        }
        let everybody = self.lists.everybody.get_or_insert_with(|| {
            let only_experts = self.known.any_expert();
            let all = self.known.index.all();
            all.filter(|slot| !only_experts || self.known.get(*slot).person.expert)
                .collect()
        });
        everybody.clone()
    }

    /// In the order of names: those that an agent has marked stay where they are.
    fn marked(&self) -> Vec<Slot> {
        let marked = self.favourites.iter().filter_map(|id| self.known.slot(id));
        let mut marked: Vec<Slot> = marked.collect();
        marked.sort_by_cached_key(|slot| {
            let person = &self.known.get(*slot).person;
            (crate::fold::fold(person.name.expose()), person.id.clone())
        });
        marked
    }

    fn recent(&self) -> Vec<Slot> {
        let called = self.known.iter();
        let mut called: Vec<(SystemTime, Slot)> = called
            .filter_map(|(slot, known)| Some((known.called_at?, slot)))
            .collect();
        called.sort_by_key(|(at, slot)| (Reverse(*at), *slot));
        called.truncate(RECENT);
        called.into_iter().map(|(_, slot)| slot).collect()
    }

    /// Those who suit the call best. Among equals those that the agent has marked, then by name: the index has
    /// them in that order, and names are not compared again.
    fn rank(&self, now: Instant) -> Vec<Slot> {
        let only_experts = self.known.any_expert();
        let marked = |slot: &Slot| self.lists.favourites.contains(slot);
        let mut places = vec![0; self.known.len()];
        for (place, slot) in (0_u32..).zip(self.known.index.all()) {
            places[slot as usize] = place;
        }
        // As they lie in memory: there may be very many.
        let people = self.known.iter();
        let mut ranked: Vec<_> = people
            .filter_map(|(slot, known)| {
                let (place, marked) = (places[slot as usize], marked(&slot));
                let offered = known.person.expert || !only_experts || marked;
                let merit = Reverse(self.case(now, known).merit(now));
                offered.then_some((merit, !marked, place, slot))
            })
            .collect();
        if ranked.len() > BEST {
            ranked.select_nth_unstable(BEST);
            ranked.truncate(BEST);
        }
        ranked.sort_unstable();
        ranked.into_iter().map(|(.., slot)| slot).collect()
    }

    fn see(&mut self, now: Instant) {
        let consulted = self.look.consulting.as_ref();
        let consulted = consulted.and_then(|id| self.known.slot(id));
        let rows = &self.lists.all[self.rows()];
        let lists = [&self.lists.best, &self.lists.favourites, &self.lists.recent];
        let mut among = HashSet::new();
        let seen = consulted.iter().chain(lists.into_iter().flatten());
        let seen = seen.chain(rows).copied();
        let seen: Vec<Slot> = seen.filter(|slot| among.insert(*slot)).collect();
        (self.lists.seen, self.lists.among_seen) = (seen, among);
        let unread = |slot: &Slot| self.known.get(*slot).presence_asked.is_none();
        if self.look.visible && self.lists.seen.iter().any(unread) {
            self.hurry(now + SCROLLED);
        }
    }

    fn rows(&self) -> std::ops::Range<usize> {
        let total = self.lists.all.len();
        let first = self.look.first.min(total);
        let rows = if self.look.visible { self.look.rows } else { 0 };
        first..total.min(first + rows)
    }

    fn ranked(&self, now: Instant, slot: Slot) -> Ranked {
        let known = self.known.get(slot);
        Ranked {
            person: Arc::clone(&known.person),
            presence: known.presence.clone(),
            next_meeting: known.meeting.and_then(|(_, meeting)| meeting),
            favourite: self.favourites.contains(&known.person.id),
            photo: known.photo.told.clone(),
            reasons: self.case(now, known).reasons(now),
        }
    }

    fn case<'a>(&'a self, now: Instant, known: &'a Known) -> Case<'a> {
        let vocabulary = &self.known.vocabulary;
        let wall = self.wall(now);
        let mut asked = vocabulary.asked(&known.skills);
        Case {
            presence: known.presence.as_ref(),
            knows: match vocabulary.has_topic() {
                true => Knows::Skills([asked.next(), asked.next()]),
                false => Knows::NoTopic,
            },
            dialled_as: known.person.dialable.as_ref().map(|it| it.dialled_as),
            today: known.called_today(wall),
            meeting_in: known.meeting_in(now, wall),
        }
    }

    fn blocked(&self) -> Option<Blocked> {
        if self.granted.is_none() {
            return Some(Blocked::SignedOut);
        }
        if !self.may(Scope::PresenceReadAll) {
            return Some(Blocked::NoConsent);
        }
        // Once the directory has been read, it can wait for better days.
        let directory = self.directory.is_loading().then_some(Kind::Directory);
        [Some(Kind::Presence), directory]
            .into_iter()
            .flatten()
            .find_map(|kind| {
                let lane = self.lane(kind);
                let presence = kind == Kind::Presence;
                match lane.trouble? {
                    Failure::SignedOut => Some(Blocked::SignedOut),
                    Failure::NotGranted => presence.then_some(Blocked::NoConsent),
                    Failure::NotThere => presence.then_some(Blocked::NoPresence),
                    Failure::Throttled { .. } => lane.silent_until.map(Blocked::Throttled),
                    Failure::Offline => Some(Blocked::Offline),
                    Failure::Broken => Some(Blocked::Broken),
                }
            })
    }

    /// The rungs that are not granted.
    fn ladder(&self) -> Vec<Consent> {
        let Some(scopes) = &self.granted else {
            return Vec::new();
        };
        let missing = |rung: &&Consent| !rung.scopes.iter().all(|scope| scopes.contains(scope));
        Consent::LADDER.iter().filter(missing).copied().collect()
    }
}

/// Those who suit best.
const BEST: usize = 8;

/// Those who were called last.
const RECENT: usize = 8;

/// A ranking is made anew after this, if nothing else happens.
const RANKED_LASTS: Duration = Duration::from_secs(30);

/// A pause in scrolling.
const SCROLLED: Duration = Duration::from_millis(300);
