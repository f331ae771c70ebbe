use std::time::Duration;

use rsipstack::sip::{Header, Method};

use crate::agent::{DialogKey, EndedBy, ForkId, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, OFFER, Peer, value};
use crate::headers;
use crate::line::Output;

#[test]
fn an_invite_says_who_where_and_what_we_can() {
    let mut t = FarEnd::registered();
    let (_, _, invite) = t.call();
    assert_eq!(invite.uri.to_string(), "sip:bob@example.com");
    assert!(value(&invite.headers, "From").starts_with("<sip:alice@example.com>;tag="));
    assert_eq!(value(&invite.headers, "To"), "<sip:bob@example.com>");
    assert_eq!(value(&invite.headers, "CSeq"), "1 INVITE");
    assert!(value(&invite.headers, "Contact").contains(".invalid;transport=ws;ob>"));
    assert_eq!(value(&invite.headers, "Session-Expires"), "1800");
    for option in ["100rel", "timer"] {
        assert!(headers::has_token(&invite.headers, "Supported", option));
    }
    for method in ["PRACK", "UPDATE", "INFO", "OPTIONS"] {
        assert!(headers::has_token(&invite.headers, "Allow", method));
    }
    assert_eq!(invite.body, OFFER.as_bytes());
}

#[test]
fn every_fork_rings_for_itself_and_only_one_is_kept() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite) = t.call();
    t.respond(id, &invite, 100, None, vec![], "");
    t.silent();
    t.respond(id, &invite, 180, Some("one"), vec![], "");
    assert_eq!(
        t.event(),
        SipEvent::Ringing {
            dialog,
            fork: ForkId(1),
            status: 180
        }
    );
    t.respond(id, &invite, 183, Some("two"), vec![], ANSWER);
    assert_eq!(
        t.event(),
        SipEvent::Early {
            dialog,
            fork: ForkId(2),
            sdp: ANSWER.into()
        }
    );
    t.respond(id, &invite, 183, Some("two"), vec![], ANSWER);
    t.silent();
    t.respond(id, &invite, 181, None, vec![], "");
    assert_eq!(
        t.event(),
        SipEvent::Ringing {
            dialog,
            fork: ForkId(0),
            status: 181
        }
    );

    t.respond(
        id,
        &invite,
        200,
        Some("two"),
        vec![Header::RecordRoute("<sip:p1;lr>, <sip:p2;lr>".into())],
        ANSWER,
    );
    assert_eq!(
        t.event(),
        SipEvent::Answered {
            dialog,
            fork: ForkId(2),
            sdp: ANSWER.into()
        }
    );
    let ack = t.acked();
    assert_eq!(ack.uri.to_string(), "sip:bob@two.example.com");
    assert_eq!(value(&ack.headers, "CSeq"), "1 ACK");
    assert_eq!(
        headers::list(&ack.headers, "Route"),
        ["<sip:p2;lr>", "<sip:p1;lr>"]
    );

    // The same 200 again: our ACK got lost. Another fork's 200: acknowledged and hung up, once.
    t.respond(id, &invite, 200, Some("two"), vec![], ANSWER);
    assert_eq!(t.acked().uri.to_string(), "sip:bob@two.example.com");
    t.respond(id, &invite, 200, Some("three"), vec![], ANSWER);
    assert_eq!(t.acked().uri.to_string(), "sip:bob@three.example.com");
    let (bye, request) = t.sent(Method::Bye);
    assert_eq!(request.uri.to_string(), "sip:bob@three.example.com");
    t.respond(id, &invite, 200, Some("three"), vec![], ANSWER);
    t.acked();
    t.finish(bye, &request, 200);
    t.respond(id, &invite, 200, Some("three"), vec![], ANSWER);
    t.acked();
    t.silent();
}

#[test]
fn more_forks_than_we_count_are_still_answered() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite) = t.call();
    for n in 0..33 {
        t.respond(id, &invite, 180, Some(&format!("t{n}")), vec![], "");
    }
    let rung = |t: &FarEnd| {
        let fork =
            |o: &Output| matches!(o, Output::Emit(SipEvent::Ringing { fork, .. }) if fork.0 > 0);
        t.out.iter().filter(|o| fork(o)).count()
    };
    assert_eq!(rung(&t), 32);
    t.out.clear();
    t.respond(id, &invite, 200, Some("t32"), vec![], ANSWER);
    assert!(matches!(t.event(), SipEvent::Answered { dialog: answered, .. } if answered == dialog));
    assert_eq!(t.acked().uri.to_string(), "sip:bob@t32.example.com");
    t.respond(id, &invite, 200, Some("t33"), vec![], ANSWER);
    t.acked();
    let (_, bye) = t.sent(Method::Bye);
    assert_eq!(bye.uri.to_string(), "sip:bob@t33.example.com");
    t.silent();
}

#[test]
fn a_180_with_sdp_rings_too() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite) = t.call();
    t.respond(id, &invite, 180, Some("one"), vec![], ANSWER);
    let (fork, status) = (ForkId(1), 180);
    assert_eq!(
        t.event(),
        SipEvent::Ringing {
            dialog,
            fork,
            status
        }
    );
    let sdp = ANSWER.into();
    assert_eq!(t.event(), SipEvent::Early { dialog, fork, sdp });
    t.silent();
}

#[test]
fn a_reliable_answer_is_acknowledged_once_and_in_order() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite) = t.call();
    let reliable = |rseq: &str| vec![Header::Require("100rel".into()), Header::RSeq(rseq.into())];
    t.respond(id, &invite, 183, Some("b"), reliable("7"), ANSWER);
    let (prack, request) = t.sent(Method::PRack);
    assert_eq!(value(&request.headers, "RAck"), "7 1 INVITE");
    assert_eq!(value(&request.headers, "CSeq"), "2 PRACK");
    assert!(matches!(t.event(), SipEvent::Early { .. }));
    // The PRACK is challenged on the way.
    let challenge = Header::ProxyAuthenticate("Digest realm=\"p\",nonce=\"n\"".into());
    t.respond(prack, &request, 407, None, vec![challenge], "");
    let (prack, request) = t.sent(Method::PRack);
    assert!(value(&request.headers, "Proxy-Authorization").contains("nonce=\"n\""));
    assert_eq!(value(&request.headers, "CSeq"), "3 PRACK");
    t.finish(prack, &request, 200);

    t.respond(id, &invite, 183, Some("b"), reliable("7"), ANSWER);
    t.respond(id, &invite, 180, Some("b"), reliable("9"), "");
    t.silent();
    t.respond(id, &invite, 180, Some("b"), reliable("8"), "");
    let (_, request) = t.sent(Method::PRack);
    assert_eq!(value(&request.headers, "RAck"), "8 1 INVITE");
    assert_eq!(
        t.event(),
        SipEvent::Ringing {
            dialog,
            fork: ForkId(1),
            status: 180
        }
    );
    // The 200 needs no answer any more.
    t.respond(id, &invite, 200, Some("b"), vec![], "");
    assert_eq!(
        t.event(),
        SipEvent::Answered {
            dialog,
            fork: ForkId(1),
            sdp: ANSWER.into()
        }
    );
}

#[test]
fn a_200_without_any_answer_is_acknowledged_and_hung_up() {
    let mut t = FarEnd::registered();
    let (_, id, invite) = t.call();
    t.respond(id, &invite, 200, Some("b"), vec![], "");
    t.acked();
    t.sent(Method::Bye);
    assert_eq!(t.ended().status, Some(488));
}

#[test]
fn a_challenge_is_answered_with_the_next_number() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite) = t.call();
    let challenge = || {
        Header::ProxyAuthenticate(
            "Digest realm=\"p\",nonce=\"n\",algorithm=SHA-256,qop=\"auth\"".into(),
        )
    };
    t.respond(id, &invite, 407, Some("proxy"), vec![challenge()], "");
    t.feed(Input::ClientDone(id));
    let (id, again) = t.sent(Method::Invite);
    assert_eq!(value(&again.headers, "CSeq"), "2 INVITE");
    for same in ["Call-ID", "From", "To"] {
        assert_eq!(value(&again.headers, same), value(&invite.headers, same));
    }
    assert_ne!(value(&again.headers, "Via"), value(&invite.headers, "Via"));
    assert!(value(&again.headers, "Proxy-Authorization").contains("algorithm=SHA-256"));
    t.respond(id, &again, 200, Some("b"), vec![], ANSWER);
    let ack = t.acked();
    assert_eq!(value(&ack.headers, "CSeq"), "2 ACK");
    assert_eq!(
        value(&ack.headers, "Proxy-Authorization"),
        value(&again.headers, "Proxy-Authorization")
    );
    t.event();
    // What is known now is used without being asked; and asked again, answered again.
    t.ask(SipRequest::Bye { dialog });
    let (id, bye) = t.sent(Method::Bye);
    assert!(value(&bye.headers, "Proxy-Authorization").contains("nc=00000002"));
    let stale =
        Header::ProxyAuthenticate("Digest realm=\"p\",nonce=\"m\",qop=\"auth\",stale=true".into());
    t.respond(id, &bye, 407, None, vec![stale], "");
    t.feed(Input::ClientDone(id));
    let (_, bye) = t.sent(Method::Bye);
    assert_eq!(value(&bye.headers, "CSeq"), "4 BYE");
}

#[test]
fn a_refused_password_ends_the_call() {
    let mut t = FarEnd::registered();
    let (_, id, invite) = t.call();
    let challenge = || {
        vec![Header::ProxyAuthenticate(
            "Digest realm=\"p\",nonce=\"n\"".into(),
        )]
    };
    t.respond(id, &invite, 407, None, challenge(), "");
    let (id, again) = t.sent(Method::Invite);
    t.respond(id, &again, 407, None, challenge(), "");
    let cause = t.ended();
    assert_eq!((cause.status, cause.by), (Some(407), EndedBy::Remote));
    t.feed(Input::ClientDone(id));
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn a_session_too_short_for_the_server_is_lengthened() {
    let mut t = FarEnd::registered();
    let (_, id, invite) = t.call();
    t.respond(
        id,
        &invite,
        422,
        None,
        vec![Header::MinSE("3600".into())],
        "",
    );
    let (id, again) = t.sent(Method::Invite);
    assert_eq!(value(&again.headers, "Session-Expires"), "3600");
    assert_eq!(value(&again.headers, "Min-SE"), "3600");
    t.respond(
        id,
        &again,
        422,
        None,
        vec![Header::MinSE("3600".into())],
        "",
    );
    assert_eq!(t.ended().status, Some(422));
}

#[test]
fn a_redirection_is_told_and_not_followed() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite) = t.call();
    let contacts = "<sip:second@x>;q=0.5, \"First\" <sip:first@x>;q=0.9, tel:+1555";
    t.respond(
        id,
        &invite,
        302,
        None,
        vec![Header::Contact(contacts.into())],
        "",
    );
    let contacts = vec![
        "tel:+1555".to_owned(),
        "sip:first@x".into(),
        "sip:second@x".into(),
    ];
    assert_eq!(
        t.event(),
        SipEvent::Redirected {
            dialog,
            status: 302,
            contacts
        }
    );
    assert_eq!(t.ended().status, Some(302));
    t.feed(Input::ClientDone(id));
    t.silent();
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn a_refusal_says_why_in_every_way_it_can() {
    let mut t = FarEnd::registered();
    let (_, id, invite) = t.call();
    let why = vec![
        Header::Reason("Q.850;cause=17;text=\"User busy\", SIP;cause=486".into()),
        Header::Warning("399 pbx.example.com \"Extension is in \\\"DND\\\"\"".into()),
    ];
    t.respond(id, &invite, 486, Some("b"), why, "");
    let cause = t.ended();
    assert_eq!(
        (cause.status, cause.q850, cause.by),
        (Some(486), Some(17), EndedBy::Remote)
    );
    assert_eq!(
        (cause.reason.as_str(), cause.warning.as_deref()),
        ("Busy Here", Some("Extension is in \"DND\""))
    );
}

#[test]
fn silence_is_the_networks_fault() {
    let mut t = FarEnd::registered();
    let (_, id, invite) = t.call();
    // As the transaction layer says it, after 64·T1.
    t.respond(id, &invite, 408, None, vec![], "");
    assert_eq!(t.ended().by, EndedBy::Network);
}

#[test]
fn a_cancelled_call_waits_for_the_server_to_have_it() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite) = t.call();
    t.ask(SipRequest::Cancel { dialog });
    assert_eq!(t.ended().by, EndedBy::Local);
    t.silent();
    t.respond(id, &invite, 100, None, vec![], "");
    let (cancel, request) = t.sent(Method::Cancel);
    for same in ["Via", "Call-ID", "From", "To"] {
        assert_eq!(value(&request.headers, same), value(&invite.headers, same));
    }
    assert_eq!(value(&request.headers, "CSeq"), "1 CANCEL");
    t.finish(cancel, &request, 200);
    t.finish(id, &invite, 487);
    t.silent();
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn an_answer_that_crosses_the_cancel_is_hung_up() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite) = t.call();
    t.respond(id, &invite, 180, Some("b"), vec![], "");
    t.event();
    t.ask(SipRequest::Cancel { dialog });
    let (cancel, request) = t.sent(Method::Cancel);
    t.ended();
    t.respond(id, &invite, 200, Some("b"), vec![], ANSWER);
    t.acked();
    let (bye, bye_request) = t.sent(Method::Bye);
    t.finish(cancel, &request, 481);
    t.finish(bye, &bye_request, 200);
    t.feed(Input::ClientDone(id));
    t.silent();
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn a_cancel_nobody_answers_is_forgotten_in_time() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite) = t.call();
    t.respond(id, &invite, 180, Some("b"), vec![], "");
    t.ask(SipRequest::Cancel { dialog });
    t.wait(Duration::from_secs(33));
    assert_eq!(t.core.calls(), 0);
    assert!(
        t.out
            .iter()
            .any(|o| matches!(o, crate::line::Output::Abandon(abandoned) if *abandoned == id))
    );
}

#[test]
fn what_cannot_be_called_ends_at_once_and_sends_nothing() {
    let mut t = FarEnd::registered();
    let offer = || OFFER.to_owned();
    for (to, headers) in [
        ("sip:a@b?Route=%3Csip:evil%3E", vec![]),
        ("bob\r\nRoute: <sip:evil>", vec![]),
        (
            "bob",
            vec![("X-Note".to_owned(), "a\r\nRoute: <sip:evil>".to_owned())],
        ),
        ("bob", vec![("Route".to_owned(), "<sip:evil>".to_owned())]),
        (
            "bob",
            vec![("X\r\nRoute".to_owned(), "<sip:evil>".to_owned())],
        ),
    ] {
        t.ask(SipRequest::Invite {
            dialog: DialogKey(5),
            to: to.into(),
            offer: offer(),
            headers,
        });
        assert_eq!(t.ended().by, EndedBy::Local, "{to}");
        t.silent();
        assert_eq!(t.core.calls(), 0);
    }
    let own = vec![
        ("X-Case".to_owned(), "4711".to_owned()),
        ("Subject".to_owned(), "Grüße".to_owned()),
    ];
    t.ask(SipRequest::Invite {
        dialog: DialogKey(5),
        to: "bob".into(),
        offer: offer(),
        headers: own,
    });
    let (_, invite) = t.sent(Method::Invite);
    assert_eq!(
        (
            value(&invite.headers, "X-Case"),
            value(&invite.headers, "Subject")
        ),
        ("4711", "Grüße")
    );
}

#[test]
fn a_broken_flow_ends_what_rings_and_stops_the_ringing_later() {
    let mut t = FarEnd::registered();
    let (_, id, invite) = t.call();
    t.respond(id, &invite, 180, Some("b"), vec![], "");
    t.event();
    t.break_flow(&[id]);
    assert_eq!(t.ended().by, EndedBy::Network);
    t.recover();
    let (cancel, request) = t.sent(Method::Cancel);
    assert_eq!(
        value(&request.headers, "Via"),
        value(&invite.headers, "Via")
    );
    t.finish(cancel, &request, 200);
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn without_a_flow_nothing_is_called() {
    let mut t = FarEnd::registered();
    t.break_flow(&[]);
    t.out.clear();
    t.ask(SipRequest::Invite {
        dialog: DialogKey(5),
        to: "bob".into(),
        offer: OFFER.into(),
        headers: vec![],
    });
    assert_eq!(t.ended().by, EndedBy::Network);
}

/// Asterisk tells of another connected line right behind its 200, which two tasks may bring in either
/// order; a 481 would make it hang up.
#[test]
fn a_request_that_has_overtaken_the_200_waits_for_it() {
    let mut t = FarEnd::registered();
    let (_, id, invite) = t.call();
    let mut peer = Peer::called(&invite, "theirs");
    let server = t.incoming(peer.request("UPDATE", "", ""));
    t.respond(id, &invite, 100, None, vec![], "");
    t.silent();
    t.respond(id, &invite, 200, Some("theirs"), vec![], ANSWER);
    assert_eq!(t.answer_to(server).status_code.code(), 200);

    let mut t = FarEnd::registered();
    let (_, id, invite) = t.call();
    let mut stranger = Peer::called(&invite, "strange");
    let server = t.incoming(stranger.request("UPDATE", "", ""));
    t.respond(id, &invite, 200, Some("theirs"), vec![], ANSWER);
    assert_eq!(t.answer_to(server).status_code.code(), 481);
}
