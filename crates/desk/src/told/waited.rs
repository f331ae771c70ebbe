//! How long the caller had been waiting, in the many ways this is written.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What the header or key `name` says of the wait of a call that began at this time; none if it says
/// nothing of it, or nothing that can be.
pub(super) fn waited(name: &str, value: &str, began: SystemTime) -> Option<Duration> {
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if has(GUESSES) || !(has(SPANS) || has(BEGINNINGS) || ["wait", "waiting"].contains(&&*name)) {
        return None;
    }
    let unit = if name.ends_with("ms") || name.contains("milli") {
        0.001
    } else if name.ends_with("min") || name.ends_with("minutes") {
        60.0
    } else {
        1.0
    };
    let value = value.trim();
    let span = match point(value) {
        Some(since) => began.duration_since(since).ok()?,
        // A time of day says nothing without its day.
        None if has(BEGINNINGS) => return None,
        None => Duration::try_from_secs_f64(seconds(value, unit)?).ok()?,
    };
    (span <= LONGEST_WAIT).then_some(span)
}

/// `75`, `1:15`, `0:01:15`, `75 s`, `1m15s`, `PT1M15S` as seconds; `unit` is that of a bare number.
fn seconds(value: &str, unit: f64) -> Option<f64> {
    if let Some(bare) = number(value) {
        return Some(bare * unit);
    }
    if value.contains(':') {
        let parts: Vec<f64> = value.split(':').map(number).collect::<Option<_>>()?;
        return match parts[..] {
            [minutes, seconds] => Some(minutes * 60.0 + seconds),
            [hours, minutes, seconds] => Some((hours * 60.0 + minutes) * 60.0 + seconds),
            _ => None,
        };
    }
    let lower = value.to_ascii_lowercase();
    let mut rest = lower.trim_start_matches(['p', 't']).trim();
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (amount, behind) = rest.split_at(digits);
        let behind = behind.trim_start();
        let letters = behind.find(|c: char| !c.is_ascii_alphabetic());
        let (word, behind) = behind.split_at(letters.unwrap_or(behind.len()));
        let unit = match word {
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        total += number(amount)? * unit;
        rest = behind.trim_start_matches([' ', ',']);
    }
    Some(total).filter(|_| !value.is_empty())
}

/// A point in time: `2026-11-25T10:00:00Z`, or seconds, milliseconds or microseconds since 1970.
fn point(value: &str) -> Option<SystemTime> {
    let since = match number(value) {
        Some(micros) if micros >= 1e14 => micros / 1e6,
        Some(millis) if millis >= 1e11 => millis / 1e3,
        Some(seconds) if seconds >= 1e9 => seconds,
        Some(_) => return None,
        None => iso(value)?,
    };
    UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(since).ok()?)
}

/// Seconds since 1970 of a date and time with its zone (RFC 3339).
fn iso(value: &str) -> Option<f64> {
    let (date, time) = value.split_at_checked(10)?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    let zone_at = time.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = time.split_at(zone_at);
    let numbers = |text: &str, between: char| -> Option<Vec<f64>> {
        text.split(between).map(number).collect()
    };
    let ([year, month, day], [hour, minute, second]) =
        (&numbers(date, '-')?[..], &numbers(time, ':')?[..])
    else {
        return None;
    };
    let offset = match zone.split_at(1) {
        ("Z" | "z", "") => 0.0,
        (sign, zone) => {
            let zone = zone.replace(':', "");
            let (hours, minutes) = zone.split_at_checked(2)?;
            let ahead = number(hours)? * 3600.0 + number(minutes)? * 60.0;
            if sign == "-" { -ahead } else { ahead }
        }
    };
    let whole = (1970.0..=9999.0).contains(year)
        && (1.0..=12.0).contains(month)
        && (1.0..=31.0).contains(day);
    if !whole {
        return None;
    }
    let days = days_since_1970(*year as i64, *month as i64, *day as i64) as f64;
    Some(days * 86_400.0 + hour * 3600.0 + minute * 60.0 + second - offset)
}

/// Of the Gregorian calendar, whose years are counted from March so that leap days come last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

fn number(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| text.parse().ok()).flatten()
}

/// Parts of names that mean a span.
const SPANS: &[&str] = &[
    "queuewait",
    "waittime",
    "waitingtime",
    "queuetime",
    "holdtime",
    "timeinqueue",
    "secondsinqueue",
    "waitsec",
    "waitms",
    "waitmin",
    "queuesec",
    "queuems",
    "queueduration",
    "waitduration",
    "timewaited",
    "waited",
];

/// Parts of names that mean when the wait began.
const BEGINNINGS: &[&str] = &[
    "waitingsince",
    "waitsince",
    "queuedat",
    "queuedsince",
    "enqueued",
    "queuejoin",
    "joinedepoch",
    "queueenter",
    "queueentry",
    "queuesince",
    "queuestart",
    "waitstart",
    "enteredqueue",
];

/// Parts of names that mean no one's own wait.
const GUESSES: &[&str] = &[
    "estimat", "expect", "predict", "average", "avg", "max", "longest", "ewt",
];

/// Nobody waits longer; a clock that is wrong may say so.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
