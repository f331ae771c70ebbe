//! A living connection: messages in and out, keepalives, and the moment it dies.
//!
//! The flow's task ends with the [`Flow`]. A peer that falls silent is noticed within
//! `ping + pong` of the account's timing; a server that does not know CRLF keepalives
//! (RFC 5626 §4.4.1) is reported as such once, and left to be probed by requests.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use rsipstack::sip::SipMessage;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_util::task::AbortOnDropHandle;

use crate::account::Timing;
use crate::dialer::{Carrier, Connection, FlowError, Stream, broken, websocket};
use crate::framer::{Frame, Framer};
use crate::wire::{self, Inbound};

/// A handle to the flow's task.
#[derive(Debug)]
pub(crate) struct Flow {
    /// Our own address.
    pub(crate) local: SocketAddr,
    outgoing: mpsc::Sender<Vec<u8>>,
    events: mpsc::Receiver<FlowEvent>,
    check: Arc<Notify>,
    task: AbortOnDropHandle<()>,
}

/// What comes from a flow.
#[derive(Debug)]
pub(crate) enum FlowEvent {
    /// A message that is worth reading.
    Received(Box<SipMessage>),
    /// Asked by [`Flow::check`]: the server answers no keepalives.
    Unchecked,
    /// The server answers no CRLF keepalive: the flow cannot be supervised by them.
    KeepaliveIgnored,
    /// The flow is no more; the last event.
    Down(FlowError),
}

impl Flow {
    /// Runs the connection in a task of its own.
    pub(crate) fn start(connection: Connection, timing: &Timing) -> Self {
        let (outgoing, to_send) = mpsc::channel(QUEUE);
        let (report, events) = mpsc::channel(QUEUE);
        let keepalive = Keepalive::new(timing);
        let (local, check) = (connection.local, Arc::new(Notify::new()));
        let asked = Arc::clone(&check);
        let task = tokio::spawn(async move {
            let end = match connection.carrier {
                Carrier::WebSocket(socket) => {
                    over_websocket(*socket, to_send, &report, keepalive, &asked).await
                }
                Carrier::Stream(stream) => {
                    over_stream(stream, to_send, &report, keepalive, &asked).await
                }
            };
            if let Err(error) = end {
                // Nobody listens any more when the agent has dropped the flow.
                let _ = report.send(FlowEvent::Down(error)).await;
            }
        });
        Self {
            local,
            outgoing,
            events,
            check,
            task: AbortOnDropHandle::new(task),
        }
    }

    /// Queues a message. A full queue means that the flow is stuck.
    pub(crate) fn send(&self, message: Vec<u8>) -> Result<(), FlowError> {
        self.outgoing.try_send(message).map_err(|_| FlowError::Dead)
    }

    /// Asks for a sign of life at once; [`FlowEvent::Down`] if none comes within 1 s.
    pub(crate) fn check(&self) {
        self.check.notify_one();
    }

    /// The next event; never again one after [`FlowEvent::Down`].
    pub(crate) async fn next(&mut self) -> FlowEvent {
        self.events
            .recv()
            .await
            .unwrap_or(FlowEvent::Down(FlowError::Closed))
    }

    /// Sends what is queued, closes the connection properly, but does not wait long for it.
    pub(crate) async fn close(self) {
        drop(self.outgoing);
        let _ = timeout(CLOSE, self.task).await;
    }
}

async fn over_websocket(
    mut socket: websocket::WebSocket,
    mut outgoing: mpsc::Receiver<Vec<u8>>,
    report: &mpsc::Sender<FlowEvent>,
    mut keepalive: Keepalive,
    check: &Notify,
) -> Result<(), FlowError> {
    loop {
        let message = tokio::select! {
            received = socket.next() => {
                keepalive.alive();
                match received {
                    Some(Ok(Message::Text(text))) => receive(text.as_bytes(), report).await?.map(text_or_binary),
                    Some(Ok(Message::Binary(bytes))) => receive(&bytes, report).await?.map(text_or_binary),
                    Some(Ok(Message::Close(_))) | None => return Err(FlowError::Closed),
                    // Pings are answered by the library when the socket is next written or flushed.
                    Some(Ok(Message::Ping(_))) => {
                        write(keepalive.pong, socket.flush()).await?.map_err(|e| websocket::refusal(&e))?;
                        None
                    }
                    Some(Ok(Message::Pong(of))) => {
                        if of == CHECKED {
                            keepalive.checked();
                        }
                        None
                    }
                    Some(Ok(Message::Frame(_))) => None,
                    Some(Err(error)) => return Err(websocket::refusal(&error)),
                }
            }
            queued = outgoing.recv() => match queued {
                Some(bytes) => Some(text_or_binary(bytes)),
                None => {
                    let _ = write(CLOSE, socket.close(None)).await;
                    return Ok(());
                }
            },
            () = check.notified() => {
                keepalive.check();
                Some(Message::Ping(Bytes::from_static(CHECKED)))
            }
            () = sleep_until(keepalive.next) => {
                if keepalive.overdue() {
                    return Err(FlowError::Dead);
                }
                keepalive.sent();
                Some(Message::Ping(Bytes::new()))
            }
        };
        if let Some(message) = message {
            write(keepalive.pong, socket.send(message))
                .await?
                .map_err(|e| websocket::refusal(&e))?;
        }
    }
}

async fn over_stream(
    mut stream: Box<dyn Stream>,
    mut outgoing: mpsc::Receiver<Vec<u8>>,
    report: &mpsc::Sender<FlowEvent>,
    mut keepalive: Keepalive,
    check: &Notify,
) -> Result<(), FlowError> {
    let mut framer = Framer::default();
    let mut buffer = vec![0; 16 * 1024];
    // Until the server has answered one, silence after a ping proves nothing.
    let (mut answers_pings, mut told) = (false, false);
    loop {
        let mut message = tokio::select! {
            read = stream.read(&mut buffer) => {
                let read = read.map_err(|e| broken(&e))?;
                if read == 0 {
                    return Err(FlowError::Closed);
                }
                keepalive.alive();
                framer.push(&buffer[..read]);
                let mut replies = Vec::new();
                while let Some(frame) = framer.next() {
                    match frame {
                        Frame::Message(bytes) => replies.extend(receive(&bytes, report).await?.unwrap_or_default()),
                        Frame::TooLarge(head) => {
                            if let Inbound::Refused(refusal) = wire::refuse_large(&head) {
                                replies.extend(refusal.reply.unwrap_or_default());
                            }
                        }
                        Frame::Ping => replies.extend(PONG),
                        Frame::Pong => {
                            answers_pings = true;
                            keepalive.checked();
                        }
                    }
                }
                replies
            }
            queued = outgoing.recv() => match queued {
                Some(bytes) => bytes,
                None => {
                    let _ = write(CLOSE, stream.shutdown()).await;
                    return Ok(());
                }
            },
            () = check.notified() => {
                if !answers_pings {
                    let _ = report.send(FlowEvent::Unchecked).await;
                    continue;
                }
                keepalive.check();
                PING.to_vec()
            }
            () = sleep_until(keepalive.next) => {
                if keepalive.overdue() && answers_pings {
                    return Err(FlowError::Dead);
                }
                if keepalive.overdue() && !told {
                    told = true;
                    let _ = report.send(FlowEvent::KeepaliveIgnored).await;
                }
                if keepalive.overdue() {
                    keepalive.alive();
                    continue;
                }
                keepalive.sent();
                PING.to_vec()
            }
        };
        if !message.is_empty() {
            // Whatever else waits goes out in the same write.
            while let Ok(more) = outgoing.try_recv() {
                message.extend(more);
            }
            let sending = async {
                stream.write_all(&message).await?;
                stream.flush().await
            };
            write(keepalive.pong, sending)
                .await?
                .map_err(|e| broken(&e))?;
        }
    }
}

/// Passes a message on, or gives back what to answer.
async fn receive(
    bytes: &[u8],
    report: &mpsc::Sender<FlowEvent>,
) -> Result<Option<Vec<u8>>, FlowError> {
    match wire::decode(bytes) {
        Inbound::Message(message) => {
            report
                .send(FlowEvent::Received(Box::new(message)))
                .await
                .map_err(|_| FlowError::Closed)?;
            Ok(None)
        }
        Inbound::Refused(refusal) => {
            tracing::debug!(
                status = refusal.status,
                reason = refusal.reason,
                "a message goes no further"
            );
            Ok(refusal.reply)
        }
        Inbound::Ping => Ok(Some(PONG.to_vec())),
        Inbound::Pong => Ok(None),
    }
}

/// A write that a stuck peer cannot hold up for ever.
async fn write<T>(patience: Duration, write: impl Future<Output = T>) -> Result<T, FlowError> {
    timeout(patience, write).await.map_err(|_| FlowError::Dead)
}

fn text_or_binary(bytes: Vec<u8>) -> Message {
    match String::from_utf8(bytes) {
        Ok(text) => Message::text(text),
        Err(error) => Message::binary(error.into_bytes()),
    }
}

/// When to ping next, and whether an answer is owed.
struct Keepalive {
    ping: Duration,
    pong: Duration,
    next: Instant,
    waiting: bool,
    /// Only the answer to what was asked last counts: whatever else comes may have been on its way before.
    checking: bool,
}

impl Keepalive {
    fn new(timing: &Timing) -> Self {
        Self {
            ping: timing.ping,
            pong: timing.pong,
            next: Instant::now() + timing.ping,
            waiting: false,
            checking: false,
        }
    }

    /// Something has come: the peer lives. (Whatever it was; a busy peer need not be pinged.)
    fn alive(&mut self) {
        if self.checking {
            return;
        }
        self.waiting = false;
        self.next = Instant::now() + self.ping;
    }

    fn check(&mut self) {
        (self.waiting, self.checking) = (true, true);
        self.next = Instant::now() + self.pong.min(CHECK);
    }

    fn checked(&mut self) {
        self.checking = false;
        self.alive();
    }

    fn sent(&mut self) {
        self.waiting = true;
        self.next = Instant::now() + self.pong;
    }

    fn overdue(&self) -> bool {
        self.waiting
    }
}

const PING: &[u8] = b"\r\n\r\n";
const PONG: &[u8] = b"\r\n";

/// What the ping of a check carries, and how long its answer may take.
const CHECKED: &[u8] = b"check";
const CHECK: Duration = Duration::from_secs(1);

/// Messages queued in either direction. Out: more means a stuck flow. In: more makes the peer wait.
const QUEUE: usize = 256;

const CLOSE: Duration = Duration::from_secs(1);
