//! Session timers.

use std::time::Duration;

use rsipstack::sip::{Header, Method};

use super::OTHER;
use crate::agent::{EndedBy, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, OFFER, value};
use crate::line::Output;

#[test]
fn we_refresh_by_update_where_they_take_it() {
    let mut t = FarEnd::registered();
    let session = |role: &str| {
        vec![
            Header::SessionExpires(format!("200;refresher={role}").into()),
            Header::Allow("INVITE, UPDATE".into()),
        ]
    };
    let (_, id, _) = t.talk(session("uac"));
    t.feed(Input::ClientDone(id));
    t.wait(Duration::from_secs(99));
    t.silent();
    t.wait(Duration::from_secs(1));
    let (id, update) = t.sent(Method::Update);
    assert!(update.body.is_empty());
    assert_eq!(
        value(&update.headers, "Session-Expires"),
        "1800;refresher=uac"
    );
    t.respond(id, &update, 200, Some("b"), session("uac"), "");
    t.feed(Input::ClientDone(id));
    t.wait(Duration::from_secs(100));
    t.sent(Method::Update);
}

#[test]
fn we_refresh_by_reinvite_where_they_do_not() {
    let mut t = FarEnd::registered();
    let (dialog, _, _) = t.talk(vec![
        Header::SessionExpires("200;refresher=uac".into()),
        Header::Allow("UPDATE".into()),
    ]);
    t.wait(Duration::from_secs(100));
    let (id, update) = t.sent(Method::Update);
    t.finish(id, &update, 405);
    let (id, reinvite) = t.sent(Method::Invite);
    assert_eq!(reinvite.body, OFFER.as_bytes(), "the description they know");
    t.respond(
        id,
        &reinvite,
        200,
        Some("b"),
        vec![Header::SessionExpires("200;refresher=uac".into())],
        ANSWER,
    );
    t.acked();
    t.silent();
    t.wait(Duration::from_secs(100));
    let (id, reinvite) = t.sent(Method::Invite);
    t.respond(id, &reinvite, 200, Some("b"), vec![], OTHER);
    t.acked();
    assert_eq!(
        t.event(),
        SipEvent::ReofferAnswered {
            dialog,
            sdp: OTHER.into()
        },
        "another answer is news"
    );
}

#[test]
fn a_refresh_that_fails_is_tried_again_until_the_session_is_dead() {
    let mut t = FarEnd::registered();
    let (_, id, _) = t.talk(vec![Header::SessionExpires("200;refresher=uac".into())]);
    t.feed(Input::ClientDone(id));
    t.wait(Duration::from_secs(100));
    let (id, reinvite) = t.sent(Method::Invite);
    t.finish(id, &reinvite, 491);
    t.wait(Duration::from_millis(2099));
    t.silent();
    t.wait(Duration::from_millis(2000));
    while t.core.calls() == 1 && !t.out.iter().any(|o| matches!(o, Output::Emit(_))) {
        if t.out.iter().any(|o| matches!(o, Output::Send(..))) {
            let (id, reinvite) = t.sent(Method::Invite);
            t.finish(id, &reinvite, 503);
        }
        t.advance();
    }
    assert_eq!(t.ended().by, EndedBy::Network);
    assert!(value(&t.sent(Method::Bye).1.headers, "Reason").contains("Session expired"));
}

#[test]
fn a_refresh_that_an_offer_of_ours_holds_up_comes_after_it() {
    for (status, refreshed) in [(488, false), (200, true)] {
        let mut t = FarEnd::registered();
        let session = || vec![Header::SessionExpires("200;refresher=uac".into())];
        let (dialog, id, _) = t.talk(session());
        t.feed(Input::ClientDone(id));
        t.wait(Duration::from_secs(99));
        t.ask(SipRequest::Reoffer {
            dialog,
            offer: OTHER.into(),
        });
        let (id, reinvite) = t.sent(Method::Invite);
        t.wait(Duration::from_secs(2));
        t.silent();
        t.respond(id, &reinvite, status, Some("b"), session(), ANSWER);
        t.feed(Input::ClientDone(id));
        t.out.clear();
        t.wait(Duration::from_secs(5));
        if !refreshed {
            t.sent(Method::Invite);
        }
        t.silent();
    }
}

#[test]
fn a_session_they_do_not_refresh_is_hung_up() {
    let mut t = FarEnd::registered();
    let (_, mut peer) = t.answer("Supported: timer\r\nSession-Expires: 90\r\n");
    t.wait(Duration::from_secs(59));
    t.silent();
    let server = t.incoming(peer.request(
        "UPDATE",
        "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n",
        "",
    ));
    t.answer_to(server);
    t.wait(Duration::from_secs(59));
    t.silent();
    t.wait(Duration::from_secs(1));
    let cause = t.ended();
    assert_eq!((cause.by, cause.status), (EndedBy::Network, Some(408)));
    t.sent(Method::Bye);
}
