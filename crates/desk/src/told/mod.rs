//! What an INVITE tells an agent: contact centres write it into headers of their own.

mod user_to_user;
mod waited;

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use warmline_sip::Invite;

use user_to_user::Said;

/// What headers of a contact centre's own and User-to-User data (RFC 7433) tell.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Told {
    /// How long the caller had been waiting when the call came.
    pub waited: Option<Duration>,
    /// Everything else that is meant for people, in the order it came.
    pub facts: Vec<Fact>,
}

/// One thing that is told. Its `Debug` form shows nobody.
#[derive(Clone, Eq, PartialEq)]
pub struct Fact {
    /// What kind of thing.
    pub kind: FactKind,
    /// What it is called: `Customer number`.
    pub label: String,
    /// What it says: one line of bounded length.
    pub value: String,
}

/// What kind of thing a [`Fact`] is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FactKind {
    /// The queue or skill that the caller waited in.
    Queue,
    /// What it is about.
    Subject,
    /// Anything else.
    Other,
}

/// Reads the headers of a call that began at this time.
pub fn told(invite: &Invite, began: SystemTime) -> Told {
    let mut told = Told::default();
    for (name, value) in &invite.headers {
        if user_to_user::is_header(name) {
            for said in user_to_user::read(value) {
                match said {
                    Said::Pair(key, value) => told.add(&key, &value, began),
                    Said::Text(text) => told.push("Data".to_owned(), &text),
                }
            }
        } else if let Some(name) = own_header(name) {
            told.add(name, value, began);
        }
    }
    told
}

/// The queue or skill that the caller waited in.
pub(crate) fn queue(invite: &Invite, began: SystemTime) -> Option<String> {
    let facts = told(invite, began).facts.into_iter();
    let mut queues = facts.filter(|fact| fact.kind == FactKind::Queue);
    queues.next().map(|fact| fact.value)
}

impl Told {
    fn add(&mut self, name: &str, value: &str, began: SystemTime) {
        match waited::waited(name, value, began) {
            Some(waited) => self.waited = self.waited.or(Some(waited)),
            None => self.push(label(name), value),
        }
    }

    fn push(&mut self, label: String, value: &str) {
        let value = line(value);
        if label.is_empty() || value.is_empty() || names_for_machines(&value) {
            return;
        }
        if self.facts.len() < MOST_FACTS {
            self.facts.push(Fact {
                kind: kind(&label),
                label,
                value,
            });
        }
    }
}

/// What follows `X-`; none for headers that machines write for machines.
fn own_header(header: &str) -> Option<&str> {
    let (prefix, name) = header.split_at_checked(2)?;
    if !prefix.eq_ignore_ascii_case("x-") {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let for_machines = MACHINES.iter().any(|machine| lower.starts_with(machine));
    (!for_machines).then_some(name)
}

/// `customerNumber`, `Customer-Number` and `CUSTOMER_NUMBER` → `Customer number`.
fn label(name: &str) -> String {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for c in name.chars().take(LONGEST_LABEL) {
        let new_word = c.is_uppercase() && before.is_lowercase();
        if (new_word || !c.is_alphanumeric()) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    // FreeSWITCH's own prefix.
    if words.len() > 1 && words[0] == "cc" {
        words.remove(0);
    }
    for (at, word) in words.iter_mut().enumerate() {
        if ABBREVIATIONS.contains(&word.as_str()) {
            word.make_ascii_uppercase();
        } else if at == 0 {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            *word = first.chain(letters).collect();
        }
    }
    words.join(" ")
}

fn kind(label: &str) -> FactKind {
    let label = label.to_lowercase();
    let words: Vec<&str> = label.split(' ').collect();
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    if has(&["queue", "queuename", "skill", "skillgroup"]) && !has(NO_NAME) {
        FactKind::Queue
    } else if has(&["subject", "topic", "intent"])
        || matches!(words[..], ["reason"] | ["call", "reason"])
    {
        FactKind::Subject
    } else {
        FactKind::Other
    }
}

/// Identifiers that tell a person nothing: UUIDs, hashes and their like.
fn names_for_machines(value: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric();
    let parts: Vec<&str> = value.trim_matches(['{', '}']).split('-').collect();
    let uuid = parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts
            .iter()
            .all(|part| part.chars().all(|c| c.is_ascii_hexdigit()));
    let long = value.len() >= 24
        && value.chars().all(letters)
        && value.chars().any(|c| c.is_ascii_digit());
    uuid || long
}

/// One line, of bounded length.
pub fn line(value: &str) -> String {
    let mut line: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST + 1)
        .collect();
    if line.chars().count() > LONGEST {
        line = line.chars().take(LONGEST - 1).collect::<String>() + "…";
    }
    line.trim().to_owned()
}

impl fmt::Debug for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ‹pii›", self.kind)
    }
}

/// What session border controllers and PBXs write for each other: beginnings, in lower case.
const MACHINES: [&str; 12] = [
    "asterisk",
    "fs-",
    "ms-",
    "cid",
    "auth",
    "oracle",
    "call-id",
    "callid",
    "genesys-call",
    "genesys-g",
    "nt-",
    "src",
];

/// Words that say of a queue something other than its name.
const NO_NAME: &[&str] = &[
    "position",
    "id",
    "uuid",
    "number",
    "size",
    "length",
    "count",
    "calls",
    "time",
    "wait",
    "join",
    "enter",
    "entry",
    "since",
    "priority",
    "level",
    "score",
    "strategy",
    "exten",
    "extension",
];

const ABBREVIATIONS: [&str; 12] = [
    "id", "url", "vip", "crm", "ivr", "sla", "did", "dnis", "ani", "iban", "pin", "vat",
];

/// Characters of one value, and of what it is called.
const LONGEST: usize = 160;
const LONGEST_LABEL: usize = 40;

/// More than anybody would read.
const MOST_FACTS: usize = 32;

#[cfg(test)]
mod tests;
