//! The engine's handle.

use std::path::PathBuf;

use tokio::sync::mpsc;

use crate::{AudioError, AudioEvent, Leg, LegConfig};

/// A device as the user chose it: by id, else by name, else the system's default.
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
    /// A chosen device, or the default one while it is absent.
    Device(DeviceChoice),
    /// A WAV file played once in real time, then silence.
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
    /// A chosen device, or the default one while it is absent.
    Device(DeviceChoice),
    /// A WAV file that is recorded: 48 kHz, mono, 16 bit, real time, silences included.
    Wav(PathBuf),
    /// Nowhere.
    Silent,
}

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
}

/// A region whose call-progress tones are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Region {
    /// Most of Europe (ETSI TR 101 041-2; 425 Hz).
    #[default]
    Europe,
    /// North America.
    NorthAmerica,
    /// United Kingdom.
    UnitedKingdom,
    /// Japan.
    Japan,
    /// Korea.
    Korea,
}

/// A tone the agent hears in the headset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The far end rings.
    Ringback,
    /// The far end is busy.
    Busy,
    /// The network could not put the call through.
    Congestion,
    /// Another call comes in during a call. Plays once.
    CallWaiting,
    /// The call has ended. Plays once.
    Ended,
    /// Local feedback for a DTMF digit. Plays once, 120 ms.
    Dtmf(char),
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

/// Counters of the engine's own buffers since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineStats {
    /// Ticks of 10 ms done.
    pub ticks: u64,
    /// Captured samples (48 kHz) dropped because the capture ring held too much.
    pub capture_dropped: u64,
    /// Samples (48 kHz) of silence taken because the capture ring held too little.
    pub capture_missing: u64,
    /// Frames of silence the output device got because the playout ring was empty.
    pub playout_missing: u64,
    /// Sound waiting in the capture ring now, in µs.
    pub capture_fill_us: u32,
    /// Sound waiting in the playout ring now, in µs.
    pub playout_fill_us: u32,
    /// Longest tick since the start, in µs.
    pub longest_tick_us: u32,
    /// Events not delivered because nobody took them.
    pub events_dropped: u64,
}

/// Handle on the engine. Clones share it; it stops when the last one is dropped.
#[derive(Clone, Debug)]
pub struct Engine {}

impl Engine {
    /// Starts the engine's threads. Devices are opened in the background: having none is not an
    /// error but an [`AudioEvent::NoDevice`]. At most 64 events wait to be taken.
    ///
    /// # Errors
    /// A WAV file cannot be opened or created, or a thread cannot be started.
    pub fn start(config: EngineConfig) -> Result<(Engine, mpsc::Receiver<AudioEvent>), AudioError> {
        let _ = config;
        unimplemented!()
    }

    /// Lists the devices. May take some hundred ms: not for a UI thread.
    ///
    /// # Errors
    /// No sound system answers.
    pub fn devices() -> Result<Devices, AudioError> {
        unimplemented!()
    }

    /// Changes the microphone. Takes effect in the background.
    ///
    /// # Errors
    /// A WAV file cannot be opened, or the engine has stopped.
    pub fn set_input(&self, input: Input) -> Result<(), AudioError> {
        let _ = input;
        unimplemented!()
    }

    /// Changes the headset or speaker. Takes effect in the background.
    ///
    /// # Errors
    /// A WAV file cannot be created, or the engine has stopped.
    pub fn set_output(&self, output: Output) -> Result<(), AudioError> {
        let _ = output;
        unimplemented!()
    }

    /// Changes what rings. Takes effect in the background.
    ///
    /// # Errors
    /// A WAV file cannot be created, or the engine has stopped.
    pub fn set_ring_output(&self, output: Output) -> Result<(), AudioError> {
        let _ = output;
        unimplemented!()
    }

    /// Opens a leg, neither heard nor sending yet.
    ///
    /// # Errors
    /// Settings that cannot work, a codec that will not start, or too many legs.
    pub fn open_leg(&self, config: LegConfig) -> Result<Leg, AudioError> {
        let _ = config;
        unimplemented!()
    }

    /// Plays a tone in the headset in place of the one before; `None` stops it.
    pub fn tone(&self, tone: Option<Tone>) {
        let _ = tone;
        unimplemented!()
    }

    /// Starts or stops the ring tone.
    pub fn ring(&self, ringing: bool) {
        let _ = ringing;
        unimplemented!()
    }

    /// Loudness of tones and of the ring, 0 (silent) to 1 (full). Both start at 0.5.
    pub fn set_volumes(&self, tone: f32, ring: f32) {
        let _ = (tone, ring);
        unimplemented!()
    }

    /// Mutes the microphone for all legs: they send silence.
    pub fn set_mute(&self, mute: bool) {
        let _ = mute;
        unimplemented!()
    }

    /// Whether the microphone is muted.
    pub fn is_muted(&self) -> bool {
        unimplemented!()
    }

    /// Microphone level, peak with a slow fall, in dBFS from -100 (silence) to 0. Measured before
    /// mute, so that a UI can warn "you are muted".
    pub fn level(&self) -> f32 {
        unimplemented!()
    }

    /// Microphone level, RMS over some 100 ms, in dBFS from -100 to 0.
    pub fn level_rms(&self) -> f32 {
        unimplemented!()
    }

    /// The engine's counters now.
    pub fn stats(&self) -> EngineStats {
        unimplemented!()
    }
}
