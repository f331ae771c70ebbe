use std::time::Duration;

use crate::agent::{EndedBy, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, OFFER, Peer, invite, value};
use crate::headers;
use crate::line::Output;
use crate::message;
use rsipstack::sip::Method;

#[test]
fn everything_the_invite_says_reaches_the_desk_as_data() {
    let mut t = FarEnd::registered();
    let more = "P-Asserted-Identity: \"Bob B.\" <sip:+15550100@example.com>, <tel:+15550100>\r\n\
        Diversion: <sip:front@example.com>;reason=no-answer\r\nHistory-Info: <sip:a@x>;index=1, <sip:b@x?Reason=SIP%3Bcause%3D302>;index=1.1\r\n\
        Call-Info: <https://x/y>;purpose=info\r\nUser-to-User: 00abc;encoding=hex\r\ns: Hello\r\nX-Case: 4711\r\nx-Case: 4712\r\nk: timer\r\n";
    let server = t.incoming(invite(more, OFFER));
    t.answer_to(server);
    let SipEvent::Incoming { invite, .. } = t.event() else {
        panic!()
    };
    assert_eq!(invite.from.display_name.as_deref(), Some("Bob"));
    assert_eq!(invite.asserted_identity.len(), 2);
    assert_eq!(
        invite.asserted_identity[1].user().as_deref(),
        Some("+15550100")
    );
    assert_eq!(invite.diversion[0].param("reason"), Some("no-answer"));
    assert_eq!(invite.history_info[1].param("index"), Some("1.1"));
    assert_eq!(invite.call_info, ["<https://x/y>;purpose=info"]);
    assert_eq!(invite.user_to_user, ["00abc;encoding=hex"]);
    assert_eq!(invite.subject.as_deref(), Some("Hello"));
    assert_eq!(invite.supported, ["timer"]);
    let cases: Vec<_> = invite
        .headers
        .iter()
        .filter(|(n, _)| n.eq_ignore_ascii_case("x-case"))
        .collect();
    assert_eq!(
        cases,
        [
            &("X-Case".to_owned(), "4711".to_owned()),
            &("x-Case".into(), "4712".into())
        ]
    );
    assert_eq!(invite.header("subject"), Some("Hello"));
    assert_eq!(invite.offer.as_deref(), Some(OFFER));
    assert!(!format!("{invite:?}").contains("Bob"));
}

#[test]
fn rings_answers_and_is_hung_up_on() {
    let mut t = FarEnd::registered();
    let (dialog, server) =
        t.ringing("Supported: timer\r\nSession-Expires: 600\r\nRecord-Route: <sip:p;lr>\r\n");
    t.ask(SipRequest::Ring { dialog });
    let ringing = t.answer_to(server);
    assert_eq!(ringing.status_code.code(), 180);
    assert_eq!(value(&ringing.headers, "Record-Route"), "<sip:p;lr>");
    assert_eq!(headers::get(&ringing.headers, "RSeq"), None);
    t.ask(SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    });
    let ok = t.answer_to(server);
    assert_eq!(ok.status_code.code(), 200);
    assert_eq!(value(&ok.headers, "To"), value(&ringing.headers, "To"));
    assert_eq!(value(&ok.headers, "Session-Expires"), "600;refresher=uac");
    assert_eq!(value(&ok.headers, "Require"), "timer");
    assert_eq!(ok.body, ANSWER.as_bytes());
    let mut peer = Peer::caller(&ok);
    t.feed(Input::Followed(
        server,
        Box::new(peer.request("ACK", "", "")),
    ));
    assert_eq!(t.event(), SipEvent::Confirmed { dialog });
    let bye = t.incoming(peer.request(
        "BYE",
        "Reason: Q.850;cause=16;text=\"Normal call clearing\"\r\n",
        "",
    ));
    assert_eq!(t.answer_to(bye).status_code.code(), 200);
    let cause = t.ended();
    assert_eq!(
        (cause.q850, cause.by, cause.reason.as_str()),
        (Some(16), EndedBy::Remote, "Normal call clearing")
    );
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn a_refusal_carries_status_and_words() {
    let mut t = FarEnd::registered();
    let (dialog, server) = t.ringing("");
    t.ask(SipRequest::Reject {
        dialog,
        status: 603,
        reason: Some("Not\r\nnow".into()),
    });
    let refusal = t.answer_to(server);
    assert_eq!(
        (refusal.status_code.code(), refusal.status_code.text()),
        (603, "Not  now")
    );
    let cause = t.ended();
    assert_eq!((cause.status, cause.by), (Some(603), EndedBy::Local));
    assert_eq!(t.core.calls(), 0);
    // A success is no refusal.
    let (dialog, server) = t.ringing("");
    t.ask(SipRequest::Reject {
        dialog,
        status: 200,
        reason: None,
    });
    assert_eq!(t.answer_to(server).status_code.code(), 480);
}

#[test]
fn a_cancel_ends_it_and_says_who_answered() {
    let mut t = FarEnd::registered();
    let (_, server) = t.ringing("");
    let mut cancel = message::cancel(&invite("", OFFER));
    cancel.headers.push(rsipstack::sip::Header::Reason(
        "SIP;cause=200;text=\"Call completed elsewhere\"".into(),
    ));
    t.feed(Input::Followed(server, Box::new(cancel)));
    assert_eq!(t.answer_to(server).status_code.code(), 487);
    let cause = t.ended();
    assert_eq!(
        (cause.reason_status, cause.reason.as_str()),
        (Some(200), "Call completed elsewhere")
    );
}

#[test]
fn a_cancel_that_crosses_our_answer_changes_nothing() {
    let mut t = FarEnd::registered();
    let (dialog, server) = t.ringing("");
    t.ask(SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    });
    t.answer_to(server);
    t.feed(Input::Followed(
        server,
        Box::new(message::cancel(&invite("", OFFER))),
    ));
    t.silent();
    assert_eq!(t.core.calls(), 1);
}

#[test]
fn a_required_reliable_ringing_is_repeated_until_acknowledged() {
    let mut t = FarEnd::registered();
    let (dialog, server) = t.ringing("Require: 100rel\r\n");
    t.ask(SipRequest::Ring { dialog });
    let ringing = t.answer_to(server);
    assert_eq!(value(&ringing.headers, "Require"), "100rel");
    let rseq = value(&ringing.headers, "RSeq").to_owned();
    for _ in 0..3 {
        t.advance();
        assert_eq!(value(&t.answer_to(server).headers, "RSeq"), rseq);
    }
    let mut peer = Peer::caller(&ringing);
    let wrong = t.incoming(peer.request("PRACK", "RAck: 1 1 INVITE\r\n", ""));
    assert_eq!(t.answer_to(wrong).status_code.code(), 481);
    let prack = t.incoming(peer.request("PRACK", &format!("RAck: {rseq} 1 INVITE\r\n"), ""));
    assert_eq!(t.answer_to(prack).status_code.code(), 200);
    t.wait(Duration::from_secs(40));
    t.silent();
}

#[test]
fn a_prack_that_our_answer_crosses_is_taken() {
    let mut t = FarEnd::registered();
    let (dialog, server) = t.ringing("Require: 100rel\r\n");
    t.ask(SipRequest::Ring { dialog });
    let rseq = value(&t.answer_to(server).headers, "RSeq").to_owned();
    t.ask(SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    });
    let ok = t.answer_to(server);
    let mut peer = Peer::caller(&ok);
    let rack = format!("RAck: {rseq} 1 INVITE\r\n");
    for (rack, status) in [
        ("RAck: 1 1 INVITE\r\n", 481),
        ("", 481),
        (&rack, 200),
        (&rack, 481),
    ] {
        let prack = t.incoming(peer.request("PRACK", rack, ""));
        assert_eq!(t.answer_to(prack).status_code.code(), status, "{rack}");
    }
    t.wait(Duration::from_secs(40));
    t.silent();
}

#[test]
fn a_reliable_ringing_nobody_acknowledges_is_given_up() {
    let mut t = FarEnd::registered();
    let (dialog, server) = t.ringing("Require: 100rel\r\n");
    t.ask(SipRequest::Ring { dialog });
    t.wait(Duration::from_secs(32));
    let statuses: Vec<u16> = t
        .out
        .iter()
        .filter_map(|o| match o {
            Output::Respond(id, r) if *id == server => Some(r.status_code.code()),
            _ => None,
        })
        .collect();
    assert_eq!(statuses, [180, 180, 180, 180, 180, 180, 180, 504]);
    t.out.retain(|o| matches!(o, Output::Emit(_)));
    let cause = t.ended();
    assert_eq!((cause.by, cause.status), (EndedBy::Network, Some(408)));
}

#[test]
fn early_media_goes_reliably_and_the_200_waits_for_its_prack() {
    let mut t = FarEnd::registered();
    let (dialog, server) = t.ringing("Supported: 100rel\r\n");
    t.ask(SipRequest::Progress {
        dialog,
        answer: ANSWER.into(),
    });
    let progress = t.answer_to(server);
    assert_eq!(
        (progress.status_code.code(), progress.body.as_slice()),
        (183, ANSWER.as_bytes())
    );
    t.ask(SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    });
    t.silent();
    let rseq = value(&progress.headers, "RSeq");
    let prack = t.incoming(Peer::caller(&progress).request(
        "PRACK",
        &format!("RAck: {rseq} 1 INVITE\r\n"),
        "",
    ));
    assert_eq!(t.answer_to(prack).status_code.code(), 200);
    let ok = t.answer_to(server);
    assert_eq!(ok.status_code.code(), 200);
    assert!(ok.body.is_empty(), "the answer has been given already");
}

#[test]
fn early_media_to_an_older_peer_is_repeated_in_the_200() {
    let mut t = FarEnd::registered();
    let (dialog, server) = t.ringing("");
    t.ask(SipRequest::Progress {
        dialog,
        answer: ANSWER.into(),
    });
    assert_eq!(headers::get(&t.answer_to(server).headers, "RSeq"), None);
    t.ask(SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    });
    assert_eq!(t.answer_to(server).body, ANSWER.as_bytes());
}

#[test]
fn an_offer_left_to_us_is_answered_in_the_ack() {
    let mut t = FarEnd::registered();
    let server = t.incoming(invite("", ""));
    t.answer_to(server);
    let SipEvent::Incoming { dialog, invite } = t.event() else {
        panic!()
    };
    assert_eq!(invite.offer, None);
    t.ask(SipRequest::Accept {
        dialog,
        sdp: OFFER.into(),
    });
    let ok = t.answer_to(server);
    let ack = Peer::caller(&ok).request("ACK", "", ANSWER);
    t.feed(Input::Followed(server, Box::new(ack)));
    assert_eq!(
        t.event(),
        SipEvent::AckedWithAnswer {
            dialog,
            sdp: ANSWER.into()
        }
    );
    assert_eq!(t.event(), SipEvent::Confirmed { dialog });
}

#[test]
fn an_offer_nobody_answers_ends_the_call() {
    let mut t = FarEnd::registered();
    let server = t.incoming(invite("", ""));
    t.answer_to(server);
    let SipEvent::Incoming { dialog, .. } = t.event() else {
        panic!()
    };
    t.ask(SipRequest::Accept {
        dialog,
        sdp: OFFER.into(),
    });
    let ok = t.answer_to(server);
    t.feed(Input::Followed(
        server,
        Box::new(Peer::caller(&ok).request("ACK", "", "")),
    ));
    t.sent(Method::Bye);
    let cause = t.ended();
    assert_eq!((cause.by, cause.status), (EndedBy::Network, Some(408)));
}

#[test]
fn an_answer_nobody_acknowledges_ends_the_call() {
    let mut t = FarEnd::registered();
    let (dialog, server) = t.ringing("");
    t.ask(SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    });
    t.answer_to(server);
    t.feed(Input::ServerDone(server));
    t.sent(Method::Bye);
    let cause = t.ended();
    assert_eq!((cause.by, cause.status), (EndedBy::Network, Some(408)));
}

#[test]
fn an_answer_that_a_broken_flow_kept_from_them_is_the_networks_fault() {
    let mut t = FarEnd::registered();
    let (dialog, server) = t.ringing("");
    t.ask(SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    });
    t.break_flow(&[]);
    t.out.clear();
    t.feed(Input::ServerDone(server));
    let cause = t.ended();
    assert_eq!((cause.by, cause.status), (EndedBy::Network, None));
}

#[test]
fn hanging_up_before_the_ack_waits_for_it() {
    let mut t = FarEnd::registered();
    let (dialog, server) = t.ringing("");
    t.ask(SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    });
    let ok = t.answer_to(server);
    t.ask(SipRequest::Bye { dialog });
    t.ended();
    t.silent();
    t.feed(Input::Followed(
        server,
        Box::new(Peer::caller(&ok).request("ACK", "", "")),
    ));
    let (id, bye) = t.sent(Method::Bye);
    t.finish(id, &bye, 200);
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn what_we_cannot_do_is_refused_with_what_we_can() {
    let mut t = FarEnd::registered();
    let server = t.incoming(invite("Require: 100rel, nothingSupportsThis\r\n", OFFER));
    let refusal = t.answer_to(server);
    assert_eq!(refusal.status_code.code(), 420);
    assert_eq!(
        value(&refusal.headers, "Unsupported"),
        "nothingsupportsthis"
    );
    let server = t.incoming(invite("Supported: timer\r\nSession-Expires: 60\r\n", OFFER));
    let refusal = t.answer_to(server);
    assert_eq!(
        (
            refusal.status_code.code(),
            value(&refusal.headers, "Min-SE")
        ),
        (422, "90")
    );
    let server = t.incoming(invite("Content-Type: text/plain\r\n", ""));
    assert_eq!(
        t.answer_to(server).status_code.code(),
        100,
        "a type without a body is no body"
    );
    t.out.clear();
    let mut request = invite("", OFFER);
    request
        .headers
        .unique_push(rsipstack::sip::Header::CallId("another".into()));
    message::set_body(&mut request.headers, &mut request.body, "text/plain", "hi");
    let server = t.incoming(request);
    let refusal = t.answer_to(server);
    assert_eq!(
        (
            refusal.status_code.code(),
            value(&refusal.headers, "Accept")
        ),
        (415, "application/sdp")
    );
    t.silent();
}

#[test]
fn the_same_call_by_two_ways_rings_once() {
    let mut t = FarEnd::registered();
    t.ringing("");
    let server = t.incoming(invite("", OFFER));
    assert_eq!(t.answer_to(server).status_code.code(), 482);
    t.silent();
}

#[test]
fn a_flood_of_calls_is_busy() {
    let mut t = FarEnd::registered();
    for n in 0..64 {
        let mut request = invite("", OFFER);
        request
            .headers
            .unique_push(rsipstack::sip::Header::CallId(format!("call{n}").into()));
        t.incoming(request);
    }
    t.out.clear();
    let server = t.incoming(invite("", OFFER));
    assert_eq!(t.answer_to(server).status_code.code(), 486);
}
