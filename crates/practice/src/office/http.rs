//! A request and its answer, apart from any socket.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// What somebody asks.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The parts of the path, decoded.
    pub(crate) path: Vec<String>,
    pub(crate) query: Fields,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What they are told.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// The fields of a query or a form, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Request {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parts = path.split('/').filter(|part| !part.is_empty());
        Self {
            method: method.to_owned(),
            path: parts
                .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
                .collect(),
            query: Fields::parse(query.as_bytes()),
            ..Self::default()
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(have, _)| have == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The token of `Authorization: Bearer` (RFC 6750).
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    pub(crate) fn form(&self) -> Fields {
        Fields::parse(&self.body)
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
        }
        .with("Content-Type", "application/json; charset=utf-8")
    }

    pub(crate) fn html(status: u16, page: String) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: page.into_bytes(),
        }
        .with("Content-Type", "text/html; charset=utf-8")
        .with("Cache-Control", "no-store")
        // Nothing of a page is loaded from elsewhere, and none stands in another's frame.
        .with(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        )
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::empty(302)
            .with("Location", to)
            .with("Cache-Control", "no-store")
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Fields {
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(have, _)| have == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

/// An address with these fields behind it.
pub(crate) fn with_query(address: &str, fields: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields);
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{}", query.finish())
}

/// Text with base64 in it, as it stands in a header.
pub(crate) fn base64(text: &str) -> String {
    BASE64_STANDARD.encode(text)
}

/// Text as it stands in a page.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_taken_apart() {
        let request = Request::new(
            "GET",
            "/v1.0/chats/19%3Aa_b%40unq/messages?$top=5&a=b%20c+d",
        );
        assert_eq!(request.path, ["v1.0", "chats", "19:a_b@unq", "messages"]);
        assert_eq!(request.query.get("$top"), Some("5"));
        assert_eq!(request.query.get("a"), Some("b c d"));
        let back = with_query("http://localhost:1/?x=1", &[("state", "a&b")]);
        assert_eq!(back, "http://localhost:1/?x=1&state=a%26b");
    }

    #[test]
    fn a_token_is_read_from_its_header() {
        let mut request = Request::new("GET", "/");
        assert_eq!(request.bearer(), None);
        request.headers = vec![("authorization".into(), "bearer  abc".into())];
        assert_eq!(request.bearer(), Some("abc"));
    }
}
