use std::collections::HashMap;

use warmline_redact::Pii;

use crate::{fold::fold, rank::Topic};

/// Every skill that anybody has, once: a call's topic is held against each of them, and not against each
/// person's.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    places: HashMap<Pii<String>, u32>,
    skills: Vec<Skill>,
    topic: Topic,
}

#[derive(Debug)]
struct Skill {
    text: Pii<String>,
    folded: Box<str>,
    /// The call in hand is about it.
    asked: bool,
}

impl Vocabulary {
    /// The place of a skill.
    pub(crate) fn learn(&mut self, skill: &Pii<String>) -> u32 {
        if let Some(place) = self.places.get(skill) {
            return *place;
        }
        let place = self.skills.len() as u32;
        let folded = fold(skill.expose());
        self.places.insert(skill.clone(), place);
        self.skills.push(Skill {
            text: skill.clone(),
            asked: self.topic.is_about(&folded),
            folded: folded.into(),
        });
        place
    }

    /// The call in hand is about this.
    pub(crate) fn ask(&mut self, topic: Topic) {
        if topic != self.topic {
            self.topic = topic;
            for skill in &mut self.skills {
                skill.asked = self.topic.is_about(&skill.folded);
            }
        }
    }

    /// The call in hand is about something that people may know.
    pub(crate) fn has_topic(&self) -> bool {
        !self.topic.is_empty()
    }

    /// Those of these skills that the call in hand is about.
    pub(crate) fn asked<'a>(&'a self, skills: &'a [u32]) -> impl Iterator<Item = &'a Pii<String>> {
        let skills = skills.iter().map(|place| &self.skills[*place as usize]);
        skills.filter(|skill| skill.asked).map(|skill| &skill.text)
    }
}
