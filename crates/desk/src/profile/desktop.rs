use warmline_policy::Theme;

use crate::number::{Kind, Number};

/// What of the desktop is not the agent's to say: `[links]` and `[desktop]` in the profile.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DesktopPolicy {
    /// What a link to a number leads to.
    pub links: Links,
    /// Whether links to numbers are opened in the phone; the agent's to say without: see
    /// [`DesktopPolicy::opens_links`].
    pub register_links: Option<bool>,
    /// There may be no shortcuts that work in every window.
    pub no_shortcuts: bool,
    /// Whether the phone starts when the agent logs in; the agent's to say without.
    pub start_at_login: Option<bool>,
    /// The language of the window, as a BCP 47 tag that leads to one of [`LANGUAGES`]; the agent's to say
    /// without.
    pub language: Option<String>,
    /// The colours of the window; the agent's to say without.
    pub theme: Option<Theme>,
    /// Whether the window stays above others; the agent's to say without.
    pub always_on_top: Option<bool>,
    /// Who manages the phone, in a few words.
    pub managed_by: Option<String>,
}

impl DesktopPolicy {
    /// Whether the phone opens the links to numbers of other programs, if that is not the agent's to say. Who lets
    /// no link call has no use for them either, unless they say so.
    pub fn opens_links(&self) -> Option<bool> {
        self.register_links
            .or((self.links == Links::Off).then_some(false))
    }
}

/// The languages that the window speaks.
pub const LANGUAGES: [&str; 6] = ["de", "en", "es", "fr", "ja", "ko"];

/// Which of [`LANGUAGES`] a BCP 47 tag (RFC 5646) leads to: `de-AT` to `de`.
pub fn language_of(tag: &str) -> Option<&'static str> {
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let mut subtags = tag.split('-');
    let language = subtags.next()?;
    let mut known = LANGUAGES.into_iter();
    let known = known.find(|known| known.eq_ignore_ascii_case(language))?;
    subtags.all(is_subtag).then_some(known)
}

/// What a link to a number leads to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Links {
    /// The agent is asked.
    #[default]
    Ask,
    /// A call, if it is plainly a number of the telephone network. The agent is asked about all others.
    AtOnce,
    /// Nothing.
    Off,
}

/// What is done about one link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LinkVerdict {
    /// The agent is asked.
    Ask,
    /// It is dialled.
    Dial,
    /// It is dropped.
    Drop,
}

impl Links {
    /// What is done about a link to `number`; `plain` if it is of digits and nothing else.
    pub fn verdict(self, number: &Number, plain: bool) -> LinkVerdict {
        // Codes switch services of the PBX on, and short numbers may be anybody, emergency services too.
        let harmless = plain && number.kind == Kind::Telephone;
        match self {
            _ if number.to.is_empty() => LinkVerdict::Drop,
            Self::Off => LinkVerdict::Drop,
            Self::AtOnce if harmless => LinkVerdict::Dial,
            Self::AtOnce | Self::Ask => LinkVerdict::Ask,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number;

    #[test]
    fn a_tag_leads_to_a_language_of_the_window_or_is_none() {
        for (tag, leads_to) in [
            ("de", Some("de")),
            ("de-AT", Some("de")),
            ("ES-419", Some("es")),
            ("ja-Jpan-JP", Some("ja")),
            ("en-x-office", Some("en")),
            ("Deutsch", None),
            ("pt-BR", None),
            ("de_DE", None),
            ("de-", None),
            ("", None),
        ] {
            assert_eq!(language_of(tag), leads_to, "{tag}");
        }
    }

    #[test]
    fn the_languages_are_those_that_the_window_has_words_in() {
        let words = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/words");
        let files = std::fs::read_dir(words).expect("a folder");
        let names = files.map(|file| file.expect("a file").file_name().into_string());
        let names = names.map(|name| name.expect("UTF-8"));
        let mut spoken: Vec<String> = names
            .filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()))
            .collect();
        spoken.sort();
        assert_eq!(spoken, LANGUAGES);
    }

    #[test]
    fn links_are_the_agents_to_open_unless_policy_says_so_or_lets_none_call() {
        for (links, said, opens) in [
            (Links::Ask, None, None),
            (Links::AtOnce, Some(false), Some(false)),
            (Links::Ask, Some(true), Some(true)),
            (Links::Off, None, Some(false)),
            (Links::Off, Some(true), Some(true)),
        ] {
            let policy = DesktopPolicy {
                links,
                register_links: said,
                ..DesktopPolicy::default()
            };
            assert_eq!(policy.opens_links(), opens, "{links:?}, {said:?}");
        }
    }

    #[test]
    fn only_what_is_plainly_a_number_is_ever_dialled_at_once() {
        let verdict = |links: Links, text: &str, plain| {
            links.verdict(&number::read(text, "DE".parse().ok()), plain)
        };
        for (text, plain, at_once) in [
            ("+4930901820", true, LinkVerdict::Dial),
            ("030901820", true, LinkVerdict::Dial),
            ("112", true, LinkVerdict::Ask),
            ("*21*030901820#", false, LinkVerdict::Ask),
            ("sip:robin@example.com", false, LinkVerdict::Ask),
        ] {
            assert_eq!(verdict(Links::AtOnce, text, plain), at_once, "{text}");
            assert_eq!(verdict(Links::Ask, text, plain), LinkVerdict::Ask);
            assert_eq!(verdict(Links::Off, text, plain), LinkVerdict::Drop);
        }
        assert_eq!(verdict(Links::AtOnce, "", true), LinkVerdict::Drop);
    }
}
