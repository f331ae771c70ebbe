//! A conversation with a program by one JSON object a line: commands in, events out.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::ChildStdin;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use crate::error::{Doing, LabError, Result};
use crate::process::Process;

/// The program, and everything it has said.
pub struct Lines {
    pub(crate) process: Process,
    stdin: Option<ChildStdin>,
    incoming: Receiver<Line>,
    said: Vec<Line>,
    /// What was said before is not waited for any more.
    next: usize,
}

/// One event, and when it was read.
#[derive(Clone, Debug)]
pub struct Line {
    /// What was said.
    pub value: Value,
    /// When it was read.
    pub at: Instant,
}

impl Lines {
    /// Takes over the pipes of a program started with [`crate::Pipes::Both`].
    pub fn new(mut process: Process) -> Lines {
        let (stdin, stdout) = (process.stdin(), process.stdout());
        let (sender, incoming) = channel();
        // Ends with the program: its standard output closes. A line that is no JSON is an event too,
        // so that a test can refuse it.
        // A copy for whoever reads the logs of a test that failed.
        let mut copy = File::create(process.log().with_extension("said")).ok();
        std::thread::spawn(move || {
            for text in BufReader::new(stdout)
                .lines()
                .map_while(std::result::Result::ok)
            {
                let at = Instant::now();
                copy.as_mut().map(|copy| writeln!(copy, "{text}"));
                let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
                if sender.send(Line { value, at }).is_err() {
                    break;
                }
            }
        });
        Lines {
            process,
            stdin: Some(stdin),
            incoming,
            said: Vec::new(),
            next: 0,
        }
    }

    /// Says one thing.
    ///
    /// # Errors
    /// The program does not read it.
    pub fn send(&mut self, command: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(command)
            .map_err(std::io::Error::other)
            .doing("writing JSON")?;
        self.send_bytes(text.as_bytes())
    }

    pub(crate) fn send_bytes(&mut self, line: &[u8]) -> Result<()> {
        let text = String::from_utf8_lossy(line);
        let doing = || format!("telling {} {text}", self.process.name());
        match &mut self.stdin {
            Some(stdin) => stdin
                .write_all(line)
                .and_then(|()| stdin.write_all(b"\n"))
                .and_then(|()| stdin.flush())
                .doing(doing()),
            None => Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe)).doing(doing()),
        }
    }

    /// Closes the program's standard input.
    pub(crate) fn hush(&mut self) {
        self.stdin = None;
    }

    /// The first line from `from` on that `pick` makes something of; its index, and what was made.
    ///
    /// # Errors
    /// None in time, or the program has ended.
    pub fn find<T>(
        &mut self,
        from: usize,
        awaited: &str,
        limit: Duration,
        mut pick: impl FnMut(&Line) -> Option<T>,
    ) -> Result<(usize, T)> {
        let deadline = Instant::now() + limit;
        let mut index = from;
        loop {
            while let Some(line) = self.said.get(index) {
                if let Some(picked) = pick(line) {
                    return Ok((index, picked));
                }
                index += 1;
            }
            match self
                .incoming
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(line) => self.said.push(line),
                Err(RecvTimeoutError::Timeout) => {
                    let marked = |index| {
                        if index == from {
                            "(awaited from here)\n"
                        } else {
                            ""
                        }
                    };
                    let seen = self.said.iter().enumerate().skip(from.saturating_sub(12));
                    let seen: String = seen
                        .map(|(index, line)| format!("{}{}\n", marked(index), line.value))
                        .collect();
                    let seen = format!(
                        "{seen}{}{}",
                        marked(self.said.len()),
                        self.process.log_tail()
                    );
                    let name = self.process.name().to_owned();
                    return Err(LabError::TimedOut {
                        name,
                        awaited: awaited.to_owned(),
                        limit,
                        seen,
                    });
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.process.wait(Duration::from_secs(1));
                    return Err(self
                        .process
                        .not_ready(format!("it ended ({status:?}) before {awaited}")));
                }
            }
        }
    }

    /// As [`Lines::find`], from after what was awaited last.
    pub(crate) fn wait<T>(
        &mut self,
        awaited: &str,
        limit: Duration,
        pick: impl FnMut(&Line) -> Option<T>,
    ) -> Result<T> {
        let (index, picked) = self.find(self.next, awaited, limit, pick)?;
        self.next = index + 1;
        Ok(picked)
    }

    /// Ends the program without a warning, as a crash would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Everything said so far.
    pub fn said(&mut self) -> &[Line] {
        self.said.extend(self.incoming.try_iter());
        &self.said
    }
}
