use crate::state::Direction;

/// Why a call is over, as a person would put it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum EndReason {
    /// We hung up.
    HungUp,
    /// The other end hung up.
    RemoteHungUp,
    /// We hung up before the far end answered.
    Cancelled,
    /// The caller gave up before we answered.
    CallerGaveUp,
    /// Another phone took the incoming call.
    AnsweredElsewhere,
    /// We turned the incoming call away.
    Rejected,
    /// The incoming call was refused because the agent did not want to be disturbed.
    DoNotDisturb,
    /// The incoming call rang out.
    Missed,
    /// The far end is busy.
    Busy,
    /// The far end turned the call away.
    Declined,
    /// The far end did not answer in time.
    NoAnswer,
    /// The far end cannot be reached now.
    Unavailable,
    /// There is nobody at that address.
    NotFound,
    /// That is not an address the server can dial.
    InvalidAddress,
    /// The server does not allow the call.
    NotAllowed,
    /// The number has moved; the call was not forwarded on its own.
    Redirected,
    /// The two ends share no codec or no encryption.
    NotAcceptable,
    /// No response at all.
    NoResponse,
    /// The phone system, or the other end, no longer knows the call.
    CallLost,
    /// The server, or one behind it, failed.
    ServerFailure,
    /// There is no free line between the servers.
    Congestion,
    /// The connection to the server was lost.
    NetworkLost,
    /// The sound path failed.
    MediaFailed(MediaFailure),
    /// Refused with a status that says no more.
    Refused {
        /// The status, 300–699.
        status: u16,
    },
    /// The server has connected the two others, and said so.
    Transferred,
    /// Another call has taken its place, with the agent still on it.
    Replaced,
}

/// Why there can be no sound.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MediaFailure {
    /// The peer's SDP is broken, or asks for a codec or an encryption we do not have.
    NotAcceptable,
    /// No way through to the peer (ICE or DTLS).
    NoConnection,
    /// Our own side could not open a session.
    Internal,
}

/// What the SIP user agent knows about the end of a call.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Cause {
    /// By whom.
    pub by: EndedBy,
    /// The final status, if a response ended it.
    pub status: Option<u16>,
    /// `SIP;cause=` of a Reason header (RFC 3326).
    pub reason_status: Option<u16>,
    /// `Q.850;cause=` of a Reason header (RFC 3326).
    pub q850: Option<u8>,
}

/// Who ended a call.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum EndedBy {
    /// The peer or a server on the way: BYE, CANCEL or a final response.
    #[default]
    Remote,
    /// We did: our own farewell, confirmed.
    Local,
    /// Nobody: the connection broke (no status), or an answer is missing (408).
    Network,
}

impl EndReason {
    /// Why an outgoing or incoming call that was `established` or not ended by `cause`.
    ///
    /// A Q.850 cause says more than the status a gateway made of it (RFC 3398
    /// §7.2.4.1), so it comes first wherever it is specific.
    pub fn from_cause(cause: Cause, direction: Direction, established: bool) -> Self {
        if cause.by == EndedBy::Network && cause.status.is_none() {
            return Self::NetworkLost;
        }
        if established {
            return match cause.status {
                // The peer knows no such dialog, or does not answer a request in it
                // (RFC 3261 §12.2.1.2, RFC 4028 §10).
                Some(408 | 481) => Self::CallLost,
                _ => Self::RemoteHungUp,
            };
        }
        match direction {
            Direction::Incoming if cause.reason_status == Some(200) => Self::AnsweredElsewhere,
            Direction::Incoming => Self::CallerGaveUp,
            // Our own user agent could make no request of it.
            Direction::Outgoing if cause.by == EndedBy::Local && cause.status.is_none() => {
                Self::InvalidAddress
            }
            Direction::Outgoing => cause
                .q850
                .and_then(from_q850)
                .or_else(|| cause.status.map(from_status))
                .unwrap_or(Self::NoResponse),
        }
    }

    /// What happened, as one sentence for a person.
    pub fn words(self) -> &'static str {
        match self {
            Self::HungUp => "You hung up.",
            Self::RemoteHungUp => "The other person hung up.",
            Self::Cancelled => "You hung up before the call was answered.",
            Self::CallerGaveUp => "The caller hung up before you answered.",
            Self::AnsweredElsewhere => "The call was answered on another phone.",
            Self::Rejected => "You turned the call away.",
            Self::DoNotDisturb => "You missed the call: do not disturb was on.",
            Self::Missed => "You missed the call.",
            Self::Busy => "The line is busy.",
            Self::Declined => "The call was declined.",
            Self::NoAnswer => "Nobody answered.",
            Self::Unavailable => "The person cannot be reached at the moment.",
            Self::NotFound => "Nobody can be reached at this number.",
            Self::InvalidAddress => "This is not a number that can be called.",
            Self::NotAllowed => "You are not allowed to call this number.",
            Self::Redirected => "The number has been forwarded elsewhere.",
            Self::NotAcceptable => "The other phone and this one share no codec or no encryption.",
            Self::NoResponse => "There was no response.",
            Self::CallLost => "The phone system has lost the call.",
            Self::ServerFailure => "The phone system could not put the call through.",
            Self::Congestion => "All lines are busy.",
            Self::NetworkLost => "The connection to the phone system was lost.",
            Self::MediaFailed(failure) => failure.words(),
            Self::Refused { .. } => "The call was refused.",
            Self::Transferred => "You handed the call over.",
            Self::Replaced => "The call goes on on another line.",
        }
    }

    /// The one of these words, for what keeps only words; none for others.
    pub fn of_words(words: &str) -> Option<Self> {
        Self::TOLD
            .into_iter()
            .find(|reason| reason.words() == words)
    }

    /// The same of the expert in a transfer.
    pub(crate) fn of_expert(self) -> &'static str {
        match self {
            Self::RemoteHungUp => "The expert hung up.",
            Self::Busy => "The expert is busy.",
            Self::Declined => "The expert declined the call.",
            Self::NoAnswer => "The expert did not answer.",
            Self::Unavailable => "The expert cannot be reached at the moment.",
            other => other.words(),
        }
    }

    /// What the person can do about it; empty if there is nothing to do.
    pub fn advice(self) -> &'static str {
        match self {
            Self::HungUp
            | Self::RemoteHungUp
            | Self::Cancelled
            | Self::CallerGaveUp
            | Self::AnsweredElsewhere
            | Self::Rejected
            | Self::DoNotDisturb
            | Self::Missed
            | Self::Transferred
            | Self::Replaced => "",
            Self::Busy | Self::NoAnswer | Self::Unavailable | Self::Congestion => {
                "Try again later."
            }
            Self::Declined => "Send a message, or try again later.",
            Self::NotFound | Self::InvalidAddress => "Check the number.",
            Self::NotAllowed => "Ask your administrator to allow calls to this number.",
            Self::Redirected => "Ask your administrator where the number goes now, and call there.",
            Self::NotAcceptable => {
                "Ask your administrator to compare the codecs and the encryption of both phones."
            }
            Self::NoResponse => "Try again. If it keeps happening, tell your administrator.",
            Self::ServerFailure | Self::Refused { .. } => {
                "Try again in a moment. If it keeps happening, tell your administrator."
            }
            Self::CallLost => "Call again.",
            Self::NetworkLost => "Check the network connection, then call again.",
            Self::MediaFailed(failure) => failure.advice(),
        }
    }

    /// A short code for machines: lower-case words joined by underscores, never changed.
    pub fn code(self) -> &'static str {
        match self {
            Self::HungUp => "hung_up",
            Self::RemoteHungUp => "remote_hung_up",
            Self::Cancelled => "cancelled",
            Self::CallerGaveUp => "caller_gave_up",
            Self::AnsweredElsewhere => "answered_elsewhere",
            Self::Rejected => "rejected",
            Self::DoNotDisturb => "do_not_disturb",
            Self::Missed => "missed",
            Self::Busy => "busy",
            Self::Declined => "declined",
            Self::NoAnswer => "no_answer",
            Self::Unavailable => "unavailable",
            Self::NotFound => "not_found",
            Self::InvalidAddress => "invalid_address",
            Self::NotAllowed => "not_allowed",
            Self::Redirected => "redirected",
            Self::NotAcceptable => "not_acceptable",
            Self::NoResponse => "no_response",
            Self::CallLost => "call_lost",
            Self::ServerFailure => "server_error",
            Self::Congestion => "congestion",
            Self::NetworkLost => "network_lost",
            Self::MediaFailed(failure) => failure.code(),
            Self::Refused { .. } => "refused",
            Self::Transferred => "transferred",
            Self::Replaced => "replaced",
        }
    }
}

impl EndReason {
    /// One of each sentence.
    const TOLD: [Self; 27] = [
        Self::HungUp,
        Self::RemoteHungUp,
        Self::Cancelled,
        Self::CallerGaveUp,
        Self::AnsweredElsewhere,
        Self::Rejected,
        Self::DoNotDisturb,
        Self::Missed,
        Self::Busy,
        Self::Declined,
        Self::NoAnswer,
        Self::Unavailable,
        Self::NotFound,
        Self::InvalidAddress,
        Self::NotAllowed,
        Self::Redirected,
        Self::NotAcceptable,
        Self::NoResponse,
        Self::CallLost,
        Self::ServerFailure,
        Self::Congestion,
        Self::NetworkLost,
        Self::MediaFailed(MediaFailure::NoConnection),
        Self::MediaFailed(MediaFailure::Internal),
        // Words say no status.
        Self::Refused { status: 0 },
        Self::Transferred,
        Self::Replaced,
    ];
}

impl MediaFailure {
    /// What happened, as one sentence for a person.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotAcceptable => EndReason::NotAcceptable.words(),
            Self::NoConnection => "No sound connection to the other phone could be made.",
            Self::Internal => "The sound connection could not be opened on this computer.",
        }
    }

    /// What the person can do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::NotAcceptable => EndReason::NotAcceptable.advice(),
            Self::NoConnection => {
                "Check the network connection. A firewall may be blocking UDP; a TURN server helps."
            }
            Self::Internal => "Close other programs that use sound, then call again.",
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::NotAcceptable => EndReason::NotAcceptable.code(),
            Self::NoConnection | Self::Internal => "media_failed",
        }
    }

    /// The status to refuse an INVITE with.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::NotAcceptable => 488,
            Self::NoConnection | Self::Internal => 500,
        }
    }
}

/// RFC 3261 §21, RFC 3398 §8.2.6.1.
fn from_status(status: u16) -> EndReason {
    match status {
        300..=399 => EndReason::Redirected,
        401 | 402 | 403 | 405 | 407 | 421 | 423 | 433 | 494 => EndReason::NotAllowed,
        404 | 410 | 502 | 604 => EndReason::NotFound,
        414 | 416 | 484 | 485 => EndReason::InvalidAddress,
        406 | 415 | 420 | 488 | 580 | 606 => EndReason::NotAcceptable,
        408 => EndReason::NoResponse,
        // 487 here is not about our own CANCEL: somebody on the way gave up.
        430 | 480 | 487 => EndReason::Unavailable,
        486 | 600 => EndReason::Busy,
        500 | 501 | 503 | 504 | 505 | 513 => EndReason::ServerFailure,
        603 | 607 | 608 => EndReason::Declined,
        _ => EndReason::Refused { status },
    }
}

/// ITU-T Q.850 §2.2.7; `None` where the cause says less than the status does.
fn from_q850(cause: u8) -> Option<EndReason> {
    Some(match cause {
        1 | 2 | 3 | 22 | 26 => EndReason::NotFound,
        17 => EndReason::Busy,
        18 | 19 => EndReason::NoAnswer,
        20 | 27 => EndReason::Unavailable,
        21 => EndReason::Declined,
        28 => EndReason::InvalidAddress,
        8 | 9 | 29 | 38 | 41 => EndReason::ServerFailure,
        34 | 42 | 44 | 47 => EndReason::Congestion,
        50 | 52 | 54 | 55 | 57 | 87 => EndReason::NotAllowed,
        58 | 65 | 70 | 79 | 88 => EndReason::NotAcceptable,
        102 => EndReason::NoResponse,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outgoing(status: u16, q850: Option<u8>) -> EndReason {
        let cause = Cause {
            status: Some(status),
            q850,
            ..Cause::default()
        };
        EndReason::from_cause(cause, Direction::Outgoing, false)
    }

    #[test]
    fn a_refusal_reads_as_what_the_far_end_meant() {
        for (status, reason) in [
            (302, EndReason::Redirected),
            (403, EndReason::NotAllowed),
            (404, EndReason::NotFound),
            (408, EndReason::NoResponse),
            (480, EndReason::Unavailable),
            (484, EndReason::InvalidAddress),
            (486, EndReason::Busy),
            (488, EndReason::NotAcceptable),
            (500, EndReason::ServerFailure),
            (503, EndReason::ServerFailure),
            (600, EndReason::Busy),
            (603, EndReason::Declined),
            (606, EndReason::NotAcceptable),
            (499, EndReason::Refused { status: 499 }),
            (699, EndReason::Refused { status: 699 }),
        ] {
            assert_eq!(outgoing(status, None), reason, "{status}");
        }
    }

    #[test]
    fn a_specific_q850_cause_says_more_than_the_status_of_a_gateway() {
        assert_eq!(outgoing(503, Some(34)), EndReason::Congestion);
        assert_eq!(outgoing(480, Some(19)), EndReason::NoAnswer);
        assert_eq!(outgoing(500, Some(17)), EndReason::Busy);
        // 16, 31 and 127 only say that the call is over.
        assert_eq!(outgoing(486, Some(16)), EndReason::Busy);
        assert_eq!(outgoing(404, Some(127)), EndReason::NotFound);
    }

    #[test]
    fn what_our_own_user_agent_will_not_send_is_no_address() {
        let cause = Cause {
            by: EndedBy::Local,
            ..Cause::default()
        };
        let reason = EndReason::from_cause(cause, Direction::Outgoing, false);
        assert_eq!(reason, EndReason::InvalidAddress);
    }

    #[test]
    fn an_incoming_call_taken_elsewhere_was_not_missed() {
        let elsewhere = Cause {
            reason_status: Some(200),
            ..Cause::default()
        };
        let of = |cause| EndReason::from_cause(cause, Direction::Incoming, false);
        assert_eq!(of(elsewhere), EndReason::AnsweredElsewhere);
        assert_eq!(of(Cause::default()), EndReason::CallerGaveUp);
    }

    #[test]
    fn an_established_call_ends_by_the_peer_the_timers_or_the_network() {
        let of = |cause| EndReason::from_cause(cause, Direction::Outgoing, true);
        assert_eq!(of(Cause::default()), EndReason::RemoteHungUp);
        assert_eq!(
            of(Cause {
                q850: Some(16),
                ..Cause::default()
            }),
            EndReason::RemoteHungUp
        );
        assert_eq!(
            of(Cause {
                by: EndedBy::Network,
                status: Some(408),
                ..Cause::default()
            }),
            EndReason::CallLost
        );
        assert_eq!(
            of(Cause {
                by: EndedBy::Network,
                ..Cause::default()
            }),
            EndReason::NetworkLost
        );
    }

    #[test]
    fn every_status_and_every_cause_reads_as_a_sentence() {
        for status in 300..700 {
            for q850 in [None, Some(0), Some(16), Some(17), Some(127)] {
                let reason = outgoing(status, q850);
                assert!(reason.words().ends_with('.'), "{reason:?}");
                let code = reason.code();
                assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
            }
        }
        for q850 in 0..128 {
            assert!(outgoing(500, Some(q850)).words().ends_with('.'));
        }
    }

    #[test]
    fn kept_words_tell_the_reason_again() {
        for reason in EndReason::TOLD {
            assert_eq!(EndReason::of_words(reason.words()), Some(reason));
        }
        let unacceptable = EndReason::MediaFailed(MediaFailure::NotAcceptable);
        let told = EndReason::of_words(unacceptable.words());
        assert_eq!(told, Some(EndReason::NotAcceptable));
        assert_eq!(EndReason::of_words("Answered."), None);
    }
}
