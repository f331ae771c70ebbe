//! Every state of the window in light and in dark colours: accessible as it is painted, and as it
//! looks in `docs/screens`.
#![cfg(target_os = "linux")]

use std::net::TcpListener;

use warmline_interop::{Lab, LabError, Pulse, Result, test};
use warmline_ui_tests::{
    Desktop, Focus, Practice, Scheme, Screens, Setup, Window, key, people, quiet_room,
    take_microphone, write,
};

#[test]
fn every_state_looks_as_it_should_in_light_colours() {
    test(|lab| every_state(lab, Scheme::Light));
}

#[test]
fn every_state_looks_as_it_should_in_dark_colours() {
    test(|lab| every_state(lab, Scheme::Dark));
}

fn every_state(lab: &Lab, scheme: Scheme) -> Result<()> {
    let pulse = lab.pulse()?;
    let _room = pulse.say(&quiet_room(lab)?)?;
    let desktop = Desktop::start(lab.dir(), scheme, &pulse)?;
    let mut screens = Screens::new(lab, scheme);
    without_a_phone(lab, &desktop, &mut screens)?;
    without_a_server(lab, &desktop, &mut screens)?;

    let mut practice = Practice::open(lab.dir(), &[people::AGENT, people::EXPERTS].concat())?;
    first_day(lab, &desktop, &practice, &mut screens)?;
    wrong_password(lab, &desktop, &practice, &mut screens)?;
    let window = Setup::new(lab, &desktop).on(&practice).open()?;
    window.is_reachable()?;
    let dark = window.driver().script(
        "return matchMedia('(prefers-color-scheme: dark)').matches",
        &[],
    )?;
    assert_eq!(dark, scheme == Scheme::Dark);
    calls_out(&window, &mut practice, &mut screens)?;
    server_lost(&window, &mut practice, &mut screens)?;
    practice.restart_with(
        &[
            people::AGENT,
            people::SOON,
            people::MARIA,
            people::TOM,
            people::EXPERTS,
        ]
        .concat(),
    )?;
    window.is_reachable()?;
    calls_in(lab, &window, &desktop, &pulse, &mut practice, &mut screens)?;
    practice.restart_with(
        &[
            people::AGENT,
            people::AT_ONCE,
            people::MARIA,
            SAYS_NOTHING_OF_A_TRANSFER,
            people::EXPERTS,
            SOMEBODY_WHO_LETS_IT_RING,
        ]
        .concat(),
    )?;
    window.is_reachable()?;
    together(&window, &mut practice, &mut screens)?;
    let window = stopped_in_a_call(lab, &desktop, &practice, window, &mut screens)?;
    drop(window);
    screens.finish()
}

fn without_a_phone(lab: &Lab, desktop: &Desktop, screens: &mut Screens) -> Result<()> {
    let window = Setup::new(lab, desktop).open()?;
    window.sees("Welcome to Warmline")?;
    screens.look(&window, "first-run")?;

    write(&desktop.profile(), "server = \"http://nonsense\"\n")?;
    window.press("Read the profile again")?;
    window.sees("Warmline cannot start yet")?;
    screens.look(&window, "broken-profile")?;

    write(&desktop.profile(), PROFILE)?;
    window.press("Read the profile again")?;
    window.sees("Your password is missing")?;
    screens.look(&window, "no-password")?;
    drop(window);

    let window = Setup::new(lab, desktop)
        .environment("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        .open()?;
    window.sees("The keychain does not open")?;
    screens.look(&window, "no-keychain")?;
    drop(window);

    let window = Setup::new(lab, desktop)
        .arguments(&["--practice=/nowhere/day.toml"])
        .open()?;
    window.sees("Practice cannot start")?;
    screens.look(&window, "no-practice")
}

fn without_a_server(lab: &Lab, desktop: &Desktop, screens: &mut Screens) -> Result<()> {
    // It takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").map_err(|source| LabError::Io {
        doing: "opening a port".to_owned(),
        source,
    })?;
    let port = silent.local_addr().map(|address| address.port());
    let profile = lab.dir().join("silent.toml");
    let server = format!("wss://127.0.0.1:{}/ws", port.unwrap_or_default());
    write(
        &profile,
        &PROFILE
            .replace("wss://sbc.contact.example/ws", &server)
            .replace("# ", ""),
    )?;
    write(&lab.dir().join("password.txt"), "secret\n")?;
    let window = Setup::new(lab, desktop)
        .arguments(&["--profile", &profile.display().to_string()])
        .open()?;
    window.sees("Connecting")?;
    screens.look(&window, "connecting")
}

/// What an agent is shown once, and never again.
fn first_day(
    lab: &Lab,
    desktop: &Desktop,
    practice: &Practice,
    screens: &mut Screens,
) -> Result<()> {
    let setup = Setup::new(lab, desktop).on(practice);
    let window = setup.first_day().open()?;
    window.sees("Try your headset")?;
    window.sees("Check your sound")?;
    window.no_longer_sees("Looking for devices…")?;
    screens.look(&window, "first-steps")?;
    window.press("Next")?;
    window.sees("You are ready for calls")?;
    screens.look(&window, "first-steps-ready")?;
    window.press("Begin")?;
    window.is_reachable()?;
    let settings = practice.profile().with_file_name("settings.toml");
    window.until("settings on the disk", |_| {
        std::fs::read_to_string(&settings).is_ok_and(|text| text.contains("first_steps_done"))
    })
}

fn wrong_password(
    lab: &Lab,
    desktop: &Desktop,
    practice: &Practice,
    screens: &mut Screens,
) -> Result<()> {
    let right = practice.profile();
    let text = std::fs::read_to_string(&right).map_err(|source| LabError::Io {
        doing: "reading the profile of practice".to_owned(),
        source,
    })?;
    let wrong = right.with_file_name("wrong.toml");
    write(&right.with_file_name("wrong.txt"), "not this one\n")?;
    let (before, _) = text.split_once("password_file").unwrap_or((&text, ""));
    write(&wrong, &format!("{before}password_file = \"wrong.txt\"\n"))?;
    let window = Setup::new(lab, desktop)
        .arguments(&["--profile", &wrong.display().to_string()])
        .open()?;
    window.sees("Not reachable")?;
    window.sees("password")?;
    screens.look(&window, "refused")
}

/// Before the first call, and calls that the agent makes.
fn calls_out(window: &Window, practice: &mut Practice, screens: &mut Screens) -> Result<()> {
    screens.look(window, "idle")?;
    window.press("Keyboard shortcuts")?;
    window.sees("Swap to the call on hold")?;
    screens.look_with(window, "shortcuts", Focus::Kept)?;
    window.press("Close")?;
    window.no_longer_sees("Swap to the call on hold")?;

    window.press("Settings")?;
    window.click("//button[@role='tab'][starts-with(normalize-space(.), 'Window')]")?;
    window.sees("Keep above other windows")?;
    screens.look_with(window, "settings", Focus::Kept)?;
    window.press("Close (Escape)")?;
    window.no_longer_sees("Keep above other windows")?;

    window.type_number("+44 20 7946 0142")?;
    window.sees("United Kingdom")?;
    screens.look_with(window, "number", Focus::Kept)?;
    window.press("Empty the field")?;

    practice.does("Ingrid Solberg", "registered")?;
    window.dial("203")?;
    window.sees("They put you on hold")?;
    window.no_longer_sees("Clear sound")?;
    screens.look(window, "held-by-them")?;
    window.press("Hang up")?;
    window.sees("You hung up.")?;
    window.press("Dismiss, 203")?;

    window.dial("204")?;
    window.sees("The line is busy.")?;
    screens.look(window, "ended")?;
    window.click("//summary[.='Report for IT']")?;
    window.sees("error: busy")?;
    screens.look(window, "report")?;
    window.press("Dismiss, 204")?;

    window.type_number("20")?;
    window.driver().keys(&[], key::DOWN)?;
    window.sees("Enter calls")?;
    screens.look_with(window, "search", Focus::Kept)?;
    window.driver().keys(&[], key::ESCAPE)?;
    window.driver().keys(&[], key::ESCAPE)
}

fn server_lost(window: &Window, practice: &mut Practice, screens: &mut Screens) -> Result<()> {
    practice.kill();
    window.sees("Calls cannot reach you now")?;
    window.sees("Next try in")?;
    screens.look(window, "offline")
}

/// Customers call: one beside a call, then in peace, then another one.
fn calls_in(
    lab: &Lab,
    window: &Window,
    desktop: &Desktop,
    pulse: &Pulse,
    practice: &mut Practice,
    screens: &mut Screens,
) -> Result<()> {
    window.dial("901")?;
    window.sees_at("901", "In call")?;
    window.sees_at(MARIA, "Incoming call")?;
    let mouth = pulse.say(&lab.tone(440.0, -20.0, 300.0)?)?;
    window.sees("Clear sound")?;
    screens.look(window, "second-call")?;
    window.press("Hold and answer")?;
    window.sees_at(MARIA, "In call")?;
    window.sees_at("901", "On hold")?;
    window.sees("Clear sound")?;
    screens.look(window, "two-calls")?;
    window.press("Hang up, 901")?;
    practice.does("Echo", "ended")?;
    window.press("Dismiss, 901")?;

    screens.look(window, "call")?;
    window.palette("")?;
    screens.look_with(window, "palette", Focus::Kept)?;
    window.driver().keys(&[], key::ESCAPE)?;
    let full = window.height();
    window.press("Show as a bar")?;
    window.until("a bar", |window| window.height() < full / 2)?;
    window.sees_call("In call")?;
    screens.look(window, "bar")?;
    window.press("Show the full window")?;
    window.until("the full window", |window| window.height() == full)?;
    window.sees("Clear sound")?;
    window.press("Mute")?;
    window.sees("Muted: they cannot hear you")?;
    screens.look(window, "muted")?;
    window.press("Unmute")?;
    window.press("Keypad")?;
    window.press("4")?;
    window.press("2")?;
    window.sees("42")?;
    screens.look(window, "keypad")?;
    window.press("Keypad")?;
    window.press("Hold")?;
    window.sees_at(MARIA, "On hold")?;
    screens.look(window, "on-hold")?;
    window.press("Resume")?;
    window.sees_at(MARIA, "In call")?;
    window.sees("Clear sound")?;

    window.press("Sound")?;
    window.until("levels", |window| window.level("Microphone level") > 20)?;
    screens.look_with(window, "sound", Focus::Kept)?;
    window.driver().keys(&[], key::ESCAPE)?;
    window.no_longer_sees("when a call comes in")?;

    // The display loses such a key now and then.
    let question = "Closing Warmline hangs up";
    for _ in 0..3 {
        desktop.press("alt+F4")?;
        if window.sees_soon(question) {
            break;
        }
    }
    screens.look_with(window, "closing", Focus::Kept)?;
    window.press("Stay on the line")?;
    window.no_longer_sees(question)?;

    take_microphone(pulse)?;
    window.sees("Nobody can hear you: no microphone.")?;
    screens.look(window, "no-microphone")?;
    let _microphone = pulse.plug_in_microphone("microphone")?;
    window.no_longer_sees("Nobody can hear you: no microphone.")?;
    drop(mouth);

    window.press("Hang up")?;
    practice.does(MARIA, "ended")?;
    window.sees_at("Tom Okafor", "Incoming call")?;
    window.press("Dismiss, Maria Keller")?;
    screens.look(window, "incoming")?;
    window.press("Decline")?;
    practice.does("Tom Okafor", "ended")?;
    window.press("Dismiss, Tom Okafor")?;
    screens.look(window, "recents")?;
    window.click("//input[@aria-label='Search calls']")?;
    window.driver().keys(&[], "keller")?;
    window.until("the customer alone", |window| {
        let rows = "return document.querySelectorAll('[data-recent]').length";
        window
            .driver()
            .script(rows, &[])
            .is_ok_and(|rows| rows == 1)
    })?;
    window.driver().keys(&[], key::DOWN)?;
    window.driver().keys(&[], key::RIGHT)?;
    window.until("details", |window| {
        let open = format!("//button[@aria-label='Details, {MARIA}'][@aria-expanded='true']");
        window.driver().find(&open).is_some()
    })?;
    screens.look(window, "history")?;
    window.press("Empty the search")
}

/// A customer and those who may help, on one card; then all in one conversation.
fn together(window: &Window, practice: &mut Practice, screens: &mut Screens) -> Result<()> {
    window.sees_at(MARIA, "Incoming call")?;
    window.press("Answer")?;
    window.sees_at(MARIA, "In call")?;
    window.sees("Clear sound")?;
    window.press("Transfer")?;
    window.sees("Who should help Maria Keller?")?;
    window.driver().keys(&[], "+49 30 23125 201")?;
    window.sees("+49 30 23125201 · Germany")?;
    screens.look(window, "bring-in")?;
    window.press("Close (Escape)")?;

    brings_in(window, "206", "Ask first")?;
    window.sees_at(MARIA, "Ringing there")?;
    screens.look(window, "expert-rings")?;
    window.press("Back to Maria Keller")?;
    window.sees_at(MARIA, "In call")?;
    window.press("Dismiss, 206")?;

    brings_in(window, "903", "Hand over")?;
    window.sees_at(MARIA, "This may be voicemail")?;
    window.sees("Clear sound")?;
    screens.look(window, "may-be-voicemail")?;
    window.press("Connect them")?;
    window.sees("Connect Maria Keller all the same?")?;
    // Its greeting alone is known for one, too.
    window.sees("there was a beep")?;
    screens.look(window, "voicemail-asked")?;
    window.press("Not yet")?;
    window.press("Back to Maria Keller")?;
    practice.does("Voicemail", "ended")?;
    window.press("Dismiss, 903")?;

    brings_in(window, "201", "Ask first")?;
    window.sees_at(MARIA, "Hears music")?;
    window.sees_at(MARIA, "Talking with you")?;
    window.sees("Clear sound")?;
    screens.look(window, "expert")?;
    window.press("Swap")?;
    practice.does_this("Nadia Haddad", "hears", "hold")?;
    // How the one sounds who is talked with now, and not the one before.
    window.until("customer", talks_with_the_customer)?;
    window.sees("Clear sound")?;
    screens.look(window, "expert-waits")?;
    window.press("Swap")?;
    practice.does_this(MARIA, "hears", "hold")?;
    window.until("expert", |window| !talks_with_the_customer(window))?;
    window.sees("Clear sound")?;
    window.press("Connect them")?;
    window.sees("Waiting for the phone system’s word.")?;
    screens.look(window, "connecting-them")?;
    window.sees("has not said whether the transfer worked")?;
    window.sees("Clear sound")?;
    // It is higher than the window, and where the keyboard is may have moved it a little.
    window.driver().script(TO_THE_TOP, &[])?;
    screens.look(window, "transfer-failed")?;

    window.press("Merge")?;
    window.sees_at(GROUP, "All of you hear each other.")?;
    screens.look(window, "group")?;
    window.press("Silence Maria Keller")?;
    window.press("Loudness of 201")?;
    window.sees("Silenced: nobody hears them")?;
    screens.look(window, "group-loudness")?;
    window.press("Let Maria Keller be heard again")?;
    window.press("Loudness of 201")?;
    window.press("Step out")?;
    window.sees_at(GROUP, "You are away.")?;
    screens.look(window, "group-away")?;
    window.press("Go back in")?;
    window.press("Hang up, 201")?;
    practice.does("Nadia Haddad", "ended")?;
    window.sees_at(MARIA, "In call")?;
    window.press("Dismiss, 201")
}

/// The program dies in a call; the next one offers to take it up again.
fn stopped_in_a_call(
    lab: &Lab,
    desktop: &Desktop,
    practice: &Practice,
    window: Window,
    screens: &mut Screens,
) -> Result<Window> {
    let program = window.driver().program()?.to_string();
    let killed = std::process::Command::new("kill")
        .args(["-KILL", &program])
        .status();
    killed.map_err(|source| LabError::Io {
        doing: "ending the window".to_owned(),
        source,
    })?;
    drop(window);
    let window = Setup::new(lab, desktop).on(practice).open()?;
    window.sees("Warmline was stopped in a call with Maria Keller.")?;
    window.is_reachable()?;
    screens.look(&window, "recovery")?;
    window.press("Recover")?;
    window.sees_at(MARIA, "In call")?;
    Ok(window)
}

/// Only who is talked with can be hung up on from the card.
fn talks_with_the_customer(window: &Window) -> bool {
    let button = format!("//button[@aria-label='Hang up, {MARIA}']");
    window.driver().find(&button).is_some()
}

/// Opens the box of whom to bring in, types a number and chooses one of the ways.
fn brings_in(window: &Window, number: &str, way: &str) -> Result<()> {
    window.press("Transfer")?;
    window.click("//input[@aria-label='Name or number of who should help']")?;
    window.driver().keys(&[], number)?;
    window.click(&format!("//button[.//span[text()='{way}']]"))
}

const GROUP: &str = "You and 2 others";

/// Of the customer above it in a scenario.
const SAYS_NOTHING_OF_A_TRANSFER: &str = "transfer = \"silent\"\n";

/// Before the lines of a scenario comes nothing more, after them one more expert may.
const SOMEBODY_WHO_LETS_IT_RING: &str = r#"
[[expert]]
name = "Sofia Marino"
number = "+49 30 23125 206"
extension = "206"
manner = "silent"
after_s = 120
"#;

const MARIA: &str = "Maria Keller";

const PROFILE: &str = "server = \"wss://sbc.contact.example/ws\"\naor = \"sip:2001@contact.example\"\n\
                       display_name = \"Robin Adeyemi\"\n# password_file = \"password.txt\"\n";

/// Whatever is scrolled begins with its beginning again.
const TO_THE_TOP: &str = "for (const part of document.querySelectorAll('*')) { if (part.scrollTop > 0) { part.scrollTop = 0; } }";
