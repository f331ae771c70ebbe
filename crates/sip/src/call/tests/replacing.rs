//! Calls that take the place of others.

use rsipstack::sip::{Header, Method, Request, Response};

use super::OTHER;
use crate::agent::{DialogKey, EndCause, EndedBy, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, OFFER, Peer, invite, value};
use crate::headers;
use crate::message;
use crate::transactions::{ClientId, ServerId};

/// A call of ours with the agent, whom the customer is to take the place of.
struct Consulted {
    t: FarEnd,
    old: DialogKey,
    agent: Peer,
    replaces: String,
}

fn consulted() -> Consulted {
    let mut t = FarEnd::registered();
    let (old, id, invite) = t.call();
    t.respond(id, &invite, 200, Some("b"), vec![], ANSWER);
    t.feed(Input::ClientDone(id));
    t.out.clear();
    Consulted {
        t,
        old,
        agent: Peer::called(&invite, "b"),
        replaces: named(&invite, "b"),
    }
}

/// The dialog of our INVITE, as another names it to us.
fn named(invite: &Request, theirs: &str) -> String {
    let ours = headers::tag(value(&invite.headers, "From")).unwrap();
    let call_id = value(&invite.headers, "Call-ID");
    format!("{call_id};to-tag={ours};from-tag={theirs}")
}

impl Consulted {
    /// The customer's INVITE, with this in `Replaces`.
    fn invited(&mut self, more: &str) -> (ServerId, Request) {
        let request = invite(more, OFFER);
        (self.t.incoming(request.clone()), request)
    }

    /// The customer calls to replace the agent.
    fn ringing(&mut self) -> (DialogKey, ServerId, Request) {
        let line = format!(
            "Replaces: {}\r\nReferred-By: <sip:agent@example.com>\r\nRequire: replaces\r\n",
            self.replaces
        );
        let (server, request) = self.invited(&line);
        assert_eq!(self.t.answer_to(server).status_code.code(), 100);
        let SipEvent::Incoming { dialog, invite } = self.t.event() else {
            panic!()
        };
        assert_eq!(invite.replaces, Some(self.old));
        let by = invite.referred_by.map(|by| by.uri);
        assert_eq!(by.as_deref(), Some("sip:agent@example.com"));
        self.t.silent();
        (dialog, server, request)
    }

    fn accept(&mut self, dialog: DialogKey, server: ServerId) -> Response {
        self.t.ask(SipRequest::Accept {
            dialog,
            sdp: ANSWER.into(),
        });
        let ok = self.t.answer_to(server);
        assert_eq!(ok.status_code.code(), 200);
        self.t.silent();
        ok
    }

    fn acked(&mut self, dialog: DialogKey, server: ServerId, ok: &Response) -> Peer {
        let mut customer = Peer::caller(ok);
        let ack = Box::new(customer.request("ACK", "", ""));
        self.t.feed(Input::Followed(server, ack));
        assert_eq!(self.t.event(), SipEvent::Confirmed { dialog });
        self.t.feed(Input::ServerDone(server));
        customer
    }

    fn bye(&mut self) -> (ClientId, Request) {
        let (id, bye) = self.t.sent(Method::Bye);
        assert!(self.replaces.starts_with(value(&bye.headers, "Call-ID")));
        (id, bye)
    }

    #[track_caller]
    fn ended(&mut self, which: DialogKey) -> EndCause {
        match self.t.event() {
            SipEvent::Ended { dialog, cause } if dialog == which => cause,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_replaced_call_is_hung_up_once_the_new_one_is_confirmed() {
    let mut c = consulted();
    let (new, server, _) = c.ringing();
    c.t.ask(SipRequest::Ring { dialog: new });
    assert_eq!(c.t.answer_to(server).status_code.code(), 180);
    c.t.silent();
    let ok = c.accept(new, server);
    c.acked(new, server, &ok);
    let (id, bye) = c.bye();
    let cause = c.ended(c.old);
    assert_eq!((cause.by, cause.replaced_by), (EndedBy::Local, Some(new)));
    c.t.finish(id, &bye, 200);
    c.t.silent();
    assert_eq!(c.t.core.calls(), 1);
    c.t.ask(SipRequest::Bye { dialog: new });
    c.t.sent(Method::Bye);
    assert_eq!(c.ended(new).replaced_by, None);
}

#[test]
fn an_agent_who_hangs_up_first_is_replaced_all_the_same() {
    let mut c = consulted();
    let (new, server, _) = c.ringing();
    let ok = c.accept(new, server);
    let bye = c.agent.request("BYE", "", "");
    let bye = c.t.incoming(bye);
    assert_eq!(c.t.answer_to(bye).status_code.code(), 200);
    let cause = c.ended(c.old);
    assert_eq!((cause.by, cause.replaced_by), (EndedBy::Remote, Some(new)));
    c.acked(new, server, &ok);
    c.t.silent();
    assert_eq!(c.t.core.calls(), 1);
}

#[test]
fn nobody_is_lost_where_the_new_call_comes_to_nothing() {
    for way in ["rejected", "cancelled", "not acknowledged", "hung up"] {
        let mut c = consulted();
        let (new, server, request) = c.ringing();
        match way {
            "rejected" => {
                c.t.ask(SipRequest::Reject {
                    dialog: new,
                    status: 603,
                    reason: None,
                });
                assert_eq!(c.t.answer_to(server).status_code.code(), 603);
            }
            "cancelled" => {
                let cancel = Box::new(message::cancel(&request));
                c.t.feed(Input::Followed(server, cancel));
                assert_eq!(c.t.answer_to(server).status_code.code(), 487);
            }
            "not acknowledged" => {
                c.accept(new, server);
                c.t.feed(Input::ServerDone(server));
                let (_, bye) = c.t.sent(Method::Bye);
                assert_eq!(value(&bye.headers, "Call-ID"), "theirs");
            }
            _ => {
                let ok = c.accept(new, server);
                let bye = c.t.incoming(Peer::caller(&ok).request("BYE", "", ""));
                assert_eq!(c.t.answer_to(bye).status_code.code(), 200);
            }
        }
        c.ended(new);
        c.t.silent();
        // The agent's call stands, and ends as any does.
        let bye = c.agent.request("BYE", "", "");
        c.t.incoming(bye);
        let cause = c.ended(c.old);
        assert_eq!(
            (cause.by, cause.replaced_by),
            (EndedBy::Remote, None),
            "{way}"
        );
    }
}

#[test]
fn an_offer_that_overtakes_the_ack_does_not_stand_for_it() {
    let mut c = consulted();
    let (new, server, _) = c.ringing();
    let ok = c.accept(new, server);
    let mut customer = Peer::caller(&ok);
    let again = c.t.incoming(customer.request("INVITE", "", OTHER));
    c.t.answer_to(again);
    assert!(matches!(c.t.event(), SipEvent::Reoffered { .. }));
    c.t.ask(SipRequest::AnswerReoffer {
        dialog: new,
        answer: Ok(ANSWER.into()),
    });
    c.t.answer_to(again);
    c.t.silent();
    let ack = Box::new(customer.request("ACK", "", ""));
    c.t.feed(Input::Followed(again, ack));
    assert_eq!(c.t.event(), SipEvent::Confirmed { dialog: new });
    c.bye();
    assert_eq!(c.ended(c.old).replaced_by, Some(new));
}

#[test]
fn a_late_answer_of_the_desk_replaces_nothing() {
    let mut c = consulted();
    let (new, server, _) = c.ringing();
    c.t.ask(SipRequest::Bye { dialog: c.old });
    c.t.sent(Method::Bye);
    assert_eq!(c.ended(c.old).replaced_by, None);
    let ok = c.accept(new, server);
    c.acked(new, server, &ok);
    c.t.silent();
}

#[test]
fn an_invite_that_names_no_call_of_ours_is_refused() {
    let mut c = consulted();
    let good = c.replaces.clone();
    let (call_id, tags) = good.split_once(';').unwrap();
    let swapped = tags.replace("to-tag", "x").replace("from-tag", "to-tag");
    let swapped = swapped.replace("x=", "from-tag=");
    for (more, status) in [
        ("Replaces: other;to-tag=1;from-tag=2\r\n".to_owned(), 481),
        (format!("Replaces: {call_id};{swapped}\r\n"), 481),
        (format!("Replaces: {good};early-only\r\n"), 486),
        (format!("Replaces: {call_id}\r\n"), 400),
        (format!("Replaces: {good}\r\nReplaces: {good}\r\n"), 400),
        (format!("Replaces: {good}, {good}\r\n"), 400),
        (format!("Replaces: {good}\r\nJoin: {good}\r\n"), 400),
        ("Replaces:\r\n".to_owned(), 400),
    ] {
        let (server, _) = c.invited(&more);
        assert_eq!(c.t.answer_to(server).status_code.code(), status, "{more}");
        c.t.silent();
    }
    assert_eq!(c.t.core.calls(), 1);
}

#[test]
fn a_call_that_has_ended_is_declined() {
    let mut c = consulted();
    let line = format!("Replaces: {}\r\n", c.replaces);
    c.t.ask(SipRequest::Bye { dialog: c.old });
    let (id, bye) = c.t.sent(Method::Bye);
    c.ended(c.old);
    let (server, _) = c.invited(&line);
    assert_eq!(c.t.answer_to(server).status_code.code(), 603);
    c.t.finish(id, &bye, 200);
    assert_eq!(c.t.core.calls(), 0, "forgotten, and known all the same");
    let (server, _) = c.invited(&line);
    assert_eq!(c.t.answer_to(server).status_code.code(), 603);
    c.t.silent();
}

#[test]
fn of_calls_that_ring_only_our_own_can_be_replaced() {
    let mut t = FarEnd::registered();
    let (old, id, ours) = t.call();
    t.respond(id, &ours, 180, Some("b"), vec![], "");
    t.out.clear();
    let line = format!("Replaces: {};early-only\r\n", named(&ours, "b"));
    let server = t.incoming(invite(&line, OFFER));
    t.answer_to(server);
    let SipEvent::Incoming { dialog: new, .. } = t.event() else {
        panic!()
    };
    t.ask(SipRequest::Accept {
        dialog: new,
        sdp: ANSWER.into(),
    });
    let ok = t.answer_to(server);
    let ack = Peer::caller(&ok).request("ACK", "", "");
    t.feed(Input::Followed(server, Box::new(ack)));
    t.sent(Method::Cancel);
    assert_eq!(t.event(), SipEvent::Confirmed { dialog: new });
    assert!(
        matches!(t.event(), SipEvent::Ended { dialog, cause } if dialog == old && cause.replaced_by == Some(new))
    );

    let mut t = FarEnd::registered();
    let (dialog, server) = t.ringing("");
    t.ask(SipRequest::Ring { dialog });
    let ringing = t.answer_to(server);
    let ours = headers::tag(value(&ringing.headers, "To")).unwrap();
    let mut other = invite(
        &format!("Replaces: theirs;to-tag={ours};from-tag=bobs\r\n"),
        OFFER,
    );
    other.headers.unique_push(Header::CallId("other".into()));
    let server = t.incoming(other);
    assert_eq!(t.answer_to(server).status_code.code(), 481);
    t.silent();
}

#[test]
fn only_an_invite_can_replace() {
    let mut c = consulted();
    let line = format!("Replaces: {}\r\n", c.replaces);
    for method in ["BYE", "OPTIONS", "UPDATE", "REFER"] {
        let request = c.agent.request(method, &line, "");
        let server = c.t.incoming(request);
        assert_eq!(c.t.answer_to(server).status_code.code(), 400, "{method}");
    }
    c.t.silent();
    assert_eq!(c.t.core.calls(), 1);
}

#[test]
fn of_two_who_want_one_place_the_first_accepted_gets_it() {
    let mut c = consulted();
    let (one, first, _) = c.ringing();
    let mut other = invite(&format!("Replaces: {}\r\n", c.replaces), OFFER);
    other.headers.unique_push(Header::CallId("other".into()));
    let second = c.t.incoming(other);
    c.t.answer_to(second);
    let SipEvent::Incoming { dialog: two, .. } = c.t.event() else {
        panic!()
    };
    let ok = c.accept(two, second);
    let ok_too = c.accept(one, first);
    c.acked(two, second, &ok);
    c.bye();
    assert_eq!(c.ended(c.old).replaced_by, Some(two));
    c.acked(one, first, &ok_too);
    c.t.silent();
}
