use async_trait::async_trait;
use warmline_redact::Secret;

use crate::scope::Scope;

/// Whom a token is for. Entra issues each for one resource.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Audience<'a> {
    /// Microsoft Graph, to do this.
    Graph(&'a [Scope]),
    /// The provider: its provisioning service, and its SBC by RFC 8898.
    Provider,
}

/// Whoever hands out access tokens.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// A token for this. Waits for a refresh under way, of which there is one at a
    /// time; never asks the agent.
    ///
    /// # Errors
    /// There is none.
    async fn token(&self, audience: Audience<'_>) -> Result<AccessToken, TokenError>;

    /// The resource has refused this token with 401. `claims` is what its `WWW-Authenticate` header asks
    /// for (continuous access evaluation), as it stands there, base64. The next [`Tokens::token`] is another
    /// one, or an error.
    async fn refused(&self, token: &AccessToken, claims: Option<&str>);
}

/// An access token, for one request after another until the resource refuses it.
#[derive(Clone, Debug)]
pub struct AccessToken(Secret<String>);

impl AccessToken {
    /// Marks it as one.
    pub fn new(token: impl Into<String>) -> Self {
        Self(Secret::new(token.into()))
    }

    /// For an `Authorization` header; not for a log.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Why there is no token.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TokenError {
    /// Nobody is signed in, or not any more.
    #[error("nobody is signed in")]
    SignedOut,
    /// The tenant has not granted this.
    #[error("not granted: {}", .0.as_str())]
    NotGranted(Scope),
    /// The identity provider cannot be reached now.
    #[error("the identity provider cannot be reached")]
    Unreachable,
}
