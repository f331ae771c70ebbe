//! What the desktop is told of the phone: as much as a tray, a notification and a power switch need.

use std::fmt;

use warmline_desk::{CallId, press::Hands};

/// The phone at one moment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PhoneNow {
    /// Whether calls can come in.
    pub reachable: bool,
    /// Whether it refuses every call; none if none runs.
    pub do_not_disturb: Option<bool>,
    /// What a press would be about.
    pub at_hand: AtHand,
    /// The calls that are not over, in the order in which they began.
    pub calls: Vec<CallNow>,
}

/// What a press would be about that names no call.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AtHand {
    /// The call that the agent hears; of a group any.
    pub heard: Option<CallNumber>,
    /// Whether there is one to hang up: that one, or one that the agent has begun.
    pub talking: bool,
    /// Whether the agent's voice is kept from it; none without one.
    pub muted: Option<bool>,
}

/// One call.
#[derive(Clone, Eq, PartialEq)]
pub struct CallNow {
    /// Which.
    pub number: CallNumber,
    /// How far it is.
    pub stage: Stage,
    /// Who is at the other end, as the window shows them. It came from outside: nothing in it is markup.
    pub who: String,
}

/// Names a call, as the phone does.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CallNumber(pub u64);

/// How far a call is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// Somebody calls, and it rings here.
    Ringing,
    /// The agent calls, and nobody has answered.
    Calling,
    /// Answered.
    Talking,
}

impl CallNumber {
    /// The phone's own id of it.
    pub fn id(self) -> CallId {
        CallId::new(self.0)
    }
}

impl From<Hands<'_>> for AtHand {
    fn from(hands: Hands<'_>) -> Self {
        Self {
            heard: hands.heard().map(|call| CallNumber(call.get())),
            talking: hands.talking(),
            muted: hands.muted(),
        }
    }
}

impl PhoneNow {
    /// The calls that ring here.
    pub fn ringing(&self) -> impl Iterator<Item = &CallNow> {
        let rings = |call: &&CallNow| call.stage == Stage::Ringing;
        self.calls.iter().filter(rings)
    }
}

// Who calls is never printed.
impl fmt::Debug for CallNow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({})", self.stage, self.number.0)
    }
}
