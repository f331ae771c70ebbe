use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::error::{Doing, LabError, Result};
use crate::place;

/// What speech is worth after a journey.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// PESQ, as MOS-LQO.
    pub pesq: f64,
    /// Where in the recording the reference was found.
    pub delay_ms: f64,
    /// How much louder it came back.
    pub gain_db: f64,
    /// How alike the waves are: 1 is the same.
    pub likeness: f64,
}

/// The band that PESQ listens in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// P.862, 300–3400 Hz: for G.711.
    Narrow,
    /// P.862.2, 50–7000 Hz.
    Wide,
}

/// Finds `reference` in `recording` and scores it (`lab/score.py`).
pub fn score(reference: &Path, recording: &Path, band: Band) -> Result<Score> {
    let scores = score_all(reference, &[recording.to_owned()], band)?;
    scores
        .into_iter()
        .next()
        .ok_or_else(|| refused("no score".to_owned()))
}

/// The same in each of these recordings.
pub fn score_all(reference: &Path, recordings: &[PathBuf], band: Band) -> Result<Vec<Score>> {
    let python = place::installed().join("venv/bin/python");
    if !python.exists() {
        return Err(LabError::Missing {
            what: "PESQ",
            place: python,
        });
    }
    let band = match band {
        Band::Narrow => "nb",
        Band::Wide => "wb",
    };
    let output = Command::new(python)
        .arg(place::sources().join("score.py"))
        .arg(reference)
        .args(recordings)
        .arg(band)
        .output()
        .doing("starting PESQ")?;
    if !output.status.success() {
        return Err(refused(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).map_err(|error| refused(error.to_string())))
        .collect()
}

fn refused(reason: String) -> LabError {
    LabError::Refused {
        name: "PESQ".to_owned(),
        reason,
    }
}
