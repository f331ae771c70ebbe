//! What the identity provider says when it will not: OAuth's word, and Entra's number beside it.

use std::time::SystemTime;

use rand::RngExt as _;
use serde_json::{Value, json};

use crate::office::clock;
use crate::office::http::Answer;

/// Why there is no code or no token.
///
/// Source: Microsoft Entra authentication and authorization error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There is no such tenant.
    NoTenant,
    /// There is no such client.
    NoClient,
    /// The address to come back to is not one of the client's.
    WrongRedirect,
    /// Something that belongs into the request is missing or wrong.
    Malformed,
    /// The answer asked for is none that a public client gets.
    WrongResponseType,
    /// A public client has to prove that it asked (RFC 7636).
    NoChallenge,
    /// The proof is wrong.
    WrongVerifier,
    /// The code is unknown or has expired.
    BadCode,
    /// The code has been used; what came of it is revoked.
    UsedCode,
    /// The refresh token is unknown.
    BadRefresh,
    /// The refresh token has been used before: it was stolen, or its successor will be; both are dead.
    UsedRefresh,
    /// Everything was revoked.
    Revoked,
    /// Scopes of two resources in one token.
    TwoResources,
    /// Such a scope is not known.
    NoScope,
    /// The agent has not consented to this yet.
    NotConsented,
    /// Only an administrator can consent to this, and has not.
    NeedsAdministrator,
    /// The agent said no.
    Declined,
    /// Policy wants the agent at the keyboard once more.
    StepUp,
    /// The grant is none that is known here.
    WrongGrant,
    /// The agent has not typed the code yet.
    Pending,
    /// The agent has said no to the code.
    DeviceDeclined,
    /// The code was not typed in time.
    DeviceExpired,
    /// The code is unknown, or used.
    BadDevice,
}

impl Fault {
    /// OAuth's word, Entra's number, and a sentence.
    fn words(self) -> (&'static str, u32, &'static str) {
        match self {
            Self::NoTenant => ("invalid_tenant", 90_002, "This tenant is not known."),
            Self::NoClient => (
                "unauthorized_client",
                700_016,
                "This application is not registered in the tenant.",
            ),
            Self::WrongRedirect => (
                "invalid_request",
                50_011,
                "The redirect URI is none of those registered for the application.",
            ),
            Self::Malformed => (
                "invalid_request",
                900_144,
                "A parameter is missing or cannot be read.",
            ),
            Self::WrongResponseType => (
                "unsupported_response_type",
                700_054,
                "Only response_type=code is enabled for this application.",
            ),
            Self::NoChallenge => (
                "invalid_request",
                9_002_325,
                "A code_challenge by S256 is needed.",
            ),
            Self::WrongVerifier => (
                "invalid_grant",
                501_481,
                "The code_verifier does not match the code_challenge.",
            ),
            Self::BadCode => ("invalid_grant", 70_008, "The code is not known or too old."),
            Self::UsedCode => ("invalid_grant", 54_005, "The code was redeemed before."),
            Self::BadRefresh => ("invalid_grant", 70_000, "The refresh token is not known."),
            Self::UsedRefresh => (
                "invalid_grant",
                700_082,
                "The refresh token was used before; its successor is revoked.",
            ),
            Self::Revoked => (
                "invalid_grant",
                50_173,
                "The grant was revoked; a new sign-in is needed.",
            ),
            Self::TwoResources => (
                "invalid_scope",
                28_000,
                "The scopes are of more than one resource.",
            ),
            Self::NoScope => ("invalid_scope", 70_011, "The scope is not known."),
            Self::NotConsented => (
                "invalid_grant",
                65_001,
                "The user has not consented to use the application for this.",
            ),
            Self::NeedsAdministrator => (
                "access_denied",
                90_094,
                "An administrator has to grant this.",
            ),
            Self::Declined => ("access_denied", 65_004, "The user declined to consent."),
            Self::StepUp => (
                "interaction_required",
                50_076,
                "Policy asks for another proof of who this is.",
            ),
            Self::WrongGrant => (
                "unsupported_grant_type",
                70_003,
                "The grant type is not supported.",
            ),
            Self::Pending => (
                "authorization_pending",
                70_016,
                "The user has not finished yet.",
            ),
            Self::DeviceDeclined => (
                "authorization_declined",
                70_017,
                "The user declined the request.",
            ),
            Self::DeviceExpired => ("expired_token", 70_020, "The device code is too old."),
            Self::BadDevice => (
                "bad_verification_code",
                70_018,
                "The device code is not known.",
            ),
        }
    }

    /// OAuth's word.
    pub(crate) fn error(self) -> &'static str {
        self.words().0
    }

    /// The sentence as Entra gives it to a redirect address.
    pub(crate) fn description(self) -> String {
        let (_, number, sentence) = self.words();
        format!("AADSTS{number}: {sentence}")
    }

    /// The whole answer of the token endpoint.
    pub(crate) fn answer(self, now: SystemTime) -> Answer {
        Answer::json(400, &self.body(now)).with("Cache-Control", "no-store")
    }

    /// The same with what the next request has to claim.
    pub(crate) fn answer_with_claims(self, now: SystemTime, claims: &str) -> Answer {
        let mut body = self.body(now);
        body["claims"] = json!(claims);
        body["suberror"] = json!("basic_action");
        Answer::json(400, &body).with("Cache-Control", "no-store")
    }

    fn body(self, now: SystemTime) -> Value {
        let (error, number, _) = self.words();
        let (trace, correlation) = (any_id(), any_id());
        let at = clock::seconds(now);
        let description = format!(
            "{} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}",
            self.description()
        );
        let mut body = json!({
            "error": error, "error_description": description, "error_codes": [number],
            "timestamp": at, "trace_id": trace, "correlation_id": correlation,
        });
        if self == Self::NotConsented {
            body["suberror"] = json!("consent_required");
        }
        body
    }
}

/// An id that means nothing.
pub(crate) fn any_id() -> String {
    crate::place::uuid(rand::rng().random())
}
