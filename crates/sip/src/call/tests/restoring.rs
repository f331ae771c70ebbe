//! Calls that are made again by another process.

use std::time::Duration;

use rsipstack::sip::{Header, Method};

use super::OTHER;
use crate::agent::{DialogKey, EndedBy, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, OFFER, Peer, value};
use crate::headers;
use crate::line::Output;
use crate::saved::SavedDialog;
use crate::transactions::ClientId;
use rsipstack::sip::Request;

const KEY: DialogKey = DialogKey(7);

/// A call of ours to Bob, who has named a way and a session of 90 s, as it was written down.
fn written() -> (SavedDialog, Peer) {
    let mut t = FarEnd::registered();
    let (dialog, _, peer) = t.talk(vec![
        Header::RecordRoute("<sip:p1;lr>, <sip:p2;lr>".into()),
        Header::SessionExpires("90;refresher=uac".into()),
        Header::Allow("INVITE, UPDATE".into()),
    ]);
    let (key, saved) = t.saved.pop().unwrap();
    assert_eq!((key, t.saved.len()), (dialog, 0));
    let json = serde_json::to_string(&saved).unwrap();
    assert_eq!(serde_json::from_str::<SavedDialog>(&json).unwrap(), saved);
    (saved, peer)
}

fn restore(saved: &SavedDialog) -> SipRequest {
    SipRequest::Restore {
        dialog: KEY,
        saved: Box::new(saved.clone()),
        offer: OFFER.into(),
    }
}

/// The process after it, whose desk has asked for the call before there was a flow.
fn next_process(saved: &SavedDialog) -> FarEnd {
    let mut t = FarEnd::seeded(2);
    t.feed(Input::Start);
    t.out.clear();
    t.ask(restore(saved));
    t.silent();
    t
}

fn connect(t: &mut FarEnd) -> (ClientId, Request) {
    t.feed(Input::Connected("192.0.2.9:4711".parse().unwrap()));
    let register = t.sent(Method::Register);
    t.out.clear();
    register
}

/// Registered: the offer goes out.
fn offered(t: &mut FarEnd) -> (ClientId, Request) {
    let (id, register) = connect(t);
    t.finish(id, &register, 200);
    t.out.retain(|o| matches!(o, Output::Send(..)));
    let sent = t.sent(Method::Invite);
    t.silent();
    sent
}

#[test]
fn a_call_is_written_down_before_it_is_said_to_stand() {
    let mut t = FarEnd::registered();
    let (_, id, invite) = t.call();
    let mut ok = crate::message::response(&invite, 200, "", Some("b"));
    crate::message::set_body(&mut ok.headers, &mut ok.body, "application/sdp", ANSWER);
    let out = t.core.handle(t.now, Input::Response(id, Box::new(ok)));
    assert!(
        matches!(
            out[..],
            [
                Output::SendDirectly(_),
                Output::Emit(SipEvent::Saved { .. }),
                Output::Emit(SipEvent::Answered { .. })
            ]
        ),
        "{out:?}"
    );
    let mut t = FarEnd::registered();
    let (dialog, _) = t.ringing("");
    let accept = SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    };
    let out = t.core.handle(t.now, Input::Ask(accept));
    assert!(
        matches!(
            out[..],
            [Output::Emit(SipEvent::Saved { .. }), Output::Respond(..)]
        ),
        "{out:?}"
    );
}

#[test]
fn the_next_process_goes_on_once_it_is_registered() {
    let (saved, mut peer) = written();
    let mut t = next_process(&saved);
    let (id, invite) = offered(&mut t);
    assert_eq!(invite.uri.to_string(), "sip:bob@b.example.com");
    assert_eq!(
        headers::list(&invite.headers, "Route"),
        ["<sip:p2;lr>", "<sip:p1;lr>"]
    );
    assert_eq!(value(&invite.headers, "Call-ID"), saved.call_id());
    assert_eq!(value(&invite.headers, "From"), saved.local);
    assert_eq!(value(&invite.headers, "To"), saved.remote);
    assert_eq!(value(&invite.headers, "CSeq"), "1002 INVITE");
    assert_eq!(
        value(&invite.headers, "Session-Expires"),
        "1800;refresher=uac"
    );
    assert_eq!(invite.body, OFFER.as_bytes());
    assert_ne!(value(&invite.headers, "Contact"), "");
    // A second crash does not begin where this one has.
    assert_eq!(t.saved.last().unwrap().1.local_seq, 1001);

    t.respond(id, &invite, 200, Some("b2"), vec![], ANSWER);
    assert_eq!(
        t.event(),
        SipEvent::ReofferAnswered {
            dialog: KEY,
            sdp: ANSWER.into()
        }
    );
    t.acked();
    t.feed(Input::ClientDone(id));
    assert_eq!(
        t.saved.last().unwrap().1.remote_target(),
        "sip:bob@b2.example.com"
    );
    let server = t.incoming(peer.request("INVITE", "", OTHER));
    assert_eq!(t.answer_to(server).status_code.code(), 100);
    assert!(matches!(
        t.event(),
        SipEvent::Reoffered {
            dialog: KEY,
            offer: Some(_)
        }
    ));
    let server = t.incoming(peer.request("BYE", "", ""));
    assert_eq!(t.answer_to(server).status_code.code(), 200);
}

#[test]
fn a_call_that_they_made_is_theirs_again() {
    let mut t = FarEnd::registered();
    let (_, mut peer) = t.answer("Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n");
    let (_, saved) = t.saved.pop().unwrap();
    assert!(!saved.caller);
    let mut t = next_process(&saved);
    let (id, invite) = offered(&mut t);
    assert_eq!(
        headers::list(&invite.headers, "Route"),
        ["<sip:p1;lr>", "<sip:p2;lr>"]
    );
    assert_eq!(value(&invite.headers, "CSeq"), "1001 INVITE");
    t.respond(id, &invite, 200, Some("b"), vec![], ANSWER);
    assert!(matches!(t.event(), SipEvent::ReofferAnswered { .. }));
    t.acked();
    t.feed(Input::ClientDone(id));
    let server = t.incoming(peer.request("OPTIONS", "", ""));
    assert_eq!(t.answer_to(server).status_code.code(), 200);
    t.ask(SipRequest::Bye { dialog: KEY });
    let (id, bye) = t.sent(Method::Bye);
    assert_eq!(value(&bye.headers, "CSeq"), "1002 BYE");
    t.finish(id, &bye, 200);
    assert_eq!(t.ended().by, EndedBy::Local);
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn a_challenge_is_answered_and_a_session_is_kept() {
    let (saved, _) = written();
    let mut t = next_process(&saved);
    let (id, invite) = offered(&mut t);
    let challenge = Header::ProxyAuthenticate("Digest realm=\"r\",nonce=\"n\"".into());
    t.respond(id, &invite, 407, None, vec![challenge], "");
    let (id, invite) = t.sent(Method::Invite);
    assert_eq!(value(&invite.headers, "CSeq"), "1003 INVITE");
    let session = Header::SessionExpires("90;refresher=uac".into());
    t.respond(id, &invite, 200, Some("b"), vec![session], ANSWER);
    t.out.clear();
    t.wait(Duration::from_secs(45));
    t.sent(Method::Update);
}

#[test]
fn without_any_connection_the_session_still_ends_in_its_time() {
    let (saved, _) = written();
    let mut t = next_process(&saved);
    t.wait(Duration::from_secs(89));
    t.silent();
    t.wait(Duration::from_secs(1));
    assert_eq!(t.ended().by, EndedBy::Network);
}

#[test]
fn a_server_that_does_not_register_us_carries_it_all_the_same() {
    let (saved, _) = written();
    let mut t = next_process(&saved);
    let (id, register) = connect(&mut t);
    let later = Header::RetryAfter("300".into());
    t.respond(id, &register, 503, None, vec![later], "");
    t.out.clear();
    t.wait(Duration::from_millis(4900));
    t.silent();
    t.wait(Duration::from_millis(100));
    t.sent(Method::Invite);
    t.silent();
}

#[test]
fn asked_for_while_registered_it_goes_out_at_once() {
    let (saved, _) = written();
    let mut t = FarEnd::registered();
    t.ask(restore(&saved));
    t.sent(Method::Invite);
    t.silent();
}

#[test]
fn what_a_broken_flow_took_along_goes_by_the_next() {
    let (saved, _) = written();
    let mut t = next_process(&saved);
    let (lost, _) = offered(&mut t);
    t.break_flow(&[lost]);
    t.out.clear();
    t.wait(Duration::from_secs(3));
    t.out.clear();
    let (_, invite) = offered(&mut t);
    assert_eq!(value(&invite.headers, "CSeq"), "1003 INVITE");
    assert_eq!(invite.body, OFFER.as_bytes());
}

#[test]
fn the_latest_offer_is_the_one_that_goes_out() {
    let (saved, _) = written();
    let mut t = next_process(&saved);
    t.ask(SipRequest::Reoffer {
        dialog: KEY,
        offer: OTHER.into(),
    });
    t.silent();
    let (_, invite) = offered(&mut t);
    assert_eq!(invite.body, OTHER.as_bytes());
    t.ask(SipRequest::Reoffer {
        dialog: KEY,
        offer: OFFER.into(),
    });
    let refused = SipEvent::ReofferRefused {
        dialog: KEY,
        status: 491,
    };
    assert_eq!(t.event(), refused);
}

#[test]
fn they_may_hang_up_first() {
    let (saved, mut peer) = written();
    let mut t = next_process(&saved);
    let (id, register) = connect(&mut t);
    let server = t.incoming(peer.request("BYE", "", ""));
    assert_eq!(t.answer_to(server).status_code.code(), 200);
    assert_eq!(t.ended().by, EndedBy::Remote);
    t.finish(id, &register, 200);
    t.out.retain(|o| !matches!(o, Output::Emit(_)));
    t.silent();
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn we_may_hang_up_before_they_have_heard_of_us() {
    let (saved, _) = written();
    let mut t = next_process(&saved);
    t.ask(SipRequest::Bye { dialog: KEY });
    assert_eq!(t.ended().by, EndedBy::Local);
    t.feed(Input::Connected("192.0.2.9:4711".parse().unwrap()));
    let (_, _) = t.sent(Method::Register);
    let (id, bye) = t.sent(Method::Bye);
    t.finish(id, &bye, 200);
    assert_eq!(t.core.calls(), 0);
}

#[test]
fn their_offer_comes_first_and_ours_gives_way_or_follows() {
    for answer in [Ok(ANSWER.to_owned()), Err(488)] {
        let (saved, mut peer) = written();
        let mut t = next_process(&saved);
        let (register, request) = connect(&mut t);
        let theirs = t.incoming(peer.request("INVITE", "", OTHER));
        assert_eq!(t.answer_to(theirs).status_code.code(), 100);
        assert!(matches!(t.event(), SipEvent::Reoffered { .. }));
        t.finish(register, &request, 200);
        t.out.clear();
        let taken = answer.is_ok();
        t.ask(SipRequest::AnswerReoffer {
            dialog: KEY,
            answer,
        });
        if taken {
            let ok = t.answer_to(theirs);
            assert_eq!(ok.status_code.code(), 200);
            assert_eq!(
                t.event(),
                SipEvent::ReofferRefused {
                    dialog: KEY,
                    status: 491
                }
            );
            t.feed(Input::Followed(
                theirs,
                Box::new(peer.request("ACK", "", "")),
            ));
            t.feed(Input::ServerDone(theirs));
        } else {
            assert_eq!(t.answer_to(theirs).status_code.code(), 488);
            t.sent(Method::Invite);
        }
        t.silent();
        assert_eq!(t.core.calls(), 1);
    }
}

#[test]
fn refused_it_is_told_as_of_any_offer() {
    for status in [408, 488, 491, 500, 503] {
        let (saved, _) = written();
        let mut t = next_process(&saved);
        let (id, invite) = offered(&mut t);
        t.finish(id, &invite, status);
        let dialog = KEY;
        assert_eq!(t.event(), SipEvent::ReofferRefused { dialog, status });
        t.silent();
        assert_eq!(t.core.calls(), 1, "the call stays");
    }
    let (saved, _) = written();
    let mut t = next_process(&saved);
    let (id, invite) = offered(&mut t);
    t.finish(id, &invite, 481);
    assert!(matches!(
        t.event(),
        SipEvent::ReofferRefused { status: 481, .. }
    ));
    t.sent(Method::Bye);
    assert_eq!(t.ended().status, Some(481));
}

#[test]
fn a_new_call_can_take_its_place_there() {
    let (saved, peer) = written();
    let mut t = FarEnd::registered();
    t.ask(SipRequest::Invite {
        dialog: KEY,
        to: saved.remote_target().into(),
        offer: OFFER.into(),
        headers: vec![("Replaces".into(), saved.replaces())],
    });
    let (_, invite) = t.sent(Method::Invite);
    assert_eq!(invite.uri.to_string(), "sip:bob@b.example.com");
    assert_eq!(value(&invite.headers, "Require"), "replaces");
    let [call_id, to, from] = [
        saved.call_id().to_owned(),
        headers::tag(&saved.remote).unwrap(),
        headers::tag(&saved.local).unwrap(),
    ];
    let named = format!("{call_id};to-tag={to};from-tag={from}");
    assert_eq!(value(&invite.headers, "Replaces"), named);
    assert_eq!(saved.remote_uri(), "sip:bob@example.com");
    // And theirs can take its place here.
    let mut t = next_process(&saved);
    offered(&mut t);
    let mut theirs = crate::far_end::invite(&format!("Replaces: {}\r\n", peer.replaces()), OFFER);
    theirs.headers.unique_push(Header::CallId("new".into()));
    let server = t.incoming(theirs);
    assert_eq!(t.answer_to(server).status_code.code(), 100);
    let SipEvent::Incoming { invite, .. } = t.event() else {
        panic!()
    };
    assert_eq!(invite.replaces, Some(KEY));
}

#[test]
fn what_matters_is_written_down_again_and_no_more() {
    let mut t = FarEnd::registered();
    let (dialog, _, mut peer) = t.talk(vec![]);
    t.saved.clear();
    let server = t.incoming(peer.request("OPTIONS", "", ""));
    t.answer_to(server);
    let info = |t: &mut FarEnd| {
        t.ask(SipRequest::InfoDtmf {
            dialog,
            digit: '1',
            duration_ms: 100,
        });
        let (id, info) = t.sent(Method::Info);
        t.finish(id, &info, 200);
        t.out.clear();
    };
    for _ in 0..499 {
        info(&mut t);
    }
    assert!(t.saved.is_empty());
    info(&mut t);
    assert_eq!(t.saved.pop().unwrap().1.local_seq, 501);
    // They have moved.
    let server = t.incoming(peer.request("UPDATE", "", ""));
    t.answer_to(server);
    let (_, saved) = t.saved.pop().unwrap();
    assert_eq!(saved.remote_target(), "sip:bob@moved.example.com");
    assert!(saved.session.is_some() && t.saved.is_empty());
    t.ask(SipRequest::Bye { dialog });
    assert!(t.saved.is_empty());
}

#[test]
fn what_is_damaged_is_no_call_and_no_header() {
    let (saved, _) = written();
    let broken = |break_it: &dyn Fn(&mut SavedDialog)| {
        let mut damaged = saved.clone();
        break_it(&mut damaged);
        let mut t = FarEnd::registered();
        t.ask(restore(&damaged));
        assert_eq!(t.ended().by, EndedBy::Local);
        t.silent();
        assert_eq!(t.core.calls(), 0);
    };
    broken(&|saved| saved.remote = "<sip:bob@example.com>".into());
    broken(&|saved| saved.local = "nobody".into());
    broken(&|saved| saved.call_id = "1\r\nX: y".into());
    broken(&|saved| saved.target = "sip:a@b>\r\nX: <".into());
    broken(&|saved| saved.routes.push("<sip:a>\r\nX: y".into()));
    broken(&|saved| saved.routes.push("nowhere".into()));
    broken(&|saved| saved.target = String::new());
    broken(&|saved| saved.local_seq = u32::MAX);
}

#[test]
fn it_shows_nobody_and_holds_no_password() {
    let (saved, _) = written();
    let json = serde_json::to_string(&saved).unwrap();
    assert!(json.contains("bob") && !json.contains("pw") && !json.contains("Digest"));
    let event = SipEvent::Saved {
        dialog: KEY,
        saved: Box::new(saved.clone()),
    };
    let shown = format!("{saved:?} {event:?} {:?}", restore(&saved));
    for word in ["bob", "alice", "example", saved.call_id()] {
        assert!(!shown.contains(word), "{shown}");
    }
    // What an older version did not know.
    let older: SavedDialog = serde_json::from_str(
        "{\"call_id\":\"1\",\"local\":\"<sip:a@b>;tag=1\",\"remote\":\"<sip:c@d>;tag=2\",\"target\":\"sip:c@d\",\
         \"routes\":[],\"local_seq\":1,\"remote_seq\":null,\"caller\":true}",
    )
    .unwrap();
    assert!(older.is_whole());
}
