//! The phone under test: a `warmline-cli run`, spoken to as `docs/cli.md` says.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{LabError, Result};
use crate::lines::{Line, Lines};
use crate::process::Process;
use crate::protocol::{Caller, Command, Event, Kind, Phase, Reason, Stats};
use crate::sound::Sound;

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
        self.dial_by(None, number)
    }

    /// The same by one line of several, counted from 0.
    pub fn dial_by(&mut self, line: Option<u32>, number: &str) -> Result<u64> {
        self.tell(Command::Dial {
            to: number.to_owned(),
            line,
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
                ..
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

    /// Waits until a transfer is so far, and gives the reason if there is one.
    pub fn wait_transfer(&mut self, wanted: Phase, limit: Duration) -> Result<Option<Reason>> {
        self.wait_for(
            &format!("transfer {wanted:?}"),
            limit,
            |event| match &event.kind {
                Kind::Transfer { phase, reason, .. } if *phase == wanted => Some(reason.clone()),
                _ => None,
            },
        )
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
        self.since_told_within(awaited, LIMIT, wanted)
    }

    /// As [`Phone::since_told`], with a limit of one's own.
    pub fn since_told_within(
        &mut self,
        awaited: &str,
        limit: Duration,
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<Event> {
        let from = self.commanded;
        let (_, event) = self.lines.find(from, awaited, limit, |line| {
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

    /// Ends it without a warning, as a crash would.
    pub fn kill(&mut self) {
        self.lines.kill();
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
