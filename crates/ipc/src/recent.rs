use serde::Serialize;
use warmline_desk::{
    Party,
    journal::{Direction, Outcome, PastCall, Remembered, TransferOutcome, Transferred},
};

use crate::{
    party::{Agent, party},
    snapshot::{UiDirection, UiParty},
};

/// A call that is over, as the agent looks back on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiRecent {
    /// The same for as long as the call is remembered.
    pub id: u64,
    /// Who began it.
    pub direction: UiDirection,
    /// Who was at the other end.
    pub party: UiParty,
    /// The queue it came from.
    pub queue: Option<String>,
    /// When it began, in milliseconds since 1970 (UTC).
    pub at_unix_ms: u64,
    /// How long they talked, in seconds; none if it was not answered.
    pub talked_s: Option<u64>,
    /// What became of it.
    pub outcome: UiOutcome,
    /// The same in a few words, with the reason where there is one.
    pub words: String,
    /// The files that recordings of it are in.
    pub recordings: Vec<String>,
}

/// A call of the journal as the pages show it.
pub(crate) fn recent(remembered: &Remembered, agent: &Agent) -> UiRecent {
    let call = &remembered.call;
    let other = Party {
        name: call.name.clone(),
        address: call.address.clone(),
    };
    UiRecent {
        id: remembered.id,
        direction: match call.direction {
            Direction::Incoming => UiDirection::Incoming,
            Direction::Outgoing => UiDirection::Outgoing,
        },
        party: party(&other, agent),
        queue: call.queue.clone(),
        at_unix_ms: call.began_unix_ms,
        talked_s: call.talked_s,
        outcome: match call.outcome {
            Outcome::Answered => UiOutcome::Answered,
            Outcome::Missed => UiOutcome::Missed,
            Outcome::Declined => UiOutcome::Declined,
            Outcome::NotReached => UiOutcome::NotReached,
            Outcome::Failed | Outcome::Interrupted => UiOutcome::Failed,
        },
        words: words(call, agent),
        recordings: call.recordings.clone(),
    }
}

/// What became of it, with the person it was handed over to.
fn words(call: &PastCall, agent: &Agent) -> String {
    let done = |to: &&Transferred| to.outcome == TransferOutcome::Done;
    let Some(to) = call.transfer.as_ref().filter(done) else {
        return match &call.ring {
            // Whether it could be heard is what the agent will want to know.
            Some(ring) if call.outcome == Outcome::Missed => format!("{} {ring}", call.words),
            _ => call.words.clone(),
        };
    };
    let to = party(
        &Party {
            name: to.to_name.clone(),
            address: to.to_address.clone(),
        },
        agent,
    );
    format!("Handed over to {}.", to.name.unwrap_or(to.number))
}

/// What became of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiOutcome {
    /// They talked; or another phone answered, and there is no [`UiRecent::talked_s`].
    Answered,
    /// Theirs, and nobody answered.
    Missed,
    /// Theirs, and the agent turned it away.
    Declined,
    /// Ours, and it was not answered: busy, declined, no answer, given up.
    NotReached,
    /// Something failed.
    Failed,
}

#[cfg(test)]
pub(crate) mod tests {
    use warmline_desk::journal::How;

    use super::*;

    pub(crate) fn call() -> PastCall {
        PastCall {
            direction: Direction::Incoming,
            name: Some("Mina".into()),
            address: "sip:+4930901820@contact.example".into(),
            queue: Some("Support".into()),
            began_unix_ms: 1,
            talked_s: None,
            outcome: Outcome::Missed,
            words: "The caller hung up before you answered.".into(),
            status: None,
            transfer: None,
            longest_gap_ms: None,
            ring: None,
            recordings: Vec::new(),
        }
    }

    #[test]
    fn a_call_handed_over_says_to_whom_and_a_missed_one_whether_it_rang() {
        let mut remembered = Remembered {
            id: 7,
            call: call(),
            steps: Vec::new(),
        };
        let mut handed = Transferred {
            to_name: None,
            to_address: "sip:+4989123456@contact.example".into(),
            how: How::Warm,
            outcome: TransferOutcome::Done,
        };
        remembered.call.ring = Some("Not on Headset: it is muted.".into());
        let words = |remembered: &Remembered| recent(remembered, &Agent::example()).words;
        assert_eq!(
            words(&remembered),
            "The caller hung up before you answered. Not on Headset: it is muted."
        );
        remembered.call.transfer = Some(handed.clone());
        assert_eq!(words(&remembered), "Handed over to +49 89 123456.");
        handed.outcome = TransferOutcome::Failed;
        remembered.call.transfer = Some(handed);
        assert!(words(&remembered).starts_with("The caller hung up before you answered."));
    }

    #[test]
    fn a_remembered_call_shows_who_and_can_be_called_back() {
        let remembered = Remembered {
            id: 7,
            call: call(),
            steps: Vec::new(),
        };
        let shown = recent(&remembered, &Agent::example());
        assert_eq!((shown.id, shown.outcome), (7, UiOutcome::Missed));
        assert_eq!(shown.party.name.as_deref(), Some("Mina"));
        assert_eq!(shown.party.number, "+49 30 901820");
        assert_eq!(shown.party.address, "sip:+4930901820@contact.example");
    }
}
