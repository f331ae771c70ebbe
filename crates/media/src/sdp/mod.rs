//! Session descriptions (RFC 8866) and what is agreed by exchanging them (RFC 3264).
//!
//! Pure functions and one small state machine, in the order they are met:
//! [`Description`] reads any SDP, [`Peer`] takes from it what counts for one audio call or says why
//! it cannot be accepted, [`Negotiation`] keeps the offer/answer state and writes our own
//! descriptions, and [`stack`] puts the peer's side in the form the WebRTC stack understands.
//!
//! Reading is lenient, because session border controllers are: attributes count at session level
//! as well as in the media section; `mid`, `BUNDLE`, static `rtpmap`s and `setup` may be missing;
//! any profile with a DTLS fingerprint will do; names are compared without case.

mod candidate;
mod format;
mod local;
mod negotiation;
mod opus;
mod peer;
pub mod stack;
mod syntax;

pub use candidate::{Candidate, CandidateType};
pub use format::{Content, Format};
pub use local::LocalTransport;
pub use negotiation::{Agreed, Negotiation};
pub use peer::{Peer, PeerTransport, Section};
pub use syntax::{Attribute, Description, Media, SyntaxError};

/// Which way media flows, as seen by whoever states it (RFC 8866 section 6.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// Sends only. As an offer: puts the peer on hold.
    SendOnly,
    /// Receives only.
    RecvOnly,
    /// Neither way.
    Inactive,
}

impl Direction {
    /// The direction that sends and receives as stated.
    pub fn new(sends: bool, receives: bool) -> Direction {
        match (sends, receives) {
            (true, true) => Direction::SendRecv,
            (true, false) => Direction::SendOnly,
            (false, true) => Direction::RecvOnly,
            (false, false) => Direction::Inactive,
        }
    }

    /// Whether whoever states it sends.
    pub fn sends(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::SendOnly)
    }

    /// Whether whoever states it receives.
    pub fn receives(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::RecvOnly)
    }

    /// The same flow as seen from the other end.
    pub fn reversed(self) -> Direction {
        Direction::new(self.receives(), self.sends())
    }

    /// What both directions allow.
    pub fn and(self, other: Direction) -> Direction {
        Direction::new(
            self.sends() && other.sends(),
            self.receives() && other.receives(),
        )
    }

    /// Name of the attribute.
    pub fn name(self) -> &'static str {
        match self {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        }
    }
}

/// Who starts the DTLS handshake (RFC 4145 section 4, RFC 5763 section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// Starts it.
    Active,
    /// Waits for it.
    Passive,
    /// Either: the answerer chooses. In offers.
    ActPass,
}

impl Setup {
    /// Value of the attribute.
    pub fn name(self) -> &'static str {
        match self {
            Setup::Active => "active",
            Setup::Passive => "passive",
            Setup::ActPass => "actpass",
        }
    }
}
