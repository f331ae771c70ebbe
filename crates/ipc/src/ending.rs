use serde::Serialize;
use warmline_desk::{EndReason, Ending, MediaFailure};

use crate::presenter::millis;

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiEnding {
    /// Whether it went as somebody meant it to; if not, the card stays until dismissed.
    pub normal: bool,
    /// What happened.
    pub reason: UiEndReason,
    /// What the log and the documentation call it, for who looks after the phone.
    pub error: String,
    /// When it ended.
    pub at_ms: u64,
}

/// Why a call is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiEndReason {
    /// The agent hung up.
    HungUp,
    /// The other end did.
    RemoteHungUp,
    /// The agent hung up before anybody answered.
    Cancelled,
    /// The caller hung up before the agent answered.
    CallerGaveUp,
    /// Another phone took it.
    AnsweredElsewhere,
    /// The agent turned it away.
    Rejected,
    /// It was refused because the agent did not want to be disturbed.
    DoNotDisturb,
    /// It rang out here.
    Missed,
    /// The other end is busy.
    Busy,
    /// It turned the call away.
    Declined,
    /// It did not answer in time.
    NoAnswer,
    /// It cannot be reached now.
    Unavailable,
    /// There is nobody at that number.
    NotFound,
    /// It is no number that can be called.
    InvalidAddress,
    /// The agent may not call it.
    NotAllowed,
    /// The number leads elsewhere.
    Redirected,
    /// The phones share no codec or no encryption.
    NotAcceptable,
    /// Nobody and nothing answered at all.
    NoResponse,
    /// The server, or the other end, no longer knows the call.
    CallLost,
    /// A server failed.
    ServerFailure,
    /// There is no free line between the servers.
    Congestion,
    /// The connection to the server was lost.
    NetworkLost,
    /// Sound found no way to the other end.
    NoSoundPath,
    /// This computer could not open the sound.
    SoundNotOpened,
    /// Refused, and nobody says why.
    Refused,
    /// The agent has handed it over.
    Transferred,
    /// Another call has taken its place.
    Replaced,
}

impl From<EndReason> for UiEndReason {
    fn from(reason: EndReason) -> Self {
        match reason {
            EndReason::HungUp => Self::HungUp,
            EndReason::RemoteHungUp => Self::RemoteHungUp,
            EndReason::Cancelled => Self::Cancelled,
            EndReason::CallerGaveUp => Self::CallerGaveUp,
            EndReason::AnsweredElsewhere => Self::AnsweredElsewhere,
            EndReason::Rejected => Self::Rejected,
            EndReason::DoNotDisturb => Self::DoNotDisturb,
            EndReason::Missed => Self::Missed,
            EndReason::Busy => Self::Busy,
            EndReason::Declined => Self::Declined,
            EndReason::NoAnswer => Self::NoAnswer,
            EndReason::Unavailable => Self::Unavailable,
            EndReason::NotFound => Self::NotFound,
            EndReason::InvalidAddress => Self::InvalidAddress,
            EndReason::NotAllowed => Self::NotAllowed,
            EndReason::Redirected => Self::Redirected,
            EndReason::NotAcceptable | EndReason::MediaFailed(MediaFailure::NotAcceptable) => {
                Self::NotAcceptable
            }
            EndReason::NoResponse => Self::NoResponse,
            EndReason::CallLost => Self::CallLost,
            EndReason::ServerFailure => Self::ServerFailure,
            EndReason::Congestion => Self::Congestion,
            EndReason::NetworkLost => Self::NetworkLost,
            EndReason::MediaFailed(MediaFailure::NoConnection) => Self::NoSoundPath,
            EndReason::MediaFailed(MediaFailure::Internal) => Self::SoundNotOpened,
            EndReason::Refused { .. } => Self::Refused,
            EndReason::Transferred => Self::Transferred,
            EndReason::Replaced => Self::Replaced,
        }
    }
}

/// The end of a call as the pages show it.
pub(crate) fn ending(ending: &Ending) -> UiEnding {
    UiEnding {
        normal: matches!(
            ending.reason,
            EndReason::HungUp
                | EndReason::RemoteHungUp
                | EndReason::Cancelled
                | EndReason::Rejected
                | EndReason::DoNotDisturb
                | EndReason::AnsweredElsewhere
                | EndReason::Transferred
                | EndReason::Replaced
        ),
        reason: ending.reason.into(),
        error: ending.reason.code().to_owned(),
        at_ms: millis(ending.at),
    }
}
