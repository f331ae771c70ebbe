use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    time::Instant,
};
use warmline_audio::{AudioEvent, Devices, Engine, EngineStats, Levels};
use warmline_journal::Journal;

use crate::{
    action::{Done, Reply, UserAction},
    config::{DeskConfig, no_line},
    error::{DeskError, ErrorCode},
    event::DeskEvent,
    headset,
    lines::{LineId, Lines},
    network,
    number::{self, Country, Number},
    run::{Inbox, Machines, Outlets, Running},
    snapshot::{Registration, Snapshot},
    sound, words,
};

/// Starts the phone on the current Tokio runtime.
///
/// # Errors
/// There is no line, or a WAV file that stands in for a device cannot be used.
pub fn start(config: DeskConfig) -> Result<Desk, DeskError> {
    if config.lines.is_empty() {
        return Err(no_line());
    }
    let started = Engine::start(config.audio.clone());
    let (engine, audio) = started.map_err(|error| words::sound(&error))?;
    let (desk, running, inbox) = made(engine, audio, config);
    // The one task that is not waited for by name: it ends by `Quit`, or with the last `Desk`,
    // and says so by the snapshot.
    tokio::spawn(running.run(inbox));
    Ok(desk)
}

/// A phone that does not run yet, on an engine that was started as `config` says and on what it tells.
pub(crate) fn made(
    engine: Engine,
    audio: mpsc::Receiver<AudioEvent>,
    config: DeskConfig,
) -> (Desk, Running, Inbox) {
    let devices = sound::devices(&config.audio);
    let volumes = config.audio.volumes;
    let processing = config.audio.processing;
    let countries = config.lines.iter().map(|line| line.country).collect();
    let (lines, sip) = Lines::start(config.lines);
    let (actions, inbox) = mpsc::channel(ACTIONS);
    let (reports_in, reports) = mpsc::channel(REPORTS);
    let [microphone, speaker, ringer] = devices;
    let headset = config.headset.then(|| headset::open(&speaker)).flatten();
    let (lights, presses) = headset.unzip();
    let (snapshot, watched) = watch::channel(Snapshot {
        at: std::time::Duration::ZERO,
        registration: Registration::Connecting,
        lines: lines.views(),
        calls: Vec::new(),
        focus: None,
        do_not_disturb: false,
        transfers: Vec::new(),
        group: None,
        recovery: None,
        microphone,
        speaker,
        ringer,
        headset: None,
        volumes,
        processing,
        managed_voice: config.voice,
        spoke_muted_at: None,
        microphone_silent: false,
        check: None,
        devices: None,
        stopped: false,
    });
    let (events, _) = broadcast::channel(EVENTS);
    let epoch = Instant::now();
    let sound = Sound(Arc::new(Mutex::new(Some(engine.clone()))));
    let desk = Desk {
        actions,
        watched,
        events: events.clone(),
        sound: sound.clone(),
        countries,
        journal: config.journal.clone(),
        epoch,
    };
    if let Some(journal) = &config.journal {
        journal.keep_for(config.history);
    }
    let machines = Machines {
        engine,
        reports: reports_in,
        lights,
    };
    let outlets = Outlets {
        snapshot,
        events,
        sound,
        journal: config.journal.clone(),
    };
    let running = Running::new(config.phone, lines, machines, outlets, epoch);
    let inbox = Inbox {
        network: network::watch(),
        headset: presses,
        actions: inbox,
        sip,
        audio,
        reports,
        log: config.log,
        journal: config.journal.as_ref().map(Journal::health),
        unfinished: config.journal.as_ref().map(|journal| {
            let mut unfinished = journal.unfinished();
            // What is there already counts as news.
            unfinished.mark_changed();
            unfinished
        }),
    };
    (desk, running, inbox)
}

/// Lists the sound devices. May take some hundred ms: not for an async thread.
///
/// # Errors
/// No sound system answers.
pub fn devices() -> Result<Devices, DeskError> {
    Engine::devices().map_err(|error| words::sound(&error))
}

/// A handle on the phone. Clones share it; the phone stops when
/// [`UserAction::Quit`] is done or the last one is dropped.
#[derive(Clone, Debug)]
pub struct Desk {
    actions: mpsc::Sender<(UserAction, Answer)>,
    watched: watch::Receiver<Snapshot>,
    events: broadcast::Sender<DeskEvent>,
    sound: Sound,
    countries: Arc<[Option<Country>]>,
    journal: Option<Journal>,
    epoch: Instant,
}

/// Where the outcome of an action goes.
pub(crate) type Answer = oneshot::Sender<Result<Done, DeskError>>;

impl Desk {
    /// Asks for something; never blocks. The reply may be awaited or dropped.
    pub fn send(&self, action: UserAction) -> Reply {
        let (answer, reply) = oneshot::channel();
        if let Err(mpsc::error::TrySendError::Full((_, answer))) =
            self.actions.try_send((action, answer))
        {
            let busy = DeskError::new(
                ErrorCode::NotNow,
                "The phone is busy with what was asked before.",
                "Try again in a moment.",
            );
            // Who asked has just gone away.
            let _ = answer.send(Err(busy));
        }
        Reply(reply)
    }

    /// The state of the phone, now and whenever it changes.
    pub fn snapshot(&self) -> watch::Receiver<Snapshot> {
        self.watched.clone()
    }

    /// What [`UserAction::Dial`] would make of a text, read at once.
    pub fn read_number(&self, text: &str) -> Number {
        self.read_number_for(text, LineId::default())
    }

    /// The same for a line that is not the first one: its country's rules hold.
    pub fn read_number_for(&self, text: &str, line: LineId) -> Number {
        let country = self.countries.get(line.0 as usize).copied();
        number::read(text, country.flatten())
    }

    /// How long it had been running at this moment: the clock of [`Snapshot::at`].
    pub fn since_start(&self, moment: std::time::Instant) -> Duration {
        moment.saturating_duration_since(self.epoch.into_std())
    }

    /// Where calls that are over are remembered, if anywhere.
    pub fn journal(&self) -> Option<&Journal> {
        self.journal.as_ref()
    }

    /// What happens from now on. A reader more than 1024 events behind misses the oldest.
    pub fn events(&self) -> broadcast::Receiver<DeskEvent> {
        self.events.subscribe()
    }

    /// How loud everything is now. Read it as often as it is shown; it is no part of the snapshot,
    /// which would otherwise change all the time.
    pub fn levels(&self) -> Levels {
        self.sound.read(Engine::levels).unwrap_or_default()
    }

    /// Level of the microphone now, see [`Levels::input`].
    pub fn microphone_dbfs(&self) -> f32 {
        self.levels().input
    }

    /// Counters of the sound engine; none once the phone has stopped.
    pub fn engine_stats(&self) -> Option<EngineStats> {
        self.sound.read(Engine::stats)
    }
}

/// The engine for those who only read it, until the phone stops: devices are not to stay open
/// because somebody still holds a [`Desk`].
#[derive(Clone, Debug)]
pub(crate) struct Sound(Arc<Mutex<Option<Engine>>>);

impl Sound {
    fn read<T>(&self, of: impl FnOnce(&Engine) -> T) -> Option<T> {
        let engine = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        engine.as_ref().map(of)
    }

    pub(crate) fn close(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Actions that may wait.
const ACTIONS: usize = 256;

/// What media may have to say before it must wait for the desk.
const REPORTS: usize = 256;

/// Events kept for slow readers.
const EVENTS: usize = 1024;
