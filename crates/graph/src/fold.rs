//! Text as it is compared: without case, accents and punctuation.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Words in lower case without accents, one space between them. Hangul comes apart into its letters, so
/// that a syllable that is still being typed finds what it may become.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    let letters = NFKD.normalize_iter(text.chars());
    for letter in letters.flat_map(char::to_lowercase) {
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
            // C# and C++ are not C.
            '#' | '+' if !gap && !folded.is_empty() => "",
            other if other.is_alphanumeric() => "",
            other if parts_words(other) => {
                gap = true;
                continue;
            }
            // Accents, vowel signs that stand alone, and what else makes no word.
            _ => continue,
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

/// Müller as Mueller, where there is an umlaut to spell so.
pub(crate) fn spelled_out(name: &str) -> Option<String> {
    let lower = name.to_lowercase().replace('\u{308}', "e");
    let spelled = lower
        .replace('ä', "ae")
        .replace('ö', "oe")
        .replace('ü', "ue");
    (spelled != name.to_lowercase()).then(|| fold(&spelled))
}

/// The initial consonants of the Hangul in something folded, as Koreans look for names; empty without.
pub(crate) fn initials(folded: &str) -> String {
    let leading = |letter: &char| ('\u{1100}'..='\u{1112}').contains(letter);
    folded.chars().filter(leading).collect()
}

/// Whether words are written without spaces between them in this, so that a part of a word is one.
pub(crate) fn runs_on(folded: &str) -> bool {
    folded.chars().any(|letter| {
        matches!(letter, '\u{0e00}'..='\u{0eff}' | '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
    })
}

fn parts_words(letter: char) -> bool {
    letter.is_ascii()
        || letter.is_whitespace()
        || matches!(letter, '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '·' | '・')
}

const NFKD: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfkd();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_do_not_count() {
        assert_eq!(fold("  Zoë  MÜLLER-Łukasz "), "zoe muller lukasz");
        assert_eq!(fold("O’Brien, Straße"), "obrien strasse");
        assert_eq!(fold("ＡＢＣ １２"), "abc 12");
        assert_eq!(fold("İpek"), "ipek");
        assert_eq!(fold("…"), "");
    }

    #[test]
    fn the_names_of_languages_stay_apart() {
        assert_eq!(fold("C++ / C# + SQL"), "c++ c# sql");
    }

    #[test]
    fn umlauts_are_spelled_out_too() {
        assert_eq!(spelled_out("Jörg Müller").as_deref(), Some("joerg mueller"));
        assert_eq!(spelled_out("Mu\u{308}ller").as_deref(), Some("mueller"));
        assert_eq!(spelled_out("Zoe"), None);
    }

    #[test]
    fn half_a_syllable_begins_a_whole_one() {
        assert!(fold("김민수").starts_with(&fold("기")));
        assert!(fold("김민수").starts_with(&fold("김ㅁ")));
        assert_eq!(initials(&fold("김민수")), fold("ㄱㅁㅅ"));
        assert_eq!(initials("anna"), "");
    }

    #[test]
    fn what_is_written_without_spaces_is_known() {
        assert!(runs_on(&fold("請求")) && runs_on(&fold("결제")) && runs_on(&fold("ビル")));
        assert!(!runs_on(&fold("Ünal")));
    }
}
