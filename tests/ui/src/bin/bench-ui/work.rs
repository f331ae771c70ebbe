//! From the command line to the files.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use warmline_interop::figures::{self, Machine};
use warmline_interop::{Lab, Result};

use crate::bundle::Bundle;
use crate::measure::{self, Run};
use crate::name::Name;
use crate::place::Shaders;
use crate::report::{Figures, FirstStart, Report, markdown};
use crate::spots::Spots;

pub(crate) fn main() -> ExitCode {
    let wishes = match Wishes::parse(std::env::args().skip(1)) {
        Ok(wishes) => wishes,
        Err(problem) => {
            say(&problem);
            return ExitCode::from(2);
        }
    };
    let published = measure_all(&wishes)
        .and_then(|report| figures::publish(&wishes.to, "ui", &report, &markdown(&report)));
    match published {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

struct Wishes {
    runs: usize,
    idle: Duration,
    names: Vec<Name>,
    to: PathBuf,
}

impl Wishes {
    fn parse(mut words: impl Iterator<Item = String>) -> std::result::Result<Self, String> {
        let mut wishes = Self {
            runs: 5,
            idle: Duration::from_secs(60),
            names: Name::ALL.to_vec(),
            to: figures::folder(),
        };
        while let Some(word) = words.next() {
            let value = words.next().ok_or(format!("{word} needs a value"))?;
            let number = || {
                value
                    .parse::<u16>()
                    .map_err(|_| format!("{word} {value}: not a number"))
            };
            match word.as_str() {
                "--runs" => wishes.runs = number()?.into(),
                "--idle" => wishes.idle = Duration::from_secs(number()?.into()),
                "--phones" => {
                    wishes.names = value
                        .split(',')
                        .map(|name| serde_json::from_value(name.into()))
                        .collect::<std::result::Result<_, _>>()
                        .map_err(|_| format!("--phones {value}: not known"))?;
                }
                "--to" => wishes.to = value.into(),
                _ => {
                    return Err(format!(
                        "bench-ui [--runs N] [--idle SECONDS] [--phones a,b] [--to FOLDER]; not {word}"
                    ));
                }
            }
        }
        Ok(wishes)
    }
}

/// What was measured of one window so far.
#[derive(Default)]
struct Measured {
    spots: Option<Spots>,
    runs: Vec<Run>,
    failed: Option<String>,
}

fn measure_all(wishes: &Wishes) -> Result<Report> {
    let bundle = Bundle::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist"))?;
    let mut first_start = FirstStart::default();
    if wishes.names.contains(&Name::Warmline) {
        say("the first start of all");
        let first = measure::run(Name::Warmline, Duration::ZERO, Shaders::Cold, None)?;
        first_start = first.as_ref().map(FirstStart::of).unwrap_or_default();
    }
    let mut windows: Vec<(Name, Measured)> = Vec::new();
    for &name in &wishes.names {
        let mut measured = Measured::default();
        // This fills the cache of what paints that those which count find.
        match Spots::of(name) {
            Ok(spots) => measured.spots = spots,
            Err(error) => measured.fails(&error.to_string()),
        }
        windows.push((name, measured));
    }
    // In turn, so that a disturbance of the machine does not hit one alone.
    for number in 1..=wishes.runs {
        for (name, measured) in &mut windows {
            say(&format!("{name:?} {number}/{}", wishes.runs));
            match measure::run(*name, wishes.idle, Shaders::Cached, measured.spots) {
                Ok(Some(run)) => measured.runs.push(run),
                Ok(None) => {
                    measured.failed = Some("it is not installed (./dev lab bench)".to_owned());
                }
                Err(error) => measured.fails(&error.to_string()),
            }
        }
    }
    let windows = windows.into_iter().map(|(name, measured)| {
        let Measured { runs, failed, .. } = measured;
        Figures::of(name, name.version(), &runs, failed)
    });
    let report = Report {
        machine: Machine::this(),
        web_view: web_view(),
        asterisk: asterisk()?,
        idle_s: wishes.idle.as_secs(),
        windows: windows.collect(),
        first_start,
        bundle,
        targets: Vec::new(),
    };
    Ok(report.judged())
}

impl Measured {
    fn fails(&mut self, reason: &str) {
        say(reason);
        let line = reason.lines().next().unwrap_or_default();
        self.failed = Some(format!("a run failed: {line}"));
    }
}

/// What the PBX calls itself.
fn asterisk() -> Result<String> {
    let lab = Lab::new()?;
    let version = lab.asterisk()?.ami().console("core show version")?;
    Ok(version
        .split(" built")
        .next()
        .unwrap_or_default()
        .to_owned())
}

/// The version of the library that paints, without Debian's part.
fn web_view() -> String {
    let output = Command::new("dpkg-query")
        .args(["-W", "-f", "${Version}", "libwebkit2gtk-4.1-0"])
        .output();
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = version.unwrap_or_default();
    version.split('-').next().unwrap_or_default().to_owned()
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "bench: {text}");
}
