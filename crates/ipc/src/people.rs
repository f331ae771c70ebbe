use serde::Serialize;

/// What the panel of experts shows, complete each time, on a channel of its own: it is sent while the
/// panel is to be seen ([`UiAction::LookAtPeople`](crate::UiAction::LookAtPeople)) and only when it looks
/// different.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiPeople {
    /// When this was taken, on the clock of [`UiSnapshot::now_ms`](crate::UiSnapshot::now_ms).
    pub now_ms: u64,
    /// Whose experts these are, where the agent serves several customers.
    pub customer: Option<String>,
    /// The directory has not been read yet.
    pub loading: bool,
    /// Why there is nobody, or nothing new. What is known is shown all the same.
    pub blocked: Option<UiBlocked>,
    /// The customer's call that the agent has in hand: experts are consulted about it.
    pub call: Option<u32>,
    /// Those who suit that call best, the best first.
    pub best: Vec<UiPerson>,
    /// Those that the agent has marked.
    pub favourites: Vec<UiPerson>,
    /// Those whom the agent has called last.
    pub recent: Vec<UiPerson>,
    /// How many there are in all who match the search.
    pub total: u32,
    /// The place in that list of the first of [`UiPeople::rows`].
    pub first: u32,
    /// The part of that list that was asked for.
    pub rows: Vec<UiPerson>,
    /// What the tenant has not granted, and what it would unlock.
    pub ladder: Vec<UiConsent>,
}

/// Why nothing new can be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiBlocked {
    /// What the page offers.
    pub kind: UiBlockedKind,
    /// What is the matter, in a sentence.
    pub words: String,
    /// What to do about it, in a sentence.
    pub advice: Option<String>,
    /// When it goes on by itself.
    pub until_ms: Option<u64>,
}

/// What a [`UiBlocked`] is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiBlockedKind {
    /// This profile has no sign-in: experts are called by number.
    NoSignIn,
    /// Nobody is signed in: offer to.
    SignedOut,
    /// The tenant has not granted to see people: offer to ask.
    NoConsent,
    /// The network or Microsoft does not answer.
    Offline,
    /// Microsoft wants fewer requests.
    Throttled,
    /// What Microsoft answers cannot be read.
    Broken,
    /// This cloud has no presence; people are shown without.
    NoPresence,
}

/// Somebody who may help.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiPerson {
    /// Names them in a [`UiAction`](crate::UiAction).
    pub id: String,
    /// Name to show.
    pub name: String,
    /// Title and department, as far as known.
    pub title: Option<String>,
    /// What they know.
    pub skills: Vec<String>,
    /// The badge.
    pub presence: UiPresence,
    /// Presence in words: "Available", "In a call", "Out of office: back on Monday".
    pub presence_words: String,
    /// When presence was read, on the clock of [`UiPeople::now_ms`]; shown as an age.
    pub as_of_ms: Option<u64>,
    /// What they say of themselves in Teams.
    pub status_message: Option<String>,
    /// The number to call, as people write it; none if they cannot be called.
    pub number: Option<String>,
    /// Whether the number is the one that Teams answers; otherwise it is shown as unverified.
    pub number_verified: bool,
    /// The IANA name of their time zone, where it is known: the page shows their time of day where it is not
    /// the agent's.
    pub time_zone: Option<String>,
    /// When their next meeting begins, milliseconds since 1970 (UTC).
    pub next_meeting_unix_ms: Option<u64>,
    /// What speaks for and against them, in a few words each, the weightiest first.
    pub reasons: Vec<UiReason>,
    /// Whether the agent has marked them.
    pub favourite: bool,
    /// A `data:` URL, if they have a photo.
    pub photo: Option<String>,
}

/// People are never printed.
impl std::fmt::Debug for UiPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "‹pii› {:?}", self.presence)
    }
}

/// What speaks for somebody, or against.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiReason {
    /// In a few words: "knows Billing".
    pub words: String,
    /// Whether it speaks for them.
    pub favours: bool,
}

/// The badge of somebody's presence.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiPresence {
    /// Free.
    Available,
    /// Away, or soon back.
    Away,
    /// Busy.
    Busy,
    /// Not to be disturbed.
    DoNotDisturb,
    /// Out of office.
    OutOfOffice,
    /// Offline.
    Offline,
    /// Not known.
    #[default]
    Unknown,
}

/// A rung of the consent ladder that is not granted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiConsent {
    /// Names it in [`UiAction::AskConsent`](crate::UiAction::AskConsent).
    pub rung: u32,
    /// What it unlocks, in a sentence.
    pub unlocks: String,
    /// The permissions as Microsoft calls them, for an administrator.
    pub permissions: Vec<String>,
    /// Whether an administrator must grant it; otherwise the agent can.
    pub by_administrator: bool,
}

/// What an expert was told about a call, and what they said.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiCard {
    /// How far it is.
    pub state: UiCardState,
    /// The same in a few words: "Robin's note was sent to Nadia in Teams".
    pub words: String,
    /// What the expert replied last.
    pub reply: Option<String>,
    /// The text that was sent, to be looked at.
    pub text: String,
}

/// People are never printed.
impl std::fmt::Debug for UiCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} ‹pii›", self.state)
    }
}

/// How far a card is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiCardState {
    /// On the way.
    Sending,
    /// In the expert's chat.
    Sent,
    /// It could not be sent; the call goes on all the same.
    Failed,
}

/// What the agent writes down about a call; an expert is told of it.
#[derive(Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiNote {
    /// What was tried so far.
    pub tried: String,
    /// Anything else.
    pub note: String,
}

/// People are never printed.
impl std::fmt::Debug for UiNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("‹pii›")
    }
}
