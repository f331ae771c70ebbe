//! What can be done by name, set, looked up and made small, in the real web view.
#![cfg(target_os = "linux")]

use std::path::Path;

use warmline_interop::{Lab, LabError, Pulse, Result, test};
use warmline_ui_tests::{Desktop, Practice, Scheme, Setup, Window, key, people};

/// An agent at a desktop, reachable in practice.
struct Shift {
    window: Window,
    practice: Practice,
    desktop: Desktop,
    _pulse: Pulse,
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
        _pulse: pulse,
    })
}

const MARIA: &str = "Maria Keller";
const TOM: &str = "Tom Okafor";

#[test]
fn the_palette_does_what_is_typed_and_says_why_something_cannot_be_done() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::AT_ONCE, people::MARIA])?;
        let window = &shift.window;
        window.sees_at(MARIA, "Incoming call")?;
        window.palette("answer")?;
        window.driver().keys(&[], key::ENTER)?;
        window.sees_at(MARIA, "In call")?;

        window.palette("hold")?;
        window.sees("Ctrl+Shift+O")?;
        assert_eq!(window.accessibility_faults()?, Vec::<String>::new());
        window.driver().keys(&[], key::ENTER)?;
        window.sees_at(MARIA, "On hold")?;
        shift.practice.does_this(MARIA, "hears", "hold")?;
        window.palette("resume")?;
        window.driver().keys(&[], key::ENTER)?;
        window.sees_at(MARIA, "In call")?;

        window.palette("swap to")?;
        window.sees("There is no second call for it")?;
        window.driver().keys(&[], key::ENTER)?;
        window.sees("There is no second call for it")?;
        window.driver().keys(&[], key::ESCAPE)?;
        window.no_longer_sees("There is no second call for it")?;

        window.palette("zzz")?;
        window.sees("Nothing is called so.")?;
        window.driver().keys(&[], key::ESCAPE)?;
        window.no_longer_sees("Nothing is called so.")?;
        window.sees_at(MARIA, "In call")?;
        window.palette("hang up")?;
        window.driver().keys(&[], key::ENTER)?;
        shift.practice.does(MARIA, "ended").map(drop)
    });
}

#[test]
fn a_call_is_found_again_by_queue_by_number_and_by_what_became_of_it() {
    test(|lab| {
        let mut shift = shift(
            lab,
            &[people::AGENT, people::AT_ONCE, people::MARIA, people::TOM],
        )?;
        let window = &shift.window;
        for who in [MARIA, TOM] {
            window.sees_at(who, "Incoming call")?;
            window.press("Decline")?;
            shift.practice.does(who, "ended")?;
            window.press(&format!("Dismiss, {who}"))?;
        }
        window.until("both calls", |window| listed(window) == [TOM, MARIA])?;
        for (typed, found) in [
            ("billing", TOM),
            ("KELLER", MARIA),
            ("+49 (30) 23125-177", MARIA),
            ("20 7946", TOM),
        ] {
            searches(window, typed)?;
            window.until(&format!("{found} alone by {typed:?}"), |window| {
                listed(window) == [found]
            })?;
        }
        searches(window, "deliveries")?;
        window.until("Maria alone", |window| listed(window) == [MARIA])?;
        window.driver().keys(&[], key::DOWN)?;
        window.driver().keys(&[], key::RIGHT)?;
        window.until("details", |window| {
            let open = format!("//button[@aria-label='Details, {MARIA}'][@aria-expanded='true']");
            window.driver().find(&open).is_some()
        })?;
        assert_eq!(window.accessibility_faults()?, Vec::<String>::new());

        searches(window, "zzz")?;
        window.sees("Nothing found for “zzz”.")?;
        window.press("Show all calls")?;
        window.until("both calls", |window| listed(window) == [TOM, MARIA])?;
        window.click("//button[@role='radio'][starts-with(normalize-space(.), 'Outgoing')]")?;
        window.sees("There are no such calls.")
    });
}

#[test]
fn the_window_speaks_another_language_at_once_and_after_a_restart() {
    test(|lab| {
        let Shift {
            window,
            practice,
            desktop,
            _pulse,
        } = shift(lab, &[people::AGENT, people::EXPERTS])?;
        assert!(window.language().starts_with("en"), "{}", window.language());
        window.press("Settings")?;
        window.click("//button[@role='tab'][starts-with(normalize-space(.), 'Window')]")?;
        window.sees("Keep above other windows")?;
        assert_eq!(window.accessibility_faults()?, Vec::<String>::new());
        window.click("//select/option[@value='de']")?;
        window.sees(&german("settings.title")?)?;
        window.until("German", |window| window.language().starts_with("de"))?;
        window.press(&german("shared.closeEscape")?)?;
        window.sees(&german("calls.none.ready")?)?;
        assert_eq!(window.accessibility_faults()?, Vec::<String>::new());
        let settings = practice.profile().with_file_name("settings.toml");
        window.until("settings on the disk", |_| {
            std::fs::read_to_string(&settings).is_ok_and(|text| text.contains("language = \"de\""))
        })?;
        desktop.press("alt+F4")?;
        window.ends()?;
        drop(window);

        let window = Setup::new(lab, &desktop).on(&practice).open()?;
        window.sees(&german("calls.none.ready")?)?;
        window.press(&german("settings.title")?)?;
        window.click(&format!(
            "//button[@role='tab'][starts-with(normalize-space(.), '{}')]",
            german("settings.window")?
        ))?;
        // As the system again, which speaks English.
        window.click("//select/option[@value='']")?;
        window.sees("Keep above other windows")
    });
}

#[test]
fn as_a_bar_the_window_is_small_and_its_buttons_and_keys_do_what_they_do_in_full() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::SOON, people::MARIA])?;
        let window = &shift.window;
        let full = window.height();
        window.press("Show as a bar")?;
        window.until("a bar", |window| window.height() < full / 2)?;
        window.sees("Robin Adeyemi")?;
        assert_eq!(window.accessibility_faults()?, Vec::<String>::new());

        window.sees(MARIA)?;
        window.press("Answer")?;
        window.sees_call("In call")?;
        assert_eq!(window.accessibility_faults()?, Vec::<String>::new());
        window.press("Hold")?;
        window.sees_call("On hold")?;
        shift.practice.does_this(MARIA, "hears", "hold")?;
        window.driver().keys(&[key::CONTROL, key::SHIFT], "o")?;
        window.sees_call("In call")?;
        window.press("Mute")?;
        window.sees_call("Muted: they cannot hear you")?;
        window.press("Unmute")?;
        window.sees_call("In call")?;

        window.press("Show the full window")?;
        window.until("the full window", |window| window.height() == full)?;
        window.sees_at(MARIA, "In call")?;
        window.driver().keys(&[key::CONTROL, key::SHIFT], "y")?;
        window.until("a bar", |window| window.height() < full / 2)?;
        window.press("Hang up")?;
        shift.practice.does(MARIA, "ended").map(drop)
    });
}

#[test]
fn a_page_that_dies_in_the_bar_comes_back_in_it_and_the_whole_window_where_it_was() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::SOON, people::MARIA])?;
        let whole = shift.desktop.place_of("^Warmline$")?;
        shift.window.sees(MARIA)?;
        shift.window.press("Answer")?;
        shift.window.press("Show as a bar")?;
        let bar = |window: &Window| window.height() < 200;
        shift.window.until("a bar", bar)?;
        let dead = shift.window.crash_page()?;
        shift.window.comes_back(lab.dir(), dead)?;
        shift.window.sees_call("In call")?;
        shift.window.until("a bar", bar)?;
        shift.window.press("Show the full window")?;
        let desktop = &shift.desktop;
        shift.window.until("the whole window where it was", |_| {
            desktop
                .place_of("^Warmline$")
                .is_ok_and(|place| place == whole)
        })?;
        shift.window.press("Hang up")?;
        shift.practice.does(MARIA, "ended").map(drop)
    });
}

#[test]
fn what_went_wrong_has_a_report_that_names_nobody() {
    test(|lab| {
        let shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        let window = &shift.window;
        window.dial("204")?;
        window.sees("The line is busy.")?;
        window.click("//summary[.='Report for IT']")?;
        window.until("a report", |window| !report(window).is_empty())?;
        let report = report(window);
        assert!(report.contains("error: busy"), "{report}");
        for name in ["Jonas", "Weber", "Robin", "23125"] {
            assert!(!report.contains(name), "{name}: {report}");
        }
        assert_eq!(window.accessibility_faults()?, Vec::<String>::new());
        Ok(())
    });
}

/// The names of the calls that are listed, from top to bottom.
fn listed(window: &Window) -> Vec<String> {
    let script = "return [...document.querySelectorAll('[data-recent] > button:first-of-type')] \
                    .map((button) => button.getAttribute('aria-label').replace('Call ', ''))";
    let names = window.driver().script(script, &[]).unwrap_or_default();
    let names = names.as_array().into_iter().flatten();
    names
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

/// Types into the search of the history, in the place of what was there.
fn searches(window: &Window, text: &str) -> Result<()> {
    window.click("//input[@aria-label='Search calls']")?;
    window.driver().keys(&[key::CONTROL], "a")?;
    window.driver().keys(&[], text)
}

fn report(window: &Window) -> String {
    let script = "return document.querySelector('details[open] pre')?.textContent ?? ''";
    let text = window.driver().script(script, &[]).unwrap_or_default();
    text.as_str().unwrap_or_default().to_owned()
}

/// What the pages say in German.
fn german(id: &str) -> Result<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/words/de.json");
    let text = std::fs::read_to_string(file).map_err(|source| LabError::Io {
        doing: "reading German".to_owned(),
        source,
    })?;
    let words: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let word = words[id].as_str().map(str::to_owned);
    word.ok_or_else(|| LabError::Refused {
        name: "German".to_owned(),
        reason: format!("it does not say {id}"),
    })
}
