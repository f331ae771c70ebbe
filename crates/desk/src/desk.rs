use tokio::sync::{broadcast, watch};
use warmline_audio::{Devices, EngineConfig};
use warmline_call::PhoneConfig;
use warmline_media::MediaConfig;
use warmline_sip::Account;

use crate::{
    action::{Reply, UserAction},
    error::DeskError,
    event::DeskEvent,
    profile::Profile,
    snapshot::Snapshot,
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
}

impl DeskConfig {
    /// What `profile` says, with the default sound devices. Reads the password and
    /// the CA file; may take a moment, and may ask the agent to unlock the keychain:
    /// not for an async thread.
    ///
    /// # Errors
    /// The password cannot be had, or a file that the profile names cannot be read.
    pub fn from_profile(profile: &Profile) -> Result<Self, DeskError> {
        let _ = profile;
        unimplemented!()
    }
}

/// Starts the phone on the current Tokio runtime.
///
/// # Errors
/// A WAV file that stands in for a device cannot be used.
pub fn start(config: DeskConfig) -> Result<Desk, DeskError> {
    let _ = config;
    unimplemented!()
}

/// Lists the sound devices. May take some hundred ms: not for an async thread.
///
/// # Errors
/// No sound system answers.
pub fn devices() -> Result<Devices, DeskError> {
    unimplemented!()
}

/// A handle on the phone. Clones share it; the phone stops when
/// [`UserAction::Quit`] is done or the last one is dropped.
#[derive(Clone, Debug)]
pub struct Desk {}

impl Desk {
    /// Asks for something; never blocks. The reply may be awaited or dropped.
    pub fn send(&self, action: UserAction) -> Reply {
        let _ = action;
        unimplemented!()
    }

    /// The state of the phone, now and whenever it changes.
    pub fn snapshot(&self) -> watch::Receiver<Snapshot> {
        unimplemented!()
    }

    /// What happens from now on. A reader more than 1024 events behind misses the oldest.
    pub fn events(&self) -> broadcast::Receiver<DeskEvent> {
        unimplemented!()
    }

    /// Level of the microphone now, peak with a slow fall, dBFS from -100 (silence) to 0.
    /// Read it as often as it is shown; it is no part of the snapshot, which would
    /// otherwise change all the time.
    pub fn microphone_dbfs(&self) -> f32 {
        unimplemented!()
    }
}
