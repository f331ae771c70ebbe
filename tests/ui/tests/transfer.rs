//! A customer is handed over to an expert, or talked with by several, in the real web view: what the agent
//! sees and does, and what customer and expert notice of it.
#![cfg(target_os = "linux")]

use warmline_interop::{Lab, Pulse, Result, test};
use warmline_ui_tests::{Desktop, Practice, Scheme, Setup, Window, key, people};

/// An agent with Maria on the line.
struct Shift {
    window: Window,
    practice: Practice,
    _desktop: Desktop,
    _pulse: Pulse,
}

const MARIA: &str = "Maria Keller";
const NADIA: &str = "Nadia Haddad";

fn shift(lab: &Lab, transfer: &str) -> Result<Shift> {
    let scenario = [
        people::AGENT,
        people::AT_ONCE,
        people::MARIA,
        transfer,
        people::EXPERTS,
    ];
    let practice = Practice::open(lab.dir(), &scenario.concat())?;
    let pulse = lab.pulse()?;
    let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
    let window = Setup::new(lab, &desktop).on(&practice).open()?;
    window.is_reachable()?;
    window.sees_at(MARIA, "Incoming call")?;
    window.press("Answer")?;
    window.sees_at(MARIA, "In call")?;
    Ok(Shift {
        window,
        practice,
        _desktop: desktop,
        _pulse: pulse,
    })
}

/// Opens the box of whom to bring in, types a number and chooses one of the ways.
fn brings_in(window: &Window, number: &str, way: &str) -> Result<()> {
    window.press("Transfer")?;
    window.click("//input[@aria-label='Name or number of who should help']")?;
    window.driver().keys(&[], number)?;
    window.click(&format!(
        "//button[.//span[text()='{way}'] or text()='{way}']"
    ))
}

#[test]
fn an_expert_is_asked_swapped_with_and_takes_the_customer_over() {
    test(|lab| {
        let mut shift = shift(lab, "")?;
        let (window, practice) = (&shift.window, &mut shift.practice);
        brings_in(window, "201", "Ask first")?;
        practice.does(NADIA, "isCalled")?;
        practice.does_this(MARIA, "hears", "hold")?;
        window.sees_at(MARIA, "Hears music")?;
        window.sees_at(MARIA, "Talking with you")?;
        window.until("one card for both", |window| {
            let cards = window.driver().script(
                "return document.querySelectorAll('section[data-call]').length",
                &[],
            );
            cards.is_ok_and(|cards| cards == 1)
        })?;

        window.press("Swap")?;
        practice.does_this(NADIA, "hears", "hold")?;
        practice.does_this(MARIA, "hears", "silence")?;
        window.press("Swap")?;
        practice.does_this(MARIA, "hears", "hold")?;
        window.press("Connect them")?;
        practice.does_this(MARIA, "transferred", 200)?;
        window.sees_at(MARIA, "You handed the call over.")?;
        window.press(&format!("Dismiss, {MARIA}"))?;
        window.no_longer_sees("Customer")?;
        assert_eq!(window.leaks()?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn the_whole_hand_over_works_by_keyboard() {
    test(|lab| {
        let mut shift = shift(lab, "")?;
        let (window, practice) = (&shift.window, &mut shift.practice);
        let shortcut = |typed: &str| window.driver().keys(&[key::CONTROL, key::SHIFT], typed);
        shortcut("t")?;
        window.sees("Who should help Maria Keller?")?;
        window.driver().keys(&[], "201")?;
        window.driver().keys(&[], key::ENTER)?;
        practice.does(NADIA, "isCalled")?;
        window.sees_at(MARIA, "Talking with you")?;
        shortcut("x")?;
        practice.does_this(NADIA, "hears", "hold")?;
        shortcut("x")?;
        window.sees_at(MARIA, "Hears music")?;
        shortcut("c")?;
        practice.does_this(MARIA, "transferred", 200)?;
        window.sees_at(MARIA, "You handed the call over.")
    });
}

#[test]
fn an_expert_who_is_busy_leaves_the_agent_with_the_customer() {
    test(|lab| {
        let shift = shift(lab, "")?;
        brings_in(&shift.window, "204", "Hand over")?;
        shift.window.sees("The line is busy.")?;
        // Nobody is lost: the customer is where they were, and one press away.
        shift.window.sees_at(MARIA, "On hold")?;
        shift.window.press("Resume")?;
        shift.window.sees_at(MARIA, "In call")
    });
}

#[test]
fn voicemail_is_asked_about_before_a_customer_is_left_with_it() {
    test(|lab| {
        let mut shift = shift(lab, "")?;
        let (window, practice) = (&shift.window, &mut shift.practice);
        brings_in(window, "903", "Hand over")?;
        window.sees_at(MARIA, "This may be voicemail")?;
        window.press("Connect them")?;
        window.sees("Connect Maria Keller all the same?")?;
        window.press("Not yet")?;
        window.no_longer_sees("all the same?")?;
        window.press("Back to Maria Keller")?;
        window.sees_at(MARIA, "In call")?;
        practice.does("Voicemail", "ended").map(drop)
    });
}

#[test]
fn a_phone_system_that_transfers_nothing_ends_in_one_conversation_and_says_so() {
    test(|lab| {
        let mut shift = shift(lab, "transfer = 603\n")?;
        let (window, practice) = (&shift.window, &mut shift.practice);
        brings_in(window, "201", "Hand over")?;
        practice.does(NADIA, "isCalled")?;
        window.sees_at(MARIA, "Talking with you")?;
        window.press("Connect them")?;
        window.sees_at(GROUP, "The phone system does not transfer calls")?;
        window.sees_at(GROUP, "Stay until they are done.")?;
        // The expert says something to the customer.
        practice.does_this(MARIA, "hears", "speech").map(drop)
    });
}

#[test]
fn people_are_merged_silenced_left_alone_and_left_to_each_other() {
    test(|lab| {
        let mut shift = shift(lab, "")?;
        let (window, practice) = (&shift.window, &mut shift.practice);
        brings_in(window, "201", "Ask first")?;
        window.sees_at(MARIA, "Talking with you")?;
        window.press("Merge")?;
        window.sees_at(GROUP, "All of you hear each other.")?;
        window.sees_at(GROUP, MARIA)?;
        practice.does_this(MARIA, "hears", "speech")?;
        window.press("Silence Maria Keller")?;
        window.sees_at(GROUP, "Silenced: nobody hears them")?;
        window.press("Let Maria Keller be heard again")?;
        window.no_longer_sees("Silenced: nobody hears them")?;
        window.press("Step out")?;
        window.sees_at(GROUP, "You are away.")?;
        window.press("Go back in")?;
        window.sees_at(GROUP, "All of you hear each other.")?;
        window.press("Leave them to each other")?;
        practice.does_this(MARIA, "transferred", 200)?;
        window.sees("You handed the call over.")
    });
}

#[test]
fn two_calls_become_a_group_and_one_again() {
    test(|lab| {
        let mut shift = shift(lab, "")?;
        let (window, practice) = (&shift.window, &mut shift.practice);
        window.dial("203")?;
        window.sees_at(MARIA, "On hold")?;
        window.sees_at("203", "In call")?;
        window.press("Merge with 203")?;
        window.sees_at(GROUP, "All of you hear each other.")?;
        window.press("Hang up, 203")?;
        practice.does("Ingrid Solberg", "ended")?;
        window.sees_at(MARIA, "In call")
    });
}

const GROUP: &str = "You and 2 others";
