//! What all sessions of a phone have in common.

use std::time::Duration;

use warmline_audio::Codec;

/// What all sessions of a phone have in common.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServer>,
    /// Codecs we speak, best first. Offers list them in this order; answers keep the offerer's
    /// order and leave out what is not here.
    pub codecs: Vec<Codec>,
    /// Length in ms of the sound in one packet we send, unless the peer asks for another.
    pub ptime_ms: u32,
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
            codecs: vec![Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma],
            ptime_ms: 20,
            loopback: false,
            relay_only: false,
            gathering_limit: Duration::from_millis(1_500),
        }
    }
}

/// A STUN or TURN server (RFC 7064, RFC 7065), known to be one we can use.
#[derive(Clone)]
pub struct IceServer {}

/// Why a STUN or TURN server cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum IceServerError {
    /// Not a `stun:` or `turn:` URL.
    #[error("{0:?} is not a STUN or TURN URL (stun:host[:port] or turn:host[:port])")]
    NotAUrl(String),
    /// TURN over TCP or TLS, or STUN over TLS.
    #[error("{0:?}: TURN is supported over UDP only; use turn:host[:port]?transport=udp")]
    UdpOnly(String),
    /// A TURN server without user name and credential.
    #[error("{0:?}: a TURN server needs a user name and a credential")]
    NoCredential(String),
}

impl IceServer {
    /// Checks a URL and what goes with it.
    ///
    /// # Errors
    /// Not a STUN or TURN URL, a transport other than UDP, or TURN without credentials.
    pub fn new(
        url: &str,
        username: Option<String>,
        credential: Option<String>,
    ) -> Result<IceServer, IceServerError> {
        let _ = (url, username, credential);
        unimplemented!()
    }
}

impl std::fmt::Debug for IceServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceServer").finish_non_exhaustive()
    }
}
