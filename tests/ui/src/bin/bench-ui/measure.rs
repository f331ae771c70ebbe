//! One window, one run: started cold on a desktop of its own, watched, called.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use warmline_interop::{Lab, LabError, Pipes, Process, Pulse, Result, cost};
use warmline_ui_tests::{Desktop, Practice, Scheme, beside_the_tests, people};

use crate::screen::{Change, Frame, Part, Screen};

/// What one run of a window showed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub(crate) drawn_ms: f64,
    pub(crate) complete_ms: f64,
    pub(crate) pss_idle_mb: f64,
    pub(crate) cpu_idle_s_per_min: f64,
    /// None of a window that is no phone.
    pub(crate) phone: Option<PhoneRun>,
}

/// What a phone showed besides.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhoneRun {
    pub(crate) registered_ms: f64,
    pub(crate) card_ms: Vec<f64>,
    pub(crate) pss_call_mb: f64,
    pub(crate) cpu_call_s_per_min: f64,
}

/// Whether what paints has its programs compiled from before, as on every day but the first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shaders {
    Cached,
    Cold,
}

/// The window with one line of text.
pub(crate) fn hello(idle: Duration) -> Result<Run> {
    let lab = Lab::new()?;
    let place = Place::new(&lab, Shaders::Cached)?;
    let command = Command::new(beside_the_tests("examples/hello")?);
    let started = place.start(&lab, command, "Hello")?;
    Ok(place.at_rest(&started, idle))
}

/// Warmline, in practice.
pub(crate) fn warmline(idle: Duration, shaders: Shaders) -> Result<Run> {
    let lab = Lab::new()?;
    let place = Place::new(&lab, shaders)?;
    let mut practice = Practice::open(lab.dir(), people::AGENT)?;
    let log = lab.dir().join("window.log");
    let mut command = Command::new(beside_the_tests("warmline")?);
    command.arg("--profile").arg(practice.profile());
    command.arg("--log").arg(&log);
    let started = place.start(&lab, command, "Warmline")?;
    let run = place.at_rest(&started, idle);
    let mut phone = PhoneRun {
        registered_ms: logged(&log, "registered")? - started.since_1970_ms,
        ..PhoneRun::default()
    };
    place.called(&started, &mut practice, &mut phone)?;
    Ok(Run {
        phone: Some(phone),
        ..run
    })
}

/// Where windows are opened.
struct Place {
    screen: Screen,
    desktop: Desktop,
    shaders: Shaders,
    _pulse: Pulse,
}

/// A window that is there.
struct Started {
    process: Process,
    part: Part,
    since_1970_ms: f64,
    drawn_ms: f64,
    complete_ms: f64,
}

impl Place {
    fn new(lab: &Lab, shaders: Shaders) -> Result<Self> {
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        // It would be seen in a window that is still empty.
        desktop.pointer_away()?;
        Ok(Self {
            screen: Screen::open(&desktop.screen())?,
            desktop,
            shaders,
            _pulse: pulse,
        })
    }

    /// Starts a program and watches until its window has come to rest.
    fn start(&self, lab: &Lab, mut command: Command, title: &str) -> Result<Started> {
        command.envs(self.desktop.environment());
        if self.shaders == Shaders::Cold {
            command.env("MESA_SHADER_CACHE_DIR", lab.dir().join("shaders"));
        }
        let watch = self.screen.watch(None);
        let (start, since_1970_ms) = (Instant::now(), since_1970_ms(Instant::now()));
        let process = Process::start("window", command, Pipes::None, lab.dir())?;
        std::thread::sleep(START);
        let changes = watch.end();
        let (left, top, width, height) = self.desktop.place_of(title)?;
        // The frame is the desktop's.
        let part = Part {
            left: left + EDGE,
            top: top + EDGE,
            width: width - 2 * EDGE,
            height: height - 2 * EDGE,
        };
        let ms = |change: &Change| (change.at - start).as_secs_f64() * 1000.0;
        let nothing = || failed("the window shows nothing");
        // After the last one that was not so: while the desktop puts a window on the screen, much is seen.
        let since = |not_so: &dyn Fn(&Frame) -> bool| {
            let not_so = |change: &Change| change.frame.as_ref().is_none_or(not_so);
            let last = changes.iter().rposition(not_so);
            changes.get(last.map_or(0, |index| index + 1))
        };
        let end = self.screen.frame();
        let drawn = since(&|frame| !frame.shows_something(part));
        let complete = since(&|frame| frame.apart(&end, part) > NOTHING);
        Ok(Started {
            process,
            part,
            since_1970_ms,
            drawn_ms: ms(drawn.ok_or_else(nothing)?),
            complete_ms: ms(complete.ok_or_else(nothing)?),
        })
    }

    /// What a window costs that nobody touches.
    fn at_rest(&self, started: &Started, idle: Duration) -> Run {
        let pid = started.process.pid();
        Run {
            drawn_ms: started.drawn_ms,
            complete_ms: started.complete_ms,
            cpu_idle_s_per_min: cpu_per_minute(pid, idle),
            pss_idle_mb: cost::pss_mb(pid),
            phone: None,
        }
    }

    /// Customers call and give up, one after the other; the last one is answered.
    fn called(
        &self,
        started: &Started,
        practice: &mut Practice,
        phone: &mut PhoneRun,
    ) -> Result<()> {
        let customers: Vec<String> = (1..=CALLS).map(|n| format!("Customer {n}")).collect();
        let scenario: Vec<String> = customers.iter().enumerate().map(customer).collect();
        practice.restart_with(&format!("{}{PACE}{}", people::AGENT, scenario.concat()))?;
        for (number, who) in customers.iter().enumerate() {
            let watch = self.screen.watch(Some(started.part));
            let called = practice.does(who, "calls")?.at;
            std::thread::sleep(CARD);
            let card = watch
                .end()
                .into_iter()
                .find(|change| change.at > called && change.share > MUCH)
                .ok_or_else(|| failed("no card comes"))?;
            phone
                .card_ms
                .push((card.at - called).as_secs_f64() * 1000.0);
            if number + 1 < CALLS {
                practice.does(who, "ended")?;
            } else {
                self.desktop.press("ctrl+shift+a")?;
                practice.does(who, "talks")?;
            }
        }
        let pid = started.process.pid();
        std::thread::sleep(SETTLE);
        phone.cpu_call_s_per_min = cpu_per_minute(pid, IN_CALL);
        phone.pss_call_mb = cost::pss_mb(pid);
        Ok(())
    }
}

/// When the log says this first, ms since 1970.
fn logged(log: &Path, what: &str) -> Result<f64> {
    let text = std::fs::read_to_string(log).map_err(|source| io("reading the log", source))?;
    let line = text
        .lines()
        .find(|line| line.contains(&format!(": {what}")))
        .ok_or_else(|| failed(&format!("the log does not say {what:?}")))?;
    let at = line.split(' ').next().unwrap_or_default();
    let output = Command::new("date").args(["-d", at, "+%s%N"]).output();
    let output = output.map_err(|source| io("starting date", source))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let ns = text.trim().parse::<f64>();
    ns.map(|ns| ns / 1e6)
        .map_err(|error| failed(&format!("{error}: {text:?}")))
}

fn since_1970_ms(at: Instant) -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let then = now.unwrap_or_default().saturating_sub(at.elapsed());
    then.as_secs_f64() * 1000.0
}

fn cpu_per_minute(pid: u32, during: Duration) -> f64 {
    let (start, before) = (Instant::now(), cost::cpu(pid));
    std::thread::sleep(during);
    let used = cost::cpu(pid).saturating_sub(before);
    used.as_secs_f64() * 60.0 / start.elapsed().as_secs_f64()
}

fn customer((number, who): (usize, &String)) -> String {
    let patience = if number + 1 < CALLS { 2 } else { 600 };
    format!(
        "[[customer]]\nname = \"{who}\"\nnumber = \"+49 30 23125 {}\"\nqueue = \"Deliveries\"\n\
         topic = \"A parcel has not arrived\"\nwaited_s = 95\npatience_s = {patience}\n\
         says = [\"maria-1\", \"maria-2\", \"maria-3\"]\n",
        300 + number
    )
}

pub(crate) fn io(doing: &str, source: std::io::Error) -> LabError {
    LabError::Io {
        doing: doing.to_owned(),
        source,
    }
}

pub(crate) fn failed(reason: &str) -> LabError {
    LabError::Refused {
        name: "bench".to_owned(),
        reason: reason.to_owned(),
    }
}

const PACE: &str =
    "[pace]\nfirst_call_s = 2\nnext_call_s = [2, 2]\nsecond_call = 0\nrepeat = false\n";
const CALLS: usize = 5;
/// Far longer than a start takes.
const START: Duration = Duration::from_secs(6);
/// The same of a card; shorter than a customer waits.
const CARD: Duration = Duration::from_millis(1500);
/// So that what an answer leaves behind is not measured.
const SETTLE: Duration = Duration::from_secs(5);
const IN_CALL: Duration = Duration::from_secs(20);
/// Pixels on each side of a window: xdotool counts the bar of the title twice.
const EDGE: usize = 24;
/// The share of a window that a card changes at least. What rings beside it changes less.
const MUCH: f64 = 0.05;
/// The share by which two frames of the same differ at most.
const NOTHING: f64 = 0.002;
