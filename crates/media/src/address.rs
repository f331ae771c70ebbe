//! Which addresses a transport is bound to, and where its servers are.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use webrtc::peer_connection::RTCIceServer;

use crate::turn::StreamServer;
use crate::{IceServer, IceTransport, MediaConfig, Trust};

/// What to bind: the addresses of a transport that is succeeded, or all there are. The stack makes
/// `0.0.0.0` all usable interfaces, which are never loopback ones.
pub(crate) fn to_bind(config: &MediaConfig, wanted: &[SocketAddr]) -> Vec<SocketAddr> {
    if !wanted.is_empty() {
        return wanted.to_vec();
    }
    let mut addresses = vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))];
    if has_ipv6() {
        addresses.push((Ipv6Addr::UNSPECIFIED, 0).into());
    }
    if config.loopback {
        addresses.push(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    }
    addresses
}

/// Whether an interface has an IPv6 address that others can reach. Without one the stack would bind
/// a socket that is of no use.
fn has_ipv6() -> bool {
    let interfaces = rtc::shared::ifaces::ifaces().unwrap_or_default();
    interfaces.iter().any(|interface| match interface.addr {
        Some(SocketAddr::V6(address)) => {
            let ip = address.ip();
            !ip.is_loopback() && !ip.is_unspecified() && !ip.is_unicast_link_local()
        }
        _ => false,
    })
}

/// The servers of a transport, by address.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    /// What the stack is told.
    pub(crate) ice: Vec<RTCIceServer>,
    /// Those of them that are reached over TCP or TLS.
    pub(crate) streams: Vec<StreamServer>,
}

/// Looks up the servers' names, all at once and with a time limit. Left to the stack, a name server
/// that does not answer would hold up everything else, host candidates too.
pub(crate) async fn look_up(config: &MediaConfig, limit: Duration) -> Servers {
    let mut lookups = Vec::new();
    for server in &config.ice_servers {
        let server = server.clone();
        lookups.push(tokio::spawn(async move {
            let lookup = tokio::net::lookup_host(server.authority());
            let Ok(Ok(addresses)) = tokio::time::timeout(limit, lookup).await else {
                tracing::warn!(?server, "cannot look up the name of a STUN or TURN server");
                return Vec::new();
            };
            let addresses = one_of_each_family(addresses);
            addresses.map(|address| (server.clone(), address)).collect()
        }));
    }
    let mut servers = Servers::default();
    for lookup in lookups {
        for (server, address) in lookup.await.unwrap_or_default() {
            servers.add(&server, address, &config.trust);
        }
    }
    servers
}

impl Servers {
    fn add(&mut self, server: &IceServer, address: SocketAddr, trust: &Trust) {
        let address = if server.transport() == IceTransport::Udp {
            address
        } else {
            let number = self.streams.len().try_into().unwrap_or(u16::MAX);
            let stream = StreamServer::new(server, address, trust, number);
            let alias = stream.alias();
            self.streams.push(stream);
            alias
        };
        let (username, credential) = server.turn().unwrap_or_default();
        self.ice.push(RTCIceServer {
            urls: vec![server.url(address)],
            username: username.to_owned(),
            credential: credential.to_owned(),
        });
    }
}

/// The first address of each family.
pub(crate) fn one_of_each_family(
    addresses: impl Iterator<Item = SocketAddr>,
) -> impl Iterator<Item = SocketAddr> {
    let (mut four, mut six) = (None, None);
    for address in addresses {
        let first = if address.is_ipv4() {
            &mut four
        } else {
            &mut six
        };
        first.get_or_insert(address);
    }
    four.into_iter().chain(six)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn servers_are_handed_on_by_address_in_their_order() {
        let credential = || Some("x".to_owned());
        let server = |url| IceServer::new(url, credential(), credential()).expect("usable");
        let config = MediaConfig {
            ice_servers: vec![
                server("turn:[2001:db8::1]:7"),
                server("stun:nobody.invalid"),
                server("stun:192.0.2.1"),
                server("turn:192.0.2.1:7?transport=tcp"),
                server("turns:[2001:db8::1]"),
            ],
            ..MediaConfig::default()
        };
        let found = look_up(&config, Duration::from_secs(10)).await;
        let urls: Vec<_> = found.ice.iter().flat_map(|server| &server.urls).collect();
        assert_eq!(
            urls,
            [
                "turn:[2001:db8::1]:7?transport=udp",
                "stun:192.0.2.1:3478",
                // The stack's names for those that it cannot reach itself.
                "turn:240.0.0.0:3478?transport=udp",
                "turn:[100::1]:3478?transport=udp",
            ]
        );
        assert_eq!(
            (
                found.ice[0].username.as_str(),
                found.ice[1].username.as_str()
            ),
            ("x", "")
        );
        assert_eq!(found.streams.len(), 2);
    }

    #[test]
    fn a_name_with_several_addresses_counts_once_for_each_family() {
        let addresses = ["192.0.2.1:1", "192.0.2.2:1", "[2001:db8::1]:1"];
        let addresses = addresses
            .iter()
            .filter_map(|a| a.parse::<SocketAddr>().ok());
        let found = one_of_each_family(addresses).map(|address| address.to_string());
        assert_eq!(
            found.collect::<Vec<_>>(),
            ["192.0.2.1:1", "[2001:db8::1]:1"]
        );
    }
}
