//! Everybody who is known, and what is.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use warmline_redact::Pii;

use super::{extra::Extra, vocabulary::Vocabulary};
use crate::{
    event::Past,
    person::{Dialable, Person, PersonId},
    presence::Presence,
    rank::class,
    search::{Index, Query},
};

/// The place of somebody among those who are known: nobody is forgotten, so it stays theirs.
pub(crate) type Slot = u32;

/// Everybody who is known.
#[derive(Debug, Default)]
pub(crate) struct KnownPeople {
    people: Vec<Known>,
    slots: HashMap<PersonId, Slot>,
    /// By name and by what they know.
    pub(crate) index: Index,
    /// What they know.
    pub(crate) vocabulary: Vocabulary,
    /// Names of tags of those who are not known yet, and in which reading they were told.
    tagged: HashMap<PersonId, Vec<(Pii<String>, u32)>>,
    /// Calls of before, by the digits of the number.
    past: BTreeMap<String, Past>,
    experts: usize,
}

/// Somebody, and what is known of them.
#[derive(Debug)]
pub(crate) struct Known {
    /// As shown.
    pub(crate) person: Arc<Person>,
    /// As the directory told them.
    told: Arc<Person>,
    /// Names of their tags, and in which reading of the directory each was told last.
    tags: Vec<(Pii<String>, u32)>,
    /// In which reading of the directory they were told to be an expert; 0 if never.
    expert_in: u32,
    /// What they know, in the vocabulary.
    pub(crate) skills: Vec<u32>,
    pub(crate) presence: Option<Presence>,
    /// When presence was asked for last, whatever came.
    pub(crate) presence_asked: Option<Instant>,
    /// The number that Teams calls them by.
    pub(crate) number: Extra<Option<Dialable>>,
    /// Their skills of the directory, which its lists leave out.
    pub(crate) own_skills: Extra<Vec<Pii<String>>>,
    pub(crate) photo: Extra<Option<Arc<[u8]>>>,
    pub(crate) meeting: Option<(Instant, Option<SystemTime>)>,
    pub(crate) called_at: Option<SystemTime>,
    pub(crate) called_today: u32,
}

impl Known {
    fn new(person: Person) -> Self {
        let person = Arc::new(person);
        Self {
            told: Arc::clone(&person),
            person,
            tags: Vec::new(),
            expert_in: 0,
            skills: Vec::new(),
            presence: None,
            presence_asked: None,
            number: Extra::default(),
            own_skills: Extra::default(),
            photo: Extra::default(),
            meeting: None,
            called_at: None,
            called_today: 0,
        }
    }

    /// How long until their next meeting, if that was read lately; nothing, if one runs.
    pub(crate) fn meeting_in(&self, now: Instant, wall: SystemTime) -> Option<Duration> {
        let (read_at, meeting) = self.meeting?;
        let lately = now < read_at + Duration::from_secs(1_800);
        let begins = meeting.filter(|_| lately)?;
        Some(begins.duration_since(wall).unwrap_or_default())
    }

    /// How often they were called today: what was called long ago was not today, whatever the time zone.
    pub(crate) fn called_today(&self, wall: SystemTime) -> u32 {
        let recent = |at: &SystemTime| {
            wall.duration_since(*at)
                .map_or(true, |ago| ago < Duration::from_secs(18 * 3_600))
        };
        self.called_at
            .filter(recent)
            .map_or(0, |_| self.called_today)
    }
}

impl KnownPeople {
    pub(crate) fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether the provider has named any experts: then those that only a search found are none.
    pub(crate) fn any_expert(&self) -> bool {
        self.experts > 0
    }

    pub(crate) fn slot(&self, id: &PersonId) -> Option<Slot> {
        self.slots.get(id).copied()
    }

    pub(crate) fn get(&self, slot: Slot) -> &Known {
        &self.people[slot as usize]
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> &mut Known {
        &mut self.people[slot as usize]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Slot, &Known)> {
        (0..).zip(&self.people)
    }

    /// Those who match a search.
    pub(crate) fn find(&mut self, query: &Query) -> Vec<Slot> {
        let Self { people, index, .. } = self;
        index.find(query, |slot| class(people[slot as usize].presence.as_ref()))
    }

    /// Somebody as a group lists them: all that is known of them in the directory.
    pub(crate) fn member(&mut self, person: Person, reading: u32) -> bool {
        let slot = self.take_in(person, true);
        self.get_mut(slot.0).expert_in = reading;
        self.compose(slot.0) || slot.1
    }

    /// Somebody as a search finds them, which may know less of them than is known.
    pub(crate) fn found(&mut self, person: Person) -> bool {
        let slot = self.take_in(person, false);
        self.compose(slot.0) || slot.1
    }

    /// Somebody carries a tag. Whether anything changed.
    pub(crate) fn tagged(&mut self, id: &PersonId, skill: &Pii<String>, reading: u32) -> bool {
        let Some(slot) = self.slot(id) else {
            let tags = self.tagged.entry(id.clone()).or_default();
            tags.push((skill.clone(), reading));
            return false;
        };
        let known = self.get_mut(slot);
        known.expert_in = reading;
        match known.tags.iter_mut().find(|(known, _)| known == skill) {
            Some((_, told_in)) => *told_in = reading,
            None => known.tags.push((skill.clone(), reading)),
        }
        self.compose(slot)
    }

    /// Something else has become known of somebody. Whether they look different.
    pub(crate) fn heard_of(&mut self, id: &PersonId, hear: impl FnOnce(&mut Known)) -> bool {
        let Some(slot) = self.slot(id) else {
            return false;
        };
        hear(self.get_mut(slot));
        self.compose(slot)
    }

    /// All groups and tags were read: who was not told any more is no expert any more.
    pub(crate) fn read_through(&mut self, reading: u32) -> bool {
        let mut changed = false;
        for slot in 0..self.people.len() as Slot {
            let known = self.get_mut(slot);
            let tags = known.tags.len();
            known.tags.retain(|(_, told_in)| *told_in == reading);
            if tags != known.tags.len() || (known.person.expert && known.expert_in != reading) {
                known.expert_in = if known.expert_in == reading {
                    reading
                } else {
                    0
                };
                changed |= self.compose(slot);
            }
        }
        self.tagged
            .retain(|_, tags| tags.iter().any(|(_, told_in)| *told_in == reading));
        changed
    }

    /// Those who carry a tag and are not known otherwise.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = &PersonId> {
        self.tagged.keys()
    }

    /// The calls of before are these.
    pub(crate) fn remember(&mut self, past: Vec<Past>) {
        let keyed = past
            .into_iter()
            .map(|past| (digits(past.number.expose()), past));
        self.past = keyed.filter(|(digits, _)| !digits.is_empty()).collect();
        for slot in 0..self.people.len() as Slot {
            let known = self.get_mut(slot);
            (known.called_at, known.called_today) = (None, 0);
            self.recall(slot);
        }
    }

    /// Somebody is being called.
    pub(crate) fn called(&mut self, slot: Slot, wall: SystemTime) {
        let known = self.get_mut(slot);
        known.called_today = known.called_today(wall).saturating_add(1);
        known.called_at = Some(wall);
    }

    fn take_in(&mut self, mut person: Person, complete: bool) -> (Slot, bool) {
        person.expert = false;
        if let Some(slot) = self.slot(&person.id) {
            let known = self.get_mut(slot);
            known.told = Arc::new(if complete {
                person
            } else {
                filled(person, &known.told)
            });
            return (slot, false);
        }
        let slot = self.people.len() as Slot;
        self.slots.insert(person.id.clone(), slot);
        let tags = self.tagged.remove(&person.id).unwrap_or_default();
        self.index.put(slot, None, &person);
        let mut known = Known::new(person);
        known.expert_in = tags.iter().map(|(_, told_in)| *told_in).max().unwrap_or(0);
        known.tags = tags;
        self.people.push(known);
        self.learn_skills(slot);
        self.recall(slot);
        (slot, true)
    }

    /// Put together what is shown of somebody. Whether it looks different.
    fn compose(&mut self, slot: Slot) -> bool {
        let known = &mut self.people[slot as usize];
        let (number, skills) = (&known.number.told, &known.own_skills.told);
        let plain = known.tags.is_empty() && number.is_none() && skills.is_empty();
        let mut person = Person::clone(&known.told);
        person.expert = known.expert_in > 0;
        let tags = known.tags.iter().map(|(tag, _)| tag);
        for new in skills.iter().chain(tags) {
            let alike =
                |skill: &Pii<String>| skill.expose().to_lowercase() == new.expose().to_lowercase();
            if !person.skills.iter().any(alike) {
                person.skills.push(new.clone());
            }
        }
        if let Some(number) = number {
            person.dialable = Some(number.clone());
        }
        if person == *known.person {
            if plain {
                known.told = Arc::clone(&known.person);
            }
            return false;
        }
        let before = std::mem::replace(&mut known.person, Arc::new(person));
        if plain {
            // Most people are as they were told, and there may be very many.
            known.told = Arc::clone(&known.person);
        }
        match (before.expert, known.person.expert) {
            (false, true) => self.experts += 1,
            (true, false) => self.experts -= 1,
            _ => {}
        }
        let now = Arc::clone(&known.person);
        if searched(&before) != searched(&now) {
            self.index.put(slot, Some(&before), &now);
        }
        if before.skills != now.skills {
            self.learn_skills(slot);
        }
        if before.dialable != now.dialable {
            self.recall(slot);
        }
        true
    }

    fn learn_skills(&mut self, slot: Slot) {
        let known = &mut self.people[slot as usize];
        let skills = known.person.skills.iter();
        known.skills = skills.map(|skill| self.vocabulary.learn(skill)).collect();
    }

    fn recall(&mut self, slot: Slot) {
        let known = &mut self.people[slot as usize];
        let Some(dialable) = &known.person.dialable else {
            return;
        };
        if let Some(past) = self.past.get(&digits(dialable.number.expose()))
            && known.called_at.is_none_or(|at| at < past.called_at)
        {
            known.called_at = Some(past.called_at);
            known.called_today = known.called_today.max(past.today);
        }
    }
}

/// What is told, and what was known where nothing is.
fn filled(told: Person, known: &Person) -> Person {
    let or = |new: Option<Pii<String>>, old: &Option<Pii<String>>| new.or_else(|| old.clone());
    Person {
        title: or(told.title, &known.title),
        department: or(told.department, &known.department),
        mail: or(told.mail, &known.mail),
        skills: if told.skills.is_empty() {
            known.skills.clone()
        } else {
            told.skills
        },
        dialable: told.dialable.or_else(|| known.dialable.clone()),
        time_zone: told.time_zone.or_else(|| known.time_zone.clone()),
        ..told
    }
}

/// What a search looks at.
fn searched(person: &Person) -> impl PartialEq + '_ {
    (
        &person.name,
        &person.title,
        &person.department,
        &person.skills,
        person.dialable.as_ref().map(|it| &it.number),
    )
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}
