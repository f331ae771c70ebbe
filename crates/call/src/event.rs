use std::fmt;

use crate::{
    party::Party,
    reason::{Cause, MediaFailure},
    state::CallId,
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
