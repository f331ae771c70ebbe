//! Opens, watches and replaces the streams, as [`Post`](super::post::Post) and
//! [`Bell`](super::bell::Bell) decide. Streams are disposable: nothing is repaired, all is built
//! anew. Runs on a thread of its own, since sound systems may take their time.

mod ringing;
mod shown;
mod station;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rtrb::Consumer;
use tokio::sync::mpsc::{self, error::TrySendError};

use super::awake::Awake;
use super::mailbox::{Choices, Mailbox, Request};
use super::post::earlier;
use super::ring::{Capture, Playout};
use super::{Alarm, DeviceError, DeviceInfo, Devices, Opened, SoundSystem, system};
use crate::engine::{Commands, Shared};
use crate::processing::Reported;
use crate::sound::{Command, Leftover};
use crate::{AudioEvent, Role};
use ringing::Ringing;
use shown::Shown;
use station::Station;

/// How often to look while devices are open, and for others where nobody tells of changes.
const LOOK: Duration = Duration::from_millis(250);
const LOOK_FOR_OTHERS: Duration = Duration::from_secs(1);
/// The sound thread makes room in each tick.
const NO_ROOM: Duration = Duration::from_millis(10);

/// The thread's whole state.
pub(crate) struct Supervisor {
    shared: Arc<Shared>,
    commands: Arc<Commands>,
    mailbox: Arc<Mailbox>,
    leftovers: Consumer<Leftover>,
    /// What was built anew and found no room on its way back.
    owed: VecDeque<Command>,
    events: mpsc::Sender<AudioEvent>,
    system: Option<Box<dyn SoundSystem>>,
    input: Station,
    output: Station,
    ring: Station,
    ringing: Ringing,
    awake: Awake,
    wav_ended: bool,
    reported: Reported,
    shown: Shown,
    /// Whether it was told that the sound thread has ended.
    told_end: bool,
}

impl Supervisor {
    pub(crate) fn new(
        choices: Choices,
        shared: Arc<Shared>,
        commands: Arc<Commands>,
        mailbox: Arc<Mailbox>,
        leftovers: Consumer<Leftover>,
        events: mpsc::Sender<AudioEvent>,
    ) -> Self {
        Self {
            shared,
            commands,
            mailbox,
            leftovers,
            owed: VecDeque::new(),
            events,
            system: None,
            ringing: Ringing::new(&choices.ring),
            input: Station::new(Role::Input, choices.input.into()),
            output: Station::new(Role::Output, choices.output.into()),
            ring: Station::new(Role::Ring, choices.ring.into()),
            awake: Awake::new(),
            wav_ended: false,
            reported: Reported::default(),
            shown: Shown::default(),
            told_end: false,
        }
    }

    /// Works until told to stop.
    pub(crate) fn run(mut self) {
        loop {
            while let Some(request) = self.mailbox.take() {
                match request {
                    Request::Input(input) => {
                        self.shared.wav_ended.store(false, Ordering::Relaxed);
                        self.wav_ended = false;
                        self.choose(Role::Input, input.into());
                    }
                    Request::Output(output) => self.choose(Role::Output, output.into()),
                    Request::Ring(output) => {
                        self.ringing.choose(&output);
                        self.choose(Role::Ring, output.into());
                    }
                    Request::Stop => {
                        self.silence_others();
                        for role in ROLES {
                            self.close(role);
                        }
                        self.settle(Instant::now());
                        return;
                    }
                }
            }
            let owing = self.settle(Instant::now());
            let next = earlier(owing, self.step());
            match next {
                Some(then) => {
                    let wait = then.saturating_duration_since(Instant::now());
                    std::thread::park_timeout(wait);
                }
                None => std::thread::park(),
            }
        }
    }

    /// Drops what the sound thread has left, and gives it what it is to have in its place; when to try again
    /// where there is no room for that.
    fn settle(&mut self, now: Instant) -> Option<Instant> {
        while let Ok(leftover) = self.leftovers.pop() {
            // One that panics as it is dropped is gone all the same.
            let settled = catch_unwind(AssertUnwindSafe(|| leftover.settle()));
            self.owed.extend(settled.ok().flatten());
        }
        if self.commands.are_abandoned() {
            self.owed.clear();
        }
        while let Some(command) = self.owed.pop_front() {
            if let Err(command) = self.commands.offer(command) {
                self.owed.push_front(command);
                return Some(now + NO_ROOM);
            }
        }
        None
    }

    /// Looks at everything once; gives when to look again, `None` if only when woken.
    fn step(&mut self) -> Option<Instant> {
        let now = Instant::now();
        if self.commands.are_abandoned() {
            return self.sound_has_ended(now);
        }
        if self.shared.wav_ended.load(Ordering::Relaxed) && !self.wav_ended {
            self.wav_ended = true;
            self.tell(AudioEvent::WavEnded);
        }
        while let Some(event) = self.reported.next(&self.shared.noticed) {
            self.tell(event);
        }
        let changed = self
            .system
            .as_mut()
            .is_some_and(|system| system.has_changed());
        let mut next = self.show_devices(now, changed);
        for role in ROLES {
            next = earlier(next, self.attend(role, changed));
        }
        next = earlier(next, self.attend_ringing(changed));
        self.awake
            .stay(ROLES.iter().any(|role| self.is_wanted(*role)));
        next
    }

    /// The sound thread ends by itself only when it is broken. That is told once, when there is room for it.
    fn sound_has_ended(&mut self, now: Instant) -> Option<Instant> {
        if self.told_end || self.shared.stopping.load(Ordering::Acquire) {
            return None;
        }
        for role in ROLES {
            self.close(role);
        }
        self.silence_others();
        let told = self.events.try_send(AudioEvent::Broken);
        self.told_end = !matches!(told, Err(TrySendError::Full(_)));
        (!self.told_end).then(|| now + LOOK)
    }

    fn is_wanted(&self, role: Role) -> bool {
        let presence = &self.shared.presence;
        match role {
            Role::Input => presence.input_is_wanted(),
            Role::Output => presence.output_is_wanted(),
            Role::Ring => presence.ring_is_wanted(),
        }
    }

    fn open_device(&mut self, role: Role, device: &DeviceInfo) -> Result<Made, DeviceError> {
        let alarm = alarm();
        let sound_thread = self.commands.sound_thread();
        let made = self.ask(|system| match role {
            Role::Input => system.open_capture(device, &alarm).map(Made::Capture),
            // The ring device does not pace the sound thread.
            Role::Ring => system.open_playout(device, &alarm, None).map(Made::Playout),
            Role::Output => system
                .open_playout(device, &alarm, sound_thread)
                .map(Made::Playout),
        });
        if let Err(error) = &made {
            tracing::debug!(?role, %error, "a device did not open");
        }
        made
    }

    fn list(&mut self) -> Result<Devices, DeviceError> {
        let listed = self.ask(|system| system.devices());
        if let Err(DeviceError::System(_)) = &listed {
            // It may have been restarted: one try with a new connection.
            return self.ask(|system| system.devices());
        }
        listed
    }

    /// Asks the system. What comes of a library that panics, as when a device goes away while it is looked
    /// at, is an error like any other; after one of the system itself it is connected anew.
    fn ask<T>(
        &mut self,
        what: impl FnOnce(&mut dyn SoundSystem) -> Result<T, DeviceError>,
    ) -> Result<T, DeviceError> {
        let system = self.connected()?;
        let answer = catch_unwind(AssertUnwindSafe(|| what(system)));
        let answer = answer.unwrap_or_else(|_| {
            tracing::warn!("the sound system's library has panicked");
            Err(DeviceError::System("its library has failed".into()))
        });
        if let Err(DeviceError::System(_)) = &answer {
            self.system = None;
        }
        answer
    }

    fn tells_changes(&self) -> bool {
        self.system.as_ref().is_some_and(|s| s.tells_changes())
    }

    fn connected(&mut self) -> Result<&mut dyn SoundSystem, DeviceError> {
        let system = match self.system.take() {
            Some(system) => system,
            None => system::connect(Some(alarm()))?,
        };
        Ok(self.system.insert(system).as_mut())
    }

    fn tell(&self, event: AudioEvent) {
        if self.events.try_send(event).is_err() {
            self.shared.events_dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn station(&mut self, role: Role) -> &mut Station {
        match role {
            Role::Input => &mut self.input,
            Role::Output => &mut self.output,
            Role::Ring => &mut self.ring,
        }
    }
}

const ROLES: [Role; 3] = [Role::Output, Role::Input, Role::Ring];

/// The alarm of this thread.
fn alarm() -> Alarm {
    Alarm::new(std::thread::current())
}

/// A stream of either direction, just made.
enum Made {
    Capture(Opened<Capture>),
    Playout(Opened<Playout>),
}
