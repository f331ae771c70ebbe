use std::{fmt, time::Instant};

use crate::{hold::Negotiation, party::Party, path::Path, reason::EndReason};

/// Names one call for as long as the program runs. Whoever feeds the machine
/// picks it, and never picks the same twice.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CallId(u64);

impl CallId {
    /// The call that goes by `number`.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number behind the id.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who called whom.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// We were called.
    Incoming,
    /// We called.
    Outgoing,
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Incoming, and waiting for the agent.
    Incoming,
    /// Incoming and taken by the agent; media is preparing the answer.
    Answering,
    /// Outgoing; nothing heard from the far end yet.
    Dialing,
    /// Outgoing, and the far end is being alerted.
    Ringing {
        /// Sound arrives from the far end before the answer.
        early_media: bool,
    },
    /// Answered. Whether it is on hold says [`Call::hold`].
    Established,
    /// Over.
    Ended(EndReason),
}

/// Whether we hold the other end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hold {
    /// Not held.
    No,
    /// To be held; the peer has not agreed yet. Sound is already off.
    Holding,
    /// Held, and the peer agreed.
    Held,
    /// Taken back; the peer has not agreed yet. Sound is already on.
    Resuming,
    /// The peer refused to be held: sound is off on our side only, and the
    /// other end hears silence.
    LocalOnly,
}

/// One call of the agent.
#[derive(Clone, Debug)]
pub struct Call {
    pub(crate) id: CallId,
    pub(crate) direction: Direction,
    pub(crate) party: Party,
    pub(crate) state: State,
    pub(crate) leg: Leg,
    pub(crate) negotiation: Negotiation,
    pub(crate) media: Option<Flow>,
    pub(crate) path: Path,
    pub(crate) remote_hold: bool,
    pub(crate) muted: bool,
    pub(crate) dismissed: bool,
    /// The agent was told that it is connected.
    pub(crate) greeted: bool,
    /// No answer by then ends the call; once over, it is forgotten by then.
    pub(crate) deadline: Option<Instant>,
    pub(crate) started: Instant,
    pub(crate) answered: Option<Instant>,
    pub(crate) ended: Option<Instant>,
}

impl Call {
    /// Its id.
    pub fn id(&self) -> CallId {
        self.id
    }

    /// Who called whom.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Who is at the other end.
    pub fn party(&self) -> &Party {
        &self.party
    }

    /// How far it has come.
    pub fn state(&self) -> State {
        self.state
    }

    /// Why it ended, if it has.
    pub fn end_reason(&self) -> Option<EndReason> {
        match self.state {
            State::Ended(reason) => Some(reason),
            _ => None,
        }
    }

    /// Whether we hold the other end.
    pub fn hold(&self) -> Hold {
        self.negotiation.hold()
    }

    /// Whether the other end holds us.
    pub fn remote_hold(&self) -> bool {
        self.remote_hold
    }

    /// Whether the agent muted it.
    pub fn muted(&self) -> bool {
        self.muted
    }

    /// Whether its sound reaches the agent.
    pub fn heard(&self) -> bool {
        self.media.is_some_and(|flow| flow.heard)
    }

    /// Whether the agent's voice is sent on it.
    pub fn sending(&self) -> bool {
        self.media.is_some_and(|flow| flow.sending && !flow.muted)
    }

    /// Whether its media path is up.
    pub fn connected(&self) -> bool {
        self.path.is_up()
    }

    /// When it was dialled or came in.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// When it was answered.
    pub fn answered(&self) -> Option<Instant> {
        self.answered
    }

    /// When it ended.
    pub fn ended(&self) -> Option<Instant> {
        self.ended
    }

    pub(crate) fn new(id: CallId, direction: Direction, party: Party, now: Instant) -> Self {
        let (state, leg) = match direction {
            Direction::Incoming => (State::Incoming, Leg::Called),
            Direction::Outgoing => (State::Dialing, Leg::Unsent),
        };
        Self {
            id,
            direction,
            party,
            state,
            leg,
            negotiation: Negotiation::new(direction),
            media: None,
            path: Path::default(),
            remote_hold: false,
            muted: false,
            dismissed: false,
            greeted: false,
            deadline: None,
            started: now,
            answered: None,
            ended: None,
        }
    }

    pub(crate) fn live(&self) -> bool {
        !matches!(self.state, State::Ended(_))
    }

    /// Whether `poll_timeout` still has to wait for something of this call.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        // Before the answer there is nobody to look for another way with.
        let confirmed = self.leg == Leg::Confirmed;
        [
            self.deadline,
            self.negotiation.poll_timeout(),
            self.path.poll_timeout().filter(|_| confirmed),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

/// How far the SIP side has come. It can outlive the call: after a CANCEL the
/// peer's 200 may still be under way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Leg {
    /// Outgoing, and the INVITE is not sent yet.
    Unsent,
    /// Outgoing: INVITE sent, no final response.
    Calling,
    /// Outgoing: CANCEL sent, no final response.
    Cancelling,
    /// Incoming: no final response sent.
    Called,
    /// A 2xx was sent or received.
    Confirmed,
    /// Nothing more will come.
    Gone,
}

/// Which way sound passes between the agent and one media session.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Flow {
    pub(crate) heard: bool,
    pub(crate) sending: bool,
    pub(crate) muted: bool,
}
