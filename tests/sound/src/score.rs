//! PESQ and delay of recordings, by `score.py` and the lab's Python (`./dev lab`).

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

/// What was said and what was heard.
#[derive(Clone, Debug, Serialize)]
pub struct Job {
    /// WAV file.
    pub said: PathBuf,
    /// WAV file.
    pub heard: PathBuf,
    /// Where in `said` each passage begins and ends.
    pub passages: Vec<(usize, usize)>,
    /// `wb`, `nb` or both.
    pub bands: Vec<&'static str>,
}

/// What it is worth.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Score {
    /// PESQ-wb, mean of the passages.
    pub wb: Option<f64>,
    /// PESQ-nb, mean of the passages.
    pub nb: Option<f64>,
    /// PESQ of the worst passage.
    pub worst: Option<f64>,
    /// From mouth to ear without devices, median.
    pub delay_ms: Option<f64>,
    /// The same, 95th percentile.
    pub delay_p95_ms: Option<f64>,
}

/// Scores all, in order.
///
/// # Errors
/// Python or PESQ is missing, or a file cannot be read.
pub fn score(jobs: &[Job]) -> io::Result<Vec<Score>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("score.py");
    let mut python = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = python.stdin.take() {
        for job in jobs {
            writeln!(stdin, "{}", serde_json::to_string(job)?)?;
        }
    }
    let output = python.wait_with_output()?;
    let scores: Vec<Score> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    if !output.status.success() || scores.len() != jobs.len() {
        return Err(io::Error::other("score.py failed"));
    }
    Ok(scores)
}

/// Where `./dev lab` has put Python with PESQ.
fn python() -> PathBuf {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let cache = || set("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || set("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let lab = set("WARMLINE_LAB").map(PathBuf::from).or_else(|| {
        let cache = cache().or_else(home)?;
        Some(cache.join("warmline-lab"))
    });
    lab.map_or("python3".into(), |lab| lab.join("venv/bin/python"))
}
