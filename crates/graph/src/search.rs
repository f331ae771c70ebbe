//! Finds people while the agent types. Pure.
//!
//! Shelves of at most a thousand people stand in the order of names, each with one text that holds all that
//! can be found of its people. A search reads the texts from end to end, which even of 100,000 people is a
//! few megabytes; a change writes one shelf anew.

#[cfg(test)]
mod tests;

use memchr::memmem::Finder;

use crate::{
    fold::{fold, initials, spelled_out},
    person::Person,
};

/// All people, in the order of their names, by their place among those that are known.
#[derive(Debug)]
pub(crate) struct Index {
    shelves: Vec<Shelf>,
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
        }
    }
}

impl Index {
    /// Take somebody in, or in place of what they were before.
    pub(crate) fn put(&mut self, slot: u32, before: Option<&Person>, person: &Person) {
        if let Some(before) = before {
            self.take(slot, before);
        }
        let entry = Entry::new(slot, person);
        let at = self.shelf(&entry.name, slot);
        let shelf = &mut self.shelves[at];
        let place = shelf.place(&entry.name, slot);
        shelf.entries.insert(place, entry);
        shelf.stale = true;
        if shelf.entries.len() > SHELF {
            let entries = shelf.entries.split_off(SHELF / 2);
            let stale = true;
            self.shelves.insert(
                at + 1,
                Shelf {
                    entries,
                    stale,
                    ..Shelf::default()
                },
            );
        }
    }

    /// Everybody, in the order of names.
    pub(crate) fn all(&self) -> impl Iterator<Item = u32> {
        let entries = self.shelves.iter().flat_map(|shelf| &shelf.entries);
        entries.map(|entry| entry.slot)
    }

    /// Those who match: by kind of match, then by `class` (the lower the freer), then by name.
    pub(crate) fn find(&mut self, query: &Query, class: impl Fn(u32) -> u8) -> Vec<u32> {
        let finders: Vec<Finder<'_>> = query.words.iter().map(Finder::new).collect();
        let mut hits: Vec<(u8, u32)> = Vec::new();
        let mut scratch = Scratch::default();
        for shelf in &mut self.shelves {
            shelf.write();
            shelf.find(&finders, &mut scratch);
            let found = shelf.entries.iter().zip(&scratch.sum);
            let found = found.filter(|(_, kind)| **kind != NO_MATCH);
            hits.extend(found.map(|(entry, kind)| {
                let class = class(entry.slot).min(CLASSES - 1);
                (kind.min(&(KINDS - 1)) * CLASSES + class, entry.slot)
            }));
        }
        in_order(&hits)
    }

    fn take(&mut self, slot: u32, person: &Person) {
        let name = fold(person.name.expose());
        let at = self.shelf(&name, slot);
        let shelf = &mut self.shelves[at];
        let place = shelf.place(&name, slot);
        if shelf.entries.get(place).is_some_and(|it| it.slot == slot) {
            shelf.entries.remove(place);
            shelf.stale = true;
        }
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

#[derive(Debug, Default)]
struct Shelf {
    entries: Vec<Entry>,
    /// The lines of all entries.
    text: Vec<u8>,
    /// Where in it the name of each ends, and their line.
    ends: Vec<(u32, u32)>,
    /// The text is older than the entries.
    stale: bool,
}

#[derive(Debug)]
struct Entry {
    /// Folded: the order of the shelves.
    name: Box<str>,
    slot: u32,
    /// Each word with a mark before it: [`NAME`] or [`WORD`].
    line: Box<str>,
    /// Where the words of the name end in it.
    name_end: u32,
}

/// Room for one shelf's matches: kept between shelves.
#[derive(Default)]
struct Scratch {
    sum: Vec<u8>,
    word: Vec<u8>,
}

impl Entry {
    fn new(slot: u32, person: &Person) -> Self {
        let name = fold(person.name.expose());
        let mut line = String::with_capacity(name.len() * 2 + 64);
        let mut add = |mark: char, folded: &str| {
            for word in folded.split_whitespace() {
                line.push(mark);
                line.push_str(word);
            }
            line.len()
        };
        add(NAME, &name);
        let spelled = spelled_out(person.name.expose()).unwrap_or_default();
        add(NAME, &spelled);
        let name_end = add(NAME, &initials(&name));
        let facts = person.title.iter().chain(&person.department);
        for fact in facts.chain(&person.skills) {
            add(WORD, &fold(fact.expose()));
        }
        if let Some(dialable) = &person.dialable {
            let number = dialable.number.expose();
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            add(WORD, &digits);
        }
        Self {
            name: name.into(),
            slot,
            line: line.into(),
            name_end: name_end as u32,
        }
    }
}

impl Shelf {
    fn place(&self, name: &str, slot: u32) -> usize {
        self.entries
            .partition_point(|entry| (&*entry.name, entry.slot) < (name, slot))
    }

    fn write(&mut self) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        self.text.clear();
        self.ends.clear();
        for entry in &self.entries {
            let name_end = self.text.len() as u32 + entry.name_end;
            self.text.extend_from_slice(entry.line.as_bytes());
            self.text.push(END);
            self.ends.push((name_end, self.text.len() as u32));
        }
    }

    /// The sum of each entry's kinds of match, [`NO_MATCH`] if a word is missing.
    fn find(&self, finders: &[Finder<'_>], scratch: &mut Scratch) {
        scratch.sum.clear();
        scratch.sum.resize(self.entries.len(), 0);
        for finder in finders {
            scratch.word.clear();
            scratch.word.resize(self.entries.len(), NO_MATCH);
            self.find_word(finder, &mut scratch.word);
            for (sum, word) in scratch.sum.iter_mut().zip(&scratch.word) {
                *sum = sum.saturating_add(*word);
            }
        }
    }

    fn find_word(&self, finder: &Finder<'_>, kinds: &mut [u8]) {
        let (mut from, mut at) = (0, 0);
        while let Some(found) = finder.find(&self.text[from..]) {
            let found = from + found;
            while self.ends[at].1 as usize <= found {
                at += 1;
            }
            let begin = at.checked_sub(1).map_or(0, |before| self.ends[before].1);
            let (name_end, end) = self.ends[at];
            let kind = self.kind(found, begin as usize, name_end as usize);
            kinds[at] = kinds[at].min(kind);
            // Nothing further on in the line is better than the beginning of a name.
            from = match kind {
                NAME_BEGINS | WORD_OF_NAME_BEGINS => end as usize,
                _ => found + 1,
            };
        }
    }

    fn kind(&self, found: usize, begin: usize, name_end: usize) -> u8 {
        let before = found.checked_sub(1).map(|at| self.text[at]);
        match before {
            Some(mark) if mark == NAME as u8 && found == begin + 1 => NAME_BEGINS,
            Some(mark) if mark == NAME as u8 => WORD_OF_NAME_BEGINS,
            Some(mark) if mark == WORD as u8 => WORD_BEGINS,
            _ if found < name_end => IN_NAME,
            _ => ELSEWHERE,
        }
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

/// Before each word of a name.
const NAME: char = '\u{1}';

/// Before each other word.
const WORD: char = ' ';

/// After each line.
const END: u8 = b'\n';

const NAME_BEGINS: u8 = 0;
const WORD_OF_NAME_BEGINS: u8 = 1;
const WORD_BEGINS: u8 = 2;
const IN_NAME: u8 = 3;
const ELSEWHERE: u8 = 4;
const NO_MATCH: u8 = u8::MAX;

/// Kinds of match that are told apart, and classes of presence: together they fit into a byte.
const KINDS: u8 = 32;
const CLASSES: u8 = 8;
