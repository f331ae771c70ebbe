//! What lies outside of calls, in virtual time.

use rsipstack::sip::Method;

use super::*;
use crate::agent::EndedBy;
use crate::far_end::{FarEnd, Peer, invite, parse, value};
use crate::registration::RegistrationState;

mod network;

fn outside(method: &str, more: &str) -> Request {
    parse(&format!(
        "{method} sip:alice@x.invalid SIP/2.0\r\nVia: SIP/2.0/WSS p;branch=z9hG4bK{method}\r\nFrom: <sip:bob@example.com>;tag=b\r\n\
         To: <sip:alice@example.com>\r\nCall-ID: c\r\nCSeq: 1 {method}\r\nContact: <sip:b@b>\r\n{more}Content-Length: 0\r\n\r\n"
    ))
}

#[test]
fn options_are_answered_with_what_we_can() {
    let mut t = FarEnd::registered();
    let server = t.incoming(outside("OPTIONS", ""));
    let answer = t.answer_to(server);
    assert_eq!(answer.status_code.code(), 200);
    assert_eq!(value(&answer.headers, "Allow"), capabilities::ALLOW);
    assert_eq!(value(&answer.headers, "Accept"), "application/sdp");
    assert_eq!(value(&answer.headers, "Supported"), capabilities::SUPPORTED);
    assert_eq!(value(&answer.headers, "Allow-Events"), "refer");
    for tag in ["replaces", "norefersub"] {
        assert!(headers::has_token(&answer.headers, "Supported", tag));
    }
    assert!(headers::tag(value(&answer.headers, "To")).is_some());
}

#[test]
fn requests_that_belong_nowhere_are_refused() {
    let mut t = FarEnd::registered();
    for (method, more, status) in [
        ("BYE", "", 481),
        ("UPDATE", "", 481),
        ("INFO", "", 481),
        ("PRACK", "RAck: 1 1 INVITE\r\n", 481),
        ("NOTIFY", "Event: message-summary\r\n", 481),
        ("MESSAGE", "", 405),
        ("REFER", "Refer-To: <sip:x@y>\r\n", 403),
        ("SUBSCRIBE", "", 405),
        ("PUBLISH", "", 405),
        ("REGISTER", "", 405),
        ("OPTIONS", "Require: nothing-knows-this\r\n", 420),
    ] {
        let server = t.incoming(outside(method, more));
        let answer = t.answer_to(server);
        assert_eq!(answer.status_code.code(), status, "{method}");
        assert_eq!(
            headers::get(&answer.headers, "Allow").is_some(),
            status == 405
        );
    }
    t.silent();
}

#[test]
fn our_options_tell_whether_the_server_answers() {
    let mut t = FarEnd::registered();
    t.ask(SipRequest::Options { id: 7, to: None });
    let (id, options) = t.sent(Method::Options);
    assert_eq!(options.uri.to_string(), "sip:example.com");
    t.finish(id, &options, 404);
    assert_eq!(
        t.event(),
        SipEvent::OptionsAnswered {
            id: 7,
            status: Some(404)
        }
    );
    t.ask(SipRequest::Options {
        id: 8,
        to: Some("bob\r\n".repeat(2)),
    });
    assert_eq!(
        t.event(),
        SipEvent::OptionsAnswered {
            id: 8,
            status: None
        }
    );
    t.ask(SipRequest::Options {
        id: 9,
        to: Some("bob".into()),
    });
    let (id, _) = t.sent(Method::Options);
    t.break_flow(&[id]);
    assert_eq!(
        t.event(),
        SipEvent::OptionsAnswered {
            id: 9,
            status: None
        }
    );
}

#[test]
fn service_routes_carry_requests_outside_of_dialogs() {
    let mut t = FarEnd::seeded(1);
    t.feed(Input::Start);
    t.feed(Input::Connected("192.0.2.1:1".parse().unwrap()));
    let (id, register) = t.sent(Method::Register);
    t.respond(
        id,
        &register,
        200,
        None,
        vec![Header::ServiceRoute("<sip:a;lr>, <sip:b;lr>".into())],
        "",
    );
    t.out.clear();
    let (_, _, invite) = t.call();
    assert_eq!(
        headers::list(&invite.headers, "Route"),
        ["<sip:a;lr>", "<sip:b;lr>"]
    );
    t.ask(SipRequest::Options { id: 1, to: None });
    assert_eq!(
        headers::list(&t.sent(Method::Options).1.headers, "Route").len(),
        2
    );
}

#[test]
fn a_server_without_keepalives_is_probed_by_options() {
    let mut t = FarEnd::registered();
    let timing = Timing::default();
    t.feed(Input::KeepaliveIgnored);
    t.wait(timing.ping);
    let (id, options) = t.sent(Method::Options);
    t.finish(id, &options, 401);
    t.silent();
    t.wait(timing.ping);
    let (id, _) = t.sent(Method::Options);
    t.wait(timing.pong);
    assert!(matches!(t.out[0], Output::Abandon(abandoned) if abandoned == id));
    assert!(matches!(t.out[1], Output::Disconnect));
    assert!(matches!(
        t.event(),
        SipEvent::Registration(RegistrationState::Waiting { .. })
    ));
    t.recover();
    t.out.clear();
    t.wait(timing.ping + timing.pong);
    assert!(
        !t.out.iter().any(|o| matches!(o, Output::Disconnect)),
        "the new flow is judged by itself"
    );
}

#[test]
fn shutting_down_hangs_up_first_and_unregisters_then() {
    let mut t = FarEnd::registered();
    t.talk(vec![]);
    t.ringing("");
    t.ask(SipRequest::Shutdown);
    let (bye, request) = t.sent(Method::Bye);
    assert!(matches!(t.event(), SipEvent::Ended { .. }));
    assert!(matches!(t.event(), SipEvent::Ended { .. }));
    let refused: Vec<u16> = t
        .out
        .drain(..)
        .filter_map(|o| {
            if let Output::Respond(_, r) = o {
                Some(r.status_code.code())
            } else {
                None
            }
        })
        .collect();
    assert_eq!(refused, [480]);
    let mut other = invite("", "");
    other.headers.unique_push(Header::CallId("other".into()));
    let server = t.incoming(other);
    assert_eq!(t.answer_to(server).status_code.code(), 486);
    t.finish(bye, &request, 200);
    let (id, register) = t.sent(Method::Register);
    assert_eq!(value(&register.headers, "Expires"), "0");
    t.finish(id, &register, 200);
    assert_eq!(
        t.event(),
        SipEvent::Registration(RegistrationState::Unregistered)
    );
    assert_eq!(t.event(), SipEvent::Stopped);
    assert!(matches!(t.out[..], [Output::Disconnect, Output::Stopped]));
}

#[test]
fn shutting_down_does_not_wait_long_for_a_bye_nobody_answers() {
    let mut t = FarEnd::registered();
    t.talk(vec![]);
    t.ask(SipRequest::Shutdown);
    t.wait(LAST_WORDS);
    t.sent(Method::Bye);
    t.sent(Method::Register);
    t.wait(Duration::from_secs(4));
    assert!(t.out.iter().any(|o| matches!(o, Output::Stopped)));
    assert!(t.core.poll_timeout().is_none_or(|at| at > t.now));
}

#[test]
fn who_leaves_says_nothing_to_anybody() {
    let mut t = FarEnd::registered();
    t.talk(vec![]);
    t.ringing("");
    t.out.clear();
    t.ask(SipRequest::Leave);
    assert_eq!(t.event(), SipEvent::Stopped);
    assert!(matches!(t.out[..], [Output::Stopped]));
}

#[test]
fn a_call_id_is_used_once() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite) = t.call();
    t.ask(SipRequest::Invite {
        dialog,
        to: "carol".into(),
        offer: String::new(),
        headers: Vec::new(),
    });
    t.silent();
    t.respond(id, &invite, 486, Some("b"), vec![], "");
    assert!(matches!(t.event(), SipEvent::Ended { .. }));
}

#[test]
fn two_calls_do_not_mix() {
    let mut t = FarEnd::registered();
    let (first, _, mut peer) = t.talk(vec![]);
    let (second, _) = t.ringing("");
    assert_ne!(first, second);
    let server = t.incoming(peer.request("BYE", "", ""));
    assert_eq!(t.answer_to(server).status_code.code(), 200);
    assert!(matches!(t.event(), SipEvent::Ended { dialog, .. } if dialog == first));
    t.silent();
    let mut stranger = Peer::called(&invite("", ""), "nobody");
    let server = t.incoming(stranger.request("BYE", "", ""));
    assert_eq!(t.answer_to(server).status_code.code(), 481);
}

#[test]
fn a_call_too_many_is_our_fault_and_not_the_numbers() {
    let mut t = FarEnd::registered();
    let call = |dialog| SipRequest::Invite {
        dialog: DialogKey(dialog),
        to: "bob".into(),
        offer: String::new(),
        headers: Vec::new(),
    };
    for dialog in 0..=64 {
        t.ask(call(dialog));
    }
    let cause = t.ended();
    assert_eq!((cause.by, cause.status), (EndedBy::Local, Some(503)));
    t.out.clear();
    t.ask(SipRequest::Shutdown);
    t.out.clear();
    t.ask(call(65));
    assert_eq!(t.ended().status, Some(503));
}
