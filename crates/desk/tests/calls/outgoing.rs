//! Calls that the agent makes.

use std::time::{Duration, Instant};

use warmline_desk::{
    DeskEvent, Direction, EndReason, ErrorCode, Hold, Holder, Registration, State, UserAction,
};
use warmline_media::{IceServer, MediaEvent};

use crate::{
    peer::{self, Peer, Phone, Telephone},
    scene::Scene,
};

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
async fn a_national_number_is_dialled_in_its_international_form() {
    let folder = tempfile::tempdir().unwrap();
    let mut peer = Peer::start().await;
    let mut config = peer::config(peer.port, folder.path());
    config.lines[0].country = Some("DE".parse().unwrap());
    let phone = Phone::start_with(config).await;
    for (typed, dialled) in [("030 901820", "sip:+4930901820@"), ("20 01", "sip:2001@")] {
        assert!(dialled.contains(&phone.desk.read_number(typed).to));
        let to = typed.to_owned();
        phone
            .desk
            .send(UserAction::Dial { to, line: None })
            .await
            .unwrap();
        let invite = peer.request("INVITE").await;
        let target = format!("INVITE {dialled}");
        assert!(invite.start.starts_with(&target), "{}", invite.start);
        peer.respond(&invite, 486, "a", None);
        peer.request("ACK").await;
    }
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
async fn a_180_that_carries_sdp_rings_until_sound_comes() {
    let mut scene = Scene::new().await;
    let call = scene.dial().await;
    let invite = scene.peer.request("INVITE").await;
    let telephone = Telephone::new();
    telephone.session.set_sending(false);
    let early = telephone.session.answer(&invite.body).await.unwrap();
    scene.peer.respond(&invite, 180, "a", Some(&early));
    scene.phone.until(|e| *e == DeskEvent::Ringing(call)).await;
    telephone.session.set_sending(true);
    scene.phone.until(|e| *e == DeskEvent::Early(call)).await;
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
async fn a_stun_server_that_never_answers_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start().await;
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut config = peer::config(peer.port, folder.path());
    let url = format!("stun:{}", nobody.local_addr().unwrap());
    config.lines[0].media.ice_servers = vec![IceServer::new(&url, None, None).unwrap()];
    config.lines[0].media.gathering_limit = Duration::from_secs(60);
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
