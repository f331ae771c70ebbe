//! What is looked for among the calls that are over.

use std::fmt;

use crate::{
    fold::{digits, fold},
    past_call::{Direction, Outcome, PastCall, Remembered},
};

/// What to look for. Its `Debug` form shows no text.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Query {
    /// Words that all have to be there, in any order and as parts of longer ones: in the name, the address,
    /// the queue, what became of the call, and to whom it was handed over. A number is found in any
    /// writing. Case and accents do not count; every call has an empty text.
    pub text: String,
    /// Of which calls.
    pub filter: Filter,
    /// Only calls that come after this one in the list.
    pub after: Option<Place>,
    /// How many to give at most.
    pub most: usize,
}

/// Which calls.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Filter {
    /// Every one.
    #[default]
    All,
    /// Theirs, and nobody answered.
    Missed,
    /// They called.
    Incoming,
    /// We called.
    Outgoing,
    /// They were handed over, or were to be.
    Transferred,
}

/// A place in the list of all calls: that of a call found before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// When that call began, milliseconds since 1970 (UTC).
    pub began_unix_ms: u64,
    /// Its [`Remembered::id`].
    pub id: u64,
}

/// What was found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Found {
    /// The calls, the newest first.
    pub calls: Vec<Remembered>,
    /// Whether there are more behind the last one.
    pub more: bool,
}

impl Filter {
    fn takes(self, call: &PastCall) -> bool {
        match self {
            Self::All => true,
            Self::Missed => call.outcome == Outcome::Missed,
            Self::Incoming => call.direction == Direction::Incoming,
            Self::Outgoing => call.direction == Direction::Outgoing,
            Self::Transferred => call.transfer.is_some(),
        }
    }
}

/// A [`Query`] that is made ready to be compared with many calls.
#[derive(Debug)]
pub(crate) struct Sieve {
    filter: Filter,
    words: Parts,
    numbers: Parts,
}

/// What has to stand in a text. Its `Debug` form shows nobody.
struct Parts(Vec<String>);

impl Sieve {
    pub(crate) fn new(query: &Query) -> Self {
        let folded = fold(&query.text);
        Self {
            filter: query.filter,
            words: Parts(folded.split(' ').map(str::to_owned).collect()),
            numbers: Parts(numbers(&query.text)),
        }
    }

    /// Whether the call is looked for.
    pub(crate) fn takes(&self, call: &PastCall) -> bool {
        self.filter.takes(call) && (self.has_number(call) || self.has_words(call))
    }

    fn has_words(&self, call: &PastCall) -> bool {
        let transfer = call.transfer.as_ref();
        // The digits of a host are no number.
        let address = |address| self.numbers.0.is_empty().then_some(address);
        let said = [
            call.name.as_deref(),
            address(&*call.address),
            call.queue.as_deref(),
            Some(&*call.words),
            call.ring.as_deref(),
            transfer.and_then(|transfer| transfer.to_name.as_deref()),
            transfer.and_then(|transfer| address(&*transfer.to_address)),
        ];
        let said: Vec<_> = said.into_iter().flatten().map(fold).collect();
        let in_any = |word: &String| said.iter().any(|text| text.contains(&**word));
        self.words.0.iter().all(in_any)
    }

    fn has_number(&self, call: &PastCall) -> bool {
        if self.numbers.0.is_empty() {
            return false;
        }
        let to = call.transfer.as_ref();
        let written = [
            Some(user(&call.address)),
            call.name.as_deref(),
            to.map(|to| user(&to.to_address)),
            to.and_then(|to| to.to_name.as_deref()),
        ];
        let mut written = written.into_iter().flatten().map(digits);
        written.any(|written| {
            self.numbers
                .0
                .iter()
                .any(|number| written.contains(&**number))
        })
    }
}

/// The digits that a text may mean if it is a number: as they stand, and without the zeros that are
/// dialled before a number of the same country (`030…`) or of another (`0049…`), which no E.164 form has.
fn numbers(text: &str) -> Vec<String> {
    let is_number = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-./()".contains(c);
    let plain = digits(text);
    if plain.is_empty() || !text.chars().all(is_number) {
        return Vec::new();
    }
    let bare = plain.trim_start_matches('0');
    let national = (bare.len() >= SHORTEST && bare != plain).then(|| bare.to_owned());
    std::iter::once(plain).chain(national).collect()
}

/// Who an address names.
fn user(address: &str) -> &str {
    address.split(['@', ';']).next().unwrap_or(address)
}

/// Fewer digits behind a zero are in too many numbers to mean one.
const SHORTEST: usize = 3;

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} after {:?} ‹pii›", self.filter, self.after)
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} parts", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, call: &PastCall) -> bool {
        Sieve::new(&Query {
            text: text.into(),
            ..Query::default()
        })
        .takes(call)
    }

    #[test]
    fn a_number_is_found_in_any_writing() {
        let call = PastCall {
            address: "sip:+4930901820@10.0.77.1;user=phone".into(),
            transfer: None,
            ..PastCall::example(1)
        };
        for text in [
            "+49 30 901820",
            "0049 (30) 90 18 20",
            "030/901820",
            "030 90",
            "901-820",
            " 1820",
        ] {
            assert!(found(text, &call), "{text}");
        }
        for text in ["030 902", "77", "+49 31"] {
            assert!(!found(text, &call), "{text}");
        }
    }

    #[test]
    fn words_are_found_wherever_they_stand() {
        let mut call = PastCall::example(1);
        call.name = Some("Özlem Çelik".into());
        call.queue = Some("Line 2, café".into());
        for text in [
            "",
            "  ",
            "ozlem",
            "ÇEL oz",
            "cafe celik",
            "2",
            "expert 1",
            "rang",
        ] {
            assert!(found(text, &call), "{text}");
        }
        assert!(!found("ozlem brandt", &call));
    }

    #[test]
    fn printing_what_is_looked_for_shows_nobody() {
        let query = Query {
            text: "Mina 4930".into(),
            ..Query::default()
        };
        let printed = format!("{query:?} {:?}", Sieve::new(&query));
        assert!(
            !printed.contains("ina") && !printed.contains("4930"),
            "{printed}"
        );
    }
}
