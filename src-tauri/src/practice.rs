//! The contact centre inside, for as long as the agent practises.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use warmline_desk::sign_in::Opener;
use warmline_ipc::{UiProblem, UiProblemKind};
use warmline_practice::{Practice, Scenario, agree};

/// A practice contact centre that runs, and the profile by which a phone signs on to it. All of it
/// is gone when dropped.
#[derive(Debug)]
pub(crate) struct Centre {
    profile: PathBuf,
    _folder: TempDir,
    _practice: Practice,
}

impl Centre {
    /// Opens it with a scenario from a file, or the one that is built in.
    pub(crate) async fn open(scenario: Option<PathBuf>) -> Result<Self, UiProblem> {
        let scenario = match scenario {
            Some(path) => Scenario::load(&path).map_err(|error| problem(&error, MEND))?,
            None => Scenario::built_in(),
        };
        let practice = Practice::start(scenario).await;
        let practice = practice.map_err(|error| problem(&error, AGAIN))?;
        let folder = tempfile::Builder::new()
            .prefix("warmline-practice-")
            .tempdir()
            .map_err(|error| problem(&error, AGAIN))?;
        let profile = practice.write_sign_in_profile(folder.path());
        Ok(Self {
            profile: profile.map_err(|error| problem(&error, AGAIN))?,
            _folder: folder,
            _practice: practice,
        })
    }

    /// Who agrees to the sign-in in the place of a browser: practice has no account.
    pub(crate) fn opener(&self) -> Opener {
        Opener::new(agree)
    }

    /// The profile for the phone.
    pub(crate) fn profile(&self) -> &Path {
        &self.profile
    }
}

fn problem(error: &dyn std::error::Error, advice: &str) -> UiProblem {
    UiProblem {
        kind: UiProblemKind::Practice,
        words: error.to_string(),
        advice: Some(advice.to_owned()),
    }
}

const MEND: &str = "Mend the scenario and try again; docs/practice.md says what may stand in it.";
const AGAIN: &str = "Try again. If it keeps happening, tell your administrator.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_centre_leaves_nothing_behind() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let profile = runtime.block_on(async {
            let centre = Centre::open(None).await.expect("it opens");
            assert!(warmline_desk::profile::Access::load(centre.profile()).is_ok());
            centre.profile().to_owned()
        });
        assert!(!profile.exists());
    }

    #[test]
    fn a_scenario_that_cannot_be_used_is_a_problem_in_words() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let opened = runtime.block_on(Centre::open(Some("/nowhere/day.toml".into())));
        let problem = opened.expect_err("there is no such file");
        assert_eq!(problem.kind, UiProblemKind::Practice);
        assert!(
            problem.words.contains("/nowhere/day.toml"),
            "{}",
            problem.words
        );
    }
}
