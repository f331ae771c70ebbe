//! What can go wrong with sound, and what the engine tells its owner unasked.

use std::fmt;
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

/// Something that happened to the engine or its devices. Names of devices are not secret.
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
    /// Nobody needs a device any more, and the one in use was closed. What is used the next time is told
    /// again.
    DeviceClosed {
        /// What it was used for.
        role: Role,
        /// Its name.
        name: String,
    },
    /// No device can be used. Calls go on in silence; the engine keeps looking. Told once each time that one
    /// is needed, and again if it changes.
    NoDevice {
        /// What a device is needed for.
        role: Role,
        /// Why, in words.
        reason: String,
        /// How the last one that is there refused; none if none is there.
        refusal: Option<Refusal>,
    },
    /// A device that was asked for is there and cannot be used now. It is tried again, and another
    /// one serves until then.
    DeviceRefused {
        /// What it is needed for.
        role: Role,
        /// Its name.
        name: String,
        /// Why.
        why: Refusal,
    },
    /// Whether and where the ring is heard: told once in each ring, and again if that changes.
    RingProof(RingProof),
    /// The devices there are: told when [monitoring](crate::Engine::monitor) begins, and whenever
    /// they or the defaults have changed while it goes on. Empty without a sound system.
    Devices(Devices),
    /// The agent has been speaking for about a second while every leg that sends is muted. Told again
    /// after three seconds of silence, and not within 20 s.
    MutedSpeech,
    /// For 10 s of sending unmuted, the microphone's level has not moved at all (`true`), as no room
    /// is: digital silence, hiss or hum. Or it moves again, or is no longer in use.
    SilentMicrophone(bool),
    /// The WAV file that stands in for the microphone has been played to its end.
    WavEnded,
    /// A WAV file in the place of a device broke off: the disk is full, or the one played as a microphone is
    /// damaged. The call goes on.
    WavFailed {
        /// In whose place it stands.
        role: Role,
        /// The file.
        path: PathBuf,
        /// Why, in words.
        reason: String,
    },
    /// The engine's sound thread has ended by itself: no leg sends or is heard any more, and no device is
    /// open. Only another engine helps.
    Broken,
}

/// Why a device that is there cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Another program has it for itself.
    InUse,
    /// The system does not let this program use it.
    NotAllowed,
    /// The system asks whether this program may use it, and waits for the answer.
    Asking,
    /// Anything else, in the sound system's words.
    Failed(String),
}

impl Refusal {
    /// What a person can do about it; empty if there is nothing particular.
    pub fn advice(&self, role: Role) -> &'static str {
        match (self, role) {
            (Refusal::InUse, _) => {
                "Close the program that uses it, or its call: the device is taken back at once."
            }
            (Refusal::NotAllowed, Role::Input) => HOW_TO_ALLOW,
            (Refusal::Asking, _) => "Allow it: it is used at once.",
            (Refusal::NotAllowed, Role::Output | Role::Ring) | (Refusal::Failed(_), _) => "",
        }
    }
}

#[cfg(windows)]
const HOW_TO_ALLOW: &str = "In Settings, Privacy & security, Microphone, switch on \"Microphone \
     access\" and \"Let desktop apps access your microphone\". It is used at once.";
#[cfg(target_os = "macos")]
const HOW_TO_ALLOW: &str = "In System Settings, Privacy & Security, Microphone, switch on \
     Warmline. If the system asks to quit it, let it: calls in progress end.";
#[cfg(not(any(windows, target_os = "macos")))]
const HOW_TO_ALLOW: &str = "Ask your administrator for access to the computer's sound devices \
     (on most systems, the group \"audio\").";

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::InUse => f.write_str("another program uses the device"),
            Refusal::NotAllowed => f.write_str("the system does not allow it"),
            Refusal::Asking => f.write_str("the system asks whether it is allowed"),
            Refusal::Failed(words) => f.write_str(words),
        }
    }
}

/// Where a ring is heard, as far as a program can know: the device is there, nothing is muted, and
/// it takes the samples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RingProof {
    /// The names of the devices it is heard on.
    pub heard_on: Vec<String>,
    /// The names of those it should be heard on and is not, and why. Both empty: there is no device.
    pub not_heard: Vec<(String, RingFault)>,
}

/// Why a device does not ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RingFault {
    /// The device, or this program on it, is muted.
    Muted,
    /// The volume of the device, or of this program on it, is nothing.
    VolumeZero,
    /// The ring's own volume is nothing.
    TurnedDown,
    /// The device takes no samples.
    NotRendered,
    /// It went away, or its sound system did.
    Lost,
    /// It could not be opened.
    Refused(Refusal),
}

impl fmt::Display for RingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RingFault::Muted => "it is muted",
            RingFault::VolumeZero => "its volume is zero",
            RingFault::TurnedDown => "the ring is turned down to nothing",
            RingFault::NotRendered => "it plays nothing",
            RingFault::Lost => "it went away",
            RingFault::Refused(refusal) => return write!(f, "it cannot be opened: {refusal}"),
        })
    }
}
