//! The window in the real web view, with a real PBX and real sound.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use warmline_interop::{Asterisk, Lab, Person, Pulse, Result, number, test};
use warmline_ui_tests::{Desktop, Ears, Scheme, Setup, Window, profile, write};

/// An agent at a desktop, reachable at a PBX.
struct Shift {
    window: Window,
    desktop: Desktop,
    pulse: Pulse,
    asterisk: Asterisk,
}

fn shift(lab: &Lab, scheme: Scheme) -> Result<Shift> {
    let asterisk = lab.asterisk()?;
    let pulse = lab.pulse()?;
    let desktop = Desktop::start(lab.dir(), scheme, &pulse)?;
    let window = Setup::new(lab, &desktop).profile(&asterisk)?.open()?;
    window.is_reachable()?;
    Ok(Shift {
        window,
        desktop,
        pulse,
        asterisk,
    })
}

impl Shift {
    /// A customer calls and is answered; the PBX says back what the agent says.
    fn customer_on_the_line(&mut self) -> Result<()> {
        self.asterisk
            .call(Person::AGENT, Person::COLLEAGUE, number::ECHO)?;
        self.window.press("Answer")?;
        self.window.sees_call("In call")
    }

    /// Closes the window by the keyboard, until it asks whether that is meant. The display loses such a
    /// key now and then: an agent would press it again.
    fn close(&self) -> Result<()> {
        let question = "Closing Warmline hangs up";
        for _ in 0..3 {
            self.desktop.press("alt+F4")?;
            if self.window.sees_soon(question) {
                return Ok(());
            }
        }
        self.window.sees(question)
    }

    /// Somebody who is not on the phone any more is not on the PBX either.
    fn line_is_free(&mut self) -> Result<()> {
        let ami = self.asterisk.ami();
        ami.wait("the end of the call", LIMIT, |event| {
            event.name() == "Hangup" && event.get("Channel").contains(Person::AGENT.number)
        })?;
        Ok(())
    }
}

#[test]
fn a_call_rings_a_click_answers_and_sound_flows_both_ways() {
    test(|lab| {
        let mut shift = shift(lab, Scheme::Light)?;
        shift
            .asterisk
            .call(Person::AGENT, Person::COLLEAGUE, number::ECHO)?;
        shift.window.sees("Incoming call")?;
        shift.window.sees(Person::COLLEAGUE.name)?;
        shift.window.sees(Person::COLLEAGUE.number)?;
        shift.window.press("Answer")?;
        shift.window.sees_call("In call")?;

        // The echo proves both ways at once: it was said, carried, said back, carried and played.
        let ears = Ears(&shift.pulse);
        let tone = lab.tone(440.0, -20.0, 120.0)?;
        let mouth = shift.pulse.say(&tone)?;
        ears.hear(440.0, -20.0)?;

        shift.window.press("Mute")?;
        shift.window.sees("Muted: they cannot hear you")?;
        ears.hear_nothing()?;
        shift.window.press("Unmute")?;
        ears.hear(440.0, -20.0)?;

        shift.window.press("Hold")?;
        shift.window.sees_call("On hold")?;
        ears.hear_nothing()?;
        shift.window.press("Resume")?;
        shift.window.sees_call("In call")?;
        ears.hear(440.0, -20.0)?;
        drop(mouth);

        shift.window.press("Hang up")?;
        shift.window.sees_call("You hung up.")?;
        shift.line_is_free()?;
        assert_eq!(shift.window.leaks()?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn digits_pressed_and_typed_reach_the_other_end() {
    test(|lab| {
        let mut shift = shift(lab, Scheme::Light)?;
        shift.window.dial(number::DIGITS)?;
        shift.window.sees_call("In call")?;
        shift.window.press("Keypad")?;
        shift.window.press("1")?;
        shift.window.press("9")?;
        // Typed anywhere but in a field.
        shift.window.driver().keys(&[], "73")?;
        let event = shift.asterisk.ami().wait("the digits", LIMIT, |event| {
            event.get("UserEvent") == "Digits"
        })?;
        assert_eq!(event.get("Digits"), "1973");
        shift.window.sees("1973")?;
        shift.asterisk.hang_up(Person::AGENT)?;
        shift
            .window
            .sees("The other person hung up. You talked for 0:")
    });
}

#[test]
fn the_whole_call_works_by_keyboard() {
    test(|lab| {
        let mut shift = shift(lab, Scheme::Light)?;
        let keys = |typed| shift.window.driver().keys(&[CONTROL, SHIFT], typed);
        shift
            .asterisk
            .call(Person::AGENT, Person::COLLEAGUE, number::ECHO)?;
        shift.window.sees("Incoming call")?;
        keys("a")?;
        shift.window.sees_call("In call")?;
        keys("m")?;
        shift.window.sees("Muted: they cannot hear you")?;
        keys("o")?;
        shift.window.sees_call("On hold")?;
        shift.window.takes("Hang up")?;
        keys("h")?;
        shift.window.sees("You hung up.")?;
        shift.line_is_free()
    });
}

#[test]
fn tab_reaches_every_control_in_the_order_on_the_screen() {
    test(|lab| {
        let mut shift = shift(lab, Scheme::Light)?;
        shift.customer_on_the_line()?;
        shift.window.driver().keys(&[CONTROL], "k")?;
        let mut order = vec![shift.window.focused()?];
        for _ in 0..7 {
            shift.window.driver().keys(&[], TAB)?;
            order.push(shift.window.focused()?);
        }
        assert_eq!(
            order,
            [
                "Number to call",
                "Call",
                "Mute",
                "Hold",
                "Transfer",
                "Keypad",
                "Sound",
                "Hang up"
            ]
        );
        // Visible focus, as the page is painted.
        let ring = shift.window.driver().script(
            "return getComputedStyle(document.activeElement).outlineStyle",
            &[],
        )?;
        assert_eq!(ring, "solid");
        Ok(())
    });
}

#[test]
fn a_busy_line_and_a_bad_number_say_what_happened_and_what_to_do() {
    test(|lab| {
        let shift = shift(lab, Scheme::Light)?;
        shift.window.dial(number::BUSY)?;
        shift.window.sees("The line is busy.")?;
        shift.window.sees("Try again later.")?;
        shift.window.dial("")?;
        shift
            .window
            .sees("This is not a number that can be called.")?;
        let invalid = shift.window.driver().find("//input[@aria-invalid='true']");
        assert!(invalid.is_some(), "the field says that it is wrong");
        Ok(())
    });
}

#[test]
fn a_lost_server_is_said_and_comes_back_by_itself() {
    test(|lab| {
        let mut shift = shift(lab, Scheme::Light)?;
        shift.asterisk.kill();
        shift.window.sees("Not reachable")?;
        shift.window.sees("Calls cannot reach you now")?;
        shift.asterisk.restart()?;
        shift.window.is_reachable()?;
        shift.customer_on_the_line()
    });
}

#[test]
fn a_first_run_says_what_is_needed_and_goes_on_once_it_is_there() {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        let window = Setup::new(lab, &desktop).open()?;
        window.sees("Welcome to Warmline")?;
        window.sees(&desktop.profile().display().to_string())?;

        write(&desktop.profile(), "server = \"http://nonsense\"\n")?;
        window.press("Read the profile again")?;
        window.sees("Warmline cannot start yet")?;

        // The password lies in the keychain.
        desktop.remember(&Person::AGENT.aor(), Person::AGENT.password)?;
        write(&desktop.profile(), &profile(lab, &asterisk))?;
        window.press("Read the profile again")?;
        window.is_reachable()
    });
}

#[test]
fn a_log_that_cannot_be_written_is_said_and_calls_go_on() {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        let window = Setup::new(lab, &desktop)
            .profile(&asterisk)?
            .log("/nowhere/window.log")
            .open()?;
        window.sees("The log file /nowhere/window.log cannot be written")?;
        window.is_reachable()
    });
}

#[test]
fn closing_the_window_asks_before_it_takes_the_customer_along() {
    test(|lab| {
        let mut shift = shift(lab, Scheme::Light)?;
        shift.customer_on_the_line()?;
        shift.close()?;
        shift.window.press("Stay on the line")?;
        shift.window.no_longer_sees("Closing Warmline hangs up")?;
        shift.window.sees_call("In call")?;
        shift.close()?;
        shift.window.press_last("Hang up and close")?;
        shift.window.ends()?;
        shift.line_is_free()
    });
}

#[test]
fn a_window_whose_page_is_dead_closes_at_the_second_wish() {
    test(|lab| {
        let mut shift = shift(lab, Scheme::Light)?;
        shift.customer_on_the_line()?;
        shift.window.crash_page()?;
        let start = Instant::now();
        while shift.window.runs() && start.elapsed() < LIMIT {
            shift.desktop.press("alt+F4")?;
            std::thread::sleep(Duration::from_millis(500));
        }
        shift.window.ends()?;
        shift.line_is_free()
    });
}

#[test]
fn a_window_that_is_taken_away_still_says_farewell() {
    test(|lab| {
        let mut shift = shift(lab, Scheme::Light)?;
        shift.customer_on_the_line()?;
        shift.desktop.destroy("Warmline")?;
        shift.window.ends()?;
        shift.line_is_free()
    });
}

const LIMIT: Duration = Duration::from_secs(20);
const CONTROL: char = '\u{e009}';
const SHIFT: char = '\u{e008}';
const TAB: &str = "\u{e004}";
