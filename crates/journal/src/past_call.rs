use std::fmt;

use crate::step::Step;

/// A call that is over. Its `Debug` form shows nobody.
#[derive(Clone, Eq, PartialEq)]
pub struct PastCall {
    /// Who began it.
    pub direction: Direction,
    /// The name of the other end, if it had one.
    pub name: Option<String>,
    /// The other end's address, as it would be dialled.
    pub address: String,
    /// The queue it came from.
    pub queue: Option<String>,
    /// When it began, milliseconds since 1970 (UTC).
    pub began_unix_ms: u64,
    /// How long they talked, seconds; none if it was not answered here.
    pub talked_s: Option<u64>,
    /// What became of it.
    pub outcome: Outcome,
    /// The same for people, with the reason where there is one.
    pub words: String,
    /// The SIP status that ended it, if one did.
    pub status: Option<u16>,
    /// To whom it was handed over, or was to be.
    pub transfer: Option<Transferred>,
    /// The longest gap in the sound of this call, milliseconds; none if nobody measured.
    pub longest_gap_ms: Option<u64>,
    /// Where its ring was heard, and why not elsewhere, for people; none if it did not ring or nobody
    /// knows.
    pub ring: Option<String>,
    /// The files that recordings of it are in, without their folder.
    pub recordings: Vec<String>,
}

/// That a call was handed over, or was to be. Its `Debug` form shows nobody.
#[derive(Clone, Eq, PartialEq)]
pub struct Transferred {
    /// The name of who got it, if known.
    pub to_name: Option<String>,
    /// Their address, as it would be dialled.
    pub to_address: String,
    /// In which way.
    pub how: How,
    /// What became of it.
    pub outcome: TransferOutcome,
}

/// How a call was handed over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum How {
    /// The agent spoke to them first.
    Warm,
    /// Unannounced.
    Blind,
    /// The agent left a group call.
    Group,
}

/// What became of a transfer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TransferOutcome {
    /// The call is theirs: the PBX said so (a NOTIFY with `200`, RFC 3515 §2.4.5).
    Done,
    /// It stayed with the agent.
    Failed,
    /// Nobody said.
    Unknown,
}

/// A [`PastCall`] as the journal shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Remembered {
    /// Names it for as long as the program runs.
    pub id: u64,
    /// The call.
    pub call: PastCall,
    /// What was done to hand it over, the first step first.
    pub steps: Vec<Step>,
}

/// Who began a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// They called.
    Incoming,
    /// We called.
    Outgoing,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// They talked; or it was answered on another phone, and there is no [`PastCall::talked_s`].
    Answered,
    /// Theirs, and nobody answered.
    Missed,
    /// Theirs, and the agent turned it away.
    Declined,
    /// Ours, and it was not answered.
    NotReached,
    /// Something failed.
    Failed,
    /// Warmline was stopped in the call, and it was not recovered.
    Interrupted,
}

impl PastCall {
    /// Whether the phone refused it by itself, unseen, for the agent did not want to be disturbed. The file
    /// has it as missed with that status, as every version can read it; no other call is missed so.
    pub fn undisturbed(&self) -> bool {
        self.outcome == Outcome::Missed && self.status == Some(UNDISTURBED)
    }
}

impl Direction {
    pub(crate) const ALL: [(Self, &str); 2] =
        [(Self::Incoming, "incoming"), (Self::Outgoing, "outgoing")];
}

impl Outcome {
    pub(crate) const ALL: [(Self, &str); 6] = [
        (Self::Answered, "answered"),
        (Self::Missed, "missed"),
        (Self::Declined, "declined"),
        (Self::NotReached, "not_reached"),
        (Self::Failed, "failed"),
        (Self::Interrupted, "interrupted"),
    ];
}

impl How {
    pub(crate) const ALL: [(Self, &str); 3] = [
        (Self::Warm, "warm"),
        (Self::Blind, "blind"),
        (Self::Group, "group"),
    ];
}

impl TransferOutcome {
    pub(crate) const ALL: [(Self, &str); 3] = [
        (Self::Done, "done"),
        (Self::Failed, "failed"),
        (Self::Unknown, "unknown"),
    ];
}

/// What a caller hears whom the agent does not want to be disturbed by (486 Busy Here).
pub const UNDISTURBED: u16 = 486;

impl fmt::Debug for PastCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?} ‹pii›", self.direction, self.outcome)
    }
}

impl fmt::Debug for Transferred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?} ‹pii›", self.how, self.outcome)
    }
}

#[cfg(test)]
impl PastCall {
    /// A call of somebody who is told apart by `n`.
    pub(crate) fn example(n: u64) -> Self {
        Self {
            direction: Direction::Incoming,
            name: Some(format!("Customer {n}")),
            address: format!("sip:+4930{n:06}@sbc.example"),
            queue: Some("Support".into()),
            began_unix_ms: crate::writer::tests::NOW_MS + n,
            talked_s: Some(n),
            outcome: Outcome::Answered,
            words: "Answered.".into(),
            status: Some(200),
            transfer: Some(Transferred {
                to_name: Some(format!("Expert {n}")),
                to_address: format!("sip:+4989{n:06}@sbc.example"),
                how: How::Warm,
                outcome: TransferOutcome::Done,
            }),
            longest_gap_ms: Some(120),
            ring: Some("It rang on Headset.".into()),
            recordings: vec![format!("{n}.opus"), format!("{n}-2.opus")],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_a_call_shows_nobody() {
        let call = PastCall::example(1);
        assert_eq!(format!("{call:?}"), "Incoming Answered ‹pii›");
        let transfer = call.transfer.expect("it was handed over");
        assert_eq!(format!("{transfer:?}"), "Warm Done ‹pii›");
    }
}
