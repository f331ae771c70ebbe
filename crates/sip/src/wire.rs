//! Bytes to messages and back, forgivingly: whatever a peer sends, the connection lives on.
//!
//! The transaction layer below knows few methods, stops at a header that is not UTF-8, and drops
//! what it cannot key. So messages are read here, and what cannot go on is answered here:
//! 400 and 505 to broken requests, 416 to strange URIs, 501 to unknown methods. Broken responses
//! are dropped (RFC 3261 §8.1.3, §18.1.2).

mod tidy;

use rsipstack::sip::headers::make_header;
use rsipstack::sip::{
    Headers, Host, HostWithPort, Method, Request, Response, SipMessage, StatusCode, Uri, Version,
};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};

use crate::capabilities::ALLOW;
use crate::headers;
use crate::invite::NameAddr;

/// Longest start line and headers together, bytes.
pub(crate) const MAX_HEAD: usize = 64 * 1024;

/// Longest body, bytes.
pub(crate) const MAX_BODY: usize = 256 * 1024;

/// What a piece of input turned out to be.
#[derive(Clone, Debug)]
pub(crate) enum Inbound {
    /// A message for the transaction layer.
    Message(SipMessage),
    /// A request or response that ends here: answered, or dropped.
    Refused(Refusal),
    /// CRLF CRLF: wants a CRLF (RFC 5626 §4.4.1).
    Ping,
    /// CRLF: the answer to our ping.
    Pong,
}

/// Why a message goes no further, and what to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) reason: &'static str,
    /// The answer; none to an ACK, to a response, or without a `Via` to send it by.
    pub(crate) reply: Option<Vec<u8>>,
}

/// Reads one whole message (a WebSocket message, or what a [`Framer`](crate::framer::Framer) cut out).
pub(crate) fn decode(bytes: &[u8]) -> Inbound {
    let message = bytes
        .iter()
        .position(|b| !matches!(b, b'\r' | b'\n'))
        .map_or(&[][..], |start| &bytes[start..]);
    if message.is_empty() {
        return if bytes.len() > 2 {
            Inbound::Ping
        } else {
            Inbound::Pong
        };
    }
    let head = Head::read(message);
    let result = if head
        .start
        .trim_start()
        .to_ascii_uppercase()
        .starts_with("SIP/")
    {
        head.response(message).map(SipMessage::Response)
    } else {
        head.request(message).map(SipMessage::Request)
    };
    match result {
        Ok(message) => Inbound::Message(message),
        Err(Fault(status, reason)) => Inbound::Refused(Refusal {
            status,
            reason,
            reply: head.refuse(status, reason),
        }),
    }
}

/// Refuses a message that is too large, from its head alone.
pub(crate) fn refuse_large(head: &[u8]) -> Inbound {
    let reason = "Message Too Large";
    Inbound::Refused(Refusal {
        status: 513,
        reason,
        reply: Head::read(head).refuse(513, reason),
    })
}

/// Writes a message.
pub(crate) fn encode(mut message: SipMessage) -> Vec<u8> {
    let headers = match &mut message {
        SipMessage::Request(request) => &mut request.headers,
        SipMessage::Response(response) => &mut response.headers,
    };
    for header in headers.iter_mut() {
        if matches!(header.name(), "From" | "To") && header.value().ends_with(NO_TAG_PARAM) {
            let value = header.value().trim_end_matches(NO_TAG_PARAM).to_owned();
            *header = make_header(header.name(), value);
        }
    }
    message.to_bytes()
}

/// A Request-URI that is sent exactly as written. (The stack's own URI type would write
/// `transport=ws` in capitals and take some user parts apart wrongly.)
pub(crate) fn verbatim(uri: &str) -> Uri {
    Uri {
        scheme: None,
        auth: None,
        host_with_port: HostWithPort {
            host: Host::Domain(uri.into()),
            port: None,
        },
        params: Vec::new(),
        headers: Vec::new(),
    }
}

/// A status with its reason phrase; the standard phrase if `reason` is empty.
pub(crate) fn status(code: u16, reason: &str) -> StatusCode {
    let standard = StatusCode::from(code);
    match standard {
        StatusCode::Other(..) if reason.is_empty() => StatusCode::Other(code, "Refused".to_owned()),
        _ if reason.is_empty() || reason == standard.text() => standard,
        _ => StatusCode::Other(
            code,
            reason
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect(),
        ),
    }
}

/// The reason phrase a response came with.
pub(crate) fn reason(response: &Response) -> &str {
    response
        .wire_reason
        .as_deref()
        .unwrap_or(response.status_code.text())
}

#[derive(Clone, Copy, Debug)]
struct Fault(u16, &'static str);

/// Start line and headers as text: folded lines joined, ISO 8859-1 read where UTF-8 is not.
struct Head {
    start: String,
    headers: Vec<(String, String)>,
    body: usize,
}

impl Head {
    fn read(message: &[u8]) -> Self {
        let (mut start, mut headers): (Option<String>, Vec<(String, String)>) = (None, Vec::new());
        let mut at = 0;
        while at < message.len() {
            let end = message[at..]
                .iter()
                .position(|&b| b == b'\n')
                .map_or(message.len(), |n| at + n);
            let line = message[at..end]
                .strip_suffix(b"\r")
                .unwrap_or(&message[at..end]);
            at = (end + 1).min(message.len());
            if line.is_empty() {
                break;
            }
            let line = tidy::text(line);
            if start.is_none() {
                start = Some(line);
            } else if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                let name = name.trim_end();
                if headers::is_token(name) {
                    headers.push((name.to_owned(), value.trim().to_owned()));
                }
            }
        }
        for (name, value) in &mut headers {
            *value = if is(name, "Via", "v") {
                tidy::via(value)
            } else if is(name, "From", "f") || is(name, "To", "t") {
                tidy::address(value.trim())
            } else {
                value.trim().to_owned()
            };
        }
        Self {
            start: start.unwrap_or_default(),
            headers,
            body: at,
        }
    }

    fn request(&self, message: &[u8]) -> Result<Request, Fault> {
        let mut words = self.start.split(' ');
        let (Some(method), Some(uri), Some(version), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(Fault(400, "Malformed Request-Line"));
        };
        if !headers::is_token(method) {
            return Err(Fault(400, "Malformed Request-Line"));
        }
        if !version.eq_ignore_ascii_case("SIP/2.0") {
            return Err(Fault(505, "Version Not Supported"));
        }
        self.check_common()?;
        let cseq = self.cseq()?;
        if cseq != method {
            return Err(Fault(400, "CSeq Method Does Not Match"));
        }
        if self
            .one("Max-Forwards", "Max-Forwards")?
            .is_some_and(|hops| hops.parse::<u8>().is_err())
        {
            return Err(Fault(400, "Malformed Max-Forwards"));
        }
        let body = self.body(message)?;
        // The stack takes methods in any case; SIP does not (RFC 3261 §7.1).
        let Some(method) = method
            .parse::<Method>()
            .ok()
            .filter(|known| known.to_string() == method)
        else {
            return Err(Fault(501, "Not Implemented"));
        };
        check_uri(uri)?;
        let mut headers = self.typed();
        mark_missing_tag(&mut headers, "From");
        let request = Request {
            method,
            uri: verbatim(uri),
            version: Version::V2,
            headers,
            body,
        };
        TransactionKey::from_request(&request, TransactionRole::Server)
            .map_err(|_| Fault(400, "Malformed Via, From or Call-ID"))?;
        Ok(request)
    }

    fn response(&self, message: &[u8]) -> Result<Response, Fault> {
        let mut words = self.start.trim_start().splitn(3, ' ');
        let (version, code, reason) = (
            words.next(),
            words.next(),
            words.next().unwrap_or("").trim(),
        );
        if !version.is_some_and(|v| v.eq_ignore_ascii_case("SIP/2.0")) {
            return Err(Fault(505, "Version Not Supported"));
        }
        let code: u16 = code
            .filter(|c| c.len() == 3)
            .and_then(|c| c.parse().ok())
            .filter(|c| (100..700).contains(c))
            .ok_or(Fault(400, "Malformed Status-Line"))?;
        self.check_common()?;
        let method: Method = self
            .cseq()?
            .parse()
            .map_err(|_| Fault(400, "Unknown Method In CSeq"))?;
        if self
            .all("Via", "v")
            .flat_map(|v| headers::split(v, b','))
            .count()
            != 1
        {
            return Err(Fault(400, "Response Not For Us"));
        }
        let body = self.body(message)?;
        let mut headers = self.typed();
        if method == Method::Invite && (200..300).contains(&code) {
            mark_missing_tag(&mut headers, "To");
        }
        let status_code = StatusCode::from(code);
        let status_code = if let StatusCode::Other(..) = status_code {
            status(code, reason)
        } else {
            status_code
        };
        let wire_reason =
            (!reason.is_empty() && reason != status_code.text()).then(|| reason.to_owned());
        let response = Response {
            status_code,
            wire_reason,
            version: Version::V2,
            headers,
            body,
        };
        TransactionKey::from_response(&response, TransactionRole::Client)
            .map_err(|_| Fault(400, "Malformed Via, From or Call-ID"))?;
        Ok(response)
    }

    /// What requests and responses must both have, once (RFC 3261 §8.1.1).
    fn check_common(&self) -> Result<(), Fault> {
        if self.all("Via", "v").next().is_none() {
            return Err(Fault(400, "Missing Via"));
        }
        for (name, short) in [("From", "f"), ("To", "t")] {
            let value = self
                .one(name, short)?
                .ok_or(Fault(400, "Missing From Or To"))?;
            NameAddr::parse(value).ok_or(Fault(400, "Malformed From Or To"))?;
        }
        match self.one("Call-ID", "i")? {
            Some(id) if !id.is_empty() => Ok(()),
            _ => Err(Fault(400, "Missing Call-ID")),
        }
    }

    /// The method of `CSeq`, its number checked (RFC 3261 §8.1.1.5).
    fn cseq(&self) -> Result<&str, Fault> {
        let value = self
            .one("CSeq", "CSeq")?
            .ok_or(Fault(400, "Missing CSeq"))?;
        let (number, method) = value
            .split_once(char::is_whitespace)
            .ok_or(Fault(400, "Malformed CSeq"))?;
        match number.parse::<u32>() {
            Ok(number) if number < 1 << 31 => Ok(method.trim()),
            _ => Err(Fault(400, "Malformed CSeq")),
        }
    }

    fn body(&self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        let rest = &message[self.body.min(message.len())..];
        let length = match self.one("Content-Length", "l")? {
            None => rest.len(),
            Some(length) if length.bytes().all(|b| b.is_ascii_digit()) => length
                .parse()
                .map_err(|_| Fault(400, "Malformed Content-Length"))?,
            Some(_) => return Err(Fault(400, "Malformed Content-Length")),
        };
        if length > MAX_BODY || self.body > MAX_HEAD {
            return Err(Fault(513, "Message Too Large"));
        }
        if rest.len() < length {
            return Err(Fault(400, "Body Shorter Than Content-Length"));
        }
        Ok(rest[..length].to_vec())
    }

    fn typed(&self) -> Headers {
        self.headers
            .iter()
            .map(|(name, value)| make_header(name, value.clone()))
            .collect::<Vec<_>>()
            .into()
    }

    fn all<'a>(&'a self, name: &'a str, short: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(n, _)| is(n, name, short))
            .map(|(_, value)| value.as_str())
    }

    fn one<'a>(&'a self, name: &'a str, short: &'a str) -> Result<Option<&'a str>, Fault> {
        let mut values = self.all(name, short);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Fault(400, "A Header That May Come Once Comes Twice")),
            (value, None) => Ok(value),
        }
    }

    /// A stateless answer (RFC 3261 §8.2.6, §8.2.7), if there is a way to send one.
    fn refuse(&self, status: u16, reason: &str) -> Option<Vec<u8>> {
        let response = self
            .start
            .trim_start()
            .to_ascii_uppercase()
            .starts_with("SIP/");
        let ack = self.start.trim_start().starts_with("ACK ");
        let mut lines = vec![format!("SIP/2.0 {status} {reason}")];
        lines.extend(self.all("Via", "v").map(|via| format!("Via: {via}")));
        if response || ack || lines.len() == 1 {
            return None;
        }
        for (name, short) in [
            ("From", "f"),
            ("To", "t"),
            ("Call-ID", "i"),
            ("CSeq", "CSeq"),
        ] {
            let Some(value) = self.all(name, short).next() else {
                continue;
            };
            let tag = if name == "To" && !value.contains("tag=") {
                ";tag=refused"
            } else {
                ""
            };
            lines.push(format!("{name}: {value}{tag}"));
        }
        if status == 501 {
            lines.push(format!("Allow: {ALLOW}"));
        }
        lines.push("Content-Length: 0\r\n\r\n".to_owned());
        Some(lines.join("\r\n").into_bytes())
    }
}

fn is(name: &str, long: &str, short: &str) -> bool {
    name.eq_ignore_ascii_case(long) || name.eq_ignore_ascii_case(short)
}

fn check_uri(uri: &str) -> Result<(), Fault> {
    let malformed = Fault(400, "Malformed Request-URI");
    let (scheme, rest) = uri.split_once(':').ok_or(malformed)?;
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        || !scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    {
        return Err(malformed);
    }
    match scheme.to_ascii_lowercase().as_str() {
        "tel" => Ok(()),
        // Headers have no place in a Request-URI (RFC 3261 §19.1.1).
        "sip" | "sips" if rest.is_empty() || rest.contains(['<', '>', '"']) => Err(malformed),
        "sip" | "sips" if rest[rest.rfind('@').unwrap_or(0)..].contains('?') => Err(malformed),
        "sip" | "sips" => Ok(()),
        _ => Err(Fault(416, "Unsupported URI Scheme")),
    }
}

/// RFC 2543 peers have no tags; the transaction layer cannot do without. Taken off in [`encode`].
fn mark_missing_tag(headers: &mut Headers, name: &str) {
    for header in headers.iter_mut().filter(|h| h.name() == name) {
        let missing = NameAddr::parse(header.value())
            .is_some_and(|a| a.param("tag").is_none_or(str::is_empty));
        if missing {
            let address = NameAddr::parse(header.value())
                .map(|a| a.uri)
                .unwrap_or_default();
            let bracketed = header.value().contains('<');
            let value = if bracketed {
                header.value().to_owned()
            } else {
                header
                    .value()
                    .replacen(&address, &format!("<{address}>"), 1)
            };
            *header = make_header(name, value + NO_TAG_PARAM);
        }
    }
}

/// The tag of a peer that has none, within.
pub(crate) const NO_TAG: &str = "rfc2543-none";

const NO_TAG_PARAM: &str = ";tag=rfc2543-none";

#[cfg(test)]
mod tests;
