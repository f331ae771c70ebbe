//! Several edge servers: one dies, another takes over, and the better one is found again.

use std::time::{Duration, Instant};

use tokio::time::timeout;
use warmline_sip::{Account, FlowError, RegistrationError, SipEvent, SipRequest, Timing};

use crate::authority::Authority;
use crate::bench::{ANSWER, Bench, account};
use crate::peer::{Dialog, Kind, Link, PATIENCE, Server};

/// Two servers of one kind, and an agent with patience as people have it.
async fn two(kind: Kind) -> (Bench, Server, Server, Link, Authority) {
    let authority = Authority::new();
    let tls = || (kind != Kind::Ws).then(|| authority.server());
    let (a, b) = (
        Server::start(kind, tls()).await,
        Server::start(kind, tls()).await,
    );
    let mut account = patient(&a, &authority);
    account.servers.push(b.uri());
    let mut bench = Bench::start(account);
    let mut link = a.accept().await;
    link.register().await;
    bench.until_registered().await;
    (bench, a, b, link, authority)
}

fn patient(server: &Server, authority: &Authority) -> Account {
    let mut account = account(server, Some(authority));
    account.timing = Timing {
        edge_rest: Duration::from_millis(600),
        ..Timing::default()
    };
    account
}

async fn talk(bench: &mut Bench, link: &mut Link) -> Dialog {
    bench.call();
    let invite = link.expect("INVITE ").await;
    link.send(invite.reply("200 OK", "Allow: INVITE, UPDATE\r\n", ANSWER))
        .await;
    assert!(matches!(bench.event().await, SipEvent::Answered { .. }));
    link.expect("ACK ").await;
    Dialog::called(&invite, "peer")
}

#[tokio::test]
async fn when_one_dies_the_other_takes_over_and_the_call_goes_on() {
    let (mut bench, a, b, mut link, _authority) = two(Kind::Wss).await;
    let mut peer = talk(&mut bench, &mut link).await;
    let died = Instant::now();
    drop((link, a));
    assert_eq!(
        bench.failure().await,
        RegistrationError::Flow(FlowError::Closed)
    );
    let mut link = b.accept().await;
    link.register().await;
    bench.until_registered().await;
    assert!(
        died.elapsed() < Duration::from_secs(2),
        "{:?}",
        died.elapsed()
    );
    // The far end is told where we are now, and the call goes on.
    let update = link.expect("UPDATE ").await;
    link.send(update.reply("200 OK", "", "")).await;
    link.send(peer.request("BYE", "", "")).await;
    link.expect("SIP/2.0 200 ").await;
    bench.ended().await;
}

#[tokio::test]
async fn one_that_falls_silent_is_left_within_seconds() {
    let (mut bench, _a, b, _silent, _authority) = two(Kind::Wss).await;
    let silent = Instant::now();
    assert_eq!(
        bench.failure().await,
        RegistrationError::Flow(FlowError::Dead)
    );
    let mut link = b.accept().await;
    link.register().await;
    bench.until_registered().await;
    let took = silent.elapsed();
    // Five, of which three are waited; a machine that is busy with other tests takes longer over the rest.
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test]
async fn one_that_is_not_there_or_has_no_capacity_is_passed_over() {
    let authority = Authority::new();
    let gone = Server::start(Kind::Wss, Some(authority.server())).await;
    let full = Server::start(Kind::Wss, Some(authority.server())).await;
    let well = Server::start(Kind::Tls, Some(authority.server())).await;
    let mut account = patient(&gone, &authority);
    account.servers.extend([full.uri(), well.uri()]);
    drop(gone);
    let mut bench = Bench::start(account);
    let mut link = full.accept().await;
    let register = link.expect("REGISTER ").await;
    assert!(register.get("Via").starts_with("SIP/2.0/WSS "));
    let busy = Instant::now();
    link.send(register.reply("503 Service Unavailable", "Retry-After: 60\r\n", ""))
        .await;
    assert!(matches!(
        bench.failure().await,
        RegistrationError::Status { status: 503, .. }
    ));
    link.closed().await;
    // Another kind of server, and another address of ours.
    let mut link = well.accept().await;
    let register = link.register().await;
    assert!(register.get("Via").starts_with("SIP/2.0/TLS 127.0.0.1:"));
    assert!(register.get("Contact").contains("@127.0.0.1:"));
    bench.until_registered().await;
    assert!(busy.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn back_at_the_better_one_nobody_who_calls_meanwhile_is_lost() {
    let (mut bench, a, b, link, authority) = two(Kind::Wss).await;
    let port = a.port();
    drop((link, a));
    bench.failure().await;
    let mut old = b.accept().await;
    old.register().await;
    bench.until_registered().await;
    let a = Server::start_at(Kind::Wss, Some(authority.server()), port).await;
    let mut new = tokio::select! {
        new = a.accept() => new,
        // Reading is what answers pings here.
        () = old.quiet(PATIENCE) => panic!("no way back in time"),
    };
    let register = new.expect("REGISTER ").await;
    // Somebody calls by the old server, before the new one has us.
    old.send(crate::peer::invite("late", "", crate::bench::OFFER))
        .await;
    let (dialog, _) = bench.incoming().await;
    old.expect("SIP/2.0 100 ").await;
    new.send(register.reply("200 OK", "Expires: 600\r\n", ""))
        .await;
    bench.ask(SipRequest::Ring { dialog });
    bench.ask(SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    });
    old.expect("SIP/2.0 180 ").await;
    let ok = old.expect("SIP/2.0 200 ").await;
    let mut peer = Dialog::calling(&ok);
    old.send(peer.request("ACK", "", "")).await;
    assert_eq!(bench.event().await, SipEvent::Confirmed { dialog });
    // What we ask goes the new way.
    bench.ask(SipRequest::Bye { dialog });
    let bye = timeout(PATIENCE, new.expect("BYE ")).await.unwrap();
    new.send(bye.reply("200 OK", "", "")).await;
    bench.ended().await;
}
