//! Numbers of a directory, where people write them as they like.

use warmline_redact::Pii;

/// `+` and digits (E.164: at most 15), if the text can be read surely as one number that can be called
/// from anywhere. Without a `+` nobody knows what country it belongs to, and an extension cannot be
/// dialled by digits: rather no number than somebody else's.
pub(crate) fn dialable(text: &str) -> Option<Pii<String>> {
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let rest = text.strip_prefix('+')?;
    // "+44 (0) 20 …": the zero is for those who call from within, and not dialled after the country.
    let rest = rest.replacen("(0)", "", 1);
    let mut number = String::from("+");
    for character in rest.chars() {
        match character {
            '0'..='9' => number.push(character),
            ' ' | '\u{a0}' | '-' | '\u{2010}' | '\u{2011}' | '\u{2013}' | '.' | '/' | '(' | ')' => {
            }
            _ => return None,
        }
    }
    let digits = number.len() - 1;
    ((SHORTEST..=LONGEST).contains(&digits) && !number.starts_with("+0")).then(|| Pii::new(number))
}

/// Fewer digits than any subscriber's number with its country has.
const SHORTEST: usize = 7;
const LONGEST: usize = 15;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_is_surely_one_number_can_be_called() {
        let number = |text| dialable(text).map(Pii::into_inner);
        for (text, wanted) in [
            ("+1 555 123 4567", "+15551234567"),
            ("+49 (30) 5550-100", "+49305550100"),
            ("+44 (0)20 7946 0018", "+442079460018"),
            ("tel:+15551234567", "+15551234567"),
            (" +1.555.123.4567 ", "+15551234567"),
        ] {
            assert_eq!(number(text).as_deref(), Some(wanted));
        }
        for text in [
            "",
            "+",
            "030 5550100",
            "0049305550100",
            "555-0100",
            "+1 555 123 4567 ext. 12",
            "+15551234567;ext=12",
            "+15551234567 / +15557654321",
            "+0123456789",
            "+123456",
            "+1234567890123456",
            "+1555FLOWERS",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_a_number_is_a_plus_and_digits(text in "[+0-9 ()/.x;\\PC]{0,40}") {
            if let Some(number) = dialable(&text) {
                let digits = &number.expose()[1..];
                prop_assert!(number.expose().starts_with('+'));
                prop_assert!((7..=15).contains(&digits.len()));
                prop_assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
            }
        }
    }
}
