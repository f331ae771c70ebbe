//! The context card: what an expert reads in Teams while the phone rings, and what they reply.

mod errand;
mod redact;

use warmline_redact::Pii;

use crate::{ask::Failure, config::CardPolicy, words};

pub(crate) use errand::{Command, Errand, Event};

/// What is known of a call. What is empty is as if it was not known.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Card {
    /// Who calls.
    pub customer: Option<Pii<String>>,
    /// From which number.
    pub number: Option<Pii<String>>,
    /// The queue they waited in.
    pub queue: Option<Pii<String>>,
    /// What they call about.
    pub topic: Option<Pii<String>>,
    /// What the agent has tried.
    pub tried: Option<Pii<String>>,
    /// What else the agent wants to say.
    pub note: Option<Pii<String>>,
    /// Who the agent is.
    pub agent: Option<Pii<String>>,
}

/// A card on its way, and what came of it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CardView {
    /// The text, as the expert gets it.
    pub text: Pii<String>,
    /// How far it is.
    pub state: CardState,
}

/// How far a card is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum CardState {
    /// On the way.
    #[default]
    Sending,
    /// In the expert's chat.
    Sent {
        /// What they replied last, on one line of at most 280 characters.
        reply: Option<Pii<String>>,
    },
    /// Graph was asked to send it and did not say whether it did. It is not sent again: twice the same
    /// words would puzzle the expert more than none. Becomes [`CardState::Sent`] if it is found in the chat.
    Unsure {
        /// What the expert has written since.
        reply: Option<Pii<String>>,
    },
    /// It could not be sent.
    Failed(Failure),
}

impl Card {
    /// The text of the card. Values are put in once and never read as a template; each stays on its line.
    /// At most [`LONGEST`] characters.
    pub(crate) fn text(&self, policy: &CardPolicy) -> String {
        let lines: Vec<String> = policy
            .template
            .lines()
            .filter_map(|line| self.line(line, policy))
            .collect();
        let text = lines.join("\n");
        let text = text.trim();
        if text.chars().count() <= LONGEST {
            return text.to_owned();
        }
        let mut cut: String = text.chars().take(LONGEST - 1).collect();
        cut.push('…');
        cut
    }

    /// One line of the template; none if it has places and all of them are empty.
    fn line(&self, template: &str, policy: &CardPolicy) -> Option<String> {
        let mut line = String::new();
        let (mut places, mut filled) = (false, false);
        let mut rest = template;
        while let Some(at) = rest.find('{') {
            line.push_str(&rest[..at]);
            rest = &rest[at..];
            let Some((name, value)) = self.place(rest) else {
                line.push('{');
                rest = &rest[1..];
                continue;
            };
            places = true;
            let value = value.map(|value| shown(name, value.expose(), policy));
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                filled = true;
                line.push_str(&value);
            }
            // Both braces.
            rest = &rest[name.len() + 2..];
        }
        line.push_str(rest);
        (filled || !places).then(|| words::tidy(&line, LONGEST))
    }

    /// The place that the text begins with, and what goes there.
    fn place(&self, text: &str) -> Option<(&'static str, Option<&Pii<String>>)> {
        let places = [
            ("customer", &self.customer),
            ("number", &self.number),
            ("queue", &self.queue),
            ("topic", &self.topic),
            ("tried", &self.tried),
            ("note", &self.note),
            ("agent", &self.agent),
        ];
        let inner = text.strip_prefix('{')?;
        let (name, value) = places.into_iter().find(|(name, _)| {
            inner
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('}'))
        })?;
        Some((name, value.as_ref()))
    }
}

/// A value as the expert may see it.
fn shown(name: &str, value: &str, policy: &CardPolicy) -> String {
    let value = words::tidy(value, LONGEST_VALUE);
    if name == "number" {
        return if policy.redact_numbers {
            redact::number(&value)
        } else {
            value
        };
    }
    redact::text(&value, policy)
}

/// Teams takes more; nobody reads more while the phone rings.
const LONGEST: usize = 2_000;
const LONGEST_VALUE: usize = 600;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn card() -> Card {
        Card {
            customer: Some(Pii::from("Ada Lindqvist")),
            number: Some(Pii::from("+46855501234")),
            queue: None,
            topic: Some(Pii::from("Invoice")),
            tried: Some(Pii::from("")),
            note: Some(Pii::from(
                "Card 4111 1111-1111 1111,\nangry; call +46 8 555 012 34",
            )),
            agent: Some(Pii::from("Robin Adeyemi")),
        }
    }

    #[test]
    fn lines_without_anything_to_say_are_left_out_and_long_digits_too() {
        assert_eq!(
            card().text(&CardPolicy::default()),
            "Robin Adeyemi is about to call you with a customer.\n\
             Customer: Ada Lindqvist +46855501234\n\
             About: Invoice\n\
             Note: Card [digits removed], angry; call +46 8 555 012 34"
        );
    }

    #[test]
    fn numbers_show_their_last_four_digits_where_policy_wants_it() {
        let policy = CardPolicy {
            template: "{number}\n{note}".to_owned(),
            redact_numbers: true,
            redact_digits: false,
        };
        assert_eq!(
            card().text(&policy),
            "•••••••1234\nCard ••••1111, angry; call ••••1234"
        );
    }

    #[test]
    fn values_are_no_template_and_braces_of_others_stay() {
        let policy = CardPolicy {
            template: "{topic} {else} {{agent}} {\nfixed".to_owned(),
            ..CardPolicy::default()
        };
        let card = Card {
            topic: Some(Pii::from("{agent}{note}\nfixed {")),
            agent: Some(Pii::from("Robin")),
            ..Card::default()
        };
        assert_eq!(
            card.text(&policy),
            "{agent}{note} fixed { {else} {Robin} {\nfixed"
        );
        assert_eq!(Card::default().text(&policy), "fixed");
        let nothing = CardPolicy {
            template: "{note}\n\n{tried}".to_owned(),
            ..policy
        };
        assert_eq!(Card::default().text(&nothing), "");
    }

    proptest! {
        #[test]
        fn whatever_is_written_the_card_is_short_and_its_lines_are_the_templates(
            template in "([{}a-z \\n]|\\{note\\}|\\{customer\\}){0,60}",
            note in "[{}a-z0-9<> \\n\\PC]{0,3000}",
            customer in "\\PC{0,20}",
            redact_numbers in any::<bool>(),
            redact_digits in any::<bool>(),
        ) {
            let policy = CardPolicy { template, redact_numbers, redact_digits };
            let card = Card { note: Some(note.into()), customer: Some(customer.into()), ..Card::default() };
            let text = card.text(&policy);
            prop_assert!(text.chars().count() <= LONGEST);
            prop_assert!(text.lines().count() <= policy.template.lines().count());
        }
    }
}
