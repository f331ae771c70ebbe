//! How Graph refuses: a status, and a body that says why.

use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::office::clock;
use crate::office::http::Answer;
use crate::office::identity::any_id;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// No token, or one that is not good here (any more).
    NoToken,
    /// The token does not let do this.
    NotGranted,
    /// There is no such thing in the directory.
    NotThere,
    /// This user has no photo.
    NoPhoto,
    /// The path means nothing.
    NoSegment,
    /// A part of the query cannot be.
    BadQuery,
    /// `$search` needs the header `ConsistencyLevel: eventual`.
    NotEventual,
    /// The body cannot be read, or says what cannot be.
    BadBody,
    /// More ids than one request may have.
    TooMany,
    /// More than a message may hold.
    TooLong,
    /// A property that is only given of one user at a time.
    NotInLists,
    /// Too many requests; for how long to be silent, if that is said.
    Throttled(Option<Duration>),
    /// It is broken today, with this status.
    Fails(u16),
}

impl Fault {
    /// Status, code and sentence.
    fn words(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::NoToken => (
                401,
                "InvalidAuthenticationToken",
                "The access token is missing, has expired or is not enough.",
            ),
            Self::NotGranted => (
                403,
                "Authorization_RequestDenied",
                "Insufficient privileges to complete the operation.",
            ),
            Self::NotThere => (
                404,
                "Request_ResourceNotFound",
                "The resource does not exist.",
            ),
            Self::NoPhoto => (404, "ImageNotFound", "The user has no photo."),
            Self::NoSegment => (
                400,
                "BadRequest",
                "There is no resource for a segment of this path.",
            ),
            Self::BadQuery => (400, "Request_BadRequest", "The query cannot be understood."),
            Self::NotEventual => (
                400,
                "Request_UnsupportedQuery",
                "Search needs the header ConsistencyLevel: eventual.",
            ),
            Self::BadBody => (400, "BadRequest", "The body cannot be understood."),
            Self::TooMany => (400, "BadRequest", "The request has too many ids."),
            Self::TooLong => (413, "RequestEntityTooLarge", "The message is too long."),
            Self::NotInLists => (
                400,
                "NotSupported",
                "This property is given for one user at a time only.",
            ),
            Self::Throttled(_) => (429, "TooManyRequests", "Too many requests."),
            Self::Fails(status) => (
                status,
                "serviceNotAvailable",
                "The service is not available.",
            ),
        }
    }

    pub(super) fn answer(self, now: SystemTime) -> Answer {
        let (status, code, message) = self.words();
        let id = any_id();
        let body = json!({ "error": {
            "code": code, "message": message,
            "innerError": {
                "date": clock::date_time(now).trim_end_matches('Z'),
                "request-id": id, "client-request-id": id,
            },
        }});
        let answer = Answer::json(status, &body).with("request-id", &id);
        match self {
            Self::Throttled(Some(left)) => {
                let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
                answer.with("Retry-After", &seconds.to_string())
            }
            _ => answer,
        }
    }
}
