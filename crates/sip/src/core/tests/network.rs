//! Flows by several edges, and over networks that change.

use std::net::SocketAddr;

use proptest::prelude::*;

use super::*;
use crate::edges::{Dial, Target};

fn two() -> Vec<Target> {
    let target = |server| Target {
        server,
        priority: 0,
        weight: 0,
        addresses: vec![SocketAddr::from(([192, 0, 2, server as u8], 443))],
    };
    vec![target(0), target(1)]
}

impl FarEnd {
    /// Which server is dialled, and nothing else.
    #[track_caller]
    fn dialled(&mut self) -> usize {
        match self.out[..] {
            [Output::Dial(Dial { edge, .. }) | Output::Prepare(Dial { edge, .. })] => {
                self.out.clear();
                edge.server
            }
            _ => panic!("{:?}", self.out),
        }
    }

    fn no_news(&mut self) {
        self.out
            .retain(|o| !matches!(o, Output::Emit(SipEvent::Registration(_))));
    }
}

/// Registered at the first of two servers.
fn registered() -> FarEnd {
    let mut t = FarEnd::seeded(1);
    t.feed(Input::Start);
    t.out.clear();
    t.feed(Input::Found(two()));
    assert_eq!(t.dialled(), 0);
    t.register();
    t.out.clear();
    t
}

#[test]
fn a_flow_that_dies_is_followed_by_one_to_the_next_server_and_later_by_one_back() {
    let mut t = registered();
    let (_, id, mut peer) = t.talk(vec![Header::Allow("INVITE, UPDATE".into())]);
    t.feed(Input::ClientDone(id));
    let died = t.now;
    t.break_flow(&[]);
    t.advance();
    t.no_news();
    assert_eq!(t.dialled(), 1);
    assert!(t.now - died <= Duration::from_millis(500));
    t.register();
    t.no_news();
    let (id, update) = t.sent(Method::Update);
    t.finish(id, &update, 200);
    // As long as somebody is on the line, no way back.
    t.wait(Duration::from_secs(300));
    t.silent();
    let server = t.incoming(peer.request("BYE", "", ""));
    t.answer_to(server);
    t.ended();
    t.wait(Duration::from_secs(1));
    assert_eq!(t.dialled(), 0);
    t.feed(Input::Prepared("192.0.2.9:4711".parse().unwrap()));
    assert!(matches!(t.out.remove(0), Output::Switch));
    let (id, register) = t.sent(Method::Register);
    t.silent();
    t.finish(id, &register, 200);
    t.silent();
}

#[test]
fn a_better_server_that_does_not_register_us_is_left_again() {
    let mut t = registered();
    t.break_flow(&[]);
    t.advance();
    t.no_news();
    t.dialled();
    t.register();
    t.no_news();
    t.wait(Duration::from_secs(30));
    assert_eq!(t.dialled(), 0);
    t.feed(Input::Prepared("192.0.2.9:4711".parse().unwrap()));
    t.out.clear();
    t.wait(Duration::from_millis(3500));
    assert!(matches!(t.out.remove(0), Output::Disconnect));
    t.no_news();
    assert_eq!(t.dialled(), 1);
}

#[test]
fn every_server_is_tried_before_anybody_waits() {
    let mut t = FarEnd::seeded(1);
    t.feed(Input::Start);
    t.out.clear();
    t.feed(Input::Found(two()));
    for server in 0..2 {
        assert_eq!(t.dialled(), server);
        t.feed(Input::NotConnected(FlowError::NotAProxy));
    }
    assert!(matches!(
        t.event(),
        SipEvent::Registration(RegistrationState::Waiting { .. })
    ));
    t.silent();
}

#[test]
fn a_new_network_does_not_make_the_server_a_bad_one() {
    let mut t = registered();
    let (dialog, id, _) = t.talk(vec![Header::Allow("INVITE, UPDATE".into())]);
    t.feed(Input::ClientDone(id));
    t.ask(SipRequest::NetworkChanged);
    assert!(matches!(t.out[..], [Output::Check]));
    t.out.clear();
    t.wait(Duration::from_secs(1));
    t.break_flow(&[]);
    t.no_news();
    // Names may mean something else here; the preferred one is first all the same.
    assert!(matches!(t.out[..], [Output::Connect]), "{:?}", t.out);
    t.out.clear();
    t.feed(Input::Found(two()));
    assert_eq!(t.dialled(), 0);
    t.register();
    t.no_news();
    t.sent(Method::Update);
    t.silent();
    t.ask(SipRequest::Bye { dialog });
    t.out.clear();
    // On the way out nothing is checked any more.
    t.ask(SipRequest::Shutdown);
    t.out.clear();
    t.ask(SipRequest::NetworkChanged);
    t.silent();
}

#[test]
fn silence_by_another_server_does_not_end_a_call() {
    let mut t = registered();
    let (dialog, id, _) = t.talk(vec![Header::Allow("INVITE, UPDATE".into())]);
    t.feed(Input::ClientDone(id));
    t.break_flow(&[]);
    t.advance();
    t.no_news();
    assert_eq!(t.dialled(), 1);
    t.register();
    t.no_news();
    // Its route leads through the dead one.
    let (id, update) = t.sent(Method::Update);
    t.finish(id, &update, 408);
    t.silent();
    let reoffer = SipRequest::Reoffer {
        dialog,
        offer: "v=0\r\n".into(),
    };
    t.ask(reoffer.clone());
    let (id, invite) = t.sent(Method::Invite);
    t.finish(id, &invite, 408);
    let refused = |status| SipEvent::ReofferRefused { dialog, status };
    assert_eq!(t.event(), refused(408));
    t.silent();
    // Once something has come through, silence is what it always was.
    t.ask(SipRequest::InfoDtmf {
        dialog,
        digit: '1',
        duration_ms: 100,
    });
    let (id, info) = t.sent(Method::Info);
    t.finish(id, &info, 200);
    t.out.clear();
    t.ask(reoffer);
    let (id, invite) = t.sent(Method::Invite);
    t.finish(id, &invite, 408);
    assert_eq!(t.event(), refused(408));
    t.sent(Method::Bye);
    assert_eq!(t.ended().status, Some(408));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// What is under way succeeds, or does not.
    Attempt(bool),
    Prepared(bool),
    Lost,
    /// The server answers the REGISTER.
    Answer(u16),
    Call,
    HangUp,
    NetworkChanged,
    Unchecked,
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => any::<bool>().prop_map(Step::Attempt),
        2 => any::<bool>().prop_map(Step::Prepared),
        2 => Just(Step::Lost),
        5 => prop_oneof![Just(200_u16), Just(200), Just(503), Just(500)].prop_map(Step::Answer),
        1 => Just(Step::Call),
        1 => Just(Step::HangUp),
        1 => Just(Step::NetworkChanged),
        1 => Just(Step::Unchecked),
        4 => (0..60_000_u64).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 0..60)
}

/// What carries the core's wishes out, or does not.
struct World {
    t: FarEnd,
    flow: bool,
    finding: bool,
    dialling: bool,
    preparing: bool,
    register: Option<(ClientId, Request)>,
    call: Option<(ClientId, Request)>,
    wrong: Vec<String>,
}

impl World {
    fn carry_out(&mut self) {
        for output in std::mem::take(&mut self.t.out) {
            match output {
                Output::Connect => {
                    (self.flow, self.finding, self.dialling, self.preparing) =
                        (false, true, false, false)
                }
                Output::Dial(_) => {
                    (self.flow, self.finding, self.dialling, self.preparing) =
                        (false, false, true, false)
                }
                Output::Disconnect => {
                    (self.flow, self.finding, self.dialling, self.preparing) =
                        (false, false, false, false)
                }
                Output::Prepare(_) => {
                    if !self.flow || self.preparing || self.call.is_some() {
                        self.wrong.push("prepared out of turn".into());
                    }
                    self.preparing = true;
                }
                Output::Switch | Output::Discard | Output::Check if !self.flow => {
                    self.wrong.push("no flow for that".into());
                }
                Output::Send(id, request) => {
                    if !self.flow {
                        self.wrong
                            .push(format!("{} without a flow", request.method));
                    }
                    match request.method {
                        Method::Register => self.register = Some((id, *request)),
                        Method::Invite => self.call = Some((id, *request)),
                        _ => {}
                    }
                }
                Output::Emit(SipEvent::Ended { .. }) => self.call = None,
                _ => {}
            }
        }
        if !self.flow {
            self.register = None;
        }
    }

    fn attempt(&mut self, succeeds: bool) {
        if std::mem::take(&mut self.finding) {
            self.t.feed(if succeeds {
                Input::Found(two())
            } else {
                let host = "sbc.example.com".into();
                Input::NotFound(FlowError::Dns { host })
            });
        } else if std::mem::take(&mut self.dialling) {
            self.flow = succeeds;
            self.t.feed(if succeeds {
                Input::Connected("192.0.2.9:4711".parse().unwrap())
            } else {
                Input::NotConnected(FlowError::Closed)
            });
        }
    }

    fn step(&mut self, step: Step) {
        let dialog = DialogKey(1);
        match step {
            Step::Attempt(succeeds) => self.attempt(succeeds),
            Step::Prepared(succeeds) if std::mem::take(&mut self.preparing) => {
                self.t.feed(if succeeds {
                    Input::Prepared("192.0.2.9:4712".parse().unwrap())
                } else {
                    Input::NotPrepared
                });
            }
            Step::Lost if self.flow => {
                self.flow = false;
                self.preparing = false;
                let lost = self.register.take().into_iter().chain(self.call.take());
                let lost: Vec<_> = lost.map(|(id, _)| id).collect();
                self.t.break_flow(&lost);
            }
            Step::Answer(status) => {
                if let Some((id, register)) = self.register.take() {
                    self.t.finish(id, &register, status);
                }
            }
            Step::Call => self.t.ask(SipRequest::Invite {
                dialog,
                to: "bob".into(),
                offer: String::new(),
                headers: Vec::new(),
            }),
            Step::HangUp => {
                if let Some((id, invite)) = self.call.take() {
                    self.t.finish(id, &invite, 486);
                }
            }
            Step::NetworkChanged => self.t.ask(SipRequest::NetworkChanged),
            Step::Unchecked if self.flow => self.t.feed(Input::Unchecked),
            Step::Wait(ms) => {
                let until = self.t.now + Duration::from_millis(ms);
                while self.t.core.poll_timeout().is_some_and(|at| at <= until) {
                    self.t.now = self.t.now.max(self.t.core.poll_timeout().unwrap());
                    self.t.feed(Input::Timeout);
                    self.carry_out();
                }
                self.t.now = until;
            }
            Step::Prepared(_) | Step::Lost | Step::Unchecked => {}
        }
        self.carry_out();
    }
}

proptest! {
    /// Whatever fails: there is a flow, one is being made, or there is a time to try; and once nothing fails any
    /// more, we are registered at the best server.
    #[test]
    fn whatever_fails_the_best_server_has_us_in_the_end(steps in steps(), seed: u64) {
        let t = FarEnd::seeded(seed);
        let mut w = World {
            t, flow: false, finding: false, dialling: false, preparing: false, register: None, call: None, wrong: vec![],
        };
        w.t.feed(Input::Start);
        w.carry_out();
        for step in steps {
            w.step(step);
            let busy = w.flow || w.finding || w.dialling;
            prop_assert!(busy || w.t.core.poll_timeout().is_some(), "stuck after {step:?}");
            prop_assert!(w.wrong.is_empty(), "{:?}", w.wrong);
        }
        // Long enough for the longest rest, and answered sooner than a REGISTER is given up.
        for _ in 0..700 {
            for step in [Step::HangUp, Step::Attempt(true), Step::Answer(200), Step::Prepared(true), Step::Answer(200), Step::Wait(2000)] {
                w.step(step);
            }
        }
        prop_assert!(w.t.core.registration.is_registered());
        prop_assert_eq!(w.t.core.edges.current().map(|edge| edge.server), Some(0));
        prop_assert!(w.wrong.is_empty(), "{:?}", w.wrong);
    }
}
