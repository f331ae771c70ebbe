use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use warmline_audio::{DeviceChoice, Devices, Processing, RecordingFailure, Refusal, Volumes};
use warmline_call::{
    CallId, Direction, EndReason, Hold, How, Party, Phase, State, Suspicion, TransferReason,
};
use warmline_journal::Transferred;
use warmline_media::{Stats, quality::Quality};
use warmline_policy::Voice;
use warmline_sip::{Invite, redact::Pii};

use crate::{check::Prompt, doctor::Finding, error::DeskError, event::DeviceState, lines::LineId};

/// The whole phone at one moment. Times count from the start of the desk.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// When it was taken.
    pub at: Duration,
    /// How the registration of the first line stands.
    pub registration: Registration,
    /// All lines, at least one.
    pub lines: Vec<LineView>,
    /// All calls in the order they began; ended ones until dismissed or for a minute.
    pub calls: Vec<CallView>,
    /// The call that has the agent's ears and voice; or any of the group that has.
    pub focus: Option<CallId>,
    /// Calls that come in are refused, unseen and unheard.
    pub do_not_disturb: bool,
    /// Customers on the way to somebody else, in the order in which that began.
    pub transfers: Vec<TransferView>,
    /// People who hear each other by way of this phone.
    pub group: Option<GroupView>,
    /// Calls that stood when an earlier run ended, and can be taken up again.
    pub recovery: Option<RecoveryView>,
    /// The microphone in use.
    pub microphone: DeviceView,
    /// The headset or speaker in use.
    pub speaker: DeviceView,
    /// What rings.
    pub ringer: DeviceView,
    /// The headset whose buttons are taken, if one is plugged in.
    pub headset: Option<HeadsetView>,
    /// How loud things are.
    pub volumes: Volumes,
    /// What is done to the agent's voice.
    pub processing: Processing,
    /// What of that is not the agent's to say, because the profile does.
    pub managed_voice: Voice,
    /// When the agent was last heard to speak while every call was muted.
    pub spoke_muted_at: Option<Duration>,
    /// Whether nothing at all comes from the microphone, though it is in use.
    pub microphone_silent: bool,
    /// The check before a shift, as long as the agent has not done with it, and nobody calls.
    pub check: Option<CheckView>,
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

    /// One line.
    pub fn line(&self, id: LineId) -> Option<&LineView> {
        self.lines.iter().find(|line| line.id == id)
    }
}

/// How far a [check](crate::check) has come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum CheckView {
    /// The devices are opened.
    Opening,
    /// The agent is asked for this.
    Asks(Prompt),
    /// What was found.
    Over(Arc<[Finding]>),
}

/// One line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LineView {
    /// Names it in [`UserAction::Dial`](crate::UserAction::Dial).
    pub id: LineId,
    /// Whose line it is, where there are several.
    pub customer: Option<String>,
    /// The address of record that others call, and are called by.
    pub address: Pii<String>,
    /// How its registration stands.
    pub registration: Registration,
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
    /// By which line it comes or goes.
    pub line: LineId,
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
    /// Since when it has waited on our hold, if it does.
    pub held_since: Option<Duration>,
    /// Whether the other end holds us.
    pub remote_hold: bool,
    /// Whether the agent muted it.
    pub muted: bool,
    /// Whether its sound reaches the agent.
    pub heard: bool,
    /// Whether it hears music of this phone.
    pub music: bool,
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
    /// How loud this person is to everybody, in percent of how they come in.
    pub volume_percent: u8,
    /// Whether nobody hears this person.
    pub silenced: bool,
    /// Why the far end may be a machine, if something hints at it.
    pub suspicion: Option<Suspicion>,
    /// Whom the peer asks us to call, until the agent has decided.
    pub referral: Option<ReferralView>,
    /// Whether it is being taken up again from an earlier run.
    pub recovering: bool,
    /// The longest time without a packet of the far end, once there was one.
    pub longest_gap: Option<Duration>,
    /// Where its ring was heard, and why not elsewhere, in sentences; none if it did not ring or
    /// nobody knows.
    pub ring: Option<String>,
    /// Whether it is recorded.
    pub recording: RecordingView,
    /// Policy wants it recorded: the agent may pause that, not stop it.
    pub recording_stays: bool,
    /// The files that recordings of it are in, without their folder.
    pub recordings: Vec<String>,
    /// To whom it was handed over, or was to be.
    pub handed: Option<Transferred>,
    /// What the agent has written down about it.
    pub note: Note,
    /// Digits sent so far.
    pub dtmf_sent: Pii<String>,
    /// Statistics, read once a second while it is answered, and the last ones after its end.
    pub stats: Option<Stats>,
    /// How it sounds, judged once a second while people talk.
    pub quality: Option<Quality>,
    /// How it ended, if it did.
    pub ending: Option<Ending>,
}

/// Whether a call is recorded.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum RecordingView {
    /// Nor can it be: the line's policy does not allow it.
    #[default]
    NotAllowed,
    /// It could be.
    Off,
    /// All are told that it will be.
    Announcing,
    /// It is.
    On,
    /// It goes on as soon as the agent hears the call again.
    Waiting,
    /// Not while the agent wishes so.
    Paused,
    /// It could not go on.
    Failed {
        /// Why.
        failure: RecordingFailure,
        /// The same in a sentence.
        why: String,
    },
}

/// What the agent has written down about a call.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Note {
    /// What was tried so far.
    pub tried: Pii<String>,
    /// Anything else.
    pub note: Pii<String>,
}

/// A customer on the way to somebody else.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TransferView {
    /// The customer's call.
    pub customer: CallId,
    /// The expert's call; none if nobody was asked first.
    pub expert: Option<CallId>,
    /// To whom.
    pub to: Party,
    /// What it is.
    pub how: How,
    /// How far it is.
    pub phase: Phase,
    /// When it completes by itself.
    pub completes_at: Option<Duration>,
    /// Why the last attempt failed.
    pub trouble: Option<TransferReason>,
}

/// People of several calls who hear each other by way of this phone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GroupView {
    /// Their calls, in the order in which they came.
    pub members: Vec<CallId>,
    /// Why there is a group although a transfer was asked for.
    pub instead: Option<TransferReason>,
}

/// Whom the peer asks us to call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReferralView {
    /// Whom.
    pub to: Party,
    /// When it is declined by itself.
    pub until: Duration,
}

/// Calls that stood when an earlier run ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RecoveryView {
    /// With whom, the customer first.
    pub parties: Vec<Party>,
    /// Until when the other ends can be expected to wait.
    pub until: Duration,
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

/// A headset's buttons.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeadsetView {
    /// The headset, as it calls itself.
    pub name: Option<String>,
    /// Whether they work.
    pub state: HeadsetState,
}

/// Whether a headset's buttons work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HeadsetState {
    /// They do.
    Works,
    /// They do, but another program has a call on it: it does not ring for ours.
    InUseElsewhere,
    /// The system does not let this person use them.
    NotAllowed,
    /// Another program has them for itself.
    Taken,
    /// They do not; the log has why.
    Failed,
}

/// One of the three sound devices.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DeviceView {
    /// Its name, if there is one.
    pub name: Option<String>,
    /// Whether it can be used.
    pub state: DeviceState,
    /// Why the last one that is there could not be used, until that changes.
    pub refusal: Option<Refusal>,
    /// The one that was chosen, the most wanted of several; none for the system's default, and for
    /// what is no device.
    pub chosen: Option<DeviceChoice>,
    /// Whether all devices were chosen.
    pub everywhere: bool,
}
