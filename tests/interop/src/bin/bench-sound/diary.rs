//! What was measured so far, a line for each result: a run that is cut off loses none.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use warmline_interop::Result;
use warmline_interop::figures::io;
use warmline_interop::rivals::Name;

use crate::case::Case;
use crate::measure::Measured;
use crate::shift::Shift;

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Entry {
    /// The trip without a phone.
    Floor { trip_ms: Vec<f64> },
    /// One run of a case.
    Run {
        #[serde(flatten)]
        case: Case,
        run: usize,
        /// Of Warmline.
        commit: String,
        outcome: Outcome,
    },
    /// A shift of real calls.
    Shift {
        commit: String,
        #[serde(flatten)]
        shift: Shift,
    },
    /// A shift in virtual time.
    Rehearsed {
        commit: String,
        #[serde(flatten)]
        shift: Shift,
    },
}

/// What came of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Measured(Measured),
    /// It is tried again with the next start.
    Failed(String),
}

/// The lines of a file, and those to come.
pub(crate) struct Diary {
    file: PathBuf,
    entries: Vec<Entry>,
}

impl Diary {
    /// Reads what is there, of Warmline what was measured at this `commit`. The last line may be half a line,
    /// of a run that was cut off.
    pub(crate) fn open(folder: &Path, afresh: bool, commit: &str) -> Result<Diary> {
        let file = folder.join("sound.jsonl");
        std::fs::create_dir_all(folder).map_err(io("making the folder of the results"))?;
        if afresh && file.exists() {
            std::fs::remove_file(&file).map_err(io("forgetting the results so far"))?;
        }
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let mut diary = Diary {
            file,
            entries: Vec::new(),
        };
        diary.entries = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(|entry| match entry {
                Entry::Run {
                    case, commit: of, ..
                } => case.phone != Name::Warmline || of == commit,
                Entry::Shift { commit: of, .. } | Entry::Rehearsed { commit: of, .. } => {
                    of == commit
                }
                Entry::Floor { .. } => true,
            })
            .collect();
        Ok(diary)
    }

    /// All there is.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Writes one down.
    pub(crate) fn write(&mut self, entry: Entry) -> Result<()> {
        let text = serde_json::to_string(&entry)
            .map_err(std::io::Error::from)
            .map_err(io("writing a result"))?;
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(&self.file)
            .map_err(io("opening the results"))?;
        // First an end to half a line of a run that was cut off.
        let whole = self.ends_whole();
        writeln!(file, "{}{text}", if whole { "" } else { "\n" })
            .and_then(|()| file.sync_data())
            .map_err(io("writing a result"))?;
        self.entries.push(entry);
        Ok(())
    }

    /// Whether a run of a case was measured.
    pub(crate) fn has(&self, wanted: Case, number: usize) -> bool {
        self.runs(wanted)
            .any(|(run, outcome)| run == number && matches!(outcome, Outcome::Measured(_)))
    }

    /// The runs of a case.
    pub(crate) fn runs(&self, wanted: Case) -> impl Iterator<Item = (usize, &Outcome)> {
        self.entries.iter().filter_map(move |entry| match entry {
            Entry::Run {
                case, run, outcome, ..
            } if *case == wanted => Some((*run, outcome)),
            _ => None,
        })
    }

    fn ends_whole(&self) -> bool {
        std::fs::read(&self.file)
            .map_or(true, |bytes| bytes.last().is_none_or(|&last| last == b'\n'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Condition, Way};
    use warmline_interop::Passed;
    use warmline_interop::rivals::{Codec, Settings};

    const CASE: Case = Case {
        phone: Name::Warmline,
        settings: Settings::Best,
        codec: Codec::Opus,
        way: Way::EchoDown,
        condition: Condition::Loss5,
    };

    fn entry(run: usize, outcome: Outcome) -> Entry {
        Entry::Run {
            case: CASE,
            run,
            commit: "now".to_owned(),
            outcome,
        }
    }

    fn measured() -> Outcome {
        Outcome::Measured(Measured {
            pesq: vec![3.5],
            trip_ms: Vec::new(),
            cpu_s_per_min: 1.0,
            pss_mb: 10.0,
            passed: Passed::default(),
            standstill_ms: 0.0,
        })
    }

    #[test]
    fn what_was_measured_is_there_after_a_run_that_was_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let mut diary = Diary::open(folder.path(), false, "now").unwrap();
        diary.write(entry(1, measured())).unwrap();
        diary
            .write(entry(2, Outcome::Failed("it rained".to_owned())))
            .unwrap();
        let mut file = File::options()
            .append(true)
            .open(folder.path().join("sound.jsonl"))
            .unwrap();
        file.write_all(b"{\"what\":\"run\",\"pho").unwrap();

        let mut diary = Diary::open(folder.path(), false, "now").unwrap();
        assert!(diary.has(CASE, 1) && !diary.has(CASE, 2));
        diary.write(entry(2, measured())).unwrap();
        let diary = Diary::open(folder.path(), false, "now").unwrap();
        assert!(diary.has(CASE, 1) && diary.has(CASE, 2));
        assert_eq!(diary.runs(CASE).count(), 3);
        // Another Warmline is another phone.
        let later = Diary::open(folder.path(), false, "later").unwrap();
        assert!(!later.has(CASE, 1));
        assert!(
            Diary::open(folder.path(), true, "now")
                .unwrap()
                .entries()
                .is_empty()
        );
    }
}
