//! One role's device or file: carries out what its post decides.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::{LOOK, Made, Supervisor, alarm};
use crate::device::post::{Command, Event, Fault, Post, earlier};
use crate::device::watch::Running;
use crate::device::{DeviceChoice, DeviceInfo, Input, Output, wav};
use crate::sound;
use crate::{AudioError, AudioEvent, Refusal, Role};

/// A choice for either direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// The first of these that is there, else the default.
    Devices(Vec<DeviceChoice>),
    Wav(PathBuf),
    Silent,
}

impl From<Input> for Choice {
    fn from(input: Input) -> Self {
        match input {
            Input::Default => Choice::Devices(Vec::new()),
            Input::Devices(preferences) => Choice::Devices(preferences),
            Input::Wav(path) => Choice::Wav(path),
            Input::Silent => Choice::Silent,
        }
    }
}

impl From<Output> for Choice {
    fn from(output: Output) -> Self {
        match output {
            // Where all ring, the default one is the first of them.
            Output::Default | Output::Everywhere => Choice::Devices(Vec::new()),
            Output::Devices(preferences) => Choice::Devices(preferences),
            Output::Wav(path) => Choice::Wav(path),
            Output::Silent => Choice::Silent,
        }
    }
}

/// One role.
pub(super) struct Station {
    choice: Choice,
    /// Decides for devices; idle while the choice is none.
    pub(super) post: Post,
    pub(super) running: Option<Running>,
    broken_file: bool,
}

impl Station {
    pub(super) fn new(role: Role, choice: Choice) -> Self {
        let preferences = match &choice {
            Choice::Devices(preferences) => preferences.clone(),
            Choice::Wav(_) | Choice::Silent => Vec::new(),
        };
        Self {
            choice,
            post: Post::new(role, preferences),
            running: None,
            broken_file: false,
        }
    }

    /// Whether it is to be served by devices.
    pub(super) fn is_for_devices(&self) -> bool {
        matches!(self.choice, Choice::Devices(_))
    }
}

impl Supervisor {
    /// Takes a new choice.
    pub(super) fn choose(&mut self, role: Role, choice: Choice) {
        let station = self.station(role);
        if let (Choice::Devices(_), Choice::Devices(preferences)) = (&station.choice, &choice) {
            let event = Event::Prefer(preferences.clone());
            station.choice = choice;
            return self.handle(role, event);
        }
        if *station != choice {
            let old = std::mem::replace(station, Station::new(role, choice));
            if let Some(running) = old.running {
                self.clear(role);
                running.close();
            }
        }
    }

    /// Brings one role's stream into the state it should have; gives when to look again.
    pub(super) fn attend(&mut self, role: Role, changed: bool) -> Option<Instant> {
        let wanted = self.is_wanted(role);
        let now = Instant::now();
        match self.station(role).choice.clone() {
            Choice::Silent => None,
            Choice::Wav(path) => {
                self.attend_file(role, &path, wanted);
                self.station(role).running.as_ref().map(|_| now + LOOK)
            }
            Choice::Devices(_) => {
                self.handle(role, Event::Needed(wanted));
                let running = self.station(role).running.as_mut();
                let fault = running.and_then(|running| running.fault(now));
                if let Some(fault) = fault {
                    self.lose(role, fault);
                } else if let Some(id) = self.station(role).moved() {
                    self.handle(role, Event::Moved(id));
                }
                if changed {
                    self.handle(role, Event::Changed);
                }
                if self
                    .station(role)
                    .post
                    .poll_timeout()
                    .is_some_and(|at| now >= at)
                {
                    self.handle(role, Event::Time);
                }
                let station = self.station(role);
                let look = station.running.as_ref().map(|_| now + LOOK);
                earlier(look, station.post.poll_timeout())
            }
        }
    }

    /// A file stays open between calls: it goes on where it was.
    fn attend_file(&mut self, role: Role, path: &Path, wanted: bool) {
        let station = self.station(role);
        let broken = station
            .running
            .take_if(|running| running.counters.failed.load(Ordering::Acquire));
        if let Some(running) = broken {
            self.clear(role);
            running.close();
            let reason = "the file cannot be read or written on";
            self.break_file(role, path, reason.into());
        } else if wanted && station.running.is_none() && !station.broken_file {
            let made = match role {
                Role::Input => wav::open_capture(path, &alarm()).map(Made::Capture),
                Role::Output | Role::Ring => wav::open_playout(path, &alarm()).map(Made::Playout),
            };
            let seated = made.map(|made| self.seat(role, made, true));
            if let Err(error) = seated {
                // Which file it is is told beside it.
                let reason = match error {
                    AudioError::Wav { reason, .. } => reason,
                    other => other.to_string(),
                };
                self.break_file(role, path, reason);
            }
        }
    }

    /// A file that failed is not tried again: it would begin from the start.
    fn break_file(&mut self, role: Role, path: &Path, reason: String) {
        self.station(role).broken_file = true;
        let path = path.to_owned();
        self.tell(AudioEvent::WavFailed { role, path, reason });
    }

    /// Tells the post, and does what it says until it has nothing more to say.
    pub(super) fn handle(&mut self, role: Role, event: Event<'_>) {
        let post = &mut self.station(role).post;
        let mut commands = VecDeque::from(post.handle(Instant::now(), event));
        while let Some(command) = commands.pop_front() {
            let more = match command {
                Command::Tell(event) => {
                    self.tell(event);
                    continue;
                }
                Command::Close => {
                    self.close(role);
                    continue;
                }
                Command::List => self.list_for(role),
                Command::Open(device) => self.open_for(role, &device),
            };
            commands.extend(more);
        }
    }

    fn list_for(&mut self, role: Role) -> Vec<Command> {
        let listed = self.list();
        let told = self.tells_changes();
        let post = &mut self.station(role).post;
        match listed {
            Ok(devices) => {
                let list = match role {
                    Role::Input => &devices.inputs,
                    Role::Output | Role::Ring => &devices.outputs,
                };
                post.handle(Instant::now(), Event::Listed(list, told))
            }
            Err(error) => post.handle(Instant::now(), Event::Unlisted(error.to_string())),
        }
    }

    fn open_for(&mut self, role: Role, device: &DeviceInfo) -> Vec<Command> {
        let event = match self.open_device(role, device) {
            Ok(made) => {
                if self.seat(role, made, false) {
                    Event::Opened
                } else {
                    Event::Refused(Refusal::Failed("the sound thread is stuck".into()))
                }
            }
            Err(error) => Event::Refused(error.into()),
        };
        self.station(role).post.handle(Instant::now(), event)
    }

    /// Puts a new stream to work in place of the one before; whether the sound thread takes it.
    fn seat(&mut self, role: Role, made: Made, is_file: bool) -> bool {
        let now = Instant::now();
        let (running, command) = match made {
            Made::Capture(opened) => {
                let (running, end) = Running::of(opened, is_file, now);
                (running, sound::Command::Capture(Some(end)))
            }
            Made::Playout(opened) => {
                let (running, end) = Running::of(opened, is_file, now);
                let command = match role {
                    Role::Ring => sound::Command::RingPlayout(0, Some(end)),
                    Role::Input | Role::Output => sound::Command::Playout(Some(end)),
                };
                (running, command)
            }
        };
        if self.commands.send(command).is_err() {
            running.close();
            return false;
        }
        if let Some(old) = self.station(role).running.replace(running) {
            old.close();
        }
        true
    }

    /// Lets go of a stream that is of no more use and looks for another at once.
    fn lose(&mut self, role: Role, fault: Fault) {
        let old = self.station(role).running.take();
        // First the new one, then the end of the old: closing a dead stream may take time. But one
        // that is to be built anew must be gone before.
        if fault == Fault::Invalidated {
            self.clear(role);
        }
        self.handle(role, Event::Lost(fault));
        if self.station(role).running.is_none() {
            self.clear(role);
        }
        if let Some(old) = old {
            old.close();
        }
    }

    /// Closes what is open.
    pub(super) fn close(&mut self, role: Role) {
        if let Some(running) = self.station(role).running.take() {
            self.clear(role);
            running.close();
        }
    }

    /// Takes the ring's other end away from the sound thread.
    fn clear(&mut self, role: Role) {
        let _ = self.commands.send(match role {
            Role::Input => sound::Command::Capture(None),
            Role::Output => sound::Command::Playout(None),
            Role::Ring => sound::Command::RingPlayout(0, None),
        });
    }
}

impl Station {
    fn moved(&self) -> Option<String> {
        self.running.as_ref().and_then(Running::moved)
    }
}

impl PartialEq<Choice> for Station {
    fn eq(&self, choice: &Choice) -> bool {
        self.choice == *choice
    }
}
