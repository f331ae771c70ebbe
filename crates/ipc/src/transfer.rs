use serde::Serialize;
use warmline_desk::{
    CallId, CallView, GroupView, Hold, Phase, RecoveryView, Snapshot, State, Suspicion,
    TransferReason, TransferView,
};

use crate::{
    ending::UiEndReason,
    party::{Agent, party},
    people::UiCard,
    presenter::millis,
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
    /// What the customer hears now; none if there is no such call.
    pub customer_hears: Option<UiHears>,
    /// What the expert hears now; none if nobody was asked.
    pub expert_hears: Option<UiHears>,
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

/// What somebody hears now.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiHears {
    /// Nothing rings there yet.
    BeingCalled,
    /// The phone rings.
    Ringing,
    /// They wait to be answered.
    Waiting,
    /// They are gone.
    Left,
    /// The sound path is interrupted.
    NotConnected,
    /// The agent is muted.
    Nothing,
    /// The agent.
    You,
    /// Music of this phone.
    Music,
    /// What the server plays to who is on hold, or nothing.
    OnHold,
}

/// Why a transfer failed, or went another way.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum UiTransferTrouble {
    /// The server will not transfer this call.
    Refused,
    /// It transfers no calls: all are in a group now.
    NotSupported,
    /// It tried, and could not connect the two.
    NotConnected,
    /// It has said nothing for too long.
    NoWord,
    /// The connection to it broke meanwhile.
    ConnectionLost,
    /// The expert's call has ended.
    ExpertGone {
        /// Why.
        reason: UiEndReason,
    },
    /// The customer's call has ended.
    CustomerGone,
    /// The call ended here before the server said what became of it.
    Unsaid,
    /// The agent went back to the customer.
    Back,
    /// The server says, late, that it has connected the two.
    Late,
    /// The expert may be a machine.
    MaybeMachine {
        /// What hints at it.
        suspicion: UiSuspicion,
    },
}

/// Why somebody may be a machine.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiSuspicion {
    /// They answered at once, without ringing.
    AnsweredAtOnce,
    /// They talk without a pause.
    LongSpeech,
    /// There was a beep.
    Beep,
}

impl From<Suspicion> for UiSuspicion {
    fn from(suspicion: Suspicion) -> Self {
        match suspicion {
            Suspicion::AnsweredAtOnce => Self::AnsweredAtOnce,
            Suspicion::LongSpeech => Self::LongSpeech,
            Suspicion::Beep => Self::Beep,
        }
    }
}

impl From<TransferReason> for UiTransferTrouble {
    fn from(reason: TransferReason) -> Self {
        match reason {
            TransferReason::Refused { .. } => Self::Refused,
            TransferReason::NotSupported { .. } => Self::NotSupported,
            TransferReason::NotConnected { .. } => Self::NotConnected,
            TransferReason::NoWord => Self::NoWord,
            TransferReason::ConnectionLost => Self::ConnectionLost,
            TransferReason::ExpertGone(reason) => Self::ExpertGone {
                reason: reason.into(),
            },
            TransferReason::CustomerGone(_) => Self::CustomerGone,
            TransferReason::Unsaid => Self::Unsaid,
            TransferReason::Back => Self::Back,
            TransferReason::Late => Self::Late,
            TransferReason::MaybeMachine(suspicion) => Self::MaybeMachine {
                suspicion: suspicion.into(),
            },
        }
    }
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
    /// Why there is a group although a transfer was asked for.
    pub note: Option<UiTransferTrouble>,
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
        customer_hears: call(Some(view.customer)).map(hears),
        expert_hears: call(view.expert).map(hears),
        completes_at_ms: view.completes_at.map(millis),
        card,
        trouble: view.trouble.map(UiTransferTrouble::from),
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
        note: view.instead.map(UiTransferTrouble::from),
    }
}

/// What can be taken up again, as the pages show it.
pub(crate) fn recovery(view: &RecoveryView, agent: &Agent) -> UiRecovery {
    UiRecovery {
        parties: view.parties.iter().map(|who| party(who, agent)).collect(),
        until_ms: millis(view.until),
    }
}

fn hears(call: &CallView) -> UiHears {
    match (call.state, call.hold) {
        (State::Dialing, _) => UiHears::BeingCalled,
        (State::Ringing { .. }, _) => UiHears::Ringing,
        (State::Incoming | State::Answering, _) => UiHears::Waiting,
        (State::Ended(_), _) => UiHears::Left,
        (State::Established, _) if !call.connected => UiHears::NotConnected,
        (State::Established, Hold::No | Hold::Resuming) if call.muted => UiHears::Nothing,
        (State::Established, Hold::No | Hold::Resuming) => UiHears::You,
        (State::Established, _) if call.music => UiHears::Music,
        (State::Established, Hold::Holding | Hold::Held | Hold::LocalOnly) => UiHears::OnHold,
    }
}

fn number(id: CallId) -> u32 {
    u32::try_from(id.get()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presenter::tests::call;

    #[test]
    fn who_is_on_hold_hears_music_only_where_this_phone_plays_it() {
        let held = CallView {
            state: State::Established,
            connected: true,
            hold: Hold::Held,
            music: true,
            ..call()
        };
        assert_eq!(hears(&held), UiHears::Music);
        let silent = CallView {
            music: false,
            ..held
        };
        assert_eq!(hears(&silent), UiHears::OnHold);
        let muted = CallView {
            hold: Hold::No,
            muted: true,
            ..silent
        };
        assert_eq!(hears(&muted), UiHears::Nothing);
    }
}
