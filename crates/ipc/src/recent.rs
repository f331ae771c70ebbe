use serde::Serialize;

use crate::snapshot::{UiDirection, UiParty};

/// A call that is over, as the agent looks back on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiRecent {
    /// The same for as long as the call is remembered.
    pub id: u64,
    /// Who began it.
    pub direction: UiDirection,
    /// Who was at the other end.
    pub party: UiParty,
    /// The queue it came from.
    pub queue: Option<String>,
    /// When it began, in milliseconds since 1970 (UTC).
    pub at_unix_ms: u64,
    /// How long they talked, in seconds; none if it was not answered.
    pub talked_s: Option<u64>,
    /// What became of it.
    pub outcome: UiOutcome,
    /// The same in a few words, with the reason where there is one.
    pub words: String,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiOutcome {
    /// They talked.
    Answered,
    /// Theirs, and nobody answered.
    Missed,
    /// Theirs, and the agent turned it away.
    Declined,
    /// Ours, and it was not answered: busy, declined, no answer, given up.
    NotReached,
    /// Something failed.
    Failed,
}
