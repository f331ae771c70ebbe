//! BYEs that cross forks and ACKs.

use rsipstack::sip::{Method, Request};

use super::OTHER;
use crate::agent::{DialogKey, EndedBy, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, Peer, value};
use crate::transactions::{ClientId, ServerId};

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
fn a_digit_of_a_fork_that_has_lost_is_nobodys() {
    let mut t = FarEnd::registered();
    let (_, _, invite, mut winner) = won_by_the_second_fork(&mut t);
    let mut loser = Peer::called(&invite, "one");
    let digit = "Signal=5\r\nDuration=160\r\n";
    let kind = "Content-Type: application/dtmf-relay\r\n";
    let server = t.incoming(loser.request("INFO", kind, digit));
    assert_eq!(t.answer_to(server).status_code.code(), 481);
    t.silent();
    let server = t.incoming(winner.request("INFO", kind, digit));
    assert_eq!(t.answer_to(server).status_code.code(), 200);
    assert!(matches!(t.event(), SipEvent::Dtmf { digit: '5', .. }));
}
