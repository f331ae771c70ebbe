//! Calls without a flow, or without a registration.

use std::time::Duration;

use rsipstack::sip::{Header, Method};

use super::OTHER;
use crate::agent::{SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{FarEnd, value};
use crate::headers;
use crate::line::Output;

#[test]
fn a_refresh_that_was_lost_does_not_wait_for_the_registration() {
    let mut t = FarEnd::registered();
    let (_, id, _) = t.talk(vec![
        Header::SessionExpires("200;refresher=uac".into()),
        Header::Allow("INVITE, UPDATE".into()),
    ]);
    t.feed(Input::ClientDone(id));
    t.wait(Duration::from_secs(100));
    let (id, _) = t.sent(Method::Update);
    t.break_flow(&[id]);
    t.wait(Duration::from_secs(30));
    t.out.clear();
    t.feed(Input::Connected("192.0.2.1:4711".parse().unwrap()));
    let (id, register) = t.sent(Method::Register);
    t.respond(
        id,
        &register,
        503,
        None,
        vec![Header::RetryAfter("300".into())],
        "",
    );
    t.out.clear();
    t.wait(Duration::from_secs(5));
    t.sent(Method::Update);
}

#[test]
fn a_call_outlives_its_flow_and_says_where_we_are_now() {
    let mut t = FarEnd::registered();
    let (dialog, id, _) = t.talk(vec![Header::Allow("INVITE, UPDATE".into())]);
    t.ask(SipRequest::Reoffer {
        dialog,
        offer: OTHER.into(),
    });
    let (reoffer, _) = t.sent(Method::Invite);
    t.break_flow(&[id, reoffer]);
    assert_eq!(
        t.event(),
        SipEvent::ReofferRefused {
            dialog,
            status: 503
        }
    );
    t.out.clear();
    t.recover();
    let (id, update) = t.sent(Method::Update);
    assert!(headers::get(&update.headers, "Contact").is_some());
    t.finish(id, &update, 200);
    t.out.clear();
    // Hung up while there is no flow: the BYE goes by the next one.
    t.break_flow(&[]);
    t.out.clear();
    t.ask(SipRequest::Bye { dialog });
    t.ended();
    t.silent();
    t.recover();
    let (id, bye) = t.sent(Method::Bye);
    t.finish(id, &bye, 200);
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn a_bye_that_no_flow_comes_for_is_forgotten() {
    let mut t = FarEnd::registered();
    let (dialog, id, _) = t.talk(vec![]);
    t.break_flow(&[id]);
    t.ask(SipRequest::Bye { dialog });
    t.wait(Duration::from_secs(1799));
    assert_eq!(t.core.calls(), 1, "the other side may still be listening");
    t.wait(Duration::from_secs(1));
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn a_bye_waits_for_a_flow_as_long_as_the_session_lives() {
    let mut t = FarEnd::registered();
    let (dialog, id, _) = t.talk(vec![Header::SessionExpires("200;refresher=uas".into())]);
    t.break_flow(&[id]);
    t.ask(SipRequest::Bye { dialog });
    t.wait(Duration::from_secs(199));
    assert_eq!(t.core.calls(), 1);
    t.wait(Duration::from_secs(1));
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn a_bye_after_a_long_outage_does_not_wait_for_the_registration() {
    let mut t = FarEnd::registered();
    let (dialog, id, _) = t.talk(vec![]);
    t.break_flow(&[id]);
    t.ask(SipRequest::Bye { dialog });
    t.wait(Duration::from_secs(900));
    t.out.clear();
    t.feed(Input::Connected("192.0.2.1:4711".parse().unwrap()));
    let (register, request) = t.sent(Method::Register);
    t.sent(Method::Bye);
    t.finish(register, &request, 503);
    t.out.clear();
    // Its own time begins when it is sent.
    t.wait(Duration::from_secs(32));
    assert_eq!(t.core.calls(), 1);
    t.wait(Duration::from_secs(1));
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn a_bye_gets_its_flow_though_the_password_is_refused() {
    let mut t = FarEnd::registered();
    let (dialog, id, _) = t.talk(vec![]);
    t.ask(SipRequest::Register);
    for _ in 0..2 {
        let (id, register) = t.sent(Method::Register);
        let challenge = Header::WwwAuthenticate("Digest realm=\"r\",nonce=\"n\"".into());
        t.respond(id, &register, 401, None, vec![challenge], "");
        t.feed(Input::ClientDone(id));
    }
    t.out.clear();
    t.break_flow(&[id]);
    t.ask(SipRequest::Bye { dialog });
    t.ended();
    t.advance();
    assert!(matches!(t.out[..], [Output::Connect]));
    t.out.clear();
    t.feed(Input::Connected("192.0.2.1:4711".parse().unwrap()));
    let (id, bye) = t.sent(Method::Bye);
    t.finish(id, &bye, 200);
    t.silent();
    assert_eq!(t.core.calls(), 0);
    t.break_flow(&[]);
    assert_eq!(t.core.poll_timeout(), None, "nothing needs a flow any more");
}

#[test]
fn quitting_in_an_outage_hangs_up_by_the_next_flow() {
    let mut t = FarEnd::registered();
    let (_, id, _) = t.talk(vec![]);
    t.break_flow(&[id]);
    t.out.clear();
    t.ask(SipRequest::Shutdown);
    t.ended();
    // Without the usual wait.
    assert!(
        matches!(t.out[..], [Output::Emit(_), Output::Connect]),
        "{:?}",
        t.out
    );
    t.out.clear();
    t.wait(Duration::from_secs(4));
    t.silent();
    t.feed(Input::Connected("192.0.2.1:4711".parse().unwrap()));
    t.sent(Method::Register);
    let (id, bye) = t.sent(Method::Bye);
    t.out.clear();
    t.finish(id, &bye, 200);
    let (id, register) = t.sent(Method::Register);
    assert_eq!(value(&register.headers, "Expires"), "0");
    t.finish(id, &register, 200);
    assert!(t.out.iter().any(|o| matches!(o, Output::Stopped)));
}

#[test]
fn quitting_in_an_outage_does_not_take_for_ever() {
    let mut t = FarEnd::registered();
    let (_, id, _) = t.talk(vec![]);
    t.break_flow(&[id]);
    t.ask(SipRequest::Shutdown);
    for _ in 0..3 {
        t.wait(Duration::from_secs(1));
        t.break_flow(&[]);
    }
    assert!(!t.out.iter().any(|o| matches!(o, Output::Stopped)));
    t.wait(Duration::from_secs(2));
    assert!(t.out.iter().any(|o| matches!(o, Output::Stopped)));
    // With nobody on the line it takes no time at all.
    let mut t = FarEnd::registered();
    t.break_flow(&[]);
    t.ask(SipRequest::Shutdown);
    assert!(t.out.iter().any(|o| matches!(o, Output::Stopped)));
}

#[test]
fn a_bye_that_a_breaking_flow_takes_along_is_said_again_before_we_go() {
    let mut t = FarEnd::registered();
    t.talk(vec![]);
    t.ask(SipRequest::Shutdown);
    let (lost, _) = t.sent(Method::Bye);
    t.ended();
    t.break_flow(&[lost]);
    t.out.clear();
    t.recover();
    t.sent(Method::Bye);
}
