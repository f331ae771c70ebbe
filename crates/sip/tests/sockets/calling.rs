//! Calls through the real transaction layer: what is repeated, acknowledged, and matched.

use std::time::Duration;

use warmline_sip::{EndedBy, SipEvent, SipRequest};

use crate::bench::{ANSWER, Bench, OFFER};
use crate::peer::{Dialog, Kind, cancel, invite, options};

const CHALLENGE: &str =
    "Proxy-Authenticate: Digest realm=\"p\",nonce=\"n\",algorithm=SHA-256,qop=\"auth\"\r\n";

#[tokio::test]
async fn a_call_with_everything_in_its_way() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    let dialog = bench.call();
    // Challenged, and its session too short.
    let first = link.expect("INVITE ").await;
    link.send(first.reply("407 Proxy Authentication Required", CHALLENGE, ""))
        .await;
    let ack = link.expect("ACK ").await;
    assert_eq!(ack.branch(), first.branch());
    let second = link.expect("INVITE ").await;
    assert!(second.get("Proxy-Authorization").contains("SHA-256"));
    link.send(second.reply("422 Session Interval Too Small", "Min-SE: 2400\r\n", ""))
        .await;
    link.expect("ACK ").await;
    let invite = link.expect("INVITE ").await;
    assert_eq!(
        (invite.get("Session-Expires"), invite.get("CSeq")),
        ("2400", "3 INVITE")
    );
    // Early media, reliably; the PRACK is challenged anew.
    link.send(invite.reply("100 Trying", "", "")).await;
    link.send(invite.reply(
        "183 Session Progress",
        "Require: 100rel\r\nRSeq: 41\r\n",
        ANSWER,
    ))
    .await;
    let prack = link
        .expect("PRACK sip:peer@192.0.2.7;transport=ws SIP/2.0")
        .await;
    assert_eq!(prack.get("RAck"), "41 3 INVITE");
    link.send(prack.reply(
        "401 Unauthorized",
        "WWW-Authenticate: Digest realm=\"w\",nonce=\"m\"\r\n",
        "",
    ))
    .await;
    let prack = link.expect("PRACK ").await;
    assert!(
        prack.header("Authorization").is_some() && prack.header("Proxy-Authorization").is_some()
    );
    link.send(prack.reply("200 OK", "", "")).await;
    assert!(matches!(bench.event().await, SipEvent::Early { sdp, .. } if sdp == ANSWER));
    link.send(invite.reply("200 OK", "Session-Expires: 2400;refresher=uac\r\n", ""))
        .await;
    assert!(matches!(bench.event().await, SipEvent::Answered { sdp, .. } if sdp == ANSWER));
    let ack = link
        .expect("ACK sip:peer@192.0.2.7;transport=ws SIP/2.0")
        .await;
    assert_eq!(ack.get("CSeq"), "3 ACK");
    assert_ne!(ack.branch(), invite.branch());
    // Hung up by us; the BYE is challenged, too.
    bench.ask(SipRequest::Bye { dialog });
    assert_eq!(bench.ended().await.by, EndedBy::Local);
    let bye = link.expect("BYE ").await;
    link.send(bye.reply(
        "407 Proxy Authentication Required",
        &CHALLENGE.replace("nonce=\"n\"", "nonce=\"x\",stale=true"),
        "",
    ))
    .await;
    let bye = link.expect("BYE ").await;
    assert!(bye.get("Proxy-Authorization").contains("nonce=\"x\""));
    link.send(bye.reply("200 OK", "", "")).await;
    link.quiet(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn each_200_is_acknowledged_once_and_the_losing_fork_hung_up() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    bench.call();
    let invite = link.expect("INVITE ").await;
    link.send(invite.reply_as("one", "180 Ringing", "", ""))
        .await;
    link.send(invite.reply_as("two", "180 Ringing", "", ""))
        .await;
    let fork = |event| match event {
        SipEvent::Ringing {
            fork, status: 180, ..
        } => fork,
        other => panic!("{other:?}"),
    };
    let (one, two) = (fork(bench.event().await), fork(bench.event().await));
    assert_ne!(one, two);
    link.send(invite.reply_as("two", "200 OK", "", ANSWER))
        .await;
    assert!(matches!(bench.event().await, SipEvent::Answered { fork, .. } if fork == two));
    link.expect("ACK sip:two@").await;
    link.send(invite.reply_as("two", "200 OK", "", ANSWER))
        .await;
    link.expect("ACK sip:two@").await;
    link.send(invite.reply_as("one", "200 OK", "", ANSWER))
        .await;
    link.expect("ACK sip:one@").await;
    let bye = link.expect("BYE sip:one@").await;
    assert!(bye.get("To").ends_with(";tag=one"));
    link.send(bye.reply("200 OK", "", "")).await;
    link.quiet(Duration::from_millis(200)).await;
}

#[tokio::test]
async fn an_answer_that_crosses_the_cancel_is_hung_up() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Tls).await;
    let dialog = bench.call();
    let invite = link.expect("INVITE ").await;
    link.send(invite.reply("180 Ringing", "", "")).await;
    bench.event().await;
    bench.ask(SipRequest::Cancel { dialog });
    assert_eq!(bench.ended().await.by, EndedBy::Local);
    let cancel = link.expect("CANCEL ").await;
    assert_eq!(
        (cancel.branch(), cancel.get("CSeq")),
        (invite.branch(), "1 CANCEL")
    );
    link.send(invite.reply("200 OK", "", ANSWER)).await;
    link.expect("ACK ").await;
    let bye = link.expect("BYE ").await;
    link.send(cancel.reply("200 OK", "", "")).await;
    link.send(bye.reply("200 OK", "", "")).await;
    link.quiet(Duration::from_millis(200)).await;
}

#[tokio::test]
async fn a_cancelled_call_is_acknowledged_to_the_end() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    let dialog = bench.call();
    let invite = link.expect("INVITE ").await;
    bench.ask(SipRequest::Cancel { dialog });
    bench.ended().await;
    link.quiet(Duration::from_millis(100)).await;
    link.send(invite.reply("100 Trying", "", "")).await;
    let cancel = link.expect("CANCEL ").await;
    link.send(cancel.reply("200 OK", "", "")).await;
    link.send(invite.reply("487 Request Terminated", "", ""))
        .await;
    let ack = link.expect("ACK ").await;
    assert_eq!(ack.branch(), invite.branch());
}

#[tokio::test]
async fn our_200_is_repeated_until_it_is_acknowledged() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    link.send(invite("c1", "Supported: timer\r\n", OFFER)).await;
    assert_eq!(link.next().await.status(), 100);
    let (dialog, invite) = bench.incoming().await;
    assert_eq!(
        invite.from.display_name.as_deref(),
        Some("Robert Zimmerman")
    );
    bench.ask(SipRequest::Ring { dialog });
    assert_eq!(link.next().await.status(), 180);
    bench.ask(SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    });
    let ok = link.expect("SIP/2.0 200 OK").await;
    assert_eq!(
        (ok.body.as_str(), ok.get("Session-Expires")),
        (ANSWER, "1800;refresher=uas")
    );
    link.expect("SIP/2.0 200 OK").await;
    let mut peer = Dialog::calling(&ok);
    link.send(peer.request("ACK", "", "")).await;
    assert_eq!(bench.event().await, SipEvent::Confirmed { dialog });
    link.quiet(Duration::from_millis(300)).await;
    link.send(peer.request("BYE", "Reason: Q.850;cause=16\r\n", ""))
        .await;
    link.expect("SIP/2.0 200 OK").await;
    assert_eq!(bench.ended().await.q850, Some(16));
}

#[tokio::test]
async fn a_200_nobody_acknowledges_is_hung_up() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    link.send(invite("c1", "", OFFER)).await;
    let (dialog, _) = bench.incoming().await;
    bench.ask(SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    });
    // 64·T1 later; until then it is repeated.
    let bye = loop {
        let message = link.next().await;
        if message.start.starts_with("BYE ") {
            break message;
        }
        assert!(message.start.starts_with("SIP/2.0 "), "{message:?}");
    };
    link.send(bye.reply("200 OK", "", "")).await;
    assert_eq!(bench.ended().await.by, EndedBy::Network);
}

#[tokio::test]
async fn a_call_they_cancel_is_answered_twice() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    link.send(invite("c1", "", OFFER)).await;
    assert_eq!(link.next().await.status(), 100);
    bench.incoming().await;
    link.send(cancel("c1")).await;
    let answers = [link.next().await, link.next().await];
    let to = |method: &str| {
        answers
            .iter()
            .find(|a| a.get("CSeq").ends_with(method))
            .unwrap()
            .status()
    };
    assert_eq!((to("CANCEL"), to("INVITE")), (200, 487));
    assert_eq!(bench.ended().await.by, EndedBy::Remote);
    link.send(cancel("c2")).await;
    assert_eq!(link.next().await.status(), 481);
}

#[tokio::test]
async fn reoffers_go_both_ways_and_meet_as_glare() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    link.send(invite("c1", "", OFFER)).await;
    link.next().await;
    let (dialog, _) = bench.incoming().await;
    bench.ask(SipRequest::Accept {
        dialog,
        sdp: ANSWER.into(),
    });
    let mut peer = Dialog::calling(&link.expect("SIP/2.0 200").await);
    link.send(peer.request("ACK", "", "")).await;
    bench.event().await;

    bench.ask(SipRequest::Reoffer {
        dialog,
        offer: OFFER.into(),
    });
    let ours = link.expect("INVITE ").await;
    link.send(peer.request("INVITE", "", OFFER)).await;
    link.expect("SIP/2.0 491").await;
    link.send(peer.request("ACK", "", "").replace("bKpACK", "bKpINVITE"))
        .await;
    link.send(ours.reply("491 Request Pending", "", "")).await;
    link.expect("ACK ").await;
    assert_eq!(
        bench.event().await,
        SipEvent::ReofferRefused {
            dialog,
            status: 491
        }
    );

    link.send(peer.request("INVITE", "", OFFER)).await;
    assert_eq!(
        bench.event().await,
        SipEvent::Reoffered {
            dialog,
            offer: Some(OFFER.into())
        }
    );
    link.expect("SIP/2.0 100").await;
    bench.ask(SipRequest::AnswerReoffer {
        dialog,
        answer: Ok(ANSWER.into()),
    });
    link.expect("SIP/2.0 200").await;
    link.send(peer.request("ACK", "", "")).await;
    // Our next offer has to come after the ACK, or it is glare again.
    link.send(options(1)).await;
    link.expect("SIP/2.0 200").await;

    bench.ask(SipRequest::Reoffer {
        dialog,
        offer: OFFER.into(),
    });
    let ours = link.expect("INVITE ").await;
    link.send(ours.reply("200 OK", "", ANSWER)).await;
    assert_eq!(
        bench.event().await,
        SipEvent::ReofferAnswered {
            dialog,
            sdp: ANSWER.into()
        }
    );
    let ack = link.expect("ACK ").await;
    assert_eq!(
        ack.get("CSeq").split(' ').next(),
        ours.get("CSeq").split(' ').next()
    );
    link.quiet(Duration::from_millis(200)).await;
}

#[tokio::test]
async fn unknown_methods_are_answered_without_the_transaction_layer() {
    let (_bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    let odd = options(1).replace("OPTIONS", "NEWMETHOD!%*");
    link.send(odd).await;
    let answer = link.next().await;
    assert_eq!(
        (answer.status(), answer.get("CSeq")),
        (501, "2 NEWMETHOD!%*")
    );
    assert!(answer.get("Allow").contains("INVITE"));
    assert!(answer.get("To").contains("tag="));
    // Methods are written in capitals: this one is another.
    link.send(options(2).replace("OPTIONS", "options")).await;
    assert_eq!(link.next().await.status(), 501);
    link.send(options(3).replace("OPTIONS", "MESSAGE")).await;
    assert_eq!(link.next().await.status(), 405);
    link.send(options(4)).await;
    assert_eq!(link.next().await.status(), 200);
}

#[tokio::test]
async fn names_in_latin_1_are_read_from_a_stream() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Tls).await;
    let text = invite("c1", "Subject: Gr\u{fc}\u{df}e\r\nX-After: kept\r\n", OFFER)
        .replace("Robert", "J\u{f6}rg");
    let latin1: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
    link.send(latin1).await;
    let (_, invite) = bench.incoming().await;
    assert_eq!(invite.from.display_name.as_deref(), Some("Jörg Zimmerman"));
    assert_eq!(
        (invite.subject.as_deref(), invite.header("X-After")),
        (Some("Grüße"), Some("kept"))
    );
    assert_eq!(invite.offer.as_deref(), Some(OFFER));
}
