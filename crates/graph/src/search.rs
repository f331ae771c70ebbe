//! Finds people while the agent types. Pure.
//!
//! Shelves of at most a thousand people stand in the order of names, each with one text that holds all that
//! can be found of its people. A search first asks which letters somebody has at all, and reads the text of
//! the few who are left; what is typed on is looked for only among those who were found before. A change
//! writes to one shelf.

mod letters;
mod shelf;
#[cfg(test)]
mod tests;

use crate::{fold::fold, person::Person};

use shelf::{Shelf, Word};

/// All people, in the order of their names, by their place among those that are known.
#[derive(Debug)]
pub(crate) struct Index {
    shelves: Vec<Shelf>,
    /// What was looked for last.
    last: Option<Query>,
    /// Of each slot the class of presence, [`UNRATED`] until somebody asks.
    classes: Vec<u8>,
    /// Room for the hits of all shelves: kept between searches.
    hits: Vec<(u8, u32)>,
}

/// What is looked for: words that must all be found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Query {
    words: Vec<String>,
}

impl Query {
    /// Of what was typed. Digits with what people write between them are one number; the zeros that it
    /// begins with are dialled, and not part of it.
    pub(crate) fn new(typed: &str) -> Self {
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        let number = !digits.is_empty()
            && typed
                .chars()
                .all(|letter| letter.is_ascii_digit() || " +-/().".contains(letter));
        let folded = if number {
            digits.trim_start_matches('0').to_owned()
        } else {
            fold(typed)
        };
        let words = folded.split_whitespace().take(WORDS).map(str::to_owned);
        Self {
            words: words.collect(),
        }
    }

    /// Nothing is looked for: everybody matches.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whoever matches this also matches the other: each word of that is a part of one of this.
    fn narrows(&self, other: &Self) -> bool {
        let known = |word: &String| self.words.iter().any(|longer| longer.contains(&**word));
        other.words.iter().all(known)
    }

    /// Whether the directory may know more: two letters at least, and not a number.
    pub(crate) fn is_for_directory(&self) -> bool {
        let letters = self.words.iter().flat_map(|word| word.chars());
        letters.filter(|letter| letter.is_alphabetic()).count() >= 2
    }
}

impl Default for Index {
    fn default() -> Self {
        Self {
            shelves: vec![Shelf::default()],
            last: None,
            classes: Vec::new(),
            hits: Vec::new(),
        }
    }
}

impl Index {
    /// Take somebody in, or in place of what they were before.
    pub(crate) fn put(&mut self, slot: u32, before: Option<&Person>, person: &Person) {
        if let Some(before) = before {
            let name = fold(before.name.expose());
            let at = self.shelf(&name, slot);
            self.shelves[at].take(&name, slot);
        }
        let name = fold(person.name.expose());
        let at = self.shelf(&name, slot);
        let shelf = &mut self.shelves[at];
        shelf.put(name.into(), slot, person);
        if shelf.entries.len() > SHELF {
            let second = shelf.split();
            self.shelves.insert(at + 1, second);
        }
        if self.classes.len() <= slot as usize {
            self.classes.resize(slot as usize + 1, UNRATED);
        }
    }

    /// Everybody, in the order of names.
    pub(crate) fn all(&self) -> impl Iterator<Item = u32> {
        let entries = self.shelves.iter().flat_map(|shelf| &shelf.entries);
        entries.map(|entry| entry.slot)
    }

    /// Somebody's presence is another: their class is asked for anew.
    pub(crate) fn unrate(&mut self, slot: u32) {
        if let Some(class) = self.classes.get_mut(slot as usize) {
            *class = UNRATED;
        }
    }

    /// Those who match: by kind of match, then by `class` (the lower the freer), then by name. The class of
    /// somebody is asked for once, until [`unrate`](Self::unrate).
    pub(crate) fn find(&mut self, query: &Query, class: impl Fn(u32) -> u8) -> Vec<u32> {
        let words: Vec<Word<'_>> = query.words.iter().map(|word| Word::new(word)).collect();
        let last = self.last.as_ref();
        let same = last == Some(query);
        let narrower = last.is_some_and(|last| query.narrows(last));
        self.hits.clear();
        for shelf in &mut self.shelves {
            if !same || shelf.found().is_none() {
                shelf.find(&words, narrower);
            }
            for (place, kind) in shelf.found().unwrap_or_default() {
                let slot = shelf.entries[usize::from(*place)].slot;
                let rated = &mut self.classes[slot as usize];
                if *rated == UNRATED {
                    *rated = class(slot).min(CLASSES - 1);
                }
                let order = kind.min(&(KINDS - 1)) * CLASSES + *rated;
                self.hits.push((order, slot));
            }
        }
        if !same {
            self.last = Some(query.clone());
        }
        in_order(&self.hits)
    }

    /// On which shelf somebody stands, or would.
    fn shelf(&self, name: &str, slot: u32) -> usize {
        let after = self.shelves.partition_point(|shelf| {
            let first = shelf.entries.first();
            first.is_none_or(|first| (&*first.name, first.slot) <= (name, slot))
        });
        after.saturating_sub(1)
    }
}

/// The least first, and those that are equal as they stand.
fn in_order(hits: &[(u8, u32)]) -> Vec<u32> {
    let mut starts = [0_usize; 257];
    for (order, _) in hits {
        starts[usize::from(*order) + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut sorted = vec![0; hits.len()];
    for (order, slot) in hits {
        let next = &mut starts[usize::from(*order)];
        sorted[*next] = *slot;
        *next += 1;
    }
    sorted
}

/// People on a shelf.
const SHELF: usize = 1_024;

/// More words than anybody types; they bound the sum of kinds.
const WORDS: usize = 6;

/// Kinds of match that are told apart, and classes of presence: together they fit into a byte.
const KINDS: u8 = 32;
const CLASSES: u8 = 8;

/// A class that nobody has asked for yet.
const UNRATED: u8 = u8::MAX;
