//! Opens, watches and replaces the streams. Streams are disposable: nothing is repaired, all is
//! built anew. Runs on a thread of its own, since sound systems may take their time.

mod shown;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rtrb::Consumer;
use tokio::sync::mpsc;

use super::mailbox::{Choices, Mailbox, Request};
use super::post::{Choice, Fault, Open, Post, Retry, candidates};
use super::ring::{Capture, Playout};
use super::{
    Alarm, DeviceChoice, DeviceError, DeviceInfo, Devices, Opened, SoundSystem, system, wav,
};
use crate::engine::{Commands, Shared};
use crate::sound::{Command, Leftover};
use crate::{AudioEvent, Role};
use shown::Shown;

/// A device stays open this long after it was last needed.
const LINGER: Duration = Duration::from_secs(1);
/// A device that was lost is not tried again for this long while there are others.
const PENALTY: Duration = Duration::from_secs(3);
/// How often to look while devices are open, and for a better one where nobody tells of changes.
const LOOK: Duration = Duration::from_millis(250);
const LOOK_FOR_BETTER: Duration = Duration::from_secs(1);

/// The thread's whole state.
pub(crate) struct Supervisor {
    shared: Arc<Shared>,
    commands: Arc<Commands>,
    mailbox: Arc<Mailbox>,
    leftovers: Consumer<Leftover>,
    events: mpsc::Sender<AudioEvent>,
    system: Option<Box<dyn SoundSystem>>,
    input: Post,
    output: Post,
    ring: Post,
    wav_ended: bool,
    shown: Shown,
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
            events,
            system: None,
            input: Post::new(choices.input.into()),
            output: Post::new(choices.output.into()),
            ring: Post::new(choices.ring.into()),
            wav_ended: false,
            shown: Shown::default(),
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
                    Request::Ring(output) => self.choose(Role::Ring, output.into()),
                    Request::Stop => {
                        for role in ROLES {
                            self.post(role).open = None;
                        }
                        while self.leftovers.pop().is_ok() {}
                        return;
                    }
                }
            }
            while self.leftovers.pop().is_ok() {}
            let next = self.step(Instant::now());
            match next {
                Some(then) => {
                    let wait = then.saturating_duration_since(Instant::now());
                    std::thread::park_timeout(wait);
                }
                None => std::thread::park(),
            }
        }
    }

    /// Looks at everything once; gives when to look again, `None` if only when woken.
    fn step(&mut self, now: Instant) -> Option<Instant> {
        if self.shared.wav_ended.load(Ordering::Relaxed) && !self.wav_ended {
            self.wav_ended = true;
            self.tell(AudioEvent::WavEnded);
        }
        let changed = self
            .system
            .as_mut()
            .is_some_and(|system| system.has_changed());
        let mut next = self.show_devices(now, changed);
        for role in ROLES {
            let then = self.attend(role, now, changed);
            next = match (next, then) {
                (Some(a), Some(b)) => Some(Instant::min(a, b)),
                (a, b) => a.or(b),
            };
        }
        next
    }

    /// Brings one role's stream into the state it should have.
    fn attend(&mut self, role: Role, now: Instant, changed: bool) -> Option<Instant> {
        let wanted = self.is_wanted(role);
        let post = self.post(role);
        if wanted {
            post.needed_until = Some(now + LINGER);
        }
        if post.needed_until.is_none_or(|until| now >= until) {
            // A file stays open: it goes on where it was when it is next needed.
            if post.open.as_ref().is_some_and(|open| !open.is_file) {
                self.close(role);
            }
            let post = self.post(role);
            post.retry = None;
            return None;
        }
        if let Some(fault) = post.fault(now) {
            self.lose(role, now, fault);
        } else if let Some(id) = post.open.as_ref().and_then(|open| open.moved.take()) {
            self.follow(role, &id, now);
        }
        let post = self.post(role);
        if post.open.is_some() {
            if changed || post.look_for_better.is_some_and(|then| now >= then) {
                self.better(role, now);
            }
        } else if changed || post.retry.is_none_or(|retry| now >= retry.at) {
            self.open(role, now);
        }
        let post = self.post(role);
        let retry = post.retry.map(|retry| retry.at);
        match (&post.open, retry) {
            (Some(_), _) => Some(now + LOOK),
            (None, Some(at)) => Some(at),
            // Nothing to open (silence): only the end of the need is of interest.
            (None, None) => Some(now + LINGER),
        }
    }

    fn is_wanted(&self, role: Role) -> bool {
        let presence = &self.shared.presence;
        match role {
            Role::Input => presence.input_is_wanted(),
            Role::Output => presence.output_is_wanted(),
            Role::Ring => presence.ring_is_wanted(),
        }
    }

    /// Takes a new choice; an open stream is replaced at once.
    fn choose(&mut self, role: Role, choice: Choice) {
        let post = self.post(role);
        post.choice = choice;
        post.retry = None;
        post.announced = None;
        post.avoid = None;
        post.broken_file = false;
        if post.open.is_some() {
            self.close(role);
        }
    }

    /// Opens the best there is.
    fn open(&mut self, role: Role, now: Instant) {
        let choice = self.post(role).choice.clone();
        match choice {
            Choice::Silent => {}
            Choice::Wav(path) => self.open_file(role, &path),
            Choice::Device(choice) => {
                let opened = self.open_device(role, &choice, now);
                if let Err(error) = opened {
                    self.fail(role, now, error.to_string());
                }
            }
        }
    }

    fn open_device(
        &mut self,
        role: Role,
        choice: &DeviceChoice,
        now: Instant,
    ) -> Result<(), DeviceError> {
        let devices = self.list()?;
        let post = self.post(role);
        let avoid = post
            .avoid
            .clone()
            .filter(|(_, until)| now < *until)
            .map(|(id, _)| id);
        let candidates = candidates(role, choice, &devices, avoid.as_deref());
        let mut last = DeviceError::Device("there is no such device".into());
        for (device, preferred) in candidates {
            match self.open_candidate(role, &device) {
                Ok(open) => {
                    self.seat(role, open, device, preferred, now);
                    return Ok(());
                }
                Err(error) => {
                    tracing::debug!(?role, %error, "a device did not open");
                    last = error;
                }
            }
        }
        if let DeviceError::System(_) = last {
            self.system = None;
        }
        Err(last)
    }

    fn open_candidate(&mut self, role: Role, device: &DeviceInfo) -> Result<Made, DeviceError> {
        let alarm = alarm();
        let sound_thread = self.commands.sound_thread();
        let system = self.connected()?;
        Ok(match role {
            Role::Input => Made::Capture(system.open_capture(device, &alarm)?),
            // The ring device does not pace the sound thread.
            Role::Ring => Made::Playout(system.open_playout(device, &alarm, None)?),
            Role::Output => Made::Playout(system.open_playout(device, &alarm, sound_thread)?),
        })
    }

    fn open_file(&mut self, role: Role, path: &Path) {
        if self.post(role).broken_file {
            return;
        }
        let alarm = alarm();
        let made = match role {
            Role::Input => wav::open_capture(path, &alarm).map(Made::Capture),
            Role::Output | Role::Ring => wav::open_playout(path, &alarm).map(Made::Playout),
        };
        match made {
            Ok(made) => {
                let device = DeviceInfo {
                    id: String::new(),
                    name: path.display().to_string(),
                    is_default: false,
                    is_monitor: false,
                };
                self.seat(role, made, device, true, Instant::now());
            }
            Err(error) => self.break_file(role, path.to_owned(), error.to_string()),
        }
    }

    /// A file that failed is not tried again: it would begin from the start.
    fn break_file(&mut self, role: Role, path: PathBuf, reason: String) {
        self.post(role).broken_file = true;
        self.tell(AudioEvent::RecordingFailed { role, path, reason });
    }

    /// Puts a new stream to work.
    fn seat(&mut self, role: Role, made: Made, device: DeviceInfo, preferred: bool, now: Instant) {
        let is_file = matches!(self.post(role).choice, Choice::Wav(_));
        let (stream, counters, moved, command) = match made {
            Made::Capture(opened) => (
                opened.stream,
                opened.counters,
                opened.moved,
                Command::Capture(Some(opened.end)),
            ),
            Made::Playout(opened) if role == Role::Ring => (
                opened.stream,
                opened.counters,
                opened.moved,
                Command::RingPlayout(Some(opened.end)),
            ),
            Made::Playout(opened) => (
                opened.stream,
                opened.counters,
                opened.moved,
                Command::Playout(Some(opened.end)),
            ),
        };
        // Where changes are told, only the end of a penalty is not.
        let tells_changes = self.system.as_ref().is_some_and(|s| s.tells_changes());
        let look_after = if tells_changes {
            PENALTY
        } else {
            LOOK_FOR_BETTER
        };
        let sent = self.commands.send(command);
        let post = self.post(role);
        if sent.is_err() {
            // The sound thread is stuck; try again when it moves.
            post.retry = Some(Retry::first(now));
            return;
        }
        let event = AudioEvent::DeviceChanged {
            role,
            name: device.name.clone(),
            preferred,
        };
        let announce = post.announced.as_ref() != Some(&event) && !is_file;
        post.announced = Some(event.clone());
        post.retry = None;
        let look = !preferred || (!tells_changes && post.follows_default());
        post.look_for_better = look.then(|| now + look_after);
        post.open = Some(Open {
            _stream: stream,
            counters,
            moved,
            device,
            preferred,
            is_file,
            calls: 0,
            called: None,
            since: now,
        });
        if announce {
            self.tell(event);
        }
    }

    /// Moves to a better device if there is one: the chosen one is back, or the default is another.
    fn better(&mut self, role: Role, now: Instant) {
        let Choice::Device(choice) = self.post(role).choice.clone() else {
            return;
        };
        let Ok(devices) = self.list() else { return };
        let tells_changes = self.system.as_ref().is_some_and(|s| s.tells_changes());
        let post = self.post(role);
        let follows_default = post.follows_default();
        let Some(open) = &post.open else { return };
        let look = !open.preferred || (!tells_changes && follows_default);
        post.look_for_better = look.then(|| now + LOOK_FOR_BETTER);
        let avoid = post
            .avoid
            .clone()
            .filter(|(_, until)| now < *until)
            .map(|(id, _)| id);
        let Some((best, preferred)) = candidates(role, &choice, &devices, avoid.as_deref())
            .into_iter()
            .next()
        else {
            return;
        };
        if best.id == open.device.id || !preferred || (open.preferred && !follows_default) {
            return;
        }
        // Opened before the old one is let go, so that a refusal costs nothing.
        match self.open_candidate(role, &best) {
            Ok(made) => self.seat(role, made, best, preferred, now),
            Err(error) => tracing::debug!(?role, %error, "the better device did not open"),
        }
    }

    /// Takes note that the system has moved a stream by itself.
    fn follow(&mut self, role: Role, id: &str, now: Instant) {
        let Ok(devices) = self.list() else { return };
        let list = match role {
            Role::Input => devices.inputs,
            Role::Output | Role::Ring => devices.outputs,
        };
        let Some(device) = list.iter().find(|device| device.id == id).cloned() else {
            return;
        };
        let Some(open) = &mut self.post(role).open else {
            return;
        };
        if open.device.id == device.id {
            return;
        }
        // Moved away from a device that is still there: somebody wanted that, so it stays.
        let wanted = list.iter().any(|known| known.id == open.device.id);
        if device.is_monitor && !wanted {
            // The last microphone is gone, and callers are not to hear themselves.
            return self.lose(role, now, Fault::Gone);
        }
        let old = std::mem::replace(&mut open.device, device.clone());
        open.preferred = wanted;
        let event = AudioEvent::DeviceChanged {
            role,
            name: device.name,
            preferred: wanted,
        };
        self.post(role).announced = Some(event.clone());
        if !wanted {
            let reason = "the device went away".to_owned();
            let name = old.name;
            self.tell(AudioEvent::DeviceLost { role, name, reason });
        }
        self.tell(event);
    }

    /// Lets go of a stream that is of no more use and looks for another at once.
    fn lose(&mut self, role: Role, now: Instant, fault: Fault) {
        let post = self.post(role);
        let Some(open) = post.open.take() else { return };
        if open.is_file {
            if let Choice::Wav(path) = post.choice.clone() {
                self.clear(role);
                self.break_file(role, path, "the file cannot be read or written on".into());
            }
            return;
        }
        post.retry = None;
        let reason = match fault {
            Fault::Gone => Some("the device went away"),
            Fault::Silent => Some("the device fell silent"),
            Fault::Invalidated => None,
        };
        if let Some(reason) = reason {
            post.announced = None;
            post.avoid = Some((open.device.id.clone(), now + PENALTY));
            let name = open.device.name.clone();
            let reason = reason.to_owned();
            self.tell(AudioEvent::DeviceLost { role, name, reason });
        } else {
            post.rebuilt = Some(now);
        }
        // First the new one, then the end of the old: closing a dead stream may take time.
        self.open(role, now);
        if self.post(role).open.is_none() {
            self.clear(role);
        }
        drop(open);
    }

    fn close(&mut self, role: Role) {
        self.post(role).open = None;
        self.clear(role);
    }

    /// Takes the ring's other end away from the sound thread.
    fn clear(&mut self, role: Role) {
        let _ = self.commands.send(match role {
            Role::Input => Command::Capture(None),
            Role::Output => Command::Playout(None),
            Role::Ring => Command::RingPlayout(None),
        });
    }

    /// Nothing could be opened: say so once, and try again later.
    fn fail(&mut self, role: Role, now: Instant, reason: String) {
        let post = self.post(role);
        post.retry = Some(match post.retry {
            None => Retry::first(now),
            Some(retry) => retry.later(now),
        });
        let event = AudioEvent::NoDevice { role, reason };
        if post.announced.as_ref() != Some(&event) {
            post.announced = Some(event.clone());
            self.tell(event);
        }
    }

    fn list(&mut self) -> Result<Devices, DeviceError> {
        let listed = self.connected()?.devices();
        if let Err(DeviceError::System(_)) = &listed {
            // It may have been restarted: one try with a new connection.
            self.system = None;
            return self.connected()?.devices();
        }
        listed
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

    fn post(&mut self, role: Role) -> &mut Post {
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
