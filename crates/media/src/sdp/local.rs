//! Writes our own descriptions.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{Candidate, Direction, Format, Section, Setup};

/// Profile we offer (RFC 5764 section 9).
const PROTOCOL: &str = "UDP/TLS/RTP/SAVPF";
/// Longest packet we take, in ms.
const MAX_PTIME_MS: u32 = 60;

/// How we can be reached: what ICE and DTLS below have to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalTransport {
    /// ICE user name fragment.
    pub ufrag: String,
    /// ICE password.
    pub pwd: String,
    /// SHA-256 fingerprint of our certificate, as `AB:CD:…`.
    pub fingerprint: String,
    /// Our candidates.
    pub candidates: Vec<Candidate>,
    /// Our part in the DTLS handshake, as answers state it. Offers leave it to the peer.
    pub role: Setup,
}

impl LocalTransport {
    /// What `c=` and `m=` state for those that do not look at candidates.
    fn default_address(&self) -> SocketAddr {
        Candidate::default_of(&self.candidates)
            .map_or((Ipv4Addr::UNSPECIFIED, 9).into(), |candidate| {
                candidate.address
            })
    }
}

/// What stays the same in the `o=` line of a session (RFC 3264 section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) session_id: u64,
    pub(super) address: IpAddr,
}

impl Origin {
    pub(super) fn new(session_id: u64, transport: &LocalTransport) -> Origin {
        Origin {
            session_id,
            address: transport.default_address().ip(),
        }
    }
}

/// One of our descriptions, ready to be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Local<'a> {
    pub(super) origin: Origin,
    pub(super) transport: &'a LocalTransport,
    pub(super) setup: Setup,
    pub(super) direction: Direction,
    pub(super) formats: &'a [Format],
    pub(super) ptime_ms: u32,
    pub(super) rtcp_mux: bool,
    pub(super) sections: &'a [Section],
    pub(super) chosen: usize,
    pub(super) bundled: bool,
}

impl Local<'_> {
    /// Writes it as version `version` (RFC 3264 section 8).
    pub(super) fn write(&self, version: u64) -> String {
        let mut out = String::with_capacity(1_536);
        let origin = self.origin;
        let address = self.transport.default_address();
        let _ = write!(
            out,
            "v=0\r\no=- {} {version} IN {}\r\ns=-\r\nc=IN {}\r\nt=0 0\r\n",
            origin.session_id,
            network(origin.address),
            network(address.ip())
        );
        let mid = self.sections[self.chosen].mid.as_deref();
        if let Some(mid) = mid.filter(|_| self.bundled) {
            let _ = write!(out, "a=group:BUNDLE {mid}\r\n");
        }
        out.push_str("a=ice-options:ice2\r\n");
        for (index, section) in self.sections.iter().enumerate() {
            if index == self.chosen {
                self.write_audio(&mut out, &section.protocol, mid, address.port());
            } else {
                write_refused(&mut out, section);
            }
        }
        out
    }

    fn write_audio(&self, out: &mut String, protocol: &str, mid: Option<&str>, port: u16) {
        let _ = write!(out, "m=audio {port} {protocol}");
        for format in self.formats {
            let _ = write!(out, " {}", format.payload_type);
        }
        out.push_str("\r\n");
        if !self.rtcp_mux {
            // Without multiplexing there is no RTCP: we have no second port (RFC 3556).
            out.push_str("b=RS:0\r\nb=RR:0\r\n");
        }
        if let Some(mid) = mid {
            let _ = write!(out, "a=mid:{mid}\r\n");
        }
        for format in self.formats {
            format.write(out);
        }
        let _ = write!(
            out,
            "a=ptime:{}\r\na=maxptime:{MAX_PTIME_MS}\r\na={}\r\n",
            self.ptime_ms,
            self.direction.name()
        );
        if self.rtcp_mux {
            out.push_str("a=rtcp-mux\r\n");
        }
        let transport = self.transport;
        // A browser gives an application no stream to play unless one is named.
        let _ = write!(
            out,
            "a=msid:call audio\r\na=setup:{}\r\na=fingerprint:sha-256 {}\r\n\
             a=ice-ufrag:{}\r\na=ice-pwd:{}\r\n",
            self.setup.name(),
            transport.fingerprint,
            transport.ufrag,
            transport.pwd
        );
        for candidate in &transport.candidates {
            let _ = write!(out, "a=candidate:{candidate}\r\n");
        }
    }
}

impl Section {
    /// The one section of a first offer.
    pub(super) fn own() -> Section {
        Section {
            kind: "audio".to_owned(),
            protocol: PROTOCOL.to_owned(),
            formats: Vec::new(),
            mid: Some("0".to_owned()),
        }
    }
}

/// Port 0, and the formats as they were offered: there has to be one (RFC 3264 section 6).
fn write_refused(out: &mut String, section: &Section) {
    let _ = write!(out, "m={} 0 {}", section.kind, section.protocol);
    for format in &section.formats {
        let _ = write!(out, " {format}");
    }
    out.push_str("\r\n");
    if let Some(mid) = &section.mid {
        let _ = write!(out, "a=mid:{mid}\r\n");
    }
}

fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("IP4 {address}"),
        IpAddr::V6(address) => format!("IP6 {address}"),
    }
}
