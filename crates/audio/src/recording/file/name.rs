//! The names of recordings: when and which call, never who.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Of a recording of `call` that begins at `began`, in UTC.
pub(in crate::recording) fn stem(began: SystemTime, call: u64) -> String {
    let seconds = began.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = seconds.as_secs();
    let (year, month, day) = date(seconds / DAY);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}-{minute:02}-{second:02}Z-{call}")
}

/// When the recording of this name began; none if it is not the name of one.
pub(super) fn time_of(stem: &str) -> Option<SystemTime> {
    let (time, rest) = stem.split_at_checked(SHAPE.len())?;
    let fits = time.bytes().zip(SHAPE.bytes()).all(|(byte, shape)| {
        if shape == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == shape
        }
    });
    let call = rest.strip_prefix('-')?.split('-').next()?;
    if !fits || call.is_empty() || !call.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |at: usize, digits: usize| time[at..at + digits].parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let days = days(year, month, day)?;
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    let seconds = days * DAY + hour * 3_600 + minute * 60 + second;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Whether it began longer ago than `keep`; never without.
pub(super) fn is_older(stem: &str, keep: Option<Duration>, now: SystemTime) -> bool {
    let age = time_of(stem).and_then(|began| now.duration_since(began).ok());
    keep.zip(age).is_some_and(|(keep, age)| age > keep)
}

/// Year, month and day so many days after 1970-01-01. Years are counted from March, so that the day
/// which some have more is the last one.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + TO_1970;
    let (era, day) = (days / DAYS_OF_400_YEARS, days % DAYS_OF_400_YEARS);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year + u64::from(month >= 10);
    (year, (month + 2) % 12 + 1, date)
}

/// The other way round; none for a date before 1970, or what is none.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = year - u64::from(month <= 2);
    let (era, year) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * DAYS_OF_400_YEARS + 365 * year + year / 4 - year / 100 + of_year;
    days.checked_sub(TO_1970)
}

const SHAPE: &str = "0000-00-00T00-00-00Z";
const DAY: u64 = 24 * 3_600;
const DAYS_OF_400_YEARS: u64 = 146_097;
/// From 0000-03-01 to 1970-01-01.
const TO_1970: u64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_name_says_when_and_which_call() {
        // As `date -u -d @N` says.
        for (seconds, name) in [
            (0, "1970-01-01T00-00-00Z-17"),
            (951_782_399, "2000-02-28T23-59-59Z-17"),
            (951_868_800, "2000-03-01T00-00-00Z-17"),
            (1_709_210_096, "2024-02-29T12-34-56Z-17"),
            (1_796_036_004, "2026-11-30T10-53-24Z-17"),
            (4_107_542_399, "2100-02-28T23-59-59Z-17"),
            (4_107_542_400, "2100-03-01T00-00-00Z-17"),
        ] {
            assert_eq!(stem(at(seconds), 17), name);
            assert_eq!(time_of(name), Some(at(seconds)), "{name}");
        }
    }

    #[test]
    fn every_day_of_four_hundred_years_is_read_as_it_is_written() {
        for day in 0..DAYS_OF_400_YEARS {
            let written = stem(at(day * DAY), 1);
            assert_eq!(time_of(&written), Some(at(day * DAY)), "{written}");
        }
    }

    #[test]
    fn what_is_named_otherwise_is_no_recording() {
        for name in [
            "",
            "holiday",
            "2026-11-30T10-53-24Z",
            "2026-11-30T10-53-24Z-",
            "2026-11-30T10-53-24Z-x",
            "2026-13-30T10-53-24Z-1",
            "2026-11-30 10-53-24Z-1",
            "1869-11-30T10-53-24Z-1",
            "ä026-11-30T10-53-24Z-1",
        ] {
            assert_eq!(time_of(name), None, "{name}");
        }
        assert!(time_of("2026-11-30T10-53-24Z-1-2").is_some());
        assert!(time_of("2026-11-30T10-53-24Z-1-incomplete").is_some());
    }

    #[test]
    fn it_is_as_old_as_its_name_says() {
        let name = stem(at(100 * DAY), 1);
        let keep = Some(Duration::from_secs(7 * DAY));
        assert!(!is_older(&name, keep, at(107 * DAY)));
        assert!(is_older(&name, keep, at(107 * DAY + 1)));
        assert!(!is_older(&name, keep, at(0)));
        assert!(!is_older(&name, None, at(10_000 * DAY)));
    }
}
