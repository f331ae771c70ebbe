use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::sync::oneshot;
use warmline_audio::{Input, Output};
use warmline_call::{CallId, Rejection};
use warmline_media::Stats;
use warmline_policy::Voice;

use crate::{
    error::{DeskError, ErrorCode},
    event::{DeviceRole, Loudness},
    lines::LineId,
    press::Press,
};

/// What the agent may ask the desk for. Its `Debug` form shows no number and no digit.
#[derive(Clone, Eq, PartialEq)]
pub enum UserAction {
    /// Call a number, `user@host`, or a `sip:`, `sips:` or `tel:` URI. The call in focus is held.
    /// Gives [`Done::Dialing`].
    Dial {
        /// As typed; what is dialled is what [`number::read`](crate::number::read) makes of it.
        to: String,
        /// By which line; the first one unless said.
        line: Option<LineId>,
    },
    /// Answer an incoming call. The call in focus is held.
    Answer(CallId),
    /// Turn an incoming call away.
    Reject(CallId, Rejection),
    /// Refuse what rings and every call that comes in (`true`) with 486 Busy Here, before it is seen or heard,
    /// or no longer. The history has it as missed.
    DoNotDisturb(bool),
    /// End a call whatever its state.
    Hangup(CallId),
    /// Put the other end on hold.
    Hold(CallId),
    /// Take a held call back. The call in focus is held.
    Resume(CallId),
    /// Stop (`true`) or start (`false`) sending the agent's voice on one call.
    Mute(CallId, bool),
    /// Send DTMF digits, `0`–`9 * # A`–`D`, on an established call.
    Dtmf(CallId, String),
    /// Whatever a press means now that names no call.
    Press(Press),
    /// Forget an ended call.
    Dismiss(CallId),
    /// Write down something about a call, in place of what was written before.
    Note {
        /// Which.
        call: CallId,
        /// What was tried so far.
        tried: String,
        /// Anything else.
        note: String,
    },
    /// Call somebody about a call, which is held meanwhile. Gives [`Done::Dialing`].
    Consult {
        /// The customer's call.
        customer: CallId,
        /// As typed.
        to: String,
        /// The customer is to be handed over: where the profile says so, that completes by itself some
        /// seconds after a person has answered.
        hand_over: bool,
    },
    /// Have the server connect a call with somebody, without talking to them first.
    BlindTransfer {
        /// The customer's call.
        customer: CallId,
        /// As typed.
        to: String,
    },
    /// Talk to the other one of customer and expert.
    Swap(CallId),
    /// Back to the customer: the expert's call is ended.
    Back(CallId),
    /// Have the server connect customer and expert, and leave. It has happened when
    /// [`DeskEvent::Transfer`](crate::DeskEvent::Transfer) says that it is done.
    Complete {
        /// The customer's call.
        customer: CallId,
        /// Also if the expert may be a machine.
        sure: bool,
    },
    /// Do not complete by itself.
    KeepConsulting(CallId),
    /// Let the people of two calls hear each other as well.
    Merge(CallId, CallId),
    /// Leave the group of this call to the two others in it. Not where they are on different lines: no
    /// server has both.
    Leave(CallId),
    /// How loud a person is to everybody, in percent of how they come in; at most 200.
    PersonVolume(CallId, u8),
    /// Nobody hears this person (`true`), or everybody does again.
    Silence(CallId, bool),
    /// Record a call, or no longer.
    Record(CallId, Record),
    /// Call (`true`) whom the peer asks us to call by REFER, or do not.
    Follow(CallId, bool),
    /// Take the calls of [`Snapshot::recovery`](crate::Snapshot::recovery) up again (`true`), or give
    /// them up.
    Recover(bool),
    /// Read a call's statistics now. Gives [`Done::Stats`].
    Stats(CallId),
    /// Register now: the network has changed, or the agent asks to try again.
    Register,
    /// Use another microphone.
    SetInput(Input),
    /// Use another headset or speaker.
    SetOutput(Output),
    /// Ring on another device.
    SetRingOutput(Output),
    /// Make something louder or softer, from 0 (silent) to 100 (as it comes).
    SetVolume(Loudness, u8),
    /// Do this to the agent's voice, where the profile says nothing of it.
    SetVoice(Voice),
    /// The agent looks at the sound devices (`true`): they are listed in
    /// [`Snapshot::devices`](crate::Snapshot::devices), and the microphone is open and measured also
    /// without a call. Or no longer does.
    LookAtSound(bool),
    /// Play a short sound on the speaker or the ringer. It stops by itself.
    TryDevice(DeviceRole),
    /// Begin the check before a shift ([`Snapshot::check`](crate::Snapshot::check)), or have done with it.
    /// Not in a call.
    CheckSound(bool),
    /// End all calls, un-register and stop. Done when everything has stopped.
    Quit,
}

/// What is to become of the recording of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Record {
    /// Begin one. All are told first, if policy says so.
    Start,
    /// Keep nothing of what is said from now on.
    Pause,
    /// Go on.
    Resume,
    /// End it.
    Stop,
}

/// What came of an action.
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    /// It has been set going; what comes of it shows in the snapshot and the events.
    Accepted,
    /// The call to the far end, or to the expert, has been set up under this id.
    Dialing(CallId),
    /// Statistics of the call.
    Stats(Box<Stats>),
}

/// Whether an action could be done. May be awaited or dropped.
#[derive(Debug)]
pub struct Reply(pub(crate) oneshot::Receiver<Result<Done, DeskError>>);

impl Future for Reply {
    type Output = Result<Done, DeskError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|reply| {
            reply.unwrap_or_else(|_| {
                Err(DeskError::new(
                    ErrorCode::Stopped,
                    "The phone has stopped.",
                    "Start it again.",
                ))
            })
        })
    }
}

impl fmt::Debug for UserAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dial { .. } => f.write_str("Dial(‹pii›)"),
            Self::Answer(call) => write!(f, "Answer({call})"),
            Self::Reject(call, rejection) => write!(f, "Reject({call}, {rejection:?})"),
            Self::DoNotDisturb(on) => write!(f, "DoNotDisturb({on})"),
            Self::Hangup(call) => write!(f, "Hangup({call})"),
            Self::Hold(call) => write!(f, "Hold({call})"),
            Self::Resume(call) => write!(f, "Resume({call})"),
            Self::Mute(call, muted) => write!(f, "Mute({call}, {muted})"),
            Self::Dtmf(call, _) => write!(f, "Dtmf({call}, ‹pii›)"),
            Self::Note { call, .. } => write!(f, "Note({call}, ‹pii›)"),
            Self::Press(press) => write!(f, "Press({press:?})"),
            Self::Dismiss(call) => write!(f, "Dismiss({call})"),
            Self::Consult { customer, .. } => write!(f, "Consult({customer}, ‹pii›)"),
            Self::BlindTransfer { customer, .. } => write!(f, "BlindTransfer({customer}, ‹pii›)"),
            Self::Swap(call) => write!(f, "Swap({call})"),
            Self::Back(call) => write!(f, "Back({call})"),
            Self::Complete { customer, sure } => write!(f, "Complete({customer}, {sure})"),
            Self::KeepConsulting(call) => write!(f, "KeepConsulting({call})"),
            Self::Merge(call, with) => write!(f, "Merge({call}, {with})"),
            Self::Leave(call) => write!(f, "Leave({call})"),
            Self::PersonVolume(call, percent) => write!(f, "PersonVolume({call}, {percent})"),
            Self::Silence(call, on) => write!(f, "Silence({call}, {on})"),
            Self::Record(call, what) => write!(f, "Record({call}, {what:?})"),
            Self::Follow(call, really) => write!(f, "Follow({call}, {really})"),
            Self::Recover(really) => write!(f, "Recover({really})"),
            Self::Stats(call) => write!(f, "Stats({call})"),
            Self::Register => f.write_str("Register"),
            Self::SetInput(_) => f.write_str("SetInput"),
            Self::SetOutput(_) => f.write_str("SetOutput"),
            Self::SetRingOutput(_) => f.write_str("SetRingOutput"),
            Self::SetVolume(of, percent) => write!(f, "SetVolume({of:?}, {percent})"),
            Self::SetVoice(voice) => write!(f, "SetVoice({voice:?})"),
            Self::LookAtSound(looking) => write!(f, "LookAtSound({looking})"),
            Self::TryDevice(role) => write!(f, "TryDevice({role:?})"),
            Self::CheckSound(on) => write!(f, "CheckSound({on})"),
            Self::Quit => f.write_str("Quit"),
        }
    }
}
