use std::time::Duration;

use warmline_audio::RingProof;
use warmline_call::{CallId, EndReason, TransferNews, TransferReason};
use warmline_media::quality::Alarm;

use crate::{
    error::DeskError,
    lines::LineId,
    snapshot::{CallView, RecordingView, Registration},
};

/// What happened, in the order it happened. The snapshot in the watch is never
/// older than the event.
#[derive(Clone, Debug, PartialEq)]
pub enum DeskEvent {
    /// The registration of a line has changed.
    Registration(LineId, Registration),
    /// A line's server refuses our access token, or there is none. Another one in
    /// [`Auth::Bearer`](crate::profile::Auth::Bearer) is tried at once.
    TokenWanted(LineId),
    /// Somebody calls.
    Incoming(Box<CallView>),
    /// We call somebody.
    Dialing(Box<CallView>),
    /// The far end is being alerted.
    Ringing(CallId),
    /// Sound comes before the answer.
    Early(CallId),
    /// The call is answered, or taken back after [`DeskEvent::Held`]: the agent and the far end
    /// hear each other.
    Active(CallId),
    /// The first sound of the far end came in.
    FirstAudio(CallId),
    /// The call is on hold.
    Held(CallId, Holder),
    /// The far end, who held us, has taken us back.
    Unheld(CallId),
    /// The agent was muted (`true`) or is no longer.
    Muted(CallId, bool),
    /// The sound path of an answered call is up (`true`), or interrupted.
    Connected(CallId, bool),
    /// The far end pressed a key.
    Dtmf(CallId, char),
    /// The call is over.
    Ended {
        /// Which.
        call: CallId,
        /// Why.
        reason: EndReason,
        /// The SIP status that ended it, if one did.
        status: Option<u16>,
    },
    /// A transfer has come a step further, or has failed. A customer is handed over at
    /// [`TransferNews::Done`], and not before.
    Transfer {
        /// The customer's call.
        customer: CallId,
        /// The expert's, if there is one.
        expert: Option<CallId>,
        /// How far it is.
        news: TransferNews,
        /// Why, if that says more.
        reason: Option<TransferReason>,
    },
    /// The peer asks us to call somebody else: see [`CallView::referral`].
    Referred(CallId),
    /// Calls of an earlier run can be taken up again: see [`Snapshot::recovery`](crate::Snapshot).
    Recoverable,
    /// The recording of a call has begun, is paused or is over.
    Recording(CallId, RecordingView),
    /// Packets of the far end come again, after none for so long.
    Gap(CallId, Duration),
    /// An alarm about a call's sound was raised, or is over.
    Alarm {
        /// Which call.
        call: CallId,
        /// What is alarming.
        alarm: Alarm,
        /// Whether it stands now.
        raised: bool,
    },
    /// A sound device has changed.
    Device {
        /// What it is used for.
        role: DeviceRole,
        /// Its name, if there is one.
        name: Option<String>,
        /// What became of it.
        state: DeviceState,
    },
    /// Where the ring is heard, and where it is not although it should be.
    Ring(RingProof),
    /// The agent speaks while every call is muted. Told at most three times a minute.
    SpokeMuted,
    /// Nothing at all comes from the microphone, though it is in use (`true`), or something does again.
    MicrophoneSilent(bool),
    /// Something failed that the agent should know, about a call or in general.
    Error {
        /// Which call, if it is about one.
        call: Option<CallId>,
        /// What failed.
        error: DeskError,
    },
    /// The desk has stopped; nothing follows.
    Stopped,
}

/// Who put a call on hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Holder {
    /// The agent.
    Me,
    /// The far end.
    Peer,
}

/// What a sound device is used for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum DeviceRole {
    /// Takes the agent's voice.
    Microphone,
    /// Plays calls and tones.
    Speaker,
    /// Rings.
    Ringer,
}

/// What has a loudness of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Loudness {
    /// The people in calls.
    Calls,
    /// Call-progress tones and cues.
    Tones,
    /// The ring.
    Ring,
}

/// What became of a sound device.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum DeviceState {
    /// In use now, as chosen.
    InUse,
    /// In use now in place of the one that was chosen.
    StandIn,
    /// Gone; another one is looked for.
    Lost,
    /// The system does not let this program use any.
    Denied,
    /// Nobody needs it.
    #[default]
    Closed,
    /// There is none, or a file takes its place.
    None,
}
