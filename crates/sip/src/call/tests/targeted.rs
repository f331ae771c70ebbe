//! REFERs that come outside of the call that they are about.

use rsipstack::sip::{Header, Method, Request};

use crate::agent::{DialogKey, ReferId, SipEvent, SipRequest};
use crate::far_end::{FarEnd, Peer, parse, value};
use crate::headers;

/// A REFER of somebody at the PBX, with further header lines.
fn outside(n: u32, more: &str) -> Request {
    parse(&format!(
        "REFER sip:alice@x.invalid SIP/2.0\r\nVia: SIP/2.0/WSS p;branch=z9hG4bKout{n}\r\nFrom: <sip:boss@example.com>;tag=boss{n}\r\n\
         To: <sip:alice@example.com>\r\nCall-ID: outside{n}\r\nCSeq: 1 REFER\r\nContact: <sip:boss@pbx.example.com>\r\n\
         Record-Route: <sip:p1;lr>\r\nRefer-To: <sip:eve@example.com>\r\n{more}Content-Length: 0\r\n\r\n"
    ))
}

/// `Target-Dialog` for our end of this dialog: tags as their receiver has them, or the other way round.
fn target(peer: &Peer, swapped: bool) -> String {
    let (to, from) = if swapped {
        ("remote-tag", "local-tag")
    } else {
        ("local-tag", "remote-tag")
    };
    let named = peer
        .replaces()
        .replace("to-tag", to)
        .replace("from-tag", from);
    format!("Target-Dialog: {named}\r\nRequire: tdialog\r\n")
}

fn referred(t: &mut FarEnd, call: DialogKey) -> ReferId {
    match t.event() {
        SipEvent::Referred {
            dialog,
            refer,
            refer_to,
            ..
        } => {
            assert_eq!(
                (dialog, refer_to.uri.as_str()),
                (call, "sip:eve@example.com")
            );
            t.silent();
            refer
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_that_names_our_call_is_taken_as_one_within_and_told_of_outside() {
    for swapped in [false, true] {
        let mut t = FarEnd::registered();
        let (dialog, peer) = t.answer("");
        let server = t.incoming(outside(1, &target(&peer, swapped)));
        let refer = referred(&mut t, dialog);
        t.ask(SipRequest::AnswerRefer {
            dialog,
            refer,
            status: 202,
        });
        let accepted = t.answer_to(server);
        assert_eq!(accepted.status_code.code(), 202);
        let tag = headers::tag(value(&accepted.headers, "To")).unwrap();
        let (id, notify) = t.sent(Method::Notify);
        assert_eq!(value(&notify.headers, "Event"), "refer");
        assert_eq!(value(&notify.headers, "Call-ID"), "outside1");
        assert_eq!(notify.uri.to_string(), "sip:boss@pbx.example.com");
        assert_eq!(value(&notify.headers, "Route"), "<sip:p1;lr>");
        assert_eq!(headers::tag(value(&notify.headers, "From")), Some(tag));
        t.finish(id, &notify, 200);
        // The call itself goes on, and is what it was.
        t.ask(SipRequest::NotifyRefer {
            dialog,
            refer,
            status: 200,
            reason: None,
            last: true,
        });
        let (id, last) = t.sent(Method::Notify);
        assert_eq!(value(&last.headers, "CSeq"), "2 NOTIFY");
        t.finish(id, &last, 200);
        t.ask(SipRequest::Bye { dialog });
        let (_, bye) = t.sent(Method::Bye);
        assert_eq!(value(&bye.headers, "Call-ID"), "theirs");
    }
}

#[test]
fn one_within_the_call_beside_it_is_another() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let within = t.incoming(peer.request("REFER", "Refer-To: <sip:eve@example.com>\r\n", ""));
    let first = referred(&mut t, dialog);
    let outer = t.incoming(outside(1, &target(&peer, false)));
    let second = referred(&mut t, dialog);
    let third_server = t.incoming(outside(2, &target(&peer, false)));
    let third = referred(&mut t, dialog);
    assert!(first != second && second != third && first != third);
    for (refer, server, status) in [
        (second, outer, 603),
        (third, third_server, 486),
        (first, within, 403),
    ] {
        t.ask(SipRequest::AnswerRefer {
            dialog,
            refer,
            status,
        });
        let refused = t.answer_to(server);
        assert_eq!(refused.status_code.code(), status);
        assert!(headers::tag(value(&refused.headers, "To")).is_some());
        t.silent();
    }
}

#[test]
fn whom_we_do_not_talk_with_cannot_make_us_call() {
    let mut t = FarEnd::registered();
    let (dialog, peer) = t.answer("");
    let stranger = Peer::called(&outside(9, ""), "x");
    for (n, (more, status)) in [
        (String::new(), 403),
        (target(&stranger, false), 403),
        (target(&peer, false).replace("theirs", "other"), 403),
        ("Target-Dialog: theirs\r\n".into(), 400),
        ("Target-Dialog: theirs;local-tag=1\r\n".into(), 400),
        (format!("{0}{0}", target(&peer, false)), 400),
        (target(&peer, false).replace("tdialog", "nothing"), 420),
    ]
    .into_iter()
    .enumerate()
    {
        let server = t.incoming(outside(n as u32, &more));
        assert_eq!(t.answer_to(server).status_code.code(), status, "{more}");
        t.silent();
    }
    // Nor once the call is over, or before it stands.
    t.ask(SipRequest::Bye { dialog });
    t.out.clear();
    let server = t.incoming(outside(20, &target(&peer, false)));
    assert_eq!(t.answer_to(server).status_code.code(), 403);
    let mut t = FarEnd::registered();
    let (_, id, invite) = t.call();
    t.respond(id, &invite, 180, Some("b"), vec![], "");
    t.out.clear();
    let server = t.incoming(outside(21, &target(&Peer::called(&invite, "b"), false)));
    assert_eq!(t.answer_to(server).status_code.code(), 403);
}

#[test]
fn the_end_of_the_call_answers_it() {
    let mut t = FarEnd::registered();
    let (dialog, mut peer) = t.answer("");
    let server = t.incoming(outside(1, &target(&peer, false)));
    referred(&mut t, dialog);
    let bye = t.incoming(peer.request("BYE", "", ""));
    assert_eq!(t.answer_to(bye).status_code.code(), 200);
    assert_eq!(t.answer_to(server).status_code.code(), 481);
    t.ended();
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn more_than_anybody_sends_are_refused() {
    let mut t = FarEnd::registered();
    let (dialog, peer) = t.answer("");
    for n in 0..63 {
        let server = t.incoming(outside(n, &target(&peer, false)));
        let refer = referred(&mut t, dialog);
        t.ask(SipRequest::AnswerRefer {
            dialog,
            refer,
            status: 603,
        });
        assert_eq!(t.answer_to(server).status_code.code(), 603);
    }
    let server = t.incoming(outside(99, &target(&peer, false)));
    assert_eq!(t.answer_to(server).status_code.code(), 486);
    t.silent();
}

#[test]
fn ours_go_within_and_need_no_target() {
    let mut t = FarEnd::registered();
    let (dialog, _) = t.answer("");
    t.ask(SipRequest::Refer {
        dialog,
        refer: ReferId(1),
        refer_to: "eve".into(),
        replaces: None,
    });
    let (_, refer) = t.sent(Method::Refer);
    assert_eq!(value(&refer.headers, "Call-ID"), "theirs");
    assert!(headers::get(&refer.headers, "Target-Dialog").is_none());
    assert!(headers::has_token(&refer.headers, "Supported", "tdialog"));
    let supported = refer
        .headers
        .iter()
        .filter(|h| matches!(h, Header::Supported(_)));
    assert_eq!(supported.count(), 1);
}
