//! Every state of sign-in and experts in light and in dark colours: accessible as it is painted, and as it
//! looks in `docs/screens`.
#![cfg(target_os = "linux")]

use serde_json::json;
use warmline_interop::{Agent, Lab, LabError, Result, test};
use warmline_ui_tests::{Desktop, Focus, Practice, Scheme, Screens, Setup, Window, key, people};

#[test]
fn sign_in_and_experts_look_as_they_should_in_light_colours() {
    test(|lab| every_state(lab, Scheme::Light));
}

#[test]
fn sign_in_and_experts_look_as_they_should_in_dark_colours() {
    test(|lab| every_state(lab, Scheme::Dark));
}

fn every_state(lab: &Lab, scheme: Scheme) -> Result<()> {
    let pulse = lab.pulse()?;
    let desktop = Desktop::start(lab.dir(), scheme, &pulse)?;
    let mut screens = Screens::new(lab, scheme);
    let scenario = [people::AGENT, people::SOON, people::TOM, people::STAFF].concat();
    let mut practice = Practice::open(lab.dir(), &scenario)?;
    // A microphone without any sound would be told of.
    let mouth = pulse.say(&lab.tone(440.0, -20.0, 600.0)?)?;

    let window = Setup::new(lab, &desktop)
        .signing_in(&practice)?
        .environment("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        .open()?;
    window.sees("The keychain does not open")?;
    screens.look(&window, "sign-in-no-keychain")?;
    drop(window);

    let window = Setup::new(lab, &desktop).signing_in(&practice)?.open()?;
    signs_in(lab, &window, &mut practice, &mut screens)?;
    finds_experts(lab, &window, &mut practice, &mut screens)?;
    asks_one(&window, &mut practice, &mut screens)?;
    drop((window, mouth));
    screens.finish()
}

fn signs_in(
    lab: &Lab,
    window: &Window,
    practice: &mut Practice,
    screens: &mut Screens,
) -> Result<()> {
    window.sees("Sign in to Warmline")?;
    screens.look(window, "sign-in")?;
    practice.tell(&json!({ "office": "phone", "refuses": 404 }))?;
    window.press("Sign in with Office 365")?;
    window.sees("Go on in your browser")?;
    screens.look(window, "sign-in-browser")?;
    agrees(lab, 0)?;
    window.sees("Your phone is not set up yet")?;
    screens.look(window, "sign-in-no-phone")?;
    practice.tell(&json!({ "office": "phone", "refuses": null }))?;
    window.press("Try again")?;
    window.is_reachable()
}

/// In the call, from nothing that is granted to somebody who is asked.
fn finds_experts(
    lab: &Lab,
    window: &Window,
    practice: &mut Practice,
    screens: &mut Screens,
) -> Result<()> {
    window.sees_at("Tom Okafor", "Incoming call")?;
    window.press("Answer")?;
    window.sees_at("Tom Okafor", "In call")?;
    window.sees("Clear sound")?;
    window.press("Experts for this call")?;
    window.sees("has not allowed Warmline to see who is free")?;
    screens.look(window, "experts-no-consent")?;
    window.press("Ask for it")?;
    agrees(lab, 1)?;
    window.sees("Best for this call")?;
    window.sees("knows Billing")?;
    // Numbers and photos come one by one.
    window.until("Nadia, with all that is known of her", |window| {
        let whole = "//li[contains(., 'Nadia Haddad')][.//img][not(contains(., 'unverified'))]";
        window.driver().find(whole).is_some()
    })?;
    screens.look(window, "experts")?;
    window.click("//input[@aria-label='Find an expert']")?;
    window.driver().keys(&[], "zzz")?;
    window.sees("A part of a name, a skill or a department is enough.")?;
    screens.look_with(window, "experts-nobody", Focus::Kept)?;
    window.driver().keys(&[], key::ESCAPE)?;
    window.sees("Best for this call")?;
    practice.tell(&json!({ "office": "down", "down": true }))?;
    window.sees("Microsoft does not answer.")?;
    window.sees("Clear sound")?;
    screens.look(window, "experts-offline")?;
    practice.tell(&json!({ "office": "down", "down": false }))?;
    window.no_longer_sees("Microsoft does not answer.")?;
    practice.tell(&json!({ "office": "revoke" }))?;
    window.sees("Your call goes on.")?;
    screens.look(window, "signed-out-in-a-call")?;
    window.press("Sign in")?;
    agrees(lab, 2)?;
    window.no_longer_sees("Your call goes on.")
}

/// The expert's card stands in the consultation.
fn asks_one(window: &Window, practice: &mut Practice, screens: &mut Screens) -> Result<()> {
    window.click("//summary[contains(., 'things more are possible')]")?;
    window.sees("who is calling and why")?;
    screens.look(window, "experts-ladder")?;
    window.click("//summary[contains(., 'things more are possible')]")?;
    window.press("Ask Nadia Haddad")?;
    // The expert's sound, and not the customer's.
    window.sees_at("Tom Okafor", "Hears music")?;
    window.sees_at("Tom Okafor", "Talking with you")?;
    window.sees("Clear sound")?;
    window.sees("could not be sent. The call goes on.")?;
    screens.look(window, "expert-not-told")?;
    window.press("Back to Tom Okafor")?;
    practice.does("Nadia Haddad", "ended").map(drop)
}

/// The agent agrees in a real browser to what the page of this number asks.
fn agrees(lab: &Lab, number: usize) -> Result<()> {
    let page = Setup::page(lab, number)?;
    let seen = Agent::new(lab.dir(), "robin").sign_in(&page, None)?;
    if seen.contains("You are signed in.") {
        return Ok(());
    }
    Err(LabError::Refused {
        name: "browser".to_owned(),
        reason: seen,
    })
}
