//! What was measured, as figures.

use serde::Serialize;
use warmline_interop::figures::{Machine, Spread};
use warmline_interop::rivals::{Codec, Name, Settings};

use crate::case::{Case, Condition, Way};
use crate::diary::{Diary, Entry, Outcome};
use crate::measure::Measured;
use crate::shift::Shift;
use crate::targets::{Verdict, verdicts};

/// Everything that was measured so far.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) asterisk: String,
    /// Of Warmline.
    pub(crate) commits: Vec<String>,
    pub(crate) floor_trip_ms: Spread,
    pub(crate) phones: Vec<About>,
    pub(crate) rows: Vec<Row>,
    pub(crate) targets: Vec<Verdict>,
    pub(crate) shift: Option<Shift>,
    pub(crate) rehearsed: Option<Shift>,
}

/// A phone, and how it was set up.
#[derive(Debug, Serialize)]
pub(crate) struct About {
    pub(crate) phone: Name,
    pub(crate) version: String,
    pub(crate) transport: &'static str,
    pub(crate) sound: &'static str,
    pub(crate) best: &'static str,
    pub(crate) default: &'static str,
}

/// The figures of one case.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    #[serde(flatten)]
    pub(crate) case: Case,
    /// Of each run's mean.
    pub(crate) pesq: Spread,
    /// Of each run's median.
    pub(crate) trip_ms: Spread,
    pub(crate) cpu_s_per_min: Spread,
    pub(crate) pss_mb: Spread,
    /// Of the packets of sound, in the directions that suffer.
    pub(crate) lost_percent: Spread,
    pub(crate) standstill_ms: Spread,
    /// Runs measured, and why others have no figures.
    pub(crate) runs: usize,
    pub(crate) failed: Option<String>,
}

impl Report {
    pub(crate) fn of(diary: &Diary, asterisk: String) -> Report {
        let mut cases: Vec<Case> = Vec::new();
        let mut commits: Vec<String> = Vec::new();
        let (mut floor, mut shift, mut rehearsed) = (Vec::new(), None, None);
        for entry in diary.entries() {
            match entry {
                Entry::Floor { trip_ms } => floor.clone_from(trip_ms),
                Entry::Run { case, commit, .. } => {
                    if !cases.contains(case) {
                        cases.push(*case);
                    }
                    if case.phone == Name::Warmline && !commits.contains(commit) {
                        commits.push(commit.clone());
                    }
                }
                Entry::Shift { shift: of, .. } => shift = Some(*of),
                Entry::Rehearsed { shift: of, .. } => rehearsed = Some(*of),
            }
        }
        let named = |name: &Name| cases.iter().any(|case| case.phone == *name);
        let phones = Name::ALL.into_iter().filter(named).map(About::of).collect();
        let mut report = Report {
            machine: Machine::this(),
            asterisk,
            commits,
            floor_trip_ms: Spread::of(floor),
            phones,
            rows: cases.iter().map(|case| Row::of(*case, diary)).collect(),
            targets: Vec::new(),
            shift,
            rehearsed,
        };
        report.targets = verdicts(&report);
        report
    }

    pub(crate) fn row(
        &self,
        phone: Name,
        settings: Settings,
        codec: Codec,
        way: Way,
        condition: Condition,
    ) -> Option<&Row> {
        let case = Case {
            phone,
            settings,
            codec,
            way,
            condition,
        };
        self.rows.iter().find(|row| row.case == case)
    }

    pub(crate) fn version(&self, phone: Name) -> String {
        let about = self.phones.iter().find(|about| about.phone == phone);
        about.map_or_else(String::new, |about| about.version.clone())
    }
}

impl About {
    fn of(phone: Name) -> About {
        About {
            phone,
            version: phone.version(),
            transport: phone.transport(),
            sound: phone.sound(),
            best: phone.settings(Settings::Best),
            default: phone.settings(Settings::Default),
        }
    }
}

impl Row {
    fn of(case: Case, diary: &Diary) -> Row {
        let mut runs: Vec<(usize, &Measured)> = Vec::new();
        let mut failed: Vec<(usize, &String)> = Vec::new();
        for (run, outcome) in diary.runs(case) {
            match outcome {
                Outcome::Measured(measured) => {
                    // Measured again, the later counts.
                    runs.retain(|(other, _)| *other != run);
                    runs.push((run, measured));
                    failed.retain(|(other, _)| *other != run);
                }
                Outcome::Failed(reason) => failed.push((run, reason)),
            }
        }
        let each = |value: fn(&Measured) -> Option<f64>| {
            Spread::of(runs.iter().filter_map(|(_, run)| value(run)))
        };
        Row {
            case,
            pesq: each(|run| mean(&run.pesq)),
            trip_ms: each(|run| Spread::of(run.trip_ms.iter().copied()).median),
            cpu_s_per_min: each(|run| Some(run.cpu_s_per_min)),
            pss_mb: each(|run| Some(run.pss_mb)),
            lost_percent: Spread::of(runs.iter().filter_map(|(_, run)| lost(case.way, run))),
            standstill_ms: each(|run| Some(run.standstill_ms)),
            runs: runs.len(),
            failed: failed.last().map(|(_, reason)| (*reason).clone()),
        }
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn lost(way: Way, run: &Measured) -> Option<f64> {
    let passed = run.passed;
    let (mut all, mut lost) = (0, 0);
    if way.impairs_up() {
        (all, lost) = (all + passed.up, lost + passed.up_lost);
    }
    if way.impairs_down() {
        (all, lost) = (all + passed.down, lost + passed.down_lost);
    }
    (all > 0).then(|| lost as f64 * 100.0 / all as f64)
}
