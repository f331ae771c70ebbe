//! An agent's shift in the practice contact centre, in the real web view, with real sound: what the
//! agent sees and does, and what the people at the other end notice of it.
#![cfg(target_os = "linux")]

use warmline_interop::{Lab, Pulse, Result, test};
use warmline_ui_tests::{
    Desktop, Practice, Scheme, Setup, Speaker, Window, key, people, take_microphone, write,
};

/// An agent at a desktop, reachable in practice.
struct Shift {
    window: Window,
    practice: Practice,
    desktop: Desktop,
    pulse: Pulse,
}

fn shift(lab: &Lab, scenario: &[&str]) -> Result<Shift> {
    let practice = Practice::open(lab.dir(), &scenario.concat())?;
    let pulse = lab.pulse()?;
    let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
    let window = Setup::new(lab, &desktop).on(&practice).open()?;
    window.is_reachable()?;
    Ok(Shift {
        window,
        practice,
        desktop,
        pulse,
    })
}

const MARIA: &str = "Maria Keller";
const TOM: &str = "Tom Okafor";
const NADIA: &str = "Nadia Haddad";

#[test]
fn customers_are_heard_held_and_swapped() {
    test(|lab| {
        let Shift {
            window,
            mut practice,
            pulse,
            desktop: _desktop,
        } = shift(
            lab,
            &[
                people::AGENT,
                people::TWO_AT_A_TIME,
                people::MARIA,
                people::TOM,
            ],
        )?;
        let speaker = Speaker::listen(&pulse, "speaker")?;

        for told in [
            "Incoming call",
            "Waiting\u{20}1:",
            "+49 30 23125177",
            "Deliveries",
            "A parcel has not arrived",
            "4711",
            "Premium",
        ] {
            window.sees_at(MARIA, told)?;
        }
        speaker.plays()?;
        window.press("Answer")?;
        window.sees_at(MARIA, "In call")?;
        practice.does_this(MARIA, "says", 0)?;
        speaker.hears("maria-2")?;
        assert!(speaker.likeness("tom-2")? < 0.75, "somebody else is heard");

        window.press("Hold")?;
        window.sees_at(MARIA, "On hold")?;
        practice.does_this(MARIA, "hears", "hold")?;
        speaker.is_silent()?;
        window.press("Resume")?;
        window.sees_at(MARIA, "In call")?;
        practice.does_this(MARIA, "hears", "silence")?;

        window.sees_at(TOM, "Incoming call")?;
        window.sees_at(TOM, "Billing")?;
        window.press("Hold and answer")?;
        window.sees_at(TOM, "In call")?;
        window.sees_at(MARIA, "On hold")?;
        practice.does_this(MARIA, "hears", "hold")?;
        speaker.hears("tom-2")?;
        window.press("Swap to Maria Keller")?;
        window.sees_at(MARIA, "In call")?;
        practice.does_this(TOM, "hears", "hold")?;
        practice.does_this(MARIA, "hears", "silence")?;
        window.press("Swap to Tom Okafor")?;
        window.sees_at(TOM, "In call")?;
        practice.does_this(MARIA, "hears", "hold")?;
        practice.does_this(TOM, "hears", "silence")?;

        window.press("Hang up")?;
        practice.does(TOM, "ended")?;
        window.sees_at(TOM, "You hung up.")?;
        window.press("Resume")?;
        practice.does_this(MARIA, "hears", "silence")?;
        window.press("Hang up")?;
        practice.does(MARIA, "ended")?;
        assert_eq!(window.leaks()?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn who_is_turned_away_is_told_so_and_the_next_one_calls() {
    test(|lab| {
        let mut shift = shift(
            lab,
            &[people::AGENT, people::AT_ONCE, people::MARIA, people::TOM],
        )?;
        let turned_away = |status: u16| serde_json::json!({ "byMe": false, "status": status });
        shift.window.sees_at(MARIA, "Incoming call")?;
        shift.window.press("Decline")?;
        shift.practice.does_this(MARIA, "ended", turned_away(486))?;
        shift.window.sees_at(TOM, "Incoming call")?;
        shift.window.press("Ways to decline")?;
        shift.window.pick("Nobody takes this call")?;
        shift.practice.does_this(TOM, "ended", turned_away(603))?;
        shift.window.sees("You turned the call away · Deliveries")?;
        shift.window.sees("You turned the call away · Billing")
    });
}

#[test]
fn keys_pressed_and_typed_reach_the_voicemail_box() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        shift.practice.does("Voicemail", "registered")?;
        shift.window.dial("903")?;
        shift.window.sees_call("In call")?;
        shift.window.press("Keypad")?;
        shift.window.press("1")?;
        shift.window.press("Hash")?;
        // Typed anywhere but in a field.
        shift.window.driver().keys(&[], "25*")?;
        for digit in ["1", "#", "2", "5", "*"] {
            shift.practice.does_this("Voicemail", "digit", digit)?;
        }
        shift.window.sees("1#25*")
    });
}

#[test]
fn a_microphone_may_be_pulled_out_and_plugged_in_again_in_a_call() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::AT_ONCE, people::MARIA])?;
        let (window, pulse) = (&shift.window, &shift.pulse);
        window.press("Answer")?;
        window.sees_at(MARIA, "In call")?;
        let mouth = pulse.say(&lab.tone(440.0, -20.0, 300.0)?)?;
        shift.practice.does_this(MARIA, "hears", "speech")?;
        take_microphone(pulse)?;
        window.sees("Nobody can hear you: no microphone.")?;
        shift.practice.does_this(MARIA, "hears", "silence")?;
        let _microphone = pulse.plug_in_microphone("microphone")?;
        window.no_longer_sees("Nobody can hear you: no microphone.")?;
        shift.practice.does_this(MARIA, "hears", "speech")?;
        drop(mouth);
        window.sees_at(MARIA, "In call")
    });
}

#[test]
fn a_server_that_is_killed_is_waited_for_and_the_next_call_works() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::AT_ONCE, people::MARIA])?;
        let window = &shift.window;
        window.press("Decline")?;
        shift.practice.does(MARIA, "ended")?;
        shift.practice.kill();
        window.sees("Not reachable")?;
        window.sees("Calls cannot reach you now")?;
        window.type_number("201")?;
        window.sees("You can call as soon as you are reachable again.")?;
        shift.practice.restart()?;
        window.is_reachable()?;
        window.no_longer_sees("Calls cannot reach you now")?;
        window.press("Answer")?;
        window.sees_at(MARIA, "In call")?;
        shift.practice.does(MARIA, "talks").map(drop)
    });
}

#[test]
fn who_was_called_is_found_again_and_called_back() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        let window = &shift.window;
        shift.practice.does(NADIA, "registered")?;
        for (typed, read) in [
            ("+49 (30) 23125-201", "+49 30 23125201 · Germany"),
            ("+44 20 7946 0142", "+44 20 7946 0142 · United Kingdom"),
            ("201", "Short number 201"),
            (
                "sip:nadia@practice.example",
                "SIP address nadia@practice.example",
            ),
            (
                "+49 3",
                "Not a complete number yet. It is dialled as typed.",
            ),
            ("Nadia", "No recent call matches. Type a number to call it."),
        ] {
            window.type_number(typed)?;
            window.sees(read)?;
            window.driver().keys(&[], key::ESCAPE)?;
        }
        window.dial("+49 (30) 23125-201")?;
        shift.practice.does(NADIA, "isCalled")?;
        window.sees_call("In call")?;
        window.press("Hang up")?;
        shift.practice.does(NADIA, "ended")?;

        window.press("Call +49 30 23125201")?;
        shift.practice.does(NADIA, "isCalled")?;
        window.sees_call("In call")?;
        window.press("Hang up")?;
        shift.practice.does(NADIA, "ended")?;

        // Found among the recent calls, by what is typed.
        window.type_number("201")?;
        window.driver().keys(&[], key::DOWN)?;
        window.sees("Enter calls +49 30 23125201")?;
        window.driver().keys(&[], key::ENTER)?;
        shift.practice.does(NADIA, "isCalled").map(drop)
    });
}

#[test]
fn another_speaker_takes_the_sound_along_and_loudness_is_heard() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        let (window, pulse) = (&shift.window, &shift.pulse);
        let _headset = pulse.plug_in("headset")?;
        let (speaker, headset) = (
            Speaker::listen(pulse, "speaker")?,
            Speaker::listen(pulse, "headset")?,
        );
        shift.practice.does("Echo", "registered")?;
        window.dial("901")?;
        window.sees_call("In call")?;
        let mouth = pulse.say(&lab.tone(440.0, -20.0, 300.0)?)?;
        window.press("Sound")?;
        // A tone is no voice, and would be taken out.
        window.click("//button[starts-with(@aria-label, 'Noise suppression: ')]")?;
        window.pick("Off")?;
        window.sees("Noise suppression: off")?;
        speaker.hears_tone(440.0, -23.0, -17.0)?;

        window.until("live levels", |window| {
            window.level("Microphone level") > 20 && window.level("Speaker level") > 20
        })?;
        window.click("//button[starts-with(@aria-label, 'Speaker: ')]")?;
        window.pick("headset")?;
        headset.hears_tone(440.0, -23.0, -17.0)?;
        speaker.is_silent()?;

        window.to_field("Calls")?;
        let keys = |typed: &str| window.driver().keys(&[], typed);
        keys(key::HOME)?;
        window.sees("0%")?;
        headset.is_silent()?;
        keys(key::END)?;
        keys(&key::LEFT.repeat(10))?;
        window.sees("50%")?;
        headset.hears_tone(440.0, -55.0, -25.0)?;
        keys(key::ESCAPE)?;
        window.no_longer_sees("50%")?;
        drop(mouth);
        Ok(())
    });
}

#[test]
fn everything_works_by_keyboard() {
    test(|lab| {
        let Shift {
            window,
            mut practice,
            desktop,
            pulse: _pulse,
        } = shift(
            lab,
            &[
                people::AGENT,
                people::TWO_AT_A_TIME,
                people::MARIA,
                people::TOM,
                people::EXPERTS,
            ],
        )?;
        let plain = |typed: &str| window.driver().keys(&[], typed);
        let shortcut = |typed: &str| window.driver().keys(&[key::CONTROL, key::SHIFT], typed);
        window.sees_at(MARIA, "Incoming call")?;
        shortcut("a")?;
        window.sees_at(MARIA, "In call")?;
        shortcut("m")?;
        window.sees("Muted: they cannot hear you")?;
        shortcut("m")?;
        window.no_longer_sees("Muted: they cannot hear you")?;
        shortcut("o")?;
        practice.does_this(MARIA, "hears", "hold")?;
        window.sees_at(MARIA, "On hold")?;
        shortcut("o")?;
        window.sees_at(MARIA, "In call")?;
        shortcut("k")?;
        window.sees("Press or type digits")?;
        plain("5")?;
        practice.does_this(MARIA, "digit", "5")?;
        shortcut("k")?;

        window.sees_at(TOM, "Incoming call")?;
        shortcut("a")?;
        window.sees_at(TOM, "In call")?;
        shortcut("x")?;
        practice.does_this(TOM, "hears", "hold")?;
        window.sees_at(MARIA, "In call")?;
        shortcut("h")?;
        practice.does(MARIA, "ended")?;
        window.sees_at(MARIA, "You hung up.")?;
        // A press at once may have been meant for her.
        window.takes("Hang up")?;
        shortcut("h")?;
        practice.does(TOM, "ended")?;

        plain(key::F1)?;
        window.sees("Swap to the call on hold")?;
        plain(key::ESCAPE)?;
        window.no_longer_sees("Swap to the call on hold")?;
        shortcut("l")?;
        window.sees("when a call comes in")?;
        plain(key::ESCAPE)?;
        window.no_longer_sees("when a call comes in")?;

        window.driver().keys(&[key::CONTROL], "k")?;
        plain("204")?;
        plain(key::ENTER)?;
        window.sees("The line is busy.")?;
        shortcut("r")?;
        window.until("the newest recent call in focus", |window| {
            window.focused().is_ok_and(|focused| focused == "Call 204")
        })?;
        plain(key::DOWN)?;
        plain(key::DELETE)?;
        window.until("the row after the removed one in focus", |window| {
            window
                .focused()
                .is_ok_and(|focused| focused.starts_with("Call "))
        })?;
        plain(key::HOME)?;
        plain(key::ENTER)?;
        practice.does("Jonas Weber", "isCalled")?;
        practice.does("Jonas Weber", "isCalled")?;
        desktop.press("alt+F4")?;
        window.ends()
    });
}

#[test]
fn the_first_run_leads_to_a_customer_without_an_account() {
    test(|lab| {
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        let speaker = Speaker::listen(&pulse, "speaker")?;
        let window = Setup::new(lab, &desktop).open()?;
        window.sees("Welcome to Warmline")?;
        window.press("Start practice")?;
        window.is_reachable()?;
        window.sees_at(MARIA, "Incoming call")?;
        window.press("Answer")?;
        window.sees_at(MARIA, "In call")?;
        speaker.hears("maria-1")
    });
}

#[test]
fn what_keeps_a_phone_from_starting_is_said_and_practice_works_all_the_same() {
    test(|lab| {
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        let window = Setup::new(lab, &desktop)
            .arguments(&["--practice=/nowhere/day.toml"])
            .open()?;
        window.sees("Practice cannot start")?;
        window.click("//summary[.='Details for IT']")?;
        window.sees("/nowhere/day.toml")?;
        window.press("Back without practice")?;
        window.sees("Welcome to Warmline")?;
        drop(window);

        write(
            &desktop.profile(),
            "server = \"wss://sbc.contact.example/ws\"\naor = \"sip:2001@contact.example\"\n",
        )?;
        let window = Setup::new(lab, &desktop).open()?;
        window.sees("Your password is missing")?;
        window.sees("Ask your IT department to store it, then try again.")?;
        window.click("//summary[.='Details for IT']")?;
        window.sees("The system's keychain holds no password for this address.")?;
        drop(window);

        let window = Setup::new(lab, &desktop)
            .environment("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
            .open()?;
        window.sees("The keychain does not open")?;
        window.press("Start practice")?;
        window.is_reachable()
    });
}
