use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cost;
use crate::error::{LabError, Result};
use crate::lines::Lines;
use crate::people::Person;
use crate::place;
use crate::process::{Pipes, Process};
use crate::pulse::Pulse;

/// A person at a browser: JsSIP in headless Chromium (`lab/jssip/peer.mjs`).
pub struct Browser {
    lines: Lines,
}

/// The microphone that a browser takes where it has devices, and the codec that it calls with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Microphone {
    /// Whether Chromium cancels echo, suppresses noise and controls the gain.
    pub(crate) processing: bool,
    /// As SDP names it.
    pub(crate) codec: &'static str,
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
        let mut command = script(person, server, json!({}))?;
        command
            .env("HOME", dir)
            .env("PULSE_SERVER", "unix:/nonexistent");
        Browser::run(dir, person, command)
    }

    /// With the sound server's microphone and speaker, where `there` sends it.
    pub(crate) fn with_devices(
        dir: &Path,
        person: Person,
        server: &str,
        microphone: Microphone,
        pulse: &Pulse,
        there: impl Fn(&Command) -> Command,
    ) -> Result<Browser> {
        let Microphone { processing, codec } = microphone;
        let constraints = json!({
            "echoCancellation": processing,
            "noiseSuppression": processing,
            "autoGainControl": processing,
        });
        let devices = json!({"microphone": constraints, "codec": codec});
        let mut command = script(person, server, devices)?;
        pulse.lend(&mut command);
        command.env("HOME", dir);
        Browser::run(dir, person, there(&command))
    }

    fn run(dir: &Path, person: Person, command: Command) -> Result<Browser> {
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

    /// The process id of Chromium itself, which the script has started.
    pub(crate) fn chromium(&self) -> Result<u32> {
        let is_chromium = |pid: &u32| {
            let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            name.starts_with("chrom")
        };
        cost::children(self.pid())
            .into_iter()
            .find(is_chromium)
            .ok_or_else(|| self.lines.process.not_ready("it has started no Chromium"))
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

/// What drives Chromium, for this person; `more` is what else it is to know.
fn script(person: Person, server: &str, more: Value) -> Result<Command> {
    let peer = place::sources().join("jssip");
    if !peer.join("node_modules/jssip").is_dir() {
        return Err(LabError::Missing {
            what: "JsSIP",
            place: peer,
        });
    }
    let mut who = json!({
        "chromium": place::chromium()?,
        "server": server,
        "aor": person.aor(),
        "name": person.name,
        "password": person.password,
    });
    if let (Some(who), Value::Object(more)) = (who.as_object_mut(), more) {
        who.extend(more);
    }
    let mut command = Command::new(place::program("Node.js", &["node"])?);
    command.arg(peer.join("peer.mjs")).arg(who.to_string());
    Ok(command)
}

const START: Duration = Duration::from_secs(30);
const LIMIT: Duration = Duration::from_secs(10);
