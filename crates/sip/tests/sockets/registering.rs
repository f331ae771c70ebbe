//! Registration against servers that challenge, correct and refuse.

use std::time::Duration;

use md5::{Digest as _, Md5};
use sha2::Sha256;
use warmline_sip::{RegistrationError, RegistrationState, SipEvent, SipRequest};

use crate::authority::Authority;
use crate::bench::{Bench, account};
use crate::peer::{Kind, Link, Message, Server};

const BOTH: &str = "WWW-Authenticate: Digest realm=\"r\",nonce=\"n1\",algorithm=MD5,qop=\"auth\"\r\n\
    WWW-Authenticate: Digest realm=\"r\",nonce=\"n2\",algorithm=SHA-256,qop=\"auth\",opaque=\"o\"\r\n";
const MD5_ONLY: &str = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\", qop=\"auth\"\r\n";

async fn start() -> (Bench, Link, Server) {
    let authority = Authority::new();
    let server = Server::start(Kind::Wss, Some(authority.server())).await;
    let bench = Bench::start(account(&server, Some(&authority)));
    let link = server.accept().await;
    (bench, link, server)
}

/// Checks a digest as a registrar does, from the password.
fn is_right(request: &Message, nonce: &str, hash: impl Fn(String) -> String) -> bool {
    let authorization = request.get("Authorization");
    let field = |name: &str| {
        let at = authorization
            .find(&format!("{name}="))
            .unwrap_or_else(|| panic!("no {name}"))
            + name.len()
            + 1;
        authorization[at..]
            .trim_start_matches('"')
            .split(['"', ','])
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(field("nonce"), nonce);
    let ha1 = hash("alice:r:secret-pw".to_owned());
    let ha2 = hash("REGISTER:sip:example.com".to_owned());
    field("response")
        == hash(format!(
            "{ha1}:{nonce}:{}:{}:auth:{ha2}",
            field("nc"),
            field("cnonce")
        ))
}

fn md5(text: String) -> String {
    Md5::digest(text)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

fn sha256(text: String) -> String {
    Sha256::digest(text)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

#[tokio::test]
async fn the_stronger_of_two_digests_is_right() {
    let (mut bench, mut link, _server) = start().await;
    let first = link.expect("REGISTER sip:example.com SIP/2.0").await;
    assert_eq!(first.header("Authorization"), None);
    assert!(
        first
            .get("Contact")
            .contains(".invalid;transport=ws>;+sip.instance=\"<urn:uuid:")
    );
    link.send(first.reply("401 Unauthorized", BOTH, "")).await;
    let second = link.expect("REGISTER ").await;
    assert!(is_right(&second, "n2", sha256));
    link.send(second.reply("200 OK", "Expires: 600\r\n", ""))
        .await;
    bench.until_registered().await;
}

#[tokio::test]
async fn md5_is_right_where_nothing_else_is_offered() {
    let (mut bench, mut link, _server) = start().await;
    let first = link.expect("REGISTER ").await;
    link.send(first.reply("401 Unauthorized", MD5_ONLY, ""))
        .await;
    let second = link.expect("REGISTER ").await;
    assert!(is_right(&second, "n1", md5));
    link.send(second.reply("200 OK", "", "")).await;
    bench.until_registered().await;
}

#[tokio::test]
async fn a_wrong_password_stops_until_asked() {
    let (mut bench, mut link, _server) = start().await;
    for _ in 0..2 {
        let register = link.expect("REGISTER ").await;
        link.send(register.reply("401 Unauthorized", MD5_ONLY, ""))
            .await;
    }
    assert!(matches!(
        bench.failure().await,
        RegistrationError::Credentials { status: 401, .. }
    ));
    link.quiet(Duration::from_millis(300)).await;
    bench.ask(SipRequest::Register);
    link.register().await;
    bench.until_registered().await;
}

#[tokio::test]
async fn a_lifetime_too_brief_is_lengthened() {
    let (mut bench, mut link, _server) = start().await;
    let first = link.expect("REGISTER ").await;
    link.send(first.reply("423 Interval Too Brief", "Min-Expires: 1200\r\n", ""))
        .await;
    let second = link.expect("REGISTER ").await;
    assert_eq!(second.get("Expires"), "1200");
    link.send(second.reply("200 OK", "Expires: 1200\r\n", ""))
        .await;
    loop {
        if let SipEvent::Registration(RegistrationState::Registered { expires_s }) =
            bench.event().await
        {
            assert_eq!(expires_s, 1200);
            break;
        }
    }
}

#[tokio::test]
async fn a_registration_is_refreshed_before_it_ends() {
    let (mut bench, mut link, _server) = start().await;
    let register = link.expect("REGISTER ").await;
    link.send(register.reply("200 OK", "Expires: 1\r\n", ""))
        .await;
    bench.until_registered().await;
    let before = std::time::Instant::now();
    let refresh = link.expect("REGISTER ").await;
    assert!(before.elapsed() < Duration::from_secs(1));
    assert_eq!(refresh.get("Call-ID"), register.get("Call-ID"));
}

#[tokio::test]
async fn shutting_down_unregisters_and_closes() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    bench.ask(SipRequest::Shutdown);
    let register = link.expect("REGISTER ").await;
    assert_eq!(register.get("Expires"), "0");
    link.send(register.reply("200 OK", "", "")).await;
    link.closed().await;
    assert_eq!(
        bench.event().await,
        SipEvent::Registration(RegistrationState::Unregistered)
    );
    assert_eq!(bench.event().await, SipEvent::Stopped);
    assert_eq!(bench.events.recv().await, None);
}

#[tokio::test]
async fn an_agent_nobody_holds_shuts_down() {
    let (bench, mut link, ..) = Bench::registered(Kind::Tls).await;
    let Bench { agent, mut events } = bench;
    drop(agent);
    let register = link.expect("REGISTER ").await;
    assert_eq!(register.get("Expires"), "0");
    link.send(register.reply("200 OK", "", "")).await;
    while let Some(event) = events.recv().await {
        assert!(matches!(
            event,
            SipEvent::Registration(_) | SipEvent::Stopped
        ));
    }

    let (bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    drop(bench.events);
    assert_eq!(link.expect("REGISTER ").await.get("Expires"), "0");
}
