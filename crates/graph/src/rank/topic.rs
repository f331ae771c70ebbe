use warmline_redact::Pii;

use crate::fold::{fold, runs_on};

/// What a call is about, to be held against what people know.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Topic {
    /// Folded, with a space before and after.
    texts: Vec<String>,
    /// Those that say something by themselves.
    words: Vec<String>,
}

impl Topic {
    /// Of what is known of the call.
    pub(crate) fn new(texts: &[Pii<String>]) -> Self {
        let texts: Vec<String> = texts
            .iter()
            .map(|text| fold(text.expose()))
            .filter(|text| !text.is_empty())
            .map(|text| format!(" {text} "))
            .collect();
        let words = texts.iter().flat_map(|text| text.split_whitespace());
        let words = words.filter(|word| tells(word)).map(str::to_owned);
        Self {
            words: words.collect(),
            texts,
        }
    }

    /// The call is about nothing that is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Whether a skill, folded, is what it is about: the skill is said in the topic, or a word of the topic
    /// in the skill.
    pub(crate) fn is_about(&self, skill: &str) -> bool {
        if skill.is_empty() {
            return false;
        }
        let whole = format!(" {skill} ");
        let said =
            |text: &String| text.contains(&whole) || (runs_on(skill) && text.contains(skill));
        let known = |word: &String| {
            skill.split(' ').any(|its| its == word) || (runs_on(word) && skill.contains(&**word))
        };
        self.texts.iter().any(said) || self.words.iter().any(known)
    }
}

/// Whether a word of a topic says by itself what it is about. Short ones do only if they are the whole skill.
fn tells(word: &str) -> bool {
    let least = if runs_on(word) { 2 } else { 4 };
    word.chars().count() >= least && !SAY_NOTHING.contains(&word)
}

/// Words of four letters and more that stand in every other subject. Folded.
const SAY_NOTHING: &[&str] = &[
    "about", "avec", "call", "customer", "dans", "eine", "einem", "einen", "einer", "from", "have",
    "help", "hilfe", "kein", "keine", "line", "mein", "meine", "nach", "nicht", "over", "para",
    "pour", "queue", "team", "that", "this", "uber", "with", "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn about(topic: &str, skill: &str) -> bool {
        Topic::new(&[topic.into()]).is_about(&fold(skill))
    }

    #[test]
    fn a_skill_is_said_in_the_topic_or_a_word_of_it_in_the_skill() {
        assert!(about("Queue: BILLING, Germany", "Billing"));
        assert!(about("Réclamation facture", "reclamation"));
        assert!(about("Billing", "Billing disputes"));
        assert!(about("Question on cloud licences today", "Cloud licences"));
        assert!(about("SAP does not print", "SAP"));
    }

    #[test]
    fn parts_of_words_and_small_words_are_no_match() {
        assert!(!about("Billings Montana", "Billing"));
        assert!(!about("Help with your line", "With care"));
        assert!(!about("the SAP of trees", "SAP Basis"));
        assert!(!about("", "Billing") && !about("Billing", ""));
    }

    #[test]
    fn without_spaces_a_part_of_a_word_is_a_match() {
        assert!(about("請求書について", "請求書"));
        assert!(about("결제", "결제오류"));
    }
}
