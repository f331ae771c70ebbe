//! Reaching the server: names, TCP, proxy, TLS, WebSocket.

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
