use std::{fmt, time::Instant};

use crate::{
    party::Party,
    reason::{Cause, MediaFailure},
    state::{CallId, Direction, Suspicion},
};

/// Everything that can happen to the agent's calls.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event {
    /// The agent wants something.
    User(UserAction),
    /// The SIP user agent reports.
    Sip(SipEvent),
    /// The media session of a call reports.
    Media(MediaEvent),
    /// A call of an earlier run is to be taken up again.
    Restored(Restored),
    /// The computer's addresses have changed, or it was asleep.
    NetworkChanged {
        /// Whose way leads over a server that can be reached.
        calls: Vec<CallId>,
        /// What was there may be gone: ways that seem to be up are looked at as well.
        lost: bool,
    },
    /// The instant returned by [`Phone::poll_timeout`](crate::Phone::poll_timeout) has come.
    Timeout,
}

/// What the agent may ask for. Whatever cannot be done is answered by one
/// [`Notice::Refused`](crate::Notice::Refused) and changes nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UserAction {
    /// Call somebody. Holds the call in focus.
    Dial {
        /// A new id, never used before.
        call: CallId,
        /// Whom to call.
        to: Party,
    },
    /// Answer an incoming call. Holds the call in focus.
    Answer(CallId),
    /// Turn an incoming call away.
    Reject(CallId, Rejection),
    /// Refuse what rings and every call that comes in (`true`) with 486 Busy Here, unseen and unheard; or no
    /// longer. One that takes the place of another (RFC 3891) comes through.
    DoNotDisturb(bool),
    /// End a call whatever its state. An incoming call not yet answered is
    /// turned away as [`Rejection::Busy`]. An ended call stays as it is.
    Hangup(CallId),
    /// Put the other end on hold.
    Hold(CallId),
    /// Take a held call back. Holds the call in focus.
    Resume(CallId),
    /// Stop (`true`) or start (`false`) sending the agent's voice on one call.
    Mute(CallId, bool),
    /// Send DTMF digits on an established call that is not on hold.
    Dtmf(CallId, Vec<Digit>),
    /// Forget an ended call.
    Dismiss(CallId),
    /// Call somebody about a call, which is held meanwhile: the two become customer and expert of a
    /// [`Transfer`](crate::Transfer).
    Consult {
        /// The call it is about.
        customer: CallId,
        /// A new id, never used before.
        expert: CallId,
        /// Whom to call.
        to: Party,
        /// The customer is to be handed over: completes by itself where
        /// [`PhoneConfig::complete_on_answer`](crate::PhoneConfig::complete_on_answer) says so.
        hand_over: bool,
    },
    /// Have the server connect a call with somebody, without talking to them first (RFC 5589 §5).
    BlindTransfer {
        /// Which call.
        customer: CallId,
        /// With whom.
        to: Party,
    },
    /// Talk to the other one of customer and expert.
    Swap(CallId),
    /// Back to the customer: the expert's call is ended.
    Back(CallId),
    /// Have the server connect customer and expert (RFC 5589 §7), and leave.
    Complete {
        /// The customer's call.
        customer: CallId,
        /// Also if the expert may be a machine ([`Call::suspicion`](crate::Call::suspicion)).
        sure: bool,
    },
    /// Do not complete by itself.
    KeepConsulting(CallId),
    /// Let the people of two calls hear each other as well. A group that one of them is in grows.
    Merge {
        /// One call.
        call: CallId,
        /// The other.
        with: CallId,
        /// A new id, never used before, for the call to the server's conference, if there is one
        /// ([`PhoneConfig::conference`](crate::PhoneConfig::conference)). None if they are to hear each
        /// other by way of this phone in any case: their calls have no server in common.
        focus: Option<CallId>,
    },
    /// Leave the group that this call is in to the two others in it.
    Leave(CallId),
    /// How loud this person is to everybody, in percent of how they come in; at most 200.
    Volume(CallId, u8),
    /// Nobody hears this person (`true`), or everybody does again.
    Silence(CallId, bool),
    /// Do what the peer's REFER asks for.
    Follow {
        /// The call in which it was asked.
        call: CallId,
        /// A new id, never used before.
        new: CallId,
    },
    /// Do not do what the peer's REFER asks for.
    DoNotFollow(CallId),
}

/// How an incoming call is turned away.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rejection {
    /// 486 Busy Here: this phone will not take it, others may still ring.
    Busy,
    /// 603 Decline: nobody at this address wants it; other phones stop ringing.
    Decline,
}

/// What the SIP user agent reports about a call (RFC 3261).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SipEvent {
    /// An INVITE came in.
    Invited {
        /// A new id, never used before.
        call: CallId,
        /// Who is calling.
        from: Party,
        /// Why its SDP offer cannot be answered, if that is already plain.
        unacceptable: Option<MediaFailure>,
        /// The call whose place it takes (RFC 3891).
        replaces: Option<CallId>,
    },
    /// A provisional response above 100 to our INVITE.
    Ringing {
        /// Which call.
        call: CallId,
        /// 180, 181, 182 or 183.
        status: u16,
    },
    /// A provisional response of one fork carried an SDP answer.
    Early {
        /// Which call.
        call: CallId,
        /// Which of the forks of our INVITE, as the SIP user agent numbers them.
        fork: u32,
    },
    /// Our INVITE was answered with a 2xx.
    Answered {
        /// Which call.
        call: CallId,
        /// Which fork answered.
        fork: u32,
    },
    /// The call is over: refused, cancelled, hung up or lost. Nothing more comes of it.
    Ended {
        /// Which call.
        call: CallId,
        /// By whom, and why.
        cause: Cause,
    },
    /// The peer sent a new offer, or asked for one (re-INVITE or UPDATE).
    Reoffered(CallId),
    /// The peer's new offer has been dealt with: answered or refused, and acknowledged.
    ReofferClosed(CallId),
    /// Our own new offer was accepted.
    ReofferAccepted(CallId),
    /// Our own new offer was refused.
    ReofferRefused {
        /// Which call.
        call: CallId,
        /// The final status; 491 is glare (RFC 3261 §14.1). What failed on our
        /// side before anything was sent counts as 488.
        status: u16,
    },
    /// Nobody answers within the dialog, though there is a server: its way leads over one that is gone.
    Unreachable {
        /// Which call.
        call: CallId,
        /// A new id, never used before, for a call in its place.
        replacement: CallId,
    },
    /// The answer to our REFER.
    ReferAnswered {
        /// In which call.
        call: CallId,
        /// Which REFER, as we have numbered it.
        refer: u32,
        /// 2xx, or the refusal; 408 and 503 if none came.
        status: u16,
        /// What comes of it will be told; a 2xx may say that it will not (RFC 4488).
        subscribed: bool,
    },
    /// What has come of our REFER so far (NOTIFY, RFC 3515 §2.4.4).
    ReferProgress {
        /// In which call.
        call: CallId,
        /// Which REFER.
        refer: u32,
        /// The status of the call that the peer makes.
        status: u16,
        /// Nothing more will be told.
        terminated: bool,
    },
    /// The peer asks us to call somebody else (REFER).
    Referred {
        /// In which call.
        call: CallId,
        /// Which REFER, as the SIP user agent numbers it.
        refer: u32,
        /// Whom to call.
        to: Party,
        /// A new id for that call, never used before.
        new: CallId,
    },
}

/// What the media session of a call reports.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MediaEvent {
    /// The session is open and its SDP (offer when dialling, answer when
    /// answering) is at hand.
    Ready(CallId),
    /// The session cannot be had, or was lost for good.
    Failed(CallId, MediaFailure),
    /// ICE and DTLS are through (again).
    Connected(CallId),
    /// The path was lost; it may come back.
    Disconnected(CallId),
    /// The first sound arrived: before the answer this is early media.
    FirstAudio(CallId),
    /// The peer put us on hold (`true`), or took us back (`false`).
    RemoteHold(CallId, bool),
    /// The far end sounds like a machine.
    Suspicious(CallId, Suspicion),
}

/// A call that stood when an earlier run of the program died.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Restored {
    /// A new id, never used before.
    pub call: CallId,
    /// Another one, for a call in its place if the peer does not take this one up again.
    pub replacement: CallId,
    /// Who called whom.
    pub direction: Direction,
    /// Who is at the other end.
    pub party: Party,
    /// When it began, and when it was answered.
    pub started: Instant,
    /// The same.
    pub answered: Instant,
    /// It was on hold.
    pub held: bool,
    /// The agent was muted.
    pub muted: bool,
    /// The customer's call, restored before, that this is the expert's of.
    pub consults_for: Option<CallId>,
    /// A call, restored before, whose people it was in a group with.
    pub group_with: Option<CallId>,
}

/// One DTMF digit: `0`–`9`, `*`, `#`, `A`–`D` (RFC 4733 §3.2).
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Digit(char);

impl Digit {
    /// The digit that `character` stands for; lower-case letters are taken too.
    pub fn new(character: char) -> Option<Self> {
        let upper = character.to_ascii_uppercase();
        matches!(upper, '0'..='9' | '*' | '#' | 'A'..='D').then_some(Self(upper))
    }

    /// Every digit of `text`, or the first character that is none.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, char> {
        text.chars().map(|c| Self::new(c).ok_or(c)).collect()
    }

    /// The digit as a character.
    pub fn get(self) -> char {
        self.0
    }
}

// What the agent keys in may be a card number or a PIN.
impl fmt::Debug for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digit(‹pii›)")
    }
}

impl Rejection {
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::Busy => 486,
            Self::Decline => 603,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_parsed_whole_or_not_at_all() {
        let digits = Digit::parse_all("1*#d").unwrap();
        assert_eq!(
            digits.iter().map(|d| d.get()).collect::<String>(),
            "1*#D".to_owned()
        );
        assert_eq!(Digit::parse_all("12x4"), Err('x'));
        assert_eq!(Digit::parse_all(""), Ok(vec![]));
    }

    #[test]
    fn digits_do_not_show_in_a_log() {
        assert_eq!(format!("{:?}", Digit::new('7')), "Some(Digit(‹pii›))");
    }
}
