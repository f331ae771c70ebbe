//! Our REFERs, and what the other side tells of them.

use rsipstack::sip::{Header, Method, Request};

use crate::agent::{DialogKey, ReferId, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, OFFER, Peer, value};
use crate::headers;
use crate::transactions::ClientId;

const FIRST: ReferId = ReferId(1);
const SECOND: ReferId = ReferId(2);

/// Asks for a transfer to `eve`; gives the REFER.
fn refer(t: &mut FarEnd, dialog: DialogKey, refer: ReferId) -> (ClientId, Request) {
    t.ask(SipRequest::Refer {
        dialog,
        refer,
        refer_to: "eve".into(),
        replaces: None,
    });
    t.sent(Method::Refer)
}

/// The answer to a REFER that has gone out.
fn answered(dialog: DialogKey, refer: ReferId, status: u16, subscribed: bool) -> SipEvent {
    SipEvent::ReferAnswered {
        dialog,
        refer,
        status,
        sent: true,
        subscribed,
    }
}

/// Nothing has gone out.
fn unsent(dialog: DialogKey, refer: ReferId, status: u16) -> SipEvent {
    SipEvent::ReferAnswered {
        dialog,
        refer,
        status,
        sent: false,
        subscribed: false,
    }
}

fn progress(dialog: DialogKey, refer: ReferId, status: u16, terminated: bool) -> SipEvent {
    SipEvent::ReferProgress {
        dialog,
        refer,
        status,
        terminated,
    }
}

fn notify(peer: &mut Peer, event: &str, state: &str, body: &str) -> Request {
    let kind = if body.is_empty() {
        ""
    } else {
        "Content-Type: message/sipfrag;version=2.0\r\n"
    };
    let more = format!("Event: {event}\r\nSubscription-State: {state}\r\n{kind}");
    peer.request("NOTIFY", &more, body)
}

/// They tell something, and have this answer.
#[track_caller]
fn told(t: &mut FarEnd, request: Request, status: u16) {
    let server = t.incoming(request);
    assert_eq!(t.answer_to(server).status_code.code(), status);
}

/// A call with Eve as `DialogKey(2)`; gives her INVITE.
fn consult(t: &mut FarEnd) -> (DialogKey, Request) {
    let dialog = DialogKey(2);
    t.ask(SipRequest::Invite {
        dialog,
        to: "eve".into(),
        offer: OFFER.into(),
        headers: vec![],
    });
    let (id, invite) = t.sent(Method::Invite);
    t.respond(id, &invite, 200, Some("e+ve"), vec![], ANSWER);
    assert!(matches!(t.event(), SipEvent::Answered { .. }));
    t.acked();
    (dialog, invite)
}

const ACTIVE: &str = "active;expires=60";
const OVER: &str = "terminated;reason=noresource";

#[test]
fn a_transfer_is_asked_for_and_told_of() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (id, request) = refer(&mut t, dialog, FIRST);
    for (name, said) in [
        ("Refer-To", "<sip:eve@example.com>"),
        ("Referred-By", "<sip:alice@example.com>"),
        ("To", "\"Bob\" <sip:bob@example.com>;tag=bobs"),
    ] {
        assert_eq!(value(&request.headers, name), said);
    }
    assert_eq!(request.uri.to_string(), "sip:bob@b.example.com");
    assert!(value(&request.headers, "Contact").contains("alice@"));
    t.finish(id, &request, 202);
    assert_eq!(t.event(), answered(dialog, FIRST, 202, true));
    for (state, line, status, terminated) in [
        (ACTIVE, "SIP/2.0 100 Trying\r\n", 100, false),
        (ACTIVE, "SIP/2.0 180 Ringing\r\n", 180, false),
        (OVER, "SIP/2.0 200 OK\r\n", 200, true),
    ] {
        told(&mut t, notify(&mut peer, "refer", state, line), 200);
        assert_eq!(t.event(), progress(dialog, FIRST, status, terminated));
    }
    // Once more, as a repetition with another number: heard, and no news.
    told(
        &mut t,
        notify(&mut peer, "refer", OVER, "SIP/2.0 200 OK"),
        200,
    );
    t.silent();
    t.ask(SipRequest::Bye { dialog });
    t.sent(Method::Bye);
}

#[test]
fn the_expert_is_named_by_our_own_dialog_with_her() {
    let mut t = FarEnd::registered();
    let (dialog, _) = t.answer("");
    let (expert, invite) = consult(&mut t);
    t.ask(SipRequest::Refer {
        dialog,
        refer: FIRST,
        refer_to: "tel:+49-30-1".into(),
        replaces: Some(expert),
    });
    let (_, request) = t.sent(Method::Refer);
    let (call_id, ours) = (
        value(&invite.headers, "Call-ID"),
        headers::tag(value(&invite.headers, "From")).unwrap(),
    );
    assert_eq!(
        value(&request.headers, "Refer-To"),
        format!(
            "<sip:+49301@example.com;user=phone?Replaces={call_id}%3Bto-tag%3De%2Bve%3Bfrom-tag%3D{ours}>"
        )
    );
    t.silent();
}

#[test]
fn what_cannot_be_asked_is_said_at_once() {
    let mut t = FarEnd::registered();
    let (dialog, _) = t.answer("");
    let ask = |t: &mut FarEnd, dialog, refer, to: &str, replaces| {
        t.ask(SipRequest::Refer {
            dialog,
            refer: ReferId(refer),
            refer_to: to.into(),
            replaces,
        });
    };
    let ringing = DialogKey(9);
    t.ask(SipRequest::Invite {
        dialog: ringing,
        to: "carol".into(),
        offer: OFFER.into(),
        headers: vec![],
    });
    t.sent(Method::Invite);
    for (n, of, to, replaces, status) in [
        (1, dialog, "sip:a@b?Route=%3Csip:evil%3E", None, 400),
        (2, dialog, "a\r\nRoute: <sip:evil>", None, 400),
        (3, dialog, "", None, 400),
        (4, dialog, "eve", Some(DialogKey(77)), 481),
        (5, dialog, "eve", Some(dialog), 481),
        (6, dialog, "eve", Some(ringing), 481),
        (7, ringing, "eve", None, 481),
    ] {
        ask(&mut t, of, n, to, replaces);
        assert_eq!(t.event(), unsent(of, ReferId(n), status), "{to}");
        t.silent();
    }
    // A call that is no more has said so.
    ask(&mut t, DialogKey(77), 8, "eve", None);
    t.silent();
    // Nor is one asked twice by one id.
    let (id, request) = refer(&mut t, dialog, FIRST);
    ask(&mut t, dialog, 1, "eve", None);
    t.silent();
    t.finish(id, &request, 202);
    assert_eq!(t.event(), answered(dialog, FIRST, 202, true));
}

#[test]
fn a_refusal_leaves_the_call_as_it_is() {
    for status in [403, 405, 408, 481, 501, 603, 302] {
        let mut t = FarEnd::registered();
        let (dialog, mut peer) = t.answer("");
        let (id, request) = refer(&mut t, dialog, FIRST);
        t.finish(id, &request, status);
        assert_eq!(t.event(), answered(dialog, FIRST, status, false));
        t.silent();
        // A 408 may come from who does not know: what is told after it is true.
        let line = notify(&mut peer, "refer", ACTIVE, "SIP/2.0 100 Trying");
        if status == 408 {
            told(&mut t, line, 200);
            assert_eq!(t.event(), progress(dialog, FIRST, 100, false));
        } else {
            told(&mut t, line, 481);
        }
        t.silent();
        let (id, request) = refer(&mut t, dialog, SECOND);
        t.finish(id, &request, 202);
        assert_eq!(t.event(), answered(dialog, SECOND, 202, true));
        assert_eq!(t.core.calls(), 1);
    }
}

#[test]
fn a_challenge_is_answered_and_both_numbers_name_the_transfer() {
    for number in ["1", "2"] {
        let mut t = FarEnd::registered();
        let (dialog, mut peer) = t.answer("");
        let (id, request) = refer(&mut t, dialog, FIRST);
        let challenge = Header::ProxyAuthenticate("Digest realm=\"r\",nonce=\"n\"".into());
        t.respond(id, &request, 407, None, vec![challenge], "");
        t.feed(Input::ClientDone(id));
        let (id, again) = t.sent(Method::Refer);
        assert!(value(&again.headers, "Proxy-Authorization").contains("response="));
        assert_eq!(value(&again.headers, "CSeq"), "2 REFER");
        t.finish(id, &again, 202);
        t.event();
        let event = format!("refer;id={number}");
        told(
            &mut t,
            notify(&mut peer, &event, ACTIVE, "SIP/2.0 180 Ringing"),
            200,
        );
        assert_eq!(t.event(), progress(dialog, FIRST, 180, false));
        t.silent();
    }
}

#[test]
fn progress_may_come_before_the_answer_and_in_any_order() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (id, request) = refer(&mut t, dialog, FIRST);
    let trying = notify(&mut peer, "refer;id=1", ACTIVE, "SIP/2.0 100 Trying");
    let ringing = notify(&mut peer, "refer;id=1", ACTIVE, "SIP/2.0 180 Ringing");
    let update = peer.request("OPTIONS", "", "");
    let done = notify(&mut peer, "refer;id=1", OVER, "SIP/2.0 200 OK");
    told(&mut t, ringing, 200);
    assert_eq!(t.event(), progress(dialog, FIRST, 180, false));
    told(&mut t, trying, 200);
    t.silent();
    t.finish(id, &request, 202);
    assert_eq!(t.event(), answered(dialog, FIRST, 202, true));
    told(&mut t, done, 200);
    assert_eq!(t.event(), progress(dialog, FIRST, 200, true));
    // Others keep to the order.
    told(&mut t, update, 500);
    t.silent();
}

#[test]
fn one_overtaken_by_another_request_is_news_all_the_same() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (id, request) = refer(&mut t, dialog, FIRST);
    t.finish(id, &request, 202);
    t.event();
    let done = notify(&mut peer, "refer", OVER, "SIP/2.0 200 OK");
    told(&mut t, peer.request("OPTIONS", "", ""), 200);
    told(&mut t, done, 200);
    assert_eq!(t.event(), progress(dialog, FIRST, 200, true));
    t.silent();
}

#[test]
fn broken_news_is_refused_and_does_no_harm() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (id, request) = refer(&mut t, dialog, FIRST);
    t.finish(id, &request, 202);
    t.event();
    for body in [
        "nonsense",
        "SIP/2.0 abc",
        "INVITE sip:a@b SIP/2.0",
        "\u{1F4A5}",
    ] {
        told(&mut t, notify(&mut peer, "refer", ACTIVE, body), 400);
        t.silent();
    }
    for (event, status) in [("message-summary", 481), ("", 481), ("refer;id=99", 200)] {
        told(&mut t, notify(&mut peer, event, ACTIVE, ""), status);
        t.silent();
    }
    told(&mut t, peer.request("NOTIFY", "", ""), 481);
    told(
        &mut t,
        notify(&mut peer, "refer", ACTIVE, "SIP/2.0 180 Ringing"),
        200,
    );
    assert_eq!(t.event(), progress(dialog, FIRST, 180, false));
    // An end without a word: nobody knows.
    told(
        &mut t,
        notify(&mut peer, "refer", "terminated;reason=timeout", ""),
        200,
    );
    assert_eq!(t.event(), progress(dialog, FIRST, 180, true));
    t.silent();
}

#[test]
fn a_broken_last_word_is_the_last_all_the_same() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (id, request) = refer(&mut t, dialog, FIRST);
    t.finish(id, &request, 202);
    t.event();
    told(&mut t, notify(&mut peer, "refer", OVER, "nonsense"), 400);
    assert_eq!(t.event(), progress(dialog, FIRST, 100, true));
    t.silent();
}

#[test]
fn they_may_say_that_they_will_tell_nothing() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (id, request) = refer(&mut t, dialog, FIRST);
    let silent = vec![Header::Other("Refer-Sub".into(), "false".into())];
    t.respond(id, &request, 200, None, silent, "");
    assert_eq!(t.event(), answered(dialog, FIRST, 200, false));
    told(
        &mut t,
        notify(&mut peer, "refer", ACTIVE, "SIP/2.0 100 Trying"),
        481,
    );
    t.silent();
}

#[test]
fn two_transfers_are_told_apart_by_their_numbers() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    for attempt in [FIRST, SECOND] {
        let (id, request) = refer(&mut t, dialog, attempt);
        t.finish(id, &request, 202);
        t.event();
    }
    for (event, about, status) in [
        ("refer", Some(FIRST), 200),
        ("refer;id=2", Some(SECOND), 200),
        ("refer;id=1", Some(FIRST), 200),
        // Whose could that be?
        ("refer;id=7", None, 481),
    ] {
        told(
            &mut t,
            notify(&mut peer, event, ACTIVE, "SIP/2.0 180 Ringing"),
            status,
        );
        if let Some(about) = about {
            assert_eq!(t.event(), progress(dialog, about, 180, false), "{event}");
        }
        t.silent();
    }
    told(
        &mut t,
        notify(&mut peer, "refer", OVER, "SIP/2.0 486 Busy"),
        200,
    );
    assert_eq!(t.event(), progress(dialog, FIRST, 486, true));
    // Only one is left: however they number it.
    told(
        &mut t,
        notify(&mut peer, "refer;id=7", OVER, "SIP/2.0 200 OK"),
        200,
    );
    assert_eq!(t.event(), progress(dialog, SECOND, 200, true));
}

#[test]
fn without_a_connection_a_transfer_fails_at_once() {
    let mut t = FarEnd::registered();
    let (dialog, _) = t.answer("");
    t.break_flow(&[]);
    t.out.clear();
    t.ask(SipRequest::Refer {
        dialog,
        refer: FIRST,
        refer_to: "eve".into(),
        replaces: None,
    });
    assert_eq!(t.event(), unsent(dialog, FIRST, 503));
    t.silent();
}

#[test]
fn a_transfer_lost_on_its_way_may_have_arrived() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (id, _) = refer(&mut t, dialog, FIRST);
    t.break_flow(&[id]);
    assert_eq!(t.event(), answered(dialog, FIRST, 503, false));
    t.recover();
    t.out.clear();
    told(
        &mut t,
        notify(&mut peer, "refer", ACTIVE, "SIP/2.0 180 Ringing"),
        200,
    );
    assert_eq!(t.event(), progress(dialog, FIRST, 180, false));
    // Without an id, what is told is of the one they have accepted, which is the first to them.
    let (id, request) = refer(&mut t, dialog, SECOND);
    t.finish(id, &request, 202);
    t.event();
    told(
        &mut t,
        notify(&mut peer, "refer", OVER, "SIP/2.0 200 OK"),
        200,
    );
    assert_eq!(t.event(), progress(dialog, SECOND, 200, true));
}

#[test]
fn a_transfer_nobody_answers_is_said_to_have_failed() {
    let mut t = FarEnd::registered();
    let (dialog, _) = t.answer("");
    let (id, _) = refer(&mut t, dialog, FIRST);
    t.feed(Input::ClientDone(id));
    assert_eq!(t.event(), answered(dialog, FIRST, 408, false));
    t.silent();
}

#[test]
fn news_after_the_call_are_answered_and_change_nothing() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (id, request) = refer(&mut t, dialog, FIRST);
    let server = t.incoming(peer.request("BYE", "", ""));
    assert_eq!(t.answer_to(server).status_code.code(), 200);
    t.ended();
    // The call is remembered as long as its REFER is open.
    told(
        &mut t,
        notify(&mut peer, "refer", OVER, "SIP/2.0 200 OK"),
        200,
    );
    t.silent();
    t.finish(id, &request, 202);
    t.silent();
    assert_eq!(t.core.calls(), 0);
    told(
        &mut t,
        notify(&mut peer, "refer", OVER, "SIP/2.0 200 OK"),
        481,
    );
    t.silent();
}
