//! rsipstack's transaction layer (RFC 3261 §17, RFC 6026), with our own flow under it and our own
//! dialogs on top.
//!
//! The layer gets one in-memory connection that outlives every flow, so transactions survive a
//! reconnect. It is fed message by message; it starts no tasks and opens no sockets of its own.
//! Each transaction is driven by a task here, all of which end with [`Transactions`].
//!
//! Two things the layer does are undone. It ACKs each 2xx itself, with a re-written Request-URI:
//! those ACKs are dropped, and the dialog's own go straight to the flow. And it takes the ringing of
//! a second fork for a repetition of the first's: so provisional responses to an INVITE go past it.

use std::collections::HashMap;
use std::time::Duration;

use rsipstack::EndpointBuilder;
use rsipstack::sip::{Header, Method, Request, Response, SipMessage};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::endpoint::{EndpointInnerRef, EndpointOption};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::transaction::{Transaction, TransactionEvent, TransactionEventSender};
use rsipstack::transport::channel::ChannelConnection;
use rsipstack::transport::{SipAddr, SipConnection, TransportEvent, TransportLayer};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::headers;
use crate::message::BRANCH;

/// A request of ours on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ClientId(pub(crate) u64);

/// A request of the other side that we answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ServerId(pub(crate) u64);

/// What happened in a transaction.
#[derive(Debug)]
pub(crate) enum Happened {
    /// A message is ready for the flow.
    Outgoing(SipMessage),
    /// A response to our request; for an INVITE every 2xx, repeated ones too.
    Response(ClientId, Box<Response>),
    /// Nothing more will come for this request of ours.
    ClientDone(ClientId),
    /// A new request. It must be answered by [`Transactions::respond`].
    Request(ServerId, Box<Request>),
    /// The ACK of our 2xx, or a CANCEL (already answered itself).
    Followed(ServerId, Box<Request>),
    /// Nothing more will come for this request of theirs.
    ServerDone(ServerId),
}

/// All transactions of one user agent.
pub(crate) struct Transactions {
    layer: EndpointInnerRef,
    connection: SipConnection,
    address: SipAddr,
    outgoing: mpsc::UnboundedReceiver<TransportEvent>,
    incoming: TransactionReceiver,
    happened: mpsc::UnboundedReceiver<Happened>,
    report: mpsc::UnboundedSender<Happened>,
    clients: HashMap<ClientId, AbortHandle>,
    /// Our INVITEs, as responses name them.
    invites: HashMap<TransactionKey, ClientId>,
    servers: HashMap<ServerId, TransactionEventSender>,
    next_server: u64,
    user_agent: String,
    tasks: JoinSet<()>,
    /// Closes once the last request handed over is on the flow.
    last_sent: Option<oneshot::Receiver<()>>,
}

impl Transactions {
    /// `t1` as in RFC 3261 §17.1.1.1; every other timer follows from it.
    pub(crate) async fn start(user_agent: &str, t1: Duration) -> Result<Self, rsipstack::Error> {
        let token = CancellationToken::new();
        let endpoint = EndpointBuilder::new()
            .with_user_agent(user_agent)
            .with_transport_layer(TransportLayer::new(token.clone()))
            .with_cancel_token(token)
            .with_option(EndpointOption {
                t1,
                t2: t1 * 8,
                t4: t1 * 10,
                t1x64: t1 * 64,
                // Timer C is a proxy's; how long to let it ring is for the caller to say.
                timerc: Duration::from_secs(3600),
                ..EndpointOption::default()
            })
            .build();
        let incoming = endpoint.incoming_transactions()?;
        let layer = endpoint.inner.clone();
        // The address is never dialled; it only names the connection to the layer.
        let address = SipAddr::from(std::net::SocketAddr::from(([127, 0, 0, 1], 5060)));
        let (to_flow, outgoing) = mpsc::unbounded_channel();
        let (_, never) = mpsc::unbounded_channel();
        let channel =
            ChannelConnection::create_connection(never, to_flow, address.clone(), None).await?;
        let (report, happened) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        let timers = layer.clone();
        tasks.spawn(async move { timers.process_timer().await });
        Ok(Self {
            layer,
            connection: SipConnection::Channel(channel),
            address,
            outgoing,
            incoming,
            happened,
            report,
            clients: HashMap::new(),
            invites: HashMap::new(),
            servers: HashMap::new(),
            next_server: 0,
            user_agent: user_agent.to_owned(),
            tasks,
            last_sent: None,
        })
    }

    /// Waits for the next thing that happens. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Happened {
        loop {
            tokio::select! {
                // What is to be sent goes first, in order.
                biased;
                Some(event) = self.outgoing.recv() => {
                    if let TransportEvent::Incoming(message, ..) = event
                        && !is_ack_of_2xx_by_the_layer(&message)
                    {
                        return Happened::Outgoing(message);
                    }
                }
                Some(happened) = self.happened.recv() => {
                    match &happened {
                        Happened::ClientDone(id) => self.forget(*id),
                        Happened::ServerDone(id) => drop(self.servers.remove(id)),
                        _ => {}
                    }
                    return happened;
                }
                Some(transaction) = self.incoming.recv() => return self.serve(transaction),
                Some(_) = self.tasks.join_next() => {}
            }
        }
    }

    /// Takes a message from the flow.
    pub(crate) async fn receive(&mut self, message: SipMessage) {
        if let SipMessage::Response(response) = &message
            && is_ringing(response)
            && let Ok(key) = TransactionKey::from_response(response, TransactionRole::Client)
            && let Some(id) = self.invites.get(&key)
        {
            let _ = self
                .report
                .send(Happened::Response(*id, Box::new(response.clone())));
        }
        if let Err(error) = self
            .layer
            .on_received_message(message, self.connection.clone(), &self.address)
            .await
        {
            // Its text may quote the message.
            tracing::trace!(%error, "a message belongs to no transaction");
        }
    }

    /// Sends a request that has its `Via` and `CSeq`, after all that were handed over before: a BYE must
    /// not overtake the NOTIFY that says why.
    pub(crate) fn send(&mut self, id: ClientId, request: Request) {
        let report = self.report.clone();
        let Ok(key) = TransactionKey::from_request(&request, TransactionRole::Client) else {
            // Only a request we built wrongly has no key.
            tracing::error!(method = %request.method, "a request without a transaction key");
            let _ = report.send(Happened::ClientDone(id));
            return;
        };
        let invite = request.method == Method::Invite;
        if invite {
            self.invites.insert(key.clone(), id);
        }
        let mut transaction = Transaction::new_client(
            key,
            request,
            self.layer.clone(),
            Some(self.connection.clone()),
        );
        let (on_the_flow, sent) = oneshot::channel::<()>();
        let before = self.last_sent.replace(sent);
        let task = self.tasks.spawn(async move {
            if let Some(before) = before {
                // It closes also if that request was abandoned.
                let _ = before.await;
            }
            let sent = transaction.send().await;
            drop(on_the_flow);
            if sent.is_ok() {
                while let Some(message) = transaction.receive().await {
                    if let SipMessage::Response(response) = message
                        && !(invite && is_ringing(&response))
                    {
                        let _ = report.send(Happened::Response(id, Box::new(response)));
                    }
                }
            }
            let _ = report.send(Happened::ClientDone(id));
        });
        self.clients.insert(id, task);
    }

    /// Answers a request.
    pub(crate) fn respond(&mut self, id: ServerId, mut response: Response) {
        response
            .headers
            .unique_push(Header::Server(self.user_agent.as_str().into()));
        response
            .headers
            .unique_push(Header::ContentLength((response.body.len() as u32).into()));
        if let Some(server) = self.servers.get(&id) {
            let _ = server.send(TransactionEvent::Respond(response));
        }
    }

    /// Forgets a request of ours: whatever still comes for it is dropped.
    pub(crate) fn abandon(&mut self, id: ClientId) {
        if let Some(task) = self.clients.get(&id) {
            task.abort();
        }
        self.forget(id);
    }

    /// The flow is gone, and with it the answers to our requests: ends and names them.
    pub(crate) fn lose_clients(&mut self) -> Vec<ClientId> {
        self.invites.clear();
        let lost = self.clients.drain().map(|(id, task)| {
            task.abort();
            id
        });
        lost.collect()
    }

    fn forget(&mut self, id: ClientId) {
        self.clients.remove(&id);
        self.invites.retain(|_, invite| *invite != id);
    }

    fn serve(&mut self, mut transaction: Transaction) -> Happened {
        self.next_server += 1;
        let id = ServerId(self.next_server);
        self.servers.insert(id, transaction.tu_sender.clone());
        let request = transaction.original.clone();
        let report = self.report.clone();
        self.tasks.spawn(async move {
            while let Some(message) = transaction.receive().await {
                if let SipMessage::Request(request) = message {
                    let _ = report.send(Happened::Followed(id, Box::new(request)));
                }
            }
            let _ = report.send(Happened::ServerDone(id));
        });
        Happened::Request(id, Box::new(request))
    }
}

/// A provisional response other than 100.
fn is_ringing(response: &Response) -> bool {
    (101..200).contains(&response.status_code.code())
}

/// The layer gives its ACK of a 2xx a branch of its own; the ACK of an error keeps the INVITE's,
/// which we made.
fn is_ack_of_2xx_by_the_layer(message: &SipMessage) -> bool {
    let SipMessage::Request(request) = message else {
        return false;
    };
    let via = headers::get(&request.headers, "Via").unwrap_or_default();
    let branch = headers::params(via)
        .into_iter()
        .find(|(n, _)| n.eq_ignore_ascii_case("branch"))
        .and_then(|(_, v)| v);
    request.method == Method::Ack && !branch.is_some_and(|branch| branch.starts_with(BRANCH))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;
    use crate::far_end;
    use crate::message::{self, Local};

    const T1: Duration = Duration::from_millis(2);

    fn request(method: Method, n: u32, rng: &mut StdRng) -> Request {
        let local = Local {
            via: "SIP/2.0/WSS x.invalid".into(),
            contact: "sip:a@x.invalid".into(),
        };
        let mut request = message::request(
            method,
            "sip:b@c",
            "<sip:a@b>;tag=1",
            "<sip:b@c>",
            &format!("call-{n}"),
        );
        message::stamp(&mut request, 1, &local, rng);
        request
    }

    /// Lets everything happen that is under way, and collects it, until nothing has for a while.
    async fn settle(transactions: &mut Transactions) -> Vec<Happened> {
        let mut happened = Vec::new();
        while let Ok(next) = tokio::time::timeout(T1 * 100, transactions.next()).await {
            happened.push(next);
        }
        happened
    }

    #[tokio::test]
    async fn nothing_is_left_of_transactions_that_are_over() {
        let mut transactions = Transactions::start("test", T1).await.unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        for n in 0..40 {
            let method = if n % 2 == 0 {
                Method::Invite
            } else {
                Method::Options
            };
            let sent = request(method, n, &mut rng);
            transactions.send(ClientId(n.into()), sent.clone());
            assert!(matches!(transactions.next().await, Happened::Outgoing(_)));
            // Answered, refused, or never answered at all.
            for status in [[100, 200], [180, 486], [100, 100]][n as usize % 3] {
                transactions
                    .receive(message::response(&sent, status, "", Some("t")).into())
                    .await;
            }
            let theirs = far_end::parse(&format!(
                "OPTIONS sip:a@x.invalid SIP/2.0\r\nVia: SIP/2.0/WSS p;branch=z9hG4bK{n}\r\nFrom: <sip:b@c>;tag=b\r\n\
                 To: <sip:a@b>\r\nCall-ID: theirs-{n}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
            ));
            transactions.receive(theirs.clone().into()).await;
            transactions.next_request(&theirs).await;
        }
        settle(&mut transactions).await;
        let stats = transactions.layer.get_stats();
        let left = (
            stats.running_transactions,
            stats.finished_transactions,
            stats.waiting_ack,
        );
        // INVITEs that ring and are never answered live until Timer C; the core abandons them.
        for n in (0..40).filter(|n| n % 2 == 0 && n % 3 == 2) {
            transactions.abandon(ClientId(n));
        }
        settle(&mut transactions).await;
        let stats = transactions.layer.get_stats();
        assert_eq!(
            (
                stats.running_transactions,
                stats.finished_transactions,
                stats.waiting_ack
            ),
            (0, 0, 0),
            "{left:?}"
        );
        assert!(
            transactions.clients.is_empty()
                && transactions.servers.is_empty()
                && transactions.invites.is_empty()
        );
        assert_eq!(transactions.tasks.len(), 1, "only the timers' task is left");
    }

    #[tokio::test]
    async fn the_layers_own_ack_of_a_2xx_is_not_sent_and_that_of_an_error_is() {
        let mut transactions = Transactions::start("test", T1).await.unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        for (n, status, acks) in [(1, 200, 0), (2, 486, 1)] {
            let sent = request(Method::Invite, n, &mut rng);
            transactions.send(ClientId(n.into()), sent.clone());
            let mut response = message::response(&sent, status, "", Some("t"));
            response.headers.push(Header::Contact("<sip:b@d>".into()));
            transactions.next().await;
            transactions.receive(response.into()).await;
            let happened = settle(&mut transactions).await;
            let sent = happened
                .iter()
                .filter(|h| matches!(h, Happened::Outgoing(_)))
                .count();
            let answered = happened
                .iter()
                .filter(|h| matches!(h, Happened::Response(..)))
                .count();
            assert_eq!((sent, answered), (acks, 1), "{status}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn requests_go_out_in_the_order_in_which_they_were_handed_over() {
        let mut transactions = Transactions::start("test", T1 * 100).await.unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        let requests: Vec<_> = (0..200)
            .map(|n| request(Method::Notify, n, &mut rng))
            .collect();
        for (n, request) in requests.iter().enumerate() {
            transactions.send(ClientId(n as u64), request.clone());
        }
        // What goes out twice, because nobody answers, is told apart by coming later.
        let mut order = Vec::new();
        while order.len() < requests.len() {
            if let Happened::Outgoing(SipMessage::Request(sent)) = transactions.next().await {
                let call = headers::get(&sent.headers, "Call-ID").unwrap_or_default();
                if !order.iter().any(|known| known == call) {
                    order.push(call.to_owned());
                }
            }
        }
        let wanted: Vec<_> = (0..200).map(|n| format!("call-{n}")).collect();
        assert_eq!(order, wanted);
    }

    #[tokio::test]
    async fn each_fork_is_heard_ringing() {
        let mut transactions = Transactions::start("test", T1).await.unwrap();
        let sent = request(Method::Invite, 1, &mut StdRng::seed_from_u64(1));
        transactions.send(ClientId(1), sent.clone());
        for fork in ["one", "two", "one"] {
            transactions
                .receive(message::response(&sent, 180, "", Some(fork)).into())
                .await;
        }
        let happened = settle(&mut transactions).await;
        assert_eq!(
            happened
                .iter()
                .filter(|h| matches!(h, Happened::Response(..)))
                .count(),
            3
        );
    }

    #[tokio::test]
    async fn a_lost_flow_names_the_requests_that_went_with_it() {
        let mut transactions = Transactions::start("test", T1).await.unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        transactions.send(ClientId(1), request(Method::Invite, 1, &mut rng));
        transactions.send(ClientId(2), request(Method::Bye, 2, &mut rng));
        let mut lost = transactions.lose_clients();
        lost.sort();
        assert_eq!(lost, [ClientId(1), ClientId(2)]);
        assert!(
            !settle(&mut transactions)
                .await
                .iter()
                .any(|h| matches!(h, Happened::Response(..)))
        );
    }

    impl Transactions {
        /// Waits for this request to come up, and answers it.
        async fn next_request(&mut self, theirs: &Request) {
            loop {
                if let Happened::Request(id, request) = self.next().await {
                    assert_eq!(request.headers, theirs.headers);
                    self.respond(id, message::response(&request, 200, "", Some("mine")));
                    return;
                }
            }
        }
    }
}
