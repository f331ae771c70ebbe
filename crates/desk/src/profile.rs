//! Who the agent is and where the server: the TOML file that says so.

use std::path::{Path, PathBuf};

use warmline_media::Codec;
use warmline_sip::{Aor, ProxyUri, ServerUri, redact::Secret};

use crate::error::DeskError;

/// A profile that has been read and makes sense.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The server or SBC.
    pub server: ServerUri,
    /// Who the agent is.
    pub aor: Aor,
    /// The name others are shown beside the address.
    pub display_name: Option<String>,
    /// The user name for authentication, where it is not the user part of `aor`.
    pub auth_user: Option<String>,
    /// Certificate authorities trusted besides the system's own.
    pub ca_file: Option<PathBuf>,
    /// HTTP proxy to reach the server through.
    pub proxy: Option<ProxyUri>,
    /// Codecs, best first.
    pub codecs: Vec<Codec>,
    /// Where the password comes from.
    pub password: PasswordSource,
}

/// Where the password comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PasswordSource {
    /// The system's keychain.
    Keychain,
    /// An environment variable of this name.
    Env(String),
    /// The first line of this file.
    File(PathBuf),
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// The file cannot be read, or its text is not a profile: see [`Profile::parse`].
    pub fn load(path: &Path) -> Result<Self, DeskError> {
        let _ = path;
        unimplemented!()
    }

    /// Reads the text of a profile; relative paths in it start at `folder`.
    ///
    /// # Errors
    /// Not TOML, a key that is not known, a value that does not fit, or a key that is missing.
    /// The message names the line and says what would be right.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, DeskError> {
        let _ = (text, folder);
        unimplemented!()
    }

    /// The password, from where the profile says. May ask the agent to unlock the
    /// keychain: not for an async thread.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn password(&self) -> Result<Secret<String>, DeskError> {
        unimplemented!()
    }

    /// Puts the password into the system's keychain. May ask the agent to unlock
    /// it: not for an async thread.
    ///
    /// # Errors
    /// The keychain cannot be used.
    pub fn store_password(&self, password: &Secret<String>) -> Result<(), DeskError> {
        let _ = password;
        unimplemented!()
    }
}
