//! Keeping the flow: dead ones noticed, lost ones made again, calls kept meanwhile.

use std::time::{Duration, Instant};

use warmline_sip::{DialogKey, FlowError, RegistrationError, SipEvent, SipRequest};

use crate::authority::Authority;
use crate::bench::{ANSWER, Bench, OFFER, account};
use crate::peer::{Dialog, Kind, Server, options};

#[tokio::test]
async fn a_server_that_goes_and_comes_back_keeps_the_call() {
    let (mut bench, mut link, server, _authority) = Bench::registered(Kind::Wss).await;
    let dialog = bench.call();
    let invite = link.expect("INVITE sip:bob@example.com SIP/2.0").await;
    link.send(invite.reply("200 OK", "Allow: INVITE, UPDATE\r\n", ANSWER))
        .await;
    assert!(matches!(bench.event().await, SipEvent::Answered { .. }));
    link.expect("ACK sip:peer@192.0.2.7;transport=ws SIP/2.0")
        .await;

    drop(link);
    assert_eq!(
        bench.failure().await,
        RegistrationError::Flow(FlowError::Closed)
    );
    let mut link = server.accept().await;
    link.register().await;
    bench.until_registered().await;
    // The far end learns where we are now, and the call goes on.
    let update = link
        .expect("UPDATE sip:peer@192.0.2.7;transport=ws SIP/2.0")
        .await;
    link.send(update.reply("200 OK", "", "")).await;
    let mut peer = Dialog::called(&invite, "peer");
    link.send(peer.request("BYE", "", "")).await;
    link.expect("SIP/2.0 200 ").await;
    assert!(
        matches!(bench.event().await, SipEvent::Ended { dialog: ended, .. } if ended == dialog)
    );
}

#[tokio::test]
async fn a_websocket_that_answers_no_ping_is_dead_in_the_stated_time() {
    let authority = Authority::new();
    let server = Server::start(Kind::Wss, Some(authority.server())).await;
    let mut account = account(&server, Some(&authority));
    (account.timing.ping, account.timing.pong) =
        (Duration::from_millis(150), Duration::from_millis(100));
    let mut bench = Bench::start(account);
    let mut link = server.accept().await;
    link.register().await;
    bench.until_registered().await;
    // Answered, it lives: reading is what answers pings here.
    link.quiet(Duration::from_millis(600)).await;
    let silent = Instant::now();
    assert_eq!(
        bench.failure().await,
        RegistrationError::Flow(FlowError::Dead)
    );
    let noticed = silent.elapsed();
    assert!(noticed < Duration::from_millis(250 + 150), "{noticed:?}");
    let mut link = server.accept().await;
    link.register().await;
    bench.until_registered().await;
}

#[tokio::test]
async fn a_tls_flow_is_kept_by_crlf_and_dead_without() {
    let authority = Authority::new();
    let server = Server::start(Kind::Tls, Some(authority.server())).await;
    let mut account = account(&server, Some(&authority));
    (account.timing.ping, account.timing.pong) =
        (Duration::from_millis(150), Duration::from_millis(100));
    let mut bench = Bench::start(account);
    let mut link = server.accept().await;
    link.register().await;
    bench.until_registered().await;
    for _ in 0..4 {
        assert_eq!(link.raw().await, b"\r\n\r\n");
        link.send("\r\n").await;
    }
    assert_eq!(link.raw().await, b"\r\n\r\n");
    assert_eq!(
        bench.failure().await,
        RegistrationError::Flow(FlowError::Dead)
    );
}

#[tokio::test]
async fn a_tls_server_without_crlf_keepalive_is_asked_by_options() {
    let authority = Authority::new();
    let server = Server::start(Kind::Tls, Some(authority.server())).await;
    let mut account = account(&server, Some(&authority));
    (account.timing.ping, account.timing.pong) =
        (Duration::from_millis(150), Duration::from_millis(100));
    let mut bench = Bench::start(account);
    let mut link = server.accept().await;
    link.register().await;
    bench.until_registered().await;
    for _ in 0..2 {
        let options = link.expect("OPTIONS sip:example.com SIP/2.0").await;
        link.send(options.reply("404 Not Found", "", "")).await;
    }
    link.expect("OPTIONS ").await;
    assert_eq!(
        bench.failure().await,
        RegistrationError::Flow(FlowError::Dead)
    );
}

#[tokio::test]
async fn pings_of_the_server_are_answered() {
    let (_bench, mut link, ..) = Bench::registered(Kind::Tls).await;
    link.send("\r\n\r\n").await;
    assert_eq!(link.raw().await, b"\r\n");
}

#[tokio::test]
async fn asked_to_register_it_finds_out_that_the_flow_is_dead() {
    let authority = Authority::new();
    let server = Server::start(Kind::Wss, Some(authority.server())).await;
    let mut account = account(&server, Some(&authority));
    account.timing.pong = Duration::from_millis(100);
    let mut bench = Bench::start(account);
    let mut link = server.accept().await;
    link.register().await;
    bench.until_registered().await;
    // The network has changed: the old connection leads nowhere, but says nothing.
    bench.ask(SipRequest::Register);
    link.expect("REGISTER ").await;
    assert_eq!(bench.failure().await, RegistrationError::NoAnswer);
    let mut link = server.accept().await;
    link.register().await;
    bench.until_registered().await;
}

#[tokio::test]
async fn on_a_new_network_a_silent_flow_is_made_again_within_two_seconds_and_a_good_one_kept() {
    let (mut bench, mut link, server, _authority) = Bench::registered(Kind::Wss).await;
    // It is well: reading is what answers pings here.
    bench.ask(SipRequest::NetworkChanged);
    link.quiet(Duration::from_millis(1500)).await;
    let changed = Instant::now();
    bench.ask(SipRequest::NetworkChanged);
    // Nobody reads any more.
    let mut link = server.accept().await;
    let noticed = changed.elapsed();
    assert!(noticed >= Duration::from_millis(900), "{noticed:?}");
    assert!(noticed < Duration::from_secs(2), "{noticed:?}");
    link.register().await;
    bench.until_registered().await;
}

#[tokio::test]
async fn on_a_new_network_a_tls_flow_is_judged_by_what_it_can_do() {
    let (mut bench, mut link, server, _authority) = Bench::registered(Kind::Tls).await;
    // No keepalive has been answered yet: a REGISTER tells.
    bench.ask(SipRequest::NetworkChanged);
    link.register().await;
    link.send(options(1)).await;
    link.expect("SIP/2.0 200 ").await;
    bench.ask(SipRequest::NetworkChanged);
    link.expect("REGISTER ").await;
    let mut link = server.accept().await;
    link.register().await;
    bench.until_registered().await;
}

#[tokio::test]
async fn another_process_takes_a_call_up_where_the_first_was_killed() {
    let (mut first, mut link, server, authority) = Bench::registered(Kind::Wss).await;
    first.call();
    let invite = link.expect("INVITE ").await;
    link.send(invite.reply(
        "200 OK",
        "Record-Route: <sip:edge.example.com;lr>\r\n",
        ANSWER,
    ))
    .await;
    let saved = loop {
        if let Some(SipEvent::Saved { saved, .. }) = first.events.recv().await {
            break saved;
        }
    };
    link.expect("ACK ").await;
    let mut second = Bench::start(account(&server, Some(&authority)));
    let dialog = DialogKey(41);
    second.ask(SipRequest::Restore {
        dialog,
        saved: saved.clone(),
        offer: OFFER.into(),
    });
    assert!(second.agent.next_dialog() > dialog);
    let mut link = server.accept().await;
    link.register().await;
    second.until_registered().await;
    let again = link
        .expect("INVITE sip:peer@192.0.2.7;transport=ws SIP/2.0")
        .await;
    for name in ["Call-ID", "From"] {
        assert_eq!(again.get(name), invite.get(name));
    }
    assert_eq!(again.get("Route"), "<sip:edge.example.com;lr>");
    assert_eq!(again.body, OFFER);
    link.send(again.reply("200 OK", "", ANSWER)).await;
    assert!(matches!(
        second.event().await,
        SipEvent::ReofferAnswered { dialog: of, .. } if of == dialog
    ));
    link.expect("ACK ").await;
    let mut peer = Dialog::called(&invite, "peer");
    link.send(peer.request("BYE", "", "")).await;
    link.expect("SIP/2.0 200 ").await;
    second.ended().await;
}
