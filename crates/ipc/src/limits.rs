//! How long texts of the pages may be. What is too long is refused as a whole: nothing is cut off unseen, and
//! what was there before stays.

use crate::{
    action::UiAction,
    error::{UiError, UiErrorCode},
};

/// Whether every text in it can be taken.
pub(crate) fn check(action: &UiAction) -> Result<(), UiError> {
    match action {
        UiAction::Note { tried, note, .. } => {
            within(tried, LONGEST_NOTE, "This note")?;
            within(note, LONGEST_NOTE, "This note")
        }
        UiAction::LookAtPeople { search, .. } => within(search, LONGEST_SEARCH, "This search"),
        UiAction::SetShortcut {
            keys: Some(keys), ..
        } => within(keys, LONGEST_KEYS, "This shortcut"),
        UiAction::Speak { words } => {
            let mut all = words.all().into_iter();
            all.try_for_each(|said| within(said, LONGEST_LABEL, "A word of the tray"))
        }
        _ => Ok(()),
    }
}

fn within(text: &str, most: usize, what: &str) -> Result<(), UiError> {
    // Counted no further than needed.
    if text.chars().nth(most).is_none() {
        return Ok(());
    }
    Err(UiError {
        code: UiErrorCode::NotPossible,
        message: format!("{what} is too long: it may have {most} characters."),
        advice: Some("Shorten it. What was there before is kept.".to_owned()),
        error: Some("too_long".to_owned()),
    })
}

/// As much as fits the card that an expert gets, and the field on the page.
const LONGEST_NOTE: usize = 2_000;

/// Letters that are looked for: more than any name has.
pub(crate) const LONGEST_SEARCH: usize = 200;

/// No combination of keys is written longer.
const LONGEST_KEYS: usize = 64;

/// What a menu has room for.
const LONGEST_LABEL: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::{UiDeed, UiTongue};

    fn note(length: usize) -> UiAction {
        UiAction::Note {
            call: 1,
            tried: String::new(),
            note: "é".repeat(length),
        }
    }

    fn search(length: usize) -> UiAction {
        UiAction::LookAtPeople {
            shown: true,
            search: "é".repeat(length),
            first: 0,
            rows: 20,
        }
    }

    fn keys(length: usize) -> UiAction {
        UiAction::SetShortcut {
            deed: UiDeed::Mute,
            keys: Some("F".repeat(length)),
        }
    }

    fn label(length: usize) -> UiAction {
        let short = String::new;
        UiAction::Speak {
            words: Box::new(UiTongue {
                open: short(),
                call_copied: short(),
                do_not_disturb: short(),
                mute: short(),
                hang_up: short(),
                quit: short(),
                unreachable: short(),
                reachable: short(),
                ringing: short(),
                talking: short(),
                incoming: short(),
                answer: short(),
                reject: "é".repeat(length),
            }),
        }
    }

    #[test]
    fn what_is_too_long_is_refused_with_words_and_the_rest_is_asked() {
        for (of, most) in [
            (note as fn(usize) -> UiAction, LONGEST_NOTE),
            (search, LONGEST_SEARCH),
            (keys, LONGEST_KEYS),
            (label, LONGEST_LABEL),
        ] {
            assert!(of(most).asked().is_ok());
            let error = of(most + 1).asked().expect_err("too long");
            assert!(error.message.contains(&most.to_string()), "{error:?}");
            assert_eq!(error.error.as_deref(), Some("too_long"));
        }
    }
}
