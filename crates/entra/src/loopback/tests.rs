use std::net::SocketAddr;

use tokio::{io::AsyncReadExt as _, task::JoinHandle};

use super::*;

/// A port under way, and both of its ends.
struct Rig {
    port: u16,
    came: oneshot::Receiver<Redirect>,
    verdict: oneshot::Sender<Result<(), Why>>,
    served: JoinHandle<()>,
}

async fn rig() -> Rig {
    let loopback = Loopback::open().await.unwrap();
    let port = loopback.port();
    let (tell, came) = oneshot::channel();
    let (verdict, outcome) = oneshot::channel();
    let came_back = move |redirect| drop(tell.send(redirect));
    let served = tokio::spawn(loopback.serve("state".into(), came_back, outcome));
    Rig {
        port,
        came,
        verdict,
        served,
    }
}

/// Sends this, and reads all that comes.
async fn send(to: impl Into<SocketAddr>, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(to.into()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut read = Vec::new();
    // Whoever sends more than is read may be cut off.
    let _ = stream.read_to_end(&mut read).await;
    String::from_utf8(read).unwrap()
}

async fn get(port: u16, target: &str) -> String {
    let head = format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    send((Ipv4Addr::LOCALHOST, port), head.as_bytes()).await
}

fn code(redirect: Redirect) -> String {
    match redirect {
        Redirect::Code(code) => code.expose().clone(),
        Redirect::Refused { error, .. } => panic!("{error}"),
    }
}

#[tokio::test]
async fn the_browser_is_told_how_it_went_and_the_port_is_closed() {
    for (verdict, words) in [
        (
            Ok(()),
            "You are signed in. You can close this tab and go back to Warmline.",
        ),
        (Err(Why::Denied), "You are not signed in: it was refused."),
    ] {
        let rig = rig().await;
        let port = rig.port;
        let browser =
            tokio::spawn(async move { get(port, "/?code=a%2Fb%20c&state=state&x=1").await });
        assert_eq!(code(rig.came.await.unwrap()), "a/b c");
        // It has what it wanted: nobody else is let in while the code is exchanged.
        assert!(
            TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                .await
                .is_err()
        );
        rig.verdict.send(verdict).unwrap();
        let page = browser.await.unwrap();
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
        assert!(page.contains(words), "{page}");
        assert!(
            page.contains("Cache-Control: no-store") && !page.contains("<script"),
            "{page}"
        );
        assert!(!page.contains("state") && !page.contains("a/b"), "{page}");
        rig.served.await.unwrap();
    }
}

#[tokio::test]
async fn localhost_is_both_addresses() {
    let rig = rig().await;
    let port = rig.port;
    let Ok(probe) = TcpStream::connect((Ipv6Addr::LOCALHOST, port)).await else {
        // This machine has no IPv6: then nobody resolves localhost to it.
        assert!(TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_err());
        return;
    };
    drop(probe);
    let browser = tokio::spawn(async move {
        let head = b"GET /?code=six&state=state HTTP/1.1\r\n\r\n";
        send((Ipv6Addr::LOCALHOST, port), head).await
    });
    assert_eq!(code(rig.came.await.unwrap()), "six");
    drop(rig.verdict);
    let page = browser.await.unwrap();
    assert!(page.contains("This sign-in is over."), "{page}");
}

#[tokio::test]
async fn strangers_find_nothing_and_do_no_harm() {
    let rig = rig().await;
    let port = rig.port;
    for target in [
        "/",
        "/favicon.ico",
        "/?code=x",
        "/?code=x&state=",
        "/?code=x&state=other",
        "/?code=x&state=STATE",
        "/?code=x&state=state&state=state",
        "/?code=x&code=y&state=state",
        "/?state=state",
        "/x?code=x&state=state",
        "//?code=x&state=state",
        "http://localhost/?code=x&state=state",
    ] {
        let page = get(port, target).await;
        assert!(
            page.starts_with("HTTP/1.1 404 Not Found\r\n"),
            "{target}: {page}"
        );
    }
    let to = (Ipv4Addr::LOCALHOST, port);
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
        b"SSH-2.0-scanner\r\n\r\n",
        b"GET /?code=x&state=state\r\n\r\n",
        b"\r\n\r\n",
        &[0xff; 300].map(|byte: u8| byte)[..],
    ] {
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream.write_all(garbage).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut read = Vec::new();
        let _ = stream.read_to_end(&mut read).await;
        assert!(!read.starts_with(b"HTTP/1.1 200"));
    }
    let posted = send(to, b"POST /?code=x&state=state HTTP/1.1\r\n\r\n").await;
    assert!(posted.starts_with("HTTP/1.1 404"), "{posted}");
    let endless = send(to, &[b'a'; 100_000]).await;
    assert!(!endless.contains("200 OK"), "{endless}");
    // Whoever says nothing holds nobody up.
    let silent = TcpStream::connect(to).await.unwrap();
    let browser = tokio::spawn(async move { get(port, "/?code=good&state=state").await });
    assert_eq!(code(rig.came.await.unwrap()), "good");
    rig.verdict.send(Ok(())).unwrap();
    assert!(browser.await.unwrap().contains("You are signed in."));
    drop(silent);
}

#[tokio::test]
async fn more_visitors_than_can_be_served_are_turned_away_and_the_browser_is_not() {
    let rig = rig().await;
    let to = (Ipv4Addr::LOCALHOST, rig.port);
    let mut silent = Vec::new();
    for _ in 0..MOST_VISITORS + 4 {
        silent.push(TcpStream::connect(to).await.unwrap());
    }
    drop(silent);
    let port = rig.port;
    let browser = tokio::spawn(async move {
        loop {
            // A browser tries again where it was turned away.
            let head = b"GET /?code=late&state=state HTTP/1.1\r\n\r\n";
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                .await
                .unwrap();
            let mut read = String::new();
            let sent = stream.write_all(head).await;
            if sent.is_ok() && stream.read_to_string(&mut read).await.is_ok() && !read.is_empty() {
                return read;
            }
        }
    });
    assert_eq!(code(rig.came.await.unwrap()), "late");
    rig.verdict.send(Ok(())).unwrap();
    assert!(browser.await.unwrap().contains("You are signed in."));
}

#[tokio::test]
async fn a_refusal_comes_back_too() {
    let rig = rig().await;
    let port = rig.port;
    let target = "/?error=access_denied&error_description=AADSTS65004%3A+no&state=state";
    let browser = tokio::spawn(async move { get(port, target).await });
    match rig.came.await.unwrap() {
        Redirect::Refused { error, description } => {
            assert_eq!(error, "access_denied");
            assert_eq!(description.expose(), "AADSTS65004: no");
        }
        Redirect::Code(_) => panic!("that was no code"),
    }
    rig.verdict.send(Err(Why::NeedsAdministrator)).unwrap();
    assert!(browser.await.unwrap().contains("an administrator"));
}

#[tokio::test]
async fn a_port_that_is_given_up_is_closed() {
    let rig = rig().await;
    drop(rig.verdict);
    rig.served.await.unwrap();
    assert!(
        TcpStream::connect((Ipv4Addr::LOCALHOST, rig.port))
            .await
            .is_err()
    );
}
