//! SIP passwords in the system's keychain, and what to do where it does not answer.

use warmline_entra::keychain::{self, KeychainError};
use warmline_sip::redact::Secret;

use crate::error::{DeskError, ErrorCode};

/// The password of this address of record; none if the keychain has none. May ask the agent to unlock
/// it.
pub(crate) fn password(aor: &str) -> Result<Option<Secret<String>>, DeskError> {
    keychain::password(aor).map_err(unavailable)
}

/// Puts the password of this address of record into it.
pub(crate) fn store(aor: &str, password: &Secret<String>) -> Result<(), DeskError> {
    keychain::store_password(aor, password).map_err(unavailable)
}

fn unavailable(error: KeychainError) -> DeskError {
    let (what, advice) = match error {
        KeychainError::Missing => ("This computer's keychain does not answer.", keychain::START),
        KeychainError::Locked => (
            "The system's keychain is locked, or Warmline may not use it.",
            "Unlock it, allow Warmline to use it and try again.",
        ),
        KeychainError::Unusable => (
            "The system's keychain cannot be used.",
            "Try again; if it stays so, tell your administrator.",
        ),
    };
    DeskError::new(
        ErrorCode::KeychainUnavailable,
        what,
        format!("{advice} Or {FILES}"),
    )
}

const FILES: &str = "name `password_env` or `password_file` in the profile.";
