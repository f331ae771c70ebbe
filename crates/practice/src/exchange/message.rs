//! A SIP message as lines: an exchange reads little of it and must pass on the rest as it came.

use std::fmt::Write as _;

/// A request or response. Header names keep their writing; compact forms (RFC 3261 §7.3.3) are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) start: Start,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Request { method: String, uri: String },
    Response { status: u16, reason: String },
}

impl Message {
    /// Reads one whole message; none if it is not one. Empty lines may come before it (§7.5).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_start_matches(['\r', '\n']);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let start = Start::parse(lines.next()?)?;
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            match line.strip_prefix([' ', '\t']) {
                // A folded line goes on with the one before (§7.3.1).
                Some(more) => {
                    let (_, value) = headers.last_mut()?;
                    value.push(' ');
                    value.push_str(more.trim());
                }
                None => {
                    let (name, value) = line.split_once(':')?;
                    headers.push((name.trim().to_owned(), value.trim().to_owned()));
                }
            }
        }
        Some(Self {
            start,
            headers,
            body: body.to_owned(),
        })
    }

    /// The message as it goes over the wire, its length set right.
    pub(crate) fn to_text(&self) -> String {
        let mut text = match &self.start {
            Start::Request { method, uri } => format!("{method} {uri} SIP/2.0\r\n"),
            Start::Response { status, reason } => format!("SIP/2.0 {status} {reason}\r\n"),
        };
        for (name, value) in &self.headers {
            if !is(name, "Content-Length") {
                let _ = write!(text, "{name}: {value}\r\n");
            }
        }
        let _ = write!(
            text,
            "Content-Length: {}\r\n\r\n{}",
            self.body.len(),
            self.body
        );
        text
    }

    /// An answer to this request, from whom `tag` names.
    pub(crate) fn answer(&self, status: u16, reason: &str, tag: &str) -> Self {
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| {
                ["Via", "From", "To", "Call-ID", "CSeq"]
                    .iter()
                    .any(|of| is(name, of))
            })
            .cloned()
            .collect();
        if status > 100 {
            for (name, value) in &mut headers {
                if is(name, "To") && parameter(value, "tag").is_none() {
                    let _ = write!(value, ";tag={tag}");
                }
            }
        }
        Self {
            start: Start::Response {
                status,
                reason: reason.to_owned(),
            },
            headers,
            body: String::new(),
        }
    }

    pub(crate) fn method(&self) -> Option<&str> {
        match &self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => None,
        }
    }

    /// The first header of this name.
    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(name, _)| is(name, wanted));
        found.map(|(_, value)| value.as_str())
    }

    /// All values of a header that may be a list, over several lines too.
    pub(crate) fn values(&self, wanted: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(name, _)| is(name, wanted));
        let mut values = Vec::new();
        for (_, list) in named {
            let mut rest = Some(list.as_str());
            while let Some(list) = rest {
                let (first, more) = first_of_list(list);
                values.push(first);
                rest = more;
            }
        }
        values.retain(|value| !value.is_empty());
        values
    }

    /// Adds a header before all others of its name.
    pub(crate) fn put_first(&mut self, name: &str, value: String) {
        let at = self.headers.iter().position(|(have, _)| is(have, name));
        self.headers
            .insert(at.unwrap_or(0), (name.to_owned(), value));
    }

    /// Takes the first value of a header that may be a list; the rest of the list stays.
    pub(crate) fn take_first(&mut self, wanted: &str) -> Option<String> {
        let at = self.headers.iter().position(|(name, _)| is(name, wanted))?;
        let value = &mut self.headers[at].1;
        match first_of_list(value) {
            (first, Some(rest)) => {
                let (first, rest) = (first.to_owned(), rest.to_owned());
                *value = rest;
                Some(first)
            }
            (_, None) => Some(self.headers.remove(at).1),
        }
    }
}

impl Start {
    fn parse(line: &str) -> Option<Self> {
        if let Some(rest) = line.strip_prefix("SIP/2.0 ") {
            let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
            let status = status
                .parse()
                .ok()
                .filter(|status| (100..700).contains(status))?;
            return Some(Self::Response {
                status,
                reason: reason.to_owned(),
            });
        }
        let mut parts = line.split(' ');
        let (method, uri, version) = (parts.next()?, parts.next()?, parts.next()?);
        (version == "SIP/2.0" && !method.is_empty() && !uri.is_empty() && parts.next().is_none())
            .then(|| Self::Request {
                method: method.to_owned(),
                uri: uri.to_owned(),
            })
    }
}

/// The URI of `"Name" <uri>;param` or `uri;param`.
pub(crate) fn uri_of(value: &str) -> &str {
    split(value).0
}

/// A parameter after the address, without quotes; empty if it has no value.
pub(crate) fn parameter<'a>(value: &'a str, wanted: &str) -> Option<&'a str> {
    split(value).1.split(';').skip(1).find_map(|param| {
        let (name, value) = param.split_once('=').unwrap_or((param, ""));
        let named = name.trim().eq_ignore_ascii_case(wanted);
        named.then(|| value.trim().trim_matches('"'))
    })
}

/// The URI, and what follows it.
fn split(value: &str) -> (&str, &str) {
    let value = value.trim();
    // A quoted name may hold a bracket, and so may a parameter.
    let after_name = match value.strip_prefix('"') {
        Some(name) => name.split_once('"').map_or("", |(_, rest)| rest),
        None => value,
    };
    match after_name.split_once('<') {
        Some((before, rest)) if !before.contains(';') => rest.split_once('>').unwrap_or((rest, "")),
        _ => {
            let end = after_name.find(';').unwrap_or(after_name.len());
            (after_name[..end].trim(), &after_name[end..])
        }
    }
}

/// Host and port of a `sip:` URI.
pub(crate) fn host_of(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, host)| host);
    rest.split([';', '?']).next().unwrap_or(rest)
}

/// The user part of a `sip:` or `tel:` URI without what people write between digits; empty for a
/// host alone.
pub(crate) fn user_of(uri: &str) -> String {
    let (scheme, rest) = uri.split_once(':').unwrap_or(("", uri));
    let user = match rest.split_once('@') {
        Some((user, _)) => user,
        None if scheme.eq_ignore_ascii_case("tel") => rest,
        None => "",
    };
    let user = user.split(';').next().unwrap_or_default();
    let user = user.replace("%2B", "+").replace("%2b", "+");
    let number = user.chars().any(|c| c.is_ascii_digit())
        && user
            .chars()
            .all(|c| c.is_ascii_digit() || "+-.() *#".contains(c));
    if number {
        user.chars().filter(|c| !"-.() ".contains(*c)).collect()
    } else {
        user
    }
}

fn first_of_list(value: &str) -> (&str, Option<&str>) {
    let (mut quoted, mut bracketed) = (false, false);
    for (at, c) in value.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            ',' if !quoted && !bracketed => {
                return (value[..at].trim(), Some(value[at + 1..].trim()));
            }
            _ => {}
        }
    }
    (value.trim(), None)
}

fn is(name: &str, wanted: &str) -> bool {
    let compact = match wanted {
        "Via" => "v",
        "From" => "f",
        "To" => "t",
        "Call-ID" => "i",
        "Contact" => "m",
        "Content-Length" => "l",
        _ => wanted,
    };
    name.eq_ignore_ascii_case(wanted) || name.eq_ignore_ascii_case(compact)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const INVITE: &str = "INVITE sip:+493023125100@practice.example SIP/2.0\r\nv: SIP/2.0/WSS a.invalid;branch=z9hG4bK1, SIP/2.0/WSS b.invalid;branch=z9hG4bK2\r\n\
        From: \"Keller, Maria <home>\" <sip:+493023125177@practice.example>;tag=f\r\nTo: <sip:+493023125100@practice.example>\r\n\
        Subject: a parcel\r\n  that is late\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContent-Length: 9\r\n\r\nv=0\r\no=-\r\n";

    #[test]
    fn a_message_is_read_and_written_again() {
        let message = Message::parse(INVITE).expect("a message");
        assert_eq!(message.method(), Some("INVITE"));
        assert_eq!(message.header("subject"), Some("a parcel that is late"));
        assert_eq!(
            uri_of(message.header("From").expect("one")),
            "sip:+493023125177@practice.example"
        );
        assert_eq!(
            parameter(message.header("From").expect("one"), "tag"),
            Some("f")
        );
        assert_eq!(
            Message::parse(&message.to_text()).expect("a message").body,
            message.body
        );
    }

    #[test]
    fn a_list_is_taken_apart_from_the_front() {
        let mut message = Message::parse(INVITE).expect("a message");
        message.put_first("Via", "SIP/2.0/WSS us;branch=z9hG4bK0".to_owned());
        let mut taken = || message.take_first("Via");
        assert_eq!(taken().as_deref(), Some("SIP/2.0/WSS us;branch=z9hG4bK0"));
        assert_eq!(
            taken().as_deref(),
            Some("SIP/2.0/WSS a.invalid;branch=z9hG4bK1")
        );
        assert_eq!(
            taken().as_deref(),
            Some("SIP/2.0/WSS b.invalid;branch=z9hG4bK2")
        );
        assert_eq!(taken(), None);
    }

    #[test]
    fn lists_and_lines_are_the_same_and_empty_lines_come_before() {
        let text = format!(
            "\r\n\r\n{}",
            INVITE.replace(
                "CSeq",
                "m: \"A, B\" <sip:a@x;p=1,2>;expires=0, <sip:b@x>\r\nContact: <sip:c@x>\r\nCSeq"
            )
        );
        let message = Message::parse(&text).expect("a message");
        let contacts = [
            "\"A, B\" <sip:a@x;p=1,2>;expires=0",
            "<sip:b@x>",
            "<sip:c@x>",
        ];
        assert_eq!(message.values("Contact"), contacts);
        assert_eq!(message.values("Via").len(), 2);
        assert_eq!(
            host_of("sip:me@127.0.0.1:4443;transport=ws"),
            "127.0.0.1:4443"
        );
        assert_eq!(host_of("sip:127.0.0.1:4443;lr"), "127.0.0.1:4443");
    }

    #[test]
    fn an_answer_gets_a_tag_unless_it_is_100_or_the_request_had_one() {
        let message = Message::parse(INVITE).expect("a message");
        let tag = |answer: &Message| {
            parameter(answer.header("To").expect("one"), "tag").map(str::to_owned)
        };
        assert_eq!(tag(&message.answer(100, "Trying", "t")), None);
        let ringing = message.answer(180, "Ringing", "t");
        assert_eq!(tag(&ringing).as_deref(), Some("t"));
        assert_eq!(ringing.headers.len(), 5);
    }

    #[test]
    fn brackets_in_parameters_are_no_address() {
        let contact = "<sip:a@b.invalid;ob>;expires=60;+sip.instance=\"<urn:uuid:1>\"";
        assert_eq!(uri_of(contact), "sip:a@b.invalid;ob");
        assert_eq!(parameter(contact, "expires"), Some("60"));
        assert_eq!(parameter(contact, "+sip.instance"), Some("<urn:uuid:1>"));
        assert_eq!(uri_of("sip:a@b;x=\"<c>\""), "sip:a@b");
        assert_eq!(parameter("SIP/2.0/WSS a;branch=z9", "branch"), Some("z9"));
    }

    #[test]
    fn numbers_are_the_same_however_they_are_written() {
        for uri in [
            "sip:+49(30)2312-5100@x",
            "tel:+49-30-23125100",
            "sip:%2B493023125100;ext=1@x;user=phone",
        ] {
            assert_eq!(user_of(uri), "+493023125100", "{uri}");
        }
        assert_eq!(user_of("sip:robin.adeyemi@x"), "robin.adeyemi");
        assert_eq!(user_of("sip:practice.example"), "");
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,200}", head in "[A-Z:;<>\", \r\n]{0,80}") {
            for text in [text.clone(), format!("{head}\r\n\r\n{text}"), format!("INVITE sip:a SIP/2.0\r\n{head}\r\n\r\n")] {
                if let Some(mut message) = Message::parse(&text) {
                    while message.take_first("Via").is_some() {}
                    for (_, value) in &message.headers {
                        let _ = (uri_of(value), parameter(value, "tag"), user_of(value), host_of(value));
                    }
                    prop_assert!(Message::parse(&message.to_text()).is_some());
                }
            }
        }
    }
}
