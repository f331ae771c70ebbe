use std::time::Duration;

use url::Url;
use warmline_redact::Pii;

use crate::{keychain::KeychainError, scope::Scopes};

/// How the sign-in stands. Holds no token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum State {
    /// What is kept from before is being looked for.
    Starting,
    /// Nobody is signed in.
    SignedOut {
        /// Why, unless the agent wanted it so or never signed in.
        why: Option<Why>,
    },
    /// The agent signs in.
    SigningIn {
        /// How.
        way: Way,
        /// What else is being asked for, when somebody is signed in already; empty the first time.
        more: Scopes,
    },
    /// Somebody is signed in.
    SignedIn {
        /// Who.
        account: Account,
        /// What the tenant lets Warmline do for them.
        granted: Scopes,
        /// Why what was asked for last has not come about.
        refused: Option<Why>,
    },
}

/// How the agent signs in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Way {
    /// In the system's browser.
    Browser {
        /// The page, to be opened again or copied; it holds no secret, and is good for this sign-in only.
        page: Pii<Url>,
        /// Whether a browser could be started.
        opened: bool,
    },
    /// By a code that is typed in on another device (RFC 8628).
    DeviceCode {
        /// Where.
        page: Pii<Url>,
        /// What.
        code: Pii<String>,
        /// For how long it is still good.
        expires_in: Duration,
    },
    /// The answer is being exchanged for tokens and checked.
    Finishing,
}

/// Why nobody is signed in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Why {
    /// It was revoked, the password has changed, or it has expired: sign in again.
    Expired,
    /// The agent, or the administrator's policy, said no.
    Denied,
    /// The tenant wants an administrator to consent first.
    NeedsAdministrator,
    /// The browser never came back.
    TookTooLong,
    /// The identity provider cannot be reached.
    Unreachable,
    /// What came back is not for us: state, nonce, issuer, audience, time or signature is wrong.
    NotTrusted,
    /// The identity provider refused, with the code it gives (`AADSTS…` or OAuth).
    Refused(String),
    /// The keychain does not do it.
    Keychain(KeychainError),
    /// No port of this computer could be opened for the browser to come back to.
    NoPort,
    /// Where the refresh token is kept cannot be written.
    Disk,
}

/// Who is signed in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Account {
    /// Object id in the tenant (`oid`).
    pub id: Pii<String>,
    /// Tenant id (`tid`).
    pub tenant: String,
    /// Name to show.
    pub name: Pii<String>,
    /// Name to sign in with (`preferred_username`).
    pub username: Pii<String>,
}
