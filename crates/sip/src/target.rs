//! Whom to call, from what a person entered.

use crate::headers;

/// The URI to call for what a person entered: a SIP or `tel:` URI, an address without a scheme,
/// or a number or name in our own domain. `None` if nothing can be made of it, or if it would
/// carry headers (`?Route=…`) or another method into the request.
pub(crate) fn target(entered: &str, domain: &str) -> Option<String> {
    let entered = entered.trim();
    let (scheme, rest) = match entered.split_once(':') {
        Some((scheme, rest))
            if ["sip", "sips", "tel"]
                .iter()
                .any(|s| s.eq_ignore_ascii_case(scheme)) =>
        {
            (scheme.to_ascii_lowercase(), rest)
        }
        _ => ("sip".to_owned(), entered),
    };
    if rest.is_empty() || rest.chars().any(char::is_control) {
        return None;
    }
    // What people write between digits to read them better (RFC 3966 §5.1.1), and blanks.
    let separator = |c: char| matches!(c, ' ' | '(' | ')' | '.' | '-' | '/');
    let dialled = |c: char| c.is_ascii_digit() || matches!(c, '+' | '*' | '#') || separator(c);
    if scheme == "tel" {
        let number: String = rest
            .chars()
            .filter(|c| !matches!(c, ' ' | '(' | ')'))
            .collect();
        let valid = |b: u8| b.is_ascii_alphanumeric() || b"+-.*#;=%".contains(&b);
        return number.bytes().all(valid).then(|| format!("tel:{number}"));
    }
    if entered == rest && rest.chars().all(dialled) {
        let number: String = rest.chars().filter(|&c| !separator(c)).collect();
        // Switches and Direct Routing want a number of the telephone network marked as one (§19.1.1).
        let kind = if number.starts_with('+') {
            ";user=phone"
        } else {
            ""
        };
        let user = escape_user(&number);
        return (!number.is_empty()).then(|| format!("sip:{user}@{domain}{kind}"));
    }
    let Some((user, host)) = rest.rsplit_once('@') else {
        return (scheme == "sip" && entered == rest)
            .then(|| format!("sip:{}@{domain}", escape_user(entered)))
            .or_else(|| {
                // `sip:host`: a server without a user.
                is_host(rest).then(|| format!("{scheme}:{rest}"))
            });
    };
    (!user.is_empty() && is_host(host)).then(|| format!("{scheme}:{}@{host}", escape_user(user)))
}

fn is_host(text: &str) -> bool {
    let end = text.find(';').unwrap_or(text.len());
    let host = !text[..end].is_empty()
        && text[..end]
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b));
    let params = &text[end..];
    host && params
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.!~*'()[]/:&+$%;=".contains(&b))
        && !headers::split(params, b';').iter().any(|p| {
            p.split('=')
                .next()
                .is_some_and(|n| n.eq_ignore_ascii_case("method"))
        })
}

fn escape_user(user: &str) -> String {
    let mut escaped = String::with_capacity(user.len());
    let bytes = user.as_bytes();
    for (at, &b) in bytes.iter().enumerate() {
        let escape = b == b'%'
            && bytes[at + 1..]
                .iter()
                .take(2)
                .filter(|b| b.is_ascii_hexdigit())
                .count()
                == 2;
        if escape || b.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;/".contains(&b) {
            escaped.push(char::from(b));
        } else {
            escaped.push_str(&format!("%{b:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_names_and_uris_become_targets() {
        for (entered, uri) in [
            ("600", "sip:600@example.com"),
            (
                " +1 (555) 010-2.3 ",
                "sip:+155501023@example.com;user=phone",
            ),
            ("*21#", "sip:*21%23@example.com"),
            ("bob", "sip:bob@example.com"),
            ("bob@other.example", "sip:bob@other.example"),
            (
                "sip:bob@other.example:5070;transport=tcp",
                "sip:bob@other.example:5070;transport=tcp",
            ),
            ("SIPS:bob@[2001:db8::1]", "sips:bob@[2001:db8::1]"),
            ("tel:+1 (555) 010", "tel:+1555010"),
            ("sip:pbx.example.com", "sip:pbx.example.com"),
            ("zoë", "sip:zo%C3%AB@example.com"),
            ("sip:%61lice@x", "sip:%61lice@x"),
            ("anna meier", "sip:anna%20meier@example.com"),
        ] {
            assert_eq!(
                target(entered, "example.com").as_deref(),
                Some(uri),
                "{entered}"
            );
        }
    }

    #[test]
    fn nothing_entered_can_carry_a_header_into_the_request() {
        for entered in [
            "",
            "sip:",
            "sip:@x",
            "sip:a@",
            "sip:a@x?Route=%3Csip:evil%3E",
            "sip:a@x;method=BYE",
            "sip:a@x>\r\nX: y",
            "bob\r\nRoute: <sip:evil>",
            "tel:1\n2",
            "tel:1>2",
            "sip:a@x y",
            "sip:a@<x>",
            "a@b\"c",
        ] {
            assert_eq!(target(entered, "example.com"), None, "{entered}");
        }
    }
}
