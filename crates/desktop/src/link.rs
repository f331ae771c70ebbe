//! A link to a number or an address that some page, mail or program has handed to the phone.
//!
//! Whoever wrote it may be hostile. Nothing of it is passed on but what was looked for: the digits of a
//! number, or `user@host`. Whatever could mean something else (headers, a body, another method, a
//! password, a route) refuses the whole link, and so does what no honest link has.

use std::fmt;

/// What a link asks for: one call.
#[derive(Clone, Eq, PartialEq)]
pub struct DialRequest {
    text: String,
    plain: bool,
}

/// Whether a character takes no room and may make a text look like another one. Contacts and letters put some
/// around the numbers that are copied from them.
fn is_unseen(of: char) -> bool {
    matches!(of, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl DialRequest {
    /// Reads a link, as the system hands it over.
    ///
    /// # Errors
    /// It is no link of ours, or not as harmless as one should be.
    pub fn read(link: &str) -> Result<Self, Refused> {
        if link.len() > LONGEST {
            return Err(Refused::TooLong);
        }
        let link = link.trim_matches(' ');
        if !link.bytes().all(|byte| matches!(byte, b'!'..=b'~' | b' ')) {
            return Err(Refused::Characters);
        }
        let (scheme, rest) = link.split_once(':').ok_or(Refused::Scheme)?;
        match Scheme::of(scheme).ok_or(Refused::Scheme)? {
            Scheme::Tel => number(rest),
            Scheme::Sip => address("sip", rest),
            Scheme::Sips => address("sips", rest),
            Scheme::Callto => called_to(rest),
        }
    }

    /// Reads what the agent has copied somewhere: a link of ours, or a text as it would be typed. It is never
    /// called plain: nobody has seen what it is.
    ///
    /// # Errors
    /// It is such a link, and not as harmless as one should be; or no text to call.
    pub fn copied(text: &str) -> Result<Self, Refused> {
        let text: String = text.chars().filter(|of| !is_unseen(*of)).collect();
        let text = text.trim();
        match Self::read(text) {
            Err(Refused::Scheme | Refused::Characters) if !has_scheme(text) => {}
            read => return read.map(Self::not_plain),
        }
        if text.is_empty() {
            return Err(Refused::Nobody);
        }
        if text.chars().any(char::is_control) {
            return Err(Refused::Characters);
        }
        Ok(Self {
            text: text.to_owned(),
            plain: false,
        })
    }

    fn not_plain(self) -> Self {
        Self {
            plain: false,
            ..self
        }
    }

    /// What a person would have typed into the call box for it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is digits and nothing else. A code (`*21*…#`) may divert every call there will be, and an
    /// address leads out of the telephone network: neither is ever dialled without asking.
    pub fn is_plain_number(&self) -> bool {
        self.plain
    }
}

/// Why a link leads nowhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refused {
    /// Longer than any number or address.
    #[error("the link is too long")]
    TooLong,
    /// Control characters, or others that no link has unescaped.
    #[error("the link has characters that it must not have")]
    Characters,
    /// None of `tel:`, `sip:`, `sips:` and `callto:`.
    #[error("the link is none to call")]
    Scheme,
    /// There is no number or address in it.
    #[error("the link has no number or address that could be called")]
    Nobody,
    /// It asks for more than a call: headers, a body, another method, a password.
    #[error("the link asks for more than a call")]
    More,
}

/// What a phone is handed.
#[derive(Clone, Copy)]
enum Scheme {
    Tel,
    Sip,
    Sips,
    Callto,
}

impl Scheme {
    const ALL: [Self; 4] = [Self::Tel, Self::Sip, Self::Sips, Self::Callto];

    fn of(name: &str) -> Option<Self> {
        let is = |scheme: &Self| scheme.name().eq_ignore_ascii_case(name);
        Self::ALL.into_iter().find(is)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Tel => "tel",
            Self::Sip => "sip",
            Self::Sips => "sips",
            Self::Callto => "callto",
        }
    }
}

/// What the links begin with that are opened here.
#[cfg(not(target_os = "macos"))] // The bundle names them itself.
pub(crate) fn schemes() -> impl Iterator<Item = &'static str> {
    Scheme::ALL.into_iter().map(Scheme::name)
}

fn has_scheme(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme.trim());
    scheme.is_some_and(|scheme| Scheme::of(scheme).is_some())
}

/// RFC 3966. Of the parameters only the extension and the context of a local number mean anything to us.
fn number(text: &str) -> Result<DialRequest, Refused> {
    let text = decoded(without_slashes(text))?;
    if text.contains(['?', '@', '&']) {
        return Err(Refused::More);
    }
    let mut parts = text.split(';');
    let digits = digits(parts.next().unwrap_or_default())?;
    let mut extension = None;
    let mut context = None;
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if name.eq_ignore_ascii_case("ext") {
            let value: String = value.chars().filter(|c| !SEPARATORS.contains(c)).collect();
            let fits = (1..=LONGEST_EXTENSION).contains(&value.len());
            if !fits || !value.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(Refused::Nobody);
            }
            extension = Some(value);
        } else if name.eq_ignore_ascii_case("phone-context") && value.starts_with('+') {
            // A domain as context says whose extension it is: the agent's own PBX is asked all the same.
            context = Some(self::digits(value)?);
        } else if name.eq_ignore_ascii_case("method") {
            return Err(Refused::More);
        }
    }
    let plain = !digits.contains(['*', '#']);
    let digits = match context {
        Some(context) if plain && !digits.starts_with('+') => context + &digits,
        _ => digits,
    };
    let text = match extension {
        Some(extension) => format!("{digits};ext={extension}"),
        None => digits,
    };
    Ok(DialRequest { text, plain })
}

/// A number as it is dialled, without what people write between digits.
fn digits(text: &str) -> Result<String, Refused> {
    let bare: String = text.chars().filter(|c| !SEPARATORS.contains(c)).collect();
    let dialled = bare.strip_prefix('+').unwrap_or(&bare);
    let fits = (1..=LONGEST_NUMBER).contains(&dialled.len())
        && dialled
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'#'))
        && dialled.bytes().any(|byte| byte.is_ascii_digit());
    // A code has no international form.
    let mixed = bare.starts_with('+') && dialled.contains(['*', '#']);
    if fits && !mixed {
        Ok(bare)
    } else {
        Err(Refused::Nobody)
    }
}

/// RFC 3261 §19.1, down to who and where.
fn address(scheme: &str, text: &str) -> Result<DialRequest, Refused> {
    let text = without_slashes(text);
    if text.contains('?') {
        return Err(Refused::More);
    }
    let Some((user, rest)) = text.rsplit_once('@') else {
        // `sip:3000` is a number for the agent's own server.
        return number(text);
    };
    let mut parts = rest.split(';');
    let host = parts.next().unwrap_or_default();
    // Where to send it to and how is not for a page to say: `maddr`, `transport` and their like are left out.
    let method = |part: &str| {
        part.split('=')
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("method"))
    };
    if parts.any(|part| decoded(part).as_deref().map_or(true, method)) || user.contains([':', ';'])
    {
        return Err(Refused::More);
    }
    let user = decoded(user)?;
    let named = (1..=LONGEST_USER).contains(&user.len())
        && user
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.+~!*'".contains(&byte));
    if !named || !is_host(host) {
        return Err(Refused::Nobody);
    }
    Ok(DialRequest {
        text: format!("{scheme}:{user}@{host}"),
        plain: false,
    })
}

/// A name, an IPv4 address or an IPv6 reference, and a port perhaps.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, port)) if host.parse::<std::net::Ipv6Addr>().is_ok() => (None, port),
            _ => return false,
        },
        None => match text.find(':') {
            Some(colon) => (Some(&text[..colon]), &text[colon..]),
            None => (Some(text), ""),
        },
    };
    let port_fits = match port.strip_prefix(':') {
        Some(port) => {
            port.bytes().all(|byte| byte.is_ascii_digit())
                && port.parse::<u16>().is_ok_and(|port| port > 0)
        }
        None => port.is_empty(),
    };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let host_fits =
        host.is_none_or(|host| host.len() <= LONGEST_HOST && host.split('.').all(label));
    port_fits && host_fits
}

/// No standard says what follows `callto:`; programs have put numbers, addresses and other links there.
fn called_to(text: &str) -> Result<DialRequest, Refused> {
    let text = without_slashes(text);
    if let Some((scheme, rest)) = text.split_once(':') {
        match Scheme::of(scheme) {
            Some(Scheme::Tel) => return number(rest),
            Some(Scheme::Sip) => return address("sip", rest),
            Some(Scheme::Sips) => return address("sips", rest),
            Some(Scheme::Callto) => return Err(Refused::Nobody),
            // A port.
            None => {}
        }
    }
    address("sip", text)
}

/// Some write `tel://`.
fn without_slashes(text: &str) -> &str {
    text.strip_prefix("//")
        .map_or(text, |rest| rest.strip_suffix('/').unwrap_or(rest))
}

/// Takes the escapes out, once: what is escaped twice is nobody's number.
fn decoded(text: &str) -> Result<String, Refused> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        let code = after
            .get(..2)
            .filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|code| u8::from_str_radix(code, 16).ok())
            .filter(|code| matches!(code, b' '..=b'~'))
            .ok_or(Refused::Characters)?;
        plain.push_str(before);
        plain.push(char::from(code));
        rest = &after[2..];
    }
    plain.push_str(rest);
    Ok(plain)
}

// A link says who is called.
impl fmt::Debug for DialRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DialRequest ‹pii›")
    }
}

/// Longer links have something in them that no call needs, bytes.
pub(crate) const LONGEST: usize = 512;

/// ITU-T E.164 has 15 digits; prefixes and codes of PBXs come on top.
const LONGEST_NUMBER: usize = 32;

/// As long as people are given.
const LONGEST_EXTENSION: usize = 8;

/// As RFC 5321 has it for mail addresses, which these often are.
const LONGEST_USER: usize = 64;

/// RFC 1035, text form.
const LONGEST_HOST: usize = 253;

/// What people write between digits (RFC 3966 §5.1.1), and blanks.
const SEPARATORS: [char; 6] = [' ', '(', ')', '.', '-', '/'];

#[cfg(test)]
mod tests;
