//! The log: to a file of bounded size, without people and secrets, and never in the way of a call.
//!
//! A line is handed to a thread of its own through a bounded queue. When that queue is full, or
//! the disk is, lines are dropped and counted; this is reported once, and writing is tried again
//! from time to time.

mod rolling;
mod writer;

use std::{
    path::PathBuf,
    sync::mpsc::{SyncSender, sync_channel},
    time::Duration,
};

use tokio::sync::watch;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;

use crate::error::{DeskError, ErrorCode};
use rolling::RollingFile;
use writer::{Message, Writer};

/// Where the log goes and how much of it.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// The file, or standard error.
    pub file: Option<PathBuf>,
    /// Directives as of `tracing_subscriber::EnvFilter`, for example `info` or
    /// `info,warmline_sip=debug`. Crates that would log people stay quiet whatever they say.
    pub level: String,
    /// Largest size of the file in bytes; when it is reached, the file becomes `FILE.1` and a new
    /// one is begun, so that there is never more than twice as much.
    pub max_bytes: u64,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            file: None,
            level: "info".to_owned(),
            max_bytes: 10_000_000,
        }
    }
}

/// Starts the log for the whole program; to be called once.
///
/// # Errors
/// The directives cannot be read, the file cannot be opened, or there is a log already.
pub fn start(config: LogConfig) -> Result<Log, DeskError> {
    let (subscriber, log) = subscriber(config)?;
    tracing::subscriber::set_global_default(subscriber)
        .map_err(|error| unusable(format!("The log cannot be started: {error}."), ""))?;
    Ok(log)
}

/// The running log. Lines still waiting are written when it is dropped.
#[derive(Debug)]
pub struct Log {
    queue: SyncSender<Message>,
    health: LogHealth,
}

/// Why lines are being lost, if they are.
pub type LogHealth = watch::Receiver<Option<DeskError>>;

impl Log {
    /// Tells whether lines are being lost; the desk takes it to
    /// [report](crate::DeskConfig::log) it.
    pub fn health(&self) -> LogHealth {
        self.health.clone()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let (done, wait) = sync_channel(1);
        if self.queue.send(Message::Flush(done)).is_ok() {
            // A disk that takes longer keeps its lines.
            let _ = wait.recv_timeout(FLUSH_LIMIT);
        }
    }
}

/// The log as a subscriber, for whoever does not want it for the whole program.
fn subscriber(config: LogConfig) -> Result<(impl Subscriber + Send + Sync, Log), DeskError> {
    let filter = filter(&config.level)?;
    let started = match &config.file {
        Some(path) => {
            let file = RollingFile::open(path, config.max_bytes).map_err(|error| {
                unusable(
                    format!(
                        "The log file {} cannot be written: {error}.",
                        path.display()
                    ),
                    "Choose another place for it.",
                )
            })?;
            Writer::start(file)
        }
        None => Writer::start(std::io::stderr()),
    };
    let (lines, queue, health) =
        started.map_err(|error| unusable(format!("The log cannot be started: {error}."), ""))?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(lines)
        .finish();
    Ok((subscriber, Log { queue, health }))
}

fn filter(level: &str) -> Result<EnvFilter, DeskError> {
    let level = if level.trim().is_empty() {
        "info"
    } else {
        level
    };
    // The last directive for a crate wins. The library for numbers would log the ones it reads.
    let directives = format!(
        "{level},{},rlibphonenumber=off",
        warmline_sip::quiet_filter()
    );
    EnvFilter::try_new(directives).map_err(|error| {
        unusable(
            format!("The log level cannot be read: {error}."),
            "Write for example `info` or `info,warmline_sip=debug`.",
        )
    })
}

fn unusable(what: String, advice: &str) -> DeskError {
    DeskError::new(ErrorCode::LogUnusable, what, advice)
}

const FLUSH_LIMIT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
