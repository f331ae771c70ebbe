use std::{env, fs, path::PathBuf};

use warmline_sip::{Aor, redact::Secret};

use crate::{
    error::{DeskError, ErrorCode},
    keychain,
};

/// Where a password comes from; never from the profile itself, nor from a command line.
#[derive(Clone, Debug)]
pub enum SecretSource {
    /// The system's keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on
    /// Windows.
    Keychain,
    /// An environment variable of this name.
    Env(String),
    /// The first line of this file.
    File(PathBuf),
    /// Handed in by provisioning; never from the profile's file.
    Held(Secret<String>),
}

impl SecretSource {
    /// The secret.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn read(&self, aor: &Aor) -> Result<Secret<String>, DeskError> {
        match self {
            Self::Keychain => from_keychain(aor),
            Self::Held(secret) => Ok(secret.clone()),
            Self::Env(name) => match env::var(name) {
                Ok(secret) if !secret.is_empty() => Ok(secret.into()),
                _ => Err(missing(
                    format!("The environment variable {name} holds no password."),
                    "Set it before the phone is started, or correct its name in the profile.",
                )),
            },
            Self::File(path) => {
                let text = fs::read_to_string(path).map_err(|error| {
                    missing(
                        format!(
                            "The password file {} cannot be read: {error}.",
                            path.display()
                        ),
                        "Check its name in the profile and who may read it.",
                    )
                })?;
                match text.lines().next() {
                    Some(line) if !line.is_empty() => Ok(line.into()),
                    _ => Err(missing(
                        format!(
                            "The first line of the password file {} is empty.",
                            path.display()
                        ),
                        "Write the password into the first line.",
                    )),
                }
            }
        }
    }
}

fn from_keychain(aor: &Aor) -> Result<Secret<String>, DeskError> {
    keychain::password(&aor.uri())?.ok_or_else(|| {
        missing(
            "The system's keychain holds no password for this address.",
            "Store it with `warmline-cli password`, or name `password_env` or `password_file` in \
             the profile.",
        )
    })
}

fn missing(what: impl Into<String>, advice: &str) -> DeskError {
    DeskError::new(ErrorCode::PasswordMissing, what, advice)
}
