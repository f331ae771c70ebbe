//! An agent's day in small: customers who call, experts who can help, and what goes wrong.

use warmline_desk::{CallId, DeskEvent, EndReason, Holder, Rejection, UserAction};
use warmline_journeys::Shift;
use warmline_practice::{Deed, Hears};

const AGENT: &str = "[agent]\nname = \"Robin Adeyemi\"\nnumber = \"+49 30 23125 100\"\n";

const ONE: &str = r#"
[pace]
first_call_s = 0.1
repeat = false
[[customer]]
name = "Maria Keller"
number = "+49 30 23125 177"
queue = "Deliveries"
topic = "A parcel has not arrived"
waited_s = 95
data = { order = "4711" }
says = ["maria-2"]
farewell = "maria-bye"
"#;

const PEOPLE: &str = r#"
[[expert]]
name = "Nadia Haddad"
number = "+49 30 23125 201"
extension = "201"
after_s = 0.2
says = ["nadia-1"]
holds_s = 1
[[expert]]
name = "Jonas Weber"
number = "+49 30 23125 204"
manner = "busy"
[[expert]]
name = "Sofia Marino"
number = "+49 30 23125 205"
manner = "away"
after_s = 0.3
[[expert]]
name = "Ole Berg"
number = "+49 30 23125 206"
manner = "declines"
[lines]
echo = "901"
music = "902"
voicemail = "903"
"#;

fn two() -> String {
    let second = ONE.split("[[customer]]").nth(1).expect("a customer");
    let second = second
        .replace("Maria Keller", "Tom Okafor")
        .replace("177", "142");
    let pace = ONE.replace(
        "repeat = false",
        "repeat = false\nsecond_call = 0\nnext_call_s = [0.1, 0.1]",
    );
    format!("{AGENT}{pace}\n[[customer]]{second}")
}

async fn ends(shift: &mut Shift, call: CallId) -> EndReason {
    let ended = shift
        .until(|event| matches!(event, DeskEvent::Ended { call: which, .. } if *which == call))
        .await;
    match ended {
        DeskEvent::Ended { reason, .. } => reason,
        _ => unreachable!("only the end is waited for"),
    }
}

#[tokio::test]
async fn a_customer_calls_with_a_story_speaks_is_held_and_leaves() {
    let mut shift = Shift::begin(&format!("{AGENT}{ONE}")).await;
    let call = shift.rings().await;
    let snapshot = shift.desk.snapshot();
    let invite = snapshot
        .borrow()
        .call(call)
        .and_then(|call| call.invite.clone())
        .expect("an INVITE");
    assert_eq!(invite.from.display_name.as_deref(), Some("Maria Keller"));
    assert_eq!(invite.header("X-Queue"), Some("Deliveries"));
    assert_eq!(invite.header("X-Queue-Wait"), Some("95"));
    assert_eq!(invite.subject.as_deref(), Some("A parcel has not arrived"));
    assert_eq!(invite.user_to_user, ["6f726465723d34373131;encoding=hex"]);

    shift.answers(call).await;
    shift.does("Maria Keller", Deed::Says(0)).await;
    shift.act(UserAction::Hold(call)).await;
    shift.does("Maria Keller", Deed::Hears(Hears::Held)).await;
    shift
        .until(|event| *event == DeskEvent::Held(call, Holder::Me))
        .await;
    shift.act(UserAction::Resume(call)).await;
    // What hold has cut off is said again.
    shift.does("Maria Keller", Deed::Says(0)).await;
    assert_eq!(ends(&mut shift, call).await, EndReason::RemoteHungUp);
    shift.end().await;
    for said in ["maria-2", "maria-bye"] {
        assert!(shift.heard(said) > 0.8, "{said}: {}", shift.heard(said));
    }
    assert!(shift.heard("tom-1") < 0.6, "{}", shift.heard("tom-1"));
}

#[tokio::test]
async fn the_next_customer_calls_once_the_first_is_gone() {
    let mut shift = Shift::begin(&two()).await;
    let first = shift.rings().await;
    shift.act(UserAction::Reject(first, Rejection::Busy)).await;
    shift
        .does(
            "Maria Keller",
            Deed::Ended {
                by_me: false,
                status: Some(486),
            },
        )
        .await;
    let second = shift.rings().await;
    shift.answers(second).await;
    shift.act(UserAction::Hangup(second)).await;
    shift
        .does(
            "Tom Okafor",
            Deed::Ended {
                by_me: false,
                status: None,
            },
        )
        .await;
}

#[tokio::test]
async fn experts_answer_are_busy_decline_or_are_away() {
    let mut shift = Shift::begin(&format!("{AGENT}{PEOPLE}")).await;
    shift.does("Nadia Haddad", Deed::Registered).await;
    let call = shift.dials("201").await;
    shift
        .until(|event| *event == DeskEvent::Ringing(call))
        .await;
    shift
        .until(|event| *event == DeskEvent::FirstAudio(call))
        .await;
    shift.does("Nadia Haddad", Deed::Says(0)).await;
    shift
        .until(|event| *event == DeskEvent::Held(call, Holder::Peer))
        .await;
    shift.until(|event| *event == DeskEvent::Unheld(call)).await;
    shift.act(UserAction::Hangup(call)).await;

    let busy = shift.dials("+49 30 23125 204").await;
    assert_eq!(ends(&mut shift, busy).await, EndReason::Busy);
    let declined = shift.dials("+493023125206").await;
    assert_eq!(ends(&mut shift, declined).await, EndReason::Declined);
    let unknown = shift.dials("+493023125299").await;
    assert_eq!(ends(&mut shift, unknown).await, EndReason::NotFound);

    let away = shift.dials("+493023125205").await;
    shift
        .until(|event| *event == DeskEvent::Ringing(away))
        .await;
    shift
        .until(|event| *event == DeskEvent::FirstAudio(away))
        .await;
    shift.end().await;
    assert!(shift.heard("nadia-1") > 0.8, "{}", shift.heard("nadia-1"));
}

#[tokio::test]
async fn the_voicemail_box_answers_at_once_and_hears_keys() {
    let mut shift = Shift::begin(&format!("{AGENT}{PEOPLE}")).await;
    shift.does("Voicemail", Deed::Registered).await;
    let call = shift.dials("903").await;
    let first = shift
        .until(|event| matches!(event, DeskEvent::Ringing(_) | DeskEvent::Active(_)))
        .await;
    assert_eq!(first, DeskEvent::Active(call), "200 without 180");
    shift
        .until(|event| *event == DeskEvent::FirstAudio(call))
        .await;
    shift.act(UserAction::Dtmf(call, "1#".to_owned())).await;
    shift.does("Voicemail", Deed::Digit('1')).await;
    shift.does("Voicemail", Deed::Digit('#')).await;
    shift.end().await;
    shift
        .does(
            "Voicemail",
            Deed::Ended {
                by_me: false,
                status: None,
            },
        )
        .await;
}

#[tokio::test]
async fn the_echo_line_says_what_it_is() {
    let mut shift = Shift::begin(&format!("{AGENT}{PEOPLE}")).await;
    shift.does("Echo", Deed::Registered).await;
    let call = shift.dials("901").await;
    shift
        .until(|event| *event == DeskEvent::FirstAudio(call))
        .await;
    // It speaks for some four seconds; the music line is called meanwhile, and echo is held.
    shift.does("Echo", Deed::Hears(Hears::Silence)).await;
    let music = shift.dials("902").await;
    shift.does("Echo", Deed::Hears(Hears::Held)).await;
    shift
        .until(|event| *event == DeskEvent::FirstAudio(music))
        .await;
    shift.end().await;
}
