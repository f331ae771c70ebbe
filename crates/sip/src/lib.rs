//! The user agent: registration and dialogs, over WSS and TLS.
//!
//! [`UserAgent::start`] takes an [`Account`] and gives a handle and a stream of [`SipEvent`]s.
//! It stands on rsipstack's transaction layer; its types do not show here.

mod account;
mod agent;
mod bearer;
mod body;
mod call;
mod capabilities;
mod core;
mod dialer;
mod dialog;
mod digest;
mod edges;
#[cfg(test)]
mod far_end;
mod flow;
mod framer;
mod headers;
mod invite;
mod line;
mod message;
mod numbers;
pub mod redact;
mod refer;
mod registration;
mod replaces;
mod run;
mod saved;
mod target;
mod timers;
mod transactions;
mod uri;
mod wire;

pub use account::{Account, Credentials, Timing, Token};
pub use agent::{DialogKey, EndCause, EndedBy, ForkId, ReferId, SipEvent, SipRequest, UserAgent};
pub use bearer::TokenWanted;
pub use dialer::{FlowError, TlsError};
pub use invite::{Invite, NameAddr};
pub use redact::{Pii, Secret, quiet_filter};
pub use registration::{RegistrationError, RegistrationState};
pub use saved::SavedDialog;
pub use uri::{AccountError, Aor, ProxyUri, ServerUri, Transport};
