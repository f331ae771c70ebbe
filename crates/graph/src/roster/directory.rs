//! Reading who the experts are: every group and tag, page by page, and again after some hours.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use rand::{RngExt as _, rngs::StdRng};
use warmline_entra::{Scope, Scopes};

use crate::{
    ask::{Ask, Failure, Page},
    config::{Config, TeamTag},
    person::PersonId,
};

/// What is to be read, and what has been.
#[derive(Debug)]
pub(crate) struct Directory {
    sources: Vec<Source>,
    /// What is still to be read; the first is asked for next.
    steps: VecDeque<Step>,
    /// Counts the readings.
    pub(crate) reading: u32,
    /// Every source has been read to its end this time.
    complete: bool,
    /// It has been read once.
    read: bool,
    /// When to read it again.
    again: Option<Instant>,
    /// Answers in a row to the first step that could not be read.
    broken: u32,
    /// Sources that are not there, and until when that is believed.
    gone: HashMap<usize, Instant>,
    /// People of whom only the id is known.
    strangers: VecDeque<PersonId>,
    /// Those who were asked for, and when: not again today.
    asked_for: HashMap<PersonId, Instant>,
}

#[derive(Clone, Debug)]
enum Source {
    Group(String),
    Tag(TeamTag),
}

#[derive(Debug)]
struct Step {
    source: usize,
    page: Option<Page>,
    /// Pages before this one.
    pages: u32,
}

/// How a reading goes on after an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Progress {
    /// There is more.
    GoesOn,
    /// That was all, and every source was read to its end.
    ReadThrough,
    /// That was all that could be read.
    Over,
}

impl Directory {
    pub(crate) fn new(config: &Config) -> Self {
        let groups = config.groups.iter().cloned().map(Source::Group);
        let tags = config.tags.iter().cloned().map(Source::Tag);
        Self {
            sources: groups.chain(tags).collect(),
            steps: VecDeque::new(),
            reading: 0,
            complete: false,
            read: false,
            again: None,
            broken: 0,
            gone: HashMap::new(),
            strangers: VecDeque::new(),
            asked_for: HashMap::new(),
        }
    }

    /// Nothing has been read yet, and something is going to be.
    pub(crate) fn is_loading(&self) -> bool {
        !self.read && !self.steps.is_empty()
    }

    /// Read it from the beginning, as far as the tenant lets it.
    pub(crate) fn begin(&mut self, now: Instant, scopes: &Scopes, rng: &mut StdRng) {
        self.gone.retain(|_, until| *until > now);
        self.asked_for.retain(|_, at| now < *at + DAY);
        let granted = |source: &Source| match source {
            Source::Group(_) => scopes.contains(&Scope::GroupMemberReadBasicAll),
            Source::Tag(_) => scopes.contains(&Scope::TeamworkTagRead),
        };
        let sources = self.sources.iter().enumerate();
        let steps = sources
            .filter(|(place, source)| granted(source) && !self.gone.contains_key(place))
            .map(|(source, _)| Step {
                source,
                page: None,
                pages: 0,
            });
        self.steps = steps.collect();
        self.reading += 1;
        self.complete = true;
        self.broken = 0;
        self.again = Some(now + AGAIN.mul_f64(rng.random_range(0.75..1.25)));
        self.read |= self.steps.is_empty();
    }

    /// Nobody is signed in: stop.
    pub(crate) fn stop(&mut self) {
        self.steps.clear();
        self.strangers.clear();
        self.again = None;
    }

    /// The directory is to be read again.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.steps.is_empty() && self.again.is_some_and(|at| at <= now)
    }

    /// When there is something to ask. The first reading waits for nobody; all else until somebody looks.
    pub(crate) fn due(&self, now: Instant, looking: bool, scopes: &Scopes) -> Option<Instant> {
        if !self.steps.is_empty() && (looking || !self.read) {
            return Some(now);
        }
        match looking {
            true if self.meets_strangers(scopes) => Some(now),
            true => self.again,
            false => None,
        }
    }

    /// What to ask next.
    pub(crate) fn next(&mut self, now: Instant, scopes: &Scopes) -> Option<Ask> {
        if let Some(step) = self.steps.front() {
            let page = step.page.clone();
            return Some(match self.sources[step.source].clone() {
                Source::Group(group) => Ask::Members { group, page },
                Source::Tag(tag) => Ask::Tagged { tag, page },
            });
        }
        if !self.meets_strangers(scopes) {
            return None;
        }
        let count = self.strangers.len().min(THESE);
        let these: Vec<PersonId> = self.strangers.drain(..count).collect();
        self.asked_for
            .extend(these.iter().map(|id| (id.clone(), now)));
        Some(Ask::These(these))
    }

    /// Of these, only the id is known.
    pub(crate) fn strangers<'a>(&mut self, ids: impl Iterator<Item = &'a PersonId>) {
        for id in ids {
            if !self.asked_for.contains_key(id) && !self.strangers.contains(id) {
                self.strangers.push_back(id.clone());
            }
        }
    }

    /// These could not be asked for after all.
    pub(crate) fn not_asked(&mut self, ids: &[PersonId]) {
        for id in ids {
            self.asked_for.remove(id);
        }
        self.strangers(ids.iter());
    }

    /// A page of the first step has been read.
    pub(crate) fn told(&mut self, next: Option<Page>) -> Progress {
        self.broken = 0;
        if let Some(step) = self.steps.front_mut() {
            step.pages += 1;
            // A list without end is none; what it told is kept.
            match next {
                Some(next) if step.pages < PAGES => {
                    step.page = Some(next);
                    return Progress::GoesOn;
                }
                Some(_) => self.complete = false,
                None => {}
            }
        }
        self.step_over()
    }

    /// The first step failed.
    pub(crate) fn failed(&mut self, now: Instant, failure: Failure) -> Progress {
        let Some(step) = self.steps.front() else {
            return Progress::GoesOn;
        };
        match failure {
            Failure::NotThere => {
                self.gone.insert(step.source, now + DAY);
                self.step_over()
            }
            Failure::NotGranted => {
                self.complete = false;
                self.step_over()
            }
            Failure::Broken if self.broken >= TRIES => {
                self.complete = false;
                self.step_over()
            }
            Failure::Broken => {
                self.broken += 1;
                Progress::GoesOn
            }
            Failure::SignedOut | Failure::Throttled { .. } | Failure::Offline => Progress::GoesOn,
        }
    }

    fn meets_strangers(&self, scopes: &Scopes) -> bool {
        !self.strangers.is_empty() && scopes.contains(&Scope::UserReadBasicAll)
    }

    fn step_over(&mut self) -> Progress {
        self.steps.pop_front();
        self.broken = 0;
        if !self.steps.is_empty() {
            return Progress::GoesOn;
        }
        self.read = true;
        match self.complete {
            true => Progress::ReadThrough,
            false => Progress::Over,
        }
    }
}

/// How long a reading lasts.
const AGAIN: Duration = Duration::from_secs(4 * 3_600);

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Ids in one question: what `in` takes in a filter. Source: Microsoft Graph, advanced queries.
const THESE: usize = 15;

/// Pages of one source: 200,000 people.
const PAGES: u32 = 200;

/// How often what cannot be read is asked for again.
const TRIES: u32 = 2;
