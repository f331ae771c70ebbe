//! The exchange on a socket: SIP over secure WebSocket (RFC 7118), and the task that owns it.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::accept_hdr_async_with_config;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_util::task::AbortOnDropHandle;

use super::{Command, ConnectionId, Event, Exchange};

/// An exchange that runs; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    reachable: watch::Receiver<Vec<String>>,
    _task: AbortOnDropHandle<()>,
}

impl Server {
    /// Runs the exchange that `make` makes for the listener's address.
    pub(crate) fn start(
        listener: TcpListener,
        tls: TlsAcceptor,
        make: impl FnOnce(SocketAddr) -> Exchange,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (reachable, watched) = watch::channel(Vec::new());
        let running = Running {
            exchange: make(address),
            connections: HashMap::new(),
            reachable,
        };
        Ok(Self {
            address,
            reachable: watched,
            _task: AbortOnDropHandle::new(tokio::spawn(running.run(listener, tls))),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The users who can be called, now and whenever that changes.
    pub(crate) fn reachable(&self) -> watch::Receiver<Vec<String>> {
        self.reachable.clone()
    }
}

struct Running {
    exchange: Exchange,
    connections: HashMap<ConnectionId, mpsc::Sender<String>>,
    reachable: watch::Sender<Vec<String>>,
}

impl Running {
    async fn run(mut self, listener: TcpListener, tls: TlsAcceptor) {
        let (events, mut inbox) = mpsc::channel(QUEUE);
        let mut tasks = JoinSet::new();
        let mut next = 1;
        loop {
            let due = self.exchange.poll_timeout();
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        let id = ConnectionId(next);
                        next += 1;
                        let (queue, outgoing) = mpsc::channel(QUEUE);
                        self.connections.insert(id, queue);
                        tasks.spawn(serve(id, stream, tls.clone(), events.clone(), outgoing));
                    }
                    // Too many open files, say: it passes.
                    Err(error) => {
                        tracing::warn!(%error, "the exchange cannot take a connection");
                        tokio::time::sleep(PAUSE).await;
                    }
                },
                Some(event) = inbox.recv() => {
                    if let Event::Closed(id) = event {
                        self.connections.remove(&id);
                    }
                    let commands = self.exchange.handle(Instant::now(), event);
                    self.carry_out(commands);
                }
                () = until(due) => {
                    let commands = self.exchange.expire(Instant::now());
                    self.carry_out(commands);
                }
                Some(_) = tasks.join_next() => {}
            }
        }
    }

    fn carry_out(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Send(to, text) => {
                    // One that does not read is as good as gone.
                    let stuck = self
                        .connections
                        .get(&to)
                        .is_some_and(|queue| queue.try_send(text).is_err());
                    if stuck {
                        self.connections.remove(&to);
                    }
                }
                Command::Reachable(user, can) => {
                    // A registration that is renewed is no news.
                    self.reachable.send_if_modified(|users| {
                        let could = users.contains(&user);
                        users.retain(|known| *known != user);
                        users.extend(can.then_some(user));
                        could != can
                    });
                }
            }
        }
    }
}

async fn serve(
    id: ConnectionId,
    stream: TcpStream,
    tls: TlsAcceptor,
    events: mpsc::Sender<Event>,
    outgoing: mpsc::Receiver<String>,
) {
    if let Err(reason) = talk(id, stream, tls, &events, outgoing).await {
        tracing::debug!(reason, "a connection to the exchange ended");
    }
    let _ = events.send(Event::Closed(id)).await;
}

async fn talk(
    id: ConnectionId,
    stream: TcpStream,
    tls: TlsAcceptor,
    events: &mpsc::Sender<Event>,
    mut outgoing: mpsc::Receiver<String>,
) -> Result<(), &'static str> {
    let handshake = async {
        let _ = stream.set_nodelay(true);
        let stream = tls.accept(stream).await.map_err(|_| "no TLS")?;
        let config = WebSocketConfig::default().max_message_size(Some(LONGEST));
        accept_hdr_async_with_config(stream, speak_sip, Some(config))
            .await
            .map_err(|_| "no WebSocket")
    };
    let handshake = timeout(HANDSHAKE, handshake)
        .await
        .map_err(|_| "a handshake that stalled")?;
    let (mut write, mut read) = handshake?.split();
    loop {
        tokio::select! {
            frame = read.next() => {
                let text = match frame {
                    Some(Ok(Frame::Text(text))) => text.to_string(),
                    Some(Ok(Frame::Binary(bytes))) => String::from_utf8_lossy(&bytes).into_owned(),
                    Some(Ok(Frame::Ping(_))) => {
                        write.flush().await.map_err(|_| "a broken connection")?;
                        continue;
                    }
                    Some(Ok(Frame::Close(_))) | None => return Ok(()),
                    Some(Ok(_)) => continue,
                    Some(Err(_)) => return Err("a broken connection"),
                };
                events.send(Event::Received(id, text)).await.map_err(|_| "the exchange has ended")?;
            }
            text = outgoing.recv() => match text {
                Some(text) => timeout(STUCK, write.send(Frame::text(text)))
                    .await
                    .map_err(|_| "a peer that does not read")?
                    .map_err(|_| "a broken connection")?,
                None => return Err("a peer that did not read"),
            },
        }
    }
}

#[expect(clippy::result_large_err, reason = "the signature is the library's")]
fn speak_sip(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let offered = request.headers().get("Sec-WebSocket-Protocol");
    let sip = offered
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .split(',')
                .any(|protocol| protocol.trim().eq_ignore_ascii_case("sip"))
        });
    if sip {
        let value = tokio_tungstenite::tungstenite::http::HeaderValue::from_static("sip");
        response
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", value);
    }
    Ok(response)
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

/// Messages that wait on one connection, or for the exchange.
const QUEUE: usize = 256;

/// Bytes of a message at most: a SIP message is far shorter.
const LONGEST: usize = 256 * 1024;
const HANDSHAKE: Duration = Duration::from_secs(10);
const STUCK: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(100);
