//! From the command line to the files.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

use serde::de::DeserializeOwned;
use warmline_interop::figures;
use warmline_interop::rivals::{Codec, Name};
use warmline_interop::{Lab, Result, trip};

use crate::case::{Case, Condition, Part};
use crate::diary::{Diary, Entry, Outcome};
use crate::measure::{Measured, measure};
use crate::programme::{Programme, SCORED};
use crate::report::Report;
use crate::shift::{rehearsed, shift};
use crate::tables::markdown;

pub(crate) fn main() -> ExitCode {
    let quick = std::env::var_os("WARMLINE_BENCH_QUICK").is_some_and(|value| value != "0");
    let wishes = match Wishes::parse(std::env::args().skip(1), Wishes::usual(quick)) {
        Ok(wishes) => wishes,
        Err(problem) => {
            say(&problem);
            return ExitCode::from(2);
        }
    };
    match measure_all(&wishes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

struct Wishes {
    runs: usize,
    parts: Vec<Part>,
    phones: Vec<Name>,
    codecs: Vec<Codec>,
    conditions: Vec<Condition>,
    folder: PathBuf,
    afresh: bool,
    /// What rehearses a shift.
    rehearsal: Option<PathBuf>,
    /// How many sentences are scored.
    sentences: usize,
    calls: usize,
    /// How often it is measured where the machine stood still.
    tries: usize,
}

impl Wishes {
    fn usual(quick: bool) -> Wishes {
        if quick {
            return Wishes {
                runs: 1,
                parts: vec![Part::Best, Part::Shift],
                phones: Name::ALL.to_vec(),
                codecs: vec![Codec::Opus],
                conditions: vec![Condition::Clean, Condition::Burst10],
                folder: std::env::temp_dir().join("warmline-bench-quick"),
                afresh: true,
                rehearsal: None,
                sentences: 1,
                calls: 5,
                tries: 1,
            };
        }
        Wishes {
            runs: 3,
            parts: Part::ALL.to_vec(),
            phones: Name::ALL.to_vec(),
            codecs: vec![Codec::Opus, Codec::Pcmu],
            conditions: Condition::ALL.to_vec(),
            folder: figures::folder(),
            afresh: false,
            rehearsal: None,
            sentences: SCORED,
            calls: 400,
            tries: 3,
        }
    }

    fn parse(
        mut words: impl Iterator<Item = String>,
        mut wishes: Wishes,
    ) -> std::result::Result<Wishes, String> {
        while let Some(word) = words.next() {
            let value = words.next().ok_or(format!("{word} needs a value"))?;
            match word.as_str() {
                "--runs" => {
                    wishes.runs = value
                        .parse()
                        .map_err(|_| format!("--runs {value}: not a number"))?;
                }
                "--parts" => wishes.parts = list(&word, &value)?,
                "--phones" => wishes.phones = list(&word, &value)?,
                "--codecs" => wishes.codecs = list(&word, &value)?,
                "--conditions" => wishes.conditions = list(&word, &value)?,
                "--folder" => wishes.folder = value.into(),
                "--rehearsal" => wishes.rehearsal = Some(value.into()),
                "--afresh" => wishes.afresh = value == "yes",
                _ => return Err(format!("there is no {word}: see the head of main.rs")),
            }
        }
        Ok(wishes)
    }

    /// What is to be measured, in this order: whoever is cut off has a whole run of the first part first.
    fn plan(&self) -> Vec<(Case, usize)> {
        let runs = |part: &Part| {
            let cases = part.cases(&self.phones, &self.codecs, &self.conditions);
            (1..=self.runs).flat_map(move |run| {
                let cases = cases.clone();
                cases.into_iter().map(move |case| (case, run))
            })
        };
        self.parts.iter().flat_map(runs).collect()
    }
}

fn list<T: DeserializeOwned>(word: &str, value: &str) -> std::result::Result<Vec<T>, String> {
    value
        .split(',')
        .map(|name| serde_json::from_value(name.into()))
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| format!("{word} {value}: {error}"))
}

fn measure_all(wishes: &Wishes) -> Result<()> {
    let programme = |phone| Programme::new(phone, wishes.sentences);
    let commit = commit();
    let mut diary = Diary::open(&wishes.folder, wishes.afresh, &commit)?;
    if !diary
        .entries()
        .iter()
        .any(|entry| matches!(entry, Entry::Floor { .. }))
    {
        say("the floor");
        let trip_ms = trip::floor()?;
        diary.write(Entry::Floor { trip_ms })?;
    }
    let mut plan = wishes.plan();
    plan.retain(|(case, run)| !diary.has(*case, *run));
    let mut left = 0.0;
    for (case, _) in &plan {
        left += programme(case.phone)?.seconds() + AROUND_S;
    }
    say(&format!(
        "{} measurements, about {:.0} minutes",
        plan.len(),
        left / 60.0
    ));
    let (start, count) = (Instant::now(), plan.len());
    for (done, (case, run)) in plan.into_iter().enumerate() {
        let minutes = start.elapsed().as_secs_f64() / 60.0;
        say(&format!(
            "{done}/{count} after {minutes:.0} min: {} run {run}",
            label(case)
        ));
        let outcome = match undisturbed(case, run, &programme(case.phone)?, wishes.tries) {
            Ok(Some(measured)) => Outcome::Measured(measured),
            Ok(None) => Outcome::Failed("it is not installed (./dev lab bench)".to_owned()),
            Err(error) => {
                say(&error.to_string());
                let text = error.to_string();
                Outcome::Failed(text.lines().next().unwrap_or_default().to_owned())
            }
        };
        diary.write(Entry::Run {
            case,
            run,
            commit: commit.clone(),
            outcome,
        })?;
    }
    if wishes.parts.contains(&Part::Shift) {
        measure_shifts(wishes, &mut diary, &commit)?;
    }
    let report = Report::of(&diary, asterisk()?);
    figures::publish(&wishes.folder, "sound", &report, &markdown(&report))
}

/// Measures until the machine did not stand still meanwhile, or so often; what was disturbed least.
fn undisturbed(
    case: Case,
    run: usize,
    programme: &Programme,
    tries: usize,
) -> Result<Option<Measured>> {
    let mut least: Option<Measured> = None;
    for _ in 0..tries {
        let measured = match (measure(case, run, programme), &least) {
            (Ok(Some(measured)), _) => measured,
            (Ok(None), _) => return Ok(None),
            // What there is already counts.
            (Err(_), Some(_)) => break,
            (Err(error), None) => return Err(error),
        };
        let stood = measured.standstill_ms;
        if least
            .as_ref()
            .is_none_or(|least| stood < least.standstill_ms)
        {
            least = Some(measured);
        }
        if stood < DISTURBED_MS {
            break;
        }
        say(&format!("the machine stood still for {stood:.0} ms"));
    }
    Ok(least)
}

fn measure_shifts(wishes: &Wishes, diary: &mut Diary, commit: &str) -> Result<()> {
    let had = |diary: &Diary, of: fn(&Entry) -> bool| diary.entries().iter().any(of);
    if !had(diary, |entry| matches!(entry, Entry::Shift { .. })) {
        say(&format!("a shift of {} calls", wishes.calls));
        diary.write(Entry::Shift {
            commit: commit.to_owned(),
            shift: shift(wishes.calls)?,
        })?;
    }
    if let Some(program) = &wishes.rehearsal
        && !had(diary, |entry| matches!(entry, Entry::Rehearsed { .. }))
    {
        say(&format!(
            "a shift of {} calls in virtual time",
            wishes.calls
        ));
        diary.write(Entry::Rehearsed {
            commit: commit.to_owned(),
            shift: rehearsed(program, wishes.calls)?,
        })?;
    }
    Ok(())
}

fn asterisk() -> Result<String> {
    let lab = Lab::new()?;
    let version = lab.asterisk()?.ami().console("core show version")?;
    let version = version.split(" built").next().unwrap_or_default();
    Ok(version.to_owned())
}

/// Which Warmline it is, as far as its sound goes, with a mark if it is none that was committed.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .output();
        output
            .ok()
            .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let code = ["crates/audio/src", "crates/media/src"];
    let last = git(&[&["log", "-1", "--format=%h", "--"], &code[..]].concat()).unwrap_or_default();
    let changed = git(&[&["status", "--porcelain", "--"], &code[..]].concat());
    let mark = if changed.is_some_and(|changed| changed.is_empty()) {
        ""
    } else {
        "-dirty"
    };
    last + mark
}

fn label(case: Case) -> String {
    let text = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let value = serde_json::to_value(case).unwrap_or_default();
    ["phone", "settings", "codec", "way", "condition"]
        .map(|field| text(value[field].clone()))
        .join(" ")
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "bench: {text}");
}

/// More than any buffer for a wired network holds.
const DISTURBED_MS: f64 = 80.0;
/// What a measurement takes besides what is said, s.
const AROUND_S: f64 = 9.0;
