use std::time::Duration;

use rsipstack::sip::{Header, Method, Request};

use crate::agent::{DialogKey, EndedBy, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, OFFER, Peer, value};
use crate::headers;
use crate::line::Output;
use crate::transactions::{ClientId, ServerId};

const OTHER: &str = "v=0\r\no=- 2 2 IN IP4 192.0.2.2\r\ns=-\r\na=sendonly\r\n";

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
        ("REFER", "", 405),
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
fn a_bye_of_a_fork_that_lost_leaves_the_call_alone() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite) = t.call();
    for fork in ["one", "two"] {
        t.respond(id, &invite, 180, Some(fork), vec![], "");
        t.event();
    }
    t.respond(id, &invite, 200, Some("two"), vec![], ANSWER);
    assert!(matches!(t.event(), SipEvent::Answered { .. }));
    t.acked();
    let mut loser = Peer::called(&invite, "one");
    for (method, status) in [("INVITE", 481), ("UPDATE", 481), ("BYE", 200)] {
        let server = t.incoming(loser.request(method, "", OTHER));
        assert_eq!(t.answer_to(server).status_code.code(), status, "{method}");
    }
    t.silent();
    // Its 200 was late, and its BYE has dealt with that.
    t.respond(id, &invite, 200, Some("one"), vec![], ANSWER);
    t.acked();
    t.silent();
    t.ask(SipRequest::Bye { dialog });
    assert_eq!(
        t.sent(Method::Bye).1.uri.to_string(),
        "sip:bob@two.example.com"
    );
    assert_eq!(t.ended().by, EndedBy::Local);
}

/// A call that the second of two forks has answered; gives the other side of it, too.
fn won_by_the_second_fork(t: &mut FarEnd) -> (DialogKey, ClientId, Request, Peer) {
    let (dialog, id, invite) = t.call();
    t.respond(id, &invite, 180, Some("one"), vec![], "");
    t.event();
    t.respond(id, &invite, 200, Some("two"), vec![], ANSWER);
    assert!(matches!(t.event(), SipEvent::Answered { .. }));
    t.acked();
    let peer = Peer::called(&invite, "two");
    (dialog, id, invite, peer)
}

/// Their re-INVITE, answered by us and not acknowledged yet.
fn unacknowledged(t: &mut FarEnd, dialog: DialogKey, peer: &mut Peer) -> ServerId {
    let server = t.incoming(peer.request("INVITE", "", OTHER));
    t.ask(SipRequest::AnswerReoffer {
        dialog,
        answer: Ok(ANSWER.into()),
    });
    t.out.clear();
    server
}

#[test]
fn a_bye_that_waits_for_an_ack_goes_to_who_answered() {
    for acknowledged in [true, false] {
        let mut t = FarEnd::registered();
        let (dialog, _, _, mut peer) = won_by_the_second_fork(&mut t);
        let server = unacknowledged(&mut t, dialog, &mut peer);
        t.ask(SipRequest::Bye { dialog });
        t.ended();
        t.silent();
        if acknowledged {
            let ack = Box::new(peer.request("ACK", "", ""));
            t.feed(Input::Followed(server, ack));
        }
        t.feed(Input::ServerDone(server));
        let (_, bye) = t.sent(Method::Bye);
        assert!(value(&bye.headers, "To").ends_with(";tag=two"));
        t.silent();
    }
}

#[test]
fn a_late_fork_is_hung_up_while_the_other_owes_an_ack() {
    let mut t = FarEnd::registered();
    let (dialog, id, invite, mut peer) = won_by_the_second_fork(&mut t);
    let server = unacknowledged(&mut t, dialog, &mut peer);
    t.respond(id, &invite, 200, Some("late"), vec![], ANSWER);
    t.acked();
    let (_, bye) = t.sent(Method::Bye);
    assert!(value(&bye.headers, "To").ends_with(";tag=late"));
    let ack = Box::new(peer.request("ACK", "", ""));
    t.feed(Input::Followed(server, ack));
    t.silent();
    assert_eq!(t.core.calls(), 1);
}

#[test]
fn a_bye_that_comes_before_the_ack_makes_ours_void() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let server = unacknowledged(&mut t, dialog, &mut peer);
    t.ask(SipRequest::Bye { dialog });
    t.ended();
    let bye = t.incoming(peer.request("BYE", "", ""));
    assert_eq!(t.answer_to(bye).status_code.code(), 200);
    t.feed(Input::ServerDone(server));
    t.silent();
    assert_eq!(t.core.calls(), 0);
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
