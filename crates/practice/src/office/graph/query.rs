//! What `$search` and `$filter` say.

use super::fault::Fault;
use super::users::property;
use crate::office::staff::Colleague;

/// `"displayName:nad" OR "mail:nad"`: words, each the beginning of one in that property.
pub(super) struct Search(Vec<(&'static str, Vec<String>)>);

impl Search {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut clauses = Vec::new();
        let mut rest = text.trim();
        loop {
            let (clause, after) = quoted(rest)?;
            let (property, words) = clause.split_once(':')?;
            let property = SEARCHED.iter().find(|name| **name == property)?;
            let words: Vec<_> = words.split_whitespace().map(str::to_lowercase).collect();
            if words.is_empty() {
                return None;
            }
            clauses.push((*property, words));
            rest = match after.trim_start() {
                "" => return Some(Self(clauses)),
                after => after.strip_prefix("OR ")?.trim_start(),
            };
        }
    }

    pub(super) fn finds(&self, one: &Colleague) -> bool {
        self.0.iter().any(|(name, words)| {
            let value = property(one, name);
            let text = value.as_str().unwrap_or_default().to_lowercase();
            let theirs: Vec<_> = text.split(|c: char| !c.is_alphanumeric()).collect();
            let begins = |word: &String| theirs.iter().any(|their| their.starts_with(&**word));
            words
                .iter()
                .all(|word| text.starts_with(&**word) || begins(word))
        })
    }
}

/// The text between the quotes in front, and what comes after; a backslash takes a letter as it is.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut clause = String::new();
    let mut letters = inner.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => clause.push(letters.next()?.1),
            '"' => return Some((clause, &inner[at + 1..])),
            _ => clause.push(letter),
        }
    }
    None
}

/// `id in ('…','…')`: nothing else can be filtered by here.
pub(super) fn ids(filter: &str) -> Result<Vec<String>, Fault> {
    let list = filter
        .strip_prefix("id in (")
        .and_then(|rest| rest.strip_suffix(')'));
    let ids = list.ok_or(Fault::BadQuery)?.split(',').map(|id| {
        let id = id.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        Some(id.to_ascii_lowercase())
    });
    let ids: Vec<_> = ids.collect::<Option<_>>().ok_or(Fault::BadQuery)?;
    match ids.len() <= MOST_IDS {
        true => Ok(ids),
        false => Err(Fault::TooMany),
    }
}

const SEARCHED: &[&str] = &[
    "displayName",
    "givenName",
    "surname",
    "mail",
    "userPrincipalName",
    "jobTitle",
    "department",
];

/// Source: Microsoft Graph, filter query parameter: so many expressions in one `in`.
const MOST_IDS: usize = 15;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn searches_are_read() {
        let search = Search::parse("\"displayName:Na\\\"d ia\" OR \"mail:x\"").expect("one");
        assert_eq!(
            search.0[0],
            ("displayName", vec!["na\"d".to_owned(), "ia".to_owned()])
        );
        assert_eq!(search.0[1], ("mail", vec!["x".to_owned()]));
        for wrong in [
            "displayName:x",
            "\"x\"",
            "\"skills:x\"",
            "\"mail: \"",
            "\"mail:x\" \"mail:y\"",
            "\"mail:x",
        ] {
            assert!(Search::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn ids_are_read() {
        assert_eq!(
            ids("id in ('A','b')"),
            Ok(vec!["a".to_owned(), "b".to_owned()])
        );
        assert_eq!(ids("mail eq 'x'"), Err(Fault::BadQuery));
        assert_eq!(ids("id in (a)"), Err(Fault::BadQuery));
        let many = vec!["'a'"; 16].join(",");
        assert_eq!(ids(&format!("id in ({many})")), Err(Fault::TooMany));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,60}") {
            let _ = Search::parse(&text);
            let _ = ids(&text);
            let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
            let search = Search::parse(&format!("\"displayName:{quoted}\""));
            prop_assert_eq!(search.is_some(), text.split_whitespace().next().is_some());
        }
    }
}
