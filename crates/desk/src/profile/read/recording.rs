//! `[recording]`: whether and how calls are recorded.

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use warmline_audio::{Announcement, RecordingFormat};

use super::Table;
use crate::{
    error::DeskError,
    profile::{RecordingPolicy, RecordingStart},
};

/// Without the table, or without `allowed = true` in it, nothing is recorded. What else stands there is
/// read all the same, so that a mistake shows before it is allowed.
pub(super) fn read(
    root: &Table<'_>,
    folder: &dyn Fn(&str) -> PathBuf,
) -> Result<Option<RecordingPolicy>, DeskError> {
    let Some(table) = root.table("recording")? else {
        return Ok(None);
    };
    table.only(KEYS)?;
    let keep = table.whole_number("keep_days", KEEP_DAYS)?;
    let own =
        || RecordingPolicy::own_folder().ok_or_else(|| table.missing("folder", FOLDER_ADVICE));
    let policy = RecordingPolicy {
        folder: match table.string("folder")? {
            Some(path) => folder(path.value),
            None => own()?,
        },
        format: format(&table)?,
        start: start(&table)?,
        announce: announce(&table, folder)?,
        consults: table.switch("consults")?.unwrap_or(false),
        keep: keep.map(|days| DAY * days as u32),
    };
    let allowed = table.switch("allowed")?.unwrap_or(false);
    Ok(allowed.then_some(policy))
}

fn format(table: &Table<'_>) -> Result<RecordingFormat, DeskError> {
    match table.string("format")? {
        None => Ok(RecordingFormat::default()),
        Some(format) => match format.value {
            "wav" => Ok(RecordingFormat::Wav),
            "opus" => Ok(RecordingFormat::Opus),
            _ => Err(format.wrong("this is not a format.", FORMAT_ADVICE)),
        },
    }
}

fn start(table: &Table<'_>) -> Result<RecordingStart, DeskError> {
    match table.string("start")? {
        None => Ok(RecordingStart::default()),
        Some(start) => match start.value {
            "by_hand" => Ok(RecordingStart::ByHand),
            "always" => Ok(RecordingStart::Always),
            _ => Err(start.wrong("this is not a way to start.", START_ADVICE)),
        },
    }
}

fn announce(
    table: &Table<'_>,
    folder: &dyn Fn(&str) -> PathBuf,
) -> Result<Announcement, DeskError> {
    let sentence = table.string("sentence")?;
    let way = table.string("announce")?;
    match (way.as_ref().map(|way| way.value), &sentence) {
        (Some("sentence"), Some(path)) => Ok(Announcement::Sentence(folder(path.value))),
        (Some("sentence"), None) => Err(table.missing("sentence", SENTENCE_ADVICE)),
        (_, Some(path)) => Err(path.wrong("`sentence` is of no use here.", ANNOUNCE_ADVICE)),
        (None | Some("tone"), None) => Ok(Announcement::Tone),
        (Some("none"), None) => Ok(Announcement::Nothing),
        (Some(_), None) => Err(table.wrong(
            "announce",
            "this is not a way to announce.",
            ANNOUNCE_ADVICE,
        )),
    }
}

/// A path as provisioning gives it; a relative one lies in the user's own folder.
pub(crate) fn in_own_folder(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    if path.is_absolute() {
        return Some(path.to_owned());
    }
    let own = RecordingPolicy::own_folder()?;
    Some(own.parent()?.join(path))
}

/// A day.
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A year, and ten of them.
pub(crate) const KEEP_DAYS: RangeInclusive<u64> = 1..=3_650;

const KEYS: &[&str] = &[
    "allowed",
    "format",
    "folder",
    "start",
    "announce",
    "sentence",
    "consults",
    "keep_days",
];

const FOLDER_ADVICE: &str = "Write for example folder = \"/srv/recordings\".";
const FORMAT_ADVICE: &str = "Choose from \"opus\" and \"wav\".";
const START_ADVICE: &str = "Choose from \"by_hand\" and \"always\".";
const ANNOUNCE_ADVICE: &str = "Choose from \"tone\", \"sentence\" (with `sentence`, a WAV file) and \
    \"none\" (somebody else announces it).";
const SENTENCE_ADVICE: &str = "Write for example sentence = \"recorded.wav\".";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    fn recording(text: &str) -> Result<Option<RecordingPolicy>, DeskError> {
        let text = format!(
            "server = \"wss://sbc.example/ws\"\naor = \"sip:2001@example.com\"\n\
             password_file = \"p\"\n{text}"
        );
        Profile::parse(&text, Path::new("/etc/warmline")).map(|profile| profile.recording)
    }

    #[test]
    fn nothing_is_recorded_unless_it_is_allowed() {
        assert_eq!(recording("").unwrap(), None);
        assert_eq!(recording("[recording]\n").unwrap(), None);
        let forbidden = "[recording]\nallowed = false\nstart = \"always\"\nfolder = \"x\"\n";
        assert_eq!(recording(forbidden).unwrap(), None);
    }

    #[test]
    fn how_calls_are_recorded_is_read() {
        let read = recording("[recording]\nallowed = true\nfolder = \"calls\"\n").unwrap();
        let least = RecordingPolicy {
            folder: "/etc/warmline/calls".into(),
            format: RecordingFormat::Opus,
            start: RecordingStart::ByHand,
            announce: Announcement::Tone,
            consults: false,
            keep: None,
        };
        assert_eq!(read, Some(least));
        let read = recording(
            "[recording]\nallowed = true\nfolder = \"/srv/calls\"\nformat = \"wav\"\n\
             start = \"always\"\nannounce = \"sentence\"\nsentence = \"told.wav\"\n\
             consults = true\nkeep_days = 90\n",
        );
        let most = RecordingPolicy {
            folder: "/srv/calls".into(),
            format: RecordingFormat::Wav,
            start: RecordingStart::Always,
            announce: Announcement::Sentence("/etc/warmline/told.wav".into()),
            consults: true,
            keep: Some(90 * DAY),
        };
        assert_eq!(read.unwrap(), Some(most));
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_would_be_right() {
        for (line, says) in [
            ("allow = true", "Did you mean `allowed`?"),
            ("allowed = \"yes\"", "must be true or false"),
            (
                "format = \"mp3\"",
                "Line 5: this is not a format. Choose from \"opus\"",
            ),
            ("start = \"often\"", "\"by_hand\" and \"always\""),
            ("announce = \"shout\"", "\"none\" (somebody else"),
            ("announce = \"sentence\"", "`sentence` is missing"),
            ("sentence = \"told.wav\"", "`sentence` is of no use here"),
            ("keep_days = 0", "from 1 to 3650"),
            ("consults = 1", "must be true or false"),
        ] {
            let error = recording(&format!("[recording]\n{line}\n")).unwrap_err();
            assert!(error.message().contains(says), "{line}: {error}");
        }
    }
}
