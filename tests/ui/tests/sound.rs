//! The devices: looked at, chosen, remembered, in the real web view and on a real sound server.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use warmline_interop::{Person, Pulse, number, test};
use warmline_ui_tests::{Desktop, Scheme, Setup, Window};

#[test]
fn a_chosen_speaker_is_remembered_and_the_microphone_open_only_while_it_is_looked_at() {
    test(|lab| {
        let mut asterisk = lab.asterisk()?;
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        let window = Setup::new(lab, &desktop).profile(&asterisk)?.open()?;
        window.is_reachable()?;
        let mouth = pulse.say(&lab.tone(440.0, -20.0, 120.0)?)?;
        assert!(!listens(&pulse));
        window.press("Sound settings")?;
        until("the level of the microphone", || {
            level(&window, "Microphone level") > 30
        });
        assert!(listens(&pulse));

        let headset = pulse.plug_in("headset")?;
        choose(&window, "Speaker: ", "headset");
        let settings = lab.dir().join("settings.toml");
        until("the settings", || {
            std::fs::read_to_string(&settings).is_ok_and(|text| text.contains("pulseaudio:headset"))
        });
        desktop.press("Escape")?;
        until("the end of listening", || !listens(&pulse));
        drop(window);

        let window = Setup::new(lab, &desktop).profile(&asterisk)?.open()?;
        window.is_reachable()?;
        asterisk.call(Person::AGENT, Person::COLLEAGUE, number::ECHO)?;
        window.press("Answer")?;
        window.sees_call("In call")?;
        until("sound on the headset", || plays_on(&pulse, "headset"));
        pulse.unplug(headset)?;
        until("sound on another speaker", || !plays_on(&pulse, "headset"));
        window.sees_call("In call")?;
        drop(mouth);
        Ok(())
    });
}

#[test]
fn the_check_before_a_shift_asks_listens_and_says_what_is_wrong() {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        let window = Setup::new(lab, &desktop).profile(&asterisk)?.open()?;
        window.is_reachable()?;
        window.press("Settings")?;
        window.click("//button[@role='tab'][starts-with(normalize-space(.), 'Devices')]")?;
        window.press("Check your sound")?;
        window.sees("Please be quiet for a moment.")?;
        window.sees("You should hear a rising tone.")?;
        window.sees("Now speak as you do to a customer")?;
        assert!(listens(&pulse) && plays_on(&pulse, "speaker"));
        window.sees("And this is how you sound.")?;
        // Nobody has spoken.
        window.sees("Customers will not hear you, or you them")?;
        window.sees("Microphone All right")?;
        window.sees("Your voice Does not work")?;
        assert_eq!(window.accessibility_faults()?, Vec::<String>::new());

        window.press("Check again")?;
        window.sees("Please be quiet for a moment.")?;
        window.press("Stop the check")?;
        window.sees("Takes ten seconds")?;
        desktop.press("Escape")?;
        until("the end of listening", || !listens(&pulse));
        Ok(())
    });
}

/// Opens the picker that begins so, and takes the device of this name.
fn choose(window: &Window, picker: &str, device: &str) {
    let click = |path: String| {
        until(&path, || {
            let found = window.driver().find(&path);
            found.is_some_and(|element| window.driver().click(&element).is_ok())
        });
    };
    click(format!("//button[starts-with(@aria-label, '{picker}')]"));
    click(format!(
        "//*[@role='menuitemradio'][normalize-space(.)='{device}']"
    ));
}

fn level(window: &Window, meter: &str) -> u64 {
    let script = "const meter = document.querySelector(`[aria-label='${arguments[0]}']`); \
                  return Number(meter?.getAttribute('aria-valuenow') ?? 0)";
    let level = window.driver().script(script, &[meter.into()]);
    level.ok().and_then(|level| level.as_u64()).unwrap_or(0)
}

/// Whether the window has a microphone open.
fn listens(pulse: &Pulse) -> bool {
    pactl(pulse, "source-outputs").contains("media.role = \"phone\"")
}

/// Whether the window plays on this speaker.
fn plays_on(pulse: &Pulse, name: &str) -> bool {
    let sinks = pactl(pulse, "sinks");
    let number = sinks
        .split("Sink #")
        .find(|sink| sink.contains(&format!("Name: {name}\n")))
        .and_then(|sink| sink.lines().next())
        .unwrap_or("none");
    pactl(pulse, "sink-inputs").contains(&format!("Sink: {number}\n"))
}

fn pactl(pulse: &Pulse, what: &str) -> String {
    let output = pulse.pactl().args(["list", what]).output();
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

#[track_caller]
fn until(awaited: &str, mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < LIMIT, "no {awaited} after {LIMIT:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

const LIMIT: Duration = Duration::from_secs(30);
