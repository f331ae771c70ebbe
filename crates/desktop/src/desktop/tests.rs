use warmline_desk::{number, profile::Links};

use super::*;
use crate::phone::{AtHand, CallNow};

/// Around no phone. The folder goes with it.
fn desktop() -> (Desktop, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Kept::beside(&folder.path().join("profile.toml"));
    let login = Err(io::ErrorKind::NotFound.into());
    (Desktop::start(place, None, login), folder)
}

fn link(link: &str) -> News {
    News::Knocked(Knock {
        link: Some(link.to_owned()),
        token: None,
    })
}

fn phone(stage: Stage) -> PhoneNow {
    PhoneNow {
        reachable: true,
        do_not_disturb: Some(false),
        at_hand: AtHand {
            heard: (stage == Stage::Talking).then_some(CallNumber(1)),
            ..AtHand::default()
        },
        calls: vec![CallNow {
            number: CallNumber(1),
            stage,
            who: "Robin".into(),
        }],
    }
}

fn look(desktop: &mut Desktop, stage: Stage) -> Vec<Wish> {
    desktop.look(phone(stage), &Shortcuts::default(), None).1
}

/// As a phone that runs asks it.
fn ask(desktop: &mut Desktop) -> Option<Wish> {
    desktop.ask(Instant::now(), |text| number::read(text, None))
}

fn answer_to(to: &str, really: bool) -> News {
    let to = to.to_owned();
    News::Dial { to, really }
}

async fn told(desktop: &mut Desktop) -> String {
    match &desktop.pressed().await[..] {
        [Wish::Tell(error)] => error.message(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_link_waits_for_the_agent_and_is_called_once() {
    let (mut desktop, _folder) = desktop();
    assert_eq!(
        desktop.hear(link("tel:+4930901820")),
        [Wish::Open(None)],
        "the agent is asked in the window"
    );
    assert_eq!(ask(&mut desktop), None);
    let dialled = desktop.hear(answer_to("+4930901820", true));
    let expected = UserAction::Dial {
        to: "+4930901820".into(),
        line: None,
    };
    assert_eq!(dialled, [Wish::Do(expected)]);
    assert!(desktop.hear(answer_to("+4930901820", true)).is_empty());
}

#[tokio::test]
async fn an_answer_means_the_number_that_was_asked_about_and_no_other() {
    let (mut desktop, _folder) = desktop();
    desktop.hear(link("tel:+4930901820"));
    ask(&mut desktop);
    // Another link has come in its place while the agent pressed.
    desktop.hear(link("tel:+499001234567"));
    ask(&mut desktop);
    for really in [true, false] {
        let answer = answer_to("+4930901820", really);
        assert!(desktop.hear(answer).is_empty());
        let asked = desktop.question.as_ref().map(|asked| &*asked.number.to);
        assert_eq!(asked, Some("+499001234567"), "it is still asked");
    }
}

#[tokio::test]
async fn what_the_agent_does_not_want_is_not_called() {
    let (mut desktop, _folder) = desktop();
    desktop.hear(link("tel:112"));
    ask(&mut desktop);
    assert!(desktop.hear(answer_to("112", false)).is_empty());
    assert!(desktop.hear(answer_to("112", true)).is_empty());
    assert!(desktop.request.is_none());
}

#[tokio::test]
async fn a_link_that_was_clicked_before_the_sign_in_is_asked_about() {
    let (mut desktop, _folder) = desktop();
    desktop.policy.links = Links::AtOnce;
    desktop.hear(link("tel:+4930901820"));
    let later = Instant::now() + std::time::Duration::from_secs(3600);
    let called = desktop.ask(later, |text| number::read(text, None));
    assert_eq!((called, desktop.question.is_some()), (None, true));
    desktop.hear(link("tel:+4930901820"));
    assert!(matches!(
        ask(&mut desktop),
        Some(Wish::Do(UserAction::Dial { .. }))
    ));
}

#[tokio::test]
async fn what_leads_nowhere_is_told_with_what_to_do() {
    let (mut desktop, _folder) = desktop();
    desktop.hear(link("sip:robin@example.com?body=hello"));
    let words = told(&mut desktop).await;
    assert!(words.contains("asks for more than a call"), "{words}");
    assert_eq!(ask(&mut desktop), None);

    assert_eq!(desktop.copied(None), [Wish::Open(None)]);
    let words = told(&mut desktop).await;
    assert!(words.contains("Copy a number"), "{words}");
    desktop.copied(Some("not a\tnumber".into()));
    let words = told(&mut desktop).await;
    assert!(words.contains("What you copied"), "{words}");

    desktop.policy.links = Links::Off;
    desktop.hear(link("tel:+4930901820"));
    assert_eq!(ask(&mut desktop), None);
    let words = told(&mut desktop).await;
    assert!(words.contains("whoever manages this phone"), "{words}");
    assert!(desktop.request.is_none());
}

#[tokio::test]
async fn a_start_at_login_that_cannot_be_set_is_told_and_policy_tried_once() {
    let (mut desktop, _folder) = desktop();
    desktop.hear(News::StartAtLogin(true));
    let words = told(&mut desktop).await;
    assert!(words.contains("cannot be started at login"), "{words}");
    desktop.policy.start_at_login = Some(true);
    look(&mut desktop, Stage::Talking);
    told(&mut desktop).await;
    let (view, _) = desktop.look(phone(Stage::Talking), &Shortcuts::default(), None);
    assert!(desktop.untold.is_empty() && !view.starts);
}

#[tokio::test]
async fn links_that_cannot_be_opened_here_are_told_and_where_none_may_call_there_is_nothing_to_say()
{
    let (mut desktop, _folder) = desktop();
    desktop.hear(News::OpenLinks(true));
    let words = told(&mut desktop).await;
    assert!(words.contains("Phone links cannot be opened"), "{words}");
    desktop.policy.links = Links::Off;
    desktop.hear(News::OpenLinks(true));
    let (view, _) = desktop.look(phone(Stage::Talking), &Shortcuts::default(), None);
    assert!(desktop.untold.is_empty() && view.links_managed);
    assert_eq!(view.opens_links, Some(Standing::Off));
}

#[tokio::test]
async fn every_phone_that_runs_is_told_that_the_agent_is_not_to_be_disturbed() {
    let (mut desktop, _folder) = desktop();
    let told = |desktop: &mut Desktop, knows| {
        let phone = PhoneNow {
            do_not_disturb: knows,
            ..phone(Stage::Talking)
        };
        let (view, wishes) = desktop.look(phone, &Shortcuts::default(), None);
        let told = wishes.into_iter().find_map(|wish| match wish {
            Wish::Do(UserAction::DoNotDisturb(on)) => Some(on),
            _ => None,
        });
        (view.do_not_disturb, told)
    };
    let chosen = desktop.hear(News::Chosen(Item::DoNotDisturb));
    assert!(matches!(chosen[..], [Wish::Tray(_)]), "{chosen:?}");
    assert_eq!(told(&mut desktop, None), (true, None));
    assert_eq!(told(&mut desktop, Some(false)), (true, Some(true)));
    assert_eq!(told(&mut desktop, Some(true)), (true, None));
    // The phone has stopped by itself and was started again.
    assert_eq!(told(&mut desktop, Some(false)), (true, Some(true)));
    desktop.hear(News::DoNotDisturb(false));
    assert_eq!(told(&mut desktop, Some(true)), (false, Some(false)));
}

#[tokio::test]
async fn what_a_shortcut_means_is_the_desks_to_say_when_it_is_pressed() {
    let (mut desktop, _folder) = desktop();
    for (deed, means) in [
        (Deed::Answer, Press::Answer),
        (Deed::HangUp, Press::HangUpOrReject),
        (Deed::Mute, Press::ToggleMute),
        (Deed::Hold, Press::ToggleHold),
    ] {
        assert_eq!(desktop.done(deed), [press(means)]);
    }
    let chosen = desktop.hear(News::Chosen(Item::HangUp));
    assert_eq!(chosen, [press(Press::HangUp)]);
}

#[tokio::test]
async fn an_expert_is_called_about_the_call_that_is_heard_and_no_other() {
    let (mut desktop, _folder) = desktop();
    look(&mut desktop, Stage::Talking);
    let consulted = desktop.done(Deed::Consult);
    assert_eq!(consulted, [Wish::Consult(CallNumber(1))]);
    let on_hold = PhoneNow {
        at_hand: AtHand::default(),
        ..phone(Stage::Talking)
    };
    desktop.look(on_hold, &Shortcuts::default(), None);
    assert!(desktop.done(Deed::Consult).is_empty());
}

#[tokio::test]
async fn what_looks_the_same_is_no_news() {
    let (mut desktop, _folder) = desktop();
    look(&mut desktop, Stage::Talking);
    assert!(look(&mut desktop, Stage::Talking).is_empty());
}

#[tokio::test]
async fn no_shortcut_works_while_keys_are_pressed_for_one() {
    let (mut desktop, _folder) = desktop();
    let set = Shortcuts {
        hang_up: Some("Ctrl+Shift+F9".to_owned()),
        ..Shortcuts::default()
    };
    let grabs = |desktop: &mut Desktop| {
        let (_, wishes) = desktop.look(phone(Stage::Talking), &set, None);
        wishes.into_iter().find_map(|wish| match wish {
            Wish::Grab(plan) => Some(plan),
            _ => None,
        })
    };
    let all = grabs(&mut desktop).expect("it is grabbed");
    assert_ne!(all, Plan::default());
    desktop.hear(News::RecordingKeys(true));
    assert_eq!(grabs(&mut desktop), Some(Plan::default()));
    desktop.hear(News::RecordingKeys(false));
    assert_eq!(grabs(&mut desktop), Some(all));
}
