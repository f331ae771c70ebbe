//! The phone and the system around it: who opens links, what starts at login, what is in the tray, and sleep.
#![cfg(target_os = "linux")]

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use warmline_interop::{Lab, LabError, Pulse, Result, test};
use warmline_ui_tests::{
    Copied, Desktop, Other, Panel, Practice, Scheme, Setup, Sleep, Window, key, people, write,
};

/// A desktop on which an agent will work.
struct Shift<'lab> {
    practice: Practice,
    desktop: Desktop,
    _pulse: Pulse,
    lab: &'lab Lab,
}

fn shift<'lab>(lab: &'lab Lab, scenario: &[&str]) -> Result<Shift<'lab>> {
    let practice = Practice::open(lab.dir(), &scenario.concat())?;
    let pulse = lab.pulse()?;
    let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
    Ok(Shift {
        practice,
        desktop,
        _pulse: pulse,
        lab,
    })
}

impl Shift<'_> {
    fn open(&self) -> Result<Window> {
        let window = Setup::new(self.lab, &self.desktop).on(&self.practice);
        let window = window.open()?;
        window.is_reachable()?;
        Ok(window)
    }

    /// What opens links of this scheme, as other programs find it out.
    fn opener(&self, scheme: &str) -> String {
        let kind = format!("x-scheme-handler/{scheme}");
        let said = self.desktop.ask("xdg-mime", &["query", "default", &kind]);
        said.unwrap_or_default().trim().to_owned()
    }

    /// Whether all links are opened in the phone.
    fn opens_links(&self) -> bool {
        SCHEMES
            .into_iter()
            .all(|scheme| self.opener(scheme).starts_with("warmline-links-"))
    }

    /// The only entry in this folder, which is one that desktops read.
    fn entry_in(&self, folder: &Path) -> Result<PathBuf> {
        let [entry] = &entries_in(folder)[..] else {
            return Err(refused(format!("one entry in {}", folder.display())));
        };
        self.desktop
            .ask("desktop-file-validate", &[&entry.display().to_string()])?;
        Ok(entry.clone())
    }
}

const MARIA: &str = "Maria Keller";
const SCHEMES: [&str; 4] = ["tel", "sip", "sips", "callto"];
const OPEN_LINKS: &str = "Open phone links in Warmline";
const START: &str = "Start when you log in to this computer";

#[test]
fn a_link_that_another_program_opens_reaches_the_phone_for_as_long_as_the_agent_wants_it() {
    test(|lab| {
        let shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        let window = shift.open()?;
        window.settings("Window")?;
        assert_eq!(window.is_on(OPEN_LINKS), Some(false));
        assert!(!shift.opens_links());
        // The machine may have another phone.
        let before = SCHEMES.map(|scheme| shift.opener(scheme));
        window.turn(OPEN_LINKS, true)?;
        assert_eq!(window.accessibility_faults()?, Vec::<String>::new());
        assert!(
            shift.opens_links(),
            "{:?}",
            SCHEMES.map(|of| shift.opener(of))
        );
        let programs = shift.desktop.data().join("applications");
        let entry = shift.entry_in(&programs)?;
        shift
            .desktop
            .ask("gio", &["open", "tel:+49-30-23125-201"])?;
        is_asked_and_says_no(&window)?;

        // Another program takes what is most wanted, while the agent is there.
        let other = Other::open(&shift.desktop)?;
        let linphone = "[Desktop Entry]\nType=Application\nName=Other\nExec=true %u\n\
                        MimeType=x-scheme-handler/tel;\n";
        write(&programs.join("other.desktop"), linphone)?;
        let takes = ["mime", "x-scheme-handler/tel", "other.desktop"];
        shift.desktop.ask("gio", &takes)?;
        assert_eq!(shift.opener("tel"), "other.desktop");
        drop(other);
        window.settings("Window")?;
        window.until("links that open elsewhere", |window| {
            window.is_on(OPEN_LINKS) == Some(false)
        })?;
        window.turn(OPEN_LINKS, true)?;
        assert!(shift.opens_links());
        window.turn(OPEN_LINKS, false)?;
        assert_eq!(shift.opener("tel"), "other.desktop", "as it was before");
        for (scheme, before) in SCHEMES.into_iter().zip(before) {
            assert!(
                scheme == "tel" || shift.opener(scheme) == before,
                "{scheme}"
            );
        }
        assert!(!entry.exists());
        Ok(())
    });
}

#[test]
fn links_that_the_system_does_not_give_to_the_phone_are_told() {
    test(|lab| {
        let shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        let window = shift.open()?;
        let programs = shift.desktop.data().join("applications");
        write(&programs, "no folder")?;
        window.settings("Window")?;
        window.click_label(OPEN_LINKS)?;
        window.sees("Phone links cannot be opened in Warmline")?;
        assert_eq!(window.is_on(OPEN_LINKS), Some(false));
        assert!(!shift.desktop.config().join("mimeapps.list").exists());
        Ok(())
    });
}

#[test]
fn policy_has_links_opened_in_the_phone_and_the_agent_sees_whose_word_that_is() {
    test(|lab| {
        let shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        let profile = fs::File::options()
            .append(true)
            .open(shift.practice.profile());
        profile
            .and_then(|mut file| file.write_all(b"\n[links]\nregister = true\n"))
            .map_err(|source| LabError::Io {
                doing: "adding to the profile".to_owned(),
                source,
            })?;
        let window = shift.open()?;
        window.until("links opened in the phone", |_| shift.opens_links())?;
        window.settings("Window")?;
        window.sees("Set by whoever manages this phone.")?;
        assert_eq!(window.is_on(OPEN_LINKS), Some(true));
        window.turn(START, true)?;
        // What is greyed out does nothing, and the page sends no such wish; who would, is refused.
        window.act(&serde_json::json!({ "do": "openLinks", "on": false }))?;
        window.turn(START, false)?;
        assert!(shift.opens_links());
        Ok(())
    });
}

#[test]
fn what_starts_at_login_is_an_entry_that_desktops_read() {
    test(|lab| {
        let shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        let window = shift.open()?;
        let autostart = shift.desktop.config().join("autostart");
        window.settings("Window")?;
        assert_eq!(window.is_on(START), Some(false));
        window.turn(START, true)?;
        let entry = shift.entry_in(&autostart)?;
        let read = fs::read_to_string(&entry).unwrap_or_default();
        let profile = shift.practice.profile().display().to_string();
        assert!(
            read.contains(&format!("\"--profile\" \"{profile}\"")),
            "{read}"
        );

        // The system's own settings turn it off.
        let other = Other::open(&shift.desktop)?;
        write(&entry, &(read + "Hidden=true\n"))?;
        drop(other);
        window.until("no start at login", |window| {
            window.is_on(START) == Some(false)
        })?;
        window.turn(START, true)?;
        window.turn(START, false)?;
        assert_eq!(entries_in(&autostart), Vec::<PathBuf>::new());
        Ok(())
    });
}

#[test]
fn the_tray_says_what_the_phone_is_like_and_its_menu_acts() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::SOON, people::MARIA])?;
        let panel = Panel::start(&shift.desktop)?;
        let window = shift.open()?;
        let icon = panel.icon()?;
        assert_eq!(icon.text("Title")?, "warmline");
        let says = |words: &str| {
            window.until(&format!("a tray that says {words:?}"), |_| {
                icon.has(words, false, false)
            })
        };
        says("A call is coming in")?;
        assert!(icon.has("Mute", false, false) && icon.has("Hang up", false, false));
        window.sees_at(MARIA, "Incoming call")?;
        window.press("Answer")?;
        says("In a call")?;
        window.until("a call to mute", |_| icon.has("Mute", true, false))?;
        icon.choose("Mute")?;
        window.sees_at(MARIA, "Muted: they cannot hear you")?;
        window.until("a tick", |_| icon.has("Mute", true, true))?;
        icon.choose("Hang up")?;
        shift.practice.does(MARIA, "ended")?;
        says("Ready for calls")?;

        icon.choose("Do not disturb")?;
        says("Do not disturb")?;
        assert!(icon.has("Do not disturb", true, true));
        window.sees("Do not disturb")?;
        icon.choose("Do not disturb")?;
        says("Ready for calls")?;
        assert!(icon.has("Do not disturb", true, false));

        let words: Vec<String> = icon.menu()?.into_iter().map(|entry| entry.words).collect();
        for name in people::TRACES {
            assert!(words.iter().all(|words| !words.contains(name)), "{words:?}");
        }
        icon.choose("Quit Warmline")?;
        window.ends()
    });
}

#[test]
fn a_copied_number_is_asked_about_by_the_tray_and_nothing_copied_is_told() {
    test(|lab| {
        let shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        let panel = Panel::start(&shift.desktop)?;
        let window = shift.open()?;
        let icon = panel.icon()?;
        let copied = Copied::text(&shift.desktop, "+49 (30) 23125-201")?;
        icon.choose("Call the copied number")?;
        is_asked_and_says_no(&window)?;
        assert!(window.driver().find("//section[@data-call]").is_none());

        drop(copied);
        icon.choose("Call the copied number")?;
        window.sees("There is no copied text.")?;
        let _copied = Copied::text(&shift.desktop, "nothing to call")?;
        icon.choose("Call the copied number")?;
        window.sees("What you copied is not a number")?;
        assert_eq!(window.leaks()?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn the_machine_stays_awake_for_a_call_and_no_longer() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::SOON, people::MARIA])?;
        let sleep = Sleep::start(&shift.desktop)?;
        let window = Setup::new(lab, &shift.desktop)
            .on(&shift.practice)
            .environment("DBUS_SYSTEM_BUS_ADDRESS", shift.desktop.bus())
            .open()?;
        window.sees_at(MARIA, "Incoming call")?;
        assert!(sleep.is_let_alone(), "nobody is on the phone");
        window.press("Answer")?;
        let blocker = sleep.is_asked()?;
        assert_eq!((&*blocker.what, &*blocker.who), ("idle:sleep", "Warmline"));
        assert_eq!((&*blocker.why, &*blocker.mode), ("A call is up", "block"));
        window.sees_at(MARIA, "In call")?;
        window.press("Hold")?;
        window.sees_at(MARIA, "On hold")?;
        assert!(blocker.holds(), "they still wait");
        window.press("Hang up")?;
        shift.practice.does(MARIA, "ended")?;
        blocker.lets_go()?;
        assert!(sleep.is_let_alone(), "it was asked once");
        Ok(())
    });
}

/// The question comes up, and goes. A key that is pressed before it has the keyboard is pressed again.
fn is_asked_and_says_no(window: &Window) -> Result<()> {
    let asked = || window.driver().find(QUESTION).is_some();
    window.until("the question", |_| asked())?;
    window.until("no question", |window| {
        window.driver().keys(&[], key::ESCAPE).is_ok() && !asked()
    })
}

fn entries_in(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let entries = files.map(|file| file.path());
    let mut entries: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|ending| ending == "desktop"))
        .collect();
    entries.sort();
    entries
}

fn refused(missing: String) -> LabError {
    LabError::Refused {
        name: "desktop".to_owned(),
        reason: format!("there is not {missing}"),
    }
}

/// What asks about the number of these tests, whatever it says besides.
const QUESTION: &str = "//*[@role='alertdialog' or @role='dialog'][contains(., '23125201')]";
