//! Calls of a whole desk with a scripted far end on this machine: real SIP, real SDP, real sound.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod peer;

use std::time::{Duration, Instant};

use peer::{CUSTOMER, Dialog, Peer, Phone, Telephone};
use tokio::time::timeout;
use warmline_desk::{
    CallId, DeskError, DeskEvent, Direction, Done, EndReason, ErrorCode, Hold, Holder,
    Registration, State, UserAction,
};
use warmline_media::{Direction as Flow, Fork, IceServer, MediaEvent};

/// A phone and its far end, not yet in a call.
struct Scene {
    peer: Peer,
    phone: Phone,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
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
    async fn calling() -> (Self, CallId, Dialog, Telephone) {
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
    async fn called() -> (Self, CallId, Dialog, Telephone) {
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

    async fn dial(&mut self) -> CallId {
        let to = CUSTOMER.to_owned();
        match self.phone.desk.send(UserAction::Dial { to }).await {
            Ok(Done::Dialing(call)) => call,
            other => panic!("{other:?}"),
        }
    }

    async fn incoming(&mut self) -> CallId {
        let event = self
            .phone
            .until(|e| matches!(e, DeskEvent::Incoming(_)))
            .await;
        let DeskEvent::Incoming(call) = event else {
            unreachable!("just matched")
        };
        call.id
    }

    async fn ask(&self, action: UserAction) {
        let done = self.phone.desk.send(action).await;
        assert_eq!(done.unwrap(), Done::Accepted);
    }

    async fn ended(&mut self, call: CallId) -> (EndReason, Option<u16>) {
        let is_end = |e: &DeskEvent| matches!(e, DeskEvent::Ended { call: c, .. } if *c == call);
        match self.phone.until(is_end).await {
            DeskEvent::Ended { reason, status, .. } => (reason, status),
            _ => unreachable!("just matched"),
        }
    }

    fn hold(&self, call: CallId) -> Hold {
        self.phone.desk.snapshot().borrow().call(call).unwrap().hold
    }
}

#[tokio::test]
async fn the_agent_calls_talks_holds_keys_and_hangs_up() {
    let (mut scene, call, _, mut telephone) = Scene::calling().await;
    scene
        .phone
        .until(|e| *e == DeskEvent::Connected(call, true))
        .await;
    scene
        .phone
        .until(|e| *e == DeskEvent::FirstAudio(call))
        .await;
    telephone.hears(MediaEvent::FirstAudio).await;

    scene.ask(UserAction::Hold(call)).await;
    let hold = scene.peer.request("INVITE").await;
    assert!(hold.body.contains("a=sendonly\r\n"), "{}", hold.body);
    let answer = telephone.session.answer(&hold.body).await.unwrap();
    scene.peer.respond(&hold, 200, "a", Some(&answer));
    scene.peer.request("ACK").await;
    scene
        .phone
        .until(|e| *e == DeskEvent::Held(call, Holder::Me))
        .await;
    assert_eq!(scene.hold(call), Hold::Held);

    scene.ask(UserAction::Resume(call)).await;
    let resume = scene.peer.request("INVITE").await;
    assert!(resume.body.contains("a=sendrecv\r\n"), "{}", resume.body);
    let answer = telephone.session.answer(&resume.body).await.unwrap();
    scene.peer.respond(&resume, 200, "a", Some(&answer));
    scene.peer.request("ACK").await;
    scene.phone.until(|e| *e == DeskEvent::Active(call)).await;

    scene.ask(UserAction::Dtmf(call, "4#".into())).await;
    telephone.hears(MediaEvent::Dtmf('4')).await;
    telephone.hears(MediaEvent::Dtmf('#')).await;

    scene.ask(UserAction::Hangup(call)).await;
    let bye = scene.peer.request("BYE").await;
    scene.peer.respond(&bye, 200, "a", None);
    assert_eq!(scene.ended(call).await.0, EndReason::HungUp);
    let snapshot = scene.phone.desk.snapshot().borrow().clone();
    let view = snapshot.call(call).unwrap();
    assert_eq!(view.direction, Direction::Outgoing);
    assert_eq!(view.dtmf_sent.expose(), "4#");
    assert!(view.stats.unwrap().received > 0, "the last statistics stay");

    scene.ask(UserAction::Quit).await;
    let stopped = scene.phone.desk.snapshot().borrow().clone();
    assert!(stopped.stopped && stopped.registration == Registration::Unregistered);
    let late = scene.phone.desk.send(UserAction::Register).await;
    assert_eq!(late.unwrap_err().code, ErrorCode::Stopped);
}

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
async fn early_media_is_heard_and_another_fork_may_answer() {
    let mut scene = Scene::new().await;
    let call = scene.dial().await;
    let invite = scene.peer.request("INVITE").await;
    let first = Telephone::new();
    let early = first.session.answer(&invite.body).await.unwrap();
    scene.peer.respond(&invite, 183, "first", Some(&early));
    scene.phone.until(|e| *e == DeskEvent::Early(call)).await;
    let heard = scene
        .phone
        .desk
        .snapshot()
        .borrow()
        .call(call)
        .unwrap()
        .heard;
    assert!(heard, "what is sent before the answer is heard");

    let second = Telephone::new();
    let answer = second.session.answer(&invite.body).await.unwrap();
    scene.peer.respond(&invite, 200, "second", Some(&answer));
    scene.peer.request("ACK").await;
    scene.phone.until(|e| *e == DeskEvent::Active(call)).await;
    let state = scene
        .phone
        .desk
        .snapshot()
        .borrow()
        .call(call)
        .unwrap()
        .state;
    assert_eq!(state, State::Established);
    let mut second = second;
    second.hears(MediaEvent::FirstAudio).await;
}

#[tokio::test]
async fn digits_go_by_info_where_telephone_events_were_not_agreed() {
    let mut scene = Scene::new().await;
    let call = scene.dial().await;
    let invite = scene.peer.request("INVITE").await;
    let telephone = Telephone::new();
    let answer = telephone.session.answer(&invite.body).await.unwrap();
    scene
        .peer
        .respond(&invite, 200, "a", Some(&without_telephone_events(&answer)));
    scene.peer.request("ACK").await;
    scene
        .phone
        .until(|e| *e == DeskEvent::Connected(call, true))
        .await;
    scene.ask(UserAction::Dtmf(call, "12".into())).await;
    for digit in ["1", "2"] {
        let info = scene.peer.request("INFO").await;
        assert!(
            info.body.contains(&format!("Signal={digit}")),
            "{}",
            info.body
        );
        scene.peer.silence().await;
        scene.peer.respond(&info, 200, "a", None);
    }
}

#[tokio::test]
async fn busy_is_told_with_its_status() {
    let mut scene = Scene::new().await;
    let call = scene.dial().await;
    let invite = scene.peer.request("INVITE").await;
    scene.peer.respond(&invite, 486, "a", None);
    scene.peer.request("ACK").await;
    assert_eq!(scene.ended(call).await, (EndReason::Busy, Some(486)));
}

#[tokio::test]
async fn giving_up_cancels() {
    let mut scene = Scene::new().await;
    let call = scene.dial().await;
    let invite = scene.peer.request("INVITE").await;
    scene.peer.respond(&invite, 180, "a", None);
    scene.phone.until(|e| *e == DeskEvent::Ringing(call)).await;
    scene.ask(UserAction::Hangup(call)).await;
    let cancel = scene.peer.request("CANCEL").await;
    scene.peer.respond(&cancel, 200, "a", None);
    scene.peer.respond(&invite, 487, "a", None);
    scene.peer.request("ACK").await;
    assert_eq!(scene.ended(call).await.0, EndReason::Cancelled);
}

#[tokio::test]
async fn an_answer_that_crosses_the_cancel_is_hung_up() {
    let mut scene = Scene::new().await;
    let call = scene.dial().await;
    let invite = scene.peer.request("INVITE").await;
    scene.peer.respond(&invite, 180, "a", None);
    scene.phone.until(|e| *e == DeskEvent::Ringing(call)).await;
    scene.ask(UserAction::Hangup(call)).await;
    let cancel = scene.peer.request("CANCEL").await;
    let telephone = Telephone::new();
    let answer = telephone.session.answer(&invite.body).await.unwrap();
    scene.peer.respond(&cancel, 200, "a", None);
    scene.peer.respond(&invite, 200, "a", Some(&answer));
    scene.peer.request("ACK").await;
    let bye = scene.peer.request("BYE").await;
    scene.peer.respond(&bye, 200, "a", None);
    scene.peer.silence().await;
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
async fn what_cannot_be_done_is_answered_with_a_code() {
    let scene = Scene::new().await;
    let nobody = CallId::new(4711);
    for (action, code) in [
        (UserAction::Answer(nobody), ErrorCode::NoSuchCall),
        (UserAction::Hold(nobody), ErrorCode::NoSuchCall),
        (UserAction::Stats(nobody), ErrorCode::NoSuchCall),
        (UserAction::Dtmf(nobody, "12x".into()), ErrorCode::BadDigit),
        (
            UserAction::Dtmf(nobody, "1".repeat(33)),
            ErrorCode::BadDigit,
        ),
        (UserAction::Dial { to: "  ".into() }, ErrorCode::BadNumber),
        (
            UserAction::Dial {
                to: "1\r\nX: y".into(),
            },
            ErrorCode::BadNumber,
        ),
    ] {
        let error = scene.phone.desk.send(action).await.unwrap_err();
        assert_eq!(error.code, code);
        assert!(error.message().ends_with('.'), "{error}");
    }
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

#[tokio::test]
async fn a_stun_server_that_never_answers_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut peer = Peer::start().await;
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut config = peer::config(peer.port, folder.path());
    let url = format!("stun:{}", nobody.local_addr().unwrap());
    config.media.ice_servers = vec![IceServer::new(&url, None, None).unwrap()];
    config.media.gathering_limit = Duration::from_secs(60);
    let mut scene = Scene {
        phone: Phone::start_with(config).await,
        peer,
        _folder: folder,
    };
    let call = scene.dial().await;
    scene.peer.silence().await;
    let asked = Instant::now();
    scene.ask(UserAction::Hangup(call)).await;
    assert_eq!(scene.ended(call).await.0, EndReason::Cancelled);
    scene.ask(UserAction::Quit).await;
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
    scene.peer.silence().await;
}

#[tokio::test]
async fn a_log_that_loses_lines_is_told_to_the_agent_once() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start().await;
    let mut config = peer::config(peer.port, folder.path());
    let (trouble, health) = tokio::sync::watch::channel(None);
    config.log = Some(health);
    let mut phone = Phone::start_with(config).await;
    let full = DeskError::new(ErrorCode::LogFull, "The log cannot be written.", "");
    trouble.send(Some(full.clone())).unwrap();
    let told = phone.until(|e| matches!(e, DeskEvent::Error { .. })).await;
    let (call, error) = (None, full);
    assert_eq!(told, DeskEvent::Error { call, error });
    trouble.send(None).unwrap();
    phone.desk.send(UserAction::Quit).await.unwrap();
    phone.until(|e| *e == DeskEvent::Stopped).await;
}

#[tokio::test]
async fn the_phone_signs_off_when_the_last_handle_is_gone() {
    let scene = Scene::new().await;
    let mut watched = scene.phone.desk.snapshot();
    drop(scene.phone);
    let stopped = watched.wait_for(|snapshot| snapshot.stopped);
    timeout(peer::PATIENCE, stopped).await.unwrap().unwrap();
}

/// The same answer from a telephone that knows no telephone events.
fn without_telephone_events(sdp: &str) -> String {
    let payload_types: Vec<&str> = sdp
        .lines()
        .filter_map(|line| line.strip_prefix("a=rtpmap:"))
        .filter(|line| line.contains("telephone-event"))
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert!(!payload_types.is_empty(), "{sdp}");
    sdp.lines()
        .filter(|line| {
            let about = |pt: &&str| {
                line.starts_with(&format!("a=rtpmap:{pt} "))
                    || line.starts_with(&format!("a=fmtp:{pt} "))
            };
            !payload_types.iter().any(about)
        })
        .map(|line| {
            let mut line = line.to_owned();
            if line.starts_with("m=audio") {
                for pt in &payload_types {
                    line = line.replace(&format!(" {pt}"), "");
                }
            }
            line + "\r\n"
        })
        .collect()
}
