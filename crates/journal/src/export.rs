//! The history as a table for other programs (CSV, RFC 4180).

use std::{borrow::Cow, fmt::Write as _, fs, io, io::Write as _, path::Path};

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    past_call::{Direction, How, Outcome, PastCall, Remembered, TransferOutcome},
    step::{Step, StepKind},
};

/// These calls as a table with a line of headings, in their order. Times are those of `zone`, in the form of
/// ISO 8601 with their offset. It begins with a byte order mark, by which Excel knows UTF-8.
///
/// A cell that a spreadsheet would take for a formula, as one that begins with `=`, has an apostrophe before
/// it. That goes for numbers too, which begin with `+`.
pub fn csv(calls: &[Remembered], zone: &TimeZone) -> String {
    let mut text = String::from(BYTE_ORDER_MARK);
    line(&mut text, HEADINGS.map(Cow::Borrowed));
    for Remembered { call, steps, .. } in calls {
        line(&mut text, cells(call, steps, zone));
    }
    text
}

/// Writes a text to a file that only its owner may read, in place of one that may be there: all of it, or
/// the file stays as it was.
///
/// # Errors
/// Whatever the disk says.
pub fn save(path: &Path, text: &str) -> io::Result<()> {
    // A symbolic link goes on leading to the file that is written.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".warmline-")
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

fn cells<'a>(call: &'a PastCall, steps: &[Step], zone: &TimeZone) -> [Cow<'a, str>; COLUMNS] {
    let text = |text: Option<&'a str>| Cow::Borrowed(text.unwrap_or_default());
    let number = |number: Option<u64>| number.map_or(Cow::Borrowed(""), |n| n.to_string().into());
    let transfer = call.transfer.as_ref();
    [
        time(call.began_unix_ms, zone).into(),
        match call.direction {
            Direction::Incoming => "incoming".into(),
            Direction::Outgoing => "outgoing".into(),
        },
        text(call.name.as_deref()),
        text(Some(&call.address)),
        text(call.queue.as_deref()),
        match call.outcome {
            Outcome::Answered => "answered".into(),
            Outcome::Missed => "missed".into(),
            Outcome::Declined => "declined".into(),
            Outcome::NotReached => "not reached".into(),
            Outcome::Failed => "failed".into(),
            Outcome::Interrupted => "interrupted".into(),
        },
        text(Some(&call.words)),
        text(call.ring.as_deref()),
        number(call.status.map(u64::from)),
        number(call.talked_s),
        text(transfer.and_then(|to| to.to_name.as_deref())),
        text(transfer.map(|to| &*to.to_address)),
        text(transfer.map(|to| match to.how {
            How::Warm => "warm",
            How::Blind => "blind",
            How::Group => "group",
        })),
        text(transfer.map(|to| match to.outcome {
            TransferOutcome::Done => "done",
            TransferOutcome::Failed => "failed",
            TransferOutcome::Unknown => "unknown",
        })),
        told(steps, zone).into(),
        call.recordings.join("\n").into(),
    ]
}

/// Steps, one a line.
fn told(steps: &[Step], zone: &TimeZone) -> String {
    let mut text = String::new();
    for step in steps {
        if !text.is_empty() {
            text.push('\n');
        }
        let when = time(step.at_unix_ms, zone);
        let what = step.kind.code();
        // Nothing that is written into a text fails.
        let _ = match &step.kind {
            StepKind::Called { other }
            | StepKind::Answered { other }
            | StepKind::Asked { other } => write!(text, "{when} {what} {other}"),
            StepKind::Progress { status } => write!(text, "{when} {what} {status}"),
            StepKind::Failed { status, why } => match status {
                Some(status) => write!(text, "{when} {what} {status} {why}"),
                None => write!(text, "{when} {what} {why}"),
            },
            StepKind::Accepted | StepKind::Done | StepKind::Merged | StepKind::Recovered => {
                write!(text, "{when} {what}")
            }
        };
    }
    text
}

/// `2026-11-30T18:11:16+09:00`; nothing for a time beyond every calendar.
fn time(unix_ms: u64, zone: &TimeZone) -> String {
    let time = i64::try_from(unix_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    time.map_or_else(String::new, |time| {
        let local = time.to_zoned(zone.clone());
        local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    })
}

fn line(text: &mut String, cells: [Cow<'_, str>; COLUMNS]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        push_cell(text, cell);
    }
    text.push_str("\r\n");
}

fn push_cell(text: &mut String, cell: &str) {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !formula && !cell.contains([',', '"', '\r', '\n']) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    if formula {
        text.push('\'');
    }
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

const BYTE_ORDER_MARK: char = '\u{feff}';

const COLUMNS: usize = 16;

const HEADINGS: [&str; COLUMNS] = [
    "Time",
    "Direction",
    "Name",
    "Address",
    "Queue",
    "Outcome",
    "Reason",
    "Ring",
    "SIP status",
    "Talked (s)",
    "Transferred to",
    "Transferred to (address)",
    "Transfer",
    "Transfer outcome",
    "Transfer steps",
    "Recordings",
];

#[cfg(test)]
mod tests {
    use jiff::tz;
    use proptest::prelude::*;

    use super::*;
    use crate::step::tests::every_kind;

    /// What a reader of RFC 4180 makes of it, after the mark.
    fn read(text: &str) -> Vec<Vec<String>> {
        let mut rows = vec![vec![String::new()]];
        let mut quoted = false;
        let mut letters = text.trim_start_matches(BYTE_ORDER_MARK).chars().peekable();
        while let Some(letter) = letters.next() {
            let row = rows.last_mut().unwrap();
            match letter {
                '"' if quoted && letters.peek() == Some(&'"') => {
                    letters.next();
                    row.last_mut().unwrap().push('"');
                }
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(String::new()),
                '\r' if !quoted => {
                    assert_eq!(letters.next(), Some('\n'));
                    rows.push(vec![String::new()]);
                }
                other => row.last_mut().unwrap().push(other),
            }
        }
        assert_eq!(rows.pop(), Some(vec![String::new()]), "the last line ends");
        rows
    }

    fn remembered(call: PastCall) -> Remembered {
        Remembered {
            id: 1,
            call,
            steps: Vec::new(),
        }
    }

    #[test]
    fn a_table_says_what_happened_and_when_in_the_time_of_the_place() {
        let mut call = remembered(PastCall {
            began_unix_ms: 1_790_000_000_000,
            ..PastCall::example(1)
        });
        call.steps = every_kind();
        let text = csv(&[call], &TimeZone::fixed(tz::offset(9)));
        assert!(text.starts_with("\u{feff}Time,Direction,Name,"));
        let rows = read(&text);
        let row = &rows[1];
        assert_eq!(row[0], "2026-09-21T23:13:20+09:00");
        assert_eq!(
            &row[1..5],
            [
                "incoming",
                "Customer 1",
                "sip:+4930000001@sbc.example",
                "Support"
            ]
        );
        assert_eq!(
            &row[10..14],
            ["Expert 1", "sip:+4989000001@sbc.example", "warm", "done"]
        );
        assert_eq!(row[14].lines().count(), 10);
        assert!(row[14].contains("failed 503 refused"), "{}", row[14]);
        assert_eq!(row[15], "1.opus\n1-2.opus");
    }

    #[test]
    fn no_cell_is_a_formula() {
        for hostile in [
            "=HYPERLINK(\"http://evil.example\")",
            "+4930901820",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
        ] {
            let name = Some(hostile.to_owned());
            let call = PastCall {
                name,
                ..PastCall::example(1)
            };
            let text = csv(&[remembered(call)], &TimeZone::UTC);
            assert_eq!(read(&text)[1][2], format!("'{hostile}"));
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calls.csv");
        fs::write(&path, "before").unwrap();
        save(&path, "after").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "after");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert!(save(&folder.path().join("none/calls.csv"), "x").is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(name in any::<String>(), queue in "[=+@,\"\r\n\ta-z-]{0,12}") {
            let call = PastCall {
                name: Some(name.clone()),
                queue: Some(queue.clone()),
                ..PastCall::example(1)
            };
            let rows = read(&csv(&[remembered(call)], &TimeZone::UTC));
            prop_assert_eq!(rows.len(), 2);
            prop_assert_eq!(rows[1].len(), COLUMNS);
            for (cell, original) in [(&rows[1][2], &name), (&rows[1][4], &queue)] {
                let formula = original.starts_with(['=', '+', '-', '@', '\t', '\r']);
                let bare = if formula { cell.strip_prefix('\'') } else { Some(&**cell) };
                prop_assert_eq!(bare, Some(&**original));
            }
        }
    }
}
