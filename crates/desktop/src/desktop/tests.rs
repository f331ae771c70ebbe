use super::*;
use crate::phone::CallNow;

/// Around no phone. The folder goes with it.
fn desktop() -> (Desktop, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Kept::beside(&folder.path().join("profile.toml"));
    (Desktop::start(place, None, None), folder)
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
        calls: vec![CallNow {
            number: CallNumber(1),
            stage,
            who: "Robin".into(),
            heard: stage == Stage::Talking,
            muted: false,
            held: false,
        }],
    }
}

fn look(desktop: &mut Desktop, stage: Stage) -> Vec<Wish> {
    desktop.look(phone(stage), &Shortcuts::default(), None).1
}

#[tokio::test]
async fn a_link_waits_for_the_agent_and_is_called_once() {
    let (mut desktop, _folder) = desktop();
    assert_eq!(
        desktop.hear(link("tel:+4930901820")),
        [Wish::Open(None)],
        "the agent is asked in the window"
    );
    let dialled = desktop.hear(News::Dial(true));
    let expected = UserAction::Dial {
        to: "+4930901820".into(),
        line: None,
    };
    assert_eq!(dialled, [Wish::Do(expected)]);
    assert!(desktop.hear(News::Dial(true)).is_empty());
}

#[tokio::test]
async fn what_the_agent_does_not_want_or_nobody_should_is_not_called() {
    let (mut desktop, _folder) = desktop();
    desktop.hear(link("tel:112"));
    assert!(desktop.hear(News::Dial(false)).is_empty());
    assert!(desktop.hear(News::Dial(true)).is_empty());
    desktop.hear(link("sip:robin@example.com?body=hello"));
    assert!(desktop.hear(News::Dial(true)).is_empty());
}

#[tokio::test]
async fn do_not_disturb_in_the_tray_makes_the_caller_hear_busy() {
    let (mut desktop, _folder) = desktop();
    assert!(look(&mut desktop, Stage::Ringing).contains(&Wish::ComeUp));
    let wishes = desktop.hear(News::Chosen(Item::DoNotDisturb));
    assert!(wishes.contains(&busy(CallNumber(1))), "{wishes:?}");
    assert!(wishes.contains(&Wish::Settle), "{wishes:?}");
}

#[tokio::test]
async fn a_shortcut_means_the_call_it_can_only_mean() {
    let (mut desktop, _folder) = desktop();
    assert!(desktop.done(Deed::HangUp).is_empty());
    look(&mut desktop, Stage::Ringing);
    assert_eq!(desktop.done(Deed::Answer), [answer(CallNumber(1))]);
    assert_eq!(desktop.done(Deed::HangUp), [busy(CallNumber(1))]);
    assert!(desktop.done(Deed::Hold).is_empty());
    look(&mut desktop, Stage::Talking);
    assert_eq!(desktop.done(Deed::HangUp), [hang_up(CallNumber(1))]);
    assert_eq!(desktop.done(Deed::Hold), [hold(CallNumber(1), true)]);
    let consulted = desktop.done(Deed::Consult);
    assert_eq!(consulted, [Wish::Consult(CallNumber(1))]);
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
