//! From the configured servers to addresses (RFC 3263 §4).
//!
//! What is written as `wss://` or `sips:` fixes the transport, so only records of that one count: NAPTR
//! service `SIPS+D2W` (RFC 7118) or `SIPS+D2T`, else SRV `_sips._ws` or `_sips._tcp` of the name; RFC 7118
//! gives no label, and `_ws` is what its transport parameter and its implementers say. A name with a port, an
//! IP address and `localhost` go straight to addresses, and so does a name without such records. Addresses are
//! the operating system's to find: it knows its hosts file and its VPN.
//!
//! Certificates are held against the configured name, whatever host a record names (RFC 3263 §4.1):
//! nobody is led astray by a forged record.

use std::collections::HashSet;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::rdata::{NAPTR, SRV};
use hickory_resolver::proto::rr::{RData, RecordType};
use tokio::time::{Instant, timeout, timeout_at};

use super::FlowError;
use crate::edges::Target;
use crate::uri::{ServerUri, Transport};

/// Looks all servers up at once. Once one has addresses, the others get little more time.
pub(crate) async fn find(
    servers: &[ServerUri],
    patience: Duration,
) -> Result<Vec<Target>, FlowError> {
    let resolver = if servers.iter().any(has_records) {
        // Read anew each time: name servers change with the network.
        tokio::task::spawn_blocking(system)
            .await
            .unwrap_or_default()
    } else {
        None
    };
    gather(servers, patience, resolver.as_ref()).await
}

/// The addresses of one name, in the operating system's order.
pub(super) async fn addresses(host: &str, port: u16) -> Result<Vec<SocketAddr>, FlowError> {
    let mut seen = HashSet::new();
    match tokio::net::lookup_host((host, port)).await {
        Ok(found) => Ok(found.filter(|address| seen.insert(*address)).collect()),
        Err(_) => Err(unknown(host)),
    }
}

pub(super) fn unknown(host: &str) -> FlowError {
    FlowError::Dns {
        host: host.to_owned(),
    }
}

async fn gather(
    servers: &[ServerUri],
    patience: Duration,
    resolver: Option<&TokioResolver>,
) -> Result<Vec<Target>, FlowError> {
    let begun = Instant::now();
    let (mut deadline, mut found) = (begun + patience, Vec::new());
    let mut lookups: FuturesUnordered<_> = servers
        .iter()
        .enumerate()
        .map(|(at, server)| targets(at, server, resolver))
        .collect();
    while let Ok(Some(targets)) = timeout_at(deadline, lookups.next()).await {
        found.extend(targets);
        if !found.is_empty() {
            deadline = deadline.min(begun + RECORDS * 2);
        }
    }
    match servers.first() {
        None => Err(FlowError::NoServer),
        Some(first) if found.is_empty() => Err(unknown(first.host())),
        Some(_) => Ok(found),
    }
}

/// All ways to one server.
async fn targets(at: usize, server: &ServerUri, resolver: Option<&TokioResolver>) -> Vec<Target> {
    let plain = addresses(server.host(), server.port());
    let recorded = async {
        match resolver.filter(|_| has_records(server)) {
            Some(resolver) => timeout(RECORDS, recorded(at, server, resolver))
                .await
                .unwrap_or_default(),
            None => Vec::new(),
        }
    };
    let (plain, recorded) = tokio::join!(plain, recorded);
    if !recorded.is_empty() {
        return recorded;
    }
    let mut addresses = plain.unwrap_or_default();
    if server.transport() == Transport::Ws {
        // Plain WebSocket stays on this machine, whatever a name server says.
        addresses.retain(|address| address.ip().is_loopback());
    }
    if addresses.is_empty() {
        return Vec::new();
    }
    vec![Target {
        server: at,
        priority: 0,
        weight: 0,
        addresses,
    }]
}

/// Whether records of the name may say more than its addresses.
fn has_records(server: &ServerUri) -> bool {
    let host = server.host();
    let name = host.parse::<std::net::IpAddr>().is_err() && host != "localhost";
    name && !server.has_port() && server.transport() != Transport::Ws
}

async fn recorded(at: usize, server: &ServerUri, resolver: &TokioResolver) -> Vec<Target> {
    let host = server.host();
    let (service, label) = match server.transport() {
        Transport::Tls => ("SIPS+D2T", "_sips._tcp"),
        Transport::Wss | Transport::Ws => ("SIPS+D2W", "_sips._ws"),
    };
    let (naptr, srv) = tokio::join!(
        lookup(resolver, host.to_owned(), RecordType::NAPTR),
        services(resolver, format!("{label}.{host}")),
    );
    for next in pointers(naptr, service) {
        let targets = match next {
            Next::Service(name) => resolved(at, services(resolver, name).await).await,
            Next::Host(name) => resolved(at, vec![(0, 0, server.port(), name)]).await,
        };
        if !targets.is_empty() {
            return targets;
        }
    }
    resolved(at, srv).await
}

#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// SRV records are there.
    Service(String),
    /// A host with the usual port.
    Host(String),
}

/// Where NAPTR records of this service lead, the first first (RFC 3403 §4.1).
fn pointers(records: Vec<RData>, service: &str) -> Vec<Next> {
    let mut naptr: Vec<NAPTR> = records
        .into_iter()
        .filter_map(|record| match record {
            RData::NAPTR(naptr) => Some(naptr),
            _ => None,
        })
        .filter(|naptr| naptr.services.eq_ignore_ascii_case(service.as_bytes()))
        .collect();
    naptr.sort_by_key(|naptr| (naptr.order, naptr.preference));
    naptr
        .into_iter()
        .filter_map(|naptr| {
            let name = naptr.replacement.to_ascii();
            match naptr.flags.to_ascii_lowercase()[..] {
                [b's'] => Some(Next::Service(name)),
                [b'a'] => Some(Next::Host(name)),
                _ => None,
            }
        })
        .collect()
}

/// SRV records: priority, weight, port and host.
async fn services(resolver: &TokioResolver, name: String) -> Vec<(u16, u16, u16, String)> {
    let records = lookup(resolver, name, RecordType::SRV).await;
    records
        .into_iter()
        .filter_map(|record| match record {
            RData::SRV(SRV {
                priority,
                weight,
                port,
                target,
                ..
            }) => Some((priority, weight, port, target.to_ascii())),
            _ => None,
        })
        // `.`: there is no such service, and the name itself was asked for (RFC 2782).
        .filter(|(.., port, host)| *port != 0 && host != ".")
        .take(MAX_TARGETS)
        .collect()
}

async fn resolved(at: usize, services: Vec<(u16, u16, u16, String)>) -> Vec<Target> {
    let lookups = services
        .into_iter()
        .map(|(priority, weight, port, host)| async move {
            let host = host.trim_end_matches('.');
            let addresses = addresses(host, port).await.unwrap_or_default();
            Target {
                server: at,
                priority,
                weight,
                addresses,
            }
        });
    let mut targets: Vec<Target> = all(lookups).await;
    targets.retain(|target| !target.addresses.is_empty());
    targets
}

async fn all<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    futures.collect::<FuturesUnordered<_>>().collect().await
}

async fn lookup(resolver: &TokioResolver, mut name: String, kind: RecordType) -> Vec<RData> {
    if !name.ends_with('.') {
        // The name itself, and not below one of ours.
        name.push('.');
    }
    match resolver.lookup(name, kind).await {
        Ok(lookup) => lookup
            .answers()
            .iter()
            .map(|record| record.data.clone())
            .collect(),
        Err(_) => Vec::new(),
    }
}

/// The system's name servers; `None` where they cannot be learnt, and then addresses must do.
fn system() -> Option<TokioResolver> {
    let mut builder = TokioResolver::builder_tokio().ok()?;
    let options = builder.options_mut();
    // One lost packet must not cost the whole time.
    options.timeout = RECORDS / 2;
    options.attempts = 1;
    builder.build().ok()
}

/// How long records may take that most names do not have.
const RECORDS: Duration = Duration::from_secs(1);

/// More than anybody has edges.
const MAX_TARGETS: usize = 16;

#[cfg(test)]
mod tests;
