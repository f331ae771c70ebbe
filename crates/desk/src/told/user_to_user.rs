//! User-to-User data (RFC 7433): what one company's software tells another's about a call.

use serde_json::{Map, Value};

/// One thing that the data says.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Said {
    /// Under a name.
    Pair(String, String),
    /// As it is.
    Text(String),
}

/// Whether a header carries such data. The second is AudioCodes' and Genesys'.
pub(super) fn is_header(name: &str) -> bool {
    ["User-to-User", "X-User-to-User"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// Reads a header; data that is for machines alone says nothing.
pub(super) fn read(header: &str) -> Vec<Said> {
    let header = header.trim();
    if header.len() > LONGEST {
        return Vec::new();
    }
    let values = if header.starts_with('{') {
        vec![header]
    } else {
        split(header, ',')
    };
    let texts = values.into_iter().filter_map(text);
    texts.flat_map(|text| said(&text)).collect()
}

/// What a value says as text, whatever its encoding.
fn text(value: &str) -> Option<String> {
    let (data, parameters) = parameters(value);
    let encoding = parameters.iter().find(|(name, _)| name == "encoding");
    let has_discriminator = !parameters.iter().any(|(name, _)| name == "pd");
    let data = unquoted(data);
    match encoding.map(|(_, encoding)| encoding.as_str()) {
        Some("hex") => from_hex(&data).and_then(|bytes| plain(&bytes, has_discriminator)),
        Some("base64") => from_base64(&data).and_then(|bytes| plain(&bytes, false)),
        Some(_) => Some(percent_decoded(&data)),
        // Hexadecimal unless something else is said, which many forget to say.
        None => {
            let digits = data.bytes().all(|b| b.is_ascii_digit());
            let hex = if digits { None } else { from_hex(&data) };
            match hex {
                Some(bytes) => plain(&bytes, has_discriminator),
                None => {
                    let coded = from_base64(&data).and_then(|bytes| plain(&bytes, false));
                    let named = coded.filter(|text| !matches!(said(text)[..], [Said::Text(_)]));
                    Some(named.unwrap_or_else(|| percent_decoded(&data)))
                }
            }
        }
    }
    .map(|text| text.trim().to_owned())
    .filter(|text| !text.is_empty())
}

/// Cuts off what RFC 7433 knows as parameters; names in lower case.
fn parameters(value: &str) -> (&str, Vec<(String, String)>) {
    let mut known = Vec::new();
    let mut data = value.trim();
    loop {
        let parts = split(data, ';');
        let Some(((name, text), last)) = parts
            .last()
            .filter(|_| parts.len() > 1)
            .and_then(|last| Some((last.split_once('=')?, *last)))
        else {
            break;
        };
        let name = name.trim().to_ascii_lowercase();
        if !PARAMETERS.contains(&name.as_str()) {
            break;
        }
        known.push((name, text.trim().trim_matches('"').to_ascii_lowercase()));
        let cut = data.len() - last.len() - (data.len() - data.trim_end().len());
        data = data[..cut].trim_end().trim_end_matches(';').trim_end();
    }
    (data, known)
}

/// Bytes as text, if they are some. The first may say what protocol they belong to (ITU-T Q.931
/// §4.5.30); Avaya's own protocol has the text in a field.
fn plain(bytes: &[u8], has_discriminator: bool) -> Option<String> {
    let bytes = match bytes {
        [0, fields @ ..] => avaya(fields).unwrap_or(fields),
        [first, rest @ ..] if has_discriminator && *first < 0x20 => rest,
        all => all,
    };
    let text = str::from_utf8(bytes).ok()?;
    let printed = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    (!text.is_empty() && text.chars().all(printed)).then(|| text.to_owned())
}

/// Fields of a tag, a length and so many bytes; the application's own data has tag C8.
fn avaya(mut fields: &[u8]) -> Option<&[u8]> {
    while let [tag, length, rest @ ..] = fields {
        let value = rest.get(..usize::from(*length))?;
        if *tag == 0xC8 {
            return Some(value);
        }
        fields = &rest[value.len()..];
    }
    None
}

/// A JSON object, `key=value` or `key: value`, one or many; else the text as it is.
fn said(text: &str) -> Vec<Said> {
    if let Ok(object) = serde_json::from_str::<Map<String, Value>>(text) {
        let mut said = Vec::new();
        object_says(&object, "", &mut said);
        return said;
    }
    let pairs = |separator| -> Option<Vec<(&str, &str)>> {
        let parts = text.split(separator).map(str::trim);
        parts.filter(|part| !part.is_empty()).map(pair).collect()
    };
    // The separator that takes it apart furthest is the one that was meant.
    let best = ['\n', ';', '&', '|', ',']
        .into_iter()
        .filter_map(pairs)
        .reduce(|best, other| {
            if other.len() > best.len() {
                other
            } else {
                best
            }
        })
        .filter(|pairs| !pairs.is_empty());
    match best {
        Some(pairs) => pairs
            .into_iter()
            .take(MOST)
            .map(|(key, value)| Said::Pair(key.to_owned(), value.to_owned()))
            .collect(),
        None => vec![Said::Text(text.to_owned())],
    }
}

fn pair(part: &str) -> Option<(&str, &str)> {
    let (key, value) = part.split_once(['=', ':'])?;
    let (key, value) = (key.trim(), value.trim().trim_matches('"'));
    let named = key.chars().count() <= 40
        && key.starts_with(char::is_alphabetic)
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || " _-.".contains(c));
    // `https://…` is no pair.
    (named && !value.starts_with("//")).then_some((key, value))
}

fn object_says(object: &Map<String, Value>, within: &str, said: &mut Vec<Said>) {
    for (key, value) in object {
        if said.len() >= MOST {
            return;
        }
        let key = if within.is_empty() {
            key.clone()
        } else {
            format!("{within} {key}")
        };
        match value {
            Value::Object(inner) if within.is_empty() => object_says(inner, &key, said),
            Value::Array(values) => {
                let values: Vec<String> = values.iter().take(MOST).filter_map(scalar).collect();
                said.push(Said::Pair(key, values.join(", ")));
            }
            other => said.extend(scalar(other).map(|value| Said::Pair(key, value))),
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Splits at `separator`, but not inside quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(|c| {
        let inside = quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        c == separator && !inside
    })
    .collect()
}

fn unquoted(data: &str) -> String {
    let quoted = data.strip_prefix('"').and_then(|d| d.strip_suffix('"'));
    let Some(inner) = quoted else {
        return data.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(c) = letters.next() {
        plain.extend(if c == '\\' { letters.next() } else { Some(c) });
    }
    plain
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks_exact(2);
    if text.is_empty() || !pairs.remainder().is_empty() {
        return None;
    }
    let digit = |b: u8| {
        char::from(b)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    pairs
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}

/// RFC 4648, both alphabets, with or without what fills it up.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0);
    for b in text.bytes() {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    (text.len() % 4 != 1).then_some(bytes)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let code = (*first == b'%')
            .then(|| str::from_utf8(behind.get(..2)?).ok().and_then(from_hex))
            .flatten();
        match code {
            Some(code) => {
                bytes.extend(code);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Parameters of RFC 7433 and of ISDN's package (RFC 7434), and Genesys' for the first byte.
const PARAMETERS: [&str; 4] = ["encoding", "purpose", "content", "pd"];

/// Bytes of a header; RFC 7433 has 128 in mind.
const LONGEST: usize = 4096;

/// Things one value may say.
const MOST: usize = 32;
