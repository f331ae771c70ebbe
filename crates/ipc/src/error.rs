use serde::Serialize;

/// Why an action could not be done.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiError {
    /// Where the pages show it.
    pub code: UiErrorCode,
    /// What happened and what to do, for people.
    pub message: String,
}

/// What the pages decide by. A code exists only if a page acts on it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiErrorCode {
    /// What was typed cannot be called: shown under the field.
    BadNumber,
    /// Shown above the calls.
    NotPossible,
}
