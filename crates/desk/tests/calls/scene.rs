//! A phone and its far end, brought to where a test begins.

use warmline_desk::{CallId, DeskEvent, Done, EndReason, Hold, UserAction};
use warmline_media::Fork;

use crate::peer::{CUSTOMER, Dialog, Peer, Phone, Telephone};

/// A phone and its far end, not yet in a call.
pub(crate) struct Scene {
    pub(crate) peer: Peer,
    pub(crate) phone: Phone,
    pub(crate) _folder: tempfile::TempDir,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut peer = Peer::start().await;
        let phone = Phone::start(&mut peer, folder.path()).await;
        Self {
            peer,
            phone,
            _folder: folder,
        }
    }

    /// The agent has called and the far end has answered.
    pub(crate) async fn calling() -> (Self, CallId, Dialog, Telephone) {
        let mut scene = Self::new().await;
        let call = scene.dial().await;
        let invite = scene.peer.request("INVITE").await;
        scene.peer.respond(&invite, 180, "a", None);
        scene.phone.until(|e| *e == DeskEvent::Ringing(call)).await;
        let telephone = Telephone::new();
        let answer = telephone.session.answer(&invite.body).await.unwrap();
        scene.peer.respond(&invite, 200, "a", Some(&answer));
        scene.peer.request("ACK").await;
        scene.phone.until(|e| *e == DeskEvent::Active(call)).await;
        (scene, call, Dialog::answering(&invite, "a"), telephone)
    }

    /// The far end has called and the agent has answered.
    pub(crate) async fn called() -> (Self, CallId, Dialog, Telephone) {
        let mut scene = Self::new().await;
        let telephone = Telephone::new();
        let offer = telephone.session.offer().await.unwrap();
        let mut dialog = scene.peer.invite(Some(&offer), "");
        let call = scene.incoming().await;
        scene.ask(UserAction::Answer(call)).await;
        let ok = scene.peer.response(200).await;
        dialog.answered(&ok);
        telephone
            .session
            .set_answer(Fork(0), &ok.body)
            .await
            .unwrap();
        scene.peer.ack(&dialog, None);
        scene.phone.until(|e| *e == DeskEvent::Active(call)).await;
        (scene, call, dialog, telephone)
    }

    pub(crate) async fn dial(&mut self) -> CallId {
        let to = CUSTOMER.to_owned();
        match self
            .phone
            .desk
            .send(UserAction::Dial { to, line: None })
            .await
        {
            Ok(Done::Dialing(call)) => call,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn incoming(&mut self) -> CallId {
        let event = self
            .phone
            .until(|e| matches!(e, DeskEvent::Incoming(_)))
            .await;
        let DeskEvent::Incoming(call) = event else {
            unreachable!("just matched")
        };
        call.id
    }

    pub(crate) async fn ask(&self, action: UserAction) {
        let done = self.phone.desk.send(action).await;
        assert_eq!(done.unwrap(), Done::Accepted);
    }

    pub(crate) async fn ended(&mut self, call: CallId) -> (EndReason, Option<u16>) {
        let is_end = |e: &DeskEvent| matches!(e, DeskEvent::Ended { call: c, .. } if *c == call);
        match self.phone.until(is_end).await {
            DeskEvent::Ended { reason, status, .. } => (reason, status),
            _ => unreachable!("just matched"),
        }
    }

    pub(crate) fn hold(&self, call: CallId) -> Hold {
        self.phone.desk.snapshot().borrow().call(call).unwrap().hold
    }
}
