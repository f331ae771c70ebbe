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

/// Looks up the servers' names here, with a time limit: the stack would hold up everything else
/// meanwhile, host candidates too.
pub(crate) async fn look_up(servers: &[IceServer], limit: Duration) -> Vec<RTCIceServer> {
    let mut found = Vec::new();
    for server in servers {
        let Ok(Ok(addresses)) =
            tokio::time::timeout(limit, tokio::net::lookup_host(server.authority())).await
        else {
            tracing::warn!(?server, "cannot look up the name of a STUN or TURN server");
            continue;
        };
        let addresses: Vec<SocketAddr> = addresses.collect();
        let four = addresses.iter().find(|address| address.is_ipv4());
        let six = addresses.iter().find(|address| address.is_ipv6());
        for address in four.into_iter().chain(six) {
            let (username, credential) = server.turn().unwrap_or_default();
            found.push(RTCIceServer {
                urls: vec![server.url(*address)],
                username: username.to_owned(),
                credential: credential.to_owned(),
            });
        }
    }
    found
}
