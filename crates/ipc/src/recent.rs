use serde::Serialize;
use warmline_desk::{
    EndReason, Party,
    journal::{Direction, How, Outcome, Remembered, Step, StepKind, TransferOutcome, Transferred},
};

use crate::{
    ending::UiEndReason,
    party::{Agent, party, shown},
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
    /// Why it ended so, where that says more.
    pub reason: Option<UiEndReason>,
    /// Where it rang and where not, in English, of a call that was missed.
    pub ring: Option<String>,
    /// The files that recordings of it are in.
    pub recordings: Vec<String>,
    /// To whom it was handed over, or was to be.
    pub transfer: Option<UiTransferred>,
    /// What was done to hand it over, the first step first.
    pub steps: Vec<UiStep>,
}

/// That a call was handed over, or was to be.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiTransferred {
    /// To whom.
    pub to: UiParty,
    /// In which way.
    pub how: UiHow,
    /// What became of it.
    pub outcome: UiTransferOutcome,
}

/// How a call was handed over.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiHow {
    /// The agent spoke to them first.
    Warm,
    /// Unannounced.
    Blind,
    /// The agent left a group call.
    Group,
}

/// What became of a transfer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiTransferOutcome {
    /// The call is theirs.
    Done,
    /// It stayed with the agent.
    Failed,
    /// Nobody said.
    Unknown,
}

/// One step of handing a call over.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiStep {
    /// When, in milliseconds since 1970 (UTC).
    pub at_unix_ms: u64,
    /// What was done or happened.
    pub kind: UiStepKind,
    /// The other person's number, where it was done to somebody.
    pub who: Option<String>,
    /// The SIP status that told of it, if one did.
    pub status: Option<u16>,
}

/// People are never printed.
impl std::fmt::Debug for UiStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} ‹pii›", self.kind)
    }
}

/// What was done to hand a call over, or happened.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiStepKind {
    /// The other person was called.
    Called,
    /// They answered.
    Answered,
    /// The server was asked to connect them.
    Asked,
    /// It said that it would.
    Accepted,
    /// It told how far it was.
    Progress,
    /// The call is theirs.
    Done,
    /// It failed: the agent had both people again.
    Failed,
    /// Customer, expert and agent were brought together.
    Merged,
    /// The call was taken up again after a crash.
    Recovered,
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
            Outcome::Missed if call.undisturbed() => UiOutcome::DoNotDisturb,
            Outcome::Missed => UiOutcome::Missed,
            Outcome::Declined => UiOutcome::Declined,
            Outcome::NotReached => UiOutcome::NotReached,
            Outcome::Failed => UiOutcome::Failed,
            Outcome::Interrupted => UiOutcome::Interrupted,
        },
        reason: EndReason::of_words(&call.words).map(UiEndReason::from),
        // Whether it could be heard is what the agent will want to know.
        ring: call
            .ring
            .clone()
            .filter(|_| call.outcome == Outcome::Missed),
        recordings: call.recordings.clone(),
        transfer: call.transfer.as_ref().map(|to| transferred(to, agent)),
        steps: remembered.steps.iter().map(|of| step(of, agent)).collect(),
    }
}

fn transferred(transferred: &Transferred, agent: &Agent) -> UiTransferred {
    let to = Party {
        name: transferred.to_name.clone(),
        address: transferred.to_address.clone(),
    };
    UiTransferred {
        to: party(&to, agent),
        how: match transferred.how {
            How::Warm => UiHow::Warm,
            How::Blind => UiHow::Blind,
            How::Group => UiHow::Group,
        },
        outcome: match transferred.outcome {
            TransferOutcome::Done => UiTransferOutcome::Done,
            TransferOutcome::Failed => UiTransferOutcome::Failed,
            TransferOutcome::Unknown => UiTransferOutcome::Unknown,
        },
    }
}

fn step(step: &Step, agent: &Agent) -> UiStep {
    let other = |other: &str| Some(shown(other, agent));
    let (kind, who, status) = match &step.kind {
        StepKind::Called { other: who } => (UiStepKind::Called, other(who), None),
        StepKind::Answered { other: who } => (UiStepKind::Answered, other(who), None),
        StepKind::Asked { other: who } => (UiStepKind::Asked, other(who), None),
        StepKind::Accepted => (UiStepKind::Accepted, None, None),
        StepKind::Progress { status } => (UiStepKind::Progress, None, Some(*status)),
        StepKind::Done => (UiStepKind::Done, None, None),
        StepKind::Failed { status, .. } => (UiStepKind::Failed, None, *status),
        StepKind::Merged => (UiStepKind::Merged, None, None),
        StepKind::Recovered => (UiStepKind::Recovered, None, None),
    };
    UiStep {
        at_unix_ms: step.at_unix_ms,
        kind,
        who,
        status,
    }
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
    /// Theirs, and missed: the phone refused it, for the agent did not want to be disturbed.
    DoNotDisturb,
    /// Theirs, and the agent turned it away.
    Declined,
    /// Ours, and it was not answered: busy, declined, no answer, given up.
    NotReached,
    /// Something failed.
    Failed,
    /// Warmline was stopped in it.
    Interrupted,
}

#[cfg(test)]
pub(crate) mod tests {
    use warmline_desk::journal::{PastCall, UNDISTURBED};

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
    fn a_call_says_why_it_ended_and_a_missed_one_whether_it_rang() {
        let mut remembered = Remembered {
            id: 7,
            call: PastCall {
                ring: Some("Not on Headset: it is muted.".into()),
                ..call()
            },
            steps: Vec::new(),
        };
        let told = |remembered: &Remembered| {
            let shown = recent(remembered, &Agent::example());
            (shown.outcome, shown.reason, shown.ring.is_some())
        };
        let gave_up = Some(UiEndReason::CallerGaveUp);
        assert_eq!(told(&remembered), (UiOutcome::Missed, gave_up, true));
        remembered.call.outcome = Outcome::Answered;
        remembered.call.words = "Answered.".into();
        assert_eq!(told(&remembered), (UiOutcome::Answered, None, false));
        remembered.call.outcome = Outcome::Interrupted;
        assert_eq!(told(&remembered).0, UiOutcome::Interrupted);
    }

    #[test]
    fn a_transfer_shows_to_whom_how_and_step_by_step() {
        let remembered = Remembered {
            id: 7,
            call: PastCall {
                transfer: Some(Transferred {
                    to_name: Some("Nadia".into()),
                    to_address: "sip:+4989123456@contact.example".into(),
                    how: How::Blind,
                    outcome: TransferOutcome::Failed,
                }),
                ..call()
            },
            steps: vec![
                Step {
                    at_unix_ms: 5,
                    kind: StepKind::Asked {
                        other: "sip:+4989123456@contact.example".into(),
                    },
                },
                Step {
                    at_unix_ms: 9,
                    kind: StepKind::Failed {
                        status: Some(503),
                        why: "refused".into(),
                    },
                },
            ],
        };
        let shown = recent(&remembered, &Agent::example());
        let transfer = shown.transfer.expect("there was one");
        assert_eq!(transfer.to.name.as_deref(), Some("Nadia"));
        assert_eq!(
            (transfer.how, transfer.outcome),
            (UiHow::Blind, UiTransferOutcome::Failed)
        );
        let steps: Vec<_> = shown
            .steps
            .iter()
            .map(|step| (step.kind, step.who.as_deref(), step.status))
            .collect();
        assert_eq!(
            steps,
            [
                (UiStepKind::Asked, Some("+49 89 123456"), None),
                (UiStepKind::Failed, None, Some(503)),
            ]
        );
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
        let undisturbed = Remembered {
            call: PastCall {
                status: Some(UNDISTURBED),
                ..call()
            },
            ..remembered
        };
        let outcome = recent(&undisturbed, &Agent::example()).outcome;
        assert_eq!(outcome, UiOutcome::DoNotDisturb);
        assert_eq!(shown.party.name.as_deref(), Some("Mina"));
        assert_eq!(shown.party.number, "+49 30 901820");
        assert_eq!(shown.party.address, "sip:+4930901820@contact.example");
    }
}
