//! An agent who signs in, in a real browser and with a real keychain, and brings an expert in prepared.
#![cfg(target_os = "linux")]

use serde_json::json;
use warmline_interop::{Agent, Lab, Result, test};
use warmline_ui_tests::{Desktop, Practice, Scheme, Setup, Window, people};

#[test]
fn an_agent_signs_in_brings_an_expert_in_prepared_and_is_signed_out_in_a_call() {
    test(|lab| {
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        let scenario = [
            people::AGENT,
            people::SOON,
            people::TOM,
            people::MARIA,
            people::OFFICE,
        ];
        let mut practice = Practice::open(lab.dir(), &scenario.concat())?;
        let window = Setup::new(lab, &desktop).signing_in(&practice)?.open()?;
        window.sees("Sign in to Warmline")?;
        window.press("Sign in with Office 365")?;
        window.sees("Go on in your browser")?;
        agrees(lab, 0)?;
        window.is_reachable()?;

        brings_an_expert_in(lab, &window, &mut practice)?;
        let leaks = window.leaks()?;
        assert_eq!(leaks, Vec::<String>::new());
        drop(window);

        // The keychain knows who it is: nobody is asked.
        let window = Setup::new(lab, &desktop).signing_in(&practice)?.open()?;
        window.is_reachable()?;
        assert_eq!(Setup::pages(lab).len(), 4, "no other page was shown");
        window.press("Who is signed in")?;
        window.pick("Sign out")?;
        window.sees("Sign in to Warmline")?;
        let leaks = window.leaks()?;
        assert_eq!(leaks, Vec::<String>::new());
        Ok(())
    });
}

fn brings_an_expert_in(lab: &Lab, window: &Window, practice: &mut Practice) -> Result<()> {
    window.sees_at("Tom Okafor", "Incoming call")?;
    window.press("Answer")?;
    window.sees_at("Tom Okafor", "In call")?;
    window.press("Experts for this call")?;
    window.sees("has not allowed Warmline to see who is free")?;
    window.press("Ask for it")?;
    agrees(lab, 1)?;
    window.sees("Best for this call")?;
    window.click("//summary[contains(., 'things more are possible')]")?;
    window.press("Ask for it")?;
    agrees(lab, 2)?;
    window.sees("knows Billing")?;
    is_signed_out_in_the_call(lab, window, practice)?;
    window.press("Ask Nadia Haddad")?;
    window.sees_at("Tom Okafor", "Talking with you")?;
    window.sees_at("Tom Okafor", "Nadia Haddad")?;
    practice.does("Nadia Haddad", "reads")?;
    window.sees("2 min")?;
    window.press("Connect them")?;
    practice.does("Tom Okafor", "transferred").map(drop)
}

/// Whoever is, keeps the call and signs in again.
fn is_signed_out_in_the_call(lab: &Lab, window: &Window, practice: &mut Practice) -> Result<()> {
    practice.tell(&json!({ "office": "revoke" }))?;
    // Presence is read all the time in a call, and refused now.
    window.sees("Your call goes on.")?;
    window.sees_at("Tom Okafor", "In call")?;
    window.press("Sign in")?;
    agrees(lab, 3)?;
    window.no_longer_sees("Your call goes on.")?;
    window.sees_at("Tom Okafor", "In call")
}

/// The agent agrees in a real browser to what the page of this number asks.
fn agrees(lab: &Lab, number: usize) -> Result<()> {
    let seen = Agent::new(lab.dir(), "robin").sign_in(&Setup::page(lab, number)?, None)?;
    assert!(seen.contains("You are signed in."), "{seen}");
    Ok(())
}
