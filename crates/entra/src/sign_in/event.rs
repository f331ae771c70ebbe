use std::{fmt, time::Duration};

use url::Url;
use warmline_redact::{Pii, Secret};

use crate::{
    keychain::KeychainError,
    scope::{Scope, Scopes},
    state::{Account, Why},
    tokens::{AccessToken, TokenError},
};

/// Pairs a command with the event that it leads to. What comes for one that is no longer awaited is ignored.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct RequestId(pub(crate) u64);

/// Somebody who waits for a token.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct AskerId(pub(crate) u64);

/// What somebody wants a token for: [`Audience`](crate::Audience), owned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Wanted {
    /// Graph, to do this.
    Graph(Vec<Scope>),
    /// The provider.
    Provider,
}

/// Whom a token is for: one token is held for each.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Resource {
    /// Microsoft Graph, with all that is granted.
    Graph,
    /// The provider's own service.
    Provider,
}

/// How the agent signs in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Method {
    /// In the system's browser.
    Browser,
    /// By a code.
    DeviceCode,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// Begin: look for what is kept.
    Start,
    /// The agent wants to sign in.
    SignIn(Method),
    /// The agent wants to see the page again.
    OpenPage,
    /// The agent does not want to sign in any more.
    Cancel,
    /// The agent signs out.
    SignOut,
    /// The agent is to be asked for this.
    Ask(Scopes),
    /// Somebody wants a token.
    Token { asker: AskerId, wanted: Wanted },
    /// A resource has refused this token, and asks for these claims.
    Refused {
        token: AccessToken,
        claims: Option<String>,
    },
    /// What is kept.
    Loaded {
        request: RequestId,
        result: Result<Option<Kept>, KeepError>,
    },
    /// It is kept, or cannot be.
    Stored {
        request: RequestId,
        result: Result<(), KeepError>,
    },
    /// Nothing is kept any more, or it cannot be removed.
    Wiped {
        request: RequestId,
        result: Result<(), KeepError>,
    },
    /// The browser can come back to this port.
    Listening { listener: RequestId, port: u16 },
    /// No port can be opened.
    NoPort { listener: RequestId },
    /// The browser came back.
    Redirected {
        listener: RequestId,
        redirect: Redirect,
    },
    /// Whether a browser could be started.
    Opened { request: RequestId, opened: bool },
    /// The identity provider's answer; none if it could not be reached. `at` is the time of day in seconds
    /// since 1970, which tokens are checked against.
    Answered {
        request: RequestId,
        at: u64,
        reply: Option<Reply>,
    },
    /// Time has passed.
    Timeout,
}

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Look for what is kept. Of these three, one after the other.
    Load { request: RequestId },
    /// Keep this, in place of what was kept.
    Keep { request: RequestId, kept: Kept },
    /// Keep nothing.
    Wipe { request: RequestId },
    /// Ask the identity provider.
    Ask {
        request: RequestId,
        question: Question,
    },
    /// Open a port for the browser to come back to with this state.
    Listen {
        listener: RequestId,
        state: Secret<String>,
    },
    /// Tell the browser how it went, and close the port.
    Finish {
        listener: RequestId,
        result: Result<(), Why>,
    },
    /// Close the port.
    StopListening { listener: RequestId },
    /// Show this page.
    Open { request: RequestId, page: Pii<Url> },
    /// Give them this.
    Answer {
        asker: AskerId,
        result: Result<AccessToken, TokenError>,
    },
}

/// A request to the identity provider.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// A document.
    Get(Url),
    /// A form, sent.
    Post(Url, Secret<Vec<(&'static str, String)>>),
}

/// The identity provider's answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: u16,
    /// What it says.
    pub(crate) body: Secret<Vec<u8>>,
    /// When it wants to be asked again.
    pub(crate) retry_after: Option<Duration>,
}

/// What the browser came back with.
#[derive(Clone, Debug)]
pub(crate) enum Redirect {
    /// A code, to be exchanged for tokens.
    Code(Secret<String>),
    /// A refusal, in the words of OAuth.
    Refused {
        /// Its name.
        error: String,
        /// What it is about. May name people.
        description: Pii<String>,
    },
}

/// What outlives the program.
#[derive(Clone)]
pub(crate) struct Kept {
    /// The one that is good now.
    pub(crate) refresh_token: Secret<String>,
    /// Whose it is.
    pub(crate) account: Account,
    /// What was granted with it.
    pub(crate) granted: Scopes,
}

/// Why something cannot be kept, read or removed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum KeepError {
    /// The keychain does not do it.
    Keychain(KeychainError),
    /// The file cannot be written or removed.
    Disk,
}

impl Wanted {
    pub(crate) fn resource(&self) -> Resource {
        match self {
            Self::Graph(_) => Resource::Graph,
            Self::Provider => Resource::Provider,
        }
    }
}

impl From<KeepError> for Why {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Keychain(error) => Self::Keychain(error),
            KeepError::Disk => Self::Disk,
        }
    }
}

/// Names nobody.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}
