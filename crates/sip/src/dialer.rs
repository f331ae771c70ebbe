//! Reaching the server: names, TCP, proxy, TLS, WebSocket.
//!
//! Every address of the name is tried in the operating system's order, each through all
//! handshakes, until one leads to a server that speaks SIP to us.

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

/// Makes connections to one server.
pub(crate) struct Dialer {
    server: ServerUri,
    proxy: Option<ProxyUri>,
    extra_ca: Option<Vec<u8>>,
    user_agent: String,
    patience: Duration,
    tls: OnceCell<Arc<ClientConfig>>,
}

impl Dialer {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            server: account.server.clone(),
            proxy: account.proxy.clone(),
            extra_ca: account.extra_ca.clone(),
            user_agent: account.user_agent.clone(),
            patience: account.timing.connect,
            tls: OnceCell::new(),
        }
    }

    /// Tries every address; the error is that of the address that got furthest.
    pub(crate) async fn dial(&self) -> Result<Connection, FlowError> {
        let (host, port) = match &self.proxy {
            Some(proxy) => (proxy.host(), proxy.port()),
            None => (self.server.host(), self.server.port()),
        };
        let addresses = self.resolve(host, port).await?;
        self.first_of(addresses).await.map_err(|error| {
            error.unwrap_or_else(|| FlowError::Dns {
                host: host.to_owned(),
            })
        })
    }

    async fn first_of(&self, addresses: Vec<SocketAddr>) -> Result<Connection, Option<FlowError>> {
        let mut failure: Option<FlowError> = None;
        for address in addresses {
            let attempt = timeout(self.patience, self.connect(address)).await;
            let error = match attempt {
                Ok(Ok(connection)) => return Ok(connection),
                Ok(Err(error)) => error,
                Err(_) => FlowError::Unreachable {
                    address: address.to_string(),
                    detail: "no answer in time".into(),
                },
            };
            let far = |e: &FlowError| {
                !matches!(e, FlowError::Refused { .. } | FlowError::Unreachable { .. })
            };
            if failure
                .as_ref()
                .is_none_or(|known| far(&error) || !far(known))
            {
                failure = Some(error);
            }
        }
        Err(failure)
    }

    async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, FlowError> {
        let unknown = || FlowError::Dns {
            host: host.to_owned(),
        };
        let found = timeout(self.patience, tokio::net::lookup_host((host, port)));
        let mut addresses: Vec<SocketAddr> = found
            .await
            .map_err(|_| unknown())?
            .map_err(|_| unknown())?
            .collect();
        if self.server.transport() == Transport::Ws && self.proxy.is_none() {
            // Plain WebSocket stays on this machine, whatever a name server says.
            addresses.retain(|address| address.ip().is_loopback());
        }
        let mut seen = std::collections::HashSet::new();
        addresses.retain(|address| seen.insert(*address));
        if addresses.is_empty() {
            Err(unknown())
        } else {
            Ok(addresses)
        }
    }

    async fn connect(&self, address: SocketAddr) -> Result<Connection, FlowError> {
        let mut tcp = TcpStream::connect(address)
            .await
            .map_err(|e| unreachable(address, &e))?;
        // Messages are written whole; waiting to join them only delays.
        tcp.set_nodelay(true).map_err(|e| broken(&e))?;
        let local = tcp.local_addr().map_err(|e| broken(&e))?;
        if let Some(proxy) = &self.proxy {
            proxy::tunnel(&mut tcp, proxy, &self.server.authority(), &self.user_agent).await?;
        }
        let stream: Box<dyn Stream> = match self.server.transport() {
            Transport::Ws => Box::new(tcp),
            Transport::Wss | Transport::Tls => {
                Box::new(tls::handshake(self.tls().await?, self.server.host(), tcp).await?)
            }
        };
        let carrier = match self.server.transport() {
            Transport::Tls => Carrier::Stream(stream),
            Transport::Ws | Transport::Wss => Carrier::WebSocket(Box::new(
                websocket::upgrade(stream, &self.server, &self.user_agent).await?,
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

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn dialer(timeout_ms: u64) -> Dialer {
        let mut account = Account::new(
            "sips:localhost".parse().unwrap(),
            "a@b".parse().unwrap(),
            "",
            "00000000-0000-1000-8000-000a95a0e128",
        );
        account.timing.connect = Duration::from_millis(timeout_ms);
        Dialer::new(&account)
    }

    async fn nobody() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap()
    }

    #[tokio::test]
    async fn every_address_is_tried_and_the_best_attempt_is_named() {
        // One that refuses, one that says nothing, one that speaks something else, one that refuses.
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = vec![
            nobody().await,
            silent.local_addr().unwrap(),
            other.local_addr().unwrap(),
            nobody().await,
        ];
        let dialer = dialer(200).await;
        let answering = async {
            let (mut stream, _) = other.accept().await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 hello\r\n")
                .await
                .unwrap();
            stream
        };
        let (result, _stream) = tokio::join!(dialer.first_of(addresses), answering);
        let error = result.err().flatten().unwrap();
        assert!(
            matches!(error, FlowError::Tls(TlsError::Handshake(_))),
            "{error:?}"
        );
    }
}
