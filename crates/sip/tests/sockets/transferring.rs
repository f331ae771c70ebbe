//! Transfers on the wire.

use std::time::Duration;

use warmline_sip::{DialogKey, ReferId, SipEvent, SipRequest};

use crate::bench::{ANSWER, Bench, OFFER};
use crate::peer::{Dialog, Kind, Link, invite};

const REFER: ReferId = ReferId(1);

/// A call of ours, answered by the peer; as both see it.
async fn talk(bench: &mut Bench, link: &mut Link, tag: &str) -> (DialogKey, Dialog, String) {
    let dialog = bench.call();
    let ours = link.expect("INVITE ").await;
    link.send(ours.reply_as(tag, "200 OK", "", ANSWER)).await;
    link.expect("ACK ").await;
    assert!(matches!(bench.event().await, SipEvent::Answered { .. }));
    let from = ours.get("From").split("tag=").nth(1).unwrap();
    let named = format!("{};to-tag={tag};from-tag={from}", ours.get("Call-ID"));
    (dialog, Dialog::called(&ours, tag), named)
}

fn notify(dialog: &mut Dialog, state: &str, line: &str) -> String {
    let more = format!(
        "Event: refer\r\nSubscription-State: {state}\r\nContent-Type: message/sipfrag;version=2.0\r\n"
    );
    dialog.request("NOTIFY", &more, line)
}

#[tokio::test]
async fn a_customer_is_handed_to_an_expert() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    let (customer, mut peer, _) = talk(&mut bench, &mut link, "customer").await;
    let (expert, mut other, named) = talk(&mut bench, &mut link, "expert").await;
    bench.ask(SipRequest::Refer {
        dialog: customer,
        refer: REFER,
        refer_to: "carol".into(),
        replaces: Some(expert),
    });
    let refer = link.expect("REFER ").await;
    let escaped = named.replace(';', "%3B").replace('=', "%3D");
    assert_eq!(
        (refer.get("Refer-To"), refer.get("Referred-By")),
        (
            format!("<sip:carol@example.com?Replaces={escaped}>").as_str(),
            "<sip:alice@example.com>"
        )
    );
    // The first word comes before the answer.
    let progress = |status, terminated| SipEvent::ReferProgress {
        dialog: customer,
        refer: REFER,
        status,
        terminated,
    };
    link.send(notify(
        &mut peer,
        "active;expires=60",
        "SIP/2.0 100 Trying\r\n",
    ))
    .await;
    link.expect("SIP/2.0 200").await;
    assert_eq!(bench.event().await, progress(100, false));
    link.send(refer.reply("202 Accepted", "", "")).await;
    assert_eq!(
        bench.event().await,
        SipEvent::ReferAnswered {
            dialog: customer,
            refer: REFER,
            status: 202,
            sent: true,
            subscribed: true,
        }
    );
    link.send(notify(&mut peer, "active", "what?")).await;
    link.expect("SIP/2.0 400").await;
    let last = notify(
        &mut peer,
        "terminated;reason=noresource",
        "SIP/2.0 200 OK\r\nTo: <sip:carol@example.com>\r\n\r\n",
    );
    link.send(last).await;
    link.expect("SIP/2.0 200").await;
    assert_eq!(bench.event().await, progress(200, true));
    // The customer's new call has replaced the expert's.
    link.send(other.request("BYE", "", "")).await;
    link.expect("SIP/2.0 200").await;
    assert!(matches!(bench.event().await, SipEvent::Ended { dialog, .. } if dialog == expert));
    bench.ask(SipRequest::Bye { dialog: customer });
    let bye = link.expect("BYE ").await;
    link.send(bye.reply("200 OK", "", "")).await;
    bench.ended().await;
    link.quiet(Duration::from_millis(200)).await;
}

#[tokio::test]
async fn a_transfer_nobody_answers_is_said_to_have_failed() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    let (customer, ..) = talk(&mut bench, &mut link, "customer").await;
    bench.ask(SipRequest::Refer {
        dialog: customer,
        refer: REFER,
        refer_to: "carol".into(),
        replaces: None,
    });
    link.expect("REFER ").await;
    // After 64·T1.
    assert_eq!(
        bench.event().await,
        SipEvent::ReferAnswered {
            dialog: customer,
            refer: REFER,
            status: 408,
            sent: true,
            subscribed: false,
        }
    );
}

#[tokio::test]
async fn a_customer_takes_the_agents_place() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    let (old, _, named) = talk(&mut bench, &mut link, "agent").await;
    // As we would name it to the agent, with the tags at each other's place.
    let here = named
        .replace("to-tag", "tmp")
        .replace("from-tag", "to-tag")
        .replace("tmp", "from-tag");
    let strangers = invite("c1", "Replaces: nobody;to-tag=1;from-tag=2\r\n", OFFER);
    link.send(strangers.clone()).await;
    link.expect("SIP/2.0 481").await;
    link.send(
        strangers
            .replace("INVITE sip:", "ACK sip:")
            .replace("1 INVITE", "1 ACK"),
    )
    .await;
    let more = format!("Replaces: {here}\r\nReferred-By: <sip:agent@example.com>\r\n");
    link.send(invite("c2", &more, OFFER)).await;
    link.expect("SIP/2.0 100").await;
    let (new, invite) = bench.incoming().await;
    assert_eq!(invite.replaces, Some(old));
    bench.ask(SipRequest::Accept {
        dialog: new,
        sdp: ANSWER.into(),
    });
    let ok = link.expect("SIP/2.0 200").await;
    assert!(ok.get("Supported").contains("replaces"));
    link.send(Dialog::calling(&ok).request("ACK", "", "")).await;
    assert_eq!(bench.event().await, SipEvent::Confirmed { dialog: new });
    let bye = link.expect("BYE ").await;
    assert!(here.starts_with(bye.get("Call-ID")));
    link.send(bye.reply("200 OK", "", "")).await;
    assert_eq!(bench.ended().await.replaced_by, Some(new));
}

#[tokio::test]
async fn a_referral_is_answered_and_told_of() {
    let (mut bench, mut link, ..) = Bench::registered(Kind::Wss).await;
    let (dialog, mut peer, _) = talk(&mut bench, &mut link, "agent").await;
    let more = "Refer-To: <sip:carol@example.com>\r\nReferred-By: <sip:agent@example.com>\r\n";
    link.send(peer.request("REFER", more, "")).await;
    let SipEvent::Referred { refer, .. } = bench.event().await else {
        panic!()
    };
    bench.ask(SipRequest::AnswerRefer {
        dialog,
        refer,
        status: 202,
    });
    link.expect("SIP/2.0 202").await;
    for (status, last, line, state) in [
        (100, false, "SIP/2.0 100 Trying\r\n", "active;expires="),
        (
            603,
            true,
            "SIP/2.0 603 Decline\r\n",
            "terminated;reason=noresource",
        ),
    ] {
        if last {
            bench.ask(SipRequest::NotifyRefer {
                dialog,
                refer,
                status,
                reason: None,
                last,
            });
        }
        let notify = link.expect("NOTIFY ").await;
        assert_eq!(notify.body, line);
        assert_eq!(notify.get("Event"), "refer");
        assert!(notify.get("Subscription-State").starts_with(state));
        link.send(notify.reply("200 OK", "", "")).await;
    }
    link.quiet(Duration::from_millis(200)).await;
}
