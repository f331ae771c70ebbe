//! Random orders of everything that can happen to calls.

use std::time::Duration;

use proptest::prelude::*;
use rsipstack::sip::{Header, Method};

use super::world::World;
use crate::core::Input;
use crate::far_end::{OFFER, invite};
use crate::message;

#[derive(Clone, Debug)]
pub(super) enum Step {
    Call,
    /// Call, and be answered by the second of two forks.
    Forked,
    Called(u8),
    Ask(u8, usize),
    /// Answer one of our open requests: which, with what status, from which fork.
    Answer(usize, u16, u8, bool),
    /// A request within a dialog: which dialog, which method.
    Theirs(usize, u8),
    /// A re-INVITE in a dialog that the desk answers at once: they owe an ACK.
    Owing(usize),
    Cancel(usize),
    Ack(usize),
    ServerDone(usize),
    Break,
    Recover,
    Wait(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(step(), 0..80)
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let status = prop_oneof![
        Just(100u16),
        Just(180),
        Just(183),
        Just(200),
        Just(200),
        Just(200),
        Just(302),
        Just(401),
        Just(422),
        Just(481),
        Just(486),
        Just(487),
        Just(491),
        Just(503)
    ];
    prop_oneof![
        3 => Just(Step::Call),
        2 => Just(Step::Forked),
        3 => (0u8..4).prop_map(Step::Called),
        10 => (0u8..10, 0usize..4).prop_map(|(what, call)| Step::Ask(what, call)),
        14 => (0usize..6, status, 0u8..3, any::<bool>()).prop_map(|(n, s, f, r)| Step::Answer(n, s, f, r)),
        6 => (0usize..6, 0u8..7).prop_map(|(dialog, what)| Step::Theirs(dialog, what)),
        3 => (0usize..6).prop_map(Step::Owing),
        2 => (0usize..4).prop_map(Step::Cancel),
        4 => (0usize..6).prop_map(Step::Ack),
        1 => (0usize..6).prop_map(Step::ServerDone),
        1 => Just(Step::Break),
        2 => Just(Step::Recover),
        3 => (0u32..400).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Every call ends once and is silent after; every request of theirs gets one final response
    /// at most, and all but open INVITEs get it; every dialog that was answered is hung up by one
    /// side; and in the end nothing is remembered.
    #[test]
    fn no_call_is_lost_orphaned_or_ended_twice(steps in steps(), seed: u64) {
        let mut w = World::new(seed);
        for step in steps {
            w.step(step);
            w.check()?;
        }
        w.finish();
        w.check()?;
        prop_assert_eq!(w.t.core.calls(), 0);
        let open: Vec<_> = w.servers.values().filter(|s| !s.answered).map(|s| s.request.method).collect();
        prop_assert!(open.is_empty(), "unanswered: {:?}", open);
        let on_the_line: Vec<_> = w.answered.keys().filter(|d| !w.hung_up.contains(d)).collect();
        prop_assert!(on_the_line.is_empty(), "left on the line: {:?}", on_the_line);
    }
}

impl World {
    pub(super) fn step(&mut self, step: Step) {
        match step {
            Step::Call => self.call(),
            Step::Forked => {
                self.call();
                self.drain();
                for (status, fork) in [(180, 0), (200, 1)] {
                    let newest = self.clients.len().saturating_sub(1);
                    self.answer(newest, status, fork, false);
                    self.drain();
                }
            }
            Step::Called(kind) => {
                self.next += 1;
                let (more, sdp) = match kind {
                    0 => ("Require: 100rel\r\n", OFFER),
                    1 => (
                        "Supported: 100rel, timer\r\nSession-Expires: 120\r\n",
                        OFFER,
                    ),
                    2 => ("", ""),
                    _ => ("Allow: INVITE, UPDATE\r\n", OFFER),
                };
                let mut request = invite(more, sdp);
                request
                    .headers
                    .unique_push(Header::CallId(format!("call{}", self.next).into()));
                self.request(request);
            }
            Step::Ask(what, call) => self.ask(what, call),
            Step::Answer(n, status, fork, reliable) => self.answer(n, status, fork, reliable),
            Step::Theirs(n, what) => self.theirs(n, what),
            Step::Owing(n) => {
                self.theirs(n, 1);
                self.drain();
                for call in 0..self.keys.len() {
                    self.ask(8, call);
                }
            }
            Step::Cancel(n) => {
                let open: Vec<_> = self
                    .servers
                    .iter()
                    .filter(|(_, s)| s.request.method == Method::Invite && !s.answered)
                    .map(|(id, s)| (*id, s.request.clone()))
                    .collect();
                if let Some((id, request)) = open.get(n) {
                    self.t
                        .feed(Input::Followed(*id, Box::new(message::cancel(request))));
                }
            }
            Step::Ack(n) => self.ack(n),
            Step::ServerDone(n) => {
                let done: Vec<_> = self
                    .servers
                    .iter()
                    .filter(|(_, s)| s.answered)
                    .map(|(id, _)| *id)
                    .collect();
                if let Some(id) = done.get(n) {
                    self.t.feed(Input::ServerDone(*id));
                }
            }
            Step::Break if self.up => {
                self.up = false;
                self.broken_at = self.t.now;
                let lost: Vec<_> = std::mem::take(&mut self.clients).into_keys().collect();
                self.t.break_flow(&lost);
            }
            Step::Recover if !self.up => self.recover(),
            Step::Break | Step::Recover => {}
            Step::Wait(seconds) => self.wait(Duration::from_secs(seconds.into())),
        }
        self.drain();
    }
}
