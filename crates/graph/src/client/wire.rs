//! One request with a token: headers, limits, a refused token, and what came of it.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Client, Method, Response, StatusCode,
    header::{CONTENT_LENGTH, DATE, HeaderMap, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde_json::Value;
use tokio::time::timeout;
use tracing::debug;
use url::Url;
use warmline_entra::{AccessToken, Audience, Scope, TokenError, Tokens};

use crate::{ask::Failure, clock::Moment, date};

/// What is to be asked.
pub(super) struct Request {
    /// What it is, for the log: addresses hold ids.
    pub(super) kind: &'static str,
    pub(super) method: Method,
    pub(super) url: Url,
    /// What the tenant must have granted.
    pub(super) scopes: &'static [Scope],
    pub(super) priority: Priority,
    /// The largest answer that can be right.
    pub(super) limit: usize,
    pub(super) body: Option<Value>,
    pub(super) accept: &'static str,
    pub(super) headers: &'static [(&'static str, &'static str)],
}

/// Which requests Graph drops first when there are too many (`x-ms-throttle-priority`).
#[derive(Clone, Copy, Debug)]
pub(super) enum Priority {
    /// The agent waits for it.
    High,
    /// The panel lives by it.
    Normal,
    /// It may come later.
    Low,
}

/// What came of it.
pub(super) struct Heard {
    pub(super) reply: Result<Reply, Trouble>,
    /// `x-ms-throttle-limit-percentage`.
    pub(super) used: Option<f32>,
}

/// A good answer.
pub(super) struct Reply {
    pub(super) body: Vec<u8>,
    /// When it was given, on Graph's clock.
    pub(super) date: Option<std::time::SystemTime>,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Trouble {
    /// What is the matter.
    pub failure: Failure,
    /// Whether Graph may have done what was asked all the same. What must not be done twice is then not
    /// asked for again.
    pub perhaps_done: bool,
}

impl Trouble {
    /// Graph has done nothing for sure.
    pub(crate) const fn surely(failure: Failure) -> Self {
        Self {
            failure,
            perhaps_done: false,
        }
    }

    const fn perhaps(failure: Failure) -> Self {
        Self {
            failure,
            perhaps_done: true,
        }
    }
}

/// How requests are carried.
#[derive(Clone)]
pub(super) struct Wire {
    /// None if it cannot be built: what is configured is no good.
    pub(super) client: Option<Client>,
    pub(super) tokens: Arc<dyn Tokens>,
    /// For a token, and for each try of a request.
    pub(super) limit: Duration,
}

impl Wire {
    pub(super) async fn carry(&self, request: Request) -> Heard {
        let id = request_id();
        let begun = Moment::now();
        let (heard, status) = self.twice(&request, &id).await;
        debug!(
            kind = request.kind,
            status = status.map(|status| status.as_u16()),
            ms = Moment::now().instant.duration_since(begun.instant).as_millis() as u64,
            failure = heard.reply.as_ref().err().map(|trouble| tracing::field::debug(trouble.failure)),
            request = %id,
            "graph"
        );
        heard
    }

    /// A token that is refused is replaced once.
    async fn twice(&self, request: &Request, id: &str) -> (Heard, Option<StatusCode>) {
        let mut used = None;
        let mut status = None;
        for _ in 0..2 {
            let token = match self.token(request.scopes).await {
                Ok(token) => token,
                Err(failure) => return (Heard::failed(Trouble::surely(failure), used), status),
            };
            let response = match self.send(request, &token, id).await {
                Ok(response) => response,
                Err(trouble) => return (Heard::failed(trouble, used), status),
            };
            status = Some(response.status());
            used = share_used(response.headers()).or(used);
            if response.status() != StatusCode::UNAUTHORIZED {
                let reply = self.reply(request, response).await;
                return (Heard { reply, used }, status);
            }
            let claims = claims(response.headers());
            self.tokens.refused(&token, claims.as_deref()).await;
        }
        // Two tokens, fresh from who issues them: it is not for the agent to sign in again.
        (
            Heard::failed(Trouble::surely(Failure::Broken), used),
            status,
        )
    }

    async fn token(&self, scopes: &[Scope]) -> Result<AccessToken, Failure> {
        match timeout(self.limit, self.tokens.token(Audience::Graph(scopes))).await {
            Ok(Ok(token)) => Ok(token),
            Ok(Err(TokenError::SignedOut)) => Err(Failure::SignedOut),
            Ok(Err(TokenError::NotGranted(_))) => Err(Failure::NotGranted),
            Ok(Err(TokenError::Unreachable)) | Err(_) => Err(Failure::Offline),
        }
    }

    async fn send(
        &self,
        request: &Request,
        token: &AccessToken,
        id: &str,
    ) -> Result<Response, Trouble> {
        let client = self
            .client
            .as_ref()
            .ok_or(Trouble::surely(Failure::Broken))?;
        let mut builder = client
            .request(request.method.clone(), request.url.clone())
            .bearer_auth(token.expose())
            .header("accept", request.accept)
            .header("client-request-id", id)
            .header("x-ms-throttle-priority", request.priority.as_str())
            .timeout(self.limit);
        for (name, value) in request.headers {
            builder = builder.header(*name, *value);
        }
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        builder.send().await.map_err(|error| {
            if error.is_builder() {
                Trouble::surely(Failure::Broken)
            } else if error.is_connect() {
                Trouble::surely(Failure::Offline)
            } else {
                Trouble::perhaps(Failure::Offline)
            }
        })
    }

    async fn reply(&self, request: &Request, response: Response) -> Result<Reply, Trouble> {
        let status = response.status();
        if status.is_success() {
            let date = header(response.headers(), DATE.as_str()).and_then(date::http);
            return match read(response, request.limit).await {
                Ok(body) => Ok(Reply { body, date }),
                Err(failure) => Err(Trouble::perhaps(failure)),
            };
        }
        let wanted = header(response.headers(), RETRY_AFTER.as_str())
            .and_then(|text| date::retry_after(text, Moment::now().wall));
        let said = match status {
            StatusCode::BAD_REQUEST => read(response, COMPLAINT).await.unwrap_or_default(),
            _ => Vec::new(),
        };
        Err(judge(status, wanted, &said))
    }
}

impl Heard {
    fn failed(trouble: Trouble, used: Option<f32>) -> Self {
        Self {
            reply: Err(trouble),
            used,
        }
    }
}

impl Priority {
    const fn as_str(self) -> &'static str {
        match self {
            Self::High => "High",
            Self::Normal => "Normal",
            Self::Low => "Low",
        }
    }
}

/// What an answer that is none means.
fn judge(status: StatusCode, retry_after: Option<Duration>, said: &[u8]) -> Trouble {
    match status.as_u16() {
        429 => Trouble::surely(Failure::Throttled { retry_after }),
        503 if retry_after.is_some() => Trouble::surely(Failure::Throttled { retry_after }),
        501 => Trouble::surely(Failure::NotThere),
        403 => Trouble::surely(Failure::NotGranted),
        404 | 410 => Trouble::surely(Failure::NotThere),
        // Graph tried to, and it is not known how far it came.
        408 | 500.. => Trouble::perhaps(Failure::Offline),
        // So a cloud says that it has no presence.
        400 if missing_segment(said) => Trouble::surely(Failure::NotThere),
        _ => Trouble::surely(Failure::Broken),
    }
}

/// "Resource not found for the segment 'communications'."
fn missing_segment(said: &[u8]) -> bool {
    serde_json::from_slice::<Value>(said).is_ok_and(|said| {
        said["error"]["message"]
            .as_str()
            .is_some_and(|message| message.starts_with("Resource not found for the segment"))
    })
}

async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, Failure> {
    let announced = header(response.headers(), CONTENT_LENGTH.as_str())
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Failure::Broken);
    }
    let mut body = Vec::with_capacity(announced.unwrap_or_default());
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => return Err(Failure::Broken),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) if error.is_timeout() => return Err(Failure::Offline),
            Err(_) => return Err(Failure::Broken),
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn share_used(headers: &HeaderMap) -> Option<f32> {
    let share: f32 = header(headers, "x-ms-throttle-limit-percentage")?
        .trim()
        .parse()
        .ok()?;
    (share.is_finite() && share >= 0.0).then_some(share)
}

/// What a `Bearer` challenge wants besides (continuous access evaluation).
fn claims(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(challenge)
}

/// The `claims` of one `WWW-Authenticate` header: base64, quoted or not.
fn challenge(header: &str) -> Option<String> {
    let mut rest = header;
    loop {
        // A parameter's name stands before `=`, after a space or a comma; what is quoted is skipped.
        let equals = rest.find('=')?;
        let name = rest[..equals].rsplit([' ', ',', '\t']).next()?;
        rest = &rest[equals + 1..];
        let value;
        if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"')?;
            value = &quoted[..end];
            rest = &quoted[end + 1..];
        } else {
            let end = rest.find([',', ' ']).unwrap_or(rest.len());
            value = &rest[..end];
            rest = &rest[end..];
        }
        let fits = !value.is_empty()
            && value.len() <= LONGEST_CLAIMS
            && value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte));
        if name.eq_ignore_ascii_case("claims") && fits {
            return Some(value.to_owned());
        }
    }
}

/// A version 4 UUID: by it Microsoft finds a request in its logs, and nobody a person.
fn request_id() -> String {
    let bits = rand::random::<u128>() & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

/// The largest complaint that is read.
const COMPLAINT: usize = 64 * 1024;
const LONGEST_CLAIMS: usize = 4096;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_claims_challenge_is_found_among_other_words() {
        for (header, wanted) in [
            (
                "Bearer realm=\"\", authorization_uri=\"https://login/authorize\", client_id=\"x\", \
                 error=\"insufficient_claims\", claims=\"eyJhIjoxfQ==\"",
                Some("eyJhIjoxfQ=="),
            ),
            ("Bearer claims=eyJhIjoxfQ, error=x", Some("eyJhIjoxfQ")),
            ("Bearer error=\"x, claims=abc\"", None),
            ("Bearer claims=\"a b\"", None),
            ("Bearer claims=\"cut", None),
            ("Bearer", None),
        ] {
            assert_eq!(challenge(header).as_deref(), wanted, "{header}");
        }
    }

    #[test]
    fn an_answer_that_is_none_is_understood() {
        let judged = |status: u16, said: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            let trouble = judge(status, None, said.as_bytes());
            (trouble.failure, trouble.perhaps_done)
        };
        let no_presence = r#"{"error":{"code":"BadRequest","message":"Resource not found for the segment 'communications'."}}"#;
        assert_eq!(judged(400, no_presence), (Failure::NotThere, false));
        assert_eq!(judged(400, "{}"), (Failure::Broken, false));
        assert_eq!(judged(403, ""), (Failure::NotGranted, false));
        assert_eq!(judged(404, ""), (Failure::NotThere, false));
        assert_eq!(judged(501, ""), (Failure::NotThere, false));
        assert_eq!(judged(302, ""), (Failure::Broken, false));
        assert_eq!(judged(500, ""), (Failure::Offline, true));
        assert_eq!(judged(504, ""), (Failure::Offline, true));
        assert_eq!(judged(503, ""), (Failure::Offline, true));
        let throttled = Failure::Throttled { retry_after: None };
        assert_eq!(judged(429, ""), (throttled, false));
    }

    #[test]
    fn each_request_has_an_id_of_its_own() {
        let (one, other) = (request_id(), request_id());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "4");
        assert!("89ab".contains(&one[19..20]));
    }

    proptest! {
        #[test]
        fn no_challenge_does_harm(header in "(Bearer )?[a-z=\", \\\\+/]{0,60}") {
            if let Some(claims) = challenge(&header) {
                prop_assert!(header.contains(&claims));
            }
        }
    }
}
