//! Calls that are over are remembered.

use std::time::{Duration, UNIX_EPOCH};

use warmline_desk::{
    DeskEvent, EndReason, ErrorCode, UserAction,
    journal::{Direction, Found, Journal, Outcome, PastCall, Query, Retention},
};

use crate::peer::{self, CUSTOMER, CUSTOMER_NAME, Peer, Phone};

#[tokio::test]
async fn a_call_that_nobody_took_and_one_that_was_busy_are_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.db");
    let mut peer = Peer::start().await;
    let mut config = peer::config(peer.port, folder.path());
    config.journal = Some(Journal::open(file.clone()));
    let mut phone = Phone::start_with(config).await;

    let dialog = peer.invite(None, "X-Queue: Support\r\n");
    phone.until(|e| matches!(e, DeskEvent::Incoming(_))).await;
    peer.cancel(&dialog, "");
    let gave_up = |e: &DeskEvent| {
        matches!(
            e,
            DeskEvent::Ended {
                reason: EndReason::CallerGaveUp,
                ..
            }
        )
    };
    phone.until(gave_up).await;

    let to = CUSTOMER.to_owned();
    phone
        .desk
        .send(UserAction::Dial { to, line: None })
        .await
        .unwrap();
    let invite = loop {
        let message = peer.next().await;
        if message.method() == Some("INVITE") {
            break message;
        }
    };
    peer.respond(&invite, 486, "a", None);
    phone
        .until(|e| {
            matches!(
                e,
                DeskEvent::Ended {
                    reason: EndReason::Busy,
                    ..
                }
            )
        })
        .await;
    phone.desk.send(UserAction::Quit).await.unwrap();
    drop(phone);

    let journal = Journal::open(file);
    let mut recents = journal.recents();
    let shown = recents.wait_for(|shown| shown.len() == 2).await.unwrap();
    let [busy, missed] = [&shown[0].call, &shown[1].call];
    assert_eq!(
        (busy.direction, busy.outcome),
        (Direction::Outgoing, Outcome::NotReached)
    );
    assert_eq!((busy.address.as_str(), busy.status), (CUSTOMER, Some(486)));
    assert_eq!(
        (missed.direction, missed.outcome),
        (Direction::Incoming, Outcome::Missed)
    );
    assert_eq!(missed.name.as_deref(), Some(CUSTOMER_NAME));
    assert_eq!(missed.queue.as_deref(), Some("Support"));
    assert_eq!(missed.talked_s, None);
    assert!(busy.began_unix_ms >= missed.began_unix_ms);
}

#[tokio::test]
async fn calls_are_kept_as_long_as_the_profile_says() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start().await;
    let journal = Journal::open(folder.path().join("history.db"));
    let mut recents = journal.recents();
    let two_days_ago = UNIX_EPOCH.elapsed().unwrap() - 2 * DAY;
    journal.remember(PastCall {
        direction: Direction::Outgoing,
        name: None,
        address: CUSTOMER.to_owned(),
        queue: None,
        began_unix_ms: two_days_ago.as_millis() as u64,
        talked_s: None,
        outcome: Outcome::NotReached,
        words: "Nobody answered.".to_owned(),
        status: None,
        transfer: None,
        longest_gap_ms: None,
        ring: None,
        recordings: Vec::new(),
    });
    recents.wait_for(|shown| shown.len() == 1).await.unwrap();

    let mut config = peer::config(peer.port, folder.path());
    config.history = Retention {
        age: DAY,
        calls: 10,
    };
    config.journal = Some(journal.clone());
    let phone = Phone::start_with(config).await;
    recents.wait_for(|shown| shown.is_empty()).await.unwrap();
    let all = Query {
        most: 1,
        ..Query::default()
    };
    assert_eq!(journal.search(all).await, Some(Found::default()));
    phone.desk.send(UserAction::Quit).await.unwrap();
}

#[tokio::test]
async fn a_history_that_cannot_be_written_is_told_to_the_agent() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let peer = Peer::start().await;
    let mut config = peer::config(peer.port, folder.path());
    config.journal = Some(Journal::open(folder.path().join("file/history.db")));
    // What the agent is told may come before the registration.
    let desk = warmline_desk::start(config).unwrap();
    let events = desk.events();
    let mut phone = Phone { desk, events };
    let told = phone.until(|e| matches!(e, DeskEvent::Error { .. })).await;
    let DeskEvent::Error { call: None, error } = told else {
        panic!("{told:?}");
    };
    assert_eq!(error.code, ErrorCode::HistoryUnusable);
    assert!(
        error.message().contains("Calls go on without it"),
        "{error}"
    );
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
