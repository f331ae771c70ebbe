use std::{net::Ipv4Addr, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;
use url::Url;

use super::*;

/// A server that says this to whoever comes, and its address.
async fn says(response: impl Into<Vec<u8>>) -> Url {
    let response = response.into();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4_096];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(&response).await;
        }
    });
    Url::parse(&format!("http://{address}/")).unwrap()
}

async fn ask(url: Url) -> Option<Reply> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let form = Secret::new(vec![("refresh_token", "token".to_owned())]);
    Http::new(None)
        .unwrap()
        .ask(Question::Post(url, form))
        .await
}

fn response(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn an_answer_is_handed_on_as_it_is() {
    let url = says(response("429 Slow\r\nRetry-After: 17", b"later")).await;
    let reply = ask(url).await.unwrap();
    assert_eq!(reply.status, 429);
    assert_eq!(reply.body.expose(), b"later");
    assert_eq!(reply.retry_after, Some(Duration::from_secs(17)));
    let date = "503 No\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT";
    assert_eq!(
        ask(says(response(date, b"")).await)
            .await
            .unwrap()
            .retry_after,
        None
    );
}

#[tokio::test]
async fn a_form_is_not_sent_on_to_wherever_somebody_points() {
    let elsewhere = says(response("200 OK", b"thanks")).await;
    for status in [
        "301 Moved",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let url = says(response(&format!("{status}\r\nLocation: {elsewhere}"), b"")).await;
        let reply = ask(url).await.unwrap();
        assert_eq!(reply.status.to_string(), status[..3]);
        assert!(reply.body.expose().is_empty());
    }
}

#[tokio::test]
async fn what_is_too_long_cut_off_or_not_http_is_no_answer() {
    let most = response("200 OK", &vec![b' '; MOST]);
    assert_eq!(
        ask(says(most).await).await.unwrap().body.expose().len(),
        MOST
    );
    assert!(
        ask(says(response("200 OK", &vec![b' '; MOST + 1])).await)
            .await
            .is_none()
    );
    let endless = [b"HTTP/1.1 200 OK\r\n\r\n", &vec![b' '; MOST + 1][..]].concat();
    assert!(ask(says(endless).await).await.is_none());
    assert!(
        ask(says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut").await)
            .await
            .is_none()
    );
    assert!(ask(says("SSH-2.0-x\r\n\r\n").await).await.is_none());
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    assert!(
        ask(Url::parse(&format!("http://{address}/")).unwrap())
            .await
            .is_none()
    );
}

#[tokio::test]
async fn an_authority_of_the_house_is_trusted_if_it_is_named_and_nobody_elses() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let server_key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned()];
    let certificate = CertificateParams::new(names).unwrap();
    let certificate = certificate.signed_by(&server_key, &issuer).unwrap();
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(server_key.serialize_der()).unwrap(),
        )
        .unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(server));
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let mut head = [0; 4_096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(&response("200 OK", b"{}")).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    let get = async |extra: Option<&[u8]>, host: &str| {
        let url = Url::parse(&format!("https://{host}:{port}/")).unwrap();
        Http::new(extra).unwrap().ask(Question::Get(url)).await
    };
    let reply = get(Some(authority.as_bytes()), "localhost").await;
    assert_eq!(reply.unwrap().status, 200);
    assert!(get(None, "localhost").await.is_none());
    assert!(get(Some(authority.as_bytes()), "127.0.0.1").await.is_none());
    assert!(get(Some(b"nonsense"), "localhost").await.is_none());
}
