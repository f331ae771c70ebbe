//! What an incoming INVITE says, as data: everything a desk may want to show or to act on.

use std::fmt;

use rsipstack::sip::Request;

use crate::agent::DialogKey;
use crate::headers;

/// A name and an address, as in `From: "Alice" <sip:alice@example.com>;tag=1`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NameAddr {
    /// Display name, without its quotes.
    pub display_name: Option<String>,
    /// The URI, as written.
    pub uri: String,
    /// Parameters after the address, in order, values unquoted.
    pub params: Vec<(String, Option<String>)>,
}

/// An incoming INVITE. Its `Debug` shows no person, number or body.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Invite {
    /// Who calls, as they say themselves.
    pub from: NameAddr,
    /// Whom they called.
    pub to: NameAddr,
    /// The Request-URI.
    pub request_uri: String,
    /// `P-Asserted-Identity`: who calls, as the network vouches for (RFC 3325).
    pub asserted_identity: Vec<NameAddr>,
    /// `Diversion`: who sent the call on, latest first (RFC 5806).
    pub diversion: Vec<NameAddr>,
    /// `History-Info`: where the call has been, in order (RFC 7044).
    pub history_info: Vec<NameAddr>,
    /// `Call-Info`, one value each (RFC 3261 §20.9).
    pub call_info: Vec<String>,
    /// `User-to-User`, one value each (RFC 7433).
    pub user_to_user: Vec<String>,
    /// `Subject`.
    pub subject: Option<String>,
    /// `Alert-Info`, one value each (RFC 3261 §20.4).
    pub alert_info: Vec<String>,
    /// Who has asked the caller to call, as the caller says (`Referred-By`, RFC 3892).
    pub referred_by: Option<NameAddr>,
    /// Our own call that this one wants to take the place of (RFC 3891). Once this one is accepted and
    /// confirmed, that one is hung up; else it stays as it is.
    pub replaces: Option<DialogKey>,
    /// Option tags the caller supports.
    pub supported: Vec<String>,
    /// Every header in the order received, `X-` ones included, names as the RFC writes them.
    pub headers: Vec<(String, String)>,
    /// The SDP offer; `None` if the caller leaves the offer to us.
    pub offer: Option<String>,
}

impl Invite {
    /// Reads a request; `offer` is its session description, `replaces` the call its `Replaces` names.
    pub(crate) fn from_request(
        request: &Request,
        offer: Option<String>,
        replaces: Option<DialogKey>,
    ) -> Self {
        let address = |name| {
            headers::get(&request.headers, name)
                .and_then(NameAddr::parse)
                .unwrap_or_default()
        };
        let addresses = |name| {
            headers::list(&request.headers, name)
                .into_iter()
                .filter_map(NameAddr::parse)
                .collect()
        };
        let values = |name| {
            headers::list(&request.headers, name)
                .into_iter()
                .map(str::to_owned)
                .collect()
        };
        Self {
            from: address("From"),
            to: address("To"),
            request_uri: request.uri.to_string(),
            asserted_identity: addresses("P-Asserted-Identity"),
            diversion: addresses("Diversion"),
            history_info: addresses("History-Info"),
            call_info: values("Call-Info"),
            user_to_user: values("User-to-User"),
            subject: headers::get(&request.headers, "Subject").map(str::to_owned),
            alert_info: values("Alert-Info"),
            referred_by: headers::get(&request.headers, "Referred-By").and_then(NameAddr::parse),
            replaces,
            supported: headers::tokens(&request.headers, "Supported"),
            headers: request
                .headers
                .iter()
                .map(|h| (h.name().to_owned(), h.value().to_owned()))
                .collect(),
            offer,
        }
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹pii›")
    }
}

impl fmt::Debug for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invite")
            .field("headers", &self.headers.len())
            .field("offer", &self.offer.is_some())
            .field("replaces", &self.replaces)
            .finish_non_exhaustive()
    }
}
