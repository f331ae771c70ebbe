//! What a REFER asks for (RFC 3515), and what its NOTIFYs tell: the first line of a `message/sipfrag`
//! (RFC 3420).

use rsipstack::sip::{Headers, Request};

use crate::headers;
use crate::invite::NameAddr;
use crate::wire;

/// A REFER of the other side, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Referral {
    /// Whom to call: an address without headers and method.
    pub(crate) to: NameAddr,
    /// The header that the address asks for, decoded and well-formed.
    pub(crate) replaces: Option<String>,
    /// `Referred-By` as it came (RFC 3892).
    pub(crate) referred_by: Option<String>,
    /// Whether they want NOTIFYs (RFC 4488).
    pub(crate) subscribes: bool,
}

impl Referral {
    /// Reads a REFER; or the status to refuse it with.
    pub(crate) fn read(request: &Request) -> Result<Self, u16> {
        let [to] = headers::list(&request.headers, "Refer-To")[..] else {
            return Err(400);
        };
        let mut to = NameAddr::parse(to).ok_or(400_u16)?;
        let (address, asked) = match to.uri.split_once('?') {
            Some((address, asked)) => (address.to_owned(), asked.to_owned()),
            None => (to.uri.clone(), String::new()),
        };
        let scheme = address.split(':').next().unwrap_or_default();
        if !["sip", "sips", "tel"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(scheme))
        {
            return Err(416);
        }
        to.uri = without_method(&address)?;
        // Of the headers that the address asks for, one is of use to a call; others are not ours to set.
        let mut replaces = None;
        for header in asked.split('&') {
            let (name, value) = header.split_once('=').unwrap_or((header, ""));
            if headers::percent_decode(name).eq_ignore_ascii_case("Replaces") {
                let value = headers::percent_decode(value);
                let twice = replaces.is_some();
                if twice || headers::check_own("Replaces", &value).is_err() {
                    return Err(400);
                }
                replaces = Some(value);
            }
        }
        let referred_by = headers::get(&request.headers, "Referred-By")
            .filter(|value| headers::check_own("Referred-By", value).is_ok())
            .map(str::to_owned);
        Ok(Self {
            to,
            replaces,
            referred_by,
            subscribes: !is_unsubscribed(&request.headers),
        })
    }
}

/// Whether a REFER, or the 2xx to one, says that no NOTIFY is to come (RFC 4488 §4).
pub(crate) fn is_unsubscribed(headers: &Headers) -> bool {
    headers::get(headers, "Refer-Sub")
        .is_some_and(|value| first(value).eq_ignore_ascii_case("false"))
}

/// Which REFER a NOTIFY is about: the `id` of its `Event`, if it has one. `None` if it is not about any.
pub(crate) fn event(headers: &Headers) -> Option<Option<u32>> {
    let value = headers::get(headers, "Event")?;
    if !first(value).eq_ignore_ascii_case("refer") {
        return None;
    }
    let id = parameter(value, "id");
    Some(id.and_then(|id| id.trim().parse().ok()))
}

/// Whether no NOTIFY is to come after this one (RFC 6665 §4.1.2).
pub(crate) fn is_terminated(headers: &Headers) -> bool {
    let state = headers::get(headers, "Subscription-State").unwrap_or_default();
    let over = parameter(state, "expires").is_some_and(|left| left.trim() == "0");
    first(state).eq_ignore_ascii_case("terminated") || over
}

/// A body that is no `message/sipfrag` with a status line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoFragment;

/// The status that a NOTIFY tells; `None` if it tells none, having no body.
pub(crate) fn status(headers: &Headers, body: &[u8]) -> Result<Option<u16>, NoFragment> {
    if body.is_empty() {
        return Ok(None);
    }
    let kind = first(headers::get(headers, "Content-Type").unwrap_or_default());
    if !kind.eq_ignore_ascii_case("message/sipfrag") {
        return Err(NoFragment);
    }
    let text = String::from_utf8_lossy(body);
    let line = text.trim_start().lines().next().unwrap_or_default();
    let mut words = line.split_whitespace();
    let version = words.next().unwrap_or_default();
    let code = words.next().unwrap_or_default();
    let digits = code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit());
    match code.parse() {
        Ok(status) if digits && version.eq_ignore_ascii_case("SIP/2.0") => Some(status)
            .filter(|status| (100..700).contains(status))
            .map(Some)
            .ok_or(NoFragment),
        _ => Err(NoFragment),
    }
}

/// The body of a NOTIFY of ours.
pub(crate) fn fragment(status: u16, reason: &str) -> String {
    let status = wire::status(status, reason);
    format!("SIP/2.0 {} {}\r\n", status.code(), status.text())
}

/// `sip:a@b;method=INVITE` without its last part; what asks for another method is not done.
fn without_method(address: &str) -> Result<String, u16> {
    let mut parts = address.split(';');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('=') {
            Some((name, method)) if name.eq_ignore_ascii_case("method") => {
                if !method.eq_ignore_ascii_case("INVITE") {
                    return Err(501);
                }
            }
            _ => {
                plain.push(';');
                plain.push_str(part);
            }
        }
    }
    Ok(plain)
}

fn first(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

fn parameter(value: &str, name: &str) -> Option<String> {
    headers::params(value.split_once(';')?.1)
        .into_iter()
        .find(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, v)| v.unwrap_or_default())
}

#[cfg(test)]
mod tests;
