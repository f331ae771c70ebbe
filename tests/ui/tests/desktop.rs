//! The phone among other programs: links, second starts, do not disturb. A link is somebody's wish, and not the agent's.
#![cfg(target_os = "linux")]

use std::{
    io::{Read, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::json;
use warmline_interop::{Lab, LabError, Pulse, Result, test};
use warmline_ui_tests::{Desktop, Practice, Scheme, Setup, Window, key, people};

/// An agent at a desktop, reachable in practice.
struct Shift<'lab> {
    window: Window,
    practice: Practice,
    desktop: Desktop,
    _pulse: Pulse,
    lab: &'lab Lab,
}

fn shift<'lab>(lab: &'lab Lab, scenario: &[&str]) -> Result<Shift<'lab>> {
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
        lab,
    })
}

impl Shift<'_> {
    /// Somebody clicks on a link elsewhere: the desktop starts the program again with it. What that printed.
    fn link(&self, link: &str) -> Result<String> {
        Setup::new(self.lab, &self.desktop)
            .on(&self.practice)
            .start_again(Some(link))
    }

    fn is_asked(&self) -> bool {
        self.window.driver().find(QUESTION).is_some()
    }

    /// Nobody is called, and the agent is asked about nothing.
    fn is_at_rest(&self) {
        std::thread::sleep(A_WHILE);
        for sign in [DIALOG, "//section[@data-call]"] {
            let found = self.window.driver().find(sign);
            assert!(found.is_none(), "there is a {sign}");
        }
    }
}

const NADIA: &str = "Nadia Haddad";

#[test]
fn a_link_of_a_second_start_asks_before_it_calls() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        shift.practice.does(NADIA, "registered")?;
        let said = shift.link("tel:+49-30-23125-201")?;
        assert!(!said.contains("23125"), "{said}");
        let window = &shift.window;
        window.until("the question", |_| shift.is_asked())?;
        assert_eq!(window.accessibility_faults()?, Vec::<String>::new());
        let call = window.driver().find("//section[@data-call]");
        assert!(call.is_none(), "nobody has said so");
        window.driver().keys(&[], key::ESCAPE)?;
        window.until("no question", |_| !shift.is_asked())?;
        shift.is_at_rest();

        shift.link("callto:+493023125201")?;
        // Not before there was time to read whom.
        window.click(&format!(
            "{QUESTION}//button[starts-with(normalize-space(.), 'Call')][not(@aria-disabled='true')]"
        ))?;
        shift.practice.does(NADIA, "isCalled")?;
        shift.window.sees_call("In call")?;
        shift.window.press("Hang up")?;
        shift.practice.does(NADIA, "ended")?;
        assert_eq!(shift.window.leaks()?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn hostile_links_lead_nowhere_and_the_phone_goes_on() {
    test(|lab| {
        let shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        let long = format!("tel:{}", "2".repeat(600));
        for link in [
            "https://example.invalid/",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "--profile=/tmp/evil.toml",
            "tel:201?body=hello",
            "tel:201;method=MESSAGE",
            "tel:0800FLOWERS",
            "tel:201%0d%0aRoute:%20<sip:example.invalid>",
            "sip:nadia@practice.example?Replaces=1%3Bto-tag%3D2",
            "sip:nadia@practice.example;method=REFER",
            "sip:nadia:secret@practice.example",
            "sips:nadia@practice.example?Subject=<b>hello</b>",
            "callto:callto:201",
            &long,
        ] {
            shift.link(link)?;
        }
        shift.is_at_rest();
        shift.window.is_reachable()?;
        assert_eq!(shift.window.leaks()?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn the_door_is_the_users_own_and_whoever_talks_nonsense_at_it_keeps_nobody_out() {
    test(|lab| {
        let shift = shift(lab, &[people::AGENT, people::EXPERTS])?;
        let folder = lab.dir().join("pulse/warmline");
        let mode = |path: &Path| mode_of(path).map(|mode| mode & 0o077);
        assert_eq!(mode(&folder)?, 0, "others may look into the folder");
        let door = door_in(&folder)?;

        let silent = knock(&door)?;
        let mut long = knock(&door)?;
        // It may be shut before all of that is written.
        let _ = long.write_all(&vec![b'x'; 1_000_000]);
        for nonsense in [
            "\n\n\n",
            "warmline 2\ntel:201\n\n",
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            "warmline 1\nsip:nadia@practice.example?Replaces=1\n\n",
        ] {
            let mut stranger = knock(&door)?;
            let _ = stranger.write_all(nonsense.as_bytes());
            let _ = stranger.shutdown(std::net::Shutdown::Write);
            let _ = stranger.read_to_end(&mut Vec::new());
        }
        drop((silent, long));
        shift.is_at_rest();
        shift.window.is_reachable()?;
        shift.link("tel:+493023125201")?;
        shift.window.until("the question", |_| shift.is_asked())
    });
}

#[test]
fn whoever_calls_one_that_is_not_to_be_disturbed_hears_that_they_are_busy() {
    test(|lab| {
        let mut shift = shift(lab, &[people::AGENT, PACE, people::MARIA, people::TOM])?;
        let busy = json!({ "byMe": false, "status": 486 });
        let disturb = |on: bool| json!({ "do": "setDoNotDisturb", "on": on });
        shift.window.act(&disturb(true))?;
        shift.practice.does_this("Maria Keller", "ended", busy)?;
        shift.window.act(&disturb(false))?;
        shift.window.sees_at("Tom Okafor", "Incoming call")?;
        shift.window.press("Answer")?;
        shift.window.sees_at("Tom Okafor", "In call")
    });
}

fn door_in(folder: &Path) -> Result<PathBuf> {
    let doing = |source| io("looking for the door", source);
    for entry in std::fs::read_dir(folder).map_err(doing)? {
        let path = entry.map_err(doing)?.path();
        if path.extension().is_some_and(|ending| ending == "door") {
            return Ok(path);
        }
    }
    Err(LabError::Refused {
        name: "door".to_owned(),
        reason: format!("there is none in {}", folder.display()),
    })
}

fn mode_of(path: &Path) -> Result<u32> {
    let metadata = std::fs::metadata(path).map_err(|source| io("looking at a folder", source))?;
    Ok(metadata.permissions().mode())
}

fn knock(door: &Path) -> Result<UnixStream> {
    let stream = UnixStream::connect(door).map_err(|source| io("knocking", source))?;
    let limit = Some(Duration::from_secs(5));
    stream
        .set_read_timeout(limit)
        .and_then(|()| stream.set_write_timeout(limit))
        .map_err(|source| io("knocking", source))?;
    Ok(stream)
}

fn io(doing: &str, source: std::io::Error) -> LabError {
    LabError::Io {
        doing: doing.to_owned(),
        source,
    }
}

const DIALOG: &str = "//*[@role='alertdialog' or @role='dialog']";
/// What asks about the number of these tests, whatever it says besides.
const QUESTION: &str = "//*[@role='alertdialog' or @role='dialog'][contains(., '23125201')]";
/// Time to be disturbed again before the second customer.
const PACE: &str =
    "[pace]\nfirst_call_s = 4\nnext_call_s = [6, 6]\nsecond_call = 0\nrepeat = false\n";
/// Longer than a link takes to be told and asked about.
const A_WHILE: Duration = Duration::from_secs(2);
