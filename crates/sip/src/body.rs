//! Message bodies: SDP, alone or within multipart, and DTMF digits of an INFO.

use rsipstack::sip::Headers;

use crate::headers;

/// A body of a kind that has to be understood and is not: 415.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsupported;

/// The session description of a message; `None` if it has no body that matters.
pub(crate) fn sdp(headers: &Headers, body: &[u8]) -> Result<Option<String>, Unsupported> {
    if body.is_empty() {
        return Ok(None);
    }
    let encoding = headers::get(headers, "Content-Encoding").unwrap_or("identity");
    let content_type = headers::get(headers, "Content-Type").ok_or(Unsupported)?;
    if !encoding.trim().eq_ignore_ascii_case("identity") {
        return Err(Unsupported);
    }
    if is_type(content_type, "application/sdp") {
        return Ok(Some(String::from_utf8_lossy(body).into_owned()));
    }
    if content_type.to_ascii_lowercase().starts_with("multipart/") {
        return multipart(content_type, body);
    }
    let disposition = headers::get(headers, "Content-Disposition").unwrap_or_default();
    if is_optional(disposition) {
        Ok(None)
    } else {
        Err(Unsupported)
    }
}

/// A digit of `application/dtmf-relay` or `application/dtmf`, with its length in ms if it is said.
pub(crate) fn dtmf(headers: &Headers, body: &[u8]) -> Result<(char, Option<u32>), Unsupported> {
    let content_type = headers::get(headers, "Content-Type").ok_or(Unsupported)?;
    let text = String::from_utf8_lossy(body);
    if is_type(content_type, "application/dtmf") {
        return Ok((digit(text.trim())?, None));
    }
    if !is_type(content_type, "application/dtmf-relay") {
        return Err(Unsupported);
    }
    let field = |name: &str| {
        text.lines()
            .filter_map(|line| line.split_once('='))
            .find(|(n, _)| n.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    };
    let signal = field("Signal").ok_or(Unsupported)?;
    Ok((
        digit(&signal)?,
        field("Duration").and_then(|d| headers::number(&d)),
    ))
}

/// The body of an INFO for one digit.
pub(crate) fn dtmf_relay(digit: char, duration_ms: u32) -> String {
    format!("Signal={digit}\r\nDuration={duration_ms}\r\n")
}

/// Whether INFO can carry this digit.
pub(crate) fn is_digit(digit: char) -> bool {
    matches!(digit, '0'..='9' | 'A'..='D' | '*' | '#')
}

fn digit(signal: &str) -> Result<char, Unsupported> {
    let mut chars = signal.chars();
    let digit = match (chars.next().map(|c| c.to_ascii_uppercase()), signal) {
        (Some(digit), _) if chars.next().is_none() && is_digit(digit) => digit,
        // Some gateways number * and #.
        (_, "10") => '*',
        (_, "11") => '#',
        _ => return Err(Unsupported),
    };
    Ok(digit)
}

/// The first SDP part (RFC 5621); without one, parts that need not be understood are let be.
fn multipart(content_type: &str, body: &[u8]) -> Result<Option<String>, Unsupported> {
    let boundary = headers::params(content_type)
        .into_iter()
        .find(|(n, _)| n.eq_ignore_ascii_case("boundary"));
    let boundary = boundary
        .and_then(|(_, v)| v)
        .filter(|b| !b.is_empty())
        .ok_or(Unsupported)?;
    let delimiter = format!("--{boundary}");
    let text = String::from_utf8_lossy(body);
    let mut all_optional = true;
    for part in text
        .split(delimiter.as_str())
        .skip(1)
        .take_while(|part| !part.starts_with("--"))
    {
        let part = part.trim_start_matches([' ', '\t']);
        let part = part
            .strip_prefix("\r\n")
            .or_else(|| part.strip_prefix('\n'))
            .unwrap_or(part);
        let (head, content) = match part
            .split_once("\r\n\r\n")
            .or_else(|| part.split_once("\n\n"))
        {
            Some(halves) => halves,
            None => ("", part),
        };
        let field = |name: &str| {
            head.lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(n, _)| n.trim().eq_ignore_ascii_case(name))
                .map_or("", |(_, value)| value.trim())
        };
        if is_type(field("Content-Type"), "application/sdp") {
            let content = content
                .strip_suffix("\r\n")
                .or_else(|| content.strip_suffix('\n'))
                .unwrap_or(content);
            return Ok(Some(content.to_owned()));
        }
        all_optional &= is_optional(field("Content-Disposition"));
    }
    if all_optional {
        Ok(None)
    } else {
        Err(Unsupported)
    }
}

fn is_type(content_type: &str, wanted: &str) -> bool {
    content_type
        .split(';')
        .next()
        .is_some_and(|t| t.trim().eq_ignore_ascii_case(wanted))
}

fn is_optional(disposition: &str) -> bool {
    headers::params(disposition).iter().any(|(n, v)| {
        n.eq_ignore_ascii_case("handling")
            && v.as_deref()
                .is_some_and(|v| v.eq_ignore_ascii_case("optional"))
    })
}

#[cfg(test)]
mod tests {
    use rsipstack::sip::Header;

    use super::*;

    fn of_type(content_type: &str) -> Headers {
        vec![Header::ContentType(content_type.into())].into()
    }

    #[test]
    fn sdp_is_found_alone_and_among_other_parts() {
        assert_eq!(sdp(&Headers::default(), b""), Ok(None));
        assert_eq!(
            sdp(&of_type("Application/SDP;charset=utf-8"), b"v=0\r\n"),
            Ok(Some("v=0\r\n".into()))
        );
        let mixed = "preamble\r\n--b1\r\nContent-Type: application/isup;version=itu\r\nContent-Disposition: signal;handling=optional\r\n\r\n\x01\x02\r\n\
                     --b1 \r\ncontent-type: application/sdp\r\n\r\nv=0\r\no=-\r\n\r\n--b1--\r\n";
        assert_eq!(
            sdp(
                &of_type("multipart/mixed; boundary=\"b1\""),
                mixed.as_bytes()
            ),
            Ok(Some("v=0\r\no=-\r\n".into()))
        );
    }

    #[test]
    fn other_bodies_are_refused_unless_they_are_optional() {
        assert_eq!(sdp(&of_type("text/plain"), b"hi"), Err(Unsupported));
        assert_eq!(sdp(&Headers::default(), b"hi"), Err(Unsupported));
        let mut optional = of_type("application/pidf+xml");
        optional.push(Header::ContentDisposition(
            "render; Handling=optional".into(),
        ));
        assert_eq!(sdp(&optional, b"<x/>"), Ok(None));
        let mut packed = of_type("application/sdp");
        packed.push(Header::ContentEncoding("gzip".into()));
        assert_eq!(sdp(&packed, b"x"), Err(Unsupported));
        assert_eq!(sdp(&of_type("multipart/mixed"), b"--x"), Err(Unsupported));
        assert_eq!(
            sdp(
                &of_type("multipart/mixed;boundary=x"),
                b"--x\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x--"
            ),
            Err(Unsupported)
        );
    }

    #[test]
    fn digits_come_in_both_bodies() {
        assert_eq!(
            dtmf(
                &of_type("application/dtmf-relay"),
                dtmf_relay('5', 160).as_bytes()
            ),
            Ok(('5', Some(160)))
        );
        assert_eq!(
            dtmf(&of_type("application/dtmf-relay"), b"Signal = #\n"),
            Ok(('#', None))
        );
        assert_eq!(
            dtmf(
                &of_type("application/dtmf-relay"),
                b"Signal=10\r\nDuration=x"
            ),
            Ok(('*', None))
        );
        assert_eq!(
            dtmf(&of_type("application/dtmf"), b"d\r\n"),
            Ok(('D', None))
        );
        for body in ["Signal=16", "Signal=", "Duration=1", "Signal=55"] {
            assert_eq!(
                dtmf(&of_type("application/dtmf-relay"), body.as_bytes()),
                Err(Unsupported),
                "{body}"
            );
        }
        assert_eq!(dtmf(&of_type("text/plain"), b"5"), Err(Unsupported));
    }
}
