//! Which of two presences of one person is newer.

use std::cmp::Ordering;

/// Compares two sequence numbers; none if they say nothing.
///
/// Microsoft calls them texts that sort as texts (`A0132284934` is one), which holds while they are of one
/// length. A count that is not filled up with zeros grows by a digit one day, and as a text `A10` comes before
/// `A9`: presence would stand still from then on. So where both are the same letters and then digits only,
/// the digits are numbers, which for texts of one length is the same order. Everything else is texts.
pub(crate) fn compare(one: &str, other: &str) -> Option<Ordering> {
    if one.is_empty() || other.is_empty() {
        return None;
    }
    let (letters, digits) = split(one);
    let (other_letters, other_digits) = split(other);
    let numbers = [digits, other_digits]
        .iter()
        .all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    if letters != other_letters || !numbers {
        return Some(one.cmp(other));
    }
    let value = |digits: &str| digits.trim_start_matches('0').len();
    let by_value = value(digits).cmp(&value(other_digits));
    let trimmed = digits.trim_start_matches('0');
    Some(by_value.then_with(|| trimmed.cmp(other_digits.trim_start_matches('0'))))
}

fn split(text: &str) -> (&str, &str) {
    let digits = text.find(|letter: char| letter.is_ascii_digit());
    text.split_at(digits.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greater_text_is_newer() {
        assert_eq!(compare("A0132284934", "A0132284935"), Some(Ordering::Less));
        assert_eq!(compare("B0", "A9"), Some(Ordering::Greater));
        assert_eq!(compare("A0x9", "A0x10"), Some(Ordering::Greater));
        assert_eq!(compare("A1", "A1"), Some(Ordering::Equal));
    }

    #[test]
    fn a_number_that_grows_by_a_digit_is_newer() {
        assert_eq!(compare("A10", "A9"), Some(Ordering::Greater));
        assert_eq!(compare("99", "0100"), Some(Ordering::Less));
        assert_eq!(compare("A007", "A7"), Some(Ordering::Equal));
    }

    #[test]
    fn without_a_number_nothing_is_said() {
        assert_eq!(compare("", "A9"), None);
        assert_eq!(compare("A9", ""), None);
    }
}
