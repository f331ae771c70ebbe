//! A whole day of an agent's in the real web view: signs in, learns the phone, takes a customer, asks two experts of
//! whom one cannot help, hands over, writes down, looks back, signs out.
#![cfg(target_os = "linux")]

use warmline_interop::{Agent, Lab, Result, test};
use warmline_ui_tests::{Desktop, Practice, Scheme, Setup, Window, key, people};

const TOM: &str = "Tom Okafor";
const NADIA: &str = "Nadia Haddad";

#[test]
fn from_signing_in_on_the_first_day_to_signing_out() {
    test(|lab| {
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        let scenario = [people::AGENT, PACE, people::TOM, people::OFFICE];
        let mut practice = Practice::open(lab.dir(), &scenario.concat())?;
        let window = Setup::new(lab, &desktop)
            .signing_in(&practice)?
            .first_day()
            .open()?;
        signs_in(lab, &window)?;
        learns(&window)?;
        takes_a_call(&window, &mut practice)?;
        asks_who_cannot_help(&window)?;
        hands_over(&window, &mut practice)?;
        looks_back(&window)?;
        window.press("Who is signed in")?;
        window.pick("Sign out")?;
        window.sees("Sign in to Warmline")?;
        assert_eq!(window.leaks()?, Vec::<String>::new());
        Ok(())
    });
}

fn signs_in(lab: &Lab, window: &Window) -> Result<()> {
    window.sees("Sign in to Warmline")?;
    window.press("Sign in with Office 365")?;
    window.sees("Go on in your browser")?;
    let seen = Agent::new(lab.dir(), "robin").sign_in(&Setup::page(lab, 0)?, None)?;
    assert!(seen.contains("You are signed in."), "{seen}");
    Ok(())
}

fn learns(window: &Window) -> Result<()> {
    window.sees("Try your headset")?;
    window.until("a page that axe finds nothing wrong with", accessible)?;
    window.press("Next")?;
    window.sees("You are ready for calls")?;
    window.sees("Ctrl+Shift+A")?;
    window.press("Begin")?;
    window.is_reachable()
}

fn takes_a_call(window: &Window, practice: &mut Practice) -> Result<()> {
    window.sees_at(TOM, "Incoming call")?;
    window.press("Answer")?;
    window.sees_at(TOM, "In call")?;
    window.press("Hold")?;
    window.sees_at(TOM, "On hold")?;
    practice.does_this(TOM, "hears", "hold")?;
    window.press("Resume")?;
    window.sees_at(TOM, "In call")?;
    practice.does_this(TOM, "hears", "silence")?;
    window.press("Notes")?;
    window.to_field("What was tried")?;
    window.driver().keys(&[], "The invoice was sent again")?;
    window.press("Notes")?;
    window.sees_at(TOM, "written")
}

/// Nobody is lost by that: the customer is where they were.
fn asks_who_cannot_help(window: &Window) -> Result<()> {
    brings_in(window, "+49 30 23125 204")?;
    window.sees("The line is busy.")?;
    window.sees_at(TOM, "On hold")?;
    window.press("Resume")?;
    window.sees_at(TOM, "In call")
}

fn hands_over(window: &Window, practice: &mut Practice) -> Result<()> {
    brings_in(window, "+49 30 23125 201")?;
    practice.does(NADIA, "isCalled")?;
    window.sees_at(TOM, "Talking with you")?;
    window.until("a page that axe finds nothing wrong with", accessible)?;
    window.press("Connect them")?;
    practice.does_this(TOM, "transferred", 200)?;
    window.sees_at(TOM, "You handed the call over.")
}

/// The history has what became of the call, step by step.
fn looks_back(window: &Window) -> Result<()> {
    window.press(&format!("Dismiss, {TOM}"))?;
    window.sees("Handed over to")?;
    window.click("//input[@aria-label='Search calls']")?;
    window.driver().keys(&[], "billing")?;
    window.until("the customer alone", |window| {
        let rows = "return document.querySelectorAll('[data-recent]').length";
        window
            .driver()
            .script(rows, &[])
            .is_ok_and(|rows| rows == 1)
    })?;
    window.driver().keys(&[], key::DOWN)?;
    window.driver().keys(&[], key::RIGHT)?;
    window.sees("The call went over")?;
    window.until("a page that axe finds nothing wrong with", accessible)
}

fn brings_in(window: &Window, number: &str) -> Result<()> {
    window.press("Transfer")?;
    window.click("//input[@aria-label='Name or number of who should help']")?;
    window.driver().keys(&[], number)?;
    window.click("//button[.//span[text()='Ask first'] or text()='Ask first']")
}

fn accessible(window: &Window) -> bool {
    window
        .accessibility_faults()
        .is_ok_and(|faults| faults.is_empty())
}

/// The customer calls once the agent has had time for the first steps.
const PACE: &str =
    "[pace]\nfirst_call_s = 25\nnext_call_s = [1, 1]\nsecond_call = 0\nrepeat = false\n";
