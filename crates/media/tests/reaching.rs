//! How a session finds its own addresses, and what it says when the peer cannot be reached.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use warmline_audio::{Engine, EngineConfig};
use warmline_media::sdp::{Peer, Setup};
use warmline_media::{Fork, IceServer, MediaConfig, MediaError, MediaEvent, Session};

/// The magic cookie of STUN (RFC 8489 section 5).
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

fn session(config: &MediaConfig) -> (Session, mpsc::Receiver<MediaEvent>) {
    let (engine, _) = Engine::start(EngineConfig::silent()).expect("started");
    Session::new(config, engine)
}

fn loopback() -> MediaConfig {
    MediaConfig {
        loopback: true,
        ..MediaConfig::default()
    }
}

/// A STUN server that takes everyone to be at `mapped`.
async fn stun_server(mapped: [u8; 4], port: u16) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("bound");
    let address = socket.local_addr().expect("bound");
    tokio::spawn(async move {
        let mut request = [0; 1_500];
        while let Ok((length, from)) = socket.recv_from(&mut request).await {
            if length < 20 {
                continue;
            }
            let mut response = vec![0x01, 0x01, 0, 12];
            response.extend(&request[4..20]);
            response.extend([0x00, 0x20, 0, 8, 0, 1]);
            response.extend((port ^ 0x2112).to_be_bytes());
            response.extend(mapped.iter().zip(COOKIE).map(|(octet, key)| octet ^ key));
            if socket.send_to(&response, from).await.is_err() {
                return;
            }
        }
    });
    address
}

#[tokio::test]
async fn a_stun_server_tells_the_address_outside() {
    let server = stun_server([203, 0, 113, 5], 4_000).await;
    let server = IceServer::new(&format!("stun:{server}"), None, None).expect("usable");
    let (session, _events) = session(&MediaConfig {
        ice_servers: vec![server],
        ..loopback()
    });
    let offer = session.offer().await.expect("offered");
    let lines: Vec<&str> = offer.lines().collect();
    assert!(lines.contains(&"c=IN IP4 203.0.113.5"), "{offer}");
    assert!(offer.contains("m=audio 4000 UDP/TLS/RTP/SAVPF"), "{offer}");
    let reflexive = |line: &&str| line.contains(" 203.0.113.5 4000 typ srflx raddr ");
    assert!(lines.iter().any(reflexive), "{offer}");
    assert!(offer.contains("127.0.0.1"), "{offer}");
}

#[tokio::test]
async fn servers_that_say_nothing_cost_no_more_than_the_limit() {
    let deaf = UdpSocket::bind("127.0.0.1:0").await.expect("bound");
    let address = deaf.local_addr().expect("bound");
    let credential = || Some("x".to_owned());
    let servers = [format!("stun:{address}"), format!("turn:{address}")];
    let servers = servers
        .iter()
        .map(|url| IceServer::new(url, credential(), credential()).expect("usable"));
    let gathering_limit = Duration::from_millis(300);
    let (session, _events) = session(&MediaConfig {
        ice_servers: servers.collect(),
        gathering_limit,
        ..loopback()
    });
    let start = Instant::now();
    let offer = session.offer().await.expect("offered");
    assert!(start.elapsed() >= gathering_limit);
    assert!(start.elapsed() < gathering_limit * 10);
    assert!(offer.contains(" typ host"), "{offer}");
}

#[tokio::test]
async fn names_that_nobody_knows_are_passed_over() {
    let server = IceServer::new("stun:nobody.invalid", None, None).expect("usable");
    let (session, _events) = session(&MediaConfig {
        ice_servers: vec![server],
        ..loopback()
    });
    assert!(session.offer().await.is_ok());
}

#[tokio::test]
async fn relays_only_without_a_relay_is_no_address() {
    let deaf = UdpSocket::bind("127.0.0.1:0").await.expect("bound");
    let address = deaf.local_addr().expect("bound");
    let credential = || Some("x".to_owned());
    let silent = IceServer::new(&format!("turn:{address}"), credential(), credential());
    for ice_servers in [vec![], vec![silent.expect("usable")]] {
        let (session, _events) = session(&MediaConfig {
            ice_servers,
            relay_only: true,
            gathering_limit: Duration::from_millis(300),
            ..loopback()
        });
        let offer = session.offer().await;
        assert!(matches!(offer, Err(MediaError::NoAddress)), "{offer:?}");
    }
}

#[tokio::test]
async fn the_loopback_interface_is_offered_only_if_asked_for() {
    let (session, _events) = session(&MediaConfig::default());
    match session.offer().await {
        Ok(offer) => assert!(!offer.contains("127.0.0.1"), "{offer}"),
        Err(error) => assert!(matches!(error, MediaError::NoAddress), "{error}"),
    }
}

#[tokio::test]
async fn each_acceptable_offer_is_answered_by_a_real_session() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/offers");
    let mut answered = 0;
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        let expected = path.with_extension("answer.sdp");
        if !expected.exists() {
            continue;
        }
        let offer = std::fs::read_to_string(&path).expect("readable");
        let expected = std::fs::read_to_string(expected).expect("readable");
        let (session, _events) = session(&loopback());
        let answer = session.answer(&offer).await.expect("answered");
        let normal = |text: &str| -> Vec<String> {
            let changing = [
                "o=",
                "c=",
                "a=candidate",
                "a=ice-ufrag",
                "a=ice-pwd",
                "a=fing",
            ];
            text.lines()
                .filter(|line| !changing.iter().any(|start| line.starts_with(start)))
                .map(|line| match line.strip_prefix("m=audio ") {
                    Some(rest) => rest.split_once(' ').expect("a port").1.to_owned(),
                    None => line.to_owned(),
                })
                .collect()
        };
        assert_eq!(normal(&answer), normal(&expected), "{}", path.display());
        let ours = Peer::parse(&answer).expect("acceptable");
        assert_eq!(ours.transport.setup, Setup::Active);
        assert!(ours.transport.ufrag.len() >= 4 && ours.transport.pwd.len() >= 22);
        assert!(!ours.transport.candidates.is_empty());
        answered += 1;
        session.close().await;
    }
    assert_eq!(answered, 9);
}

#[tokio::test]
async fn a_certificate_that_does_not_match_is_a_failure_with_a_reason() {
    let (caller, mut events) = session(&loopback());
    let (callee, _events) = session(&loopback());
    let offer = caller.offer().await.expect("offered");
    let answer = callee.answer(&offer).await.expect("answered");
    let real = &Peer::parse(&answer).expect("valid").transport.fingerprint;
    let forged = answer.replace(real.as_str(), &["AB"; 32].join(":"));
    let taken = caller.set_answer(Fork::default(), &forged).await;
    taken.expect("taken");
    let event = timeout(Duration::from_secs(30), events.recv()).await;
    match event.expect("in time") {
        Some(MediaEvent::Failed { reason }) => assert!(reason.contains("DTLS"), "{reason}"),
        other => panic!("{other:?}"),
    }
}
