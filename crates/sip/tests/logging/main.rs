//! What the log must never say. A process of its own: what is logged is decided for a whole process.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[allow(dead_code, reason = "shared with the other tests over sockets")]
#[path = "../sockets/authority.rs"]
mod authority;
#[allow(dead_code, reason = "shared with the other tests over sockets")]
#[path = "../sockets/bench.rs"]
mod bench;
#[allow(dead_code, reason = "shared with the other tests over sockets")]
#[path = "../sockets/peer.rs"]
mod peer;

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use warmline_sip::{ReferId, SipRequest, quiet_filter};

use crate::bench::{ANSWER, Bench, OFFER};
use crate::peer::{Dialog, Kind, invite};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_person_number_body_or_password_is_logged_at_the_default_level() {
    let log = Log::default();
    let filter = EnvFilter::new(format!("info,{}", quiet_filter()));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(log.clone())
        .init();

    let (mut bench, mut link, server, _authority) = Bench::registered(Kind::Wss).await;
    let dialog = bench.agent.next_dialog();
    let headers = vec![("X-Customer".to_owned(), "Wolfgang".to_owned())];
    bench.ask(SipRequest::Invite {
        dialog,
        to: "+49301234567".into(),
        offer: OFFER.into(),
        headers,
    });
    let ours = link.expect("INVITE ").await;
    link.send(ours.reply(
        "401 Unauthorized",
        "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\"\r\n",
        "",
    ))
    .await;
    link.expect("ACK ").await;
    let ours = link.expect("INVITE ").await;
    link.send(ours.reply("200 OK", "", ANSWER)).await;
    tracing::info!(event = ?bench.event().await, "as a desk would log it");
    link.expect("ACK ").await;
    link.send(invite("c1", "", OFFER)).await;
    link.next().await;
    let event = bench.event().await;
    tracing::info!(?event, agent = ?bench.agent, "as a desk would log it");
    let mut theirs = Dialog::called(&ours, "peer");
    let refer = "Refer-To: \"Robert Zimmerman\" <sip:+15550123@example.com>\r\nReferred-By: <sip:bob@example.com>\r\n";
    link.send(theirs.request("REFER", refer, "")).await;
    let event = bench.event().await;
    let request = SipRequest::Refer {
        dialog,
        refer: ReferId(1),
        refer_to: "+49301234567".into(),
        replaces: None,
    };
    tracing::info!(?event, ?request, "as a desk would log it");
    bench.ask(request);
    link.expect("REFER ").await;
    link.send("INVITE sip:+15550123@x SIP/2.0\r\nFrom: \"Robert Zimmerman\"\r\n\r\n")
        .await;
    link.send(theirs.request(
        "BYE",
        "Reason: SIP;cause=200;text=\"Robert Zimmerman\"\r\n",
        "",
    ))
    .await;
    tracing::info!(event = ?bench.event().await, "as a desk would log it");
    link.expect("SIP/2.0 200").await;
    drop(link);
    bench.failure().await;
    drop(server);
    tokio::time::sleep(Duration::from_millis(200)).await;

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("the connection to the server is lost"),
        "the log was listened to: {log}"
    );
    for private in [
        "Zimmerman",
        "15550123",
        "49301234567",
        "Wolfgang",
        "alice",
        "bob",
        "secret-pw",
        "192.0.2.",
        "m=audio",
        "Digest",
        "response=",
    ] {
        assert!(!log.contains(private), "{private} in the log:\n{log}");
    }
}
