//! Reading and writing header values: lists, names and addresses, parameters, option tags.
//!
//! Works on text as it came, so that what is echoed (tags, routes, targets) is echoed exactly.

use rsipstack::sip::Headers;

use crate::invite::NameAddr;
use crate::replaces::{MalformedReplaces, Replaces};

/// The first header of this name.
pub(crate) fn get<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|h| h.name().eq_ignore_ascii_case(name))
        .map(|h| h.value())
}

/// Every value of this header, over all its lines, lists taken apart.
pub(crate) fn list<'a>(headers: &'a Headers, name: &str) -> Vec<&'a str> {
    headers
        .iter()
        .filter(|h| h.name().eq_ignore_ascii_case(name))
        .flat_map(|h| split(h.value(), b','))
        .collect()
}

/// Option tags or methods of a header, lower case.
pub(crate) fn tokens(headers: &Headers, name: &str) -> Vec<String> {
    list(headers, name)
        .into_iter()
        .map(|t| t.to_ascii_lowercase())
        .collect()
}

/// Whether a header lists this token, in any case.
pub(crate) fn has_token(headers: &Headers, name: &str, token: &str) -> bool {
    list(headers, name)
        .iter()
        .any(|t| t.eq_ignore_ascii_case(token))
}

/// Splits at `separator`, but not inside quotes or angle brackets; trims, and drops what is empty.
pub(crate) fn split(value: &str, separator: u8) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some(at) = find(rest, |b| b == separator) {
        parts.push(rest[..at].trim());
        rest = &rest[at + 1..];
    }
    parts.push(rest.trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// A leading number, as in `Retry-After: 120 (busy)` or `Expires: 600`.
pub(crate) fn number(value: &str) -> Option<u32> {
    let digits = value.trim().bytes().take_while(u8::is_ascii_digit).count();
    value.trim()[..digits].parse().ok()
}

/// The `tag` of a `From` or `To` value.
pub(crate) fn tag(value: &str) -> Option<String> {
    NameAddr::parse(value)?
        .param("tag")
        .filter(|tag| !tag.is_empty())
        .map(str::to_owned)
}

/// `;name=value` pairs, values unquoted.
pub(crate) fn params(text: &str) -> Vec<(String, Option<String>)> {
    split(text, b';')
        .into_iter()
        .map(|param| match find(param, |b| b == b'=') {
            Some(at) => (
                param[..at].trim().to_owned(),
                Some(unquote(param[at + 1..].trim())),
            ),
            None => (param.to_owned(), None),
        })
        .collect()
}

/// Text without line breaks and other control characters: nothing in it can become a header.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A quoted string (RFC 3261 §25.1).
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(if c.is_control() { ' ' } else { c });
    }
    quoted.push('"');
    quoted
}

/// The content of a quoted string; other text as it is.
pub(crate) fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut escaped = false;
    for c in inner.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            plain.push(c);
            escaped = false;
        }
    }
    plain
}

/// Whether `text` is a token (RFC 3261 §25.1): a method, a header name, an option tag.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b))
}

/// A header of the user's own for an INVITE, checked: nothing in it can become another header,
/// and none that SIP itself owns can be set.
pub(crate) fn check_own(name: &str, value: &str) -> Result<(), HeaderError> {
    if !is_token(name) {
        return Err(HeaderError::Name);
    }
    if OWNED.iter().any(|owned| owned.eq_ignore_ascii_case(name)) {
        return Err(HeaderError::Owned);
    }
    if value.chars().any(|c| c.is_control() && c != '\t') || value.len() > MAX_OWN_VALUE {
        return Err(HeaderError::Value);
    }
    if name.eq_ignore_ascii_case("Replaces") {
        value.parse::<Replaces>()?;
    }
    Ok(())
}

/// Why a header of the user's own is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderError {
    #[error("a header name is no SIP token")]
    Name,
    #[error("a header that SIP itself sets cannot be given")]
    Owned,
    #[error("a header value holds a line break or control character, or is too long")]
    Value,
    #[error(transparent)]
    Replaces(#[from] MalformedReplaces),
}

impl NameAddr {
    /// Reads `"Name" <uri>;params`, `Name <uri>`, or `uri;params` (RFC 3261 §20.10).
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        let (display, uri, rest) = match find_open(value) {
            Some(open) => {
                let close = open + value[open..].find('>')?;
                (
                    value[..open].trim(),
                    &value[open + 1..close],
                    &value[close + 1..],
                )
            }
            None => {
                if value.starts_with('"') {
                    return None;
                }
                // Without brackets, parameters belong to the header, not to the URI.
                let end = value.find(';').unwrap_or(value.len());
                ("", value[..end].trim(), &value[end..])
            }
        };
        let uri = uri.trim();
        let colon = uri.find(':')?;
        let scheme_ok = uri[..colon]
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        if colon == 0 || !scheme_ok || uri.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return None;
        }
        let rest = rest.trim();
        if !(rest.is_empty() || rest.starts_with(';')) {
            return None;
        }
        if display.starts_with('"') && (display.len() < 2 || !display.ends_with('"')) {
            return None;
        }
        let display = unquote(display);
        Some(Self {
            display_name: (!display.is_empty()).then_some(display),
            uri: uri.to_owned(),
            params: params(rest),
        })
    }

    /// The value of a header parameter; empty for one without a value.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_deref().unwrap_or(""))
    }

    /// The user part of the URI (or the number of a `tel:` URI), without parameters, decoded.
    pub fn user(&self) -> Option<String> {
        let (scheme, rest) = self.uri.split_once(':')?;
        let user = match rest.rsplit_once('@') {
            Some((userinfo, _)) => userinfo.split(':').next()?,
            None if scheme.eq_ignore_ascii_case("tel") => rest,
            None => return None,
        };
        let user = user.split(';').next()?;
        Some(percent_decode(user))
    }
}

/// First position of a byte that `wanted` accepts, outside quotes and angle brackets.
fn find(text: &str, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let (mut quoted, mut escaped, mut angle) = (false, false, false);
    for (at, b) in text.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            _ if !angle && wanted(b) => return Some(at),
            b'<' => angle = true,
            b'>' => angle = false,
            _ => {}
        }
    }
    None
}

fn find_open(text: &str) -> Option<usize> {
    find(text, |b| b == b'<')
}

/// Text without its `%` escapes.
pub(crate) fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = (first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|h| std::str::from_utf8(h).ok());
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

const MAX_OWN_VALUE: usize = 2048;

/// Headers the user agent sets itself, with their compact forms.
const OWNED: &[&str] = &[
    "Via",
    "v",
    "From",
    "f",
    "To",
    "t",
    "Call-ID",
    "i",
    "CSeq",
    "Contact",
    "m",
    "Content-Length",
    "l",
    "Content-Type",
    "c",
    "Content-Encoding",
    "e",
    "Content-Disposition",
    "Max-Forwards",
    "Route",
    "Record-Route",
    "Authorization",
    "Proxy-Authorization",
    "Require",
    "Proxy-Require",
    "Supported",
    "k",
    "Allow",
    "Session-Expires",
    "x",
    "Min-SE",
    "RSeq",
    "RAck",
    "Path",
    "Service-Route",
    "User-Agent",
    "Expires",
    "Refer-To",
    "r",
    "Refer-Sub",
    "Event",
    "o",
    "WWW-Authenticate",
    "Proxy-Authenticate",
];

#[cfg(test)]
mod tests;
