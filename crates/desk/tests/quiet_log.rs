//! Listens to every line that a whole call leaves in the log at the default level.

mod peer;

use peer::{AGENT, CUSTOMER, CUSTOMER_NAME, Dialog, PASSWORD, Peer, Phone, Telephone};
use warmline_desk::{DeskEvent, UserAction, log};
use warmline_media::MediaEvent;

// Alone in this program: the log is the whole program's.
#[tokio::test]
async fn a_call_leaves_no_number_no_name_no_body_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("phone.log");
    let running = log::start(log::LogConfig {
        file: Some(path.clone()),
        ..log::LogConfig::default()
    })
    .unwrap();

    let mut peer = Peer::start().await;
    let mut phone = Phone::start(&mut peer, folder.path()).await;

    // One call out, answered, held badly, keyed and hung up.
    let to = CUSTOMER.to_owned();
    phone
        .desk
        .send(UserAction::Dial { to, line: None })
        .await
        .unwrap();
    let invite = peer.request("INVITE").await;
    let call = phone.desk.snapshot().borrow().calls[0].id;
    let mut telephone = Telephone::new();
    let answer = telephone.session.answer(&invite.body).await.unwrap();
    peer.respond(&invite, 200, "a", Some(&answer));
    peer.request("ACK").await;
    phone.until(|e| *e == DeskEvent::FirstAudio(call)).await;
    phone
        .desk
        .send(UserAction::Dtmf(call, "90125".into()))
        .await
        .unwrap();
    telephone.hears(MediaEvent::Dtmf('5')).await;
    phone.desk.send(UserAction::Hold(call)).await.unwrap();
    let hold = peer.request("INVITE").await;
    peer.respond(&hold, 488, "a", None);
    peer.request("ACK").await;
    phone.until(|e| matches!(e, DeskEvent::Error { .. })).await;
    let mut dialog = Dialog::answering(&invite, "a");
    peer.ask(
        &mut dialog,
        "BYE",
        "Reason: Q.850;cause=16;text=\"by Quentin\"\r\n",
        "",
    );
    peer.response(200).await;
    phone.until(|e| matches!(e, DeskEvent::Ended { .. })).await;

    // One in that cannot be, one in that is turned away.
    peer.invite(
        Some("v=0\r\nnonsense for Quentin\r\n"),
        "X-Customer: 90125\r\n",
    );
    phone.until(|e| matches!(e, DeskEvent::Ended { .. })).await;
    peer.response(488).await;
    let telephone = Telephone::new();
    let offer = telephone.session.offer().await.unwrap();
    peer.invite(Some(&offer), "Subject: a secret matter\r\n");
    let incoming = phone.until(|e| matches!(e, DeskEvent::Incoming(_))).await;
    let DeskEvent::Incoming(view) = incoming else {
        unreachable!("just matched")
    };
    phone.desk.send(UserAction::Hangup(view.id)).await.unwrap();
    peer.response(486).await;
    phone.desk.send(UserAction::Quit).await.unwrap();
    drop(running);

    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.lines().count() >= 10,
        "a log that says something:\n{text}"
    );
    assert!(text.contains("registered") && text.contains("Established"));
    let password_of_ice = offer
        .lines()
        .find_map(|line| line.strip_prefix("a=ice-pwd:"))
        .expect("an ICE password");
    for private in [
        AGENT,
        AGENT.trim_start_matches('+'),
        CUSTOMER,
        CUSTOMER.trim_start_matches('+'),
        CUSTOMER_NAME,
        "Quentin",
        "Testperson",
        PASSWORD,
        password_of_ice,
        "90125",
        "secret matter",
        "nonsense",
        "a=ice-ufrag",
        "a=fingerprint",
        "m=audio",
        "Authorization",
        "response=",
        "far.example",
    ] {
        let line = text.lines().find(|line| line.contains(private));
        assert_eq!(line, None, "`{private}` is in the log");
    }
}
