//! What the desktop is told of the phone: as much as a tray, a notification and a power switch need.

use std::fmt;

use warmline_desk::CallId;

/// The phone at one moment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PhoneNow {
    /// Whether calls can come in.
    pub reachable: bool,
    /// The calls that are not over, in the order in which they began.
    pub calls: Vec<CallNow>,
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
    /// Whether it is the call that the agent hears.
    pub heard: bool,
    /// Whether the agent's voice is kept from it.
    pub muted: bool,
    /// Whether the agent has put it on hold.
    pub held: bool,
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

impl PhoneNow {
    /// The calls that ring here.
    pub fn ringing(&self) -> impl Iterator<Item = &CallNow> {
        let rings = |call: &&CallNow| call.stage == Stage::Ringing;
        self.calls.iter().filter(rings)
    }

    /// The call that a shortcut means, or an entry in the tray: the one that the agent hears, else the newest
    /// one that is no longer ringing here.
    pub fn meant(&self) -> Option<&CallNow> {
        let theirs = |call: &&CallNow| call.stage != Stage::Ringing;
        let heard = self.calls.iter().filter(theirs).find(|call| call.heard);
        heard.or_else(|| self.calls.iter().rfind(theirs))
    }
}

// Who calls is never printed.
impl fmt::Debug for CallNow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({})", self.stage, self.number.0)
    }
}
