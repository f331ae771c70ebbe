//! Making odd but valid text plain, so that the stack finds in it what is there.

use crate::headers;

/// Text of one line. Control characters become blanks: a bare CR is no line break to us,
/// and must not become one for somebody who reads what we echo.
pub(super) fn text(line: &[u8]) -> String {
    let text = match std::str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        Err(_) => line.iter().map(|&b| char::from(b)).collect(),
    };
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
    }
    text
}

/// `SIP / 2.0 / UDP  host ;branch = x` without the blanks the grammar allows and the stack does not.
pub(super) fn via(value: &str) -> String {
    let tidy = |via: &str| {
        let (sent, rest) = via.split_at(via.find(';').unwrap_or(via.len()));
        let sent: String = sent.split('/').map(str::trim).collect::<Vec<_>>().join("/");
        let mut words = sent.split_whitespace();
        let mut tidy = words.next().unwrap_or_default().to_owned();
        tidy.push(' ');
        tidy.extend(words);
        tidy + &params(rest)
    };
    headers::split(value, b',')
        .into_iter()
        .map(tidy)
        .collect::<Vec<_>>()
        .join(", ")
}

/// An address whose tag the stack can find: it takes the first `<`, a quoted one too.
pub(super) fn address(value: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let unambiguous = |c: char| {
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && quoted && !escaped;
        match c {
            '<' if quoted => '‹',
            '>' if quoted => '›',
            other => other,
        }
    };
    params(&value.chars().map(unambiguous).collect::<String>())
}

/// `<address> ; tag = x` as `<address>;tag=x`.
fn params(value: &str) -> String {
    let mut parts = headers::split(value, b';').into_iter();
    let mut tidy = if value.starts_with(';') {
        String::new()
    } else {
        parts.next().unwrap_or_default().to_owned()
    };
    for param in parts {
        let param: Vec<&str> = param.splitn(2, '=').map(str::trim).collect();
        tidy.push(';');
        tidy.push_str(&param.join("="));
    }
    tidy
}
