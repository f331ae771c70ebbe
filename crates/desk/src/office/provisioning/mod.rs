//! What the provider says the phone is: fetched with the agent's token.
//!
//! `docs/provisioning.md` describes the service.

mod desktop;
mod document;

use reqwest::{StatusCode, header};
use warmline_entra::{Audience, TokenError, Tokens};
use warmline_sip::Token;

use crate::error::{DeskError, ErrorCode};

use document::read;
pub(super) use document::{Experts, Policy, Provisioned, Tenant};

/// Why there is no phone yet.
#[derive(Clone, Debug)]
pub(in crate::office) struct NotProvisioned {
    pub(in crate::office) error: DeskError,
    /// It may be otherwise in a while.
    pub(in crate::office) passes: bool,
}

/// Asks the provider.
pub(in crate::office) async fn fetch(
    client: &reqwest::Client,
    url: &url::Url,
    tokens: &dyn Tokens,
    bearer: &Token,
) -> Result<Provisioned, NotProvisioned> {
    for last in [false, true] {
        let token = tokens.token(Audience::Provider).await.map_err(no_token)?;
        let request = client
            .get(url.clone())
            .bearer_auth(token.expose())
            .header(header::ACCEPT, "application/json");
        let answer = request.send().await.map_err(|_| no_answer())?;
        match answer.status() {
            StatusCode::UNAUTHORIZED if !last => {
                let claims = claims(answer.headers());
                tokens.refused(&token, claims.as_deref()).await;
            }
            status if status.is_success() => return read(&body(answer).await?, bearer),
            status => return Err(refused(status)),
        }
    }
    Err(refused(StatusCode::UNAUTHORIZED))
}

/// What a challenge asks for, as it stands in `WWW-Authenticate`.
fn claims(headers: &header::HeaderMap) -> Option<String> {
    let challenges = headers.get_all(header::WWW_AUTHENTICATE).iter();
    let texts = challenges.filter_map(|value| value.to_str().ok());
    texts
        .filter_map(|text| text.split_once("claims=\""))
        .find_map(|(_, rest)| rest.split_once('"').map(|(claims, _)| claims.to_owned()))
}

async fn body(mut answer: reqwest::Response) -> Result<Vec<u8>, NotProvisioned> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|_| no_answer())? {
        if body.len() + piece.len() > LARGEST {
            return Err(unreadable("it is larger than any description of a phone"));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn no_token(error: TokenError) -> NotProvisioned {
    let (what, advice, passes) = match error {
        TokenError::SignedOut => ("You are signed out.", "Sign in again.", false),
        TokenError::NotGranted(_) => (
            "Your organisation does not let Warmline fetch your phone.",
            "An administrator must grant the provider's permission.",
            false,
        ),
        TokenError::Unreachable => (
            "Microsoft's sign-in does not answer.",
            "Check the network; Warmline tries again by itself.",
            true,
        ),
    };
    not_provisioned(what, advice, passes)
}

fn no_answer() -> NotProvisioned {
    not_provisioned(
        "The provider's service that describes your phone does not answer.",
        "Check the network; Warmline tries again by itself.",
        true,
    )
}

fn refused(status: StatusCode) -> NotProvisioned {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => not_provisioned(
            "The provider does not let this account have a phone.",
            "Sign in with another account, or tell your administrator.",
            false,
        ),
        StatusCode::NOT_FOUND => not_provisioned(
            "The provider has no phone for this account.",
            "Tell your administrator, or sign in with another account.",
            false,
        ),
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            not_provisioned(
                "The provider's service that describes your phone is out of order.",
                "Warmline tries again by itself.",
                true,
            )
        }
        _ => unreadable("the answer is not of this service"),
    }
}

fn unreadable(why: &str) -> NotProvisioned {
    not_provisioned(
        &format!("The provider's description of your phone cannot be used: {why}."),
        "Tell your administrator: docs/provisioning.md says what may stand in it.",
        false,
    )
}

fn not_provisioned(what: &str, advice: &str, passes: bool) -> NotProvisioned {
    NotProvisioned {
        error: DeskError::new(ErrorCode::ProfileInvalid, what, advice),
        passes,
    }
}

/// A description with certificates of several authorities has some tens of kilobytes.
const LARGEST: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_found_among_others() {
        let mut headers = header::HeaderMap::new();
        headers.append(
            header::WWW_AUTHENTICATE,
            "Digest realm=\"a\"".parse().unwrap(),
        );
        let bearer = "Bearer error=\"insufficient_claims\", claims=\"eyJhIjoxfQ==\"";
        headers.append(header::WWW_AUTHENTICATE, bearer.parse().unwrap());
        assert_eq!(claims(&headers).as_deref(), Some("eyJhIjoxfQ=="));
        assert_eq!(claims(&header::HeaderMap::new()), None);
    }
}
