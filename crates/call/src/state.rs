use std::{fmt, time::Instant};

use crate::{command::Because, hold::Negotiation, party::Party, path::Path, reason::EndReason};

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
    /// other end hears music of this phone, or silence without.
    LocalOnly,
}

/// Why the far end may be a machine. It is a hint: nothing is ever refused for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Suspicion {
    /// It answered at once and without ringing, as voicemail and auto attendants do.
    AnsweredAtOnce,
    /// It spoke at once and went on and on.
    LongSpeech,
    /// It beeped.
    Beep,
}

impl Suspicion {
    /// What is suspicious, as one sentence for a person.
    pub fn words(self) -> &'static str {
        match self {
            Self::AnsweredAtOnce => "This may be voicemail: it answered at once, without ringing.",
            Self::LongSpeech => "This may be voicemail: it has been talking without a pause.",
            Self::Beep => "This may be voicemail: there was a beep.",
        }
    }

    /// A short code for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::AnsweredAtOnce => "answered_at_once",
            Self::LongSpeech => "long_speech",
            Self::Beep => "beep",
        }
    }
}

/// What the peer asks for by REFER, until the agent has decided.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Referral {
    /// Whom to call.
    pub to: Party,
    /// When it is declined unless the agent has decided.
    pub until: Instant,
    pub(crate) refer: u32,
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
    pub(crate) held_since: Option<Instant>,
    pub(crate) remote_hold: bool,
    pub(crate) muted: bool,
    pub(crate) dismissed: bool,
    /// The agent was told that it is connected.
    pub(crate) greeted: bool,
    /// The far end was alerted before it answered.
    pub(crate) rang: bool,
    /// When its INVITE went out.
    pub(crate) invited: Option<Instant>,
    pub(crate) suspicion: Option<Suspicion>,
    pub(crate) volume: u8,
    pub(crate) silenced: bool,
    pub(crate) referral: Option<Referral>,
    /// What its INVITE refers to.
    pub(crate) because: Option<Because>,
    /// The REFERs sent in it, and the calls whose places others were to take by them.
    pub(crate) refers: Vec<(u32, Option<CallId>)>,
    /// It was made to take the place of another.
    pub(crate) instead: bool,
    /// It was refused before the agent could see or hear it.
    pub(crate) unseen: bool,
    /// The call whose place this one takes, until that one is over.
    pub(crate) replaces: Option<CallId>,
    /// The peer has not taken it up again.
    pub(crate) untaken: bool,
    /// The id of a call in its place, if the peer does not take it up again.
    pub(crate) replacement: Option<CallId>,
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

    /// Since when the other end has waited on our hold, if it does.
    pub fn held_since(&self) -> Option<Instant> {
        self.held_since
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

    /// Whether it hears music of this phone.
    pub fn music(&self) -> bool {
        self.media.is_some_and(|flow| flow.music)
    }

    /// Why the far end may be a machine, if something hints at it.
    pub fn suspicion(&self) -> Option<Suspicion> {
        self.suspicion
    }

    /// How loud this person is to everybody, in percent of how they come in.
    pub fn volume(&self) -> u8 {
        self.volume
    }

    /// Whether nobody hears this person.
    pub fn silenced(&self) -> bool {
        self.silenced
    }

    /// What the peer asks for by REFER, until the agent has decided.
    pub fn referral(&self) -> Option<&Referral> {
        self.referral.as_ref()
    }

    /// Whether it is taken up again from an earlier run, and the peer has not answered to that yet.
    pub fn recovering(&self) -> bool {
        self.live() && matches!(self.leg, Leg::Unrestored | Leg::Restoring)
    }

    /// Whether the agent has nothing to do with it: it was made to take the place of another call, and has
    /// not been answered; or it was refused before they could see it.
    pub fn is_hidden(&self) -> bool {
        self.unseen || (self.instead && self.answered.is_none())
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
            held_since: None,
            remote_hold: false,
            muted: false,
            dismissed: false,
            greeted: false,
            rang: false,
            invited: None,
            suspicion: None,
            volume: FULL_VOLUME,
            silenced: false,
            referral: None,
            because: None,
            refers: Vec::new(),
            instead: false,
            unseen: false,
            replaces: None,
            untaken: false,
            replacement: None,
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
            self.referral.as_ref().map(|referral| referral.until),
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
    /// Confirmed in an earlier run; media is preparing to take it up again.
    Unrestored,
    /// The same; the re-INVITE is sent and not answered.
    Restoring,
    /// Nothing more will come.
    Gone,
}

/// Which way sound passes between the agent and one media session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Flow {
    pub(crate) heard: bool,
    pub(crate) sending: bool,
    pub(crate) muted: bool,
    pub(crate) mixed: bool,
    pub(crate) silenced: bool,
    pub(crate) music: bool,
    /// In percent.
    pub(crate) volume: u8,
}

impl Flow {
    /// A session that was just opened.
    pub(crate) fn closed() -> Self {
        Self {
            heard: false,
            sending: false,
            muted: false,
            mixed: false,
            silenced: false,
            music: false,
            volume: FULL_VOLUME,
        }
    }
}

/// As loud as it comes in, in percent.
const FULL_VOLUME: u8 = 100;
