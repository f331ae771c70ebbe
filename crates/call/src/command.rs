use crate::{event::Digit, party::Party, state::CallId};

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
        }
    }
}
