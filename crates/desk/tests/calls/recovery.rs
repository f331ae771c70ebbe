//! A phone dies in a call, and the next one takes the call up.

use std::path::Path;

use tokio::runtime::Runtime;
use warmline_desk::{
    CallId, DeskConfig, DeskEvent, EndReason, UserAction,
    journal::{Journal, Outcome},
};
use warmline_media::{Fork, MediaEvent};

use crate::peer::{self, CUSTOMER_NAME, Dialog, Message, PATIENCE, Peer, Phone, Telephone};

/// A phone on a runtime of its own, so that it can be killed: nothing of it says farewell.
pub(crate) struct Mortal {
    runtime: Runtime,
    pub(crate) phone: Phone,
}

impl Mortal {
    pub(crate) async fn start(config: DeskConfig) -> Self {
        let runtime = Runtime::new().unwrap();
        let desk = {
            let _inside = runtime.enter();
            warmline_desk::start(config).unwrap()
        };
        let phone = Phone::of(desk).await;
        Self { runtime, phone }
    }

    pub(crate) fn dies(self) {
        let Self { runtime, phone } = self;
        // A runtime does not end inside another.
        let end = std::thread::spawn(move || runtime.shutdown_timeout(PATIENCE));
        end.join().unwrap();
        // Not before, or it would say farewell. The journal's file is free now.
        drop(phone);
    }
}

fn config(peer: &Peer, folder: &Path) -> DeskConfig {
    let mut config = peer::config(peer.port, folder);
    config.journal = Some(Journal::open(folder.join("history.db")));
    config
}

/// A customer is in a call with a phone that dies; another phone offers to take the call up.
async fn left_alone(folder: &Path) -> (Peer, Phone, Dialog, Telephone) {
    let mut peer = Peer::start().await;
    let mut mortal = Mortal::start(config(&peer, folder)).await;
    let telephone = Telephone::new();
    let offer = telephone.session.offer().await.unwrap();
    let mut dialog = peer.invite(Some(&offer), "X-Queue: Support\r\n");
    let incoming = |e: &DeskEvent| matches!(e, DeskEvent::Incoming(_));
    let DeskEvent::Incoming(call) = mortal.phone.until(incoming).await else {
        unreachable!("just matched")
    };
    let answer = UserAction::Answer(call.id);
    mortal.phone.desk.send(answer).await.unwrap();
    let ok = peer.response(200).await;
    dialog.answered(&ok);
    telephone
        .session
        .set_answer(Fork(0), &ok.body)
        .await
        .unwrap();
    peer.ack(&dialog, None);
    let active = DeskEvent::Active(call.id);
    mortal.phone.until(|e| *e == active).await;
    mortal.dies();

    let mut phone = Phone::of(warmline_desk::start(config(&peer, folder)).unwrap()).await;
    if phone.desk.snapshot().borrow().recovery.is_none() {
        phone.until(|e| *e == DeskEvent::Recoverable).await;
    }
    (peer, phone, dialog, telephone)
}

fn cseq(message: &Message) -> u32 {
    let number = message.header("cseq").split(' ').next();
    number.unwrap().parse().unwrap()
}

fn only_call(phone: &Phone) -> CallId {
    let snapshot = phone.desk.snapshot();
    let calls = &snapshot.borrow().calls;
    assert_eq!(calls.len(), 1);
    calls[0].id
}

#[tokio::test]
async fn a_call_goes_on_as_a_new_one_and_the_customer_is_heard_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut peer, mut phone, dialog, _gone) = left_alone(folder.path()).await;
    let recovery = phone.desk.snapshot().borrow().recovery.clone();
    let recovery = recovery.expect("a call to take up");
    assert_eq!(recovery.parties.len(), 1);
    assert_eq!(recovery.parties[0].name.as_deref(), Some(CUSTOMER_NAME));

    phone.desk.send(UserAction::Recover(true)).await.unwrap();
    let anew = peer.request("INVITE").await;
    assert_ne!(anew.header("call-id"), dialog.call_id());
    let replaces = anew.header("replaces");
    assert!(replaces.starts_with(dialog.call_id()), "{replaces}");
    assert!(replaces.contains("to-tag=far1"), "{replaces}");
    assert_eq!(anew.header("require"), "replaces");
    let mut telephone = Telephone::new();
    let answer = telephone.session.answer(&anew.body).await.unwrap();
    peer.respond(&anew, 200, "n", Some(&answer));
    peer.request("ACK").await;
    telephone.hears(MediaEvent::FirstAudio).await;
    // Whatever is left of the old dialog is let go of.
    let bye = peer.request("BYE").await;
    assert_eq!(bye.header("call-id"), dialog.call_id());
    peer.respond(&bye, 481, "x", None);
    let replaced = |e: &DeskEvent| {
        matches!(
            e,
            DeskEvent::Ended {
                reason: EndReason::Replaced,
                ..
            }
        )
    };
    phone.until(replaced).await;
    let snapshot = phone.desk.snapshot();
    let live = snapshot
        .borrow()
        .calls
        .iter()
        .filter(|c| c.ending.is_none())
        .count();
    assert_eq!(live, 1);
}

#[tokio::test]
async fn a_server_that_replaces_nothing_has_the_dialog_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let (mut peer, mut phone, dialog, _gone) = left_alone(folder.path()).await;
    phone.desk.send(UserAction::Recover(true)).await.unwrap();
    let anew = peer.request("INVITE").await;
    peer.respond(&anew, 420, "x", None);
    peer.request("ACK").await;
    let invite = peer.request("INVITE").await;
    assert_eq!(invite.header("call-id"), dialog.call_id());
    assert!(invite.header("to").contains("tag=far1"));
    assert!(cseq(&invite) > 100, "far beyond what the dead one used");
    let mut telephone = Telephone::new();
    let answer = telephone.session.answer(&invite.body).await.unwrap();
    peer.respond(&invite, 200, "x", Some(&answer));
    peer.request("ACK").await;
    phone.until(|e| matches!(e, DeskEvent::FirstAudio(_))).await;
    telephone.hears(MediaEvent::FirstAudio).await;
    let call = only_call(&phone);
    phone.desk.send(UserAction::Hangup(call)).await.unwrap();
    let bye = peer.request("BYE").await;
    assert_eq!(bye.header("call-id"), dialog.call_id());
}

#[tokio::test]
async fn a_call_that_the_server_no_longer_knows_is_over_and_in_the_history() {
    let folder = tempfile::tempdir().unwrap();
    let (mut peer, mut phone, _dialog, _gone) = left_alone(folder.path()).await;
    phone.desk.send(UserAction::Recover(true)).await.unwrap();
    for _ in 0..2 {
        let invite = peer.request("INVITE").await;
        peer.respond(&invite, 481, "x", None);
        peer.request("ACK").await;
    }
    let lost = |e: &DeskEvent| {
        matches!(
            e,
            DeskEvent::Ended {
                reason: EndReason::CallLost,
                ..
            }
        )
    };
    phone.until(lost).await;
    let mut recents = phone.desk.journal().unwrap().recents();
    let shown = recents.wait_for(|shown| shown.len() == 1).await.unwrap();
    assert_eq!(shown[0].call.queue.as_deref(), Some("Support"));
}

#[tokio::test]
async fn a_call_that_is_not_taken_up_is_in_the_history_as_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let (mut peer, phone, dialog, _gone) = left_alone(folder.path()).await;
    phone.desk.send(UserAction::Recover(false)).await.unwrap();
    // Nor does the customer wait for nobody.
    let bye = peer.request("BYE").await;
    assert_eq!(bye.header("call-id"), dialog.call_id());
    let mut recents = phone.desk.journal().unwrap().recents();
    let shown = recents.wait_for(|shown| shown.len() == 1).await.unwrap();
    assert_eq!(shown[0].call.outcome, Outcome::Interrupted);
    assert_eq!(shown[0].call.words, "Warmline was stopped in the call.");
    assert_eq!(phone.desk.snapshot().borrow().recovery, None);
    let again = phone.desk.send(UserAction::Recover(true)).await;
    assert!(again.is_err());
}
