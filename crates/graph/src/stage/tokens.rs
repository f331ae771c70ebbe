use std::sync::Mutex;

use async_trait::async_trait;
use warmline_entra::{AccessToken, Audience, TokenError, Tokens};

/// Hands out `token-1`, then, when that is refused, `token-2`, and so on.
#[derive(Default)]
pub(crate) struct Purse {
    refused: Mutex<Vec<Option<String>>>,
    without: Option<TokenError>,
}

impl Purse {
    /// One that says so to every wish.
    pub(crate) fn without(error: TokenError) -> Self {
        Self {
            without: Some(error),
            ..Self::default()
        }
    }

    /// What each refusal asked for.
    pub(crate) fn refused(&self) -> Vec<Option<String>> {
        self.refused.lock().unwrap().clone()
    }
}

#[async_trait]
impl Tokens for Purse {
    async fn token(&self, audience: Audience<'_>) -> Result<AccessToken, TokenError> {
        assert!(matches!(audience, Audience::Graph([_, ..])));
        match self.without {
            Some(error) => Err(error),
            None => Ok(AccessToken::new(format!(
                "token-{}",
                self.refused.lock().unwrap().len() + 1
            ))),
        }
    }

    async fn refused(&self, token: &AccessToken, claims: Option<&str>) {
        let mut refused = self.refused.lock().unwrap();
        assert_eq!(token.expose(), format!("token-{}", refused.len() + 1));
        refused.push(claims.map(str::to_owned));
    }
}
