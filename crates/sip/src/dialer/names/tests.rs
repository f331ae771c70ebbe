//! Names, asked of a scripted name server on this machine.

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::rr::{Name, Record};
use tokio::net::UdpSocket;
use tokio_util::task::AbortOnDropHandle;

use super::*;

/// Answers from a list; everything else it does not have. Gone with the handle.
async fn name_server(
    records: Vec<(&'static str, RData)>,
) -> (TokioResolver, AbortOnDropHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut at = ConnectionConfig::udp();
    at.port = socket.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut packet = [0; 1500];
        while let Ok((read, from)) = socket.recv_from(&mut packet).await {
            let mut message = Message::from_vec(&packet[..read]).unwrap();
            message.metadata.message_type = hickory_resolver::proto::op::MessageType::Response;
            let asked = message.queries[0].clone();
            for (name, data) in &records {
                let name = Name::from_ascii(name).unwrap();
                if name == *asked.name() && data.record_type() == asked.query_type() {
                    message
                        .answers
                        .push(Record::from_rdata(name, 60, data.clone()));
                }
            }
            socket
                .send_to(&message.to_vec().unwrap(), from)
                .await
                .unwrap();
        }
    });
    let server = NameServerConfig::new("127.0.0.1".parse().unwrap(), true, vec![at]);
    let config = ResolverConfig::from_parts(None, vec![], vec![server]);
    let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        .build()
        .unwrap();
    (resolver, AbortOnDropHandle::new(task))
}

fn srv(priority: u16, weight: u16, port: u16, host: &str) -> RData {
    let host = Name::from_ascii(host).unwrap();
    RData::SRV(SRV::new(priority, weight, port, host))
}

fn naptr(order: u16, flags: &str, service: &str, to: &str) -> RData {
    let text = |text: &str| text.as_bytes().to_vec().into_boxed_slice();
    let to = Name::from_ascii(to).unwrap();
    RData::NAPTR(NAPTR::new(
        order,
        0,
        text(flags),
        text(service),
        text(""),
        to,
    ))
}

async fn ways(
    server: &str,
    records: Vec<(&'static str, RData)>,
) -> Vec<(usize, u16, u16, SocketAddr)> {
    let (resolver, _task) = name_server(records).await;
    let servers = [server.parse().unwrap()];
    let found = gather(&servers, Duration::from_secs(5), Some(&resolver)).await;
    let mut ways: Vec<_> = found
        .unwrap_or_default()
        .into_iter()
        .flat_map(|t| {
            let v4 = t.addresses.into_iter().filter(SocketAddr::is_ipv4);
            v4.map(move |address| (t.server, t.priority, t.weight, address))
        })
        .collect();
    ways.sort_unstable();
    ways
}

fn here(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

#[tokio::test]
async fn srv_records_name_the_edges() {
    let records = vec![
        ("_sips._ws.sbc.test.", srv(10, 60, 7443, "localhost.")),
        ("_sips._ws.sbc.test.", srv(20, 0, 8443, "127.0.0.1.")),
        ("_sips._ws.sbc.test.", srv(30, 0, 9443, "gone.invalid.")),
        ("_sips._tcp.sbc.test.", srv(5, 1, 5071, "localhost.")),
    ];
    assert_eq!(
        ways("wss://sbc.test/ws", records.clone()).await,
        [(0, 10, 60, here(7443)), (0, 20, 0, here(8443))]
    );
    assert_eq!(
        ways("sips:sbc.test", records.clone()).await,
        [(0, 5, 1, here(5071))]
    );
    // A port, an address, or this machine itself: no records are asked for.
    assert_eq!(ways("wss://sbc.test:443", records.clone()).await, []);
    assert_eq!(
        ways("wss://127.0.0.1", records.clone()).await,
        [(0, 0, 0, here(443))]
    );
    assert_eq!(
        ways("wss://localhost", records).await,
        [(0, 0, 0, here(443))]
    );
}

#[tokio::test]
async fn naptr_records_of_our_transport_come_first() {
    let records = vec![
        (
            "sbc.test.",
            naptr(1, "s", "SIPS+D2T", "_sips._tcp.sbc.test."),
        ),
        ("sbc.test.", naptr(3, "S", "sips+d2w", "edges.sbc.test.")),
        ("sbc.test.", naptr(2, "s", "SIPS+D2W", "_nothing.sbc.test.")),
        ("edges.sbc.test.", srv(1, 2, 7443, "localhost.")),
        ("_sips._ws.sbc.test.", srv(9, 9, 9, "localhost.")),
    ];
    assert_eq!(
        ways("wss://sbc.test", records).await,
        [(0, 1, 2, here(7443))]
    );
    let records = vec![("sbc.test.", naptr(1, "a", "SIPS+D2T", "localhost."))];
    assert_eq!(
        ways("sips:sbc.test", records).await,
        [(0, 0, 0, here(5061))]
    );
}

#[tokio::test]
async fn without_records_the_name_is_an_address_or_nothing() {
    let nothing = vec![("_sips._ws.localhost.localdomain.", srv(0, 0, 0, "."))];
    let (resolver, _task) = name_server(nothing).await;
    let servers = [
        "wss://no-such-host.invalid".parse().unwrap(),
        "sips:127.0.0.1".parse().unwrap(),
    ];
    let found = gather(&servers, Duration::from_secs(5), Some(&resolver)).await;
    let only = |server| Target {
        server,
        priority: 0,
        weight: 0,
        addresses: vec![here(5061)],
    };
    assert_eq!(found, Ok(vec![only(1)]));
    let found = gather(&servers[..1], Duration::from_secs(5), Some(&resolver)).await;
    assert_eq!(found, Err(unknown("no-such-host.invalid")));
    let found = gather(&[], Duration::from_secs(5), None).await;
    assert_eq!(found, Err(FlowError::NoServer));
}

#[tokio::test]
async fn a_name_server_that_says_nothing_holds_nobody_up() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut at = ConnectionConfig::udp();
    at.port = socket.local_addr().unwrap().port();
    let server = NameServerConfig::new("127.0.0.1".parse().unwrap(), true, vec![at]);
    let config = ResolverConfig::from_parts(None, vec![], vec![server]);
    let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        .build()
        .unwrap();
    let servers = ["wss://no-such-host.invalid".parse().unwrap()];
    let begun = Instant::now();
    assert!(
        gather(&servers, Duration::from_secs(30), Some(&resolver))
            .await
            .is_err()
    );
    assert!(begun.elapsed() < Duration::from_secs(10));
}
