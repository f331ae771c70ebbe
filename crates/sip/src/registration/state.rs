//! How registration stands, as the desk is told.

use crate::dialer::FlowError;

/// How registration stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistrationState {
    /// Connecting to the server.
    Connecting,
    /// Connected; REGISTER sent.
    Registering,
    /// Registered.
    Registered {
        /// Lifetime the server granted, seconds.
        expires_s: u32,
    },
    /// Failed; tries again by itself.
    Waiting {
        /// Until the next attempt, ms.
        retry_in_ms: u64,
        /// What failed.
        error: RegistrationError,
    },
    /// The server refuses the password or the token: no further attempt unless asked, or there is
    /// another token.
    Refused {
        /// What the server said.
        error: RegistrationError,
    },
    /// Un-registered by [`SipRequest::Shutdown`](crate::SipRequest::Shutdown).
    Unregistered,
}

/// Why a registration attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationError {
    /// No connection.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// No answer to REGISTER.
    #[error("the server does not answer")]
    NoAnswer,
    /// The server answered with an error.
    #[error("the server answered {status} {reason}")]
    Status {
        /// SIP status.
        status: u16,
        /// Reason phrase.
        reason: String,
    },
    /// The server refuses user name or password.
    #[error("user name or password is wrong ({status} {reason})")]
    Credentials {
        /// SIP status: 401, 403 or 407.
        status: u16,
        /// Reason phrase.
        reason: String,
    },
    /// The server refuses our access token.
    #[error("the server refuses the access token ({status} {reason})")]
    TokenRefused {
        /// SIP status: 401, 403 or 407.
        status: u16,
        /// Reason phrase.
        reason: String,
    },
    /// The server asks for an access token, and there is none yet.
    #[error("there is no access token for the server yet")]
    NoToken,
    /// The server asks for an access token, and the account has a password.
    #[error("the server takes no password: it asks for an access token")]
    TokenOnly,
    /// The server asks for an access token, and the connection is not encrypted.
    #[error("an access token is sent over an encrypted connection only")]
    TokenInTheClear,
    /// The server asks for an authentication we do not have.
    #[error("the server asks for an unknown kind of authentication")]
    Challenge,
}
