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
    /// The server refuses the password: no further attempt unless asked.
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
    /// The server asks for an authentication we do not have.
    #[error("the server asks for an unknown kind of authentication")]
    Challenge,
}
