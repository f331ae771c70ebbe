use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use warmline_audio::{DeviceChoice, Devices, Volumes};
use warmline_call::{CallId, Direction, EndReason, Hold, Party, State};
use warmline_media::Stats;
use warmline_sip::{Invite, redact::Pii};

use crate::{error::DeskError, event::DeviceState};

/// The whole phone at one moment. Times count from the start of the desk.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// When it was taken.
    pub at: Duration,
    /// How registration stands.
    pub registration: Registration,
    /// All calls in the order they began; ended ones until dismissed or for a minute.
    pub calls: Vec<CallView>,
    /// The call that has the agent's ears and voice.
    pub focus: Option<CallId>,
    /// The microphone in use.
    pub microphone: DeviceView,
    /// The headset or speaker in use.
    pub speaker: DeviceView,
    /// What rings.
    pub ringer: DeviceView,
    /// How loud things are.
    pub volumes: Volumes,
    /// The devices there are, while the agent looks at them
    /// ([`UserAction::LookAtSound`](crate::UserAction::LookAtSound)).
    pub devices: Option<Arc<Devices>>,
    /// The desk has stopped; no other snapshot follows.
    pub stopped: bool,
}

impl Snapshot {
    /// One call.
    pub fn call(&self, id: CallId) -> Option<&CallView> {
        self.calls.iter().find(|call| call.id == id)
    }
}

/// How registration stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Registration {
    /// Connecting to the server.
    Connecting,
    /// Connected, and REGISTER sent.
    Registering,
    /// Registered: calls can come in.
    Registered {
        /// Lifetime the server granted, seconds.
        expires_s: u32,
    },
    /// Failed; tries again by itself.
    Waiting {
        /// When, counted from the start of the desk.
        retry_at: Duration,
        /// What failed.
        error: DeskError,
    },
    /// Failed, and only a person can change that.
    Refused {
        /// What failed.
        error: DeskError,
    },
    /// Signed off.
    Unregistered,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct CallView {
    /// Names it in a [`UserAction`](crate::UserAction).
    pub id: CallId,
    /// Who called whom.
    pub direction: Direction,
    /// How far it has come.
    pub state: State,
    /// Who is at the other end.
    pub party: Party,
    /// What the INVITE said, if the call came in.
    pub invite: Option<Arc<Invite>>,
    /// Whether we hold the other end.
    pub hold: Hold,
    /// Whether the other end holds us.
    pub remote_hold: bool,
    /// Whether the agent muted it.
    pub muted: bool,
    /// Whether its sound reaches the agent.
    pub heard: bool,
    /// Whether its sound path is up.
    pub connected: bool,
    /// When it was dialled or came in, on the clock on the wall.
    pub began: SystemTime,
    /// The same.
    pub started_at: Duration,
    /// When it was answered.
    pub answered_at: Option<Duration>,
    /// When its first sound came in.
    pub first_audio_at: Option<Duration>,
    /// Digits sent so far.
    pub dtmf_sent: Pii<String>,
    /// Statistics, read once a second while it is answered, and the last ones after its end.
    pub stats: Option<Stats>,
    /// How it ended, if it did.
    pub ending: Option<Ending>,
}

/// How a call ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ending {
    /// Why.
    pub reason: EndReason,
    /// The SIP status that ended it, if one did.
    pub status: Option<u16>,
    /// More for whoever looks into it: what could not be accepted, where the number has gone.
    pub detail: Option<Pii<String>>,
    /// When.
    pub at: Duration,
}

/// One of the three sound devices.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DeviceView {
    /// Its name, if there is one.
    pub name: Option<String>,
    /// Whether it can be used.
    pub state: DeviceState,
    /// The one that was chosen; none for the system's default, and for what is no device.
    pub chosen: Option<DeviceChoice>,
}
