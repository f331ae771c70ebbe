//! What of the phone's calls matters to the experts.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use warmline_call::{CallId, Direction, State};
use warmline_graph::{CallInHand, Card, Past};
use warmline_journal::{Direction as Began, Remembered};
use warmline_sip::redact::Pii;

use crate::{
    number::{self, Country},
    snapshot::{CallView, Snapshot},
    told::{FactKind, told},
};

/// The customer's call that the agent has in hand: one being handed over, else the one that is heard,
/// else one that rings.
pub(super) fn in_hand(snapshot: &Snapshot) -> Option<&CallView> {
    let customer = |id: CallId| {
        let of = snapshot.transfers.iter();
        let mut of = of.filter(|transfer| transfer.expert == Some(id));
        of.next().map_or(id, |transfer| transfer.customer)
    };
    let live = |call: &&CallView| call.ending.is_none();
    let heard = snapshot
        .focus
        .map(customer)
        .and_then(|id| snapshot.call(id));
    let handed = snapshot
        .transfers
        .iter()
        .find_map(|transfer| snapshot.call(transfer.customer));
    let rings = || {
        let mut calls = snapshot.calls.iter().filter(live);
        calls.find(|call| call.direction == Direction::Incoming && call.state == State::Incoming)
    };
    let held = || {
        snapshot
            .calls
            .iter()
            .find(|call| live(call) && call.state == State::Established)
    };
    heard.or(handed).filter(live).or_else(held).or_else(rings)
}

/// Whether the agent talks, for Teams to know.
pub(super) fn talking(snapshot: &Snapshot) -> bool {
    let mut calls = snapshot.calls.iter();
    calls.any(|call| call.ending.is_none() && call.state == State::Established)
}

/// What a call is about.
pub(super) fn topic(call: &CallView) -> CallInHand {
    let Some(invite) = &call.invite else {
        return CallInHand::default();
    };
    let facts = told(invite, call.began).facts;
    let telling = facts
        .iter()
        .filter(|fact| matches!(fact.kind, FactKind::Queue | FactKind::Subject));
    let mut topic: Vec<Pii<String>> = telling.map(|fact| fact.value.clone().into()).collect();
    topic.extend(invite.subject.clone().map(Pii::from));
    topic.dedup();
    CallInHand { topic }
}

/// What an expert is told of a call, as far as the call and the agent have said.
pub(super) fn card(call: &CallView, agent: Option<&str>, country: Option<Country>) -> Card {
    let facts = call
        .invite
        .as_ref()
        .map(|invite| told(invite, call.began).facts)
        .unwrap_or_default();
    let fact = |kind: FactKind| {
        let mut of = facts.iter().filter(|fact| fact.kind == kind);
        of.next().map(|fact| Pii::from(fact.value.clone()))
    };
    let subject = call
        .invite
        .as_ref()
        .and_then(|invite| invite.subject.clone());
    let written = |text: &Pii<String>| (!text.expose().trim().is_empty()).then(|| text.clone());
    Card {
        customer: call.party.name.clone().map(Pii::from),
        number: number_of(&call.party.address, country),
        queue: fact(FactKind::Queue),
        topic: subject.map(Pii::from).or_else(|| fact(FactKind::Subject)),
        tried: written(&call.note.tried),
        note: written(&call.note.note),
        agent: agent.map(|name| name.to_owned().into()),
    }
}

/// The number of an address, as people write it.
fn number_of(address: &str, country: Option<Country>) -> Option<Pii<String>> {
    let read = number::read(address, country);
    let user = read.to.split(['@', ';']).next().unwrap_or_default();
    let user = user.split_once(':').map_or(user, |(_, user)| user);
    let number = number::read(user, country);
    (number.kind == number::Kind::Telephone).then(|| number.shown.into())
}

/// Whom the agent has called before, for the experts to be known again.
pub(super) fn past(calls: &[Remembered], now: SystemTime) -> Vec<Past> {
    let mut past: Vec<Past> = Vec::new();
    for Remembered { call, .. } in calls {
        let to = match (&call.transfer, call.direction) {
            (Some(transfer), _) => &transfer.to_address,
            (None, Began::Outgoing) => &call.address,
            (None, Began::Incoming) => continue,
        };
        let Some(number) = dialled(to) else {
            continue;
        };
        let called_at = UNIX_EPOCH + Duration::from_millis(call.began_unix_ms);
        let age = now.duration_since(called_at).unwrap_or_default();
        let today = u32::from(age < DAY);
        match past.iter_mut().find(|past| *past.number.expose() == number) {
            Some(past) => {
                past.called_at = past.called_at.max(called_at);
                past.today += today;
            }
            None => past.push(Past {
                number: number.into(),
                called_at,
                today,
            }),
        }
    }
    past
}

/// `+` and digits of an address that was dialled.
fn dialled(address: &str) -> Option<String> {
    let user = address.split(['@', ';']).next().unwrap_or_default();
    let user = user.split_once(':').map_or(user, |(_, user)| user);
    let digits = user.strip_prefix('+')?;
    let digits_only = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits_only.then(|| user.to_owned())
}

/// Today begins with the shift: a night lies between two.
const DAY: Duration = Duration::from_secs(12 * 3600);

#[cfg(test)]
mod tests {
    use warmline_journal::{How, Outcome, PastCall, TransferOutcome, Transferred};

    use super::*;

    fn call(direction: Began, address: &str, began_s: u64) -> Remembered {
        Remembered {
            id: began_s,
            call: PastCall {
                direction,
                name: None,
                address: address.to_owned(),
                queue: None,
                began_unix_ms: began_s * 1000,
                talked_s: Some(10),
                outcome: Outcome::Answered,
                words: String::new(),
                status: None,
                transfer: None,
                longest_gap_ms: None,
                ring: None,
                recordings: Vec::new(),
            },
            steps: Vec::new(),
        }
    }

    #[test]
    fn experts_of_before_are_those_who_were_called_or_got_a_customer() {
        let day = 24 * 3600;
        let mut handed = call(Began::Incoming, "sip:+4930111@a.example", day);
        handed.call.transfer = Some(Transferred {
            to_name: None,
            to_address: "sip:+4930222@a.example;user=phone".to_owned(),
            how: How::Warm,
            outcome: TransferOutcome::Done,
        });
        let calls = [
            call(Began::Outgoing, "sip:+4930222@a.example", day + 60),
            handed,
            call(Began::Incoming, "sip:+4930333@a.example", day),
            call(Began::Outgoing, "sip:600@a.example", day),
            call(Began::Outgoing, "+4930444", 60),
        ];
        let past = past(&calls, UNIX_EPOCH + Duration::from_secs(day + 120));
        let shown = past
            .iter()
            .map(|past| (past.number.expose().as_str(), past.today));
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [("+4930222", 2), ("+4930444", 0)]
        );
        assert_eq!(
            past[0].called_at,
            UNIX_EPOCH + Duration::from_secs(day + 60)
        );
    }

    #[test]
    fn a_number_is_written_for_people() {
        let shown = number_of("sip:+493023125177@a.example;user=phone", None);
        assert_eq!(
            shown.map(Pii::into_inner).as_deref(),
            Some("+49 30 23125177")
        );
        assert_eq!(number_of("sip:600@a.example", None), None);
    }
}
