use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{broadcast, mpsc, oneshot, watch};
use warmline_audio::{Devices, Engine, EngineConfig, EngineStats, Levels};
use warmline_call::{Party, PhoneConfig};
use warmline_journal::Journal;
use warmline_media::{MediaConfig, Trust};
use warmline_policy::Settings;
use warmline_sip::{Account, UserAgent};

use crate::{
    action::{Done, Reply, UserAction},
    error::{DeskError, ErrorCode},
    event::DeskEvent,
    log::LogHealth,
    network,
    number::{self, Country, Number},
    profile::{Profile, instance},
    run::{Inbox, Machines, Outlets, Running},
    snapshot::{Registration, Snapshot},
    sound, words,
};

/// Everything the desk runs on.
#[derive(Clone, Debug)]
pub struct DeskConfig {
    /// The SIP account.
    pub account: Account,
    /// Codecs, STUN and TURN.
    pub media: MediaConfig,
    /// Devices.
    pub audio: EngineConfig,
    /// Waiting times of the calls.
    pub phone: PhoneConfig,
    /// By whose rules a number without `+` is dialled.
    pub country: Option<Country>,
    /// Tells when the [log](crate::log) loses lines, so that the agent hears of it.
    pub log: Option<LogHealth>,
    /// Where calls that are over are remembered; nowhere without one.
    pub journal: Option<Journal>,
}

impl DeskConfig {
    /// What `profile` says, with the default sound devices. Reads the password and
    /// the CA file; may take a moment, and may ask the agent to unlock the keychain:
    /// not for an async thread.
    ///
    /// # Errors
    /// The password cannot be had, or a file that the profile names cannot be read.
    pub fn from_profile(profile: &Profile) -> Result<Self, DeskError> {
        let host = profile.server().host();
        let address = host.parse::<std::net::IpAddr>();
        let account = profile.account()?;
        let trust = account.extra_ca.clone();
        let media = MediaConfig {
            ice_servers: profile.ice_servers()?,
            trust: trust.map_or_else(Trust::default, Trust::with_extra_ca),
            codecs: profile.codecs.clone(),
            relay_only: profile.relay_only,
            loopback: host == "localhost" || address.is_ok_and(|ip| ip.is_loopback()),
            ..MediaConfig::default()
        };
        let phone = PhoneConfig {
            seed: rand::random(),
            complete_on_answer: profile.transfer.complete_on_answer,
            referrals: profile.transfer.referrals,
            conference: profile.transfer.conference.clone().map(Party::new),
            recover_by: profile.transfer.recover_by,
            hold_music: profile.transfer.hold_music,
            ..PhoneConfig::default()
        };
        Ok(Self {
            account,
            media,
            audio: EngineConfig::default(),
            phone,
            country: profile.country,
            log: None,
            journal: None,
        })
    }

    /// With the devices and volumes that the agent has set.
    #[must_use]
    pub fn with_settings(mut self, settings: &Settings) -> Self {
        sound::apply(&settings.sound, &mut self.audio);
        self
    }

    /// The same account as a phone of its own: at a registrar that knows phones apart by their
    /// instance (RFC 5626) it does not take the place of one that runs.
    #[must_use]
    pub fn beside_another(mut self) -> Self {
        self.account.instance = instance::random();
        self
    }
}

/// Starts the phone on the current Tokio runtime.
///
/// # Errors
/// A WAV file that stands in for a device cannot be used.
pub fn start(config: DeskConfig) -> Result<Desk, DeskError> {
    let devices = sound::devices(&config.audio);
    let volumes = config.audio.volumes;
    let (engine, audio) = Engine::start(config.audio).map_err(|error| words::sound(&error))?;
    let (agent, sip) = UserAgent::start(config.account);
    let (actions, inbox) = mpsc::channel(ACTIONS);
    let (reports_in, reports) = mpsc::channel(REPORTS);
    let [microphone, speaker, ringer] = devices;
    let (snapshot, watched) = watch::channel(Snapshot {
        at: std::time::Duration::ZERO,
        registration: Registration::Connecting,
        calls: Vec::new(),
        focus: None,
        transfers: Vec::new(),
        group: None,
        recovery: None,
        microphone,
        speaker,
        ringer,
        volumes,
        devices: None,
        stopped: false,
    });
    let (events, _) = broadcast::channel(EVENTS);
    let sound = Sound(Arc::new(Mutex::new(Some(engine.clone()))));
    let desk = Desk {
        actions,
        watched,
        events: events.clone(),
        sound: sound.clone(),
        country: config.country,
        journal: config.journal.clone(),
    };
    let machines = Machines {
        agent,
        engine,
        media: config.media,
        reports: reports_in,
    };
    let outlets = Outlets {
        snapshot,
        events,
        sound,
        journal: config.journal.clone(),
    };
    let running = Running::new(config.phone, config.country, machines, outlets);
    let inbox = Inbox {
        network: network::watch(),
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
    // The one task that is not waited for by name: it ends by `Quit`, or with the last `Desk`,
    // and says so by the snapshot.
    tokio::spawn(running.run(inbox));
    Ok(desk)
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
    country: Option<Country>,
    journal: Option<Journal>,
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
        number::read(text, self.country)
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
