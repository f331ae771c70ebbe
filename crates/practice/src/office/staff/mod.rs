//! Everybody who works here, as directory and Teams know them.

mod crowd;
mod mood;
mod portrait;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use crate::office::ids::{guid, seed};
use crate::practice::DOMAIN;
use crate::scenario::{Expert, Manner, Profile, Scenario, Status};

use mood::Mood;

pub(crate) use portrait::portrait;

/// The staff of one contact centre.
#[derive(Debug)]
pub(crate) struct Staff {
    pub(crate) agent: Colleague,
    /// The experts of the scenario first, then those who are only seen.
    pub(crate) experts: Vec<Colleague>,
    /// Everything that somebody knows, each once, and who.
    pub(crate) tags: Vec<Tag>,
    /// Ids of the group of all experts, and of the team with the tags.
    pub(crate) group: String,
    pub(crate) team: String,
}

/// Somebody.
#[derive(Debug)]
pub(crate) struct Colleague {
    pub(crate) id: String,
    pub(crate) name: String,
    /// To sign in with, and to write to.
    pub(crate) username: String,
    pub(crate) number: Option<String>,
    pub(crate) profile: Profile,
    pub(crate) photo: bool,
    /// What they write back in Teams.
    pub(crate) reply: Option<String>,
    mood: Mood,
}

/// A Teams tag.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Places in [`Staff::experts`].
    pub(crate) members: Vec<usize>,
}

impl Staff {
    pub(crate) fn of(scenario: &Scenario, now: SystemTime) -> Self {
        let house = scenario.seed.to_string();
        let mut usernames = BTreeSet::new();
        let mut username = |name: &str| {
            let plain = crowd::plain(name);
            let mut number = 1;
            let mut local = plain.clone();
            while !usernames.insert(local.clone()) {
                number += 1;
                local = format!("{plain}{number}");
            }
            format!("{local}@{DOMAIN}")
        };
        let agent = &scenario.agent;
        let agent = Colleague {
            id: guid(&["user", &house, &agent.number]),
            username: username(&agent.name),
            name: agent.name.clone(),
            number: Some(agent.number.clone()),
            profile: Profile {
                title: Some("Agent".to_owned()),
                department: Some("Contact centre".to_owned()),
                verified_number: true,
                ..Profile::default()
            },
            photo: true,
            reply: None,
            mood: Mood::steady(Status::Available, now),
        };
        let mut experts: Vec<_> = scenario
            .experts
            .iter()
            .map(|expert| Colleague {
                id: guid(&["user", &house, &expert.number]),
                name: expert.name.clone(),
                username: username(&expert.name),
                number: Some(expert.number.clone()),
                profile: expert.profile.clone(),
                photo: true,
                reply: reply(expert),
                mood: match expert.profile.presence {
                    Some(status) => Mood::steady(status, now),
                    None => Mood::moving(seed(&["mood", &house, &expert.number]), now),
                },
            })
            .collect();
        for (n, one) in crowd::of(scenario).into_iter().enumerate() {
            let place = n.to_string();
            experts.push(Colleague {
                id: guid(&["colleague", &house, &place]),
                username: username(&one.name),
                name: one.name,
                number: one.number,
                photo: one.photo,
                reply: None,
                mood: match one.profile.presence {
                    Some(status) => Mood::steady(status, now),
                    None => Mood::moving(seed(&["mood of many", &house, &place]), now),
                },
                profile: one.profile,
            });
        }
        let skills = experts.iter().flat_map(|one| &one.profile.skills);
        let skills: BTreeSet<_> = skills.cloned().collect();
        let knows = |skill: &String| {
            let known = experts.iter().enumerate();
            let known = known.filter(|(_, one)| one.profile.skills.contains(skill));
            known.map(|(n, _)| n).collect()
        };
        let tags = skills.iter().map(|skill| Tag {
            id: guid(&["tag", &house, skill]),
            name: skill.clone(),
            members: knows(skill),
        });
        Self {
            tags: tags.collect(),
            agent,
            experts,
            group: guid(&["group", &house]),
            team: guid(&["team", &house]),
        }
    }

    /// Everybody, the agent too.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = &Colleague> {
        std::iter::once(&self.agent).chain(&self.experts)
    }

    /// Whoever has this id, or this name to sign in with.
    pub(crate) fn find(&self, id: &str) -> Option<&Colleague> {
        self.everybody().find(|one| one.is(id))
    }

    pub(crate) fn find_mut(&mut self, id: &str) -> Option<&mut Colleague> {
        let everybody = std::iter::once(&mut self.agent).chain(&mut self.experts);
        everybody.into_iter().find(|one| one.is(id))
    }

    /// Whoever is called so.
    pub(crate) fn named(&mut self, name: &str) -> Option<&mut Colleague> {
        let everybody = std::iter::once(&mut self.agent).chain(&mut self.experts);
        everybody.into_iter().find(|one| one.name == name)
    }
}

impl Colleague {
    fn is(&self, id: &str) -> bool {
        self.id.eq_ignore_ascii_case(id) || self.username.eq_ignore_ascii_case(id)
    }

    /// How Teams shows them, and since when.
    pub(crate) fn status(&mut self, now: SystemTime) -> (Status, SystemTime) {
        self.mood.at(now)
    }

    /// Teams shows them so from now on.
    pub(crate) fn becomes(&mut self, status: Status, now: SystemTime) {
        self.mood = Mood::steady(status, now);
    }

    /// A call of theirs here stands, or is over.
    pub(crate) fn calls(&mut self, stands: bool, now: SystemTime) {
        self.mood.calls(stands, now);
    }
}

/// Numbers of those who are only seen: known to the exchange, and never there.
pub(crate) fn numbers_of_colleagues(scenario: &Scenario) -> Vec<String> {
    let crowd = crowd::of(scenario).into_iter();
    crowd.filter_map(|one| one.number).collect()
}

/// What an expert writes back, by their manner.
fn reply(expert: &Expert) -> Option<String> {
    let by_manner = match expert.manner {
        Manner::Answers(_) => Some("2 min"),
        Manner::Busy | Manner::Declines => Some("can't now"),
        Manner::Away(_) | Manner::Silent => None,
    };
    match &expert.profile.reply {
        Some(reply) => Some(reply.clone()).filter(|reply| !reply.is_empty()),
        None => by_manner.map(str::to_owned),
    }
}

/// From when somebody is written to in Teams to when they write back.
pub(crate) const REPLIES_AFTER: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_an_id_and_an_address_of_their_own() {
        let mut scenario = Scenario::built_in();
        scenario.colleagues = 2_000;
        let staff = Staff::of(&scenario, SystemTime::UNIX_EPOCH);
        let again = Staff::of(&scenario, SystemTime::UNIX_EPOCH);
        assert_eq!(staff.experts.len(), scenario.experts.len() + 2_000);
        let distinct = |what: fn(&Colleague) -> Option<&String>| {
            let all: Vec<_> = staff.everybody().filter_map(what).collect();
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
            all.len()
        };
        assert_eq!(distinct(|one| Some(&one.id)), staff.experts.len() + 1);
        assert_eq!(distinct(|one| Some(&one.username)), staff.experts.len() + 1);
        assert!(distinct(|one| one.number.as_ref()) > 1_500);
        for (one, other) in staff.everybody().zip(again.everybody()) {
            assert_eq!((&one.id, &one.name), (&other.id, &other.name));
            assert!(one.username.is_ascii(), "{}", one.username);
        }
    }

    #[test]
    fn a_tag_has_those_who_know() {
        let mut scenario = Scenario::built_in();
        scenario.colleagues = 50;
        let staff = Staff::of(&scenario, SystemTime::UNIX_EPOCH);
        assert!(!staff.tags.is_empty());
        for tag in &staff.tags {
            assert!(!tag.members.is_empty());
            for member in &tag.members {
                let skills = &staff.experts[*member].profile.skills;
                assert!(skills.contains(&tag.name));
            }
        }
    }

    #[test]
    fn who_calls_is_in_a_call() {
        let at = |s| SystemTime::UNIX_EPOCH + Duration::from_secs(s);
        let mut staff = Staff::of(&Scenario::built_in(), at(0));
        let nadia = staff.named("Nadia Haddad").expect("an expert");
        nadia.becomes(Status::Available, at(1));
        nadia.calls(true, at(5));
        assert_eq!(nadia.status(at(6)), (Status::InACall, at(5)));
        // The customer takes the agent's place.
        nadia.calls(true, at(7));
        nadia.calls(false, at(8));
        assert_eq!(nadia.status(at(9)), (Status::InACall, at(5)));
        nadia.calls(false, at(10));
        assert_eq!(nadia.status(at(11)), (Status::Available, at(10)));
        nadia.calls(false, at(12));
        assert_eq!(nadia.status(at(13)).0, Status::Available);
    }
}
