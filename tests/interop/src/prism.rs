use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::error::{LabError, Result};
use crate::process::{Pipes, Process};
use crate::{place, ports};

/// Prism: a server that knows an API by its OpenAPI document, and refuses with 422 what is not in it.
pub struct Prism {
    process: Process,
    port: u16,
}

impl Prism {
    /// Answers by itself, with examples that it makes up.
    pub(crate) fn mock(dir: &Path, document: &Path) -> Result<Prism> {
        Prism::start(dir, &["mock"], document, None)
    }

    /// Hands everything on to a server of this address, and its answers back: what is not as described on
    /// either way becomes an error.
    pub(crate) fn proxy(dir: &Path, document: &Path, upstream: &str) -> Result<Prism> {
        Prism::start(dir, &["proxy", "--errors"], document, Some(upstream))
    }

    fn start(dir: &Path, mode: &[&str], document: &Path, upstream: Option<&str>) -> Result<Prism> {
        let peer = place::sources().join("prism");
        let program = peer.join("node_modules/@stoplight/prism-cli/dist/index.js");
        if !program.is_file() {
            return Err(LabError::Missing {
                what: "Prism",
                place: peer,
            });
        }
        let port = ports::free();
        let mut command = Command::new(place::program("Node.js", &["node"])?);
        command
            .arg(program)
            .args(mode)
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .arg(document)
            .args(upstream)
            .env("HOME", dir);
        let mut process = Process::start("prism", command, Pipes::None, dir)?;
        // It listens when it has read the document.
        process.ready_when(Duration::from_secs(60), || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        })?;
        Ok(Prism { process, port })
    }

    /// Where the API is; the paths of the document begin right behind it.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Every request it was asked, as `get /me`, and the status it answered with. Waits until there are as
    /// many: what it prints lags behind what it does.
    ///
    /// # Errors
    /// [`LabError::NotReady`] when there are fewer.
    pub fn heard(&mut self, requests: usize) -> Result<Vec<(String, u16)>> {
        let log = self.process.log().to_owned();
        let mut heard = Vec::new();
        self.process.ready_when(Duration::from_secs(60), || {
            heard = read(&std::fs::read_to_string(&log).unwrap_or_default());
            heard.len() >= requests
        })?;
        Ok(heard)
    }

    /// The last it said, with what it found wrong.
    pub fn log_tail(&self) -> String {
        self.process.log_tail()
    }
}

/// `[HTTP SERVER] get /me ℹ …`; some lines later what is answered, by itself or by the server behind it; and
/// then perhaps that this is not as described. One request after another.
fn read(log: &str) -> Vec<(String, u16)> {
    let mut heard = Vec::new();
    let mut asked = None;
    for line in log.lines() {
        if let Some((_, rest)) = line.split_once("[HTTP SERVER] ") {
            asked = rest.split_once(" ℹ").map(|(request, _)| request.trim());
            if rest.contains("✖")
                && let Some((_, status)) = heard.last_mut()
            {
                *status = 500;
            }
        } else if let Some(status) = status(line)
            && let Some(request) = asked.take()
        {
            heard.push((request.to_owned(), status));
        }
    }
    heard
}

fn status(line: &str) -> Option<u16> {
    let (_, status) = line
        .split_once("> Responding with \"")
        .or_else(|| line.split_once(" has returned "))?;
    status.trim_end_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_their_statuses_are_read() {
        let log = "[7:48 AM] › [CLI] ▶  start     Prism is listening\n\
            [7:48 AM] › [HTTP SERVER] post /me/presence/setPresence ℹ  info      Request received\n\
            [7:48 AM] ›     [NEGOTIATOR] ✔  success   Responding with the requested status code 422\n\
            [7:48 AM] ›     [NEGOTIATOR] ℹ  info      > Responding with \"422\"\n\
            [7:48 AM] › [HTTP SERVER] get /me ℹ  info      Request received\n\
            [7:48 AM] ›     [NEGOTIATOR] ℹ  info      > Responding with \"200\"\n\
            [7:48 AM] › [HTTP SERVER] get /users ℹ  info      Request received\n\
            [7:48 AM] ›     [PROXY] ℹ  info      > Forwarding \"get\" request to http://127.0.0.1:1/v1.0/users...\n\
            [7:48 AM] ›     [PROXY] ℹ  info      The upstream call to /users has returned 200\n\
            [7:48 AM] › [HTTP SERVER] get /users ✖  error     Request terminated with error: VIOLATIONS\n\
            [7:48 AM] › [HTTP SERVER] get /cut ℹ  info      Request received\n";
        assert_eq!(
            read(log),
            [
                ("post /me/presence/setPresence".to_owned(), 422),
                ("get /me".to_owned(), 200),
                ("get /users".to_owned(), 500)
            ]
        );
    }
}
