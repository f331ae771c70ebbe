//! Reaching the server: names, TCP, proxy, TLS, WebSocket.
//!
//! In which order the addresses are tried, [`Edges`](crate::edges::Edges) decides.

mod names;
mod proxy;
mod tls;
pub(crate) mod websocket;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::account::Account;
use crate::edges::{Dial, Edge, Target};
use crate::uri::{ProxyUri, ServerUri, Transport, authority};

/// A byte stream: TCP, or TLS on it.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection that is ready for SIP.
pub(crate) struct Connection {
    pub(crate) carrier: Carrier,
    /// Our own address.
    pub(crate) local: SocketAddr,
}

/// What carries SIP messages.
pub(crate) enum Carrier {
    WebSocket(Box<websocket::WebSocket>),
    Stream(Box<dyn Stream>),
}

/// Makes connections to an account's servers.
pub(crate) struct Dialer {
    servers: Vec<ServerUri>,
    proxy: Option<ProxyUri>,
    extra_ca: Option<Vec<u8>>,
    user_agent: String,
    patience: Duration,
    tls: OnceCell<Arc<ClientConfig>>,
}

impl Dialer {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            servers: account.servers.clone(),
            proxy: account.proxy.clone(),
            extra_ca: account.extra_ca.clone(),
            user_agent: account.user_agent.clone(),
            patience: account.timing.connect,
            tls: OnceCell::new(),
        }
    }

    /// All ways to all servers; through a proxy, which looks them up itself, the ways to that.
    pub(crate) async fn find(&self) -> Result<Vec<Target>, FlowError> {
        let Some(proxy) = &self.proxy else {
            return names::find(&self.servers, self.patience).await;
        };
        let addresses = timeout(self.patience, names::addresses(proxy.host(), proxy.port()));
        let addresses = addresses
            .await
            .map_err(|_| names::unknown(proxy.host()))??;
        let target = |server| Target {
            server,
            priority: 0,
            weight: 0,
            addresses: addresses.clone(),
        };
        Ok((0..self.servers.len()).map(target).collect())
    }

    /// Connects to one address, through all handshakes.
    pub(crate) async fn dial(&self, dial: Dial) -> Result<Connection, FlowError> {
        let Edge { server, address } = dial.edge;
        let server = self.servers.get(server).ok_or(FlowError::NoServer)?;
        timeout(dial.patience, self.connect(server, address))
            .await
            .unwrap_or_else(|_| {
                Err(FlowError::Unreachable {
                    address: authority(&address.ip().to_string(), address.port()),
                    detail: "no answer in time".into(),
                })
            })
    }

    async fn connect(
        &self,
        server: &ServerUri,
        address: SocketAddr,
    ) -> Result<Connection, FlowError> {
        let mut tcp = TcpStream::connect(address)
            .await
            .map_err(|e| unreachable(address, &e))?;
        // Messages are written whole; waiting to join them only delays.
        tcp.set_nodelay(true).map_err(|e| broken(&e))?;
        let local = tcp.local_addr().map_err(|e| broken(&e))?;
        if let Some(proxy) = &self.proxy {
            proxy::tunnel(&mut tcp, proxy, &server.authority(), &self.user_agent).await?;
        }
        let stream: Box<dyn Stream> = match server.transport() {
            Transport::Ws => Box::new(tcp),
            Transport::Wss | Transport::Tls => {
                Box::new(tls::handshake(self.tls().await?, server.host(), tcp).await?)
            }
        };
        let carrier = match server.transport() {
            Transport::Tls => Carrier::Stream(stream),
            Transport::Ws | Transport::Wss => Carrier::WebSocket(Box::new(
                websocket::upgrade(stream, server, &self.user_agent).await?,
            )),
        };
        Ok(Connection { carrier, local })
    }

    async fn tls(&self) -> Result<Arc<ClientConfig>, FlowError> {
        let make = || async {
            let extra_ca = self.extra_ca.clone();
            // Reads the operating system's roots from disk: not on the runtime's own threads.
            tokio::task::spawn_blocking(move || tls::config(extra_ca.as_deref()))
                .await
                .map_err(|_| FlowError::CaFile)?
        };
        self.tls.get_or_try_init(make).await.cloned()
    }
}

/// Why there is no connection to the server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// The name has no address.
    #[error("the name {host} cannot be found")]
    Dns {
        /// The name.
        host: String,
    },
    /// The account names no server.
    #[error("no server is configured")]
    NoServer,
    /// Nobody listens there.
    #[error("{address} refuses the connection")]
    Refused {
        /// Address and port.
        address: String,
    },
    /// No answer in time, or no way there.
    #[error("{address} cannot be reached: {detail}")]
    Unreachable {
        /// Address and port.
        address: String,
        /// What the operating system says.
        detail: String,
    },
    /// The HTTP proxy does not let us through.
    #[error("the proxy answered {status}")]
    Proxy {
        /// HTTP status; 407: user or password is wrong.
        status: u16,
    },
    /// The proxy's answer makes no sense.
    #[error("the proxy does not answer as an HTTP proxy does")]
    NotAProxy,
    /// The server's certificate is not valid for us.
    #[error("TLS: {0}")]
    Tls(TlsError),
    /// The server answers, but not as a WebSocket server.
    #[error("the server is no WebSocket server (HTTP {status:?})")]
    NotWebSocket {
        /// HTTP status, if it spoke HTTP.
        status: Option<u16>,
    },
    /// A WebSocket server, but not for SIP (RFC 7118 §5).
    #[error("the WebSocket server does not offer the sub-protocol sip")]
    NoSipSubprotocol,
    /// `extra_ca` holds no certificate.
    #[error("the CA file holds no certificate that can be read")]
    CaFile,
    /// The server closed the connection.
    #[error("the server closed the connection")]
    Closed,
    /// The connection broke.
    #[error("the connection broke: {detail}")]
    Broken {
        /// What the operating system says.
        detail: String,
    },
    /// No answer to a keepalive.
    #[error("the connection is dead: no answer to a keepalive")]
    Dead,
}

/// What is wrong with the server's certificate, or with TLS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// Issued by an authority that is not trusted here.
    #[error("the certificate comes from an unknown authority")]
    UnknownCa,
    /// Too old, or not valid yet.
    #[error("the certificate has expired or is not valid yet")]
    Expired,
    /// For another name.
    #[error("the certificate is for another name")]
    WrongName,
    /// Revoked by its authority.
    #[error("the certificate is revoked")]
    Revoked,
    /// Another fault in the certificate.
    #[error("the certificate is not valid: {0}")]
    Certificate(String),
    /// The handshake failed otherwise.
    #[error("the handshake failed: {0}")]
    Handshake(String),
}

fn unreachable(address: SocketAddr, error: &io::Error) -> FlowError {
    let address = authority(&address.ip().to_string(), address.port());
    match error.kind() {
        io::ErrorKind::ConnectionRefused => FlowError::Refused { address },
        _ => FlowError::Unreachable {
            address,
            detail: error.kind().to_string(),
        },
    }
}

/// What an error on a connection that was made means.
pub(crate) fn broken(error: &io::Error) -> FlowError {
    if let Some(error) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        return FlowError::Tls(tls::fault(error));
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe => FlowError::Closed,
        kind => FlowError::Broken {
            detail: kind.to_string(),
        },
    }
}
