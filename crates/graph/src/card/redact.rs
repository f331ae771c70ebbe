//! What does not leave the phone: numbers of cards and accounts, and of people where policy says so.

use crate::config::CardPolicy;

/// Text that somebody wrote, without what policy takes out.
pub(super) fn text(text: &str, policy: &CardPolicy) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(run) = Run::first(rest) {
        redacted.push_str(&rest[..run.begin]);
        let written = &rest[run.begin..run.end];
        if policy.redact_digits && run.digits >= ACCOUNT {
            redacted.push_str("[digits removed]");
        } else if policy.redact_numbers && run.digits >= NUMBER {
            redacted.push_str("••••");
            redacted.extend(last_four(written));
        } else {
            redacted.push_str(written);
        }
        rest = &rest[run.end..];
    }
    redacted.push_str(rest);
    redacted
}

/// A number: its last four digits, and how many there are besides.
pub(super) fn number(number: &str) -> String {
    let digits = number.chars().filter(|c| c.is_numeric()).count();
    let mut redacted = "•".repeat(digits.saturating_sub(4));
    // Of a number of four digits or less nothing is left to hide behind.
    if digits > 4 {
        redacted.extend(last_four(number));
    } else {
        redacted.push_str(&"•".repeat(digits));
    }
    redacted
}

fn last_four(written: &str) -> Vec<char> {
    let digits: Vec<char> = written.chars().filter(|c| c.is_numeric()).collect();
    digits[digits.len().saturating_sub(4)..].to_vec()
}

/// Digits with no more between them than people write between groups of digits.
struct Run {
    begin: usize,
    end: usize,
    digits: usize,
}

impl Run {
    fn first(text: &str) -> Option<Self> {
        let begin = text.find(char::is_numeric)?;
        let mut run = Self {
            begin,
            end: begin,
            digits: 0,
        };
        let mut between = 0;
        for (at, character) in text[begin..].char_indices() {
            if character.is_numeric() {
                run.digits += 1;
                run.end = begin + at + character.len_utf8();
                between = 0;
            } else if is_between(character) && between < MOST_BETWEEN {
                between += 1;
            } else {
                break;
            }
        }
        // A plus belongs to the number behind it.
        if text[..run.begin].ends_with('+') {
            run.begin -= 1;
        }
        Some(run)
    }
}

fn is_between(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '-' | '\u{2010}'
                ..='\u{2015}'
                    | '.'
                    | ','
                    | '/'
                    | '_'
                    | '*'
                    | '('
                    | ')'
                    | '·'
                    | '\u{200c}'
                    | '\u{200d}'
        )
}

/// " - ", and a little more.
const MOST_BETWEEN: usize = 4;
/// Cards have 12 digits at least, accounts most often more.
const ACCOUNT: usize = 12;
/// A telephone number with its area.
const NUMBER: usize = 7;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy(redact_numbers: bool, redact_digits: bool) -> CardPolicy {
        CardPolicy {
            template: String::new(),
            redact_numbers,
            redact_digits,
        }
    }

    #[test]
    fn cards_and_accounts_go_however_they_are_written() {
        for written in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111 - 1111 - 1111 - 1111",
            "4111.1111.1111.1111",
            "4111\u{a0}1111\u{2011}1111\u{2013}1111",
            "４１１１１１１１１１１１１１１１",
            "411111111111",
        ] {
            let text = text(&format!("a {written}, b"), &policy(false, true));
            assert_eq!(text, "a [digits removed], b", "{written}");
        }
        for kept in ["41111111111", "+46 8 555 012 34", "12:30, 2 min", "1 and 2"] {
            assert_eq!(text(kept, &policy(false, true)), kept);
        }
    }

    #[test]
    fn of_numbers_the_last_four_digits_stay() {
        assert_eq!(number("+15551234567"), "•••••••4567");
        assert_eq!(number("1234"), "••••");
        assert_eq!(number(""), "");
        assert_eq!(
            text("call +1 (555) 123-4567 at 12:30", &policy(true, true)),
            "call ••••4567 at 12:30"
        );
    }

    proptest! {
        #[test]
        fn no_long_run_of_digits_is_left(before in "[a-z ]{0,9}", digits in "[0-9]([ -]?[0-9]){11,30}", after in "[a-z ]{0,9}") {
            let redacted = text(&format!("{before}x{digits}x{after}"), &policy(false, true));
            prop_assert!(!redacted.contains(char::is_numeric), "{}", redacted);
        }

        #[test]
        fn no_text_does_harm(written in "[0-9+ ./*\\PC-]{0,60}", numbers in any::<bool>(), digits in any::<bool>()) {
            let redacted = text(&written, &policy(numbers, digits));
            let count = |text: &str| text.chars().filter(|c| c.is_numeric()).count();
            prop_assert!(count(&redacted) <= count(&written));
            let number = number(&written);
            prop_assert!(count(&number) <= 4);
        }
    }
}
