//! Points in time, as HTTP and Graph write them.

use std::time::{Duration, SystemTime};

use time::{
    OffsetDateTime, PrimitiveDateTime,
    format_description::{BorrowedFormatItem, well_known::Rfc3339},
    macros::format_description,
};

/// Of a `Date` or `Retry-After` header: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
pub(crate) fn http(text: &str) -> Option<SystemTime> {
    let date = PrimitiveDateTime::parse(text.trim(), HTTP).ok()?;
    Some(date.assume_utc().into())
}

/// Of `createdDateTime` and its like: `2026-11-30T07:00:00.123Z` (RFC 3339).
pub(crate) fn offset(text: &str) -> Option<SystemTime> {
    Some(OffsetDateTime::parse(text, &Rfc3339).ok()?.into())
}

/// Of a `dateTimeTimeZone`, whose time has no offset: `2026-11-30T07:00:00.0000000`. As if it was UTC.
pub(crate) fn local(text: &str) -> Option<SystemTime> {
    // Some of Graph's answers have an offset all the same.
    if text.ends_with('Z') {
        return offset(text);
    }
    let (date, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let date = PrimitiveDateTime::parse(date, LOCAL).ok()?;
    Some(date.assume_utc().into())
}

/// The same way back, to the second.
pub(crate) fn to_local(at: SystemTime) -> String {
    // The format has no part that could fail on a time of this age of the world.
    OffsetDateTime::from(at).format(LOCAL).unwrap_or_default()
}

/// For how long a `Retry-After` header wants silence: seconds, or until a date (RFC 9110 §10.2.3). At most
/// an hour, whatever it says: a mistake over there must not end the day here.
pub(crate) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    let wanted = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        http(text)?.duration_since(now).unwrap_or_default()
    };
    Some(wanted.min(LONGEST))
}

const HTTP: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

const LOCAL: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");

const LONGEST: Duration = Duration::from_secs(60 * 60);

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn dates_are_read_as_they_are_written() {
        assert_eq!(http("Sun, 06 Nov 1994 08:49:37 GMT"), Some(at(784_111_777)));
        assert_eq!(offset("1994-11-06T08:49:37Z"), Some(at(784_111_777)));
        assert_eq!(
            offset("1994-11-06T09:49:37.5+01:00").map(|at| at - Duration::from_millis(500)),
            Some(at(784_111_777))
        );
        assert_eq!(local("1994-11-06T08:49:37.0000000"), Some(at(784_111_777)));
        assert_eq!(local("1994-11-06T08:49:37"), Some(at(784_111_777)));
        assert_eq!(local("1994-11-06T08:49:37Z"), Some(at(784_111_777)));
        assert_eq!(to_local(at(784_111_777)), "1994-11-06T08:49:37");
        assert_eq!(local("1994-11-06T08:49:37.x"), None);
        assert_eq!(http("1994-11-06"), None);
    }

    #[test]
    fn silence_is_wanted_in_seconds_or_until_a_date_and_never_for_longer_than_an_hour() {
        let now = at(784_111_777);
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(retry_after("17", now), seconds(17));
        assert_eq!(retry_after(" 0 ", now), seconds(0));
        assert_eq!(retry_after("99999999999999999999999", now), seconds(3600));
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:50:07 GMT", now),
            seconds(30)
        );
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now),
            seconds(0)
        );
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("", now), None);
        assert_eq!(retry_after("-1", now), None);
    }

    proptest! {
        #[test]
        fn no_text_does_harm(text in ".{0,60}", now in 0..4_000_000_000_u64) {
            let _ = (http(&text), offset(&text), local(&text));
            prop_assert!(retry_after(&text, at(now)).is_none_or(|wanted| wanted <= LONGEST));
        }

        #[test]
        fn what_is_written_is_read(seconds in 0..4_000_000_000_u64) {
            prop_assert_eq!(local(&to_local(at(seconds))), Some(at(seconds)));
        }
    }
}
