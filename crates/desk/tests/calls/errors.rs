//! What cannot be done, what goes wrong, and the end.

use tokio::time::timeout;
use warmline_desk::{CallId, DeskError, DeskEvent, Done, EndReason, ErrorCode, UserAction};

use crate::{
    peer::{self, Peer, Phone},
    scene::Scene,
};

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
        (
            UserAction::Dial {
                to: "  ".into(),
                line: None,
            },
            ErrorCode::BadNumber,
        ),
        (
            UserAction::Dial {
                to: "1\r\nX: y".into(),
                line: None,
            },
            ErrorCode::BadNumber,
        ),
        (
            UserAction::Dial {
                to: "sip:@nowhere".into(),
                line: None,
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
async fn what_is_no_address_ends_at_once_and_says_why() {
    let mut scene = Scene::new().await;
    let to = "sip:somebody@nowhere?Subject=hello".to_owned();
    let Ok(Done::Dialing(call)) = scene
        .phone
        .desk
        .send(UserAction::Dial { to, line: None })
        .await
    else {
        panic!("the call is begun");
    };
    assert_eq!(scene.ended(call).await, (EndReason::InvalidAddress, None));
    let snapshot = scene.phone.desk.snapshot().borrow().clone();
    let ending = snapshot.call(call).unwrap().ending.clone().unwrap();
    assert!(ending.detail.expect("why").expose().contains("no number"));
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
