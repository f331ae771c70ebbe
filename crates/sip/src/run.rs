//! Carries out what the [`Core`] decides: one task that owns it, the flow and the transactions.

use std::collections::{HashSet, VecDeque};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rsipstack::sip::{Headers, Method, SipMessage};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use crate::account::{Account, Credentials, Timing, Token};
use crate::agent::{SipEvent, SipRequest};
use crate::core::{Core, Input};
use crate::dialer::{Connection, Dialer, FlowError, broken};
use crate::edges::{Dial, Target};
use crate::flow::{Flow, FlowEvent};
use crate::headers;
use crate::line::Output;
use crate::numbers::Numbers;
use crate::transactions::{Happened, Transactions};
use crate::wire;

/// Runs an agent until it has shut down.
pub(crate) async fn run(
    account: Account,
    dialogs: Arc<Numbers>,
    mut inbox: mpsc::UnboundedReceiver<SipRequest>,
    events: mpsc::Sender<SipEvent>,
) {
    let rng = StdRng::from_rng(&mut rand::rng());
    let Ok(transactions) = Transactions::start(&account.user_agent, account.timing.t1).await else {
        // Its own set-up, without any input: cannot fail, and is not worth a panic.
        let _ = events.send(SipEvent::Stopped).await;
        return;
    };
    let mut runner = Runner {
        core: Core::new(&account, dialogs, rng),
        transactions,
        dialer: Arc::new(Dialer::new(&account)),
        timing: account.timing.clone(),
        dialling: None,
        several: false,
        preparing: None,
        prepared: None,
        flow: None,
        retiring: None,
        closing: JoinSet::new(),
        held: VecDeque::new(),
        events,
        inputs: VecDeque::from([Input::Start]),
        stopped: false,
    };
    let mut token = match &account.credentials {
        Credentials::Token(token) => Some(token.clone()),
        Credentials::Password { .. } => None,
    };
    let (mut orphaned, mut asked_to_stop) = (false, false);
    loop {
        runner.carry_out().await;
        if runner.stopped {
            break;
        }
        // Without a desk nobody answers calls: then the agent goes too.
        if (orphaned || runner.events.is_closed()) && !asked_to_stop {
            asked_to_stop = true;
            // What was asked before goes first: it may be to leave.
            while let Ok(request) = inbox.try_recv() {
                runner.inputs.push_back(Input::Ask(request));
            }
            runner.inputs.push_back(Input::Ask(SipRequest::Shutdown));
            continue;
        }
        let deadline = runner.core.poll_timeout();
        tokio::select! {
            request = inbox.recv(), if !orphaned => match request {
                Some(request) => runner.inputs.push_back(Input::Ask(request)),
                None => orphaned = true,
            },
            happened = runner.transactions.next() => runner.happened(happened),
            event = next(&mut runner.flow) => runner.flow_event(event).await,
            dialled = finished(&mut runner.dialling) => runner.dialled(dialled),
            prepared = finished(&mut runner.preparing) => runner.prepared(prepared),
            event = next_of_old(&mut runner.retiring) => runner.old_flow_event(event).await,
            () = another(&mut token) => runner.inputs.push_back(Input::NewToken),
            () = sleep_until(deadline) => runner.inputs.push_back(Input::Timeout),
            Some(_) = runner.closing.join_next() => {}
            () = runner.events.closed(), if !asked_to_stop => {}
        }
    }
    while runner.closing.join_next().await.is_some() {}
}

struct Runner {
    core: Core,
    transactions: Transactions,
    dialer: Arc<Dialer>,
    timing: Timing,
    dialling: Option<AbortOnDropHandle<Dialled>>,
    /// The flow under way or up has others to stand in for it.
    several: bool,
    preparing: Option<AbortOnDropHandle<Dialled>>,
    prepared: Option<Connection>,
    flow: Option<Flow>,
    retiring: Option<Retiring>,
    /// Flows on their way out.
    closing: JoinSet<()>,
    /// Responses made while there was no flow; the other side may still want them.
    held: VecDeque<(Instant, SipMessage)>,
    events: mpsc::Sender<SipEvent>,
    inputs: VecDeque<Input>,
    stopped: bool,
}

/// A flow that another has taken the place of, kept for what still comes by it.
struct Retiring {
    flow: Flow,
    until: tokio::time::Instant,
    /// Requests that came by it: their answers go the same way.
    branches: HashSet<String>,
}

/// How an attempt went.
enum Dialled {
    Found(Result<Vec<Target>, FlowError>),
    Connection(Result<Connection, FlowError>),
}

impl Runner {
    /// Feeds every input to the core until it has stopped, and does what comes of it before the next.
    async fn carry_out(&mut self) {
        while !self.stopped
            && let Some(input) = self.inputs.pop_front()
        {
            for output in self.core.handle(now(), input) {
                match output {
                    Output::Connect => {
                        self.start_over();
                        let dialer = Arc::clone(&self.dialer);
                        self.dialling = Some(AbortOnDropHandle::new(tokio::spawn(async move {
                            Dialled::Found(dialer.find().await)
                        })));
                    }
                    Output::Dial(dial) => {
                        self.start_over();
                        self.several = dial.several;
                        self.dialling = Some(self.dial(dial));
                    }
                    Output::Prepare(dial) => {
                        self.several = dial.several;
                        self.preparing = Some(self.dial(dial));
                    }
                    Output::Switch => self.switch(),
                    Output::Discard => self.prepared = None,
                    Output::Check => self.check(),
                    Output::Disconnect => self.start_over(),
                    Output::Send(id, request) => self.transactions.send(id, *request),
                    Output::SendDirectly(request) => self.write(SipMessage::Request(*request)),
                    Output::Abandon(id) => self.transactions.abandon(id),
                    Output::Respond(id, response) => self.transactions.respond(id, *response),
                    // If nobody listens any more, the loop above sees that.
                    Output::Emit(event) => drop(self.events.send(event).await),
                    Output::Stopped => self.stopped = true,
                }
            }
        }
    }

    fn happened(&mut self, happened: Happened) {
        let input = match happened {
            Happened::Outgoing(message) => return self.write(message),
            Happened::Response(id, response) => Input::Response(id, response),
            Happened::ClientDone(id) => Input::ClientDone(id),
            Happened::Request(id, request) => Input::Request(id, request),
            Happened::Followed(id, request) => Input::Followed(id, request),
            Happened::ServerDone(id) => Input::ServerDone(id),
        };
        self.inputs.push_back(input);
    }

    async fn flow_event(&mut self, event: FlowEvent) {
        match event {
            FlowEvent::Received(message) => self.transactions.receive(*message).await,
            FlowEvent::KeepaliveIgnored => self.inputs.push_back(Input::KeepaliveIgnored),
            FlowEvent::Unchecked => self.inputs.push_back(Input::Unchecked),
            FlowEvent::Down(error) => self.flow_broke(error),
        }
    }

    fn dial(&self, dial: Dial) -> AbortOnDropHandle<Dialled> {
        let dialer = Arc::clone(&self.dialer);
        AbortOnDropHandle::new(tokio::spawn(async move {
            Dialled::Connection(dialer.dial(dial).await)
        }))
    }

    fn dialled(&mut self, dialled: Dialled) {
        self.dialling = None;
        let input = match dialled {
            Dialled::Found(Ok(targets)) => Input::Found(targets),
            Dialled::Found(Err(error)) => Input::NotFound(error),
            Dialled::Connection(Ok(connection)) => {
                let local = connection.local;
                self.flow = Some(self.start(connection));
                let young = |since: &Instant| now().duration_since(*since) < self.timing.t1 * 64;
                let held: Vec<_> = self
                    .held
                    .drain(..)
                    .filter(|(since, _)| young(since))
                    .collect();
                for (_, message) in held {
                    self.write(message);
                }
                Input::Connected(local)
            }
            Dialled::Connection(Err(error)) => {
                tracing::info!(%error, "no connection to the server");
                Input::NotConnected(error)
            }
        };
        self.inputs.push_back(input);
    }

    fn prepared(&mut self, dialled: Dialled) {
        self.preparing = None;
        let input = match dialled {
            Dialled::Connection(Ok(connection)) => {
                let local = connection.local;
                self.prepared = Some(connection);
                Input::Prepared(local)
            }
            Dialled::Connection(Err(_)) | Dialled::Found(_) => Input::NotPrepared,
        };
        self.inputs.push_back(input);
    }

    fn start(&self, connection: Connection) -> Flow {
        if self.several {
            Flow::start(connection, &self.timing.among_several())
        } else {
            Flow::start(connection, &self.timing)
        }
    }

    /// Sees whether the flow lives.
    fn check(&mut self) {
        let Some(flow) = &self.flow else {
            return;
        };
        let mut ours = flow.local;
        ours.set_port(0);
        // An address that is ours can be bound.
        match std::net::UdpSocket::bind(ours) {
            Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {
                self.flow_broke(broken(&error));
            }
            Ok(_) | Err(_) => flow.check(),
        }
    }

    /// What is prepared is the flow from now on.
    fn switch(&mut self) {
        let Some(connection) = self.prepared.take() else {
            return;
        };
        tracing::info!("back at a better server");
        let flow = self.start(connection);
        self.retire();
        self.retiring = self.flow.replace(flow).map(|flow| Retiring {
            flow,
            until: tokio::time::Instant::now() + RETIRE,
            branches: HashSet::new(),
        });
    }

    async fn old_flow_event(&mut self, event: FlowEvent) {
        match event {
            FlowEvent::Received(message) => {
                if let (Some(old), SipMessage::Request(request)) = (&mut self.retiring, &*message)
                    && let Some(branch) = branch(&request.headers)
                {
                    old.branches.insert(branch);
                    if request.method == Method::Invite {
                        old.until = old.until.max(tokio::time::Instant::now() + RINGING);
                    }
                }
                self.transactions.receive(*message).await;
            }
            FlowEvent::KeepaliveIgnored | FlowEvent::Unchecked => {}
            FlowEvent::Down(_) => self.retire(),
        }
    }

    /// Closes the flow that was kept.
    fn retire(&mut self) {
        if let Some(old) = self.retiring.take() {
            self.closing.spawn(old.flow.close());
        }
    }

    fn flow_broke(&mut self, error: FlowError) {
        tracing::info!(%error, "the connection to the server is lost");
        self.flow = None;
        let lost = self.transactions.lose_clients();
        self.inputs.push_back(Input::Disconnected(error, lost));
    }

    /// Drops the flow, and whatever is under way.
    fn start_over(&mut self) {
        (self.dialling, self.preparing, self.prepared) = (None, None, None);
        self.retire();
        if let Some(flow) = self.flow.take() {
            self.closing.spawn(flow.close());
        }
        let lost = self.transactions.lose_clients();
        self.inputs.push_back(Input::Dropped(lost));
    }

    fn write(&mut self, message: SipMessage) {
        if let (Some(old), SipMessage::Response(response)) = (&self.retiring, &message)
            && branch(&response.headers).is_some_and(|branch| old.branches.contains(&branch))
        {
            // If that one is gone as well, the answer is late: nobody else can take it.
            let _ = old.flow.send(wire::encode(message));
            return;
        }
        match &self.flow {
            Some(flow) => {
                if let Err(error) = flow.send(wire::encode(message)) {
                    self.flow_broke(error);
                }
            }
            None if message.is_response() => {
                if self.held.len() >= MAX_HELD {
                    self.held.pop_front();
                }
                self.held.push_back((now(), message));
            }
            // Requests are the core's to repeat.
            None => {}
        }
    }
}

/// There is another token. Never without tokens, or once nobody renews them.
async fn another(token: &mut Option<Token>) {
    if let Some(held) = token {
        if held.changed().await.is_ok() {
            return;
        }
        *token = None;
    }
    std::future::pending().await
}

async fn next(flow: &mut Option<Flow>) -> FlowEvent {
    match flow {
        Some(flow) => flow.next().await,
        None => std::future::pending().await,
    }
}

/// The next event of the flow that is kept, or the end of its time.
async fn next_of_old(retiring: &mut Option<Retiring>) -> FlowEvent {
    match retiring {
        Some(old) => tokio::time::timeout_at(old.until, old.flow.next())
            .await
            .unwrap_or(FlowEvent::Down(FlowError::Closed)),
        None => std::future::pending().await,
    }
}

async fn finished(dialling: &mut Option<AbortOnDropHandle<Dialled>>) -> Dialled {
    match dialling {
        Some(dialling) => dialling
            .await
            .unwrap_or(Dialled::Connection(Err(FlowError::Closed))),
        None => std::future::pending().await,
    }
}

/// The branch of the topmost `Via`: it tells one transaction from another.
fn branch(headers: &Headers) -> Option<String> {
    headers::params(headers::list(headers, "Via").first()?)
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("branch"))
        .and_then(|(_, value)| value)
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// Tokio's clock, so that tests can stop it.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

const MAX_HELD: usize = 64;

/// How long a flow is kept after another has taken its place: longer than a REGISTER takes, and than what
/// the old server had under way.
const RETIRE: Duration = Duration::from_secs(10);

/// The same if somebody has called by it: as long as a proxy lets it ring (RFC 3261 §16.6, Timer C).
const RINGING: Duration = Duration::from_secs(180);
