//! The user agent's decisions: registration, calls, and requests outside of both. Pure.
//!
//! [`Core::handle`] takes one input and gives the outputs to carry out, in order, before the next.

mod flow;
mod transfer;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rsipstack::sip::{Header, Method, Request, Response};

use crate::account::{Account, Timing};
use crate::agent::{DialogKey, EndCause, SipEvent, SipRequest};
use crate::call::Call;
use crate::capabilities;
use crate::dialer::FlowError;
use crate::edges::{self, Edges, Target};
use crate::headers;
use crate::line::{Line, Output};
use crate::message;
use crate::numbers::Numbers;
use crate::registration::{self, Registration};
use crate::target::target;
use crate::transactions::{ClientId, ServerId};
use crate::uri::{ServerUri, Transport};

use transfer::Gone;

/// What happened.
#[derive(Debug)]
pub(crate) enum Input {
    /// Begin: connect and register.
    Start,
    /// The desk asks for something.
    Ask(SipRequest),
    /// The servers' addresses, as [`Output::Connect`] asked.
    Found(Vec<Target>),
    /// No server has any.
    NotFound(FlowError),
    /// The flow is up; our address in it.
    Connected(std::net::SocketAddr),
    /// It could not be made.
    NotConnected(FlowError),
    /// The connection of [`Output::Prepare`] is up; our address in it.
    Prepared(std::net::SocketAddr),
    /// It could not be made.
    NotPrepared,
    /// The flow broke. With it went these requests.
    Disconnected(FlowError, Vec<ClientId>),
    /// A flow was dropped as [`Output::Disconnect`] said. With it went these requests.
    Dropped(Vec<ClientId>),
    /// The flow cannot be checked: whether it lives, only an answer to a request can show.
    Unchecked,
    /// There is another access token.
    NewToken,
    /// The server does not answer keepalives.
    KeepaliveIgnored,
    /// A new request; it has to be answered.
    Request(ServerId, Box<Request>),
    /// The ACK of our 2xx, or a CANCEL.
    Followed(ServerId, Box<Request>),
    /// A request of theirs is finished.
    ServerDone(ServerId),
    /// A response to a request of ours.
    Response(ClientId, Box<Response>),
    /// A request of ours is finished.
    ClientDone(ClientId),
    /// Time has passed.
    Timeout,
}

/// All state of one user agent.
#[derive(Debug)]
pub(crate) struct Core {
    line: Line,
    registration: Registration,
    edges: Edges,
    /// Those of the account's servers.
    transports: Vec<Transport>,
    /// The REGISTER whose responses count.
    register: Option<ClientId>,
    calls: BTreeMap<DialogKey, Call>,
    gone: Gone,
    dialogs: Arc<Numbers>,
    /// OPTIONS of the desk, with the ids it gave.
    options: BTreeMap<ClientId, u64>,
    probe: Option<Probe>,
    /// Requests within a dialog that a response still on its way may make: they have overtaken it.
    overtaking: Vec<(ServerId, Request)>,
    timing: Timing,
    stopping: Stopping,
}

/// Asks the server for a sign of life by OPTIONS, where it answers no keepalives.
#[derive(Debug)]
enum Probe {
    Next(Instant),
    Sent(ClientId, Instant),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stopping {
    No,
    /// Calls are being ended, until then at the latest.
    Calls(Instant),
    Registration,
}

impl Core {
    /// `dialogs` numbers calls in both directions.
    pub(crate) fn new(account: &Account, dialogs: Arc<Numbers>, rng: StdRng) -> Self {
        let mut line = Line::new(account, rng);
        let registration = Registration::new(account, line.fork_rng());
        let edges = Edges::new(&account.timing, line.fork_rng());
        Self {
            line,
            registration,
            edges,
            transports: account.servers.iter().map(ServerUri::transport).collect(),
            register: None,
            calls: BTreeMap::new(),
            gone: Gone::default(),
            dialogs,
            options: BTreeMap::new(),
            probe: None,
            overtaking: Vec::new(),
            timing: account.timing.clone(),
            stopping: Stopping::No,
        }
    }

    pub(crate) fn handle(&mut self, now: Instant, input: Input) -> Vec<Output> {
        match input {
            Input::Start => self.register(now, registration::Event::Start),
            Input::Ask(request) => self.asked(now, request),
            Input::Connected(local) => self.connected(now, local),
            Input::Found(targets) => self.edge(now, edges::Event::Found(targets)),
            Input::NotFound(error) => self.edge(now, edges::Event::NotFound(error)),
            Input::NotConnected(error) => self.edge(now, edges::Event::Failed(error)),
            Input::Prepared(local) => self.prepared(now, local),
            Input::NotPrepared => self.edge(now, edges::Event::NotPrepared),
            Input::Disconnected(error, lost) => self.broke(now, error, lost),
            Input::Dropped(lost) => self.flow_gone(now, lost),
            Input::Unchecked => self.register(now, registration::Event::Unchecked),
            Input::NewToken => self.register(now, registration::Event::NewToken),
            Input::KeepaliveIgnored => self.probe = Some(Probe::Next(now + self.timing.ping)),
            Input::Request(server, request) => self.requested(now, server, *request),
            Input::Followed(server, request) => {
                if let Some(call) = self.calls.values_mut().find(|call| call.serves(server)) {
                    call.followed(&mut self.line, now, server, &request);
                }
            }
            Input::ServerDone(server) => {
                if let Some(call) = self.calls.values_mut().find(|call| call.serves(server)) {
                    call.server_done(&mut self.line, now, server);
                }
            }
            Input::Response(id, response) => {
                self.responded(now, id, &response);
                self.overtaken(now);
            }
            Input::ClientDone(id) => {
                self.client_done(now, id);
                self.overtaken(now);
            }
            Input::Timeout => self.timeout(now),
        }
        self.replace(now);
        for call in self.calls.values_mut() {
            call.settle(&mut self.line, now);
        }
        for (_, call) in self.calls.extract_if(.., |_, call| call.is_finished()) {
            self.gone.add(&call);
        }
        if self.registration.is_at_rest() && self.calls.values().any(Call::needs_flow) {
            self.register(now, registration::Event::FlowNeeded);
        }
        self.stop_when_quiet(now);
        let stopping = self.stopping != Stopping::No;
        self.edges.set_busy(stopping || !self.calls.is_empty());
        std::mem::take(&mut self.line.out)
    }

    /// When to send [`Input::Timeout`] next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let probe = self.probe.as_ref().map(|probe| match probe {
            Probe::Next(at) | Probe::Sent(_, at) => *at,
        });
        let calls = self.calls.values().filter_map(Call::poll_timeout).min();
        let stopping = match self.stopping {
            Stopping::Calls(deadline) => Some(deadline),
            Stopping::No | Stopping::Registration => None,
        };
        [
            self.registration.poll_timeout(),
            self.edges.poll_timeout(),
            probe,
            calls,
            stopping,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// How many calls are remembered, ended ones whose transactions still run included.
    #[cfg(test)]
    pub(crate) fn calls(&self) -> usize {
        self.calls.len()
    }

    fn timeout(&mut self, now: Instant) {
        if self.registration.poll_timeout().is_some_and(|at| now >= at) {
            self.register(now, registration::Event::Timeout);
        }
        if self.edges.poll_timeout().is_some_and(|at| now >= at) {
            self.edge(now, edges::Event::Timeout);
        }
        for call in self.calls.values_mut() {
            if call.poll_timeout().is_some_and(|at| now >= at) {
                call.timeout(&mut self.line, now);
            }
        }
        self.probe(now);
    }

    fn asked(&mut self, now: Instant, request: SipRequest) {
        match request {
            SipRequest::Register if self.stopping == Stopping::No => {
                self.register(now, registration::Event::RegisterNow)
            }
            SipRequest::NetworkChanged if self.stopping == Stopping::No => {
                self.network_changed(now);
            }
            SipRequest::Register | SipRequest::NetworkChanged => {}
            SipRequest::Shutdown => self.shutdown(now),
            SipRequest::Leave => {
                self.line.emit(SipEvent::Stopped);
                self.line.out.push(Output::Stopped);
            }
            SipRequest::Options { id, to } => match self.send_options(to.as_deref()) {
                Some(client) => drop(self.options.insert(client, id)),
                None => self
                    .line
                    .emit(SipEvent::OptionsAnswered { id, status: None }),
            },
            SipRequest::Invite {
                dialog,
                to,
                offer,
                headers,
            } => {
                if self.has_room(dialog) {
                    let call = Call::outgoing(&mut self.line, now, dialog, &to, offer, &headers);
                    self.calls.insert(dialog, call);
                }
            }
            SipRequest::Restore {
                dialog,
                saved,
                offer,
            } => {
                if self.has_room(dialog) {
                    let call = Call::restored(&mut self.line, now, dialog, saved, offer);
                    self.calls.insert(dialog, call);
                }
            }
            SipRequest::Farewell { dialog, saved } => {
                if self.has_room(dialog) {
                    let call = Call::departed(&mut self.line, now, dialog, saved);
                    self.calls.insert(dialog, call);
                }
            }
            SipRequest::Refer {
                dialog,
                refer,
                refer_to,
                replaces,
            } => self.refer(now, dialog, refer, &refer_to, replaces),
            SipRequest::Ring { dialog }
            | SipRequest::Progress { dialog, .. }
            | SipRequest::Accept { dialog, .. }
            | SipRequest::Reject { dialog, .. }
            | SipRequest::Cancel { dialog }
            | SipRequest::Bye { dialog }
            | SipRequest::Reoffer { dialog, .. }
            | SipRequest::AnswerReoffer { dialog, .. }
            | SipRequest::AnswerRefer { dialog, .. }
            | SipRequest::NotifyRefer { dialog, .. }
            | SipRequest::InfoDtmf { dialog, .. } => {
                // A call that is no more has said so; what crosses that is void.
                if let Some(call) = self.calls.get_mut(&dialog) {
                    call.ask(&mut self.line, now, request);
                }
            }
        }
    }

    /// Whether a call with this id can begin; says so if not. A call that has this id keeps it.
    fn has_room(&mut self, dialog: DialogKey) -> bool {
        let taken = self.calls.contains_key(&dialog);
        let full = self.stopping != Stopping::No || self.calls.len() >= MAX_CALLS;
        if full && !taken {
            let cause = EndCause {
                status: Some(503),
                ..EndCause::local("no further call is possible now")
            };
            self.line.emit(SipEvent::Ended { dialog, cause });
        }
        !full && !taken
    }

    fn shutdown(&mut self, now: Instant) {
        if self.stopping != Stopping::No {
            return;
        }
        for call in self.calls.values_mut() {
            call.hang_up(&mut self.line, now);
        }
        if self.is_owed_a_flow() {
            // Whoever is on the line hears only by the next flow that nobody is there any more.
            self.stopping = Stopping::Calls(now + NEXT_FLOW);
            self.register(now, registration::Event::FlowNeededNow);
        } else {
            self.stopping = Stopping::Calls(now + LAST_WORDS);
        }
    }

    /// Un-registers once the last BYE is answered, or has had its time.
    fn stop_when_quiet(&mut self, now: Instant) {
        let Stopping::Calls(deadline) = self.stopping else {
            return;
        };
        let quiet = if self.line.up {
            self.calls.values().all(Call::is_quiet)
        } else {
            !self.is_owed_a_flow()
        };
        if quiet || now >= deadline {
            self.stopping = Stopping::Registration;
            self.register(now, registration::Event::Shutdown);
        }
    }

    /// Whether something that cannot wait for long waits for a flow.
    fn is_owed_a_flow(&self) -> bool {
        !self.line.up && self.calls.values().any(Call::needs_flow)
    }

    fn send_options(&mut self, to: Option<&str>) -> Option<ClientId> {
        let domain = self.line.aor.domain().to_owned();
        let target = match to {
            Some(to) => target(to, &domain)?,
            None => format!("sip:{domain}"),
        };
        if !self.line.up {
            return None;
        }
        let (from, call_id) = (self.line.from(), message::token(&mut self.line.rng));
        let mut request = message::request(
            Method::Options,
            &target,
            &from,
            &format!("<{target}>"),
            &call_id,
        );
        let routes = self
            .line
            .service_route
            .iter()
            .map(|route| Header::Route(route.as_str().into()));
        request.headers.extend(routes.collect());
        request
            .headers
            .push(Header::Accept(capabilities::ACCEPT.into()));
        request.headers.push(Header::Contact(
            format!("<{}>", self.line.local.contact).into(),
        ));
        request
            .headers
            .push(Header::UserAgent(self.line.user_agent.as_str().into()));
        let mut auth = self.line.authenticator();
        Some(self.line.send(&mut request, 1, &mut auth))
    }

    fn responded(&mut self, now: Instant, id: ClientId, response: &Response) {
        let status = response.status_code.code();
        if self.register == Some(id) {
            self.register(now, registration::Event::Answer(Box::new(response.clone())));
        } else if matches!(self.probe, Some(Probe::Sent(probe, _)) if probe == id) {
            self.probe = Some(Probe::Next(now + self.timing.ping));
        } else if let Some(call) = self.calls.values_mut().find(|call| call.sent(id)) {
            call.response(&mut self.line, now, id, response);
        } else if status >= 200
            && let Some(id) = self.options.remove(&id)
        {
            self.line.emit(SipEvent::OptionsAnswered {
                id,
                status: Some(status),
            });
        }
    }

    fn client_done(&mut self, now: Instant, id: ClientId) {
        if self.register == Some(id) {
            self.register = None;
        } else if let Some(id) = self.options.remove(&id) {
            self.line
                .emit(SipEvent::OptionsAnswered { id, status: None });
        } else if let Some(call) = self.calls.values_mut().find(|call| call.sent(id)) {
            call.client_done(&mut self.line, now, id);
        }
    }

    /// A request of the other side: in a dialog, a new call, or neither.
    fn requested(&mut self, now: Instant, server: ServerId, request: Request) {
        if request.method != Method::Invite && headers::get(&request.headers, "Replaces").is_some()
        {
            // RFC 3891 §3.
            self.line.refuse(server, &request, 400, Vec::new());
            return;
        }
        let tag = |name| headers::get(&request.headers, name).and_then(headers::tag);
        if let (Some(local), Some(remote)) = (tag("To"), tag("From")) {
            let call_id = headers::get(&request.headers, "Call-ID").unwrap_or_default();
            let mut calls = self.calls.values_mut();
            if let Some(call) = calls.find(|call| call.owns(call_id, &local, &remote)) {
                call.received(&mut self.line, now, server, request);
            } else if request.method != Method::Refer
                && self.overtaking.len() < MAX_OVERTAKING
                && self.calls.values().any(|c| c.awaits(call_id, &local))
            {
                self.overtaking.push((server, request));
            } else {
                self.line.refuse(server, &request, 481, Vec::new());
            }
            return;
        }
        if !capabilities::allows(request.method) {
            self.line.refuse(
                server,
                &request,
                405,
                vec![Header::Allow(capabilities::ALLOW.into())],
            );
            return;
        }
        if let Some(missing) = capabilities::missing(&request) {
            self.line.refuse(
                server,
                &request,
                420,
                vec![Header::Unsupported(missing.into())],
            );
            return;
        }
        match request.method {
            Method::Options => self
                .line
                .refuse(server, &request, 200, capabilities::headers()),
            Method::Invite => self.invited(server, request),
            Method::Refer => self.referred(now, server, request),
            // Only within a dialog; a NOTIFY without a subscription too (RFC 6665 §4.1.3).
            _ => self.line.refuse(server, &request, 481, Vec::new()),
        }
    }

    /// A response has come: perhaps the one that made the dialog of what had overtaken it.
    fn overtaken(&mut self, now: Instant) {
        for (server, request) in std::mem::take(&mut self.overtaking) {
            self.requested(now, server, request);
        }
    }

    fn invited(&mut self, server: ServerId, request: Request) {
        if self.calls.values().any(|call| call.is_merged(&request)) {
            self.line.refuse(server, &request, 482, Vec::new());
            return;
        }
        if self.stopping != Stopping::No || self.calls.len() >= MAX_CALLS {
            self.line.refuse(server, &request, 486, Vec::new());
            return;
        }
        let replaces = match self.to_be_replaced(&request) {
            Ok(replaces) => replaces,
            Err(status) => {
                self.line.refuse(server, &request, status, Vec::new());
                return;
            }
        };
        let key = self.dialogs.next();
        if let Some(call) = Call::incoming(&mut self.line, key, server, request, replaces) {
            self.calls.insert(key, call);
        }
    }
}

/// More requests than anybody sends right behind a 200: a change of the connected line, a BYE.
const MAX_OVERTAKING: usize = 8;
/// How long BYEs may take when the agent stops.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How long the agent stays for the flow that they need, in an outage.
const NEXT_FLOW: Duration = Duration::from_secs(5);

/// More calls at once than any agent has; an attack otherwise.
const MAX_CALLS: usize = 64;

#[cfg(test)]
mod tests;
