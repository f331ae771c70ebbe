//! New offers within a call: hold, resume, glare.

use warmline_desk::{DeskEvent, ErrorCode, Hold, Holder, UserAction};
use warmline_media::MediaEvent;

use crate::{peer::Telephone, scene::Scene};

#[tokio::test]
async fn a_reinvite_without_an_offer_gets_one() {
    let (mut scene, call, mut dialog, mut telephone) = Scene::called().await;
    telephone.hears(MediaEvent::FirstAudio).await;
    scene.peer.ask(&mut dialog, "INVITE", "", "");
    let ok = scene.peer.response(200).await;
    let answer = telephone.session.answer(&ok.body).await.unwrap();
    scene.peer.ack(&dialog, Some(&answer));
    // The exchange is closed on both sides: the agent's hold goes through.
    scene.ask(UserAction::Hold(call)).await;
    let hold = scene.peer.request("INVITE").await;
    assert!(hold.body.contains("a=sendonly\r\n"));
}

#[tokio::test]
async fn digits_get_through_while_the_agent_is_muted() {
    let (scene, call, _, mut telephone) = Scene::called().await;
    telephone.hears(MediaEvent::FirstAudio).await;
    scene.ask(UserAction::Mute(call, true)).await;
    scene.ask(UserAction::Dtmf(call, "7".into())).await;
    telephone.hears(MediaEvent::Dtmf('7')).await;
}

#[tokio::test]
async fn glare_is_tried_again() {
    let (mut scene, call, _, telephone) = Scene::called().await;
    scene.ask(UserAction::Hold(call)).await;
    let hold = scene.peer.request("INVITE").await;
    scene.peer.respond(&hold, 491, "x", None);
    scene.peer.request("ACK").await;
    // The caller owns the Call-ID, so we try again within two seconds.
    let again = scene.peer.request("INVITE").await;
    assert!(again.body.contains("a=sendonly\r\n"));
    let answer = telephone.session.answer(&again.body).await.unwrap();
    scene.peer.respond(&again, 200, "x", Some(&answer));
    scene.peer.request("ACK").await;
    scene
        .phone
        .until(|e| *e == DeskEvent::Held(call, Holder::Me))
        .await;
}

#[tokio::test]
async fn a_refused_hold_is_told_and_the_agent_stays_off_the_air() {
    let (mut scene, call, _, _telephone) = Scene::called().await;
    scene.ask(UserAction::Hold(call)).await;
    let hold = scene.peer.request("INVITE").await;
    scene.peer.respond(&hold, 488, "x", None);
    scene.peer.request("ACK").await;
    let told = scene
        .phone
        .until(|e| matches!(e, DeskEvent::Error { .. }))
        .await;
    let DeskEvent::Error { call: about, error } = told else {
        unreachable!("just matched")
    };
    assert_eq!((about, error.code), (Some(call), ErrorCode::HoldFailed));
    assert_eq!(scene.hold(call), Hold::LocalOnly);
    let heard = scene
        .phone
        .desk
        .snapshot()
        .borrow()
        .call(call)
        .unwrap()
        .heard;
    assert!(!heard);
}

#[tokio::test]
async fn a_second_call_holds_the_first_and_one_is_heard() {
    let (mut scene, first, _, telephone) = Scene::called().await;
    let second = scene.dial().await;
    let mut second_invite = None;
    for _ in 0..2 {
        // Which of the two is ready sooner is not for us to say.
        let invite = scene.peer.request("INVITE").await;
        if invite.header("to").contains(";tag=") {
            assert!(invite.body.contains("a=sendonly\r\n"));
            let answer = telephone.session.answer(&invite.body).await.unwrap();
            scene.peer.respond(&invite, 200, "x", Some(&answer));
            scene.peer.request("ACK").await;
        } else {
            second_invite = Some(invite);
        }
    }
    let invite = second_invite.expect("the second call");
    scene
        .phone
        .until(|e| *e == DeskEvent::Held(first, Holder::Me))
        .await;
    let other = Telephone::new();
    let answer = other.session.answer(&invite.body).await.unwrap();
    scene.peer.respond(&invite, 200, "b", Some(&answer));
    scene.peer.request("ACK").await;
    scene.phone.until(|e| *e == DeskEvent::Active(second)).await;
    let snapshot = scene.phone.desk.snapshot().borrow().clone();
    let heard: Vec<_> = snapshot.calls.iter().filter(|call| call.heard).collect();
    assert_eq!(heard.len(), 1);
    assert_eq!((heard[0].id, snapshot.focus), (second, Some(second)));
}
