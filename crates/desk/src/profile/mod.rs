//! Who the agent is and where the server: the TOML file that says so.

mod access;
mod desktop;
pub(crate) mod instance;
mod password;
mod read;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use warmline_audio::{Announcement, RecordingFormat};
use warmline_call::{RecoverBy, Referrals};
use warmline_journal::Retention;
use warmline_media::{Codec, IceServer};
use warmline_policy::Voice;
use warmline_sip::{Account, Aor, Credentials, ProxyUri, ServerUri, Token, redact::Secret};

use crate::{
    error::{DeskError, ErrorCode},
    keychain,
    number::Country,
};

pub(crate) use read::{DAY, KEEP_CALLS, KEEP_DAYS, every_codec, in_own_folder, kept};

pub use access::{Access, SignInProfile};
pub use desktop::{DesktopPolicy, LANGUAGES, LinkVerdict, Links, language_of};
pub use password::SecretSource;

/// A profile that has been read and makes sense.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The servers or SBCs: the first is preferred, the others take over when it fails.
    pub servers: Vec<ServerUri>,
    /// Who the agent is.
    pub aor: Aor,
    /// By whose rules a number without `+` is read; unless said, the country of a number in `aor`.
    pub country: Option<Country>,
    /// Whose line it is, to be shown where there are several.
    pub customer: Option<String>,
    /// The name others are shown beside the address.
    pub display_name: Option<String>,
    /// The user name for authentication, where it is not the user part of `aor`.
    pub auth_user: Option<String>,
    /// Certificate authorities trusted besides the system's own, PEM: of the server, and of TURN over
    /// TLS.
    pub ca_file: Option<PathBuf>,
    /// More of them, PEM, handed in by provisioning; never from the file.
    pub ca_certificates: Option<String>,
    /// HTTP proxy to reach the server through.
    pub proxy: Option<ProxyUri>,
    /// Codecs, best first.
    pub codecs: Vec<Codec>,
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceEntry>,
    /// Whether sound goes by way of TURN servers alone.
    pub relay_only: bool,
    /// How customers are handed over.
    pub transfer: Transfer,
    /// How calls are recorded; none if they may not be.
    pub recording: Option<RecordingPolicy>,
    /// How long calls that are over are kept, and how many: `[history]`.
    pub history: Retention,
    /// What is done to the agent's voice: `[sound]`. It goes before what the agent has set.
    pub voice: Voice,
    /// Whether silence is left out of what is sent (`dtx` of `[sound]`).
    pub dtx: bool,
    /// What of the desktop is not the agent's to say: `[links]` and `[desktop]`.
    pub desktop: DesktopPolicy,
    /// How we show the server who we are.
    pub auth: Auth,
    /// Where the password comes from, for [`Auth::Digest`].
    pub password: SecretSource,
}

/// How we show the server who we are.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// By the password.
    #[default]
    Digest,
    /// By an access token, handed in by provisioning and renewed as long as the phone runs; never from
    /// the file.
    Bearer(Token),
}

/// How customers are handed over: `[transfer]` in the profile.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Transfer {
    /// How long after a person's answer a hand-over completes by itself; never without.
    pub complete_on_answer: Option<Duration>,
    /// What is done when the other end asks us by REFER to call somebody else.
    pub referrals: Referrals,
    /// The server's conference, which people are merged into (RFC 4579); on this phone without one.
    pub conference: Option<String>,
    /// What is tried first to take a call up after a crash.
    pub recover_by: RecoverBy,
    /// Whether those on hold hear music of this phone.
    pub hold_music: bool,
}

impl Default for Transfer {
    fn default() -> Self {
        Self {
            complete_on_answer: None,
            referrals: Referrals::default(),
            conference: None,
            recover_by: RecoverBy::default(),
            hold_music: true,
        }
    }
}

/// How calls are recorded, where that is allowed: `[recording]` in the profile.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RecordingPolicy {
    /// Where recordings go.
    pub folder: PathBuf,
    /// What they are written as.
    pub format: RecordingFormat,
    /// Who begins them.
    pub start: RecordingStart,
    /// How those who are recorded are told.
    pub announce: Announcement,
    /// Whether calls with experts, for whom a customer waits, may be recorded too. What an expert says
    /// while the customer hears it is part of the customer's call in any case.
    pub consults: bool,
    /// How long they are kept; until somebody removes them without.
    pub keep: Option<Duration>,
}

/// Who begins a recording.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RecordingStart {
    /// The agent, and they may stop it.
    #[default]
    ByHand,
    /// The phone, for each call. The agent may pause it.
    Always,
}

impl RecordingPolicy {
    /// Where recordings go unless policy says where: none if this user has no folder of their own.
    pub(crate) fn own_folder() -> Option<PathBuf> {
        instance::state_folder().map(|folder| folder.join("recordings"))
    }
}

/// Some STUN or TURN servers with what they ask for.
#[derive(Clone, Debug)]
pub struct IceEntry {
    /// `stun:`, `turn:` and `turns:` URLs.
    pub urls: Vec<String>,
    /// User name for TURN.
    pub username: Option<String>,
    /// Where the credential for TURN comes from.
    pub credential: Option<SecretSource>,
}

impl Profile {
    /// How long calls are kept that are over, with several lines: as long as all of them allow, for they stand in
    /// one list.
    pub fn history_of(first: &Self, others: &[Self]) -> Retention {
        let others = others.iter().map(|profile| profile.history);
        others.fold(first.history, Retention::and)
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// The file cannot be read, or its text is not a profile: see [`Profile::parse`].
    pub fn load(path: &Path) -> Result<Self, DeskError> {
        loaded(path, Self::parse)
    }

    /// Reads the text of a profile; relative paths in it start at `folder`.
    ///
    /// # Errors
    /// Not TOML, a key that is not known, a value that does not fit, or a key that is missing.
    /// The message names the line and says what would be right.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, DeskError> {
        read::profile(text, folder)
    }

    /// The preferred server.
    pub fn server(&self) -> &ServerUri {
        // A profile without one is not read.
        &self.servers[0]
    }

    /// The password, from where the profile says. May ask the agent to unlock the
    /// keychain: not for an async thread.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn password(&self) -> Result<Secret<String>, DeskError> {
        self.password.read(&self.aor)
    }

    /// Puts the password into the system's keychain. May ask the agent to unlock
    /// it: not for an async thread.
    ///
    /// # Errors
    /// The keychain cannot be used.
    pub fn store_password(&self, password: &Secret<String>) -> Result<(), DeskError> {
        keychain::store(&self.aor.uri(), password)
    }

    /// The SIP account it describes. Reads the password and the CA file: not for an async thread.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn account(&self) -> Result<Account, DeskError> {
        let instance = instance::of_this_machine();
        let mut account = Account::new(
            self.servers.clone(),
            self.aor.clone(),
            self.credentials()?,
            instance,
        );
        account.display_name = self.display_name.clone().map(Into::into);
        account.proxy = self.proxy.clone();
        account.extra_ca = self.extra_ca()?;
        Ok(account)
    }

    fn credentials(&self) -> Result<Credentials, DeskError> {
        Ok(match &self.auth {
            Auth::Bearer(token) => Credentials::Token(token.clone()),
            Auth::Digest => Credentials::Password {
                user: self.auth_user.clone().map(Into::into),
                password: self.password()?,
            },
        })
    }

    /// The authorities of the file and those handed in.
    fn extra_ca(&self) -> Result<Option<Vec<u8>>, DeskError> {
        let mut all = Vec::new();
        if let Some(path) = &self.ca_file {
            all = ca_file(path)?;
            all.push(b'\n');
        }
        let handed_in = self.ca_certificates.as_deref();
        all.extend(handed_in.unwrap_or_default().bytes());
        let named = self.ca_file.is_some() || self.ca_certificates.is_some();
        Ok(named.then_some(all))
    }

    /// The STUN and TURN servers it names, with their credentials.
    ///
    /// # Errors
    /// A credential cannot be read.
    pub fn ice_servers(&self) -> Result<Vec<IceServer>, DeskError> {
        let mut servers = Vec::new();
        for entry in &self.ice_servers {
            let credential = entry.credential.as_ref();
            let credential = credential.map(|from| from.read(&self.aor)).transpose()?;
            for url in &entry.urls {
                let credential = credential.as_ref().map(|secret| secret.expose().clone());
                let server = IceServer::new(url, entry.username.clone(), credential);
                servers.push(server.map_err(|error| {
                    DeskError::new(
                        ErrorCode::ProfileInvalid,
                        error.to_string(),
                        "Check `ice_servers` in the profile.",
                    )
                })?);
            }
        }
        Ok(servers)
    }
}

/// What `parse` makes of a file, and of the folder it lies in; what is wrong is said with its name.
fn loaded<T>(
    path: &Path,
    parse: impl FnOnce(&str, &Path) -> Result<T, DeskError>,
) -> Result<T, DeskError> {
    let text = fs::read_to_string(path).map_err(|error| {
        DeskError::new(
            ErrorCode::ProfileInvalid,
            format!("The profile {} cannot be read: {error}.", path.display()),
            "Check the name of the file and who may read it.",
        )
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    parse(&text, folder).map_err(|error| DeskError {
        what: format!("{}, {}", path.display(), lower_first(&error.what)),
        ..error
    })
}

/// The file of authorities that a profile names.
fn ca_file(path: &Path) -> Result<Vec<u8>, DeskError> {
    fs::read(path).map_err(|error| {
        DeskError::new(
            ErrorCode::CaFileInvalid,
            format!("The CA file {} cannot be read: {error}.", path.display()),
            "Check `ca_file` in the profile.",
        )
    })
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}
