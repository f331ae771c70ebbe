//! The system's keychain. It is found anew each time: it may be started, unlocked or replaced while
//! the phone waits for a password.

#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "macos", windows)), path = "secret_service.rs")]
mod system;

use keyring_core::{Entry, Error, api::CredentialStoreApi};
use warmline_sip::redact::Secret;

use crate::error::{DeskError, ErrorCode};

/// The password of this address of record; none if the keychain has none. May ask the agent to unlock
/// it.
pub(crate) fn password(aor: &str) -> Result<Option<Secret<String>>, DeskError> {
    match entry(aor)?.get_password() {
        Ok(password) => Ok(Some(password.into())),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(unavailable(&error)),
    }
}

/// Puts the password of this address of record into it.
pub(crate) fn store(aor: &str, password: &Secret<String>) -> Result<(), DeskError> {
    let stored = entry(aor)?.set_password(password.expose());
    stored.map_err(|error| unavailable(&error))
}

fn entry(aor: &str) -> Result<Entry, DeskError> {
    let keychain = system::open().map_err(|error| {
        tracing::warn!(%error, "no keychain");
        DeskError::new(
            ErrorCode::KeychainUnavailable,
            "This computer's keychain does not answer.",
            format!("{} Or {FILES}", system::START),
        )
    })?;
    let entry = keychain.build(SERVICE, aor, None);
    entry.map_err(|error| unavailable(&error))
}

fn unavailable(error: &Error) -> DeskError {
    tracing::warn!(%error, "the keychain cannot be used");
    let (what, advice) = match error {
        Error::NoStorageAccess(_) => (
            "The system's keychain is locked, or Warmline may not use it.",
            "Unlock it, allow Warmline to use it and try again.",
        ),
        _ => (
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

/// The name under which passwords are kept; what they are for is the address of record.
const SERVICE: &str = "Warmline";
