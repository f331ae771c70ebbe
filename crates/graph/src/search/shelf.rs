//! Up to a thousand people in the order of names, and how they are searched.

use memchr::memmem::Finder;

use super::letters::{Letters, bit};
use crate::{
    fold::{fold, initials, spelled_out},
    person::Person,
};

/// Some people, and whom of them the last search found.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub(super) entries: Vec<Entry>,
    /// The lines of all entries, as they came.
    text: Vec<u8>,
    /// So much of the text is of those who are gone.
    gone: usize,
    /// Where those stand that the last search found, and how well they match.
    hits: Vec<(u16, u8)>,
    /// Nothing has changed since the last search.
    searched: bool,
}

/// Somebody: what of them can be found is a line in the text of the shelf.
#[derive(Debug)]
pub(super) struct Entry {
    /// Folded: the order of the shelves.
    pub(super) name: Box<str>,
    pub(super) slot: u32,
    begin: u32,
    /// Where the words of the name end.
    name_end: u32,
    end: u32,
    letters: Letters,
}

/// One word of a search.
pub(super) struct Word<'a> {
    text: &'a [u8],
    finder: Finder<'a>,
    first: u64,
    letters: u64,
    /// A single letter with a bit of its own: the letters of an entry say all.
    exact: bool,
}

impl<'a> Word<'a> {
    pub(super) fn new(word: &'a str) -> Self {
        let text = word.as_bytes();
        Self {
            text,
            finder: Finder::new(text),
            first: text.first().map_or(0, |first| bit(*first)),
            letters: text.iter().fold(0, |all, letter| all | bit(*letter)),
            exact: matches!(text, [b'a'..=b'z' | b'0'..=b'9']),
        }
    }
}

impl Shelf {
    /// Take somebody in who is not here.
    pub(super) fn put(&mut self, name: Box<str>, slot: u32, person: &Person) {
        let place = self.place(&name, slot);
        let begin = self.text.len() as u32;
        let name_end = write(&mut self.text, &name, person) as u32;
        let end = self.text.len() as u32;
        let line = &self.text[begin as usize..];
        let entry = Entry {
            letters: Letters::new(line, (name_end - begin) as usize),
            name,
            slot,
            begin,
            name_end,
            end,
        };
        self.entries.insert(place, entry);
        self.searched = false;
    }

    pub(super) fn take(&mut self, name: &str, slot: u32) {
        let place = self.place(name, slot);
        if self
            .entries
            .get(place)
            .is_some_and(|entry| entry.slot == slot)
        {
            let entry = self.entries.remove(place);
            self.searched = false;
            self.gone += (entry.end - entry.begin) as usize;
            if self.gone * 2 > self.text.len() {
                self.tidy();
            }
        }
    }

    /// The second half of it, as a shelf of its own.
    pub(super) fn split(&mut self) -> Self {
        let entries = self.entries.split_off(self.entries.len() / 2);
        let text = self.text.clone();
        let mut second = Self {
            entries,
            text,
            ..Self::default()
        };
        self.tidy();
        second.tidy();
        self.searched = false;
        second
    }

    /// Look for those who match; `narrower` if whoever does also matched the last search.
    pub(super) fn find(&mut self, words: &[Word<'_>], narrower: bool) {
        let mut hits = std::mem::take(&mut self.hits);
        if narrower && self.searched {
            hits.retain_mut(|(place, kind)| {
                *kind = self.kind(&self.entries[usize::from(*place)], words);
                *kind != NO_MATCH
            });
        } else {
            hits.clear();
            let kinds = self.entries.iter().map(|entry| self.kind(entry, words));
            hits.extend((0..).zip(kinds).filter(|(_, kind)| *kind != NO_MATCH));
        }
        self.searched = true;
        self.hits = hits;
    }

    /// Those whom the last search found, if nothing has changed since.
    pub(super) fn found(&self) -> Option<&[(u16, u8)]> {
        self.searched.then_some(&self.hits)
    }

    fn place(&self, name: &str, slot: u32) -> usize {
        self.entries
            .partition_point(|entry| (&*entry.name, entry.slot) < (name, slot))
    }

    /// Drop the lines of those who are gone, and bring the others into the order of the entries.
    fn tidy(&mut self) {
        let mut text = Vec::with_capacity(self.text.len() - self.gone);
        for entry in &mut self.entries {
            let begin = text.len() as u32;
            text.extend_from_slice(&self.text[entry.begin as usize..entry.end as usize]);
            entry.name_end = begin + (entry.name_end - entry.begin);
            (entry.begin, entry.end) = (begin, text.len() as u32);
        }
        (self.text, self.gone) = (text, 0);
    }

    /// The sum of the words' kinds of match, [`NO_MATCH`] if one is missing.
    fn kind(&self, entry: &Entry, words: &[Word<'_>]) -> u8 {
        let mut sum = 0_u8;
        for word in words {
            let kind = match (entry.letters.has(word.letters), word.exact) {
                (false, _) => NO_MATCH,
                (true, true) => entry.letters.best(word.first, NAME_BEGINS),
                (true, false) => self.word_kind(entry, word),
            };
            if kind == NO_MATCH {
                return NO_MATCH;
            }
            sum = sum.saturating_add(kind);
        }
        sum
    }

    fn word_kind(&self, entry: &Entry, word: &Word<'_>) -> u8 {
        let line = &self.text[entry.begin as usize..entry.end as usize];
        let name_end = (entry.name_end - entry.begin) as usize;
        // No place can be better than what the first letter allows, so that most lines are read once.
        let mut least = entry.letters.best(word.first, NAME_BEGINS);
        if least == NAME_BEGINS {
            if line[1..].starts_with(word.text) {
                return NAME_BEGINS;
            }
            least = entry.letters.best(word.first, WORD_OF_NAME_BEGINS);
        }
        let (mut best, mut from) = (NO_MATCH, 0);
        while best > least
            && let Some(found) = word.finder.find(&line[from..])
        {
            let found = from + found;
            best = best.min(kind(line, found, name_end));
            from = found + 1;
        }
        best
    }
}

/// How good a place in a line is. Each word has a mark before it.
fn kind(line: &[u8], found: usize, name_end: usize) -> u8 {
    match found.checked_sub(1).map(|before| line[before]) {
        Some(NAME) if found == 1 => NAME_BEGINS,
        Some(NAME) => WORD_OF_NAME_BEGINS,
        Some(WORD) => WORD_BEGINS,
        _ if found < name_end => IN_NAME,
        _ => ELSEWHERE,
    }
}

/// Write all that can be found of somebody. Where the words of the name end.
fn write(text: &mut Vec<u8>, name: &str, person: &Person) -> usize {
    let mut add = |mark: u8, folded: &str| {
        for word in folded.split_whitespace() {
            text.push(mark);
            text.extend_from_slice(word.as_bytes());
        }
        text.len()
    };
    add(NAME, name);
    add(NAME, &spelled_out(person.name.expose()).unwrap_or_default());
    let name_end = add(NAME, &initials(name));
    let facts = person.title.iter().chain(&person.department);
    for fact in facts.chain(&person.skills) {
        add(WORD, &fold(fact.expose()));
    }
    if let Some(dialable) = &person.dialable {
        let number = dialable.number.expose();
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        add(WORD, &digits);
    }
    name_end
}

/// Before each word of a name.
pub(super) const NAME: u8 = 1;

/// Before each other word.
pub(super) const WORD: u8 = b' ';

pub(super) const NAME_BEGINS: u8 = 0;
pub(super) const WORD_OF_NAME_BEGINS: u8 = 1;
pub(super) const WORD_BEGINS: u8 = 2;
pub(super) const IN_NAME: u8 = 3;
pub(super) const ELSEWHERE: u8 = 4;
pub(super) const NO_MATCH: u8 = u8::MAX;
