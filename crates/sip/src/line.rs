//! What a call needs beyond itself: who we are, where we are, chance, and a tray for what is to be done.

use std::net::SocketAddr;
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rsipstack::sip::{Header, Request, Response};

use crate::account::Account;
use crate::agent::SipEvent;
use crate::digest::{AuthFailure, Authenticator};
use crate::edges::{Dial, Edge};
use crate::message::{self, Local};
use crate::redact::Pii;
use crate::timers::SessionWish;
use crate::transactions::{ClientId, ServerId};
use crate::uri::{Aor, ServerUri, Transport, authority};

/// Something to do, in order.
#[derive(Debug)]
pub(crate) enum Output {
    /// Look the servers up, to make a flow in place of any there is.
    Connect,
    /// Make a flow to this one, in place of any there is.
    Dial(Dial),
    /// Make a connection to this one, beside the flow there is.
    Prepare(Dial),
    /// Let what is prepared take the flow's place, which is kept a little longer for what still comes by it.
    Switch,
    /// Drop what is prepared.
    Discard,
    /// See at once whether the flow lives.
    Check,
    /// Drop the flow.
    Disconnect,
    /// Send a request and hand its responses back under this id.
    Send(ClientId, Box<Request>),
    /// Send the ACK of a 2xx, outside of transactions.
    SendDirectly(Box<Request>),
    /// Want nothing more of this request.
    Abandon(ClientId),
    /// Answer a request.
    Respond(ServerId, Box<Response>),
    /// Tell the desk.
    Emit(SipEvent),
    /// The agent is done.
    Stopped,
}

/// Shared by all calls of an agent.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) aor: Aor,
    pub(crate) user_agent: String,
    pub(crate) wish: SessionWish,
    pub(crate) t1: Duration,
    /// Our end of the flow: of the latest one, if none is up.
    pub(crate) local: Local,
    /// Whether there is a flow to send over.
    pub(crate) up: bool,
    /// Whether the server has us registered, over that flow.
    pub(crate) registered: bool,
    /// The edge of that flow, if known.
    pub(crate) edge: Option<Edge>,
    /// Routes for requests outside of dialogs.
    pub(crate) service_route: Vec<String>,
    pub(crate) rng: StdRng,
    pub(crate) out: Vec<Output>,
    /// Our name where a WebSocket has none (RFC 7118).
    host: String,
    display_name: Option<Pii<String>>,
    /// As it is before anybody has asked.
    authenticator: Authenticator,
    next_client: u64,
}

impl Line {
    pub(crate) fn new(account: &Account, mut rng: StdRng) -> Self {
        let host = format!("{}.invalid", message::token(&mut rng));
        let transport = account.servers.first().map(ServerUri::transport);
        let local = local(
            transport.unwrap_or(Transport::Wss),
            account.aor.user(),
            &host,
        );
        Self {
            aor: account.aor.clone(),
            user_agent: crate::headers::plain(&account.user_agent),
            wish: SessionWish::new(account.session_expires_s),
            t1: account.timing.t1,
            local,
            host,
            up: false,
            registered: false,
            edge: None,
            service_route: Vec::new(),
            rng,
            out: Vec::new(),
            display_name: account.display_name.clone(),
            authenticator: Authenticator::new(account),
            next_client: 0,
        }
    }

    /// Our end is another now: of a flow of this kind, from this address.
    pub(crate) fn move_to(&mut self, transport: Transport, address: SocketAddr) {
        self.local = match transport {
            Transport::Wss | Transport::Ws => local(transport, self.aor.user(), &self.host),
            Transport::Tls => {
                let host = authority(&address.ip().to_string(), address.port());
                local(transport, self.aor.user(), &host)
            }
        };
    }

    /// A generator of its own for another machine.
    pub(crate) fn fork_rng(&mut self) -> StdRng {
        StdRng::from_rng(&mut self.rng)
    }

    /// 64·T1: how long an unanswered request lives.
    pub(crate) fn transaction_timeout(&self) -> Duration {
        self.t1 * 64
    }

    /// Our `From` with a new tag.
    pub(crate) fn from(&mut self) -> String {
        let name = self
            .display_name
            .as_ref()
            .map(|name| format!("{} ", crate::headers::quote(name.expose())));
        format!(
            "{}<{}>;tag={}",
            name.unwrap_or_default(),
            self.aor.uri(),
            message::token(&mut self.rng)
        )
    }

    pub(crate) fn authenticator(&self) -> Authenticator {
        self.authenticator.clone()
    }

    /// Stamps a request and sends it.
    pub(crate) fn send(
        &mut self,
        request: &mut Request,
        seq: u32,
        auth: &mut Authenticator,
    ) -> ClientId {
        message::stamp(request, seq, &self.local, &mut self.rng);
        auth.sign(request, &mut self.rng);
        self.send_stamped(request.clone())
    }

    /// Sends a request that has its `Via` already: a CANCEL.
    pub(crate) fn send_stamped(&mut self, request: Request) -> ClientId {
        self.next_client += 1;
        let id = ClientId(self.next_client);
        self.out.push(Output::Send(id, Box::new(request)));
        id
    }

    /// Sends the ACK of a 2xx; its credentials are the INVITE's.
    pub(crate) fn send_ack(&mut self, ack: &mut Request, invite_seq: u32) {
        message::stamp(ack, invite_seq, &self.local, &mut self.rng);
        ack.headers.unique_push(Header::ContentLength(0u32.into()));
        self.out.push(Output::SendDirectly(Box::new(ack.clone())));
    }

    pub(crate) fn respond(&mut self, server: ServerId, response: Response) {
        self.out.push(Output::Respond(server, Box::new(response)));
    }

    /// Answers with a status alone.
    pub(crate) fn refuse(
        &mut self,
        server: ServerId,
        request: &Request,
        status: u16,
        headers: Vec<Header>,
    ) {
        let tag = message::token(&mut self.rng);
        let mut response = message::response(request, status, "", Some(&tag));
        response.headers.extend(headers);
        self.respond(server, response);
    }

    /// A request within a call cannot be signed as they want it.
    pub(crate) fn unauthorized(&mut self, failure: AuthFailure) {
        if let AuthFailure::Token(wanted) = failure {
            self.emit(SipEvent::TokenWanted(wanted));
        }
    }

    pub(crate) fn emit(&mut self, event: SipEvent) {
        self.out.push(Output::Emit(event));
    }
}

fn local(transport: Transport, user: &str, host: &str) -> Local {
    let (via, transport) = match transport {
        Transport::Wss => ("WSS", "ws"),
        Transport::Ws => ("WS", "ws"),
        Transport::Tls => ("TLS", "tls"),
    };
    Local {
        via: format!("SIP/2.0/{via} {host}"),
        contact: format!("sip:{user}@{host};transport={transport}"),
    }
}
