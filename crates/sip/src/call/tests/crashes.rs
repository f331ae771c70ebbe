//! Processes that die at any moment, and what the far end of their call makes of it.

use proptest::prelude::*;
use rsipstack::sip::{Method, Request};

use super::OTHER;
use crate::agent::{DialogKey, EndedBy, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, OFFER, Peer};
use crate::line::Output;
use crate::transactions::ClientId;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A digit, so many times.
    Digits(u16),
    /// An offer of ours, whose answer says that they are elsewhere.
    Reoffer(u8),
    /// They say that they are elsewhere.
    Moved,
    Options,
    FlowLost,
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1..700_u16).prop_map(Step::Digits),
        any::<u8>().prop_map(Step::Reoffer),
        Just(Step::Moved),
        Just(Step::Options),
        Just(Step::FlowLost),
        Just(Step::Crash),
        Just(Step::Crash),
    ];
    proptest::collection::vec(step, 0..12)
}

/// What the far end keeps of a call, whatever process is at our end of it.
struct Far {
    peer: Peer,
    /// Of the last request of ours.
    seq: u32,
    target: String,
    dialog: DialogKey,
}

impl Far {
    /// Takes our next request, which has to be in order and well addressed.
    fn takes(
        &mut self,
        t: &mut FarEnd,
        method: Method,
    ) -> Result<(ClientId, Request), TestCaseError> {
        let (id, request) = t.sent(method);
        let seq = crate::message::cseq(&request);
        prop_assert!(seq > self.seq, "{seq} after {}", self.seq);
        self.seq = seq;
        prop_assert_eq!(request.uri.to_string(), self.target.clone());
        Ok((id, request))
    }

    /// Answers an offer of ours, from somewhere else.
    fn answers(&mut self, t: &mut FarEnd, place: u8) -> Result<(), TestCaseError> {
        let (id, invite) = self.takes(t, Method::Invite)?;
        let tag = format!("at{place}");
        t.respond(id, &invite, 200, Some(&tag), vec![], ANSWER);
        self.target = format!("sip:bob@{tag}.example.com");
        let dialog = self.dialog;
        let sdp = ANSWER.to_owned();
        prop_assert_eq!(t.event(), SipEvent::ReofferAnswered { dialog, sdp });
        t.acked();
        t.feed(Input::ClientDone(id));
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However often and whenever we crash: to the far end it is one dialog, in order.
    #[test]
    fn to_the_far_end_it_is_one_dialog_whatever_crashes(steps in steps(), seed: u64) {
        let mut t = FarEnd::registered();
        let (dialog, id, peer) = t.talk(vec![]);
        t.feed(Input::ClientDone(id));
        let target = "sip:bob@b.example.com".into();
        let mut far = Far { peer, seq: 1, target, dialog };
        let mut saved = t.saved.pop().unwrap().1;
        for (n, step) in steps.into_iter().enumerate() {
            match step {
                Step::Digits(n) => for _ in 0..n {
                    let (dialog, digit, duration_ms) = (far.dialog, '1', 100);
                    t.ask(SipRequest::InfoDtmf { dialog, digit, duration_ms });
                    let (id, info) = far.takes(&mut t, Method::Info)?;
                    t.finish(id, &info, 200);
                    t.out.clear();
                },
                Step::Reoffer(place) => {
                    t.ask(SipRequest::Reoffer { dialog: far.dialog, offer: OTHER.into() });
                    far.answers(&mut t, place)?;
                }
                Step::Moved => {
                    let server = t.incoming(far.peer.request("UPDATE", "", ""));
                    prop_assert_eq!(t.answer_to(server).status_code.code(), 200);
                    far.target = "sip:bob@moved.example.com".into();
                }
                Step::Options => {
                    let server = t.incoming(far.peer.request("OPTIONS", "", ""));
                    prop_assert_eq!(t.answer_to(server).status_code.code(), 200);
                }
                Step::FlowLost => {
                    t.break_flow(&[]);
                    t.out.clear();
                    t.recover();
                    t.out.retain(|o| matches!(o, Output::Send(..)));
                    let (id, refresh) = far.takes(&mut t, Method::Invite)?;
                    t.finish(id, &refresh, 491);
                    t.out.clear();
                }
                Step::Crash => {
                    saved = t.saved.pop().map_or(saved, |(_, saved)| saved);
                    let json = serde_json::to_string(&saved).unwrap();
                    t = FarEnd::seeded(seed.wrapping_add(n as u64));
                    t.feed(Input::Start);
                    far.dialog = DialogKey(n as u64);
                    t.ask(SipRequest::Restore {
                        dialog: far.dialog,
                        saved: serde_json::from_str(&json).unwrap(),
                        offer: OFFER.into(),
                    });
                    t.register();
                    t.out.retain(|o| matches!(o, Output::Send(..)));
                    far.answers(&mut t, n as u8)?;
                }
            }
            t.silent();
        }
        let server = t.incoming(far.peer.request("BYE", "", ""));
        prop_assert_eq!(t.answer_to(server).status_code.code(), 200);
        prop_assert_eq!(t.ended().by, EndedBy::Remote);
        prop_assert_eq!(t.core.calls(), 0);
    }
}
