//! From the command line to the files.

use std::io::Write;
use std::process::ExitCode;

use warmline_interop::figures::{self, Machine, Spread};
use warmline_interop::rivals::{Codec, Name};
use warmline_interop::{Lab, Result, trip};

use crate::measure::{self, Run};
use crate::report::{Figures, Report, markdown};

pub(crate) fn main() -> ExitCode {
    let wishes = match Wishes::parse(std::env::args().skip(1)) {
        Ok(wishes) => wishes,
        Err(problem) => {
            say(&problem);
            return ExitCode::from(2);
        }
    };
    let published = measure_all(&wishes).and_then(|report| {
        figures::publish(&figures::folder(), "call", &report, &markdown(&report))
    });
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
    phones: Vec<Name>,
    codecs: Vec<Codec>,
}

impl Wishes {
    fn parse(mut words: impl Iterator<Item = String>) -> std::result::Result<Wishes, String> {
        let mut wishes = Wishes {
            runs: 3,
            phones: vec![Name::Warmline, Name::Baresip, Name::Linphonec],
            codecs: vec![Codec::Opus, Codec::Pcmu],
        };
        while let Some(word) = words.next() {
            let value = words.next().ok_or(format!("{word} needs a value"))?;
            let unknown = |_| format!("{word} {value}: not known");
            let list = || value.split(',').map(serde_json::Value::from);
            match word.as_str() {
                "--runs" => {
                    wishes.runs = value
                        .parse()
                        .map_err(|_| format!("--runs {value}: not a number"))?
                }
                "--phones" => {
                    wishes.phones = list()
                        .map(serde_json::from_value)
                        .collect::<std::result::Result<_, _>>()
                        .map_err(unknown)?
                }
                "--codecs" => {
                    wishes.codecs = list()
                        .map(serde_json::from_value)
                        .collect::<std::result::Result<_, _>>()
                        .map_err(unknown)?
                }
                _ => {
                    return Err(format!(
                        "bench-call [--runs N] [--phones a,b] [--codecs a,b]; not {word}"
                    ));
                }
            }
        }
        Ok(wishes)
    }
}

fn measure_all(wishes: &Wishes) -> Result<Report> {
    say("the floor");
    let floor_trip_ms = Spread::of(trip::floor()?);
    let asterisk = {
        let lab = Lab::new()?;
        lab.asterisk()?.ami().console("core show version")?
    };
    let asterisk = asterisk
        .split(" built")
        .next()
        .unwrap_or_default()
        .to_owned();
    let mut phones = Vec::new();
    for &codec in &wishes.codecs {
        // In turn, so that a disturbance of the machine does not hit one phone alone.
        let mut runs: Vec<(Vec<Run>, Option<String>)> =
            wishes.phones.iter().map(|_| Default::default()).collect();
        for number in 1..=wishes.runs {
            for (&phone, (runs, failed)) in wishes.phones.iter().zip(&mut runs) {
                say(&format!(
                    "{} {} {number}/{}",
                    label(phone),
                    label(codec),
                    wishes.runs
                ));
                match measure::run(phone, codec) {
                    Ok(Some(run)) => runs.push(run),
                    Ok(None) => {
                        *failed =
                            Some("it is not installed (tests/interop/lab/setup bench)".to_owned())
                    }
                    Err(error) => {
                        say(&error.to_string());
                        *failed = error
                            .to_string()
                            .lines()
                            .next()
                            .map(|line| format!("a run failed: {line}"));
                    }
                }
            }
        }
        for (&phone, (runs, failed)) in wishes.phones.iter().zip(runs) {
            phones.push(Figures::of(phone, phone.version(), codec, &runs, failed));
        }
    }
    Ok(Report {
        machine: Machine::this(),
        asterisk,
        runs: wishes.runs,
        floor_trip_ms,
        phones,
    })
}

fn label(value: impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "bench: {text}");
}
