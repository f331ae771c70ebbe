//! What can go wrong with sound, and what the engine tells its owner unasked.

use std::path::PathBuf;

use crate::Devices;

/// Why a request to the engine failed.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// No sound system answered at all.
    #[error("no sound system is reachable: {0}")]
    NoSoundSystem(String),
    /// A WAV file could not be opened, read or created.
    #[error("{path}: {reason}")]
    Wav {
        /// The file.
        path: PathBuf,
        /// What the file system or the format said.
        reason: String,
    },
    /// A leg was asked for with settings that cannot work.
    #[error("leg settings: {0}")]
    LegConfig(&'static str),
    /// As many legs are open as the engine has room for.
    #[error("no more than {0} legs can be open at once")]
    TooManyLegs(usize),
    /// A codec refused to start.
    #[error("codec: {0}")]
    Codec(String),
    /// The digit cannot be sent as a telephone event.
    #[error("{0:?} is not a DTMF digit (0-9, *, #, A-D)")]
    NotADigit(char),
    /// The far end did not negotiate telephone events on this leg.
    #[error("telephone events were not negotiated")]
    NoTelephoneEvents,
    /// A bounded queue is full: the request was not taken.
    #[error("the audio engine is too busy to take the request")]
    Busy,
    /// The engine has stopped.
    #[error("the audio engine has stopped")]
    Stopped,
    /// A thread could not be started.
    #[error("could not start the audio thread: {0}")]
    Thread(#[source] std::io::Error),
}

/// Which of the engine's three devices is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The microphone.
    Input,
    /// The headset or speaker that plays calls and call-progress tones.
    Output,
    /// The device that plays the ring tone.
    Ring,
}

/// Something that happened to the engine's devices. Names of devices are not secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioEvent {
    /// A device in use went away or failed. Another one is looked for at once.
    DeviceLost {
        /// What it was used for.
        role: Role,
        /// Its name.
        name: String,
        /// Why, in words.
        reason: String,
    },
    /// A device is now in use that was not before.
    DeviceChanged {
        /// What it is used for.
        role: Role,
        /// Its name.
        name: String,
        /// Whether it is the one that was asked for, as opposed to a stand-in.
        preferred: bool,
    },
    /// No device can be used. Calls go on in silence; the engine keeps looking.
    NoDevice {
        /// What a device is needed for.
        role: Role,
        /// Why, in words.
        reason: String,
    },
    /// The devices there are: told when [monitoring](crate::Engine::monitor) begins, and whenever
    /// they or the defaults have changed while it goes on. Empty without a sound system.
    Devices(Devices),
    /// The WAV file that stands in for the microphone has been played to its end.
    WavEnded,
    /// A WAV file broke off, mostly a recording (disk full), else the one played as a microphone.
    /// The call goes on.
    RecordingFailed {
        /// In whose place it stands.
        role: Role,
        /// The file.
        path: PathBuf,
        /// Why, in words.
        reason: String,
    },
}
