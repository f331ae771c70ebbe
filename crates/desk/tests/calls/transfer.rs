//! Consult and transfer, as the server and both people see them.

use std::time::Duration;

use warmline_desk::{
    CallId, DeskEvent, Done, EndReason, ErrorCode, TransferNews, TransferReason, UserAction,
};
use warmline_media::MediaEvent;

use crate::{
    peer::{Dialog, Message, Telephone},
    scene::Scene,
};

const EXPERT: &str = "+15550166999";

/// An agent who consults an expert about a customer.
struct Consultation {
    scene: Scene,
    customer: CallId,
    expert: CallId,
    to_customer: Dialog,
    customers_phone: Telephone,
    _experts_phone: Telephone,
    invite: Message,
}

impl Consultation {
    async fn new() -> Self {
        let (mut scene, customer, to_customer, customers_phone) = Scene::called().await;
        let done = scene.phone.desk.send(UserAction::Consult {
            customer,
            to: EXPERT.into(),
            hand_over: false,
        });
        let Ok(Done::Dialing(expert)) = done.await else {
            panic!("it cannot be called");
        };
        // Hold and INVITE may come in any order.
        let (mut invite, mut held) = (None, false);
        while invite.is_none() || !held {
            let request = scene.peer.next().await;
            match request.method() {
                Some("INVITE") if request.body.contains("a=sendonly\r\n") => {
                    let answer = customers_phone.session.answer(&request.body).await.unwrap();
                    scene.peer.respond(&request, 200, "x", Some(&answer));
                }
                Some("INVITE") => invite = Some(request),
                Some("ACK") => held = true,
                other => panic!("{other:?} is not to come here"),
            }
        }
        let invite = invite.expect("the loop is over");
        scene.peer.respond(&invite, 180, "e", None);
        let phone = Telephone::new();
        let answer = phone.session.answer(&invite.body).await.unwrap();
        scene.peer.respond(&invite, 200, "e", Some(&answer));
        scene.peer.request("ACK").await;
        scene
            .phone
            .until(|e| news(e) == Some(TransferNews::Consulting))
            .await;
        Self {
            scene,
            customer,
            expert,
            to_customer,
            customers_phone,
            _experts_phone: phone,
            invite,
        }
    }

    async fn complete(&mut self) -> Message {
        let customer = self.customer;
        self.scene
            .ask(UserAction::Complete {
                customer,
                sure: false,
            })
            .await;
        self.scene.peer.request("REFER").await
    }

    fn notify(&mut self, status: u16) {
        let body = format!("SIP/2.0 {status} Whatever\r\n");
        let state = if status < 200 { "active" } else { "terminated" };
        let more = format!(
            "Event: refer\r\nSubscription-State: {state}\r\nContent-Type: message/sipfrag\r\n"
        );
        self.scene
            .peer
            .ask(&mut self.to_customer, "NOTIFY", &more, &body);
    }
}

fn news(event: &DeskEvent) -> Option<TransferNews> {
    match event {
        DeskEvent::Transfer { news, .. } => Some(*news),
        _ => None,
    }
}

#[tokio::test]
async fn a_transfer_is_done_when_the_server_says_so_and_not_before() {
    let mut consultation = Consultation::new().await;
    let refer = consultation.complete().await;
    let call_id = consultation.invite.header("call-id").replace('@', "%40");
    let refer_to = refer.header("refer-to");
    assert!(refer_to.contains(EXPERT), "{refer_to}");
    assert!(
        refer_to.contains(&format!("?Replaces={call_id}")),
        "{refer_to}"
    );
    consultation.scene.peer.respond(&refer, 202, "x", None);
    consultation.notify(100);
    consultation.scene.peer.response(200).await;
    consultation.scene.peer.silence().await;
    consultation.notify(200);
    consultation.scene.peer.response(200).await;
    for _ in 0..2 {
        let bye = consultation.scene.peer.request("BYE").await;
        consultation.scene.peer.respond(&bye, 200, "x", None);
    }
    let (customer, expert) = (consultation.customer, consultation.expert);
    let scene = &mut consultation.scene;
    let done = scene
        .phone
        .until(|e| news(e) == Some(TransferNews::Done))
        .await;
    assert_eq!(
        done,
        DeskEvent::Transfer {
            customer,
            expert: Some(expert),
            news: TransferNews::Done,
            reason: None
        }
    );
    assert_eq!(scene.ended(customer).await.0, EndReason::Transferred);
    assert_eq!(scene.ended(expert).await.0, EndReason::Transferred);
}

#[tokio::test]
async fn a_refused_transfer_leaves_both_people_with_the_agent() {
    let mut consultation = Consultation::new().await;
    let refer = consultation.complete().await;
    consultation.scene.peer.respond(&refer, 403, "x", None);
    let (customer, expert) = (consultation.customer, consultation.expert);
    let failed = consultation
        .scene
        .phone
        .until(|e| news(e) == Some(TransferNews::Failed))
        .await;
    assert_eq!(
        failed,
        DeskEvent::Transfer {
            customer,
            expert: Some(expert),
            news: TransferNews::Failed,
            reason: Some(TransferReason::Refused { status: 403 })
        }
    );
    let snapshot = consultation.scene.phone.desk.snapshot();
    let live = |call| snapshot.borrow().call(call).unwrap().ending.is_none();
    assert!(live(customer) && live(expert));
    // And again, as the agent may.
    let refer = consultation.complete().await;
    consultation.scene.peer.respond(&refer, 202, "x", None);
    consultation.notify(503);
    let failed = consultation
        .scene
        .phone
        .until(|e| news(e) == Some(TransferNews::Failed))
        .await;
    assert!(matches!(
        failed,
        DeskEvent::Transfer {
            reason: Some(TransferReason::NotConnected { status: 503 }),
            ..
        }
    ));
}

#[tokio::test]
async fn a_server_that_does_not_transfer_is_done_without() {
    let mut consultation = Consultation::new().await;
    let refer = consultation.complete().await;
    consultation.scene.peer.respond(&refer, 405, "x", None);
    consultation
        .scene
        .phone
        .until(|e| news(e) == Some(TransferNews::Merged))
        .await;
    let (customer, expert) = (consultation.customer, consultation.expert);
    let group = consultation
        .scene
        .phone
        .desk
        .snapshot()
        .borrow()
        .group
        .clone();
    let group = group.expect("all three are in one conversation");
    assert_eq!(group.members, [customer, expert]);
    assert_eq!(
        group.instead,
        Some(TransferReason::NotSupported { status: 405 })
    );
    // The customer is taken back from hold.
    let resume = consultation.scene.peer.request("INVITE").await;
    assert!(resume.body.contains("a=sendrecv\r\n"));
}

#[tokio::test]
async fn the_customer_hears_music_while_an_expert_is_asked() {
    let mut consultation = Consultation::new().await;
    consultation
        .customers_phone
        .hears(MediaEvent::FirstAudio)
        .await;
    let session = &consultation.customers_phone.session;
    let before = session.stats().received;
    let music = async {
        while session.stats().received < before + 25 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let patience = Duration::from_secs(10);
    assert!(tokio::time::timeout(patience, music).await.is_ok());
}

#[tokio::test]
async fn there_is_nothing_to_complete_without_an_expert() {
    let (scene, customer, _, _telephone) = Scene::called().await;
    let sure = false;
    let done = scene
        .phone
        .desk
        .send(UserAction::Complete { customer, sure });
    assert_eq!(done.await.unwrap_err().code, ErrorCode::NotNow);
}
