use serde::Serialize;
use warmline_desk::{DeskError, ErrorCode};

/// Why an action could not be done.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiError {
    /// Where the pages show it.
    pub code: UiErrorCode,
    /// What happened, in a sentence for people.
    pub message: String,
    /// What to do about it, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub advice: Option<String>,
    /// What the log and the documentation call it, for who looks after the phone. It names nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub error: Option<String>,
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

impl UiError {
    /// There is no phone that could do it.
    pub fn no_phone() -> Self {
        Self {
            code: UiErrorCode::NotPossible,
            message: "The phone is not running.".to_owned(),
            advice: Some("Check the profile, then try again.".to_owned()),
            error: Some("no_phone".to_owned()),
        }
    }

    /// The calls could not be written to the file that was chosen.
    pub fn not_saved(error: &std::io::Error) -> Self {
        Self {
            code: UiErrorCode::NotPossible,
            message: format!("The calls were not saved: {error}."),
            advice: Some("Choose another place for the file.".to_owned()),
            error: Some("not_saved".to_owned()),
        }
    }
}

impl From<DeskError> for UiError {
    fn from(error: DeskError) -> Self {
        Self {
            code: match error.code {
                ErrorCode::BadNumber => UiErrorCode::BadNumber,
                _ => UiErrorCode::NotPossible,
            },
            error: Some(error.code.as_str().to_owned()),
            advice: Some(error.advice).filter(|advice| !advice.is_empty()),
            message: error.what,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bad_number_goes_under_the_field() {
        let shown = |code| UiError::from(DeskError::new(code, "What.", "Advice.")).code;
        assert_eq!(shown(ErrorCode::BadNumber), UiErrorCode::BadNumber);
        assert_eq!(shown(ErrorCode::NotNow), UiErrorCode::NotPossible);
        let error = UiError::from(DeskError::new(ErrorCode::NotNow, "What.", "Advice."));
        assert_eq!(error.message, "What.");
        assert_eq!(error.advice.as_deref(), Some("Advice."));
    }
}
