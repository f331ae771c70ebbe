//! Who somebody is, and what they do in a call.

use super::conversation::{Conversation, Manners};
use super::talk::{Part, Words};
use super::voicemail::Voicemail;
use crate::scenario::{Customer, Expert};
use crate::voices::Recording;

/// Who somebody is.
#[derive(Clone, Debug)]
pub(crate) enum Role {
    Customer(Box<Customer>),
    Expert(Box<Expert>),
    Echo,
    Music,
    Voicemail,
}

impl Role {
    /// What they do in their next call.
    pub(super) fn part(&self) -> Part {
        match self {
            Self::Customer(customer) => Part::Talks {
                conversation: Conversation::new(Manners {
                    lines: customer.says.len(),
                    asks: customer.still_there.is_some(),
                    leaves: customer.farewell.is_some(),
                    waits: customer.waits,
                    ..Manners::default()
                }),
                words: Words {
                    lines: customer.says.clone(),
                    still_there: customer.still_there.clone(),
                    farewell: customer.farewell.clone(),
                },
            },
            Self::Expert(expert) => Part::Talks {
                conversation: Conversation::new(Manners {
                    lines: expert.says.len(),
                    speaks_first: true,
                    holds: expert.holds,
                    waits: expert.waits,
                    ..Manners::default()
                }),
                words: Words {
                    lines: expert.says.clone(),
                    ..Words::default()
                },
            },
            Self::Echo => Part::Echoes {
                greeting: built_in("echo"),
            },
            Self::Music => Part::PlaysMusic,
            Self::Voicemail => Part::TakesMessages(Voicemail::new(
                built_in("voicemail"),
                built_in("voicemail-again"),
            )),
        }
    }
}

fn built_in(name: &str) -> Option<Recording> {
    Recording::find(name, None).ok()
}
