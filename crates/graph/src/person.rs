use std::{fmt, sync::Arc};

use warmline_redact::Pii;

/// The directory's object id of somebody, in lower case.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PersonId(Arc<str>);

impl PersonId {
    /// Of an id as Graph gives it, in whatever case; none if it could not stand in a URL as it is.
    pub fn new(id: &str) -> Option<Self> {
        let fits = (1..=64).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fits.then(|| Self(id.to_ascii_lowercase().into()))
    }

    /// As Graph takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Ids lead to people.
impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹pii›")
    }
}

/// Somebody of the directory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// `displayName`.
    pub name: Pii<String>,
    /// `jobTitle`.
    pub title: Option<Pii<String>>,
    /// `department`.
    pub department: Option<Pii<String>>,
    /// `mail`, else `userPrincipalName`: by this a calendar is asked for.
    pub mail: Option<Pii<String>>,
    /// What they know: `skills` of the directory, and Teams tags, each once.
    pub skills: Vec<Pii<String>>,
    /// How they can be called.
    pub dialable: Option<Dialable>,
    /// IANA or Windows name of their time zone, where it is known (`mailboxSettings`).
    pub time_zone: Option<String>,
    /// Whether they are of the provider's groups or tags, and not only found by a search.
    pub expert: bool,
}

/// How somebody can be called.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dialable {
    /// `+` and digits.
    pub number: Pii<String>,
    /// Where the number came from.
    pub dialled_as: DialledAs,
}

/// Where a number came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DialledAs {
    /// Teams' own configuration (`userConfigurations`): this is where Teams answers.
    Teams,
    /// `businessPhones` of the directory: may lead elsewhere, or nowhere. Shown as unverified.
    Directory,
}
