use std::path::PathBuf;
use std::time::Duration;

/// What a lab function returns.
pub type Result<T> = std::result::Result<T, LabError>;

/// Why the lab could not do what a test asked.
#[derive(thiserror::Error)]
pub enum LabError {
    /// Something `lab/setup` installs is not there.
    #[error("{what} is missing ({place}): run ./dev lab")]
    Missing {
        /// Its name.
        what: &'static str,
        /// Where it was looked for.
        place: PathBuf,
    },
    /// A peer ended, or did not prove itself ready in time.
    #[error("{name} is not ready: {reason}\n{log}")]
    NotReady {
        /// Which peer.
        name: String,
        /// What it did instead.
        reason: String,
        /// The end of what it printed.
        log: String,
    },
    /// What was awaited did not happen in time.
    #[error("{name}: no {awaited} within {limit:?}; since then:\n{seen}")]
    TimedOut {
        /// Who was listened to.
        name: String,
        /// What should have come.
        awaited: String,
        /// How long it was waited for.
        limit: Duration,
        /// What came instead.
        seen: String,
    },
    /// A peer answered something that a test cannot go on with.
    #[error("{name}: {reason}")]
    Refused {
        /// Which peer.
        name: String,
        /// What it said.
        reason: String,
    },
    /// A log holds what no log may hold.
    #[error("{log} holds {what}:\n{line}")]
    Leaked {
        /// The log.
        log: PathBuf,
        /// What kind of thing it is.
        what: &'static str,
        /// The line it stands in.
        line: String,
    },
    /// The machine said no.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the machine said.
        source: std::io::Error,
    },
}

// A test that returns an error prints it by `Debug`: let it read like a sentence.
impl std::fmt::Debug for LabError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// Gives an I/O error the words that say what was being done.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl Into<String>) -> Result<T>;
}

impl<T, E: Into<std::io::Error>> Doing<T> for std::result::Result<T, E> {
    fn doing(self, what: impl Into<String>) -> Result<T> {
        self.map_err(|error| LabError::Io {
            doing: what.into(),
            source: error.into(),
        })
    }
}
