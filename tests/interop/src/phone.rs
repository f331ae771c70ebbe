//! The phone under test: a `warmline-cli run`, spoken to as `docs/cli.md` says.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::error::{LabError, Result};
use crate::lines::{Line, Lines};
use crate::process::Process;
use crate::sound::Sound;

/// What a phone can be told.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "cmd", rename_all = "snake_case")]
#[allow(missing_docs)] // docs/cli.md
pub enum Command {
    Dial {
        to: String,
    },
    Answer {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Reject {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
        status: u16,
    },
    Hangup {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Hold {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Resume {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Mute {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Unmute {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Dtmf {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
        digits: String,
    },
    Stats {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Quit,
}

/// Something a phone says.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// Milliseconds since the phone started.
    pub t_ms: f64,
    /// Which call it is about.
    pub call: Option<u64>,
    /// What happened.
    #[serde(flatten)]
    pub kind: Kind,
    /// When the harness read it.
    #[serde(skip, default = "Instant::now")]
    pub at: Instant,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[allow(missing_docs)] // docs/cli.md
pub enum Kind {
    Hello {
        protocol: u32,
    },
    Registered {
        expires_s: u64,
    },
    Unregistered {
        reason: Reason,
        retry_in_ms: Option<u64>,
    },
    Dialing {
        to: String,
    },
    Incoming {
        from: Caller,
        to: String,
        headers: Vec<(String, String)>,
        waiting: bool,
    },
    Ringing,
    Early,
    Active,
    FirstAudio,
    Held {
        by: String,
    },
    Muted {
        muted: bool,
    },
    Media {
        connected: bool,
    },
    Dtmf {
        digit: char,
    },
    Ended {
        reason: Reason,
        status: Option<u16>,
        duration_ms: Option<u64>,
    },
    Stats(Box<Stats>),
    Device {
        role: String,
        name: Option<String>,
        state: String,
    },
    Error {
        code: String,
        message: String,
    },
    #[serde(other)]
    Other,
}

/// Why something came about: a code for programs, words for people.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reason {
    /// One of the codes of `docs/cli.md`.
    pub code: String,
    /// What happened and what to do.
    pub message: String,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Caller {
    /// The display name.
    pub name: Option<String>,
    /// The number, or the user part of the address.
    pub number: Option<String>,
}

/// How a call's sound is doing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Stats {
    /// `opus`, `g722`, `pcmu` or `pcma`.
    pub codec: Option<String>,
    /// Packets sent.
    pub sent: u64,
    /// Packets received.
    pub received: u64,
    /// Packets lost on the way here.
    pub lost: i64,
    /// Interarrival jitter.
    pub jitter_ms: f64,
    /// From the peer's RTCP reports.
    pub round_trip_ms: Option<f64>,
    /// What the peer lost of ours.
    pub remote_lost: Option<i64>,
    /// Sound that was invented for what was lost.
    pub concealed_ms: Option<f64>,
}

/// A running phone.
pub struct Phone {
    lines: Lines,
    heard: PathBuf,
    /// How much it had said when it was told something last.
    commanded: usize,
    spawned: Instant,
}

impl Phone {
    pub(crate) fn new(process: Process, heard: PathBuf, spawned: Instant) -> Phone {
        Phone {
            lines: Lines::new(process),
            heard,
            commanded: 0,
            spawned,
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.lines.process.pid()
    }

    /// When it was started.
    pub fn spawned(&self) -> Instant {
        self.spawned
    }

    /// Its standard error: the log.
    pub fn log(&self) -> &Path {
        self.lines.process.log()
    }

    /// The file its speaker is recorded in: 48 kHz, mono, 16 bit.
    pub fn heard(&self) -> &Path {
        &self.heard
    }

    /// Ends the call that is heard, or cancels the one being made.
    pub fn hang_up(&mut self) -> Result<()> {
        self.tell(Command::Hangup { call: None })
    }

    /// Takes the call that rings.
    pub fn answer(&mut self) -> Result<()> {
        self.tell(Command::Answer { call: None })
    }

    /// Refuses the call that rings.
    pub fn reject(&mut self, status: u16) -> Result<()> {
        self.tell(Command::Reject { call: None, status })
    }

    /// Puts the call that is heard on hold.
    pub fn hold(&mut self) -> Result<()> {
        self.tell(Command::Hold { call: None })
    }

    /// Takes the call back that is held.
    pub fn resume(&mut self) -> Result<()> {
        self.tell(Command::Resume { call: None })
    }

    /// Presses digits.
    pub fn dtmf(&mut self, digits: &str) -> Result<()> {
        self.tell(Command::Dtmf {
            call: None,
            digits: digits.to_owned(),
        })
    }

    /// Tells it something.
    pub fn tell(&mut self, command: Command) -> Result<()> {
        self.commanded = self.lines.said().len();
        self.lines.send(&command)
    }

    /// Dials, and gives the call's number.
    pub fn dial(&mut self, number: &str) -> Result<u64> {
        self.tell(Command::Dial {
            to: number.to_owned(),
        })?;
        let event = self.event("dialing", LIMIT, |event| {
            matches!(event.kind, Kind::Dialing { .. })
        })?;
        Ok(event.call.unwrap_or_default())
    }

    /// Dials, and waits until the call is up.
    pub fn call(&mut self, number: &str) -> Result<u64> {
        let call = self.dial(number)?;
        self.wait_active()?;
        Ok(call)
    }

    /// Waits until a call is up and heard.
    pub fn wait_active(&mut self) -> Result<()> {
        self.wait("active", |kind| (*kind == Kind::Active).then_some(()))
    }

    /// Waits until a call is held, by `me` or by `peer`.
    pub fn wait_held(&mut self, who: &str) -> Result<()> {
        self.wait("held", |kind| {
            matches!(kind, Kind::Held { by } if by == who).then_some(())
        })
    }

    /// Waits until a call has ended, and says why.
    pub fn wait_ended(&mut self) -> Result<(Reason, Option<u16>)> {
        self.wait("ended", |kind| match kind {
            Kind::Ended { reason, status, .. } => Some((reason.clone(), *status)),
            _ => None,
        })
    }

    /// Waits until the phone says that it is not registered, and why. The time is that until it tries
    /// again; none if it does not.
    pub fn wait_unregistered(&mut self) -> Result<(Reason, Option<u64>)> {
        self.wait("unregistered", |kind| match kind {
            Kind::Unregistered {
                reason,
                retry_in_ms,
            } => Some((reason.clone(), *retry_in_ms)),
            _ => None,
        })
    }

    /// Waits for an incoming call: its number and what is known of it.
    pub fn wait_incoming(&mut self) -> Result<(u64, Caller)> {
        let event = self.event("incoming", LIMIT, |event| {
            matches!(event.kind, Kind::Incoming { .. })
        })?;
        match event.kind {
            Kind::Incoming { from, .. } => Ok((event.call.unwrap_or_default(), from)),
            _ => unreachable!("only incoming is let through"),
        }
    }

    /// Asks how the sound is doing.
    pub fn stats(&mut self) -> Result<Stats> {
        self.tell(Command::Stats { call: None })?;
        self.wait("stats", |kind| match kind {
            Kind::Stats(stats) => Some((**stats).clone()),
            _ => None,
        })
    }

    /// Listens from now on until it hears this tone at this level: within 2 Hz and 1.5 dB.
    pub fn hears(&mut self, hz: f64, dbfs: f64) -> Result<()> {
        self.listen(&format!("{hz} Hz at {dbfs} dBFS"), |sound| {
            let tone = sound.loudest();
            let right = (tone.hz - hz).abs() < 2.0 && (tone.dbfs - dbfs).abs() < 1.5;
            if right {
                Ok(())
            } else {
                Err(format!("{tone:?}"))
            }
        })
    }

    /// Listens from now on until it hears nothing.
    pub fn hears_silence(&mut self) -> Result<()> {
        self.listen("silence", |sound| {
            if sound.level() < -60.0 {
                Ok(())
            } else {
                Err(format!("{:.1} dBFS", sound.level()))
            }
        })
    }

    /// Looks at the last half second of the recording, until it is right.
    fn listen(
        &mut self,
        awaited: &str,
        right: impl Fn(&Sound) -> std::result::Result<(), String>,
    ) -> Result<()> {
        let start = Instant::now();
        // What was recorded before is not what is heard from now on. A recording may begin anew.
        let old = Sound::read(&self.heard).map_or(0.0, |sound| sound.seconds());
        let mut problem = String::from("nothing was recorded");
        while start.elapsed() < LIMIT {
            if let Ok(sound) = Sound::read(&self.heard) {
                let new = if sound.seconds() < old {
                    sound.clone()
                } else {
                    sound.part(old, sound.seconds())
                };
                if new.seconds() >= LISTEN {
                    match right(&new.last(LISTEN)) {
                        Ok(()) => return Ok(()),
                        Err(reason) => problem = reason,
                    }
                }
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(LabError::TimedOut {
            name: format!("what {} heard", self.lines.process.name()),
            awaited: awaited.to_owned(),
            limit: LIMIT,
            seen: problem,
        })
    }

    /// The first event after the one awaited last that `pick` makes something of.
    pub fn wait<T>(
        &mut self,
        awaited: &str,
        mut pick: impl FnMut(&Kind) -> Option<T>,
    ) -> Result<T> {
        self.wait_for(awaited, LIMIT, |event| pick(&event.kind))
    }

    /// As [`Phone::wait`], with a limit of one's own and the whole event.
    pub fn wait_for<T>(
        &mut self,
        awaited: &str,
        limit: Duration,
        mut pick: impl FnMut(&Event) -> Option<T>,
    ) -> Result<T> {
        let name = self.lines.process.name().to_owned();
        self.lines.wait(awaited, limit, |line| match parse(line) {
            Ok(event) => pick(&event).map(Ok),
            Err(reason) => Some(Err(LabError::Refused {
                name: name.clone(),
                reason,
            })),
        })?
    }

    /// The event itself.
    pub fn event(
        &mut self,
        awaited: &str,
        limit: Duration,
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<Event> {
        self.wait_for(awaited, limit, |event| wanted(event).then(|| event.clone()))
    }

    /// Waits for what may have happened before or after the event awaited last, but since the last
    /// command.
    pub fn since_told(&mut self, awaited: &str, wanted: impl Fn(&Event) -> bool) -> Result<Event> {
        let from = self.commanded;
        let (_, event) = self.lines.find(from, awaited, LIMIT, |line| {
            parse(line).ok().filter(&wanted)
        })?;
        Ok(event)
    }

    /// How often something was said so far.
    pub fn count(&mut self, wanted: impl Fn(&Kind) -> bool) -> usize {
        self.lines
            .said()
            .iter()
            .filter_map(|line| parse(line).ok())
            .filter(|event| wanted(&event.kind))
            .count()
    }

    /// Sends it SIGTERM.
    pub fn terminate(&self) {
        self.lines.process.terminate();
    }

    /// Sends a line as it is, which may be no command.
    pub fn tell_bytes(&mut self, line: &[u8]) -> Result<()> {
        self.lines.send_bytes(line)
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        self.lines.process.exited().is_none()
    }

    /// Waits until it has ended by itself; its exit code.
    pub fn wait_exit(&mut self) -> Result<i32> {
        let limit = LIMIT;
        let status = self.lines.process.wait(limit);
        let timed_out = || {
            self.lines
                .process
                .not_ready(format!("it should have ended within {limit:?}"))
        };
        status
            .and_then(|status| status.code())
            .ok_or_else(timed_out)
    }

    /// Tells it to quit and waits until it has. What it heard is complete then.
    pub fn quit(mut self) -> Result<PathBuf> {
        self.tell(Command::Quit)?;
        match self.wait_exit()? {
            0 => Ok(self.heard.clone()),
            code => Err(self
                .lines
                .process
                .not_ready(format!("it ended with code {code} after quit"))),
        }
    }
}

fn parse(line: &Line) -> std::result::Result<Event, String> {
    let mut event: Event = serde_json::from_value(line.value.clone())
        .map_err(|error| format!("{error} in {}", line.value))?;
    event.at = line.at;
    Ok(event)
}

const LIMIT: Duration = Duration::from_secs(10);
/// How much sound is judged at once, s.
const LISTEN: f64 = 0.5;
