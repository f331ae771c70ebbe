//! What a person typed or pasted into the call box, read as something to dial.
//!
//! Numbers of the telephone network become E.164; whatever else can be called stays as it was typed.
//! Short numbers are the PBX's own, emergency numbers among them, and are never rewritten.

mod country;

use std::fmt;

use rlibphonenumber::{
    CountryCodeSource, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region,
    get_national_significant_number_owned,
};

pub use country::{Country, UnknownCountry};

/// What was typed, and what would be dialled.
#[derive(Clone, Eq, PartialEq)]
pub struct Number {
    /// What kind of thing it is.
    pub kind: Kind,
    /// What would be dialled; empty if it cannot be.
    pub to: String,
    /// The same as people write it.
    pub shown: String,
    /// The country of a number of the telephone network, by ISO 3166-1: `DE`; `001` for one of no country.
    pub region: Option<String>,
}

/// What kind of thing a [`Number`] is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Nothing, or words: a name in our own domain, or somebody to look for.
    Words,
    /// A valid number of the telephone network, in its E.164 form.
    Telephone,
    /// A number or code of the PBX, dialled as typed.
    Extension,
    /// A SIP URI or `user@host`.
    Address,
    /// Begins like a number of the telephone network and is none, or none yet: dialled as typed.
    Unfinished,
}

/// Reads `text` as somebody in `country` means it. Without a country only numbers that begin with `+`
/// are known as numbers of the telephone network.
pub fn read(text: &str, country: Option<Country>) -> Number {
    let text = plain(text);
    let text = text.trim();
    if text.len() > LONGEST || text.chars().any(char::is_control) {
        return words(text, "");
    }
    if let Some(number) = without_scheme(text, "tel:") {
        return uri(text, number, country);
    }
    let sip = without_scheme(text, "sips:").or_else(|| without_scheme(text, "sip:"));
    if sip.is_some() || text.contains('@') {
        return address(text, sip);
    }
    let digits_end = text.find(|c| !dials(c)).unwrap_or(text.len());
    let (digits, rest) = text.split_at(digits_end);
    if rest.is_empty() {
        return digits_only(digits, country).unwrap_or_else(|| words(text, ""));
    }
    if let Some(extension) = extension(rest)
        && let Some(number) = digits_only(digits, country)
        && number.kind == Kind::Telephone
    {
        // Switchboards take the extension as digits, once they have answered.
        let shown = format!("{} ext. {extension}", number.shown);
        return Number { shown, ..number };
    }
    if let Some(number) = vanity(text, country) {
        return number;
    }
    let name = text
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    words(text, if name { text } else { "" })
}

/// Nothing but digits and what people write between them.
fn digits_only(text: &str, country: Option<Country>) -> Option<Number> {
    let bare: String = text.chars().filter(|c| !SEPARATORS.contains(c)).collect();
    if bare.contains(['*', '#']) {
        return Some(as_typed(Kind::Extension, bare));
    }
    let digits = bare.strip_prefix('+').unwrap_or(&bare);
    if digits.is_empty() || digits.contains('+') {
        return None;
    }
    let international = digits.len() < bare.len();
    if !international && digits.len() <= LONGEST_EXTENSION {
        let kind = match digits.strip_prefix('0') {
            Some(more) if !more.is_empty() => Kind::Unfinished,
            _ => Kind::Extension,
        };
        return Some(as_typed(kind, bare));
    }
    Some(match telephone(&bare, country) {
        Some((number, region)) => shown(&number, region),
        None => as_typed(Kind::Unfinished, bare),
    })
}

/// What follows `tel:` (RFC 3966).
fn uri(text: &str, number: &str, country: Option<Country>) -> Number {
    let number = decoded(number);
    let mut parts = number.split(';');
    let digits = parts.next().unwrap_or_default();
    let parameter = |wanted: &str| {
        parts.clone().find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.eq_ignore_ascii_case(wanted).then_some(value)
        })
    };
    let context = parameter("phone-context").filter(|context| context.starts_with('+'));
    let digits = match context {
        Some(context) if !digits.starts_with('+') => format!("{context}{digits}"),
        _ => digits.to_owned(),
    };
    let extension = parameter("ext").filter(|ext| is_extension(ext));
    let read = digits
        .chars()
        .all(dials)
        .then(|| digits_only(&digits, country));
    match (read.flatten(), extension) {
        (Some(number), Some(extension)) if number.kind == Kind::Telephone => Number {
            shown: format!("{} ext. {extension}", number.shown),
            ..number
        },
        (Some(number), _) => number,
        (None, _) => words(text, ""),
    }
}

fn address(text: &str, without_scheme: Option<&str>) -> Number {
    let shown = without_scheme.unwrap_or(text);
    let whole = shown
        .rsplit_once('@')
        .map_or(!shown.is_empty(), |(user, host)| {
            !user.is_empty() && !host.is_empty()
        });
    if !whole || shown.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')) {
        return words(text, "");
    }
    Number {
        kind: Kind::Address,
        to: text.to_owned(),
        shown: shown.to_owned(),
        region: None,
    }
}

/// `0800 FLOWERS`. Only where such numbers are given out, so that no name becomes a number.
fn vanity(text: &str, country: Option<Country>) -> Option<Number> {
    let first_letter = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (digits, letters) = text.split_at(first_letter);
    let fits = digits.chars().filter(char::is_ascii_digit).count() >= 3
        && digits.chars().all(dials)
        && !digits.contains(['*', '#'])
        && letters.chars().filter(char::is_ascii_alphabetic).count() >= 3
        && letters
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || SEPARATORS.contains(&c));
    if !fits {
        return None;
    }
    let keyed: String = text
        .chars()
        .filter(|c| !SEPARATORS.contains(c))
        .map(|c| keypad(c).unwrap_or(c))
        .collect();
    let (number, region) = telephone(&keyed, country)?;
    let given_out = matches!(
        PHONE_NUMBER_UTIL.get_number_type(&number),
        PhoneNumberType::TollFree
            | PhoneNumberType::SharedCost
            | PhoneNumberType::PremiumRate
            | PhoneNumberType::PersonalNumber
            | PhoneNumberType::UAN
    );
    given_out.then(|| shown(&number, region))
}

/// A valid number of the telephone network, and where it belongs.
fn telephone(bare: &str, country: Option<Country>) -> Option<(PhoneNumber, Option<Region>)> {
    // What begins with `+` means the same everywhere.
    let home = country.filter(|_| !bare.starts_with('+'));
    let number = PHONE_NUMBER_UTIL
        .parse_and_keep_raw_input(bare, home.map(|country| country.0))
        .ok()?;
    let meant = match number.country_code_source() {
        CountryCodeSource::FromNumberWithPlusSign | CountryCodeSource::FromNumberWithIdd => true,
        // In North America the long-distance prefix is the country's own code. Elsewhere digits that
        // happen to begin with the code may be a local number.
        CountryCodeSource::FromNumberWithoutPlusSign => number.country_code == NORTH_AMERICA,
        _ => dialled_nationally(bare, &number, home),
    };
    let valid = meant && PHONE_NUMBER_UTIL.is_valid_number(&number);
    valid.then(|| {
        let region = PHONE_NUMBER_UTIL.get_region_for_number(&number);
        (number, region)
    })
}

/// Whether the digits are a whole national number, not only the local part of one: a PBX or an area
/// may have numbers of its own without the prefix.
fn dialled_nationally(bare: &str, number: &PhoneNumber, home: Option<Country>) -> bool {
    let significant = get_national_significant_number_owned(number);
    if bare != significant || home.is_some_and(|home| PREFIX_OPTIONAL.contains(&home.0)) {
        return true;
    }
    let written = PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::National);
    let digits = written.chars().filter(char::is_ascii_digit);
    digits.eq(significant.chars())
}

fn shown(number: &PhoneNumber, region: Option<Region>) -> Number {
    let format = |format| PHONE_NUMBER_UTIL.format(number, format).into_owned();
    Number {
        kind: Kind::Telephone,
        to: format(PhoneNumberFormat::E164),
        shown: format(PhoneNumberFormat::International),
        region: region.map(|region| region.as_region_str().to_string()),
    }
}

fn as_typed(kind: Kind, bare: String) -> Number {
    Number {
        kind,
        shown: bare.clone(),
        to: bare,
        region: None,
    }
}

fn words(text: &str, to: &str) -> Number {
    Number {
        kind: Kind::Words,
        to: to.to_owned(),
        shown: text.to_owned(),
        region: None,
    }
}

/// ` ext. 12`, `;ext=12`, `x12`.
fn extension(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches([' ', ',', ';']);
    let marked = ["extension", "ext", "x"]
        .into_iter()
        .find_map(|mark| without_scheme(rest, mark))?;
    let digits = marked.trim_start_matches([' ', '.', ':', '=']);
    is_extension(digits).then_some(digits)
}

fn is_extension(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// What follows `scheme`, in any case.
fn without_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Text as it would be typed: what is pasted from pages and letters has invisible marks, wide digits
/// and dashes of many lengths.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'))
        .map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' => '-',
            '\u{ff0b}' => '+',
            '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
            c if c.is_whitespace() && !c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// `%20` and its like, which browsers leave in `tel:` links.
fn decoded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        let code = after
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok())
            .filter(|code| matches!(code, b' '..=b'~'));
        match code {
            Some(code) => {
                plain.push(char::from(code));
                rest = &after[2..];
            }
            None => {
                plain.push('%');
                rest = after;
            }
        }
    }
    plain + rest
}

/// ITU-T E.161.
fn keypad(letter: char) -> Option<char> {
    Some(match letter.to_ascii_uppercase() {
        'A'..='C' => '2',
        'D'..='F' => '3',
        'G'..='I' => '4',
        'J'..='L' => '5',
        'M'..='O' => '6',
        'P'..='S' => '7',
        'T'..='V' => '8',
        'W'..='Z' => '9',
        _ => return None,
    })
}

fn dials(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '+' | '*' | '#') || SEPARATORS.contains(&c)
}

// A number says who is called.
impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ‹pii›", self.kind)
    }
}

/// What people write between digits (RFC 3966 §5.1.1), and blanks.
const SEPARATORS: [char; 6] = [' ', '(', ')', '.', '-', '/'];

/// Without `+`, so many digits are a number of the PBX: no emergency number, no number of directory
/// enquiries and hardly an extension is longer.
const LONGEST_EXTENSION: usize = 6;

/// Longest thing to dial that makes sense, bytes.
const LONGEST: usize = 256;

/// The code of the North American Numbering Plan.
const NORTH_AMERICA: i32 = 1;

/// Where people leave the national prefix out, as the library's formats say.
const PREFIX_OPTIONAL: [Region; 9] = [
    Region::AR,
    Region::CN,
    Region::IN,
    Region::KZ,
    Region::LT,
    Region::RU,
    Region::SY,
    Region::TR,
    Region::VN,
];

#[cfg(test)]
mod tests;
