use std::{
    io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{Practice, PracticeError, Scenario, ScenarioError};

/// A practice contact centre that runs, and the profile by which a phone signs on to it. All of it
/// is gone when dropped.
#[derive(Debug)]
pub struct Centre {
    profile: PathBuf,
    _folder: TempDir,
    _practice: Practice,
}

/// Why it cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum CentreError {
    /// The scenario cannot be played.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// It cannot begin.
    #[error(transparent)]
    Practice(#[from] PracticeError),
    /// There is no room for its profile.
    #[error("the profile of the practice cannot be written: {0}")]
    Folder(#[from] io::Error),
}

impl Centre {
    /// Opens it with a scenario from a file, or the one that is built in.
    ///
    /// # Errors
    /// The scenario cannot be played, or there is no port or folder for it.
    pub async fn open(scenario: Option<PathBuf>) -> Result<Self, CentreError> {
        let scenario = match scenario {
            Some(path) => Scenario::load(&path)?,
            None => Scenario::built_in(),
        };
        let practice = Practice::start(scenario).await?;
        let folder = tempfile::Builder::new()
            .prefix("warmline-practice-")
            .tempdir()?;
        Ok(Self {
            profile: practice.write_sign_in_profile(folder.path())?,
            _folder: folder,
            _practice: practice,
        })
    }

    /// The profile for the phone.
    pub fn profile(&self) -> &Path {
        &self.profile
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_centre_leaves_nothing_behind() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let profile = runtime.block_on(async {
            let centre = Centre::open(None).await.expect("it opens");
            let profile = std::fs::read_to_string(centre.profile()).expect("it can be read");
            assert!(profile.contains("[sign_in]"), "{profile}");
            centre.profile().to_owned()
        });
        assert!(!profile.exists());
    }

    #[test]
    fn a_scenario_that_cannot_be_used_is_named() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let opened = runtime.block_on(Centre::open(Some("/nowhere/day.toml".into())));
        let words = opened.expect_err("there is no such file").to_string();
        assert!(words.contains("/nowhere/day.toml"), "{words}");
    }
}
