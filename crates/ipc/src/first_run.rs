//! Where the profile is looked for, and what is said as long as there is none.

use std::path::{Path, PathBuf};

use warmline_desk::{DeskError, ErrorCode};

use crate::snapshot::{UiFirstRun, UiProblem, UiProblemKind};

/// Which profile to use.
#[derive(Clone, Debug)]
pub enum Profile {
    /// The one named on the command line: it must be there.
    Named(PathBuf),
    /// The one in the folder for settings, which nobody may have put there yet.
    Default(PathBuf),
}

impl Profile {
    /// Its file.
    pub fn path(&self) -> &Path {
        match self {
            Self::Named(path) | Self::Default(path) => path,
        }
    }

    /// Its file, if the command line named it.
    pub fn named(&self) -> Option<&Path> {
        match self {
            Self::Named(path) => Some(path),
            Self::Default(_) => None,
        }
    }

    /// What the window says when it cannot be used because of `error`.
    pub fn first_run(&self, error: &DeskError) -> UiFirstRun {
        let never_made = matches!(self, Self::Default(path) if !path.exists())
            && error.code == ErrorCode::ProfileInvalid;
        UiFirstRun {
            path: self.path().display().to_string(),
            example: EXAMPLE.to_owned(),
            problem: (!never_made).then(|| problem(error)),
        }
    }

    /// What the window says when practice cannot begin.
    pub fn no_practice(&self, problem: UiProblem) -> UiFirstRun {
        UiFirstRun {
            path: self.path().display().to_string(),
            example: EXAMPLE.to_owned(),
            problem: Some(problem),
        }
    }
}

fn problem(error: &DeskError) -> UiProblem {
    UiProblem {
        kind: match error.code {
            ErrorCode::PasswordMissing => UiProblemKind::Password,
            ErrorCode::KeychainUnavailable => UiProblemKind::Keychain,
            _ => UiProblemKind::Profile,
        },
        words: error.what.clone(),
        advice: (!error.advice.is_empty()).then(|| error.advice.clone()),
    }
}

/// `warmline/profile.toml` in the folder for settings: `$XDG_CONFIG_HOME` or `~/.config`, `%APPDATA%`, or
/// `~/Library/Application Support`.
pub fn default_path(settings: &Path) -> PathBuf {
    settings.join("warmline").join("profile.toml")
}

const EXAMPLE: &str = r#"server = "wss://sbc.example.com/ws"
aor = "sip:2001@example.com"
display_name = "Your name"

# The password comes from the system's keychain:
# store it once with  warmline-cli password
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_a_profile() {
        let parsed = warmline_desk::Profile::parse(EXAMPLE, Path::new(""));
        assert!(parsed.is_ok(), "{parsed:?}");
    }

    #[test]
    fn a_profile_that_nobody_made_is_no_problem_and_a_named_one_is() {
        let missing = PathBuf::from("/nowhere/profile.toml");
        let error = warmline_desk::Profile::load(&missing).expect_err("there is none");
        let by_default = Profile::Default(missing.clone()).first_run(&error);
        assert_eq!(by_default.problem, None);
        assert_eq!(by_default.path, "/nowhere/profile.toml");
        let named = Profile::Named(missing).first_run(&error);
        assert!(
            named
                .problem
                .is_some_and(|problem| problem.words.contains("profile.toml"))
        );
    }

    #[test]
    fn a_broken_profile_is_a_problem_wherever_it_lies() {
        let error = DeskError::new(
            ErrorCode::PasswordMissing,
            "There is no password.",
            "Store it.",
        );
        let missing = PathBuf::from("/nowhere/profile.toml");
        let shown = Profile::Default(missing).first_run(&error);
        let problem = shown.problem.expect("a problem");
        assert_eq!(problem.kind, UiProblemKind::Password);
        assert_eq!(problem.words, "There is no password.");
        assert_eq!(problem.advice.as_deref(), Some("Store it."));
    }
}
