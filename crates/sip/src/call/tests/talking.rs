use rsipstack::sip::{Header, Method};

use super::OTHER;
use crate::agent::{EndedBy, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, OFFER, Peer, value};
use crate::headers;

#[test]
fn our_reoffer_is_a_reinvite_with_its_own_ack() {
    let mut t = FarEnd::registered();
    let (dialog, _, _) = t.talk(vec![]);
    t.ask(SipRequest::Reoffer {
        dialog,
        offer: OTHER.into(),
    });
    let (id, reinvite) = t.sent(Method::Invite);
    assert_eq!(
        (value(&reinvite.headers, "CSeq"), reinvite.body.as_slice()),
        ("2 INVITE", OTHER.as_bytes())
    );
    assert_eq!(reinvite.uri.to_string(), "sip:bob@b.example.com");
    // One at a time.
    t.ask(SipRequest::Reoffer {
        dialog,
        offer: OFFER.into(),
    });
    assert_eq!(
        t.event(),
        SipEvent::ReofferRefused {
            dialog,
            status: 491
        }
    );
    t.respond(id, &reinvite, 200, Some("moved"), vec![], ANSWER);
    assert_eq!(
        t.event(),
        SipEvent::ReofferAnswered {
            dialog,
            sdp: ANSWER.into()
        }
    );
    let ack = t.acked();
    assert_eq!(
        (value(&ack.headers, "CSeq"), ack.uri.to_string().as_str()),
        ("2 ACK", "sip:bob@moved.example.com")
    );
    t.respond(id, &reinvite, 200, Some("moved"), vec![], ANSWER);
    assert_eq!(
        value(&t.acked().headers, "Via"),
        value(&ack.headers, "Via"),
        "the same ACK again"
    );
    t.silent();
    t.ask(SipRequest::Bye { dialog });
    let (_, bye) = t.sent(Method::Bye);
    assert_eq!(
        (value(&bye.headers, "CSeq"), bye.uri.to_string().as_str()),
        ("3 BYE", "sip:bob@moved.example.com")
    );
}

#[test]
fn a_refused_reoffer_leaves_the_call_as_it_was() {
    let mut t = FarEnd::registered();
    let (dialog, _, _) = t.talk(vec![]);
    for status in [488, 491, 500] {
        t.ask(SipRequest::Reoffer {
            dialog,
            offer: OTHER.into(),
        });
        let (id, reinvite) = t.sent(Method::Invite);
        t.finish(id, &reinvite, status);
        assert_eq!(t.event(), SipEvent::ReofferRefused { dialog, status });
    }
    t.silent();
    assert_eq!(t.core.calls(), 1);
}

#[test]
fn a_challenged_reinvite_and_info_are_answered() {
    let mut t = FarEnd::registered();
    let (dialog, _, _) = t.talk(vec![]);
    let challenge = || {
        vec![Header::WwwAuthenticate(
            "Digest realm=\"r\",nonce=\"n\",qop=\"auth\"".into(),
        )]
    };
    t.ask(SipRequest::Reoffer {
        dialog,
        offer: OTHER.into(),
    });
    let (id, reinvite) = t.sent(Method::Invite);
    t.respond(id, &reinvite, 401, None, challenge(), "");
    t.feed(Input::ClientDone(id));
    let (id, again) = t.sent(Method::Invite);
    assert_eq!(value(&again.headers, "CSeq"), "3 INVITE");
    assert!(value(&again.headers, "Authorization").contains("nc=00000001"));
    t.respond(id, &again, 200, Some("b"), vec![], ANSWER);
    assert!(matches!(t.event(), SipEvent::ReofferAnswered { .. }));
    assert_eq!(
        value(&t.acked().headers, "Authorization"),
        value(&again.headers, "Authorization")
    );
    t.ask(SipRequest::InfoDtmf {
        dialog,
        digit: '#',
        duration_ms: 120,
    });
    let (id, info) = t.sent(Method::Info);
    assert!(value(&info.headers, "Authorization").contains("nc=00000002"));
    assert_eq!(
        value(&info.headers, "Content-Type"),
        "application/dtmf-relay"
    );
    assert_eq!(info.body, b"Signal=#\r\nDuration=120\r\n");
    t.finish(id, &info, 200);
    assert_eq!(
        t.event(),
        SipEvent::InfoAnswered {
            dialog,
            status: 200
        }
    );
}

#[test]
fn their_reinvite_is_answered_by_the_desk() {
    let mut t = FarEnd::registered();
    let (dialog, _, mut peer) = t.talk(vec![]);
    let server = t.incoming(peer.request("INVITE", "", OTHER));
    assert_eq!(t.answer_to(server).status_code.code(), 100);
    assert_eq!(
        t.event(),
        SipEvent::Reoffered {
            dialog,
            offer: Some(OTHER.into())
        }
    );
    // While it is open: theirs is too early, ours is glare.
    let second = t.incoming(peer.request("INVITE", "", OFFER));
    let refusal = t.answer_to(second);
    assert_eq!(refusal.status_code.code(), 500);
    assert!(
        value(&refusal.headers, "Retry-After")
            .parse::<u32>()
            .unwrap()
            <= 10
    );
    t.ask(SipRequest::Reoffer {
        dialog,
        offer: OFFER.into(),
    });
    assert_eq!(
        t.event(),
        SipEvent::ReofferRefused {
            dialog,
            status: 491
        }
    );
    t.ask(SipRequest::AnswerReoffer {
        dialog,
        answer: Ok(ANSWER.into()),
    });
    let ok = t.answer_to(server);
    assert_eq!(
        (ok.status_code.code(), ok.body.as_slice()),
        (200, ANSWER.as_bytes())
    );
    assert!(headers::get(&ok.headers, "Contact").is_some());
    t.feed(Input::Followed(
        server,
        Box::new(peer.request("ACK", "", "")),
    ));
    t.silent();
    // Requests go where the re-INVITE said they are now.
    t.ask(SipRequest::Bye { dialog });
    assert_eq!(
        t.sent(Method::Bye).1.uri.to_string(),
        "sip:bob@moved.example.com"
    );
}

#[test]
fn their_reinvite_without_an_offer_gets_ours() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let server = t.incoming(peer.request("INVITE", "", ""));
    t.answer_to(server);
    assert_eq!(
        t.event(),
        SipEvent::Reoffered {
            dialog,
            offer: None
        }
    );
    t.ask(SipRequest::AnswerReoffer {
        dialog,
        answer: Ok(OFFER.into()),
    });
    assert_eq!(t.answer_to(server).body, OFFER.as_bytes());
    t.feed(Input::Followed(
        server,
        Box::new(peer.request("ACK", "", ANSWER)),
    ));
    assert_eq!(
        t.event(),
        SipEvent::AckedWithAnswer {
            dialog,
            sdp: ANSWER.into()
        }
    );
    t.silent();
}

#[test]
fn glare_is_refused_with_491() {
    let mut t = FarEnd::registered();
    let (dialog, _, mut peer) = t.talk(vec![]);
    t.ask(SipRequest::Reoffer {
        dialog,
        offer: OFFER.into(),
    });
    t.sent(Method::Invite);
    for method in ["INVITE", "UPDATE"] {
        let server = t.incoming(peer.request(method, "", OTHER));
        assert_eq!(t.answer_to(server).status_code.code(), 491);
    }
    t.silent();
}

#[test]
fn an_unwanted_reinvite_is_refused_and_a_cancelled_one_forgotten() {
    let mut t = FarEnd::registered();
    let (dialog, _, mut peer) = t.talk(vec![]);
    let server = t.incoming(peer.request("INVITE", "", OTHER));
    t.out.clear();
    t.ask(SipRequest::AnswerReoffer {
        dialog,
        answer: Err(488),
    });
    assert_eq!(t.answer_to(server).status_code.code(), 488);
    let reinvite = peer.request("INVITE", "", OTHER);
    let server = t.incoming(reinvite.clone());
    t.out.clear();
    t.feed(Input::Followed(
        server,
        Box::new(crate::message::cancel(&reinvite)),
    ));
    assert_eq!(t.answer_to(server).status_code.code(), 487);
    t.ask(SipRequest::AnswerReoffer {
        dialog,
        answer: Ok(ANSWER.into()),
    });
    t.silent();
}

#[test]
fn an_offer_left_to_us_and_then_given_up_is_told() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let reinvite = peer.request("INVITE", "", "");
    let server = t.incoming(reinvite.clone());
    assert_eq!(t.answer_to(server).status_code.code(), 100);
    assert!(matches!(t.event(), SipEvent::Reoffered { offer: None, .. }));
    t.feed(Input::Followed(
        server,
        Box::new(crate::message::cancel(&reinvite)),
    ));
    assert_eq!(t.answer_to(server).status_code.code(), 487);
    assert_eq!(t.event(), SipEvent::ReofferCancelled { dialog });
    t.silent();
}

#[test]
fn an_update_is_answered_alone_or_by_the_desk() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let server = t.incoming(peer.request(
        "UPDATE",
        "Session-Expires: 300;refresher=uac\r\nSupported: timer\r\n",
        "",
    ));
    let ok = t.answer_to(server);
    assert_eq!(
        (ok.status_code.code(), value(&ok.headers, "Session-Expires")),
        (200, "300;refresher=uac")
    );
    t.silent();
    let server = t.incoming(peer.request("UPDATE", "", OTHER));
    assert_eq!(
        t.event(),
        SipEvent::Reoffered {
            dialog,
            offer: Some(OTHER.into())
        }
    );
    t.ask(SipRequest::AnswerReoffer {
        dialog,
        answer: Ok(ANSWER.into()),
    });
    assert_eq!(t.answer_to(server).body, ANSWER.as_bytes());
    t.silent();
}

#[test]
fn before_the_answer_offers_go_by_update() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite) = t.call();
    t.ask(SipRequest::Reoffer {
        dialog,
        offer: OTHER.into(),
    });
    assert_eq!(
        t.event(),
        SipEvent::ReofferRefused {
            dialog,
            status: 491
        }
    );
    let reliable = vec![
        Header::Require("100rel".into()),
        Header::RSeq("1".into()),
        Header::Allow("INVITE, UPDATE, PRACK".into()),
    ];
    t.respond(id, &invite, 183, Some("b"), reliable, ANSWER);
    t.sent(Method::PRack);
    t.event();
    t.ask(SipRequest::Reoffer {
        dialog,
        offer: OTHER.into(),
    });
    let (update, request) = t.sent(Method::Update);
    t.respond(update, &request, 200, Some("b"), vec![], ANSWER);
    assert_eq!(
        t.event(),
        SipEvent::ReofferAnswered {
            dialog,
            sdp: ANSWER.into()
        }
    );
    let mut peer = Peer::called(&invite, "b");
    let server = t.incoming(peer.request("UPDATE", "", OTHER));
    assert_eq!(
        t.event(),
        SipEvent::Reoffered {
            dialog,
            offer: Some(OTHER.into())
        }
    );
    t.ask(SipRequest::AnswerReoffer {
        dialog,
        answer: Ok(ANSWER.into()),
    });
    assert_eq!(t.answer_to(server).status_code.code(), 200);
}

#[test]
fn a_dialog_the_other_side_has_lost_ends() {
    for (status, by) in [(481, EndedBy::Remote), (408, EndedBy::Network)] {
        let mut t = FarEnd::registered();
        let (dialog, _, _) = t.talk(vec![]);
        t.ask(SipRequest::InfoDtmf {
            dialog,
            digit: '1',
            duration_ms: 100,
        });
        let (id, info) = t.sent(Method::Info);
        t.finish(id, &info, status);
        assert_eq!(t.event(), SipEvent::InfoAnswered { dialog, status });
        let cause = t.ended();
        assert_eq!((cause.status, cause.by), (Some(status), by));
        t.sent(Method::Bye);
    }
}

#[test]
fn digits_come_by_info_and_nonsense_is_refused() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let relay = "Content-Type: application/dtmf-relay\r\n";
    let server = t.incoming(peer.request("INFO", relay, "Signal=9\r\nDuration=250\r\n"));
    assert_eq!(t.answer_to(server).status_code.code(), 200);
    assert_eq!(
        t.event(),
        SipEvent::Dtmf {
            dialog,
            digit: '9',
            duration_ms: Some(250)
        }
    );
    for (more, body, status) in [
        ("", "", 200),
        (relay, "Signal=77", 415),
        ("Content-Type: text/plain\r\n", "hello", 415),
        ("Info-Package: x\r\n", "", 469),
    ] {
        let server = t.incoming(peer.request("INFO", more, body));
        assert_eq!(t.answer_to(server).status_code.code(), status, "{more}");
    }
    t.ask(SipRequest::InfoDtmf {
        dialog,
        digit: 'x',
        duration_ms: 100,
    });
    assert_eq!(
        t.event(),
        SipEvent::InfoAnswered {
            dialog,
            status: 400
        }
    );
    t.silent();
}

#[test]
fn other_requests_within_the_dialog_are_answered_too() {
    let mut t = FarEnd::registered();
    let (_, mut peer) = t.answer("");
    for (method, more, status) in [
        ("OPTIONS", "", 200),
        ("MESSAGE", "", 405),
        ("REFER", "", 400),
        ("NOTIFY", "", 481),
        ("SUBSCRIBE", "", 405),
        ("PRACK", "RAck: 1 1 INVITE\r\n", 481),
        ("UPDATE", "Require: x-unheard-of\r\n", 420),
        ("UPDATE", "Supported: timer\r\nSession-Expires: 10\r\n", 422),
    ] {
        let server = t.incoming(peer.request(method, more, ""));
        assert_eq!(t.answer_to(server).status_code.code(), status, "{method}");
    }
    // Too late: its number is behind.
    let mut late = peer.clone();
    t.incoming(peer.request("OPTIONS", "", ""));
    t.incoming(peer.request("OPTIONS", "", ""));
    t.out.clear();
    let server = t.incoming(late.request("OPTIONS", "", ""));
    assert_eq!(t.answer_to(server).status_code.code(), 500);
    t.silent();
}

#[test]
fn byes_that_cross_are_both_answered() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    t.ask(SipRequest::Bye { dialog });
    let (id, bye) = t.sent(Method::Bye);
    t.ended();
    let server = t.incoming(peer.request("BYE", "", ""));
    assert_eq!(t.answer_to(server).status_code.code(), 200);
    t.finish(id, &bye, 481);
    t.silent();
    assert_eq!(t.core.calls(), 0);
    let server = t.incoming(peer.request("BYE", "", ""));
    assert_eq!(t.answer_to(server).status_code.code(), 481);
}

#[test]
fn a_second_invite_before_the_first_is_answered_is_refused() {
    let mut t = FarEnd::registered();
    let (_, id, invite) = t.call();
    let reliable = vec![Header::Require("100rel".into()), Header::RSeq("1".into())];
    t.respond(id, &invite, 183, Some("b"), reliable, ANSWER);
    t.out.clear();
    let server = t.incoming(Peer::called(&invite, "b").request("INVITE", "", OTHER));
    assert_eq!(t.answer_to(server).status_code.code(), 491);
    t.silent();
}

#[test]
fn reliable_answers_to_a_reinvite_are_in_an_order_of_their_own() {
    let mut t = FarEnd::registered();
    let reliable = |rseq: &str| vec![Header::Require("100rel".into()), Header::RSeq(rseq.into())];
    let (dialog, id, invite) = t.call();
    t.respond(id, &invite, 180, Some("b"), reliable("7"), "");
    let (prack, request) = t.sent(Method::PRack);
    t.finish(prack, &request, 200);
    t.respond(id, &invite, 200, Some("b"), vec![], ANSWER);
    t.acked();
    t.out.clear();
    t.ask(SipRequest::Reoffer {
        dialog,
        offer: OTHER.into(),
    });
    let (id, reinvite) = t.sent(Method::Invite);
    for (rseq, taken) in [("1", true), ("1", false), ("2", true)] {
        t.respond(id, &reinvite, 183, Some("b"), reliable(rseq), "");
        if taken {
            let (_, prack) = t.sent(Method::PRack);
            let cseq = value(&reinvite.headers, "CSeq");
            assert_eq!(value(&prack.headers, "RAck"), format!("{rseq} {cseq}"));
        }
        t.silent();
    }
}
