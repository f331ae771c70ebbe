use crate::{
    event::Digit,
    party::Party,
    state::{CallId, Suspicion},
    transfer::{TransferNews, TransferReason},
};

/// Something the caller must do, in the order given. What comes of it is fed
/// back as an [`Event`](crate::Event).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Command {
    /// For the SIP user agent.
    Sip(SipCommand),
    /// For the media session of a call.
    Media(MediaCommand),
    /// For the ringer and the speaker.
    Sound(SoundCommand),
    /// For the agent to read.
    Notice(Notice),
}

/// What the SIP user agent must do. SDP is handed over beside it by the caller.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SipCommand {
    /// Send the INVITE, with the offer that media has ready.
    Invite {
        /// Which call.
        call: CallId,
        /// Whom to invite.
        to: Party,
        /// What the INVITE refers to, if anything.
        because: Option<Because>,
    },
    /// Answer an INVITE with 180 Ringing.
    Ring(CallId),
    /// Answer an INVITE with 200, with the SDP that media has ready.
    Accept(CallId),
    /// Answer an INVITE with a refusal.
    Reject {
        /// Which call.
        call: CallId,
        /// 486, 603, 488, 480 or 500.
        status: u16,
    },
    /// Cancel our INVITE.
    Cancel(CallId),
    /// Hang up an established dialog.
    Bye(CallId),
    /// Send a new offer: `sendonly` to hold, `sendrecv` to resume.
    Reoffer {
        /// Which call.
        call: CallId,
        /// True to hold.
        hold: bool,
        /// True to look for another network path as well (ICE restart, RFC 8839 §4.4.1.1).
        restart: bool,
    },
    /// Have media answer the peer's new offer (or make the offer it asks for)
    /// and send it; then report [`SipEvent::ReofferClosed`](crate::SipEvent::ReofferClosed).
    AnswerReoffer(CallId),
    /// Refuse the peer's new offer; nothing is reported back.
    RefuseReoffer {
        /// Which call.
        call: CallId,
        /// 491 (glare) or 500 (another offer of the peer is still open).
        status: u16,
    },
    /// Take up a dialog of an earlier run, with a re-INVITE that carries the offer that media has
    /// ready; then report as for [`SipCommand::Reoffer`].
    Restore(CallId),
    /// Ask the peer to call somebody else (RFC 3515).
    Refer {
        /// The call in which to ask.
        call: CallId,
        /// Given back with what comes of it.
        refer: u32,
        /// Whom to call.
        to: Party,
        /// Our call with that person, whose place theirs takes (RFC 3891).
        replaces: Option<CallId>,
    },
    /// Answer the peer's REFER.
    AnswerRefer {
        /// The call in which it was asked.
        call: CallId,
        /// Which.
        refer: u32,
        /// 202 or 603.
        status: u16,
    },
    /// Tell the peer what has come of its REFER.
    NotifyRefer {
        /// The call in which it was asked.
        call: CallId,
        /// Which.
        refer: u32,
        /// The status of our call; from 200 on it is the last word.
        status: u16,
    },
}

/// What an INVITE refers to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Because {
    /// The peer of another call has asked for it by REFER.
    Referred {
        /// In which call.
        call: CallId,
        /// Which REFER.
        refer: u32,
    },
    /// It takes the place of another call of ours (RFC 3891), whose dialog could not be taken up.
    Replaces(CallId),
}

/// What the media session of a call must do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MediaCommand {
    /// Open a session and prepare its SDP; then report
    /// [`MediaEvent::Ready`](crate::MediaEvent::Ready) or
    /// [`MediaEvent::Failed`](crate::MediaEvent::Failed).
    Open(CallId),
    /// Use the early SDP answer of this fork.
    UseEarly {
        /// Which call.
        call: CallId,
        /// Which fork.
        fork: u32,
    },
    /// Use the final SDP answer of this fork.
    UseAnswer {
        /// Which call.
        call: CallId,
        /// Which fork.
        fork: u32,
    },
    /// Let the agent hear the call and be heard on it, or not.
    Flow {
        /// Which call.
        call: CallId,
        /// The call's sound reaches the agent.
        heard: bool,
        /// The agent's side is sent: their voice, or silence while they are muted.
        sending: bool,
    },
    /// Send silence in place of the agent's voice, or no longer. Packets flow all the same: to a
    /// server a muted phone that falls silent altogether is a dead one, and digits must get through.
    Mute(CallId, bool),
    /// Let the call's people hear those of all other calls that are mixed, and be heard by them.
    /// The agent is apart from that: see [`MediaCommand::Flow`] and [`MediaCommand::Mute`].
    Mix(CallId, bool),
    /// How loud this person is to everybody, in percent.
    Volume(CallId, u8),
    /// Nobody hears this person, or everybody does again.
    Silence(CallId, bool),
    /// Play hold music to the call in place of the agent's voice, or no longer.
    Music(CallId, bool),
    /// Listen for signs of a machine in what the far end says first; then report
    /// [`MediaEvent::Suspicious`](crate::MediaEvent::Suspicious).
    WatchGreeting(CallId),
    /// Send one digit (RFC 4733, or SIP INFO where that was not negotiated).
    Dtmf(CallId, Digit),
    /// Close the session.
    Close(CallId),
}

/// What ringer and speaker must play from now on.
///
/// While the agent is in a call, nothing rings: another one that comes in is
/// [`Tone::CallWaiting`] for as long as it waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SoundCommand {
    /// The ring tone on the ring device.
    Ring(bool),
    /// A tone in the agent's ear, mixed with the call in focus; `None` is silence.
    Tone(Option<Tone>),
    /// The sign that agent and far end hear each other now, in the agent's ear, once. No tone plays.
    Connected,
}

/// A call-progress tone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tone {
    /// The far end is being rung.
    Ringback,
    /// Another call waits, and is heard to until it is dealt with.
    CallWaiting,
    /// The far end is busy.
    Busy,
    /// The call could not be put through.
    Congestion,
    /// The far end has hung up.
    Ended,
}

/// Something the agent should read; nothing has to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Notice {
    /// An action could not be carried out, and nothing was changed by it.
    Refused {
        /// The call the action named.
        call: CallId,
        /// Why.
        refusal: Refusal,
    },
    /// The peer did not agree to be held or taken back; the call is as it was before.
    HoldFailed {
        /// Which call.
        call: CallId,
        /// True if the call was to be held, false if it was to be resumed.
        hold: bool,
        /// Why.
        failure: HoldFailure,
    },
    /// This call came in and was refused, for the agent does not want to be disturbed. It is
    /// [hidden](crate::Call::is_hidden), and gone the next moment.
    Undisturbed(CallId),
    /// A transfer has come a step further, or has failed.
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
}

/// Why the peer's agreement could not be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HoldFailure {
    /// Both ends kept offering at the same moment, this many times over.
    Glare {
        /// How often we offered.
        attempts: u32,
    },
    /// The peer refused.
    Refused {
        /// With this status.
        status: u16,
    },
}

/// Why an action could not be carried out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// There is no such call (any more).
    NoSuchCall,
    /// The id for a new call is in use.
    IdInUse,
    /// There are as many calls as there may be.
    TooManyCalls,
    /// The call is not an incoming one waiting to be answered.
    NotRinging,
    /// The call has not been answered yet.
    NotEstablished,
    /// The call is on hold, or being put on hold.
    OnHold,
    /// The call is not on hold.
    NotOnHold,
    /// The call is over.
    Ended,
    /// The call is not over.
    NotEnded,
    /// The call is being transferred.
    Transferring,
    /// The call has an expert already.
    Consulting,
    /// The call has no expert.
    NotConsulting,
    /// Nobody has answered yet.
    ExpertNotThere,
    /// The expert may be a machine.
    MaybeMachine(Suspicion),
    /// The call is in a group, or both are.
    Grouped,
    /// The call is in no group.
    NotGrouped,
    /// There are as many people in the group as there may be.
    GroupFull,
    /// More than two others are in the group.
    TooManyToLeave,
    /// The peer asks for nothing.
    NothingAsked,
}

impl Refusal {
    /// The refusal as one sentence for a person.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoSuchCall => "There is no such call.",
            Self::IdInUse => "There is already a call of this number.",
            Self::TooManyCalls => "There are too many calls. End one first.",
            Self::NotRinging => "This call is not waiting to be answered.",
            Self::NotEstablished => "This call has not been answered yet.",
            Self::OnHold => "This call is on hold. Resume it first.",
            Self::NotOnHold => "This call is not on hold.",
            Self::Ended => "This call is over.",
            Self::NotEnded => "This call is not over. Hang up first.",
            Self::Transferring => "This call is being transferred. Wait until that is done.",
            Self::Consulting => "You are consulting somebody about this call. Finish that first.",
            Self::NotConsulting => "You are not consulting anybody about this call.",
            Self::ExpertNotThere => "The expert has not answered yet.",
            Self::MaybeMachine(suspicion) => suspicion.words(),
            Self::Grouped => "These people are in a group call already.",
            Self::NotGrouped => "This call is in no group call.",
            Self::GroupFull => "There are six people in the group call. Remove somebody first.",
            Self::TooManyToLeave => {
                "The group call runs on your phone. You can leave it when only two others are left."
            }
            Self::NothingAsked => "Nobody asks you to call somebody else.",
        }
    }
}
