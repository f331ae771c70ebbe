//! What Graph said.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use super::{Roster, directory::Progress, known::Known, lane::Kind, sequence};
use crate::{
    ask::{Answer, Ask, Failure, RequestId, Told},
    person::{Person, PersonId},
    presence::Presence,
};

impl Roster {
    /// An answer has come; one to a question that is not open is none.
    pub(super) fn answered(&mut self, now: Instant, id: RequestId, answer: Answer) {
        let mut lanes = Kind::ALL.into_iter().zip(&mut self.lanes);
        let Some((kind, asked)) = lanes.find_map(|(kind, lane)| Some((kind, lane.answered(id)?)))
        else {
            return;
        };
        if let Some(used) = answer.used {
            self.pace.used(used);
        }
        match answer.told {
            Ok(_) if asked.stale => {}
            Err(failure) if asked.stale => {
                // It is silent for whoever is signed in.
                if let Failure::Throttled { .. } = failure {
                    self.failed(now, kind, &asked.ask, failure);
                }
            }
            Ok(told) => match self.learn(now, &asked.ask, told) {
                true => self.lane_mut(kind).went_well(),
                false => self.failed(now, kind, &asked.ask, Failure::Broken),
            },
            Err(failure) => self.failed(now, kind, &asked.ask, failure),
        }
        self.stale.look = true;
    }

    /// Take in what was told; false if it does not belong to the question.
    fn learn(&mut self, now: Instant, ask: &Ask, told: Told) -> bool {
        match (ask, told) {
            (Ask::Members { .. }, Told::Members { people, next }) => {
                let reading = self.directory.reading;
                for person in people {
                    self.stale.people |= self.known.member(person, reading);
                }
                let progress = self.directory.told(next);
                self.read_on(progress);
            }
            (Ask::Tagged { .. }, Told::Tagged { skill, ids, next }) => {
                let reading = self.directory.reading;
                for id in ids {
                    self.stale.people |= self.known.tagged(&id, &skill, reading);
                }
                let progress = self.directory.told(next);
                self.read_on(progress);
            }
            (Ask::These(_), Told::Found(people)) => self.found(people),
            (Ask::Search(text), Told::Found(people)) => {
                self.searching.done.push((text.clone(), now));
                self.found(people);
            }
            (Ask::Presences(_), Told::Presences(presences)) => self.presences_told(now, presences),
            (Ask::Meetings(people), Told::Meetings(meetings)) => {
                self.meetings_told(now, people, meetings);
            }
            (Ask::Number(id), Told::Number(number)) => {
                self.heard_of(id, |known| known.number.told(now, number));
            }
            (Ask::Skills(id), Told::Skills(skills)) => {
                self.heard_of(id, |known| known.own_skills.told(now, skills));
            }
            (Ask::Photo(id), Told::Photo(photo)) => {
                self.heard_of(id, |known| known.photo.told(now, photo));
            }
            _ => return false,
        }
        true
    }

    fn failed(&mut self, now: Instant, kind: Kind, ask: &Ask, failure: Failure) {
        let lane = &mut self.lanes[kind as usize];
        lane.failed(now, failure, &mut self.rng);
        if let (Kind::Presence, Failure::Throttled { .. }) = (kind, failure) {
            self.pace.refused();
        }
        let absent = failure == Failure::NotThere;
        let again = matches!(failure, Failure::Throttled { .. } | Failure::Offline);
        match ask {
            Ask::Members { .. } | Ask::Tagged { .. } => {
                let progress = self.directory.failed(now, failure);
                self.read_on(progress);
            }
            Ask::These(ids) if again => self.directory.not_asked(ids),
            Ask::Search(text) if again => {
                // What was typed since is waiting already.
                if *text == self.look.search {
                    self.searching.due = Some(now);
                }
            }
            Ask::Search(text) => self.searching.done.push((text.clone(), now)),
            Ask::Number(id) => self.heard_of(id, |known| known.number.failed(now, failure)),
            Ask::Skills(id) => self.heard_of(id, |known| known.own_skills.failed(now, failure)),
            Ask::Photo(id) => self.heard_of(id, |known| known.photo.failed(now, failure)),
            // This cloud does not have it; tomorrow it may.
            Ask::Presences(_) | Ask::Meetings(_) if absent => {
                self.lane_mut(kind).not_before = Some(now + DAY);
            }
            Ask::These(_) | Ask::Presences(_) | Ask::Meetings(_) => {}
        }
    }

    fn read_on(&mut self, progress: Progress) {
        if progress == Progress::ReadThrough {
            let reading = self.directory.reading;
            self.stale.people |= self.known.read_through(reading);
        }
        if progress != Progress::GoesOn {
            self.directory.strangers(self.known.unknown());
        }
    }

    fn heard_of(&mut self, id: &PersonId, hear: impl FnOnce(&mut Known)) {
        self.stale.people |= self.known.heard_of(id, hear);
    }

    fn found(&mut self, people: Vec<Person>) {
        for person in people {
            self.stale.people |= self.known.found(person);
        }
    }

    /// The newer presence of each stays. One that is older than what is known says nothing of now: its age
    /// is that of what is known.
    fn presences_told(&mut self, now: Instant, presences: Vec<(PersonId, Presence)>) {
        for (id, mut presence) in presences {
            let Some(slot) = self.known.slot(&id) else {
                continue;
            };
            let known = &mut self.known.get_mut(slot).presence;
            let older = known.as_ref().is_some_and(|known| {
                let order = sequence::compare(&presence.sequence_number, &known.sequence_number);
                order == Some(std::cmp::Ordering::Less)
            });
            if !older {
                presence.read_at = now;
                *known = Some(presence);
                self.known.index.unrate(slot);
            }
        }
        self.stale.presence = true;
    }

    fn meetings_told(
        &mut self,
        now: Instant,
        asked: &[Arc<Person>],
        meetings: Vec<(PersonId, Option<SystemTime>)>,
    ) {
        let meetings: HashMap<PersonId, Option<SystemTime>> = meetings.into_iter().collect();
        for person in asked {
            if let Some(slot) = self.known.slot(&person.id) {
                let meeting = meetings.get(&person.id).copied().flatten();
                self.known.get_mut(slot).meeting = Some((now, meeting));
            }
        }
        self.stale.rank = true;
    }
}

const DAY: Duration = Duration::from_secs(24 * 3_600);
