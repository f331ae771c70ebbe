//! What this user agent can do, as it tells others.

use rsipstack::sip::{Header, Method, Request};

use crate::headers;

/// Methods answered with something else than 405.
pub(crate) const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY";

/// Bodies understood in an INVITE or UPDATE.
pub(crate) const ACCEPT: &str = "application/sdp";

/// Bodies understood in an INFO.
pub(crate) const ACCEPT_INFO: &str = "application/dtmf-relay, application/dtmf";

/// Option tags of every request and response within or towards a dialog.
pub(crate) const SUPPORTED: &str = "100rel, timer, outbound, replaces, norefersub, tdialog";

/// Event packages that we subscribe others to (RFC 6665 §8.2.2).
pub(crate) const ALLOW_EVENTS: &str = "refer";

/// Option tags of a REGISTER.
pub(crate) const SUPPORTED_REGISTER: &str = "path, outbound";

/// Whether a method is answered with something else than 405.
pub(crate) fn allows(method: Method) -> bool {
    headers::split(ALLOW, b',').contains(&method.to_string().as_str())
}

/// The option tags that a request requires and we lack, for a 420 (RFC 3261 §8.2.2.3).
pub(crate) fn missing(request: &Request) -> Option<String> {
    const KNOWN: &[&str] = &[
        "100rel",
        "timer",
        "outbound",
        "path",
        "replaces",
        "norefersub",
        "tdialog",
    ];
    if matches!(request.method, Method::Ack | Method::Cancel) {
        return None;
    }
    let missing: Vec<String> = headers::tokens(&request.headers, "Require")
        .into_iter()
        .filter(|tag| !KNOWN.contains(&tag.as_str()))
        .collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}

/// `Allow`, `Accept`, `Supported` and `Allow-Events`, as an OPTIONS is answered with (RFC 3261 §11.2).
pub(crate) fn headers() -> Vec<Header> {
    vec![
        Header::Allow(ALLOW.into()),
        Header::Accept(ACCEPT.into()),
        Header::Supported(SUPPORTED.into()),
        Header::Other("Allow-Events".into(), ALLOW_EVENTS.into()),
    ]
}
