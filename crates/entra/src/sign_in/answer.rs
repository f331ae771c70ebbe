//! What the identity provider says, read.

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use url::Url;
use warmline_redact::{Pii, Secret};

use super::{claims, event::Reply};
use crate::state::Why;

/// Tokens.
#[derive(Debug, Default)]
pub(super) struct Grant {
    pub(super) access_token: Secret<String>,
    pub(super) expires_in: Duration,
    /// When Entra would like it to be refreshed.
    pub(super) refresh_in: Option<Duration>,
    pub(super) refresh_token: Option<Secret<String>>,
    pub(super) id_token: Option<Secret<String>>,
    pub(super) scope: Option<String>,
}

/// A code to be typed in elsewhere (RFC 8628 §3.2).
#[derive(Debug)]
pub(super) struct DeviceCode {
    pub(super) device_code: Secret<String>,
    pub(super) user_code: Pii<String>,
    pub(super) page: Pii<Url>,
    pub(super) expires_in: Duration,
    pub(super) interval: Duration,
}

/// Why there is nothing.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Nobody answers, or somebody who cannot now; with when to ask again, if they say.
    Unreachable(Option<Duration>),
    /// The device code has not been typed in yet; `slower` if it is asked for too often.
    Pending { slower: bool },
    /// It says no.
    No {
        /// As it is said to the agent.
        why: Why,
        /// As the identity provider says it.
        code: String,
        /// What the next sign-in must satisfy.
        claims: Option<Value>,
    },
}

impl Refusal {
    /// An answer that makes no sense.
    pub(super) fn not_trusted() -> Self {
        Self::No {
            why: Why::NotTrusted,
            code: String::new(),
            claims: None,
        }
    }
}

pub(super) fn grant(reply: Option<&Reply>) -> Result<Grant, Refusal> {
    let read: RawGrant = read(reply)?;
    if !read.token_type.eq_ignore_ascii_case("bearer") || read.access_token.is_empty() {
        return Err(Refusal::not_trusted());
    }
    Ok(Grant {
        access_token: read.access_token.into(),
        expires_in: seconds(&read.expires_in).unwrap_or(LIFE).min(LONGEST_LIFE),
        refresh_in: seconds(&read.refresh_in),
        refresh_token: read
            .refresh_token
            .filter(|token| !token.is_empty())
            .map(Secret::new),
        id_token: read.id_token.map(Secret::new),
        scope: read.scope,
    })
}

pub(super) fn device_code(reply: Option<&Reply>) -> Result<DeviceCode, Refusal> {
    let read: RawDeviceCode = read(reply)?;
    let page = Url::parse(&read.verification_uri)
        .ok()
        .filter(|page| matches!(page.scheme(), "https" | "http"));
    let (Some(page), false) = (
        page,
        read.device_code.is_empty() || read.user_code.is_empty(),
    ) else {
        return Err(Refusal::not_trusted());
    };
    Ok(DeviceCode {
        device_code: read.device_code.into(),
        user_code: read.user_code.into(),
        page: Pii::new(page),
        expires_in: seconds(&read.expires_in)
            .unwrap_or(CODE_LIFE)
            .min(CODE_LIFE),
        interval: seconds(&read.interval)
            .unwrap_or(INTERVAL)
            .clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL),
    })
}

/// Why, of an error that came back by the browser or from the token endpoint.
pub(super) fn why(error: &str, description: &str) -> Why {
    match (aadsts(description), error) {
        (Some(code), _) if ADMINISTRATOR.contains(&code) => Why::NeedsAdministrator,
        (Some(code), _) if DENIED.contains(&code) => Why::Denied,
        (_, "consent_required") => Why::NeedsAdministrator,
        (_, "access_denied" | "authorization_declined") => Why::Denied,
        (_, "expired_token") => Why::TookTooLong,
        (_, "server_error" | "temporarily_unavailable") => Why::Unreachable,
        (_, "invalid_grant" | "interaction_required" | "login_required") => Why::Expired,
        _ => Why::Refused(code(error, description)),
    }
}

/// What the agent may read to whoever helps them.
pub(super) fn code(error: &str, description: &str) -> String {
    // A code is a word: whatever else is in it is shown to nobody.
    let word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    match aadsts(description) {
        Some(code) => format!("AADSTS{code}"),
        None => error.chars().filter(word).take(LONGEST_CODE).collect(),
    }
}

/// A document, unread.
pub(super) fn document(reply: Option<&Reply>) -> Result<&[u8], Refusal> {
    let reply = reply.ok_or(Refusal::Unreachable(None))?;
    let body = reply.body.expose();
    match reply.status {
        200 => Ok(body),
        400..=499 if reply.status != 429 && reply.status != 408 => Err(refusal(body)),
        _ => Err(Refusal::Unreachable(reply.retry_after)),
    }
}

fn read<T: DeserializeOwned>(reply: Option<&Reply>) -> Result<T, Refusal> {
    serde_json::from_slice(document(reply)?).map_err(|_| Refusal::not_trusted())
}

/// A body that is no OAuth error is somebody else's: a proxy that wants a password, a captive portal.
fn refusal(body: &[u8]) -> Refusal {
    let Ok(error) = serde_json::from_slice::<RawError>(body) else {
        return Refusal::Unreachable(None);
    };
    match error.error.as_str() {
        "authorization_pending" => return Refusal::Pending { slower: false },
        "slow_down" => return Refusal::Pending { slower: true },
        _ => {}
    }
    let suberror = error.suberror.as_deref();
    let why = match why(&error.error, &error.error_description) {
        Why::Unreachable => return Refusal::Unreachable(None),
        Why::Expired if suberror == Some("consent_required") => Why::NeedsAdministrator,
        why => why,
    };
    Refusal::No {
        why,
        code: code(&error.error, &error.error_description),
        claims: error.claims.and_then(|text| claims::parse(text.as_bytes())),
    }
}

/// The number of `AADSTS65001: The user …`.
fn aadsts(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// Entra v1 wrote numbers as text.
fn seconds(value: &Value) -> Option<Duration> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    (number > 0).then(|| Duration::from_secs(number))
}

#[derive(Deserialize)]
struct RawGrant {
    token_type: String,
    access_token: String,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    refresh_in: Value,
    refresh_token: Option<String>,
    id_token: Option<String>,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct RawDeviceCode {
    device_code: String,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    interval: Value,
}

#[derive(Deserialize)]
struct RawError {
    error: String,
    #[serde(default)]
    error_description: String,
    suberror: Option<String>,
    claims: Option<String>,
}

/// AADSTS codes: 65001 nobody has consented, 90094 and 90095 only an administrator can.
const ADMINISTRATOR: [u32; 3] = [65_001, 90_094, 90_095];

/// The agent says no; the agent is not assigned to the application; conditional access blocks.
const DENIED: [u32; 6] = [65_004, 50_105, 53_000, 53_001, 53_003, 53_011];

/// Where an answer does not say for how long a token is good.
const LIFE: Duration = Duration::from_mins(5);

/// Continuous access evaluation makes them good for 28 h.
const LONGEST_LIFE: Duration = Duration::from_hours(48);

const CODE_LIFE: Duration = Duration::from_mins(15);

/// RFC 8628 §3.2.
const INTERVAL: Duration = Duration::from_secs(5);
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);
const LONGEST_INTERVAL: Duration = Duration::from_mins(1);

const LONGEST_CODE: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_by_its_code() {
        let cases = [
            ("access_denied", "AADSTS65004: User declined", Why::Denied),
            ("access_denied", "the agent said no", Why::Denied),
            ("consent_required", "", Why::NeedsAdministrator),
            ("invalid_grant", "AADSTS65001: x", Why::NeedsAdministrator),
            ("access_denied", "AADSTS90094: x", Why::NeedsAdministrator),
            ("invalid_grant", "AADSTS53003: x", Why::Denied),
            ("invalid_grant", "AADSTS700082: x", Why::Expired),
            ("interaction_required", "AADSTS50076: x", Why::Expired),
            ("server_error", "", Why::Unreachable),
            (
                "invalid_client",
                "AADSTS700016: x",
                Why::Refused("AADSTS700016".into()),
            ),
            ("in<b>valid", "", Why::Refused("inbvalid".into())),
        ];
        for (error, description, wanted) in cases {
            assert_eq!(why(error, description), wanted, "{error} {description}");
        }
    }

    #[test]
    fn a_stranger_in_between_is_nobody_and_an_answer_without_a_token_is_not_trusted() {
        let reply = |status, body: &str| Reply {
            status,
            body: Secret::new(body.as_bytes().to_vec()),
            retry_after: Some(Duration::from_secs(7)),
        };
        let unreachable = |reply: &Reply| match grant(Some(reply)) {
            Err(Refusal::Unreachable(after)) => Some(after),
            _ => None,
        };
        assert_eq!(unreachable(&reply(407, "<html>")), Some(None));
        assert_eq!(
            unreachable(&reply(302, "")),
            Some(Some(Duration::from_secs(7)))
        );
        assert_eq!(
            unreachable(&reply(503, "{}")),
            Some(Some(Duration::from_secs(7)))
        );
        for body in ["<html>", "{}", r#"{"token_type":"mac","access_token":"x"}"#] {
            let got = grant(Some(&reply(200, body)));
            assert!(
                matches!(
                    got,
                    Err(Refusal::No {
                        why: Why::NotTrusted,
                        ..
                    })
                ),
                "{body}"
            );
        }
        let good = grant(Some(&reply(
            200,
            r#"{"token_type":"Bearer","access_token":"x","expires_in":"3599"}"#,
        )));
        assert_eq!(good.unwrap().expires_in, Duration::from_secs(3_599));
    }
}
