use serde::Serialize;
use warmline_desk::{
    CallId, CallView, GroupView, Hold, Phase, RecoveryView, Snapshot, State, TransferReason,
    TransferView,
};

use crate::{
    party::{Agent, party},
    people::UiCard,
    presenter::{millis, said},
    snapshot::UiParty,
};

/// A customer on the way to somebody else. The calls themselves are in
/// [`UiSnapshot::calls`](crate::UiSnapshot::calls): show customer and expert on one card.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiTransfer {
    /// The customer's call: names the transfer in a [`UiAction`](crate::UiAction).
    pub customer: u32,
    /// The expert's call; none if nobody was asked first. It may have ended already.
    pub expert: Option<u32>,
    /// To whom.
    pub to: UiParty,
    /// How far it is.
    pub phase: UiTransferPhase,
    /// Whom the agent talks with.
    pub talking_to: UiTalkingTo,
    /// What the customer hears now, in a few words.
    pub customer_hears: String,
    /// What the expert hears now, in a few words.
    pub expert_hears: String,
    /// When it completes by itself.
    pub completes_at_ms: Option<u64>,
    /// What the expert was told about the call in Teams.
    pub card: Option<UiCard>,
    /// Why the last attempt failed.
    pub trouble: Option<UiTransferTrouble>,
}

/// How far a transfer is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiTransferPhase {
    /// The expert is being called.
    Calling,
    /// The expert has answered.
    Consulting,
    /// The phone system is asked to connect the two, and has not said yet that it did.
    Completing,
}

/// Whom the agent talks with.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiTalkingTo {
    /// The customer.
    Customer,
    /// The expert, or whoever is being called.
    Expert,
    /// Neither.
    Nobody,
}

/// Why a transfer failed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiTransferTrouble {
    /// What happened, in a sentence.
    pub words: String,
    /// What to do.
    pub advice: Option<String>,
}

/// People of several calls who hear each other by way of this phone.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiGroup {
    /// Their calls, in the order in which they came.
    pub members: Vec<u32>,
    /// The agent is on another call; the others go on hearing each other.
    pub away: bool,
    /// Two others are left: the agent can leave them to each other.
    pub can_leave: bool,
    /// Why there is a group although a transfer was asked for, in a sentence.
    pub note: Option<String>,
}

/// The other end asks the agent to call somebody else.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiReferral {
    /// Whom.
    pub to: UiParty,
    /// When it is declined by itself.
    pub until_ms: u64,
}

/// Calls that stood when Warmline was stopped.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiRecovery {
    /// With whom, the customer first.
    pub parties: Vec<UiParty>,
    /// Until when the offer stands.
    pub until_ms: u64,
}

/// A transfer as the pages show it.
pub(crate) fn transfer(
    view: &TransferView,
    snapshot: &Snapshot,
    agent: &Agent,
    card: Option<UiCard>,
) -> UiTransfer {
    let talking_to = match snapshot.focus {
        Some(focus) if focus == view.customer => UiTalkingTo::Customer,
        Some(focus) if Some(focus) == view.expert => UiTalkingTo::Expert,
        _ => UiTalkingTo::Nobody,
    };
    let call = |id: Option<CallId>| id.and_then(|id| snapshot.call(id));
    UiTransfer {
        customer: number(view.customer),
        expert: view.expert.map(number),
        to: party(&view.to, agent),
        phase: match view.phase {
            Phase::Calling => UiTransferPhase::Calling,
            Phase::Consulting => UiTransferPhase::Consulting,
            Phase::Completing => UiTransferPhase::Completing,
        },
        talking_to,
        customer_hears: hears(call(Some(view.customer))).to_owned(),
        expert_hears: hears(call(view.expert)).to_owned(),
        completes_at_ms: view.completes_at.map(millis),
        card,
        trouble: view.trouble.map(trouble),
    }
}

/// The group as the pages show it.
pub(crate) fn group(view: &GroupView, snapshot: &Snapshot) -> UiGroup {
    UiGroup {
        members: view.members.iter().copied().map(number).collect(),
        away: !snapshot
            .focus
            .is_some_and(|focus| view.members.contains(&focus)),
        can_leave: view.members.len() == 2 && view.instead.is_none(),
        note: view.instead.map(|reason| reason.words().to_owned()),
    }
}

/// What can be taken up again, as the pages show it.
pub(crate) fn recovery(view: &RecoveryView, agent: &Agent) -> UiRecovery {
    UiRecovery {
        parties: view.parties.iter().map(|who| party(who, agent)).collect(),
        until_ms: millis(view.until),
    }
}

fn trouble(reason: TransferReason) -> UiTransferTrouble {
    UiTransferTrouble {
        words: reason.words().to_owned(),
        advice: said(reason.advice()),
    }
}

fn hears(call: Option<&CallView>) -> &'static str {
    let Some(call) = call else {
        return "";
    };
    match (call.state, call.hold) {
        (State::Dialing, _) => "is being called",
        (State::Ringing { .. }, _) => "hears the phone ring",
        (State::Incoming | State::Answering, _) => "is waiting",
        (State::Ended(_), _) => "has left",
        (State::Established, _) if !call.connected => "is not connected at the moment",
        (State::Established, Hold::No | Hold::Resuming) if call.muted => {
            "hears nothing: you are muted"
        }
        (State::Established, Hold::No | Hold::Resuming) => "hears you",
        (State::Established, Hold::Holding | Hold::Held | Hold::LocalOnly) => "hears music",
    }
}

fn number(id: CallId) -> u32 {
    u32::try_from(id.get()).unwrap_or(u32::MAX)
}
