use std::future::poll_fn;
use std::net::SocketAddr;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::*;

const LIMIT: Duration = Duration::from_secs(20);

fn message(kind: [u8; 2], number: u8) -> Vec<u8> {
    let mut message = vec![kind[0], kind[1], 0, 0, 0x21, 0x12, 0xa4, 0x42];
    message.extend([number; 12]);
    message
}

fn request(number: u8) -> Vec<u8> {
    message([0x00, 0x03], number)
}

/// ChannelData with a byte of sound.
fn sound(number: u8) -> Vec<u8> {
    vec![0x40, 0x01, 0, 1, number]
}

fn streams(url: &str, address: SocketAddr, trust: &Trust) -> (Streams, SocketAddr) {
    let credential = || Some("x".to_owned());
    let ice = IceServer::new(url, credential(), credential()).expect("usable");
    let server = StreamServer::new(&ice, address, trust, 3);
    let alias = server.alias();
    let streams = Streams::new(Arc::new([server]), Ipv4Addr::LOCALHOST.into());
    (streams, alias)
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let address = listener.local_addr().expect("bound");
    (listener, address)
}

async fn accept(listener: &TcpListener) -> TcpStream {
    let accepted = timeout(LIMIT, listener.accept()).await.expect("in time");
    accepted.expect("accepted").0
}

async fn received(streams: &Streams) -> Datagram {
    let datagram = poll_fn(|cx| streams.poll_receive(cx));
    timeout(LIMIT, datagram).await.expect("in time")
}

async fn read<const N: usize>(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> [u8; N] {
    let mut bytes = [0; N];
    let reading = timeout(LIMIT, stream.read_exact(&mut bytes)).await;
    reading.expect("in time").expect("read");
    bytes
}

#[tokio::test]
async fn datagrams_go_over_one_connection_and_come_back_from_where_they_went() {
    let (listener, address) = listener().await;
    let url = format!("turn:{address}?transport=tcp");
    let (streams, alias) = streams(&url, address, &Trust::default());
    assert_eq!(alias.to_string(), "240.0.0.3:3478");
    assert!(
        !streams.send(address, &request(1)),
        "not by its own address"
    );
    assert!(streams.send(alias, &request(1)));
    assert!(streams.send(alias, &sound(2)));
    let mut server = accept(&listener).await;
    assert_eq!(read::<20>(&mut server).await[..], request(1));
    assert_eq!(
        read::<8>(&mut server).await[..],
        [0x40, 0x01, 0, 1, 2, 0, 0, 0]
    );
    // Two messages, cut in the middle of the first.
    let response = message([0x01, 0x13], 1);
    let both = [&response[..], &sound(9), &[0; 3]].concat();
    server.write_all(&both[..7]).await.expect("sent");
    server.write_all(&both[7..]).await.expect("sent");
    for bytes in [response, sound(9)] {
        let datagram = received(&streams).await;
        assert_eq!(
            datagram,
            Datagram {
                server: alias,
                bytes
            }
        );
    }
    drop(streams);
    let ended = timeout(LIMIT, server.read(&mut [0]))
        .await
        .expect("in time");
    assert_eq!(ended.expect("ended in order"), 0, "nothing is left behind");
}

#[tokio::test]
async fn a_lost_connection_is_made_anew_for_a_request_and_not_for_sound() {
    let (listener, address) = listener().await;
    let url = format!("turn:{address}?transport=tcp");
    let (streams, alias) = streams(&url, address, &Trust::default());
    // What is not TURN ends the first, the server the second.
    streams.send(alias, &sound(1));
    streams.send(alias, &request(1));
    let mut first = accept(&listener).await;
    assert_eq!(read::<20>(&mut first).await[..], request(1));
    first.write_all(b"HTTP/1.1 400").await.expect("sent");
    let ended = timeout(LIMIT, first.read(&mut [0])).await;
    assert_eq!(ended.expect("in time").expect("ended in order"), 0);
    streams.send(alias, &sound(2));
    streams.send(alias, &request(2));
    streams.send(alias, &sound(3));
    let mut second = accept(&listener).await;
    assert_eq!(read::<20>(&mut second).await[..], request(2));
    assert_eq!(read::<8>(&mut second).await[4], 3);
    drop(second);
    let is_over = async {
        let mut number = 4;
        loop {
            streams.send(alias, &request(number));
            if let Ok(accepted) = timeout(Duration::from_millis(200), listener.accept()).await {
                break accepted.expect("accepted").0;
            }
            number += 1;
        }
    };
    let mut third = timeout(LIMIT, is_over).await.expect("in time");
    assert_eq!(read::<20>(&mut third).await[..2], [0x00, 0x03]);
}

#[tokio::test]
async fn tls_is_only_for_the_name_and_authority_that_are_trusted() {
    let (listener, address) = listener().await;
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("signed");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .expect("usable");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let trust = Trust::with_extra_ca(certificate.pem().into_bytes());

    let url = format!("turns:{address}");
    let (trusting, alias) = streams(&url, address, &trust);
    trusting.send(alias, &request(1));
    let mut server = acceptor.accept(accept(&listener).await).await.expect("TLS");
    assert_eq!(read::<20>(&mut server).await[..], request(1));
    server.write_all(&request(2)).await.expect("sent");
    server.flush().await.expect("sent");
    assert_eq!(received(&trusting).await.bytes, request(2));

    // The right authority for another name; the right name of another authority.
    let elsewhere = format!("turns:localhost:{}", address.port());
    for (url, trust) in [(elsewhere, &trust), (url, &Trust::default())] {
        let (refusing, alias) = streams(&url, address, trust);
        refusing.send(alias, &request(1));
        let accepted = acceptor.accept(accept(&listener).await).await;
        let ended = match accepted {
            Err(_) => true,
            // TLS 1.3: the server may be done before the client refuses.
            Ok(mut stream) => !matches!(stream.read(&mut [0; 20]).await, Ok(1..)),
        };
        assert!(ended, "{url}");
    }
}
