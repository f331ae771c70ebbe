//! Text as it is compared: without case, accents and punctuation.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Letters and digits in lower case without accents, with one space where something else stood between
/// them. Hangul comes apart into its letters, so that a syllable still being typed finds what it may become.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    for letter in NFKD
        .normalize_iter(text.chars())
        .flat_map(char::to_lowercase)
    {
        let plain = match letter {
            'ß' => "ss",
            'ø' => "o",
            'ł' => "l",
            'đ' | 'ð' => "d",
            'æ' => "ae",
            'œ' => "oe",
            'þ' => "th",
            'ı' => "i",
            // O'Brien is found as obrien.
            '\'' | '’' | 'ʼ' => continue,
            // An accent parts no word.
            '\u{300}'..='\u{36f}' => continue,
            other if other.is_alphanumeric() => "",
            _ => {
                gap = true;
                continue;
            }
        };
        if std::mem::take(&mut gap) && !folded.is_empty() {
            folded.push(' ');
        }
        match plain {
            "" => folded.push(letter),
            plain => folded.push_str(plain),
        }
    }
    folded
}

/// The digits of a number, however they are grouped.
pub(crate) fn digits(text: &str) -> String {
    let plain = NFKD.normalize_iter(text.chars());
    plain.filter(char::is_ascii_digit).collect()
}

const NFKD: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfkd();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_do_not_count() {
        assert_eq!(fold("  Zoë  MÜLLER-Łukasz "), "zoe muller lukasz");
        assert_eq!(fold("O’Brien, Straße"), "obrien strasse");
        assert_eq!(fold("…"), "");
        assert!(fold("김민수").starts_with(&fold("기")));
    }

    #[test]
    fn digits_are_the_same_however_they_are_written() {
        assert_eq!(digits("+49 (30) 90-18.20"), "4930901820");
        assert_eq!(digits("１２ three"), "12");
    }
}
