//! `[history]`: how long calls that are over are kept.

use std::ops::RangeInclusive;

use warmline_journal::Retention;

use super::{DAY, KEEP_DAYS, Table};
use crate::error::DeskError;

/// What is not said is as it is without the table.
pub(super) fn read(root: &Table<'_>) -> Result<Retention, DeskError> {
    let Some(table) = root.table("history")? else {
        return Ok(Retention::default());
    };
    table.only(KEYS)?;
    let days = table.whole_number("keep_days", KEEP_DAYS)?;
    let calls = table.whole_number("keep_calls", KEEP_CALLS)?;
    Ok(kept(days, calls))
}

/// Limits that have been checked, as the journal has them.
pub(crate) fn kept(days: Option<u64>, calls: Option<u64>) -> Retention {
    let default = Retention::default();
    Retention {
        age: days.map_or(default.age, |days| DAY * days as u32),
        calls: calls.map_or(default.calls, |calls| calls as usize),
    }
}

/// As many as an agent takes in some years, and as can be searched while one types.
pub(crate) const KEEP_CALLS: RangeInclusive<u64> = 1..=20_000;

const KEYS: &[&str] = &["keep_days", "keep_calls"];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::profile::Profile;

    fn history(text: &str) -> Result<Retention, DeskError> {
        let text = format!(
            "server = \"wss://sbc.example/ws\"\naor = \"sip:2001@example.com\"\n\
             password_file = \"p\"\n{text}"
        );
        Profile::parse(&text, Path::new("/etc/warmline")).map(|profile| profile.history)
    }

    #[test]
    fn how_long_calls_are_kept_is_read() {
        assert_eq!(history("").unwrap(), Retention::default());
        assert_eq!(history("[history]\n").unwrap(), Retention::default());
        let short = history("[history]\nkeep_days = 30\n").unwrap();
        assert_eq!((short.age, short.calls), (30 * DAY, 1000));
        let few = history("[history]\nkeep_days = 3650\nkeep_calls = 20\n").unwrap();
        assert_eq!((few.age, few.calls), (3650 * DAY, 20));
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_would_be_right() {
        for (line, says) in [
            ("keep_day = 3", "Did you mean `keep_days`?"),
            ("keep_days = 0", "from 1 to 3650"),
            ("keep_calls = 0", "from 1 to 20000"),
            ("keep_calls = \"all\"", "from 1 to 20000"),
        ] {
            let error = history(&format!("[history]\n{line}\n")).unwrap_err();
            assert!(error.message().contains(says), "{line}: {error}");
        }
    }
}
