//! Flows by several edges, and over networks that change.

use std::net::SocketAddr;

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
