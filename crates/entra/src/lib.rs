//! Sign-in with Microsoft Entra ID: tokens, where they are kept, and who may have one.
//!
//! [`start`] runs one task that owns a pure `SignIn` and carries out its commands; everybody else holds
//! an [`Entra`]: what the agent wants goes in, a [`State`] comes out in a watch, and whoever speaks to
//! Graph or to the provider asks for a token by [`Tokens`]. Refresh tokens live by way of the OS keychain
//! ([`keychain`]), access tokens in memory, and neither in a log.

mod cloud;
mod config;
mod endpoints;
mod entra;
#[cfg(test)]
mod forge;
mod http;
mod id_token;
pub mod keychain;
mod loopback;
mod pkce;
mod scope;
mod sign_in;
mod state;
mod tokens;
mod vault;

pub use cloud::Cloud;
pub use config::{Config, Keeping, Opener};
pub use entra::{Entra, start};
pub use scope::{Consent, Scope, Scopes, Unlocks, WhoMayConsent};
pub use state::{Account, State, Way, Why};
pub use tokens::{AccessToken, Audience, TokenError, Tokens};
