//! The user agent: registration and dialogs, over WSS and TLS.
//!
//! [`UserAgent::start`] takes an [`Account`] and gives a handle and a stream of [`SipEvent`]s.
//! It stands on rsipstack's transaction layer; its types do not show here.

mod account;
mod agent;
mod capabilities;
mod dialer;
mod digest;
mod flow;
mod framer;
mod headers;
mod invite;
mod message;
pub mod redact;
mod registration;
mod timers;
mod wire;

pub use account::{Account, AccountError, Aor, ProxyUri, ServerUri, Timing, Transport};
pub use agent::{DialogKey, EndCause, EndedBy, ForkId, SipEvent, SipRequest, UserAgent};
pub use dialer::{FlowError, TlsError};
pub use invite::{Invite, NameAddr};
pub use redact::quiet_filter;
pub use registration::{RegistrationError, RegistrationState};
