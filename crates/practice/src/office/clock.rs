//! Times as Microsoft writes them.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// `2026-11-22T09:30:00Z`.
pub(crate) fn date_time(at: SystemTime) -> String {
    let at = timestamp(at);
    format!("{:.0}", at)
}

/// `2026-11-22T09:30:00.123Z`: messages have milliseconds.
pub(crate) fn precise(at: SystemTime) -> String {
    format!("{:.3}", timestamp(at))
}

/// `2026-11-22T09:30:00.0000000`, without the zone that stands beside it.
pub(crate) fn zoneless(at: SystemTime) -> String {
    date_time(at).replace('Z', ".0000000")
}

/// `2026-11-22 09:30:00Z`, as the identity provider writes.
pub(crate) fn seconds(at: SystemTime) -> String {
    date_time(at).replace('T', " ")
}

/// What one of these, in UTC, says; none if it cannot be read.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let text = text.trim_end_matches('Z');
    format!("{text}Z").parse::<Timestamp>().ok().map(Into::into)
}

/// Seconds since 1970, as claims have them.
pub(crate) fn unix(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs()
}

/// A time out of all reason becomes 1970.
fn timestamp(at: SystemTime) -> Timestamp {
    Timestamp::try_from(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_339_800_123);
        assert_eq!(date_time(at), "2026-11-22T09:30:00Z");
        assert_eq!(precise(at), "2026-11-22T09:30:00.123Z");
        assert_eq!(zoneless(at), "2026-11-22T09:30:00.0000000");
        assert_eq!(seconds(at), "2026-11-22 09:30:00Z");
        assert_eq!(parse("2026-11-22T09:30:00.1230000"), Some(at));
        assert_eq!(parse("2026-11-22T09:30:00.123Z"), Some(at));
        assert_eq!(parse("at noon"), None);
        assert_eq!(unix(at), 1_795_339_800);
    }
}
