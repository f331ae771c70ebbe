use std::{fmt, path::PathBuf, sync::Arc};

use url::Url;

use crate::cloud::Cloud;

/// What the sign-in of one tenant needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the cloud is.
    pub cloud: Cloud,
    /// The tenant: its id, or a domain it has verified. Never `common`: tokens of others are refused.
    pub tenant: String,
    /// Application (client) id of the public client registered for Warmline in that cloud.
    pub client_id: String,
    /// The scope of the provider's own service (`api://…/Phone.Read`), for [`Audience::Provider`](crate::Audience);
    /// without one there are no such tokens.
    pub provider_scope: Option<String>,
    /// Whether policy lets the agent sign in by device code (RFC 8628). Conditional access often forbids
    /// it, since it can be phished.
    pub device_code: bool,
    /// Where the refresh token outlives the program.
    pub keeping: Keeping,
    /// How a page is shown to the agent.
    pub opener: Opener,
    /// Certificate authorities trusted besides the system's own, PEM.
    pub extra_ca: Option<Vec<u8>>,
}

/// Where the refresh token outlives the program.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Keeping {
    /// Sealed in a file in this folder, by a key of 32 bytes in the OS keychain: a Windows credential holds
    /// 2,560 bytes, and refresh tokens have been seen with more.
    Keychain(PathBuf),
    /// Nowhere: the sign-in is for this run alone (practice).
    Nowhere,
}

/// Shows a page to the agent: the system's browser. May take a moment: called off the async threads.
#[derive(Clone)]
pub struct Opener(Arc<Open>);

type Open = dyn Fn(&Url) -> std::io::Result<()> + Send + Sync;

impl Opener {
    /// Shows pages by `open`.
    pub fn new(open: impl Fn(&Url) -> std::io::Result<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(open))
    }

    /// Shows this page.
    ///
    /// # Errors
    /// No browser can be started.
    pub fn open(&self, page: &Url) -> std::io::Result<()> {
        (self.0)(page)
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener")
    }
}
