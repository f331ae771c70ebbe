//! What the WebRTC stack is told: the peer's transport in the form it understands, and nothing
//! else.
//!
//! webrtc 0.21.1 wants a `mid`, a BUNDLE group, an `rtpmap` for each payload type and RTP/SAVPF; it
//! takes clock rates for one and the same and answers ice-lite with the wrong DTLS role. So it
//! hears of one codec that nobody uses and of the transport alone.

use std::fmt::Write;

use super::{PeerTransport, Setup};

/// The payload type that the stack takes all our RTP packets to have.
pub const PAYLOAD_TYPE: u8 = 127;

/// The peer's transport as an offer to the stack.
pub fn offer(transport: &PeerTransport) -> String {
    // Its answer is for us alone, and our answer says who starts: `actpass` lets the stack be the
    // client, `active` makes it the server.
    let setup = match transport.setup {
        Setup::Active => Setup::Active,
        Setup::Passive | Setup::ActPass => Setup::ActPass,
    };
    describe(transport, setup)
}

/// The peer's transport as an answer to the stack's offer.
pub fn answer(transport: &PeerTransport) -> String {
    let setup = match role(transport.setup) {
        Setup::Active => Setup::Passive,
        Setup::Passive | Setup::ActPass => Setup::Active,
    };
    describe(transport, setup)
}

/// Our part in the DTLS handshake with a peer that says `setup`. Where it leaves the choice, or says
/// nothing, we start: an answerer had better (RFC 5763 section 5), and an answer without a role means
/// passive (RFC 4145 section 4.1).
pub fn role(setup: Setup) -> Setup {
    match setup {
        Setup::Active => Setup::Passive,
        Setup::Passive | Setup::ActPass => Setup::Active,
    }
}

fn describe(transport: &PeerTransport, setup: Setup) -> String {
    let mut out = String::with_capacity(1_024);
    out.push_str("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n");
    if transport.ice_lite {
        out.push_str("a=ice-lite\r\n");
    }
    let _ = write!(
        out,
        "m=audio 9 UDP/TLS/RTP/SAVPF {PAYLOAD_TYPE}\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n\
         a=rtpmap:{PAYLOAD_TYPE} opus/48000/2\r\na=sendrecv\r\na=rtcp-mux\r\na=setup:{}\r\n\
         a=fingerprint:sha-256 {}\r\na=ice-ufrag:{}\r\na=ice-pwd:{}\r\n",
        setup.name(),
        transport.fingerprint,
        transport.ufrag,
        transport.pwd
    );
    for candidate in &transport.candidates {
        let _ = write!(out, "a=candidate:{candidate}\r\n");
    }
    out
}
