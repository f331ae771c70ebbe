//! A call that comes while the agent is in another program: seen, heard of, answered from there, and never in the way.
#![cfg(target_os = "linux")]

use serde_json::json;
use warmline_interop::{Lab, Pulse, Result, test};
use warmline_ui_tests::{Desktop, Notifications, Other, Practice, Scheme, Setup, Window, people};

/// An agent who is in another program.
struct Shift {
    window: Window,
    other: Other,
    desktop: Desktop,
    practice: Practice,
    _pulse: Pulse,
}

fn shift(lab: &Lab) -> Result<Shift> {
    let scenario = [people::AGENT, people::SOON, people::MARIA].concat();
    let practice = Practice::open(lab.dir(), &scenario)?;
    let pulse = lab.pulse()?;
    let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
    let window = Setup::new(lab, &desktop).on(&practice).open()?;
    let other = Other::open(&desktop)?;
    Ok(Shift {
        window,
        other,
        desktop,
        practice,
        _pulse: pulse,
    })
}

const MARIA: &str = "Maria Keller";

#[test]
fn a_call_comes_before_other_programs_and_takes_the_keyboard_from_none() {
    test(|lab| {
        let shift = shift(lab)?;
        assert!(!shift.other.is_covered());
        shift.window.sees_at(MARIA, "Incoming call")?;
        shift
            .window
            .until("a window above the others", |_| shift.other.is_covered())?;
        shift.other.typed();
        shift.desktop.press("a")?;
        shift
            .window
            .until("what is typed", |_| shift.other.typed() > 0)?;
        assert!(shift.other.has_keyboard());
        // The answer is a click away.
        shift.window.press("Answer")?;
        shift.window.sees_at(MARIA, "In call")
    });
}

#[test]
fn a_window_that_is_put_away_comes_back_for_a_call_without_the_keyboard() {
    test(|lab| {
        let shift = shift(lab)?;
        shift.desktop.put_away("^Warmline$")?;
        shift.window.until("no window", |_| {
            shift.desktop.place_of("^Warmline$").is_err()
        })?;
        shift.window.until("the window", |_| {
            shift.desktop.place_of("^Warmline$").is_ok()
        })?;
        shift.window.sees_at(MARIA, "Incoming call")?;
        shift
            .window
            .until("a window above the others", |_| shift.other.is_covered())?;
        shift.other.typed();
        shift.desktop.press("a")?;
        shift
            .window
            .until("what is typed", |_| shift.other.typed() > 0)
    });
}

#[test]
fn a_call_is_answered_by_its_notification_also_where_those_come_up_later_and_hear_nonsense() {
    test(|lab| {
        let mut shift = shift(lab)?;
        let notifications = Notifications::start(&shift.desktop)?;
        let shown = notifications.shown()?;
        assert_eq!(shown.summary, MARIA);
        let buttons: Vec<_> = shown.buttons.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(buttons, ["default", "answer", "reject"]);
        assert!(shown.stays);
        notifications.talk_nonsense()?;
        // That of another program.
        notifications.press(shown.id + 1, "reject")?;
        notifications.press(shown.id, "answer")?;
        shift.window.sees_at(MARIA, "In call")?;
        assert_eq!(notifications.closed()?, shown.id);
        shift.window.press("Hang up")?;
        shift.practice.does(MARIA, "ended")?;
        assert_eq!(shift.window.leaks()?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn a_call_is_turned_away_by_its_notification() {
    test(|lab| {
        let mut shift = shift(lab)?;
        let notifications = Notifications::start(&shift.desktop)?;
        let shown = notifications.shown()?;
        notifications.press(shown.id, "reject")?;
        let turned_away = json!({ "byMe": false, "status": 486 });
        shift.practice.does_this(MARIA, "ended", turned_away)?;
        assert_eq!(notifications.closed()?, shown.id);
        Ok(())
    });
}

#[test]
fn shortcuts_work_from_another_program_and_one_that_it_has_is_named() {
    test(|lab| {
        let mut shift = shift(lab)?;
        shift.other.takes_f9()?;
        let set = |deed: &str, keys: &str| {
            let shortcut = json!({ "do": "setShortcut", "deed": deed, "keys": keys });
            shift.window.act(&shortcut)
        };
        set("answer", "Ctrl+Shift+F10")?;
        set("hangUp", "Ctrl+Shift+F11")?;
        set("hold", "Ctrl+Shift+F9")?;
        shift.window.sees_at(MARIA, "Incoming call")?;
        shift.desktop.press("ctrl+shift+F10")?;
        shift.window.sees_at(MARIA, "In call")?;
        shift.window.press("Settings")?;
        shift
            .window
            .click("//button[@role='tab'][starts-with(normalize-space(.), 'Keyboard')]")?;
        shift.window.sees("Another program has these keys.")?;
        assert_eq!(shift.window.accessibility_faults()?, Vec::<String>::new());
        shift.desktop.press("ctrl+shift+F11")?;
        shift.practice.does(MARIA, "ended").map(drop)
    });
}
