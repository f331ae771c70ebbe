//! For tests: a user agent's core with a scripted server and far end, in virtual time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rsipstack::sip::{Header, Headers, Method, Request, Response};

use crate::account::Account;
use crate::agent::{DialogKey, EndCause, SipEvent, SipRequest};
use crate::core::{Core, Input};
use crate::dialer::FlowError;
use crate::line::Output;
use crate::numbers::Numbers;
use crate::saved::SavedDialog;
use crate::transactions::{ClientId, ServerId};
use crate::wire::{self, Inbound};
use crate::{headers, message};

/// A core under test. What it puts out is kept, and checked off by the methods that look for it.
pub(crate) struct FarEnd {
    pub(crate) core: Core,
    pub(crate) now: Instant,
    pub(crate) out: Vec<Output>,
    /// What was told for another process, in order; it is not among the rest.
    pub(crate) saved: Vec<(DialogKey, SavedDialog)>,
    next_server: u64,
}

/// A dialog as the far end sees it.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    from: String,
    to: String,
    call_id: String,
    uri: String,
    seq: u32,
}

pub(crate) const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n";
pub(crate) const ANSWER: &str = "v=0\r\no=- 2 1 IN IP4 192.0.2.2\r\ns=-\r\n";

impl FarEnd {
    /// Registered over WSS as `sip:alice@example.com`.
    pub(crate) fn registered() -> Self {
        let mut t = Self::seeded(1);
        t.feed(Input::Start);
        t.register();
        t.out.clear();
        t
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        Self::named("alice", seed)
    }

    pub(crate) fn named(user: &str, seed: u64) -> Self {
        let account = Account::new(
            vec!["wss://sbc.example.com/".parse().unwrap()],
            format!("sip:{user}@example.com").parse().unwrap(),
            "pw",
            "00000000-0000-1000-8000-000a95a0e128",
        );
        let core = Core::new(
            &account,
            Arc::new(Numbers::new(1000, 1)),
            StdRng::seed_from_u64(seed),
        );
        Self {
            core,
            now: Instant::now(),
            out: Vec::new(),
            saved: Vec::new(),
            next_server: 0,
        }
    }

    /// Brings the flow up, and answers the REGISTER.
    pub(crate) fn register(&mut self) {
        self.feed(Input::Connected("192.0.2.1:4711".parse().unwrap()));
        let (id, register) = self.sent(Method::Register);
        self.respond(
            id,
            &register,
            200,
            None,
            vec![Header::Expires(600.into())],
            "",
        );
        self.feed(Input::ClientDone(id));
    }

    pub(crate) fn feed(&mut self, input: Input) {
        for output in self.core.handle(self.now, input) {
            match output {
                Output::Emit(SipEvent::Saved { dialog, saved }) => {
                    self.saved.push((dialog, *saved));
                }
                other => self.out.push(other),
            }
        }
    }

    pub(crate) fn ask(&mut self, request: SipRequest) {
        self.feed(Input::Ask(request));
    }

    /// Breaks the flow, and with it these requests.
    pub(crate) fn break_flow(&mut self, lost: &[ClientId]) {
        self.feed(Input::Disconnected(FlowError::Dead, lost.to_vec()));
    }

    /// Reconnects and registers again, after the back-off.
    pub(crate) fn recover(&mut self) {
        while !self.out.iter().any(|o| matches!(o, Output::Connect)) {
            self.advance();
        }
        self.out.retain(|o| !matches!(o, Output::Connect));
        self.register();
    }

    /// Goes to the next moment something is due.
    pub(crate) fn advance(&mut self) {
        self.now = self.core.poll_timeout().expect("something to wait for");
        self.feed(Input::Timeout);
    }

    pub(crate) fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while self.core.poll_timeout().is_some_and(|at| at <= until) {
            self.advance();
        }
        self.now = until;
    }

    /// Our next request, which has to be of this method.
    #[track_caller]
    pub(crate) fn sent(&mut self, method: Method) -> (ClientId, Request) {
        let at = self
            .out
            .iter()
            .position(|o| matches!(o, Output::Send(..)))
            .unwrap_or_else(|| panic!("no {method} in {:?}", self.out));
        let Output::Send(id, request) = self.out.remove(at) else {
            unreachable!()
        };
        assert_eq!(request.method, method);
        (id, *request)
    }

    #[track_caller]
    pub(crate) fn acked(&mut self) -> Request {
        let at = self
            .out
            .iter()
            .position(|o| matches!(o, Output::SendDirectly(_)))
            .expect("an ACK");
        let Output::SendDirectly(request) = self.out.remove(at) else {
            unreachable!()
        };
        assert_eq!(request.method, Method::Ack);
        *request
    }

    /// Our next response to this request.
    #[track_caller]
    pub(crate) fn answer_to(&mut self, server: ServerId) -> Response {
        let at = self
            .out
            .iter()
            .position(|o| matches!(o, Output::Respond(id, _) if *id == server));
        let at = at.unwrap_or_else(|| panic!("no response in {:?}", self.out));
        let Output::Respond(_, response) = self.out.remove(at) else {
            unreachable!()
        };
        *response
    }

    #[track_caller]
    pub(crate) fn event(&mut self) -> SipEvent {
        let at = self
            .out
            .iter()
            .position(|o| matches!(o, Output::Emit(_)))
            .unwrap_or_else(|| panic!("no event in {:?}", self.out));
        let Output::Emit(event) = self.out.remove(at) else {
            unreachable!()
        };
        event
    }

    #[track_caller]
    pub(crate) fn ended(&mut self) -> EndCause {
        match self.event() {
            SipEvent::Ended { cause, .. } => cause,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn silent(&self) {
        assert!(self.out.is_empty(), "{:?}", self.out);
    }

    /// Calls `bob`; gives the INVITE.
    #[track_caller]
    pub(crate) fn call(&mut self) -> (DialogKey, ClientId, Request) {
        let dialog = DialogKey(1);
        self.ask(SipRequest::Invite {
            dialog,
            to: "bob".into(),
            offer: OFFER.into(),
            headers: Vec::new(),
        });
        let (id, invite) = self.sent(Method::Invite);
        (dialog, id, invite)
    }

    /// Calls `bob`, who answers with these headers in his 200. Gives the INVITE's id, too.
    #[track_caller]
    pub(crate) fn talk(&mut self, headers: Vec<Header>) -> (DialogKey, ClientId, Peer) {
        let (dialog, id, invite) = self.call();
        self.respond(id, &invite, 200, Some("b"), headers, ANSWER);
        assert!(matches!(self.event(), SipEvent::Answered { .. }));
        self.acked();
        self.silent();
        (dialog, id, Peer::called(&invite, "b"))
    }

    /// Bob calls; the call is accepted and confirmed.
    #[track_caller]
    pub(crate) fn answer(&mut self, more: &str) -> (DialogKey, Peer) {
        let (dialog, server) = self.ringing(more);
        self.ask(SipRequest::Accept {
            dialog,
            sdp: ANSWER.into(),
        });
        let ok = self.answer_to(server);
        let mut peer = Peer::caller(&ok);
        self.feed(Input::Followed(
            server,
            Box::new(peer.request("ACK", "", "")),
        ));
        assert_eq!(self.event(), SipEvent::Confirmed { dialog });
        self.feed(Input::ServerDone(server));
        self.silent();
        (dialog, peer)
    }

    /// Bob calls, with further header lines.
    #[track_caller]
    pub(crate) fn ringing(&mut self, more: &str) -> (DialogKey, ServerId) {
        let server = self.incoming(invite(more, OFFER));
        assert_eq!(self.answer_to(server).status_code.code(), 100);
        let SipEvent::Incoming { dialog, .. } = self.event() else {
            panic!()
        };
        (dialog, server)
    }

    pub(crate) fn incoming(&mut self, request: Request) -> ServerId {
        let server = self.next_server();
        self.feed(Input::Request(server, Box::new(request)));
        server
    }

    pub(crate) fn next_server(&mut self) -> ServerId {
        self.next_server += 1;
        ServerId(self.next_server)
    }

    /// Answers a request of ours as the far end, with this tag.
    pub(crate) fn respond(
        &mut self,
        id: ClientId,
        request: &Request,
        status: u16,
        tag: Option<&str>,
        more: Vec<Header>,
        sdp: &str,
    ) {
        let mut response = message::response(request, status, "", tag);
        if let Some(tag) = tag {
            response.headers.push(Header::Contact(
                format!("<sip:bob@{tag}.example.com>").into(),
            ));
        }
        response.headers.extend(more);
        if !sdp.is_empty() {
            message::set_body(
                &mut response.headers,
                &mut response.body,
                "application/sdp",
                sdp,
            );
        }
        self.feed(Input::Response(id, Box::new(response)));
    }

    /// A final answer with nothing special about it.
    pub(crate) fn finish(&mut self, id: ClientId, request: &Request, status: u16) {
        self.respond(id, request, status, None, Vec::new(), "");
        self.feed(Input::ClientDone(id));
    }
}

impl Peer {
    /// The called party of our INVITE.
    pub(crate) fn called(invite: &Request, tag: &str) -> Self {
        Self {
            from: format!("{};tag={tag}", value(&invite.headers, "To")),
            to: value(&invite.headers, "From").to_owned(),
            call_id: value(&invite.headers, "Call-ID").to_owned(),
            uri: "sip:alice@x.invalid".into(),
            seq: 0,
        }
    }

    /// The calling party, from our 200.
    pub(crate) fn caller(ok: &Response) -> Self {
        Self {
            from: value(&ok.headers, "From").to_owned(),
            to: value(&ok.headers, "To").to_owned(),
            call_id: value(&ok.headers, "Call-ID").to_owned(),
            uri: "sip:alice@x.invalid".into(),
            seq: 1,
        }
    }

    /// Whether both are the same end of the same dialog.
    pub(crate) fn is(&self, other: &Self) -> bool {
        (&self.call_id, &self.from, &self.to) == (&other.call_id, &other.from, &other.to)
    }

    /// The dialog as a `Replaces` names it to us.
    pub(crate) fn replaces(&self) -> String {
        let tag = |of: &str| headers::tag(of).unwrap_or_default();
        format!(
            "{};to-tag={};from-tag={}",
            self.call_id,
            tag(&self.to),
            tag(&self.from)
        )
    }

    /// Falls behind with its numbers.
    pub(crate) fn step_back(&mut self) {
        self.seq = self.seq.saturating_sub(2);
    }

    /// A request of the far end in the dialog; the next in order, except an ACK.
    pub(crate) fn request(&mut self, method: &str, more: &str, body: &str) -> Request {
        if method != "ACK" {
            self.seq += 1;
        }
        let kind = if body.starts_with("v=0") {
            "Content-Type: application/sdp\r\n"
        } else {
            ""
        };
        parse(&format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/WSS p;branch=z9hG4bK{}{method}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\n\
             CSeq: {} {method}\r\nContact: <sip:bob@moved.example.com>\r\n{kind}{more}Content-Length: {}\r\n\r\n{body}",
            self.uri,
            self.seq,
            self.from,
            self.to,
            self.call_id,
            self.seq,
            body.len(),
        ))
    }
}

/// An INVITE of Bob, with further header lines.
pub(crate) fn invite(more: &str, sdp: &str) -> Request {
    let kind = if sdp.is_empty() {
        ""
    } else {
        "Content-Type: application/sdp\r\n"
    };
    parse(&format!(
        "INVITE sip:alice@x.invalid SIP/2.0\r\nVia: SIP/2.0/WSS p;branch=z9hG4bK77\r\nFrom: \"Bob\" <sip:bob@example.com>;tag=bobs\r\n\
         To: <sip:alice@example.com>\r\nCall-ID: theirs\r\nCSeq: 1 INVITE\r\nContact: <sip:bob@b.example.com>\r\n\
         {kind}{more}Content-Length: {}\r\n\r\n{sdp}",
        sdp.len(),
    ))
}

pub(crate) fn parse(text: &str) -> Request {
    match wire::decode(text.as_bytes()) {
        Inbound::Message(message) => Request::try_from(message).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn value<'a>(of: &'a Headers, name: &str) -> &'a str {
    headers::get(of, name).unwrap_or_else(|| panic!("no {name} in {of}"))
}
