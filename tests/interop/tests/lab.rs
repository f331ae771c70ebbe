//! The lab without the phone: what fails here is no fault of Warmline's.
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use warmline_interop::{Digest, Lab, Person, number, test};

const LIMIT: Duration = Duration::from_secs(10);

#[test]
fn two_browsers_call_each_other_by_kamailio() {
    test(|lab| {
        let kamailio = lab.kamailio(Digest::Md5)?;
        let mut expert = lab.browser(Person::EXPERT, &kamailio.wss())?;
        let mut colleague = lab.browser(Person::COLLEAGUE, &kamailio.wss())?;
        expert.say(440.0, -20.0)?;
        colleague.say(1000.0, -26.0)?;
        colleague.call(Person::EXPERT.number)?;
        let incoming = expert.wait("incoming", LIMIT)?;
        assert_eq!(incoming["name"], Person::COLLEAGUE.name);
        expert.tell("answer")?;
        expert.wait("active", LIMIT)?;
        colleague.wait("active", LIMIT)?;
        colleague.hears(440.0, -20.0)?;
        expert.hears(1000.0, -26.0)?;
        expert.tell("hold")?;
        let held = colleague.wait("held", LIMIT)?;
        assert_eq!(held["by"], "remote");
        expert.tell("resume")?;
        colleague.wait("resumed", LIMIT)?;
        colleague.tell("hangup")?;
        expert.wait("ended", LIMIT)?;
        Ok(())
    });
}

#[test]
fn a_browser_hears_itself_by_asterisk() {
    test(|lab| {
        let mut asterisk = lab.asterisk()?;
        let mut browser = lab.browser(Person::EXPERT, &asterisk.wss())?;
        browser.say(440.0, -20.0)?;
        browser.call(number::ECHO)?;
        browser.wait("active", LIMIT)?;
        browser.hears(440.0, -20.0)?;
        assert_eq!(browser.stats()?["codec"], "audio/opus");
        asterisk.hang_up(Person::EXPERT)?;
        browser.wait("ended", LIMIT)?;

        browser.call(number::DIGITS)?;
        browser.wait("active", LIMIT)?;
        browser.dtmf("1973")?;
        let event = asterisk.ami().wait("the digits", LIMIT, |event| {
            event.get("UserEvent") == "Digits"
        })?;
        assert_eq!(event.get("Digits"), "1973");
        Ok(())
    });
}

/// A test that is killed outright leaves nothing running.
#[test]
fn nothing_outlives_a_killed_test() {
    let program = std::env::current_exe().expect("this test");
    let folder = tempfile::tempdir().expect("a folder for what it leaves behind");
    let mut killed = Command::new(program)
        .args(["--exact", "a_lab_to_be_killed", "--ignored", "--nocapture"])
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test again");
    let mut pids = Vec::new();
    let stdout = std::io::BufReader::new(killed.stdout.take().expect("piped"));
    for line in std::io::BufRead::lines(stdout).map_while(Result::ok) {
        if let Some(pid) = line.strip_prefix("started ") {
            pids.push(pid.parse::<u32>().expect("a process id"));
        }
        if line == "ready" {
            break;
        }
    }
    assert!(
        pids.len() > 10,
        "Kamailio, Asterisk, PulseAudio, Node.js and Chromium are more than {pids:?}"
    );
    killed.kill().expect("SIGKILL");
    killed.wait().expect("its end");
    let start = Instant::now();
    let alive = || {
        pids.iter()
            .filter(|pid| is_running(**pid))
            .collect::<Vec<_>>()
    };
    while !alive().is_empty() {
        assert!(start.elapsed() < LIMIT, "still running: {:?}", alive());
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "a part of nothing_outlives_a_killed_test"]
#[allow(clippy::print_stdout, reason = "the test that kills this one reads it")]
fn a_lab_to_be_killed() {
    let lab = Lab::new().expect("a lab");
    let kamailio = lab.kamailio(Digest::Md5).expect("Kamailio");
    let _asterisk = lab.asterisk().expect("Asterisk");
    let _pulse = lab.pulse().expect("PulseAudio");
    let _browser = lab
        .browser(Person::EXPERT, &kamailio.wss())
        .expect("a browser");
    for pid in descendants(std::process::id()) {
        println!("started {pid}");
    }
    println!("ready");
    std::thread::sleep(Duration::from_secs(60));
}

fn is_running(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn descendants(of: u32) -> Vec<u32> {
    let children: Vec<u32> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| parent(*pid) == Some(of))
        .collect();
    children
        .iter()
        .flat_map(|&child| std::iter::once(child).chain(descendants(child)))
        .collect()
}

fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}
