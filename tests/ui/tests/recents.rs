//! Calls that are over, in the real window and on the real disk; and numbers read while they are typed.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use warmline_interop::{number, test};
use warmline_ui_tests::{Desktop, Scheme, Setup};

#[test]
fn a_call_is_remembered_over_a_restart_until_the_agent_has_it_forgotten() {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        let open = || Setup::new(lab, &desktop).profile(&asterisk)?.open();
        let history = lab.dir().join("home/.local/warmline");

        let window = open()?;
        window.is_reachable()?;
        window.dial(number::BUSY)?;
        window.sees("The line is busy.")?;
        desktop.press("alt+F4")?;
        window.ends()?;
        drop(window);
        assert!(on_disk(&history, number::BUSY));

        let window = open()?;
        window.is_reachable()?;
        window.sees("The line is busy")?;
        window.sees(number::BUSY)?;
        window.press("Clear all")?;
        window.press("Forget all")?;
        window.no_longer_sees("The line is busy")?;
        let start = Instant::now();
        while on_disk(&history, number::BUSY) {
            assert!(start.elapsed() < LIMIT, "the call is still on the disk");
            std::thread::sleep(Duration::from_millis(50));
        }
        desktop.press("alt+F4")?;
        window.ends()
    });
}

#[test]
fn a_number_is_read_while_it_is_typed() {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        let window = Setup::new(lab, &desktop).profile(&asterisk)?.open()?;
        window.is_reachable()?;
        let field = window
            .driver()
            .find("//input[@aria-label='Number to call']");
        window
            .driver()
            .click(&field.expect("a field for a number"))?;
        window.driver().keys(&[], "+49 (0)30 901820")?;
        window.sees("+49 30 901820")?;
        window.sees("Germany")
    });
}

/// Whether one of the files of this folder holds this text.
fn on_disk(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|file| {
        let bytes = fs::read(file.unwrap().path()).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}

const LIMIT: Duration = Duration::from_secs(20);
