//! Microphones, speakers and files, and the sound systems that have them.

mod awake;
pub(crate) mod bell;
mod choice;
mod cpal_host;
mod lapse;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
pub(crate) mod mailbox;
mod post;
#[cfg(target_os = "linux")]
mod pulse;
pub(crate) mod ring;
pub(crate) mod supervisor;
mod watch;
pub(crate) mod wav;
#[cfg(windows)]
mod windows;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Thread;

use crate::{AudioError, Refusal};
use bell::Audibility;
use ring::{Capture, Playout, StreamCounters};

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;
#[cfg(windows)]
use windows as system;

/// A device as the user chose it: by id, else by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceChoice {
    /// The sound system's id, tried first.
    pub id: Option<String>,
    /// The device's name, tried next.
    pub name: Option<String>,
}

/// Where the microphone's sound comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Input {
    /// The system's default input device.
    #[default]
    Default,
    /// The first of these that is there, or the default one while all are absent. A better one that
    /// comes back is taken at once.
    Devices(Vec<DeviceChoice>),
    /// A WAV file played once in real time, whenever a microphone would be open, then silence. Between
    /// calls it waits where it is.
    Wav(PathBuf),
    /// Silence.
    Silent,
}

/// Where sound goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// The system's default output device.
    #[default]
    Default,
    /// The first of these that is there, or the default one while all are absent. A better one that
    /// comes back is taken at once.
    Devices(Vec<DeviceChoice>),
    /// All devices at once. For ringing; calls are played on the default one.
    Everywhere,
    /// A WAV file that is recorded: 48 kHz, mono, 16 bit, real time, silences included, whenever a
    /// speaker would be needed (as a ring device: while it rings). Between calls it waits. An existing
    /// file is replaced when first needed.
    Wav(PathBuf),
    /// Nowhere.
    Silent,
}

/// A device as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// The sound system's id, the same after a restart.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Whether it is the system's default.
    pub is_default: bool,
    /// Whether it is no microphone but repeats what a speaker plays. Never used unless chosen or
    /// the default.
    pub is_monitor: bool,
}

/// All devices at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Devices {
    /// The sound system that listed them, for example `PulseAudio`.
    pub host: String,
    /// Microphones.
    pub inputs: Vec<DeviceInfo>,
    /// Headsets and speakers.
    pub outputs: Vec<DeviceInfo>,
}

/// Lists the devices now.
pub(crate) fn list() -> Result<Devices, AudioError> {
    system::connect(None)
        .and_then(|mut system| system.devices())
        .map_err(|error| AudioError::NoSoundSystem(error.to_string()))
}

/// Why a sound system or a device cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum DeviceError {
    /// The sound system itself does not answer.
    #[error("{0}")]
    System(String),
    /// Another program has this device for itself.
    #[error("{0}")]
    InUse(String),
    /// The system does not let this program use it.
    #[error("{0}")]
    NotAllowed(String),
    /// The system asks its user whether it may be used.
    #[error("{0}")]
    #[cfg_attr(not(target_os = "macos"), expect(dead_code, reason = "only there"))]
    Asking(String),
    /// This device cannot be opened.
    #[error("{0}")]
    Device(String),
}

impl From<DeviceError> for Refusal {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::InUse(_) => Refusal::InUse,
            DeviceError::NotAllowed(_) => Refusal::NotAllowed,
            DeviceError::Asking(_) => Refusal::Asking,
            DeviceError::System(words) | DeviceError::Device(words) => Refusal::Failed(words),
        }
    }
}

/// A sound system as the supervisor sees it: one per operating system, two on Linux.
pub(crate) trait SoundSystem: Send {
    /// Lists the devices.
    fn devices(&mut self) -> Result<Devices, DeviceError>;

    /// Opens a microphone.
    fn open_capture(
        &mut self,
        device: &DeviceInfo,
        alarm: &Alarm,
    ) -> Result<Opened<Capture>, DeviceError>;

    /// Opens a speaker, whose callbacks wake the sound thread.
    fn open_playout(
        &mut self,
        device: &DeviceInfo,
        alarm: &Alarm,
        sound_thread: Option<Thread>,
    ) -> Result<Opened<Playout>, DeviceError>;

    /// Whether what is played on this device by that stream, just opened here, can be heard.
    fn audibility(&mut self, device: &DeviceInfo, stream: Option<StreamId>) -> Audibility;

    /// Whether this system tells of changes to its devices by waking the supervisor.
    fn tells_changes(&self) -> bool;

    /// Whether devices, defaults or volumes may have changed since this was last asked.
    fn has_changed(&mut self) -> bool;
}

/// An open stream: keeping it keeps the stream, dropping it closes it.
pub(crate) struct Opened<End> {
    pub(crate) stream: Box<dyn Send>,
    pub(crate) id: Option<StreamId>,
    pub(crate) end: Box<End>,
    pub(crate) counters: Arc<StreamCounters>,
    pub(crate) moved: Moved,
}

/// The sound system's own name of a stream, where it has one.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "only sound servers have such names")
)]
pub(crate) struct StreamId(u32);

/// The id of the device the system has moved a stream to by itself, until somebody looks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moved(Arc<Mutex<Option<String>>>);

impl Moved {
    #[cfg(target_os = "linux")]
    fn to(&self, id: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
    }

    fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// How a stream tells that it is of no more use, from any thread, without waiting.
#[derive(Clone, Default)]
pub(crate) struct Alarm {
    thread: Option<Thread>,
}

impl Alarm {
    pub(crate) fn new(thread: Thread) -> Self {
        Self {
            thread: Some(thread),
        }
    }

    pub(crate) fn failed(&self, counters: &StreamCounters) {
        counters
            .failed
            .store(true, std::sync::atomic::Ordering::Release);
        self.wake();
    }

    pub(crate) fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }
}

impl Input {
    /// Finds out early whether a file can be used.
    pub(crate) fn check(&self) -> Result<(), AudioError> {
        match self {
            Input::Wav(path) => wav::check_readable(path),
            Input::Default | Input::Devices(_) | Input::Silent => Ok(()),
        }
    }
}

impl Output {
    /// Finds out early whether a file can be used.
    pub(crate) fn check(&self) -> Result<(), AudioError> {
        match self {
            Output::Wav(path) => wav::check_writable(path),
            Output::Default | Output::Devices(_) | Output::Everywhere | Output::Silent => Ok(()),
        }
    }
}
