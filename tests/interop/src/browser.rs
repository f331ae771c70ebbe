use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::error::{LabError, Result};
use crate::lines::Lines;
use crate::people::Person;
use crate::place;
use crate::process::{Pipes, Process};

/// A person at a browser: JsSIP in headless Chromium (`lab/jssip/peer.mjs`).
pub struct Browser {
    lines: Lines,
}

/// What the browser hears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// The frequency of the loudest tone.
    pub hz: f64,
    /// The level of everything, as that of a sine of the same power: 0 is a full-scale sine.
    pub dbfs: f64,
}

impl Browser {
    pub(crate) fn start(dir: &Path, person: Person, server: &str) -> Result<Browser> {
        let peer = place::sources().join("jssip");
        if !peer.join("node_modules/jssip").is_dir() {
            return Err(LabError::Missing {
                what: "JsSIP",
                place: peer,
            });
        }
        let who = json!({
            "chromium": place::chromium()?,
            "server": server,
            "aor": person.aor(),
            "name": person.name,
            "password": person.password,
        });
        let mut command = Command::new(place::program("Node.js", &["node"])?);
        command
            .arg(peer.join("peer.mjs"))
            .arg(who.to_string())
            .env("HOME", dir)
            .env("PULSE_SERVER", "unix:/nonexistent");
        let process = Process::start(
            &format!("browser-{}", person.number),
            command,
            Pipes::Both,
            dir,
        )?;
        let mut browser = Browser {
            lines: Lines::new(process),
        };
        browser.wait("registered", START)?;
        Ok(browser)
    }

    /// The process id of the script that drives Chromium.
    pub fn pid(&self) -> u32 {
        self.lines.process.pid()
    }

    /// Calls a person or a number.
    pub fn call(&mut self, number: &str) -> Result<()> {
        self.send(json!({"cmd": "call", "to": format!("sip:{number}@{}", Person::DOMAIN)}))
    }

    /// Sends a command without fields: `answer`, `hangup`, `hold`, `resume`.
    pub fn tell(&mut self, command: &str) -> Result<()> {
        self.send(json!({"cmd": command}))
    }

    /// Refuses the call that rings.
    pub fn reject(&mut self, status: u16) -> Result<()> {
        self.send(json!({"cmd": "reject", "status": status}))
    }

    /// Says a tone from now on; 0 Hz is silence.
    pub fn say(&mut self, hz: f64, dbfs: f64) -> Result<()> {
        self.send(json!({"cmd": "tone", "hz": hz, "dbfs": dbfs}))
    }

    /// Presses digits, sent as RFC 4733 events.
    pub fn dtmf(&mut self, digits: &str) -> Result<()> {
        self.send(json!({"cmd": "dtmf", "digits": digits}))
    }

    /// What it heard in the last 0.7 s.
    pub fn listen(&mut self) -> Result<Heard> {
        self.send(json!({"cmd": "listen"}))?;
        let heard = self.wait("heard", LIMIT)?;
        let field = |name: &str| heard[name].as_f64().unwrap_or(f64::NAN);
        Ok(Heard {
            hz: field("hz"),
            dbfs: field("dbfs"),
        })
    }

    /// Listens until it hears this tone at this level: within 2 Hz and 1.5 dB, for 0.7 s.
    pub fn hears(&mut self, hz: f64, dbfs: f64) -> Result<()> {
        self.listen_until(&format!("{hz} Hz at {dbfs} dBFS"), |heard| {
            (heard.hz - hz).abs() < 2.0 && (heard.dbfs - dbfs).abs() < 1.5
        })
    }

    /// Listens until it hears nothing, for 0.7 s.
    pub fn hears_silence(&mut self) -> Result<()> {
        self.listen_until("silence", |heard| heard.dbfs < -60.0)
    }

    /// Listens until it hears the phone's own hold music, which is well softer than the voices here.
    pub fn hears_hold_music(&mut self) -> Result<()> {
        self.listen_until("hold music", |heard| (-40.0..-23.0).contains(&heard.dbfs))
    }

    fn listen_until(&mut self, awaited: &str, wanted: impl Fn(Heard) -> bool) -> Result<()> {
        let start = Instant::now();
        loop {
            let heard = self.listen()?;
            if wanted(heard) {
                return Ok(());
            }
            if start.elapsed() > LIMIT {
                return Err(LabError::TimedOut {
                    name: self.lines.process.name().to_owned(),
                    awaited: awaited.to_owned(),
                    limit: LIMIT,
                    seen: format!("{heard:?}"),
                });
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Chromium's statistics of the call: `sent`, `received`, `lost`, `codec` …
    pub fn stats(&mut self) -> Result<Value> {
        self.send(json!({"cmd": "stats"}))?;
        self.wait("stats", LIMIT)
    }

    /// The next event of this name after the one awaited last.
    ///
    /// # Errors
    /// [`LabError::Refused`] if the page reports an error first.
    pub fn wait(&mut self, event: &str, limit: Duration) -> Result<Value> {
        let name = self.lines.process.name().to_owned();
        self.lines.wait(event, limit, |line| {
            let is = |name: &str| line.value["event"] == name;
            if is("error") && event != "error" {
                let reason = line.value["message"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                return Some(Err(LabError::Refused {
                    name: name.clone(),
                    reason,
                }));
            }
            is(event).then(|| Ok(line.value.clone()))
        })?
    }

    fn send(&mut self, command: Value) -> Result<()> {
        self.lines.send(&command)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The script closes Chromium when its input ends.
        self.lines.hush();
        self.lines.process.wait(Duration::from_secs(3));
    }
}

const START: Duration = Duration::from_secs(30);
const LIMIT: Duration = Duration::from_secs(10);
