use std::io::Read;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use crate::error::Result;
use crate::process::Process;

/// A `warmline-cli` that does one thing and ends: `call`, `answer`, `register`, `devices`, `doctor`.
pub struct Errand {
    process: Process,
    reader: JoinHandle<String>,
}

/// How an errand came out.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it printed on stdout.
    pub said: String,
}

impl Errand {
    pub(crate) fn of(mut process: Process) -> Errand {
        let mut stdout = process.stdout();
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            // What was read so far counts, whatever it ends by.
            let _ = stdout.read_to_string(&mut text);
            text
        });
        Errand { process, reader }
    }

    /// Waits until it has ended by itself.
    ///
    /// # Panics
    /// If the reader has, which only reads.
    pub fn finish(mut self) -> Result<Outcome> {
        let Some(status) = self.process.wait(LIMIT) else {
            return Err(self
                .process
                .not_ready(format!("it should have ended within {LIMIT:?}")));
        };
        Ok(Outcome {
            code: status.code(),
            said: self.reader.join().expect("the reader does not panic"),
        })
    }
}

impl Outcome {
    /// What it printed, a JSON value a line.
    ///
    /// # Panics
    /// If a line is none: a test fails by it.
    pub fn json(&self) -> Vec<Value> {
        let parse =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line:?}"));
        self.said.lines().map(parse).collect()
    }

    /// The events of this name among them.
    pub fn events(&self, name: &str) -> Vec<Value> {
        let mut events = self.json();
        events.retain(|event| event["event"] == name);
        events
    }
}

const LIMIT: Duration = Duration::from_secs(40);
