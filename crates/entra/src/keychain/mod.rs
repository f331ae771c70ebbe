//! The system's keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows. It
//! is found anew each time: it may be started, unlocked or replaced while somebody waits for a secret.
//!
//! Everything here may ask the agent to unlock it: not for an async thread.

#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "macos", windows)), path = "secret_service.rs")]
mod system;

use keyring_core::{Entry, Error, api::CredentialStoreApi};
use warmline_redact::Secret;

/// What to do where no keychain answers, in a sentence.
pub use system::START;

/// Why the keychain does not do it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeychainError {
    /// None answers.
    #[error("this computer's keychain does not answer")]
    Missing,
    /// It is locked, or does not let Warmline in.
    #[error("the system's keychain is locked, or Warmline may not use it")]
    Locked,
    /// It answers, and refuses.
    #[error("the system's keychain cannot be used")]
    Unusable,
}

/// What is kept under this name, if anything: an address of record, an account.
///
/// # Errors
/// The keychain does not do it.
pub fn read(name: &str) -> Result<Option<Secret<Vec<u8>>>, KeychainError> {
    found(entry(name)?.get_secret())
}

/// Keeps a secret under this name, in place of what was there. A Windows credential holds 2,560 bytes.
///
/// # Errors
/// The keychain does not do it.
pub fn store(name: &str, secret: &Secret<Vec<u8>>) -> Result<(), KeychainError> {
    entry(name)?
        .set_secret(secret.expose())
        .map_err(|error| refused(&error))
}

/// Forgets what is kept under this name.
///
/// # Errors
/// The keychain does not do it.
pub fn forget(name: &str) -> Result<(), KeychainError> {
    found(entry(name)?.delete_credential().map(|()| Vec::new())).map(|_| ())
}

/// The password under this name, as [`store_password`] and other programs keep it.
///
/// # Errors
/// The keychain does not do it.
pub fn password(name: &str) -> Result<Option<Secret<String>>, KeychainError> {
    match entry(name)?.get_password() {
        Ok(password) => Ok(Some(password.into())),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(refused(&error)),
    }
}

/// Keeps a password under this name.
///
/// # Errors
/// The keychain does not do it.
pub fn store_password(name: &str, password: &Secret<String>) -> Result<(), KeychainError> {
    entry(name)?
        .set_password(password.expose())
        .map_err(|error| refused(&error))
}

fn found(secret: keyring_core::Result<Vec<u8>>) -> Result<Option<Secret<Vec<u8>>>, KeychainError> {
    match secret {
        Ok(secret) => Ok(Some(Secret::new(secret))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(refused(&error)),
    }
}

fn entry(name: &str) -> Result<Entry, KeychainError> {
    let keychain = system::open().map_err(|error| {
        tracing::warn!(%error, "no keychain");
        KeychainError::Missing
    })?;
    keychain
        .build(SERVICE, name, None)
        .map_err(|error| refused(&error))
}

fn refused(error: &Error) -> KeychainError {
    tracing::warn!(%error, "the keychain cannot be used");
    match error {
        Error::NoStorageAccess(_) => KeychainError::Locked,
        _ => KeychainError::Unusable,
    }
}

/// The name under which everything is kept; what it is for is the other one.
const SERVICE: &str = "Warmline";
