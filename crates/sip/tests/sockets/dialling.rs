//! Reaching the server, and saying clearly why not.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_tungstenite::accept_async;
use warmline_sip::{FlowError, RegistrationError, TlsError};

use crate::authority::Authority;
use crate::bench::{Bench, account};
use crate::peer::{Kind, Server};

async fn tls_failure(
    kind: Kind,
    tls: std::sync::Arc<rustls::ServerConfig>,
    trusted: &Authority,
) -> RegistrationError {
    let server = Server::start(kind, Some(tls.clone())).await;
    let mut bench = Bench::start(account(&server, Some(trusted)));
    let tcp = server.tcp().await;
    // The agent breaks the handshake off.
    let _ = tokio_rustls::TlsAcceptor::from(tls).accept(tcp).await;
    bench.failure().await
}

#[tokio::test]
async fn certificates_are_judged_and_the_fault_is_named() {
    let (ours, other, namesake) = (
        Authority::new(),
        Authority::named("another authority"),
        Authority::new(),
    );
    for kind in [Kind::Wss, Kind::Tls] {
        for (tls, trusted, fault) in [
            (ours.server(), &other, TlsError::UnknownCa),
            // An authority of the same name with another key, as after a lab was set up anew.
            (ours.server(), &namesake, TlsError::UnknownCa),
            (ours.expired(), &ours, TlsError::Expired),
            (ours.for_another_name(), &ours, TlsError::WrongName),
        ] {
            let error = tls_failure(kind, tls, trusted).await;
            assert_eq!(error, RegistrationError::Flow(FlowError::Tls(fault)));
        }
    }
}

#[tokio::test]
async fn a_right_certificate_leads_to_registration() {
    for kind in [Kind::Wss, Kind::Ws, Kind::Tls] {
        let (_bench, mut link, ..) = Bench::registered(kind).await;
        link.quiet(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_ca_file_without_certificates_is_named() {
    let server = Server::start(Kind::Wss, None).await;
    for pem in [
        &b""[..],
        b"not pem",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let mut account = account(&server, None);
        account.extra_ca = Some(pem.to_vec());
        assert_eq!(
            Bench::start(account).failure().await,
            RegistrationError::Flow(FlowError::CaFile)
        );
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_named() {
    let server = Server::start(Kind::Wss, None).await;
    let mut bench = Bench::start(account(&server, None));
    server
        .tcp()
        .await
        .write_all(b"SSH-2.0-OpenSSH_9.2\r\n")
        .await
        .unwrap();
    assert!(matches!(
        bench.failure().await,
        RegistrationError::Flow(FlowError::Tls(TlsError::Handshake(_)))
    ));
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_given_up() {
    let server = Server::start(Kind::Tls, None).await;
    let mut account = account(&server, None);
    account.timing.connect = std::time::Duration::from_millis(100);
    let mut bench = Bench::start(account);
    let _held = server.tcp().await;
    assert!(matches!(
        bench.failure().await,
        RegistrationError::Flow(FlowError::Unreachable { .. })
    ));
}

#[tokio::test]
async fn nobody_there_and_no_such_name_are_told_apart() {
    let server = Server::start(Kind::Ws, None).await;
    let mut gone = account(&server, None);
    drop(server);
    assert!(matches!(
        Bench::start(gone.clone()).failure().await,
        RegistrationError::Flow(FlowError::Refused { .. })
    ));
    gone.servers = vec!["wss://no-such-host.invalid/".parse().unwrap()];
    let error = Bench::start(gone).failure().await;
    assert_eq!(
        error,
        RegistrationError::Flow(FlowError::Dns {
            host: "no-such-host.invalid".into()
        })
    );
}

#[tokio::test]
async fn a_web_server_is_no_websocket_server() {
    let answers: [(&[u8], Option<u16>); 3] = [
        (
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            Some(404),
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Some(200)),
        (b"220 smtp.example.com ESMTP\r\n\r\n", None),
    ];
    for (answer, status) in answers {
        let server = Server::start(Kind::Ws, None).await;
        let mut bench = Bench::start(account(&server, None));
        let mut tcp = server.tcp().await;
        let mut request = [0; 1024];
        let _ = tcp.read(&mut request).await.unwrap();
        tcp.write_all(answer).await.unwrap();
        assert_eq!(
            bench.failure().await,
            RegistrationError::Flow(FlowError::NotWebSocket { status })
        );
    }
}

#[tokio::test]
async fn a_websocket_server_without_sip_is_named() {
    let server = Server::start(Kind::Ws, None).await;
    let mut bench = Bench::start(account(&server, None));
    let _socket = accept_async(server.tcp().await).await.unwrap();
    assert_eq!(
        bench.failure().await,
        RegistrationError::Flow(FlowError::NoSipSubprotocol)
    );
}

/// Reads the head of a CONNECT, answers it, and joins the two ends if that says yes.
async fn proxy(listener: TcpListener, target: u16, expected: &'static str, answer: &'static str) {
    let (mut near, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(near.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(
        head.starts_with(&format!(
            "CONNECT localhost:{target} HTTP/1.1\r\nHost: localhost:{target}\r\n"
        )),
        "{head}"
    );
    assert!(head.contains(expected), "{head}");
    near.write_all(answer.as_bytes()).await.unwrap();
    if answer.contains(" 200 ") {
        let mut far = tokio::net::TcpStream::connect(("127.0.0.1", target))
            .await
            .unwrap();
        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
    }
}

#[tokio::test]
async fn a_proxy_is_asked_for_a_tunnel() {
    let authority = Authority::new();
    let server = Server::start(Kind::Wss, Some(authority.server())).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut account = account(&server, Some(&authority));
    let uri = format!(
        "http://me:p%40ss@127.0.0.1:{}",
        listener.local_addr().unwrap().port()
    );
    account.proxy = Some(uri.parse().unwrap());
    let mut bench = Bench::start(account);
    let basic = "Proxy-Authorization: Basic bWU6cEBzcw==\r\n";
    let tunnel = tokio::spawn(proxy(
        listener,
        server.port(),
        basic,
        "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n",
    ));
    let mut link = server.accept().await;
    link.register().await;
    bench.until_registered().await;
    tunnel.abort();
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named() {
    for (answer, error) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            FlowError::Proxy { status: 407 },
        ),
        (
            "HTTP/1.0 502 Bad Gateway\r\n\r\n",
            FlowError::Proxy { status: 502 },
        ),
        ("SSH-2.0\r\n\r\n", FlowError::NotAProxy),
    ] {
        let authority = Authority::new();
        let server = Server::start(Kind::Wss, Some(authority.server())).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut account = account(&server, Some(&authority));
        account.proxy = Some(
            format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port())
                .parse()
                .unwrap(),
        );
        let mut bench = Bench::start(account);
        proxy(listener, server.port(), "User-Agent: Warmline/", answer).await;
        assert_eq!(bench.failure().await, RegistrationError::Flow(error));
    }
}
