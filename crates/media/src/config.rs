//! What all sessions of a phone have in common.

use std::fmt;
use std::net::{Ipv6Addr, SocketAddr};
use std::time::Duration;

use warmline_audio::Codec;

use crate::Trust;

/// Port of STUN and TURN over UDP and TCP (RFC 8489 section 8, RFC 8656 section 6).
const DEFAULT_PORT: u16 = 3478;
/// The same over TLS.
const DEFAULT_TLS_PORT: u16 = 5349;

/// What all sessions of a phone have in common.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServer>,
    /// Whom TURN over TLS trusts.
    pub trust: Trust,
    /// Codecs we speak, best first. Offers list them in this order; answers keep the offerer's
    /// order and leave out what is not here.
    pub codecs: Vec<Codec>,
    /// Length in ms of the sound in one packet we send, unless the peer asks for another.
    pub ptime_ms: u32,
    /// Whether silence may be left out: Opus does that by itself, the others describe it in its place
    /// (RFC 3389), if the peer takes that.
    pub dtx: bool,
    /// Whether loopback addresses are offered too: the server runs on this machine.
    pub loopback: bool,
    /// Only relayed candidates are offered, so that the peer never learns our addresses.
    pub relay_only: bool,
    /// How long an offer or answer waits for STUN and TURN servers before it is sent with the
    /// candidates found so far.
    pub gathering_limit: Duration,
}

impl Default for MediaConfig {
    fn default() -> Self {
        MediaConfig {
            ice_servers: Vec::new(),
            trust: Trust::default(),
            codecs: vec![Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma],
            ptime_ms: 20,
            dtx: false,
            loopback: false,
            relay_only: false,
            gathering_limit: Duration::from_millis(1_500),
        }
    }
}

/// A STUN or TURN server (RFC 7064, RFC 7065), known to be one we can use.
#[derive(Clone, PartialEq, Eq)]
pub struct IceServer {
    turn: Option<TurnCredential>,
    transport: IceTransport,
    host: String,
    port: u16,
}

/// What a STUN or TURN server is reached over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IceTransport {
    /// UDP.
    Udp,
    /// TCP: for networks that let no UDP pass.
    Tcp,
    /// TLS over TCP: for networks that let web pages pass and nothing else.
    Tls,
}

#[derive(Clone, PartialEq, Eq)]
struct TurnCredential {
    username: String,
    credential: String,
}

/// Why a STUN or TURN server cannot be used.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum IceServerError {
    /// Not a `stun:`, `turn:` or `turns:` URL.
    #[error(
        "{0:?} is not a STUN or TURN URL (stun:host[:port], turn:host[:port][?transport=tcp] or \
         turns:host[:port])"
    )]
    NotAUrl(String),
    /// STUN over TCP or TLS, or TURN over DTLS.
    #[error(
        "{0:?}: STUN works over UDP, TURN over UDP, TCP and TLS; use stun:host[:port], \
         turn:host[:port], turn:host[:port]?transport=tcp or turns:host[:port]"
    )]
    Transport(String),
    /// A TURN server without user name and credential.
    #[error("{0:?}: a TURN server needs a user name and a credential")]
    NoCredential(String),
}

impl IceServer {
    /// Checks a URL (`stun:host[:port]`, `turn:host[:port][?transport=udp|tcp]`,
    /// `turns:host[:port][?transport=tcp]`) and what goes with it. The port is 3478 unless said,
    /// 5349 of `turns:`. Name and credential are of no use to a STUN server and are dropped.
    ///
    /// # Errors
    /// Not a STUN or TURN URL, a transport that we have not, or TURN without credentials.
    pub fn new(
        url: &str,
        username: Option<String>,
        credential: Option<String>,
    ) -> Result<IceServer, IceServerError> {
        let not_a_url = || IceServerError::NotAUrl(url.to_owned());
        let (scheme, rest) = url.trim().split_once(':').ok_or_else(not_a_url)?;
        let (address, query) = match rest.split_once('?') {
            Some((address, query)) => (address, Some(query.to_ascii_lowercase())),
            None => (rest, None),
        };
        let transport = match query.as_deref() {
            None => None,
            Some("transport=udp") => Some("udp"),
            Some("transport=tcp") => Some("tcp"),
            Some("transport=tls") => Some("tls"),
            Some(_) => return Err(not_a_url()),
        };
        let scheme = scheme.to_ascii_lowercase();
        let transport = match (scheme.as_str(), transport) {
            ("stun" | "turn", None | Some("udp")) => IceTransport::Udp,
            ("turn", Some("tcp")) => IceTransport::Tcp,
            ("turns", None | Some("tcp")) => IceTransport::Tls,
            ("stun" | "turn" | "turns" | "stuns", _) => {
                return Err(IceServerError::Transport(url.to_owned()));
            }
            _ => return Err(not_a_url()),
        };
        let (host, port) = split_address(address).ok_or_else(not_a_url)?;
        let turn = match (scheme != "stun", username, credential) {
            (false, ..) => None,
            (true, Some(username), Some(credential)) if !username.is_empty() => {
                Some(TurnCredential {
                    username,
                    credential,
                })
            }
            (true, ..) => return Err(IceServerError::NoCredential(url.to_owned())),
        };
        Ok(IceServer {
            turn,
            transport,
            host,
            port: port.unwrap_or(transport.default_port()),
        })
    }

    /// Whether it relays (TURN, RFC 8656) and does not only tell addresses.
    pub fn is_turn(&self) -> bool {
        self.turn.is_some()
    }

    /// What it is reached over.
    pub fn transport(&self) -> IceTransport {
        self.transport
    }

    /// Its name or address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The same server over another transport: at the same port if that is between UDP and TCP,
    /// else at the usual one.
    #[must_use]
    pub fn over(&self, transport: IceTransport) -> IceServer {
        let same = self.transport.default_port() == transport.default_port();
        IceServer {
            transport,
            port: if same {
                self.port
            } else {
                transport.default_port()
            },
            ..self.clone()
        }
    }

    /// Name or address, and port, to be looked up.
    pub(crate) fn authority(&self) -> (&str, u16) {
        (&self.host, self.port)
    }

    /// User name and credential of a TURN server; `None` for STUN.
    pub(crate) fn turn(&self) -> Option<(&str, &str)> {
        let turn = self.turn.as_ref()?;
        Some((&turn.username, &turn.credential))
    }

    /// The URL for the WebRTC stack, with an address in place of the server's name.
    pub(crate) fn url(&self, address: SocketAddr) -> String {
        match self.turn {
            Some(_) => format!("turn:{address}?transport=udp"),
            None => format!("stun:{address}"),
        }
    }
}

impl IceTransport {
    /// As people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            IceTransport::Udp => "UDP",
            IceTransport::Tcp => "TCP",
            IceTransport::Tls => "TLS",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            IceTransport::Udp | IceTransport::Tcp => DEFAULT_PORT,
            IceTransport::Tls => DEFAULT_TLS_PORT,
        }
    }
}

/// The URL, which names no credential.
impl fmt::Display for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, query) = match (self.is_turn(), self.transport) {
            (false, _) => ("stun", ""),
            (true, IceTransport::Udp) => ("turn", ""),
            (true, IceTransport::Tcp) => ("turn", "?transport=tcp"),
            (true, IceTransport::Tls) => ("turns", ""),
        };
        let port = self.port;
        if self.host.contains(':') {
            write!(f, "{scheme}:[{}]:{port}{query}", self.host)
        } else {
            write!(f, "{scheme}:{}:{port}{query}", self.host)
        }
    }
}

/// Names no credential.
impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `host`, `host:port`, `[2001:db8::1]`, `[2001:db8::1]:port`
fn split_address(address: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = if let Some(rest) = address.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        host.parse::<Ipv6Addr>().ok()?;
        let port = match rest {
            "" => None,
            rest => Some(rest.strip_prefix(':')?),
        };
        (host, port)
    } else {
        match address.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        }
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    if host.is_empty() || !host.chars().all(plain) {
        return None;
    }
    let port = match port {
        Some(port) => Some(port.parse().ok().filter(|port| *port != 0)?),
        None => None,
    };
    Some((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(url: &str) -> Result<String, IceServerError> {
        let (username, credential) = (Some("user".to_owned()), Some("secret".to_owned()));
        let server = IceServer::new(url, username, credential)?;
        Ok(format!("{server:?}"))
    }

    #[test]
    fn urls_are_read() {
        for (url, expected) in [
            ("stun:stun.example.org", "stun:stun.example.org:3478"),
            ("STUN:192.0.2.1:19302", "stun:192.0.2.1:19302"),
            (
                "turn:t.example.org:443?transport=udp",
                "turn:t.example.org:443",
            ),
            ("turn:[2001:db8::1]:7?transport=UDP", "turn:[2001:db8::1]:7"),
            ("stun:[2001:db8::1]", "stun:[2001:db8::1]:3478"),
            (
                "turn:t.example.org?transport=TCP",
                "turn:t.example.org:3478?transport=tcp",
            ),
            ("turns:t.example.org", "turns:t.example.org:5349"),
            (
                "turns:t.example.org:443?transport=tcp",
                "turns:t.example.org:443",
            ),
        ] {
            assert_eq!(plain(url).as_deref(), Ok(expected), "{url}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused_in_words() {
        for url in [
            "stuns:t.example.org",
            "stun:t.example.org?transport=tcp",
            "turn:t.example.org?transport=tls",
            "turns:t.example.org?transport=udp",
        ] {
            let error = plain(url).expect_err("no such transport");
            assert_eq!(error, IceServerError::Transport(url.to_owned()));
            assert!(error.to_string().contains("turns:host"), "{error}");
        }
        for url in [
            "",
            "stun",
            "stun:",
            "http:example.org",
            "stun:example.org:0",
            "stun:example.org:99999",
            "stun:example.org?x=y",
            "stun:a b",
            "stun:[::1",
            "stun:[::g]",
            "stun://example.org",
        ] {
            let expected = Err(IceServerError::NotAUrl(url.to_owned()));
            assert_eq!(plain(url), expected, "{url}");
        }
    }

    #[test]
    fn a_server_may_be_tried_over_another_transport() {
        let credential = || Some("x".to_owned());
        let server = |url| IceServer::new(url, credential(), credential()).expect("usable");
        let over = |url, transport| server(url).over(transport).to_string();
        let tcp = over("turn:t.example.org:443", IceTransport::Tcp);
        assert_eq!(tcp, "turn:t.example.org:443?transport=tcp");
        let tls = over("turn:t.example.org:443", IceTransport::Tls);
        assert_eq!(tls, "turns:t.example.org:5349");
        let udp = over("turns:t.example.org:443", IceTransport::Udp);
        assert_eq!(udp, "turn:t.example.org:3478");
        let same = over("turns:t.example.org:443", IceTransport::Tls);
        assert_eq!(same, "turns:t.example.org:443");
    }

    #[test]
    fn turn_needs_a_credential_and_debug_never_shows_it() {
        let url = "turn:t.example.org";
        let error = IceServer::new(url, Some("user".to_owned()), None);
        assert_eq!(error, Err(IceServerError::NoCredential(url.to_owned())));
        let shown = plain(url).expect("complete");
        assert!(!shown.contains("secret") && !shown.contains("user"));
    }
}
