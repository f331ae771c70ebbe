//! Which letters somebody's words have: most people need not be read to know that they do not match.

use super::shelf::{
    ELSEWHERE, IN_NAME, NAME, NAME_BEGINS, NO_MATCH, WORD, WORD_BEGINS, WORD_OF_NAME_BEGINS,
};

/// The letters at each kind of place, the best kind first: a set of bits each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letters {
    places: [u64; PLACES],
    all: u64,
}

impl Letters {
    /// Of a line in which each word has a mark before it, and the words of the name end there.
    pub(super) fn new(line: &[u8], name_end: usize) -> Self {
        let mut places = [0; PLACES];
        let mut before = None;
        for (at, letter) in line.iter().copied().enumerate() {
            let kind = match before {
                _ if matches!(letter, NAME | WORD) => None,
                Some(NAME) if at == 1 => Some(NAME_BEGINS),
                Some(NAME) => Some(WORD_OF_NAME_BEGINS),
                Some(WORD) => Some(WORD_BEGINS),
                _ if at < name_end => Some(IN_NAME),
                _ => Some(ELSEWHERE),
            };
            if let Some(kind) = kind {
                places[usize::from(kind)] |= bit(letter);
            }
            before = Some(letter);
        }
        let all = places.iter().fold(0, |all, place| all | place);
        Self { places, all }
    }

    /// Whether all of these are there; bits that letters share may say so wrongly.
    pub(super) fn has(&self, letters: u64) -> bool {
        self.all & letters == letters
    }

    /// The best kind of place at which this bit is, of this kind and those after it: nothing that begins
    /// with it stands at a better one.
    pub(super) fn best(&self, bit: u64, from: u8) -> u8 {
        let kinds = from..=ELSEWHERE;
        let mut kinds = kinds.filter(|kind| self.places[usize::from(*kind)] & bit != 0);
        kinds.next().unwrap_or(NO_MATCH)
    }
}

/// The bit of a letter: those of English and the digits have one of their own, the others share.
pub(super) fn bit(letter: u8) -> u64 {
    1 << match letter {
        b'a'..=b'z' => letter - b'a',
        b'0'..=b'9' => 26 + letter - b'0',
        _ => 36 + letter % 28,
    }
}

/// Kinds of places.
const PLACES: usize = ELSEWHERE as usize + 1;
