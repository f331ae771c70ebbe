//! Random orders of transfers, among everything else that can happen to calls.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rsipstack::sip::{Header, Method};

use super::orders::{self, step};
use super::world::World;
use crate::agent::{DialogKey, EndedBy, ReferId, SipEvent, SipRequest};
use crate::far_end::{OFFER, invite, value};

#[derive(Clone, Debug)]
enum Step {
    Any(orders::Step),
    /// Call, and be answered.
    Talk,
    /// Refer one call, perhaps to another.
    Refer(usize, Option<usize>),
    /// Tell something of a REFER of ours: in which dialog, of which, what, for the last time, too late.
    Notify(usize, Option<u8>, &'static str, bool, bool),
    Referred(usize, &'static str),
    AnswerRefer(usize, u16),
    NotifyRefer(usize, u16, bool),
    /// Ask for the place of another; be accepted, and acknowledged.
    Replace(usize, bool, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let line = prop_oneof![
        Just("SIP/2.0 100 Trying"),
        Just("SIP/2.0 180 Ringing"),
        Just("SIP/2.0 200 OK"),
        Just("SIP/2.0 486 Busy Here"),
        Just("nonsense"),
        Just("")
    ];
    let referral = prop_oneof![
        Just("Refer-To: <sip:eve@example.com>\r\n"),
        Just("Refer-To: <sip:eve@example.com?Replaces=c%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n"),
        Just("Refer-To: <sip:eve@example.com>\r\nRefer-Sub: false\r\n"),
        Just("Refer-To: nobody\r\n")
    ];
    let status = prop_oneof![Just(100u16), Just(180), Just(202), Just(403), Just(603)];
    let id = proptest::option::weighted(0.4, 1u8..9);
    let other = proptest::option::of(0usize..4);
    let step = prop_oneof![
        10 => step().prop_map(Step::Any),
        2 => Just(Step::Talk),
        3 => (0usize..4, other).prop_map(|(call, to)| Step::Refer(call, to)),
        4 => (0usize..6, id, line, any::<bool>(), any::<bool>())
            .prop_map(|(n, id, line, last, late)| Step::Notify(n, id, line, last, late)),
        3 => (0usize..6, referral).prop_map(|(n, what)| Step::Referred(n, what)),
        3 => (0usize..4, status.clone()).prop_map(|(n, s)| Step::AnswerRefer(n, s)),
        3 => (0usize..4, status, any::<bool>()).prop_map(|(n, s, last)| Step::NotifyRefer(n, s, last)),
        3 => (0usize..6, any::<bool>(), 0u8..3).prop_map(|(n, early, far)| Step::Replace(n, early, far)),
    ];
    proptest::collection::vec(step, 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// What holds for every call, and: a REFER has one outcome, and no word after the last; ours to
    /// others neither; and a call gives its place away only to one that stands.
    #[test]
    fn no_transfer_loses_anybody(steps in steps(), seed: u64) {
        let mut w = World::new(seed);
        let mut asked = Asked::default();
        for step in steps {
            asked.step(&mut w, step);
            w.check()?;
        }
        w.finish();
        w.check()?;
        prop_assert_eq!(w.t.core.calls(), 0);
        let open: Vec<_> = w.servers.values().filter(|s| !s.answered).map(|s| s.request.method).collect();
        prop_assert!(open.is_empty(), "unanswered: {:?}", open);
        let on_the_line: Vec<_> = w.answered.keys().filter(|d| !w.hung_up.contains(d)).collect();
        prop_assert!(on_the_line.is_empty(), "left on the line: {:?}", on_the_line);
        asked.check(&w)?;
    }
}

/// What the desk has asked for.
#[derive(Default)]
struct Asked {
    refers: BTreeSet<(DialogKey, ReferId)>,
    next: u32,
    hung_up: BTreeSet<DialogKey>,
    /// Steps done before the final hanging up.
    accepted: BTreeSet<DialogKey>,
}

impl Asked {
    fn step(&mut self, w: &mut World, step: Step) {
        match step {
            Step::Any(step) => {
                if let orders::Step::Ask(what, call) = step
                    && let Some(&dialog) = w.keys.get(call)
                {
                    match what {
                        2 | 3 => drop(self.accepted.insert(dialog)),
                        4..=6 => drop(self.hung_up.insert(dialog)),
                        _ => {}
                    }
                }
                w.step(step);
            }
            Step::Talk => {
                w.call();
                w.drain();
                let newest = w.clients.len().saturating_sub(1);
                w.answer(newest, 200, 0, false);
            }
            Step::Refer(call, to) => {
                if let Some(&dialog) = w.keys.get(call) {
                    self.next += 1;
                    let refer = ReferId(self.next);
                    if !w.ended.contains(&dialog) {
                        self.refers.insert((dialog, refer));
                    }
                    w.t.ask(SipRequest::Refer {
                        dialog,
                        refer,
                        refer_to: "eve".into(),
                        replaces: to.map(|to| w.keys.get(to).copied().unwrap_or(DialogKey(9999))),
                    });
                }
            }
            Step::Notify(n, id, line, last, late) => {
                let Some(peer) = w.peers.get_mut(n) else {
                    return;
                };
                let id = id.map(|id| format!(";id={id}")).unwrap_or_default();
                let state = if last {
                    "terminated"
                } else {
                    "active;expires=9"
                };
                let more = format!(
                    "Event: refer{id}\r\nSubscription-State: {state}\r\nContent-Type: message/sipfrag\r\n"
                );
                let before = peer.clone();
                let mut request = peer.request("NOTIFY", &more, line);
                if late {
                    let mut before = before;
                    before.step_back();
                    request = before.request("NOTIFY", &more, line);
                }
                w.request(request);
            }
            Step::Referred(n, what) => {
                if let Some(peer) = w.peers.get_mut(n) {
                    let request = peer.request("REFER", what, "");
                    w.request(request);
                }
            }
            Step::AnswerRefer(n, status) => {
                if let Some((dialog, refer)) = referred(w, n) {
                    w.t.ask(SipRequest::AnswerRefer {
                        dialog,
                        refer,
                        status,
                    });
                }
            }
            Step::NotifyRefer(n, status, last) => {
                if let Some((dialog, refer)) = referred(w, n) {
                    w.t.ask(SipRequest::NotifyRefer {
                        dialog,
                        refer,
                        status,
                        reason: None,
                        last,
                    });
                }
            }
            Step::Replace(n, early, far) => self.replace(w, n, early, far),
        }
        w.drain();
    }

    fn replace(&mut self, w: &mut World, n: usize, early: bool, far: u8) {
        let Some(peer) = w.peers.get(n) else { return };
        let early = if early { ";early-only" } else { "" };
        let mut request = invite(&format!("Replaces: {}{early}\r\n", peer.replaces()), OFFER);
        w.next += 1;
        let call_id = format!("call{}", w.next);
        request.headers.unique_push(Header::CallId(call_id.into()));
        let known = w.keys.len();
        w.request(request);
        w.drain();
        if far == 0 || w.keys.len() == known {
            return;
        }
        self.accepted.insert(w.keys[known]);
        w.ask(2, known);
        w.drain();
        for waiting in 0..if far == 1 { 0 } else { 6 } {
            w.ack(waiting);
        }
    }

    fn check(&self, w: &World) -> Result<(), TestCaseError> {
        let mut answered = BTreeSet::new();
        let mut over = BTreeSet::new();
        let mut confirmed = BTreeSet::new();
        for event in &w.told {
            match event {
                SipEvent::ReferAnswered { dialog, refer, .. } => {
                    prop_assert!(answered.insert((*dialog, *refer)), "{event:?} twice");
                }
                SipEvent::ReferProgress {
                    dialog,
                    refer,
                    terminated,
                    ..
                } => {
                    let of = (*dialog, *refer);
                    prop_assert!(!over.contains(&of), "{event:?} after the last word");
                    prop_assert!(self.refers.contains(&of), "{event:?} of nothing");
                    if *terminated {
                        over.insert(of);
                    }
                }
                SipEvent::Confirmed { dialog } => drop(confirmed.insert(*dialog)),
                SipEvent::Ended { dialog, cause } => {
                    let Some(by) = cause.replaced_by else {
                        continue;
                    };
                    prop_assert!(
                        self.accepted.contains(&by),
                        "{event:?} by a call not accepted"
                    );
                    let wanted = self.hung_up.contains(dialog) || w.finishing.contains(dialog);
                    prop_assert!(
                        cause.by != EndedBy::Local || wanted || confirmed.contains(&by),
                        "{event:?} before the other stands"
                    );
                }
                _ => {}
            }
        }
        // By now every call is over, which leaves only those without an answer that it took along.
        for (dialog, refer) in &self.refers {
            prop_assert!(
                answered.contains(&(*dialog, *refer)) || w.ended.contains(dialog),
                "no word of {refer:?}"
            );
        }
        let mut last = BTreeMap::new();
        for notify in &w.notifies {
            let said = |name| value(&notify.headers, name).to_owned();
            let of = (said("Call-ID"), said("From"), said("To"), said("Event"));
            let terminated = said("Subscription-State").starts_with("terminated");
            let before = last.insert(of, terminated);
            prop_assert!(terminated || before != Some(true), "a word after the last");
            prop_assert_eq!(notify.method, Method::Notify);
        }
        Ok(())
    }
}

fn referred(w: &World, n: usize) -> Option<(DialogKey, ReferId)> {
    let referred = w.told.iter().filter_map(|event| match event {
        SipEvent::Referred { dialog, refer, .. } => Some((*dialog, *refer)),
        _ => None,
    });
    referred.rev().nth(n)
}
