//! What benchmarks write down: on which machine, and how figures spread.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;

use crate::error::{Doing, LabError, Result};

/// Where the figures of this project lie.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bench")
}

/// Writes `name`.json and `name`.md into a folder, and the JSON to stdout.
pub fn publish(folder: &Path, name: &str, report: &impl Serialize, markdown: &str) -> Result<()> {
    let json = serde_json::to_string_pretty(report)
        .map_err(std::io::Error::from)
        .doing("writing JSON")?
        + "\n";
    std::fs::create_dir_all(folder).doing(format!("making {}", folder.display()))?;
    for (ending, text) in [("json", json.as_str()), ("md", markdown)] {
        let file = folder.join(format!("{name}.{ending}"));
        std::fs::write(&file, text).doing(format!("writing {}", file.display()))?;
    }
    std::io::stdout()
        .write_all(json.as_bytes())
        .doing("printing")
}

/// Gives an I/O error of a benchmark's the words that say what was being done.
pub fn io(doing: &'static str) -> impl Fn(std::io::Error) -> LabError {
    move |source| LabError::Io {
        doing: doing.to_owned(),
        source,
    }
}

/// What it was measured on.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// Which Linux.
    pub system: String,
    /// The processor's name.
    pub processor: String,
    /// How many of its cores could be used.
    pub cores: usize,
    /// The day, ISO 8601.
    pub date: String,
}

/// What several measurements of one thing showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// The least.
    pub min: Option<f64>,
    /// The one in the middle.
    pub median: Option<f64>,
    /// The most.
    pub max: Option<f64>,
    /// How many there were.
    pub count: usize,
}

impl Spread {
    /// Of these.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Spread {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let round = |value: f64| (value * 100.0).round() / 100.0;
        let middle = |values: &[f64]| match values.len() {
            0 => None,
            count if count % 2 == 1 => Some(values[count / 2]),
            count => Some(f64::midpoint(values[count / 2 - 1], values[count / 2])),
        };
        Spread {
            min: values.first().copied().map(round),
            median: middle(&values).map(round),
            max: values.last().copied().map(round),
            count: values.len(),
        }
    }

    /// For a table: the median, and the least and the most.
    pub fn cell(&self, digits: usize) -> String {
        match (self.min, self.median, self.max) {
            (Some(min), Some(median), Some(max)) => {
                format!("**{median:.digits$}** ({min:.digits$}–{max:.digits$})")
            }
            _ => "–".to_owned(),
        }
    }
}

impl Machine {
    /// This one, now.
    pub fn this() -> Machine {
        let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let value = |text: &str, key: &str| {
            let line = text
                .lines()
                .find(|line| line.starts_with(key))
                .unwrap_or_default();
            line.split_once(['=', ':'])
                .map_or(String::new(), |(_, value)| {
                    value.trim().trim_matches('"').to_owned()
                })
        };
        Machine {
            system: value(&file("/etc/os-release"), "PRETTY_NAME"),
            processor: value(&file("/proc/cpuinfo"), "model name"),
            cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
            date: output("date", &["+%Y-%m-%d"]),
        }
    }
}

fn output(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output();
    output
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_least_middle_and_most() {
        let spread = Spread::of([3.0, 1.0, 2.004, 9.0]);
        assert_eq!(
            spread,
            Spread {
                min: Some(1.0),
                median: Some(2.5),
                max: Some(9.0),
                count: 4
            }
        );
        assert_eq!(spread.cell(1), "**2.5** (1.0–9.0)");
        assert_eq!(Spread::of([]).cell(0), "–");
    }
}
