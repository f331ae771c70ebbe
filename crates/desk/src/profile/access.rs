//! What a profile gives access to: a phone at once, or a sign-in first.

use std::path::{Path, PathBuf};

use url::Url;
use warmline_entra::Cloud;

use super::{Profile, ca_file, loaded, read};
use crate::error::DeskError;

/// A profile file that has been read and makes sense.
#[derive(Clone, Debug)]
pub enum Access {
    /// It describes the phone.
    Phone(Box<Profile>),
    /// It says where to sign in: the provider describes the phone then.
    SignIn(Box<SignInProfile>),
}

/// Where the agent signs in: `[sign_in]` in the profile.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignInProfile {
    /// The cloud.
    pub cloud: Cloud,
    /// The tenant: its id, or a domain it has verified.
    pub tenant: String,
    /// Application (client) id.
    pub client_id: String,
    /// Where the provider describes the phone; see docs/provisioning.md.
    pub provisioning: Url,
    /// The scope of the token that the provider takes.
    pub provider_scope: String,
    /// Whether the agent may sign in by device code.
    pub device_code: bool,
    /// Certificate authorities trusted besides the system's own, PEM.
    pub ca_file: Option<PathBuf>,
}

impl Access {
    /// Reads a profile.
    ///
    /// # Errors
    /// The file cannot be read, or its text is not a profile.
    pub fn load(path: &Path) -> Result<Self, DeskError> {
        loaded(path, Self::parse)
    }

    /// Reads the text of a profile; relative paths in it start at `folder`.
    ///
    /// # Errors
    /// Not TOML, a key that is not known, a value that does not fit, or a key that is missing.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, DeskError> {
        match read::sign_in(text, folder)? {
            Some(sign_in) => Ok(Self::SignIn(Box::new(sign_in))),
            None => Profile::parse(text, folder).map(|profile| Self::Phone(Box::new(profile))),
        }
    }
}

impl SignInProfile {
    /// The certificate authorities it names.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn extra_ca(&self) -> Result<Option<Vec<u8>>, DeskError> {
        self.ca_file.as_deref().map(ca_file).transpose()
    }
}
