//! The engine's handle, and what its threads share.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc as std_mpsc};
use std::thread::{JoinHandle, Thread};
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer, PushError, RingBuffer};
use tokio::sync::mpsc;

use crate::device::mailbox::{Choices, Mailbox, Request};
use crate::device::supervisor::Supervisor;
use crate::device::{self, Devices, Input, Output};
use crate::frame::SILENCE_DBFS;
use crate::leg::{self, Leg, LegConfig};
use crate::level::Level;
use crate::line::Line;
use crate::priority;
use crate::processing::{Noticed, Processing, Processor};
use crate::recording::{Recording, RecordingConfig, Writer};
use crate::sound::{Command, MOST_LEGS, Sound};
use crate::tone::{Asked, Region, Tone};
use crate::trial::{self, Trial};
use crate::volume::{Faders, Volumes};
use crate::{AudioError, AudioEvent};

/// Events that wait to be taken.
const EVENTS: usize = 64;
/// Commands that wait for the next tick.
const COMMANDS: usize = 64;
/// Things left by the sound thread that wait to be dropped.
const LEFTOVERS: usize = 128;
/// How long dropping the engine waits for its threads.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// How the engine starts.
#[derive(Clone, Debug, Default)]
pub struct EngineConfig {
    /// The microphone.
    pub input: Input,
    /// Headset or speaker.
    pub output: Output,
    /// What rings. May be the same device as `output`.
    pub ring_output: Output,
    /// Whose call-progress tones are played.
    pub region: Region,
    /// How loud everything is.
    pub volumes: Volumes,
    /// What is done to the agent's voice.
    pub processing: Processing,
}

impl EngineConfig {
    /// Without any device: the microphone hears silence, and what is played goes nowhere.
    pub fn silent() -> Self {
        Self {
            input: Input::Silent,
            output: Output::Silent,
            ring_output: Output::Silent,
            ..Self::default()
        }
    }
}

/// How loud the last moment was: peaks with a slow fall, dBFS from -100 (silence) to 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// The microphone. Measured before mute, so that a UI can warn "you are muted".
    pub input: f32,
    /// What headset or speaker play.
    pub output: f32,
    /// What the ring device plays.
    pub ring: f32,
}

impl Default for Levels {
    fn default() -> Self {
        Self {
            input: SILENCE_DBFS,
            output: SILENCE_DBFS,
            ring: SILENCE_DBFS,
        }
    }
}

/// Counters of the engine's own buffers since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineStats {
    /// Ticks of 10 ms done.
    pub ticks: u64,
    /// Captured samples (48 kHz) dropped because the capture ring held too much.
    pub capture_dropped: u64,
    /// Samples (48 kHz) that were missing because the capture ring held too little.
    pub capture_missing: u64,
    /// Samples (48 kHz) that the output device went without, because the playout ring was empty or the sound
    /// system was served too late.
    pub playout_missing: u64,
    /// Ticks that took longer than the 10 ms they are for, or that broke off: this computer cannot keep up.
    /// A leg that breaks by itself is counted in [`LegStats::broken`](crate::LegStats::broken).
    pub overruns: u64,
    /// Sound that the microphone's device has handed over at once of late, in µs; 0 without a device.
    pub capture_period_us: u32,
    /// Sound that the output device has asked for at once of late, in µs; 0 without a device.
    pub playout_period_us: u32,
    /// Sound waiting in the capture ring now, in µs.
    pub capture_fill_us: u32,
    /// Sound waiting in the playout ring now, in µs.
    pub playout_fill_us: u32,
    /// Sound that the sound system was asked to hold beyond that ring, in µs: its buffer, where we set
    /// it; 0 where it is not known.
    pub playout_beyond_us: u32,
    /// By how much processing delays the agent's voice now, in µs; 0 while nobody is sent it.
    pub processing_us: u32,
    /// Time spent in ticks, in µs.
    pub busy_us: u64,
    /// Longest tick since the start, in µs.
    pub longest_tick_us: u32,
    /// Events not delivered because nobody took them.
    pub events_dropped: u64,
}

/// Handle on the engine. Clones share it; it stops when the last one is dropped.
#[derive(Clone, Debug)]
pub struct Engine {
    inner: Arc<Inner>,
}

impl Engine {
    /// Starts the engine's threads. Devices are opened in the background, and only while they are
    /// needed, and a second longer: the microphone while a leg is sending or the engine is
    /// [monitored](Engine::monitor), the speaker while a leg is open or a tone plays, both while they are
    /// [tried](Engine::try_devices), the ring device while it rings. Having none is not an error but an
    /// [`AudioEvent::NoDevice`]. At most 64 events wait to be taken; more are counted in
    /// [`EngineStats::events_dropped`].
    ///
    /// # Errors
    /// A WAV file cannot be opened or created, or a thread cannot be started.
    pub fn start(config: EngineConfig) -> Result<(Engine, mpsc::Receiver<AudioEvent>), AudioError> {
        Self::begin(config, None)
    }

    /// Starts an engine without devices: `line` speaks and hears in their place, for as long as a leg
    /// is open.
    ///
    /// # Errors
    /// A thread cannot be started.
    pub fn start_on_line(line: impl Line + 'static) -> Result<Engine, AudioError> {
        Self::begin(EngineConfig::silent(), Some(Box::new(line))).map(|(engine, _)| engine)
    }

    fn begin(
        config: EngineConfig,
        line: Option<Box<dyn Line>>,
    ) -> Result<(Engine, mpsc::Receiver<AudioEvent>), AudioError> {
        let choices = Choices {
            input: config.input,
            output: config.output,
            ring: config.ring_output,
        };
        choices.check()?;
        let (commands, commanded) = Commands::new(COMMANDS);
        if line.is_none() {
            let processor = Processor::new(config.processing);
            commands.send(Command::Processor(processor))?;
        }
        let commands = Arc::new(commands);
        let (leaving, leftovers) = RingBuffer::new(LEFTOVERS);
        let (events, received) = mpsc::channel(EVENTS);
        let shared = Arc::new(Shared::default());
        shared.faders.set(config.volumes);
        let mailbox = Arc::new(Mailbox::default());
        let (stopped, has_stopped) = std_mpsc::sync_channel(1);

        let supervisor = Supervisor::new(
            choices,
            shared.clone(),
            commands.clone(),
            mailbox.clone(),
            leftovers,
            events,
        );
        let supervision = std::thread::Builder::new()
            .name("audio-devices".into())
            .spawn(move || {
                supervisor.run();
                let _ = stopped.send(());
            })
            .map_err(AudioError::Thread)?;
        mailbox.set_thread(supervision.thread().clone());

        let sound = Sound::new(
            shared.clone(),
            commanded,
            leaving,
            Some(supervision.thread().clone()),
            config.region,
        )
        .on_line(line);
        let spawned = std::thread::Builder::new()
            .name("audio-sound".into())
            .spawn(move || {
                let _priority = priority::raise();
                sound.run();
            });
        let sounding = match spawned {
            Ok(sounding) => sounding,
            Err(error) => {
                mailbox.send(Request::Stop);
                return Err(AudioError::Thread(error));
            }
        };
        let _ = commands.sound.set(sounding.thread().clone());
        shared.presence.set_threads(vec![
            supervision.thread().clone(),
            sounding.thread().clone(),
        ]);
        let inner = Inner {
            shared,
            commands,
            mailbox,
            sounding: Mutex::new(Some(sounding)),
            has_stopped: Mutex::new(has_stopped),
            recordings: AtomicU32::new(0),
            writers: Mutex::default(),
        };
        let engine = Engine {
            inner: Arc::new(inner),
        };
        Ok((engine, received))
    }

    /// Lists the devices. May take some hundred ms: not for a UI thread.
    ///
    /// # Errors
    /// No sound system answers.
    pub fn devices() -> Result<Devices, AudioError> {
        device::list()
    }

    /// Changes the microphone. Takes effect in the background.
    ///
    /// # Errors
    /// A WAV file cannot be opened.
    pub fn set_input(&self, input: Input) -> Result<(), AudioError> {
        input.check()?;
        self.inner.mailbox.send(Request::Input(input));
        Ok(())
    }

    /// Changes the headset or speaker. Takes effect in the background.
    ///
    /// # Errors
    /// A WAV file cannot be created.
    pub fn set_output(&self, output: Output) -> Result<(), AudioError> {
        output.check()?;
        self.inner.mailbox.send(Request::Output(output));
        Ok(())
    }

    /// Changes what rings. Takes effect in the background.
    ///
    /// # Errors
    /// A WAV file cannot be created.
    pub fn set_ring_output(&self, output: Output) -> Result<(), AudioError> {
        output.check()?;
        self.inner.mailbox.send(Request::Ring(output));
        Ok(())
    }

    /// Opens a leg, neither heard nor sending yet.
    ///
    /// # Errors
    /// Settings that cannot work, a codec that will not start, too many legs, or an engine that has
    /// stopped.
    pub fn open_leg(&self, config: LegConfig) -> Result<Leg, AudioError> {
        let presence = &self.inner.shared.presence;
        if presence.open_legs.load(Ordering::Relaxed) >= MOST_LEGS {
            return Err(AudioError::TooManyLegs(MOST_LEGS));
        }
        let (leg, end) = leg::open(&config, presence.clone())?;
        self.inner.commands.send(Command::Leg(end))?;
        Ok(leg)
    }

    /// Opens microphone and speaker to be tried, beside whatever calls there are. One at a time: another
    /// takes the place of the one before.
    ///
    /// # Errors
    /// 64 commands wait already, or the engine has stopped.
    pub fn try_devices(&self) -> Result<Trial, AudioError> {
        let (trial, end) = trial::trial(self.inner.shared.presence.clone());
        self.inner.commands.send(Command::Trial(end))?;
        Ok(trial)
    }

    /// Begins to record the legs that are told its id by
    /// [`LegControl::set_recorded`](crate::LegControl::set_recorded). Its file is made by a thread of its
    /// own: whether it could be shows in [`Recording::status`].
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn record(&self, config: RecordingConfig) -> Result<Recording, AudioError> {
        let inner = &self.inner;
        let mut writers = inner.writers.lock().unwrap_or_else(PoisonError::into_inner);
        writers.retain(|writer| !writer.has_ended());
        let id = inner.recordings.fetch_add(1, Ordering::Relaxed);
        // 0 is none.
        let id = id.wrapping_add(1).max(1);
        let (recording, writer) = Recording::begin(id, config, inner.commands.clone())?;
        writers.push(writer);
        Ok(recording)
    }

    /// Plays a tone in the headset in place of the one before; `None` stops it.
    pub fn tone(&self, tone: Option<Tone>) {
        self.inner.shared.tone.ask(tone);
        self.inner.shared.presence.tone_begins(tone.is_some());
    }

    /// Starts or stops the ring tone.
    pub fn ring(&self, ringing: bool) {
        self.inner.shared.presence.rings(ringing);
    }

    /// Makes things louder or softer, within 10 ms and without a click.
    pub fn set_volumes(&self, volumes: Volumes) {
        self.inner.shared.faders.set(volumes);
    }

    /// Changes what is done to the agent's voice, from the next tick on. What was learnt of room, noise
    /// and voice is kept. Takes a few ms: not for a UI thread.
    ///
    /// # Errors
    /// Too much was asked of the engine at once, or it has stopped.
    pub fn set_processing(&self, processing: Processing) -> Result<(), AudioError> {
        let processor = Processor::new(processing);
        self.inner.commands.send(Command::Processor(processor))
    }

    /// While `on`, the microphone is open and measured whether or not a leg is sending, and all
    /// devices are listed: now and whenever they change, by [`AudioEvent::Devices`].
    pub fn monitor(&self, on: bool) {
        self.inner.shared.presence.monitors(on);
    }

    /// How loud everything is now.
    pub fn levels(&self) -> Levels {
        let shared = &self.inner.shared;
        Levels {
            input: shared.level.peak_dbfs(),
            output: shared.output_level.peak_dbfs(),
            ring: shared.ring_level.peak_dbfs(),
        }
    }

    /// The engine's counters now.
    pub fn stats(&self) -> EngineStats {
        let shared = &self.inner.shared;
        EngineStats {
            ticks: shared.ticks.load(Ordering::Relaxed),
            capture_dropped: shared.capture_dropped.load(Ordering::Relaxed),
            capture_missing: shared.capture_missing.load(Ordering::Relaxed),
            playout_missing: shared.playout_missing.load(Ordering::Relaxed),
            overruns: shared.overruns.load(Ordering::Relaxed),
            capture_period_us: shared.capture_period_us.load(Ordering::Relaxed),
            playout_period_us: shared.playout_period_us.load(Ordering::Relaxed),
            capture_fill_us: shared.capture_fill_us.load(Ordering::Relaxed),
            playout_fill_us: shared.playout_fill_us.load(Ordering::Relaxed),
            playout_beyond_us: shared.playout_beyond_us.load(Ordering::Relaxed),
            processing_us: shared.processing_us.load(Ordering::Relaxed),
            busy_us: shared.busy_us.load(Ordering::Relaxed),
            longest_tick_us: shared.longest_tick_us.load(Ordering::Relaxed),
            events_dropped: shared.events_dropped.load(Ordering::Relaxed),
        }
    }
}

struct Inner {
    shared: Arc<Shared>,
    commands: Arc<Commands>,
    mailbox: Arc<Mailbox>,
    sounding: Mutex<Option<JoinHandle<()>>>,
    has_stopped: Mutex<std_mpsc::Receiver<()>>,
    /// Recordings begun so far.
    recordings: AtomicU32,
    /// Who makes files of those that may not be finished.
    writers: Mutex<Vec<Writer>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        self.commands.wake();
        let sounding = self
            .sounding
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(sounding) = sounding.take() {
            let _ = sounding.join();
        }
        // Then the devices and files, which hold the rings' other ends. A sound system that hangs
        // must not hang the caller.
        self.mailbox.send(Request::Stop);
        let has_stopped = self.has_stopped.get_mut();
        let has_stopped = has_stopped.unwrap_or_else(PoisonError::into_inner);
        if has_stopped.recv_timeout(STOP_TIMEOUT).is_err() {
            tracing::warn!("the sound system did not close its devices in time");
        }
        let writers = self.writers.get_mut();
        let by = Instant::now() + STOP_TIMEOUT;
        for writer in writers.unwrap_or_else(PoisonError::into_inner) {
            writer.wait(by.saturating_duration_since(Instant::now()));
        }
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").finish_non_exhaustive()
    }
}

/// The way to the sound thread, from any other.
pub(crate) struct Commands {
    ring: Mutex<Producer<Command>>,
    sound: OnceLock<Thread>,
}

impl Commands {
    /// With room for so many.
    pub(crate) fn new(room: usize) -> (Self, Consumer<Command>) {
        let (ring, commanded) = RingBuffer::new(room);
        let commands = Self {
            ring: Mutex::new(ring),
            sound: OnceLock::new(),
        };
        (commands, commanded)
    }

    /// Queues a command.
    ///
    /// # Errors
    /// 64 commands wait already, or nobody carries them out any more.
    pub(crate) fn send(&self, command: Command) -> Result<(), AudioError> {
        if self.are_abandoned() {
            return Err(AudioError::Stopped);
        }
        self.offer(command).map_err(|_| AudioError::Busy)
    }

    /// Queues a command, or gives it back if there is no room.
    pub(crate) fn offer(&self, command: Command) -> Result<(), Command> {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let offered = ring.push(command);
        drop(ring);
        self.wake();
        offered.map_err(|PushError::Full(command)| command)
    }

    /// Whether the sound thread has ended.
    pub(crate) fn are_abandoned(&self) -> bool {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.is_abandoned()
    }

    /// The sound thread, for device callbacks to wake.
    pub(crate) fn sound_thread(&self) -> Option<Thread> {
        self.sound.get().cloned()
    }

    pub(crate) fn wake(&self) {
        if let Some(thread) = self.sound.get() {
            thread.unpark();
        }
    }
}

/// What the threads tell each other without waiting.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) presence: Arc<Presence>,
    pub(crate) stopping: AtomicBool,
    pub(crate) tone: Asked,
    pub(crate) wav_ended: AtomicBool,
    pub(crate) noticed: Noticed,
    /// Of the microphone, of what is heard, and of the ring.
    pub(crate) level: Level,
    pub(crate) output_level: Level,
    pub(crate) ring_level: Level,
    pub(crate) faders: Faders,
    pub(crate) ticks: AtomicU64,
    pub(crate) capture_dropped: AtomicU64,
    pub(crate) capture_missing: AtomicU64,
    pub(crate) playout_missing: AtomicU64,
    pub(crate) overruns: AtomicU64,
    pub(crate) capture_period_us: AtomicU32,
    pub(crate) playout_period_us: AtomicU32,
    pub(crate) capture_fill_us: AtomicU32,
    pub(crate) playout_fill_us: AtomicU32,
    pub(crate) playout_beyond_us: AtomicU32,
    pub(crate) processing_us: AtomicU32,
    pub(crate) busy_us: AtomicU64,
    pub(crate) longest_tick_us: AtomicU32,
    pub(crate) events_dropped: AtomicU64,
}

/// Who needs which device now. Changes wake the threads that act on it.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    open_legs: AtomicUsize,
    sending_legs: AtomicUsize,
    tone: AtomicBool,
    ringing: AtomicBool,
    monitored: AtomicBool,
    tried: AtomicUsize,
    threads: OnceLock<Vec<Thread>>,
}

impl Presence {
    pub(crate) fn input_is_wanted(&self) -> bool {
        self.sending_legs.load(Ordering::Relaxed) > 0 || self.is_monitored() || self.is_tried()
    }

    pub(crate) fn output_is_wanted(&self) -> bool {
        self.open_legs.load(Ordering::Relaxed) > 0
            || self.tone.load(Ordering::Relaxed)
            || self.is_tried()
    }

    pub(crate) fn ring_is_wanted(&self) -> bool {
        self.ringing.load(Ordering::Relaxed)
    }

    /// Whether somebody looks at devices and levels.
    pub(crate) fn is_monitored(&self) -> bool {
        self.monitored.load(Ordering::Relaxed)
    }

    /// A trial begins, or ends. Another may begin before the one that it replaces has ended.
    pub(crate) fn tries(&self, begins: bool) {
        if begins {
            self.tried.fetch_add(1, Ordering::Relaxed);
        } else {
            self.tried.fetch_sub(1, Ordering::Relaxed);
        }
        self.wake();
    }

    fn is_tried(&self) -> bool {
        self.tried.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn leg_opened(&self) {
        self.open_legs.fetch_add(1, Ordering::Relaxed);
        self.wake();
    }

    pub(crate) fn leg_closed(&self) {
        self.open_legs.fetch_sub(1, Ordering::Relaxed);
        self.wake();
    }

    pub(crate) fn leg_sends(&self, sending: bool) {
        if sending {
            self.sending_legs.fetch_add(1, Ordering::Relaxed);
        } else {
            self.sending_legs.fetch_sub(1, Ordering::Relaxed);
        }
        self.wake();
    }

    /// Said by the sound thread, which knows; tells whether that is news.
    pub(crate) fn tone_is(&self, playing: bool) -> bool {
        self.tone.swap(playing, Ordering::Relaxed) != playing
    }

    fn tone_begins(&self, begins: bool) {
        if begins {
            self.tone.store(true, Ordering::Relaxed);
        }
        self.wake();
    }

    pub(crate) fn rings(&self, ringing: bool) {
        self.ringing.store(ringing, Ordering::Relaxed);
        self.wake();
    }

    pub(crate) fn monitors(&self, on: bool) {
        self.monitored.store(on, Ordering::Relaxed);
        self.wake();
    }

    fn set_threads(&self, threads: Vec<Thread>) {
        let _ = self.threads.set(threads);
        self.wake();
    }

    fn wake(&self) {
        for thread in self.threads.get().into_iter().flatten() {
            thread.unpark();
        }
    }
}
