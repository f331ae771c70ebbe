//! An agent's day in small: customers who call, experts who can help, and what goes wrong.
//!
//! Where it is listened to what was said, phone and people have threads of their own, as in life: on one
//! thread a busy machine keeps sound waiting until nobody would know it again.

use warmline_desk::{CallId, DeskEvent, EndReason, Holder, Rejection, UserAction};
use warmline_journeys::{Opening, Shift, recording, says_after, write};
use warmline_practice::{Deed, Hears, Place, Scenario};

const AGENT: &str = "[agent]\nname = \"Robin Adeyemi\"\nnumber = \"+49 30 23125 100\"\n";

const ONE: &str = r#"
[pace]
first_call_s = 0.1
repeat = false
answer_s = 0.2
[[customer]]
name = "Maria Keller"
number = "+49 30 23125 177"
queue = "Deliveries"
topic = "A parcel has not arrived"
waited_s = 95
data = { order = "4711" }
says = ["maria-3"]
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

#[tokio::test(flavor = "multi_thread")]
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
    for said in ["maria-3", "maria-bye"] {
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

#[tokio::test(flavor = "multi_thread")]
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
    // Her voicemail answers, says what it is, and gives the tone.
    shift.does("Sofia Marino", Deed::Said).await;
    shift.does("Sofia Marino", Deed::Said).await;
    shift.end().await;
    for said in ["nadia-1", "voicemail"] {
        assert!(shift.heard(said) > 0.8, "{said}: {}", shift.heard(said));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_voicemail_box_answers_at_once_takes_a_message_and_gives_it_back() {
    let mut shift = Shift::open(Opening {
        microphone: Some(says_after(2, "awb-hello")),
        ..Opening::of(&format!("{AGENT}{PEOPLE}"))
    })
    .await;
    shift.does("Voicemail", Deed::Registered).await;
    let call = shift.dials("903").await;
    let first = shift
        .until(|event| matches!(event, DeskEvent::Ringing(_) | DeskEvent::Active(_)))
        .await;
    assert_eq!(first, DeskEvent::Active(call), "200 without 180");
    shift
        .until(|event| *event == DeskEvent::FirstAudio(call))
        .await;
    // A key skips the greeting; the tone comes, and the agent speaks.
    shift.act(UserAction::Dtmf(call, "0".to_owned())).await;
    shift.does("Voicemail", Deed::Digit('0')).await;
    shift.does("Voicemail", Deed::Said).await;
    shift.does("Voicemail", Deed::Hears(Hears::Speech)).await;
    shift.does("Voicemail", Deed::Hears(Hears::Silence)).await;
    shift.act(UserAction::Dtmf(call, "#1".to_owned())).await;
    shift.does("Voicemail", Deed::Digit('#')).await;
    shift.does("Voicemail", Deed::Digit('1')).await;
    shift.does("Voicemail", Deed::Said).await;
    // Once more: by then all of it has arrived.
    shift.act(UserAction::Dtmf(call, "1".to_owned())).await;
    shift.does("Voicemail", Deed::Digit('1')).await;
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
    assert!(
        shift.heard("awb-hello") > 0.8,
        "{}",
        shift.heard("awb-hello")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_echo_line_says_what_it_is_and_then_what_the_agent_said() {
    let mut shift = Shift::open(Opening {
        microphone: Some(says_after(6, "awb-hello")),
        ..Opening::of(&format!("{AGENT}{PEOPLE}"))
    })
    .await;
    shift.does("Echo", Deed::Registered).await;
    let call = shift.dials("901").await;
    shift.does("Echo", Deed::Said).await;
    shift.does("Echo", Deed::Hears(Hears::Speech)).await;
    shift.does("Echo", Deed::Hears(Hears::Silence)).await;
    shift.act(UserAction::Hangup(call)).await;
    shift.end().await;
    for said in ["echo", "awb-hello"] {
        assert!(shift.heard(said) > 0.8, "{said}: {}", shift.heard(said));
    }
}

#[tokio::test]
async fn two_calls_are_swapped_and_only_one_hears_the_agent() {
    let customer = ONE.replace("first_call_s = 0.1", "first_call_s = 0.5");
    let mut shift = Shift::begin(&format!("{AGENT}{customer}{PEOPLE}")).await;
    shift.does("Music", Deed::Registered).await;
    let music = shift.dials("902").await;
    shift
        .until(|event| *event == DeskEvent::FirstAudio(music))
        .await;
    // A customer calls meanwhile; who answers, holds.
    let maria = shift.rings().await;
    shift.act(UserAction::Answer(maria)).await;
    shift.does("Music", Deed::Hears(Hears::Held)).await;
    shift.does("Maria Keller", Deed::Says(0)).await;
    shift.act(UserAction::Resume(music)).await;
    shift.does("Music", Deed::Hears(Hears::Silence)).await;
    shift
        .until(|event| *event == DeskEvent::Active(music))
        .await;
    let snapshot = shift.desk.snapshot();
    assert_eq!(snapshot.borrow().focus, Some(music));
    shift.act(UserAction::Resume(maria)).await;
    shift.does("Music", Deed::Hears(Hears::Held)).await;
    shift.does("Maria Keller", Deed::Says(0)).await;
    shift.act(UserAction::Hangup(maria)).await;
    assert_eq!(ends(&mut shift, maria).await, EndReason::HungUp);
    shift.act(UserAction::Hangup(music)).await;
    shift
        .does(
            "Music",
            Deed::Ended {
                by_me: false,
                status: None,
            },
        )
        .await;
}

#[tokio::test]
async fn a_customer_who_is_not_answered_gives_up_and_the_next_one_calls() {
    let impatient = two().replacen("says", "patience_s = 0.3\nsays", 1);
    let mut shift = Shift::begin(&impatient).await;
    let first = shift.rings().await;
    assert_eq!(ends(&mut shift, first).await, EndReason::CallerGaveUp);
    shift
        .does(
            "Maria Keller",
            Deed::Ended {
                by_me: true,
                status: None,
            },
        )
        .await;
    let second = shift.rings().await;
    shift.act(UserAction::Hangup(second)).await;
}

#[tokio::test]
async fn a_call_outlives_the_connection_to_the_exchange() {
    let mut shift = Shift::open(Opening {
        relayed: true,
        ..Opening::of(&format!(
            "{AGENT}{}",
            ONE.replace("farewell", "still_there")
        ))
    })
    .await;
    let call = shift.rings().await;
    shift.answers(call).await;
    shift.relay.as_ref().expect("one").cut().await;
    shift.registers().await;
    shift.act(UserAction::Hold(call)).await;
    shift.does("Maria Keller", Deed::Hears(Hears::Held)).await;
    shift.act(UserAction::Hangup(call)).await;
    shift
        .does(
            "Maria Keller",
            Deed::Ended {
                by_me: false,
                status: None,
            },
        )
        .await;
}

#[tokio::test]
async fn a_contact_centre_that_dies_in_a_call_is_found_again_at_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = || Place::remembered(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let scenario = format!("{AGENT}{}", ONE.replace("farewell", "still_there"));
    let mut shift = Shift::open(Opening {
        place: place(),
        ..Opening::of(&scenario)
    })
    .await;
    let lost = shift.rings().await;
    shift.answers(lost).await;
    shift.begins_again(&scenario, &place()).await;
    // The phone comes back by itself, hears that the call is no more, and is called again.
    let (mut over, mut next) = (None, None);
    while over.is_none() || next.is_none() {
        let news =
            |event: &DeskEvent| matches!(event, DeskEvent::Ended { .. } | DeskEvent::Incoming(_));
        match shift.until(news).await {
            DeskEvent::Ended { call, reason, .. } => over = Some((call, reason)),
            DeskEvent::Incoming(call) => next = Some(call.id),
            _ => unreachable!("only these are waited for"),
        }
    }
    assert_eq!(over, Some((lost, EndReason::CallLost)));
    shift.answers(next.expect("a call")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trainer_s_own_recordings_are_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = recording("awb-hello");
    write(&folder.path().join("my-own.wav"), own.samples());
    let text = format!("{AGENT}{ONE}").replace("maria-3", "my-own");
    let path = folder.path().join("day.toml");
    std::fs::write(&path, text).expect("writes");
    let scenario = Scenario::load(&path).unwrap_or_else(|error| panic!("{error}"));
    let mut shift = Shift::open(Opening {
        scenario,
        ..Opening::of(AGENT)
    })
    .await;
    let call = shift.rings().await;
    shift.answers(call).await;
    assert_eq!(ends(&mut shift, call).await, EndReason::RemoteHungUp);
    shift.end().await;
    assert!(
        shift.heard("awb-hello") > 0.8,
        "{}",
        shift.heard("awb-hello")
    );
}

/// All of the built-in morning and more, at a pace that nobody could work at.
#[tokio::test]
async fn every_customer_of_the_morning_calls_and_then_some_again() {
    let morning = include_str!("../../../crates/practice/scenarios/morning.toml");
    let fast = morning
        .replace("first_call_s = 10", "first_call_s = 0.05")
        .replace("[8, 20]", "[0.02, 0.05]")
        .replace("second_call = 0.25", "second_call = 0");
    assert_ne!(fast, morning);
    let names: Vec<String> = Scenario::built_in()
        .customers
        .iter()
        .map(|customer| customer.name.clone())
        .collect();
    let mut shift = Shift::begin(&fast).await;
    let mut called = Vec::new();
    for n in 0..names.len() + 3 {
        let call = shift.rings().await;
        let snapshot = shift.desk.snapshot();
        let invite = snapshot
            .borrow()
            .call(call)
            .and_then(|call| call.invite.clone());
        let invite = invite.expect("an INVITE");
        assert!(invite.header("X-Queue").is_some() && invite.subject.is_some());
        let name = invite.from.display_name.clone().expect("a name");
        if n % 2 == 0 {
            shift.act(UserAction::Answer(call)).await;
            shift.does(&name, Deed::Talks).await;
            shift.act(UserAction::Hangup(call)).await;
        } else {
            shift.act(UserAction::Reject(call, Rejection::Busy)).await;
        }
        called.push(name);
    }
    assert_eq!(called[..names.len()], names);
    assert!(
        called[names.len()..]
            .iter()
            .all(|name| names.contains(name))
    );
}
