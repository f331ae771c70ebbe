//! What dies under the agent while a customer is on the line: the page, or the whole program. The call
//! does not.
#![cfg(target_os = "linux")]
#![allow(
    clippy::print_stderr,
    reason = "what was measured is told to whoever looks"
)]

use std::time::{Duration, Instant};

use warmline_interop::{Lab, Pulse, Result, test};
use warmline_ui_tests::{Desktop, Practice, Scheme, Setup, Speaker, Window, key, people};

/// An agent at a desktop, reachable in practice.
struct Shift {
    window: Window,
    practice: Practice,
    desktop: Desktop,
    pulse: Pulse,
}

fn shift(lab: &Lab, scenario: &[&str]) -> Result<Shift> {
    let practice = Practice::open(lab.dir(), &scenario.concat())?.unprocessed()?;
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

impl Shift {
    /// The program is killed, and the agent starts it again.
    fn killed_and_started_again(&mut self, lab: &Lab) -> Result<()> {
        self.window.crash()?;
        self.window = Setup::new(lab, &self.desktop).on(&self.practice).open()?;
        Ok(())
    }
}

#[test]
fn a_page_that_dies_in_a_call_comes_back_with_it_and_the_sound_never_stops() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        let window = &mut shift.window;
        shift.practice.does("Echo", "registered")?;
        window.dial("901")?;
        window.sees_call("In call")?;
        let _mouth = shift.pulse.say(&lab.tone(440.0, -20.0, 300.0)?)?;
        let speaker = Speaker::listen(&shift.pulse, "speaker")?;
        speaker.hears_tone(440.0, -23.0, -17.0)?;

        let listened = speaker.seconds();
        for death in 1..=2 {
            let dead = window.crash_page()?;
            let start = Instant::now();
            window.comes_back(lab.dir(), dead)?;
            window.sees_call("In call")?;
            eprintln!(
                "death {death}: the call is seen again after {:?}",
                start.elapsed()
            );
            window.until("a timer that runs", |window| window.timer() > Some(1))?;
        }
        let (dead, desktop) = (window.crash_page()?, &shift.desktop);
        window.until("a title that says so", |_| {
            desktop.place_of("Warmline: your calls go on").is_ok()
        })?;
        window.comes_back(lab.dir(), dead)?;
        window.sees_call("In call")?;
        window.until("the title as always", |_| {
            desktop.place_of("^Warmline$").is_ok()
        })?;
        speaker.hears_tone(440.0, -23.0, -17.0)?;
        let gap = speaker.longest_silence(listened);
        eprintln!("longest gap in the sound: {gap:?}");
        assert!(gap < A_GAP, "no sound for {gap:?}");

        window.press("Hang up")?;
        window.sees_call("You hung up.")?;
        shift.practice.does("Echo", "ended")?;
        assert_eq!(window.leaks()?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn a_program_killed_in_a_call_offers_it_when_it_is_started_again_and_the_customer_is_heard() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::AT_ONCE, TALKATIVE])?;
        shift.window.press("Answer")?;
        shift.window.sees_at(MARIA, "In call")?;
        shift.practice.does_this(MARIA, "says", 0)?;

        shift.killed_and_started_again(lab)?;
        shift
            .window
            .sees("Warmline was stopped in a call with Maria Keller.")?;
        shift.window.press("Recover")?;
        shift.window.sees_at(MARIA, "In call")?;
        let speaker = Speaker::listen(&shift.pulse, "speaker")?;
        let mouth = shift.pulse.say(&lab.tone(440.0, -20.0, 300.0)?)?;
        shift.practice.does_this(MARIA, "hears", "speech")?;
        drop(mouth);
        let said = shift.practice.does(MARIA, "says")?;
        let line = said
            .detail
            .as_u64()
            .and_then(|line| LINES.get(line as usize));
        speaker.hears(line.expect("one of the lines"))?;

        shift.window.press("Hold")?;
        shift.practice.does_this(MARIA, "hears", "hold")?;
        shift.killed_and_started_again(lab)?;
        shift.window.press("Recover")?;
        shift.window.sees_at(MARIA, "On hold")?;
        shift.window.press("Resume")?;
        shift.practice.does_this(MARIA, "hears", "silence")?;
        shift.window.press("Hang up")?;
        shift.practice.does(MARIA, "ended")?;
        assert_eq!(shift.window.leaks()?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn a_program_killed_in_a_consultation_takes_both_people_up_again() {
    test(|lab| {
        let scenario = [people::AGENT, people::AT_ONCE, TALKATIVE, people::EXPERTS];
        let mut shift = shift(lab, &scenario)?;
        shift.practice.does(NADIA, "registered")?;
        shift.window.press("Answer")?;
        shift.window.sees_at(MARIA, "In call")?;
        asks(&shift.window, "201")?;
        shift.window.sees("Hears you")?;
        shift.practice.does_this(MARIA, "hears", "hold")?;

        shift.killed_and_started_again(lab)?;
        shift
            .window
            .sees("Warmline was stopped in a call with Maria Keller and ")?;
        shift.window.press("Recover")?;
        let mouth = shift.pulse.say(&lab.tone(440.0, -20.0, 300.0)?)?;
        shift.practice.does_this(NADIA, "hears", "speech")?;
        shift.window.press("Swap")?;
        shift.practice.does_this(MARIA, "hears", "speech")?;
        shift.practice.does_this(NADIA, "hears", "hold")?;
        drop(mouth);
        Ok(())
    });
}

/// Calls an expert about the call: how the page leads there, other tests look at.
fn asks(window: &Window, expert: &str) -> Result<()> {
    let script = "const [to, done] = arguments; \
                  const call = Number(document.querySelector('[data-call]').dataset.call); \
                  window.__TAURI_INTERNALS__.invoke('act', { action: { do: 'consult', call, to } }) \
                    .then(() => done('done'), (error) => done(JSON.stringify(error)))";
    let said = window.driver().async_script(script, &[expert.into()])?;
    assert_eq!(said, "done");
    Ok(())
}

#[test]
fn a_page_that_dies_while_it_shows_the_microphone_leaves_it_closed() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        // What the room itself is made of listens too.
        let closed = listeners(&shift.pulse);
        let held = [key::CONTROL, key::SHIFT];
        shift.window.driver().keys(&held, "l")?;
        let pulse = &shift.pulse;
        shift
            .window
            .until("an open microphone", |_| listeners(pulse) == closed + 1)?;
        let dead = shift.window.crash_page()?;
        shift.window.comes_back(lab.dir(), dead)?;
        shift.window.is_reachable()?;
        shift
            .window
            .until("a closed microphone", |_| listeners(pulse) == closed)
    });
}

/// How many open microphones there are.
fn listeners(pulse: &Pulse) -> usize {
    let mut list = pulse.pactl();
    let output = list.args(["list", "short", "source-outputs"]).output();
    output.map_or(usize::MAX, |output| {
        String::from_utf8_lossy(&output.stdout).lines().count()
    })
}

#[test]
fn the_sound_of_a_killed_program_is_back_soon_after_the_click() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        shift.practice.does("Echo", "registered")?;
        shift.window.dial("901")?;
        shift.window.sees_call("In call")?;
        let _mouth = shift.pulse.say(&lab.tone(440.0, -20.0, 300.0)?)?;
        let speaker = Speaker::listen(&shift.pulse, "speaker")?;
        speaker.hears_tone(440.0, -23.0, -17.0)?;

        let killed = speaker.seconds();
        shift.killed_and_started_again(lab)?;
        let window = &shift.window;
        window.sees("Recover")?;
        let clicked = speaker.seconds();
        window.press("Recover")?;
        window.sees_call("In call")?;
        speaker.hears_tone(440.0, -23.0, -17.0)?;
        eprintln!(
            "sound is back {:?} after the click, {:?} after the kill",
            speaker.longest_silence(clicked),
            speaker.longest_silence(killed)
        );
        window.press("Hang up")?;
        shift.practice.does("Echo", "ended").map(drop)
    });
}

#[test]
fn who_lets_a_call_go_or_ends_in_order_is_offered_nothing_any_more() {
    test(|lab| {
        let mut shift = shift(
            lab,
            &[people::AGENT, people::AT_ONCE, TALKATIVE, people::EXPERTS],
        )?;
        shift.window.press("Answer")?;
        shift.window.sees_at(MARIA, "In call")?;
        shift.killed_and_started_again(lab)?;
        shift.window.press("Let it go")?;
        shift.window.no_longer_sees("Let it go")?;
        shift.window.sees("Warmline was stopped in the call · ")?;
        shift.killed_and_started_again(lab)?;
        shift.window.is_reachable()?;
        assert!(!shift.window.sees_soon("Let it go"), "it was let go");
        shift.window.sees("Warmline was stopped in the call · ")?;

        shift.practice.does("Echo", "registered")?;
        shift.window.dial("901")?;
        shift.window.sees_call("In call")?;
        shift.desktop.press("alt+F4")?;
        shift.window.press_last("Hang up and close")?;
        shift.window.ends()?;
        shift.practice.does("Echo", "ended")?;
        shift.window = Setup::new(lab, &shift.desktop).on(&shift.practice).open()?;
        shift.window.is_reachable()?;
        assert!(!shift.window.sees_soon("Let it go"), "nobody was left");
        Ok(())
    });
}

#[test]
fn a_second_start_raises_the_window_that_is_there_and_takes_none_of_its_calls() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::AT_ONCE, TALKATIVE])?;
        shift.window.press("Answer")?;
        shift.window.sees_at(MARIA, "In call")?;
        Setup::new(lab, &shift.desktop)
            .on(&shift.practice)
            .start_again(None)?;
        assert!(!shift.window.sees_soon("Let it go"), "it has the call");
        let mouth = shift.pulse.say(&lab.tone(440.0, -20.0, 300.0)?)?;
        shift.practice.does_this(MARIA, "hears", "speech")?;
        drop(mouth);
        shift.window.sees_at(MARIA, "In call")?;
        shift.window.press("Hang up")?;
        shift.practice.does(MARIA, "ended").map(drop)
    });
}

const MARIA: &str = "Maria Keller";
const NADIA: &str = "Nadia Haddad";

/// One who says something new each time the agent has spoken.
const TALKATIVE: &str = r#"
[[customer]]
name = "Maria Keller"
number = "+49 30 23125 177"
queue = "Deliveries"
says = ["maria-2", "maria-3", "tom-2", "tom-3"]
"#;
const LINES: [&str; 4] = ["maria-2", "maria-3", "tom-2", "tom-3"];

/// What a busy machine costs the recorder now and then is less.
const A_GAP: Duration = Duration::from_millis(100);
