//! Who registers, where, and how patiently: everything a [`UserAgent`](crate::UserAgent) is told.

use std::fmt;
use std::time::Duration;

use tokio::sync::watch;

use crate::redact::{Pii, Secret};
use crate::uri::{Aor, ProxyUri, ServerUri, Transport};

/// One SIP account, on one server or on several that stand in for each other.
#[derive(Clone)]
pub struct Account {
    /// The servers or SBCs that know the account, the preferred one first; at least one. Every message goes to
    /// the first that answers; if that one dies, to the next within 2 s, and back later, while no call
    /// stands. Those without a port are looked up by NAPTR and SRV, too (RFC 3263).
    pub servers: Vec<ServerUri>,
    /// The address of record: who we are to others.
    pub aor: Aor,
    /// Name shown to the called party beside the address of record.
    pub display_name: Option<Pii<String>>,
    /// How we show the servers who we are.
    pub credentials: Credentials,
    /// Further certificate authorities to trust, PEM, beside those of the operating system.
    pub extra_ca: Option<Vec<u8>>,
    /// HTTP proxy to reach the server through, by `CONNECT`.
    pub proxy: Option<ProxyUri>,
    /// This installation, as a UUID without `urn:uuid:` (RFC 5626 §4.1): the same at every start.
    pub instance: String,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// Lifetime to ask for when registering, seconds.
    pub expires_s: u32,
    /// Session interval to ask for (RFC 4028), seconds; at least 90.
    pub session_expires_s: u32,
    /// Waiting times; the defaults suit a real network.
    pub timing: Timing,
}

impl Account {
    /// An account on one server or several, with default waiting times and lifetimes.
    pub fn new(
        servers: impl Into<Vec<ServerUri>>,
        aor: Aor,
        credentials: impl Into<Credentials>,
        instance: impl Into<String>,
    ) -> Self {
        Self {
            servers: servers.into(),
            aor,
            display_name: None,
            credentials: credentials.into(),
            extra_ca: None,
            proxy: None,
            instance: instance.into(),
            user_agent: concat!("Warmline/", env!("CARGO_PKG_VERSION")).to_owned(),
            expires_s: 600,
            session_expires_s: 1800,
            timing: Timing::default(),
        }
    }

    /// Whether every server is reached by TLS: a token must not be read on its way (RFC 8898 §4).
    pub(crate) fn is_encrypted(&self) -> bool {
        let plain = |server: &ServerUri| server.transport() == Transport::Ws;
        !self.servers.iter().any(plain)
    }
}

/// How we show the servers who we are.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// By a password: digest authentication (RFC 8760).
    Password {
        /// The user name, where it is not the user part of the address of record.
        user: Option<Pii<String>>,
        /// The password.
        password: Secret<String>,
    },
    /// By an access token: `Authorization: Bearer` (RFC 8898), over WSS and TLS only. A server that offers
    /// digest, too, gets the token all the same.
    Token(Token),
}

/// The access token as it is at any time; none while there is none. Whoever holds the other end renews it,
/// best before it runs out: a request is sent with the one there is.
pub type Token = watch::Receiver<Option<Secret<String>>>;

impl<P: Into<Secret<String>>> From<P> for Credentials {
    fn from(password: P) -> Self {
        Self::Password {
            user: None,
            password: password.into(),
        }
    }
}

/// How long to wait for what. Where there are several edges, a dead one is noticed sooner: see
/// [`Timing::among_several`].
#[derive(Clone, Debug)]
pub struct Timing {
    /// For one address: TCP, proxy, TLS and WebSocket handshakes together; 2 s at most while there is
    /// another to try.
    pub connect: Duration,
    /// For the answer to a REGISTER, before the flow is held to be dead and dialled again.
    pub register: Duration,
    /// Between two keepalives (WebSocket ping, or CRLF CRLF on TLS).
    pub ping: Duration,
    /// For the answer to a keepalive. A dead flow is noticed within `ping + pong`.
    pub pong: Duration,
    /// First wait before registering again after a failure; doubles each time.
    pub retry_first: Duration,
    /// Longest wait before registering again after a failure, unless the server asks for more.
    pub retry_max: Duration,
    /// First rest of an edge that has failed, before the way back to it is looked for; half of it to all of
    /// it, and twice as long each time, at most 20 times as long.
    pub edge_rest: Duration,
    /// RFC 3261 T1: the round trip estimate; 64·T1 ends an unanswered request.
    pub t1: Duration,
}

impl Timing {
    /// The same, but so short that the account is registered at the next edge within 5 s: at most 1.5 s
    /// between keepalives and 1.5 s for their answer, and 3 s for that to a REGISTER. A live server pays a
    /// few bytes every 1.5 s for it; a flow given up by mistake costs a reconnect, and no call. Servers without CRLF
    /// keepalive, who are asked by OPTIONS, are spared that: there a dead flow is noticed within `ping + pong`.
    pub fn among_several(&self) -> Self {
        Self {
            register: self.register.min(Duration::from_secs(3)),
            ping: self.ping.min(Duration::from_millis(1500)),
            pong: self.pong.min(Duration::from_millis(1500)),
            ..self.clone()
        }
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(6),
            register: Duration::from_secs(10),
            ping: Duration::from_secs(20),
            pong: Duration::from_secs(8),
            retry_first: Duration::from_secs(1),
            retry_max: Duration::from_secs(60),
            edge_rest: Duration::from_secs(30),
            t1: Duration::from_millis(500),
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("servers", &self.servers)
            .field("extra_ca", &self.extra_ca.as_ref().map(Vec::len))
            .field("proxy", &self.proxy)
            .field("expires_s", &self.expires_s)
            .field("timing", &self.timing)
            .finish_non_exhaustive()
    }
}
