//! From the command line to the files.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use warmline_interop::Result;
use warmline_interop::figures::{self, Machine};

use crate::measure::{self, Shaders};
use crate::report::{Figures, FirstStart, Report, markdown};

pub(crate) fn main() -> ExitCode {
    let wishes = match Wishes::parse(std::env::args().skip(1)) {
        Ok(wishes) => wishes,
        Err(problem) => {
            say(&problem);
            return ExitCode::from(2);
        }
    };
    let published = measure_all(&wishes)
        .and_then(|report| figures::publish(&wishes.to, "window", &report, &markdown(&report)));
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
    to: PathBuf,
}

impl Wishes {
    fn parse(mut words: impl Iterator<Item = String>) -> std::result::Result<Self, String> {
        let mut wishes = Self {
            runs: 5,
            idle: Duration::from_secs(60),
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
                "--to" => wishes.to = value.into(),
                _ => {
                    return Err(format!(
                        "bench-window [--runs N] [--idle SECONDS] [--to FOLDER]; not {word}"
                    ));
                }
            }
        }
        Ok(wishes)
    }
}

fn measure_all(wishes: &Wishes) -> Result<Report> {
    say("the first start of all");
    let first = measure::warmline(Duration::ZERO, Shaders::Cold)?;
    // These fill the cache that those which count find.
    measure::warmline(Duration::ZERO, Shaders::Cached)?;
    measure::hello(Duration::ZERO)?;
    let (mut warmline, mut hello) = (Vec::new(), Vec::new());
    // In turn, so that a disturbance of the machine does not hit one alone.
    for number in 1..=wishes.runs {
        say(&format!("hello {number}/{}", wishes.runs));
        hello.push(measure::hello(wishes.idle)?);
        say(&format!("warmline {number}/{}", wishes.runs));
        warmline.push(measure::warmline(wishes.idle, Shaders::Cached)?);
    }
    Ok(Report {
        machine: Machine::this(),
        web_view: web_view(),
        runs: wishes.runs,
        idle_s: wishes.idle.as_secs(),
        warmline: Figures::of(&warmline),
        hello: Figures::of(&hello),
        first_start: FirstStart::of(&first),
    })
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
