//! Carries out what the [`Core`] decides: one task that owns it, the flow and the transactions.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rsipstack::sip::SipMessage;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use crate::account::{Account, Timing};
use crate::agent::{SipEvent, SipRequest};
use crate::core::{Core, Input};
use crate::dialer::{Connection, Dialer, FlowError};
use crate::flow::{Flow, FlowEvent};
use crate::line::Output;
use crate::transactions::{Happened, Transactions};
use crate::wire;

/// Runs an agent until it has shut down.
pub(crate) async fn run(
    account: Account,
    dialogs: Arc<AtomicU64>,
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
        flow: None,
        closing: JoinSet::new(),
        held: VecDeque::new(),
        events,
        inputs: VecDeque::from([Input::Start]),
        stopped: false,
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
            dialled = dialled(&mut runner.dialling) => runner.dialled(dialled),
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
    dialling: Option<AbortOnDropHandle<Result<Connection, FlowError>>>,
    flow: Option<Flow>,
    /// Flows on their way out.
    closing: JoinSet<()>,
    /// Responses made while there was no flow; the other side may still want them.
    held: VecDeque<(Instant, SipMessage)>,
    events: mpsc::Sender<SipEvent>,
    inputs: VecDeque<Input>,
    stopped: bool,
}

impl Runner {
    /// Feeds every input to the core, and does what comes of it before the next.
    async fn carry_out(&mut self) {
        while let Some(input) = self.inputs.pop_front() {
            for output in self.core.handle(now(), input) {
                match output {
                    Output::Connect => {
                        self.drop_flow();
                        let dialer = Arc::clone(&self.dialer);
                        self.dialling = Some(AbortOnDropHandle::new(tokio::spawn(async move {
                            dialer.dial().await
                        })));
                    }
                    Output::Disconnect => {
                        self.dialling = None;
                        self.drop_flow();
                    }
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
            FlowEvent::Down(error) => self.flow_broke(error),
        }
    }

    fn dialled(&mut self, dialled: Result<Connection, FlowError>) {
        self.dialling = None;
        match dialled {
            Ok(connection) => {
                let local = connection.local;
                self.flow = Some(Flow::start(connection, &self.timing));
                let young = |since: &Instant| now().duration_since(*since) < self.timing.t1 * 64;
                let held: Vec<_> = self
                    .held
                    .drain(..)
                    .filter(|(since, _)| young(since))
                    .collect();
                for (_, message) in held {
                    self.write(message);
                }
                self.inputs.push_back(Input::Connected(local));
            }
            Err(error) => {
                tracing::info!(%error, "no connection to the server");
                self.inputs
                    .push_back(Input::Disconnected(error, Vec::new()));
            }
        }
    }

    fn flow_broke(&mut self, error: FlowError) {
        tracing::info!(%error, "the connection to the server is lost");
        self.flow = None;
        let lost = self.transactions.lose_clients();
        self.inputs.push_back(Input::Disconnected(error, lost));
    }

    fn drop_flow(&mut self) {
        if let Some(flow) = self.flow.take() {
            self.closing.spawn(flow.close());
        }
        let lost = self.transactions.lose_clients();
        self.inputs.push_back(Input::Dropped(lost));
    }

    fn write(&mut self, message: SipMessage) {
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

async fn next(flow: &mut Option<Flow>) -> FlowEvent {
    match flow {
        Some(flow) => flow.next().await,
        None => std::future::pending().await,
    }
}

async fn dialled(
    dialling: &mut Option<AbortOnDropHandle<Result<Connection, FlowError>>>,
) -> Result<Connection, FlowError> {
    match dialling {
        Some(dialling) => dialling.await.unwrap_or_else(|_| Err(FlowError::Closed)),
        None => std::future::pending().await,
    }
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
