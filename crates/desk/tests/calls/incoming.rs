//! Calls that come in.

use warmline_desk::{
    DeskEvent, EndReason, Holder, UserAction,
    journal::{Journal, Outcome},
};
use warmline_media::{Direction as Flow, Fork, MediaEvent};

use crate::{
    peer::{self, CUSTOMER, CUSTOMER_NAME, Peer, Phone, Telephone},
    scene::Scene,
};

#[tokio::test]
async fn a_customer_calls_holds_us_and_hangs_up() {
    let (mut scene, call, mut dialog, mut telephone) = Scene::called().await;
    scene
        .phone
        .until(|e| *e == DeskEvent::FirstAudio(call))
        .await;
    telephone.hears(MediaEvent::FirstAudio).await;
    let view = scene
        .phone
        .desk
        .snapshot()
        .borrow()
        .call(call)
        .cloned()
        .unwrap();
    assert_eq!(view.party.name.as_deref(), Some(peer::CUSTOMER_NAME));
    assert!(view.party.address.contains(CUSTOMER));

    let offer = telephone
        .session
        .reoffer(Flow::SendOnly, false)
        .await
        .unwrap();
    scene.peer.reinvite(&mut dialog, &offer);
    let ok = scene.peer.response(200).await;
    assert!(ok.body.contains("a=recvonly\r\n"), "{}", ok.body);
    telephone
        .session
        .set_answer(Fork(0), &ok.body)
        .await
        .unwrap();
    scene.peer.ack(&dialog, None);
    scene
        .phone
        .until(|e| *e == DeskEvent::Held(call, Holder::Peer))
        .await;

    let offer = telephone
        .session
        .reoffer(Flow::SendRecv, false)
        .await
        .unwrap();
    scene.peer.reinvite(&mut dialog, &offer);
    let ok = scene.peer.response(200).await;
    telephone
        .session
        .set_answer(Fork(0), &ok.body)
        .await
        .unwrap();
    scene.peer.ack(&dialog, None);
    scene.phone.until(|e| *e == DeskEvent::Unheld(call)).await;

    scene.peer.ask(&mut dialog, "BYE", "", "");
    scene.peer.response(200).await;
    assert_eq!(scene.ended(call).await.0, EndReason::RemoteHungUp);
}

#[tokio::test]
async fn the_invites_headers_reach_the_desk() {
    let mut scene = Scene::new().await;
    let telephone = Telephone::new();
    let offer = telephone.session.offer().await.unwrap();
    let more = "P-Asserted-Identity: \"Vouched For\" <sip:+15550100@trusted.example>\r\n\
                X-Queue: billing\r\nSubject: refund\r\n";
    scene.peer.invite(Some(&offer), more);
    let call = scene.incoming().await;
    let view = scene
        .phone
        .desk
        .snapshot()
        .borrow()
        .call(call)
        .cloned()
        .unwrap();
    assert_eq!(view.party.name.as_deref(), Some("Vouched For"));
    assert_eq!(view.party.address, "sip:+15550100@trusted.example");
    let invite = view.invite.unwrap();
    assert_eq!(invite.header("x-queue"), Some("billing"));
    assert_eq!(invite.subject.as_deref(), Some("refund"));

    scene.ask(UserAction::Hangup(call)).await;
    scene.peer.response(486).await;
    assert_eq!(scene.ended(call).await.0, EndReason::Rejected);
}

#[tokio::test]
async fn a_call_that_somebody_else_took_was_not_missed() {
    let mut scene = Scene::new().await;
    let telephone = Telephone::new();
    let offer = telephone.session.offer().await.unwrap();
    let dialog = scene.peer.invite(Some(&offer), "");
    let call = scene.incoming().await;
    let elsewhere = "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n";
    scene.peer.cancel(&dialog, elsewhere);
    assert_eq!(scene.ended(call).await.0, EndReason::AnsweredElsewhere);
}

#[tokio::test]
async fn an_offer_without_dtls_is_refused_with_488_and_a_reason() {
    let mut scene = Scene::new().await;
    let sdes = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                m=audio 40000 RTP/SAVP 0\r\na=rtpmap:0 PCMU/8000\r\n\
                a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n";
    scene.peer.invite(Some(sdes), "");
    let call = scene.incoming().await;
    scene.peer.response(488).await;
    let (reason, _) = scene.ended(call).await;
    assert_eq!(reason.code(), "not_acceptable");
    let snapshot = scene.phone.desk.snapshot().borrow().clone();
    let ending = snapshot.call(call).unwrap().ending.clone().unwrap();
    let detail = ending.detail.expect("a reason").into_inner();
    assert!(
        detail.contains("SDES") || detail.contains("DTLS"),
        "{detail}"
    );
}

#[tokio::test]
async fn an_invite_without_an_offer_is_answered_with_ours() {
    let mut scene = Scene::new().await;
    let mut dialog = scene.peer.invite(None, "");
    let call = scene.incoming().await;
    scene.ask(UserAction::Answer(call)).await;
    let ok = scene.peer.response(200).await;
    dialog.answered(&ok);
    let telephone = Telephone::new();
    let answer = telephone.session.answer(&ok.body).await.unwrap();
    scene.peer.ack(&dialog, Some(&answer));
    scene
        .phone
        .until(|e| *e == DeskEvent::FirstAudio(call))
        .await;
}

#[tokio::test]
async fn whoever_is_not_to_be_disturbed_finds_who_called_among_the_missed() {
    let folder = tempfile::tempdir().unwrap();
    let mut peer = Peer::start().await;
    let mut config = peer::config(peer.port, folder.path());
    let file = folder.path().join("history.db");
    config.journal = Some(Journal::open(file.clone()));
    let mut phone = Phone::start_with(config).await;
    let quiet = |on| phone.desk.send(UserAction::DoNotDisturb(on));
    quiet(true).await.unwrap();
    let mut snapshots = phone.desk.snapshot();
    assert!(snapshots.borrow_and_update().do_not_disturb);

    peer.invite(None, "X-Queue: Support\r\n");
    loop {
        let message = peer.next().await;
        let status = message.status();
        assert_ne!(status, Some(180), "it must not ring");
        if status.is_some_and(|status| status >= 200) {
            assert_eq!(status, Some(486));
            break;
        }
    }
    quiet(false).await.unwrap();
    assert!(phone.desk.snapshot().borrow().calls.is_empty());
    peer.invite(None, "");
    // Nothing was ever told of the one before.
    let event = phone
        .until(|e| matches!(e, DeskEvent::Incoming(_) | DeskEvent::Ended { .. }))
        .await;
    let DeskEvent::Incoming(call) = event else {
        panic!("{event:?}");
    };
    let turned_away = phone.desk.send(UserAction::DoNotDisturb(true)).await;
    turned_away.unwrap();
    let event = phone.until(|e| matches!(e, DeskEvent::Ended { .. })).await;
    let ended = DeskEvent::Ended {
        call: call.id,
        reason: EndReason::DoNotDisturb,
        status: None,
    };
    assert_eq!(event, ended);
    phone.desk.send(UserAction::Quit).await.unwrap();
    drop(phone);

    let journal = Journal::open(file);
    let mut recents = journal.recents();
    let shown = recents.wait_for(|shown| shown.len() == 2).await.unwrap();
    for missed in shown.iter().map(|missed| &missed.call) {
        assert_eq!(missed.outcome, Outcome::Missed);
        assert!(missed.undisturbed());
        assert_eq!(missed.words, "You missed the call: do not disturb was on.");
        assert_eq!(missed.name.as_deref(), Some(CUSTOMER_NAME));
    }
    assert_eq!(shown[1].call.queue.as_deref(), Some("Support"));
}
