use serde::Serialize;

/// What a text in the call box means, read while it is being typed.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiNumber {
    /// What kind of thing it is.
    pub kind: UiNumberKind,
    /// What would be dialled.
    pub to: String,
    /// The same as people write it: `+49 30 901820`.
    pub shown: String,
    /// Where a number of the telephone network belongs: `Germany`.
    pub place: Option<String>,
}

/// People are never printed.
impl std::fmt::Debug for UiNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} ‹pii›", self.kind)
    }
}

/// What kind of thing can be dialled.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiNumberKind {
    /// Nothing yet, or words to search for.
    Nothing,
    /// A valid number of the telephone network, dialled in its E.164 form.
    Telephone,
    /// A number of the PBX, dialled as typed.
    Extension,
    /// A SIP address or `user@host`.
    Address,
    /// Begins like a number of the telephone network and is none (yet): dialled as typed.
    Unfinished,
}
