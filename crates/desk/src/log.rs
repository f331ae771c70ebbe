//! The log: to a file of bounded size, without people and secrets, and never in the way of a call.

use std::path::PathBuf;

use crate::error::DeskError;

/// Where the log goes and how much of it.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// The file, or standard error.
    pub file: Option<PathBuf>,
    /// Directives as of `tracing_subscriber::EnvFilter`; `info` unless said.
    pub level: String,
    /// Largest size of the file in bytes; when reached, it becomes `FILE.1` and a new one is begun.
    pub max_bytes: u64,
}

/// Starts the log for the whole program; to be called once.
///
/// # Errors
/// The directives cannot be read, or the file cannot be opened.
pub fn start(config: LogConfig) -> Result<Log, DeskError> {
    let _ = config;
    unimplemented!()
}

/// The running log. Lines still waiting are written when it is dropped.
#[derive(Debug)]
pub struct Log {}
