//! REFERs of the other side, and what we tell of them.

use std::time::Duration;

use rsipstack::sip::{Header, Method, Request};

use crate::agent::{DialogKey, EndedBy, ReferId, SipEvent, SipRequest};
use crate::far_end::{FarEnd, OFFER, Peer, value};
use crate::headers;
use crate::transactions::{ClientId, ServerId};

const TO_EVE: &str = "Refer-To: \"Eve\" <sip:eve@example.com?Replaces=c%40h%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n\
                      Referred-By: <sip:bob@example.com>\r\n";

/// They ask us to call Eve.
fn referred(t: &mut FarEnd, peer: &mut Peer, more: &str) -> (ServerId, ReferId) {
    let server = t.incoming(peer.request("REFER", &format!("{TO_EVE}{more}"), ""));
    match t.event() {
        SipEvent::Referred {
            refer,
            refer_to,
            replaces,
            referred_by,
            ..
        } => {
            assert_eq!(refer_to.uri, "sip:eve@example.com");
            assert_eq!(replaces.as_deref(), Some("c@h;to-tag=1;from-tag=2"));
            assert_eq!(referred_by.as_deref(), Some("<sip:bob@example.com>"));
            t.silent();
            (server, refer)
        }
        other => panic!("{other:?}"),
    }
}

fn answer(t: &mut FarEnd, dialog: DialogKey, refer: ReferId, status: u16) {
    t.ask(SipRequest::AnswerRefer {
        dialog,
        refer,
        status,
    });
}

fn tell(t: &mut FarEnd, dialog: DialogKey, refer: ReferId, status: u16, last: bool) {
    t.ask(SipRequest::NotifyRefer {
        dialog,
        refer,
        status,
        reason: None,
        last,
    });
}

/// Our next NOTIFY, which says this.
#[track_caller]
fn notified(t: &mut FarEnd, event: &str, state: &str, line: &str) -> (ClientId, Request) {
    let (id, notify) = t.sent(Method::Notify);
    assert_eq!(value(&notify.headers, "Event"), event);
    assert_eq!(value(&notify.headers, "Subscription-State"), state);
    let kind = value(&notify.headers, "Content-Type");
    assert_eq!(kind, "message/sipfrag;version=2.0");
    assert!(headers::get(&notify.headers, "Contact").is_some());
    assert_eq!(String::from_utf8_lossy(&notify.body), format!("{line}\r\n"));
    (id, notify)
}

const ACTIVE: &str = "active;expires=600";
const OVER: &str = "terminated;reason=noresource";

#[test]
fn a_referral_is_taken_on_and_told_of() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (server, refer) = referred(&mut t, &mut peer, "");
    answer(&mut t, dialog, refer, 200);
    let accepted = t.answer_to(server);
    assert_eq!(accepted.status_code.code(), 202);
    assert!(headers::get(&accepted.headers, "Contact").is_some());
    assert!(headers::get(&accepted.headers, "Refer-Sub").is_none());
    let (id, request) = notified(&mut t, "refer", ACTIVE, "SIP/2.0 100 Trying");
    t.finish(id, &request, 200);
    t.wait(Duration::from_secs(10));
    tell(&mut t, dialog, refer, 180, false);
    notified(&mut t, "refer", "active;expires=590", "SIP/2.0 180 Ringing");
    // A final status is the last word, whatever the desk may say.
    tell(&mut t, dialog, refer, 200, false);
    let (id, request) = notified(&mut t, "refer", OVER, "SIP/2.0 200 OK");
    t.finish(id, &request, 200);
    for status in [180, 200] {
        tell(&mut t, dialog, refer, status, true);
        answer(&mut t, dialog, refer, 202);
    }
    t.silent();
}

#[test]
fn a_challenge_brings_no_word_after_the_last() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (server, refer) = referred(&mut t, &mut peer, "");
    answer(&mut t, dialog, refer, 202);
    t.answer_to(server);
    let (first, trying) = notified(&mut t, "refer", ACTIVE, "SIP/2.0 100 Trying");
    tell(&mut t, dialog, refer, 200, true);
    let (last, done) = notified(&mut t, "refer", OVER, "SIP/2.0 200 OK");
    t.finish(last, &done, 481);
    let challenge = vec![Header::WwwAuthenticate(
        "Digest realm=\"r\",nonce=\"n\",qop=\"auth\"".into(),
    )];
    t.respond(first, &trying, 401, None, challenge, "");
    t.silent();
}

#[test]
fn a_referral_is_refused_with_any_status() {
    for (asked, sent) in [
        (403, 403),
        (405, 405),
        (501, 501),
        (603, 603),
        (99, 603),
        (100, 603),
    ] {
        let mut t = FarEnd::registered();
        let (dialog, mut peer) = t.answer("");
        let (server, refer) = referred(&mut t, &mut peer, "");
        answer(&mut t, dialog, refer, asked);
        assert_eq!(t.answer_to(server).status_code.code(), sent);
        tell(&mut t, dialog, refer, 200, true);
        answer(&mut t, dialog, refer, 202);
        t.silent();
        assert_eq!(t.core.calls(), 1);
    }
}

#[test]
fn a_desk_that_says_nothing_has_declined() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (server, refer) = referred(&mut t, &mut peer, "");
    t.wait(Duration::from_secs(15));
    t.silent();
    t.wait(Duration::from_secs(1));
    assert_eq!(t.answer_to(server).status_code.code(), 603);
    answer(&mut t, dialog, refer, 202);
    t.silent();
}

#[test]
fn who_wants_no_word_gets_none() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (server, refer) = referred(
        &mut t,
        &mut peer,
        "Refer-Sub: false\r\nRequire: norefersub\r\n",
    );
    answer(&mut t, dialog, refer, 202);
    let accepted = t.answer_to(server);
    assert_eq!(accepted.status_code.code(), 202);
    assert_eq!(value(&accepted.headers, "Refer-Sub"), "false");
    tell(&mut t, dialog, refer, 200, true);
    t.silent();
}

#[test]
fn a_second_referral_is_told_of_by_its_number() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (one, first) = referred(&mut t, &mut peer, "");
    let (two, second) = referred(&mut t, &mut peer, "");
    assert_ne!(first, second);
    answer(&mut t, dialog, second, 202);
    assert_eq!(t.answer_to(two).status_code.code(), 202);
    let named = format!("refer;id={}", second.0);
    notified(&mut t, &named, ACTIVE, "SIP/2.0 100 Trying");
    answer(&mut t, dialog, first, 202);
    assert_eq!(t.answer_to(one).status_code.code(), 202);
    notified(&mut t, "refer", ACTIVE, "SIP/2.0 100 Trying");
    tell(&mut t, dialog, second, 486, true);
    notified(&mut t, &named, OVER, "SIP/2.0 486 Busy Here");
    t.silent();
}

#[test]
fn who_does_not_want_to_hear_more_is_told_no_more() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let (_, refer) = referred(&mut t, &mut peer, "");
    answer(&mut t, dialog, refer, 202);
    let (id, request) = t.sent(Method::Notify);
    t.out.clear();
    t.finish(id, &request, 481);
    tell(&mut t, dialog, refer, 200, true);
    t.silent();
    assert_eq!(t.core.calls(), 1, "the call stays");
}

#[test]
fn what_cannot_be_followed_is_refused_without_the_desk() {
    let mut t = FarEnd::registered();
    let (_, mut peer) = t.answer("");
    for (more, status) in [
        ("", 400),
        ("Refer-To: <https://example.com>\r\n", 416),
        ("Refer-To: <sip:a@b;method=SUBSCRIBE>\r\n", 501),
        ("Refer-To: <sip:a@b?Replaces=x>\r\n", 400),
        ("Refer-To: <sip:a@b>\r\nRequire: nothing-we-know\r\n", 420),
        (
            "Refer-To: <sip:a@b>\r\nReplaces: c;to-tag=1;from-tag=2\r\n",
            400,
        ),
    ] {
        let server = t.incoming(peer.request("REFER", more, ""));
        assert_eq!(t.answer_to(server).status_code.code(), status, "{more}");
        t.silent();
    }
}

#[test]
fn more_referrals_than_anybody_makes_are_refused_until_some_run_out() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    for _ in 0..8 {
        let (server, refer) = referred(&mut t, &mut peer, "");
        answer(&mut t, dialog, refer, 202);
        assert_eq!(t.answer_to(server).status_code.code(), 202);
        t.sent(Method::Notify);
    }
    let server = t.incoming(peer.request("REFER", TO_EVE, ""));
    assert_eq!(t.answer_to(server).status_code.code(), 486);
    t.silent();
    t.wait(Duration::from_secs(601));
    t.out.clear();
    referred(&mut t, &mut peer, "");
}

#[test]
fn nobody_refers_us_before_we_talk() {
    let mut t = FarEnd::registered();
    let (_, id, invite) = t.call();
    t.respond(id, &invite, 180, Some("b"), vec![], "");
    t.out.clear();
    let server = t.incoming(Peer::called(&invite, "b").request("REFER", TO_EVE, ""));
    assert_eq!(t.answer_to(server).status_code.code(), 403);
    let mut stranger = Peer::called(&invite, "somebody");
    let server = t.incoming(stranger.request("REFER", TO_EVE, ""));
    assert_eq!(t.answer_to(server).status_code.code(), 481);
    t.silent();
}

#[test]
fn a_call_that_ends_answers_what_was_asked_in_it() {
    for theirs in [true, false] {
        let mut t = FarEnd::registered();
        let (dialog, mut peer) = t.answer("");
        let (server, refer) = referred(&mut t, &mut peer, "");
        if theirs {
            let bye = t.incoming(peer.request("BYE", "", ""));
            assert_eq!(t.answer_to(bye).status_code.code(), 200);
        } else {
            t.ask(SipRequest::Bye { dialog });
            let (id, bye) = t.sent(Method::Bye);
            let cause = t.ended();
            assert_eq!(cause.by, EndedBy::Local);
            assert_eq!(t.answer_to(server).status_code.code(), 481);
            answer(&mut t, dialog, refer, 202);
            t.finish(id, &bye, 200);
            t.silent();
            continue;
        }
        assert_eq!(t.answer_to(server).status_code.code(), 481);
        t.ended();
        t.silent();
        assert_eq!(t.core.calls(), 0);
    }
}

#[test]
fn news_wait_for_a_connection_and_not_for_a_call_that_is_over() {
    for hung_up in [false, true] {
        let mut t = FarEnd::registered();
        let (dialog, mut peer) = t.answer("");
        let (_, refer) = referred(&mut t, &mut peer, "");
        answer(&mut t, dialog, refer, 202);
        let (lost, _) = t.sent(Method::Notify);
        t.break_flow(&[lost]);
        tell(&mut t, dialog, refer, 200, true);
        if hung_up {
            t.ask(SipRequest::Bye { dialog });
        }
        t.recover();
        if hung_up {
            t.sent(Method::Bye);
        } else {
            notified(&mut t, "refer", ACTIVE, "SIP/2.0 100 Trying");
            let (last, _) = notified(&mut t, "refer", OVER, "SIP/2.0 200 OK");
            // What is outdated by then is not said again.
            let first = ClientId(last.0 - 1);
            t.out.clear();
            t.break_flow(&[first, last]);
            t.recover();
            notified(&mut t, "refer", OVER, "SIP/2.0 200 OK");
        }
        let more = t.out.iter();
        let notify = |o: &&crate::line::Output| matches!(o, crate::line::Output::Send(_, r) if r.method == Method::Notify);
        assert_eq!(more.filter(notify).count(), 0);
    }
}

#[test]
fn the_call_they_ask_for_carries_what_they_said() {
    let mut t = FarEnd::registered();
    let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let replaces = own("Replaces", "c@h;to-tag=1;from-tag=2");
    let call = |headers| SipRequest::Invite {
        dialog: DialogKey(5),
        to: "sip:eve@example.com".into(),
        offer: OFFER.into(),
        headers,
    };
    for headers in [
        vec![own("Replaces", "c@h")],
        vec![own(
            "replaces",
            "c;to-tag=1;from-tag=2, d;to-tag=1;from-tag=2",
        )],
        vec![replaces.clone(), replaces.clone()],
    ] {
        t.ask(call(headers));
        assert_eq!(t.ended().by, EndedBy::Local);
        t.silent();
    }
    t.ask(call(vec![
        replaces,
        own("Referred-By", "<sip:bob@example.com>"),
    ]));
    let (id, invite) = t.sent(Method::Invite);
    for (name, said) in [
        ("Replaces", "c@h;to-tag=1;from-tag=2"),
        ("Referred-By", "<sip:bob@example.com>"),
        ("Require", "replaces"),
    ] {
        assert_eq!(value(&invite.headers, name), said);
    }
    // Those who cannot replace say so.
    let bad = Header::Unsupported("replaces".into());
    t.respond(id, &invite, 420, Some("e"), vec![bad], "");
    assert_eq!(t.ended().status, Some(420));
}
