//! Which addresses a transport is bound to, and where its servers are.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use webrtc::peer_connection::RTCIceServer;

use crate::{IceServer, MediaConfig};

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

/// Looks up the servers' names, all at once and with a time limit. Left to the stack, a name server
/// that does not answer would hold up everything else, host candidates too.
pub(crate) async fn look_up(servers: &[IceServer], limit: Duration) -> Vec<RTCIceServer> {
    let mut lookups = Vec::new();
    for server in servers {
        let server = server.clone();
        lookups.push(tokio::spawn(async move {
            let lookup = tokio::net::lookup_host(server.authority());
            let Ok(Ok(addresses)) = tokio::time::timeout(limit, lookup).await else {
                tracing::warn!(?server, "cannot look up the name of a STUN or TURN server");
                return Vec::new();
            };
            at(&server, &addresses.collect::<Vec<_>>())
        }));
    }
    let mut found = Vec::new();
    for lookup in lookups {
        found.extend(lookup.await.unwrap_or_default());
    }
    found
}

/// A server at its first address of each family.
fn at(server: &IceServer, addresses: &[SocketAddr]) -> Vec<RTCIceServer> {
    let four = addresses.iter().find(|address| address.is_ipv4());
    let six = addresses.iter().find(|address| address.is_ipv6());
    let (username, credential) = server.turn().unwrap_or_default();
    four.into_iter()
        .chain(six)
        .map(|address| RTCIceServer {
            urls: vec![server.url(*address)],
            username: username.to_owned(),
            credential: credential.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn servers_are_handed_on_by_address_in_their_order() {
        let credential = || Some("x".to_owned());
        let server = |url| IceServer::new(url, credential(), credential()).expect("usable");
        let servers = [
            server("turn:[2001:db8::1]:7"),
            server("stun:nobody.invalid"),
            server("stun:192.0.2.1"),
        ];
        let found = look_up(&servers, Duration::from_secs(10)).await;
        let urls: Vec<_> = found.iter().flat_map(|server| &server.urls).collect();
        assert_eq!(
            urls,
            ["turn:[2001:db8::1]:7?transport=udp", "stun:192.0.2.1:3478"]
        );
        assert_eq!(
            (found[0].username.as_str(), found[1].username.as_str()),
            ("x", "")
        );
    }

    #[test]
    fn a_name_with_several_addresses_counts_once_for_each_family() {
        let server = IceServer::new("stun:stun.example.org", None, None).expect("usable");
        let addresses = ["192.0.2.1:1", "192.0.2.2:1", "[2001:db8::1]:1"];
        let addresses: Vec<SocketAddr> = addresses.iter().filter_map(|a| a.parse().ok()).collect();
        let urls: Vec<_> = at(&server, &addresses)
            .into_iter()
            .flat_map(|server| server.urls)
            .collect();
        assert_eq!(urls, ["stun:192.0.2.1:1", "stun:[2001:db8::1]:1"]);
    }
}
