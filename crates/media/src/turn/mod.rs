//! TURN over TCP and TLS (RFC 8656 section 2.1), which the WebRTC stack does not know: it skips
//! `turns:` and `?transport=tcp`.
//!
//! The stack is told of such a server as one over UDP, at an address that nobody has. What it sends
//! there goes over a connection, and what comes on that goes to the stack as a datagram from there.
//! This happens inside the stack's own sockets, which are ours ([`crate::gate`]), and not through a
//! UDP port of this machine: there is none that another program could use, and a socket that is
//! bound to an interface could not reach it on every system. Connections live as long as the
//! socket, that is, no longer than a call; a server has one for each of a call's sockets, and so
//! for each allocation.
//!
//! The messages pass as they are: a stale nonce (438) is answered by the stack, as over UDP.

mod connection;
mod framing;
mod measure;
mod queue;
mod reach;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use crate::task::Task;
use crate::{IceServer, IceTransport, Trust};
pub use measure::measure;
pub(crate) use queue::Datagram;
use queue::Queue;
pub use reach::{ReachError, reach};

/// Datagrams that wait for a connection: 0.6 s of sound in packets of 20 ms. Beyond, the oldest
/// sound is dropped.
const OUTGOING: usize = 32;
/// Datagrams that wait for the stack. Beyond, the oldest sound is dropped.
const INCOMING: usize = 256;
/// The stack's name for the port of every one of these servers.
const PORT: u16 = 3478;

/// A TURN server that is reached over TCP or TLS.
#[derive(Clone, Debug)]
pub(crate) struct StreamServer {
    ice: IceServer,
    /// Where the stack thinks it is.
    alias: SocketAddr,
    /// Where it is.
    address: SocketAddr,
    tls: Option<Tls>,
}

/// What TLS needs to know.
#[derive(Clone, Debug)]
struct Tls {
    trust: Trust,
    /// The name or address that the certificate has to be for.
    name: String,
}

impl StreamServer {
    /// The server `ice` at one of its addresses, the `number`th such server of a transport.
    pub(crate) fn new(
        ice: &IceServer,
        address: SocketAddr,
        trust: &Trust,
        number: u16,
    ) -> StreamServer {
        let tls = (ice.transport() == IceTransport::Tls).then(|| Tls {
            trust: trust.clone(),
            name: ice.authority().0.to_owned(),
        });
        StreamServer {
            ice: ice.clone(),
            alias: alias(address, number),
            address,
            tls,
        }
    }

    /// Where the stack thinks it is.
    pub(crate) fn alias(&self) -> SocketAddr {
        self.alias
    }
}

/// An address that is nobody's, of the family of the real one: the stack asks a server only from
/// sockets of its family. 240.0.0.0/4 is reserved (RFC 1112 section 4), 100::/64 leads nowhere (RFC
/// 6666).
fn alias(address: SocketAddr, number: u16) -> SocketAddr {
    let [high, low] = number.to_be_bytes();
    let ip: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::new(240, 0, high, low).into(),
        SocketAddr::V6(_) => Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, number).into(),
    };
    SocketAddr::new(ip, PORT)
}

/// The connections that belong to one socket of the stack's.
#[derive(Debug)]
pub(crate) struct Streams {
    servers: Arc<[StreamServer]>,
    local: IpAddr,
    incoming: Arc<Queue>,
    connections: Mutex<Vec<Connection>>,
}

#[derive(Debug)]
struct Connection {
    alias: SocketAddr,
    outgoing: Arc<Queue>,
    _task: Task,
}

impl Streams {
    /// For a socket bound to `local`. Nothing is connected before something is sent.
    pub(crate) fn new(servers: Arc<[StreamServer]>, local: IpAddr) -> Streams {
        Streams {
            servers,
            local,
            incoming: Arc::new(Queue::new(INCOMING)),
            connections: Mutex::default(),
        }
    }

    /// Takes a datagram for one of the servers; false if it is for somebody else. Never waits. On a
    /// Tokio runtime only.
    pub(crate) fn send(&self, to: SocketAddr, bytes: &[u8]) -> bool {
        let Some(server) = self.servers.iter().find(|server| server.alias == to) else {
            return false;
        };
        if self.local.is_loopback() && !server.address.ip().is_loopback() {
            // No way leads from this machine to itself and on to another.
            return true;
        }
        let datagram = Datagram {
            server: to,
            bytes: bytes.to_vec(),
        };
        let mut connections = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = connections.iter().find(|known| known.alias == to) {
            known.outgoing.push(datagram);
            return true;
        }
        let outgoing = Arc::new(Queue::new(OUTGOING));
        outgoing.push(datagram);
        let running = connection::run(
            server.clone(),
            self.local,
            outgoing.clone(),
            self.incoming.clone(),
        );
        connections.push(Connection {
            alias: to,
            outgoing,
            _task: Task::spawn(running),
        });
        true
    }

    /// The next datagram that came from a server.
    pub(crate) fn poll_receive(&self, cx: &mut Context<'_>) -> Poll<Datagram> {
        if self.servers.is_empty() {
            return Poll::Pending;
        }
        self.incoming.poll_pop(cx)
    }
}
