//! ICE candidates as SDP has them (RFC 8839 section 5.1).

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// How an address was found (RFC 8445 section 5.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CandidateType {
    /// An address of the machine itself.
    Host,
    /// Found by a peer's check.
    PeerReflexive,
    /// The outside of a NAT, told by a STUN server.
    ServerReflexive,
    /// On a TURN server.
    Relayed,
}

impl CandidateType {
    fn name(self) -> &'static str {
        match self {
            CandidateType::Host => "host",
            CandidateType::PeerReflexive => "prflx",
            CandidateType::ServerReflexive => "srflx",
            CandidateType::Relayed => "relay",
        }
    }

    fn parse(name: &str) -> Option<CandidateType> {
        Some(match name.to_ascii_lowercase().as_str() {
            "host" => CandidateType::Host,
            "prflx" => CandidateType::PeerReflexive,
            "srflx" => CandidateType::ServerReflexive,
            "relay" => CandidateType::Relayed,
            _ => return None,
        })
    }
}

/// A UDP candidate for RTP (component 1). Others are of no use to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Same for candidates that will succeed or fail together.
    pub foundation: String,
    /// Higher is better.
    pub priority: u32,
    /// Where to send.
    pub address: SocketAddr,
    /// How it was found.
    pub kind: CandidateType,
    /// For reflexive and relayed ones: the address behind it.
    pub related: Option<SocketAddr>,
}

impl Candidate {
    /// Reads an attribute's value. `None` for whatever is not a UDP candidate of component 1 with
    /// an IP address of use: TCP, RTCP's own component, `.local` names, link-local IPv6, nonsense.
    pub fn parse(value: &str) -> Option<Candidate> {
        let mut words = value.split_ascii_whitespace();
        let foundation = words.next()?;
        let component = words.next()?;
        let transport = words.next()?;
        let priority = words.next()?.parse().ok()?;
        let ip: IpAddr = words.next()?.parse().ok()?;
        let port: u16 = words.next()?.parse().ok()?;
        if component != "1" || !transport.eq_ignore_ascii_case("udp") || port == 0 {
            return None;
        }
        // A link-local address means nothing without its zone, which candidates do not have.
        let link_local = matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local());
        if ip.is_unspecified() || ip.is_multicast() || link_local || foundation.len() > 32 {
            return None;
        }
        let mut kind = None;
        let (mut related_ip, mut related_port) = (None, None);
        while let (Some(name), Some(value)) = (words.next(), words.next()) {
            match name.to_ascii_lowercase().as_str() {
                "typ" => kind = CandidateType::parse(value),
                "raddr" => related_ip = value.parse::<IpAddr>().ok(),
                "rport" => related_port = value.parse::<u16>().ok(),
                _ => {}
            }
        }
        Some(Candidate {
            foundation: foundation.to_owned(),
            priority,
            address: SocketAddr::new(ip, port),
            kind: kind?,
            related: related_ip
                .zip(related_port)
                .map(|(ip, port)| SocketAddr::new(ip, port)),
        })
    }

    /// The candidate that a peer without ICE would most likely reach (RFC 8839 section 4.2.1.2):
    /// relayed before reflexive before host, IPv4 before IPv6, the world before loopback.
    pub fn default_of(candidates: &[Candidate]) -> Option<&Candidate> {
        candidates.iter().max_by_key(|candidate| {
            (
                !candidate.address.ip().is_loopback(),
                candidate.kind,
                candidate.address.is_ipv4(),
                candidate.priority,
            )
        })
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} 1 udp {} {} {} typ {}",
            self.foundation,
            self.priority,
            self.address.ip(),
            self.address.port(),
            self.kind.name()
        )?;
        if let Some(related) = self.related {
            write!(f, " raddr {} rport {}", related.ip(), related.port())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for text in [
            "1 1 udp 2130706431 198.51.100.7 30000 typ host",
            "842163049 1 udp 1694498815 203.0.113.9 4000 typ srflx raddr 192.0.2.4 rport 5000",
            "a/+ 1 udp 7 2001:db8::1 4000 typ relay raddr 2001:db8::2 rport 1",
        ] {
            let candidate = Candidate::parse(text).expect("valid");
            assert_eq!(candidate.to_string(), text);
        }
    }

    #[test]
    fn passes_over_what_is_of_no_use() {
        for text in [
            "",
            "1 2 udp 1 198.51.100.7 30001 typ host",
            "1 1 tcp 1 198.51.100.7 9 typ host tcptype active",
            "1 1 udp 1 4f2a.local 30000 typ host",
            "1 1 udp 1 0.0.0.0 30000 typ host",
            "1 1 udp 1 fe80::1 30000 typ host",
            "1 1 udp 1 198.51.100.7 0 typ host",
            "1 1 udp 1 198.51.100.7 30000 typ magic",
            "1 1 udp 1 198.51.100.7 30000",
            "1 1 udp -1 198.51.100.7 30000 typ host",
        ] {
            assert_eq!(Candidate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn extensions_and_case_do_not_matter() {
        let text = "1 1 UDP 5 198.51.100.7 30000 TYP Host generation 0 network-id 1";
        let candidate = Candidate::parse(text).expect("valid");
        assert_eq!(candidate.kind, CandidateType::Host);
    }

    #[test]
    fn the_default_is_the_most_reachable() {
        let host = Candidate::parse("1 1 udp 9 192.0.2.4 1 typ host").expect("valid");
        let loopback = Candidate::parse("1 1 udp 9 127.0.0.1 1 typ host").expect("valid");
        let six = Candidate::parse("1 1 udp 99 2001:db8::1 1 typ host").expect("valid");
        let relayed = Candidate::parse("1 1 udp 1 203.0.113.9 1 typ relay").expect("valid");
        let of = |candidates: &[Candidate]| Candidate::default_of(candidates).cloned();
        assert_eq!(of(&[]), None);
        assert_eq!(
            of(&[loopback.clone(), six.clone(), host.clone()]),
            Some(host.clone())
        );
        assert_eq!(of(std::slice::from_ref(&loopback)), Some(loopback));
        assert_eq!(of(&[host, relayed.clone(), six]), Some(relayed));
    }
}
