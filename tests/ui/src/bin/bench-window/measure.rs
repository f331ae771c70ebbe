//! One window, one run: started cold on a desktop of its own, watched, called.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use warmline_interop::{Lab, LabError, Result, cost};
use warmline_ui_tests::{
    Desktop, Driver, Practice, Scheme, Setup, Window, beside_the_tests, people, write,
};

/// What one run of a window showed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub(crate) drawn_ms: f64,
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

/// The window with one line of text.
pub(crate) fn hello(idle: Duration) -> Result<Run> {
    let lab = Lab::new()?;
    let pulse = lab.pulse()?;
    let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
    let start = Start::of(&lab, beside_the_tests("examples/hello")?)?;
    let driver = Driver::start(lab.dir(), &desktop, &start.program, &[], &[])?;
    at_rest(&driver, &start, idle)
}

/// Warmline, in practice.
pub(crate) fn warmline(idle: Duration) -> Result<Run> {
    let lab = Lab::new()?;
    let pulse = lab.pulse()?;
    let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
    let mut practice = Practice::open(lab.dir(), people::AGENT)?;
    let start = Start::of(&lab, beside_the_tests("warmline")?)?;
    let window = Setup::new(&lab, &desktop)
        .on(&practice)
        .program(start.program.clone())
        .open()?;
    window.is_reachable()?;
    let mut phone = PhoneRun {
        registered_ms: logged(&lab.dir().join("window.log"), "registered")? - start.at()?,
        ..PhoneRun::default()
    };
    let run = at_rest(window.driver(), &start, idle)?;
    called(&window, &mut practice, &mut phone)?;
    Ok(Run {
        phone: Some(phone),
        ..run
    })
}

/// Customers call, one after the other; the last one is answered.
fn called(window: &Window, practice: &mut Practice, phone: &mut PhoneRun) -> Result<()> {
    window.driver().script(CARDS, &[])?;
    let customers: Vec<String> = (0..CALLS).map(|n| format!("Customer {n}")).collect();
    let scenario: Vec<String> = customers.iter().enumerate().map(customer).collect();
    practice.restart_with(&format!("{}{PACE}{}", people::AGENT, scenario.concat()))?;
    let mut called = Vec::new();
    for (number, who) in customers.iter().enumerate() {
        called.push(wall(practice.does(who, "calls")?.at));
        window.sees_at(who, "Incoming call")?;
        if number + 1 < CALLS {
            window.press("Decline")?;
            practice.does(who, "ended")?;
        }
    }
    window.press("Answer")?;
    window.sees_call("In call")?;
    let cards = window.driver().script("return window.cards", &[])?;
    let shown = cards.as_array().into_iter().flatten();
    let shown: Vec<f64> = shown.filter_map(Value::as_f64).collect();
    if shown.len() != called.len() {
        return Err(failed(&format!("{} cards for {CALLS} calls", shown.len())));
    }
    let apart = shown.iter().zip(&called);
    phone.card_ms = apart.map(|(shown, called)| shown - called).collect();

    let pid = window.driver().program()?;
    std::thread::sleep(SETTLE);
    phone.cpu_call_s_per_min = cpu_per_minute(pid, IN_CALL);
    phone.pss_call_mb = cost::pss_mb(pid);
    Ok(())
}

/// What a window costs that nobody touches.
fn at_rest(driver: &Driver, start: &Start, idle: Duration) -> Result<Run> {
    let drawn = painted(driver)?;
    let pid = driver.program()?;
    std::thread::sleep(SETTLE);
    let cpu_idle_s_per_min = cpu_per_minute(pid, idle);
    Ok(Run {
        drawn_ms: drawn - start.at()?,
        pss_idle_mb: cost::pss_mb(pid),
        cpu_idle_s_per_min,
        phone: None,
    })
}

/// When the web view first painted something of the page, ms since 1970.
fn painted(driver: &Driver) -> Result<f64> {
    let script = "const [paint] = performance.getEntriesByName('first-contentful-paint'); \
                  return paint === undefined ? null : performance.timeOrigin + paint.startTime";
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        if let Some(at) = driver.script(script, &[])?.as_f64() {
            return Ok(at);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(failed("the window paints nothing"))
}

/// A program that notes when it is started.
struct Start {
    program: PathBuf,
    note: PathBuf,
}

impl Start {
    fn of(lab: &Lab, program: PathBuf) -> Result<Self> {
        let (script, note) = (lab.dir().join("start"), lab.dir().join("started"));
        let text = format!(
            "#!/bin/sh\ndate +%s%N > {}\nexec {} \"$@\"\n",
            note.display(),
            program.display()
        );
        write(&script, &text)?;
        let made = Command::new("chmod").arg("+x").arg(&script).status();
        made.map_err(|source| io("making a script", source))?;
        Ok(Self {
            program: script,
            note,
        })
    }

    /// When it was, ms since 1970.
    fn at(&self) -> Result<f64> {
        let note = std::fs::read_to_string(&self.note);
        let note = note.map_err(|source| io("reading when it was started", source))?;
        nanoseconds(&note)
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
    nanoseconds(&String::from_utf8_lossy(&output.stdout))
}

/// To ms.
fn nanoseconds(text: &str) -> Result<f64> {
    let parsed = text.trim().parse::<f64>();
    parsed
        .map(|ns| ns / 1e6)
        .map_err(|error| failed(&format!("{error}: {text:?}")))
}

/// The same moment, ms since 1970.
fn wall(at: Instant) -> f64 {
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
    format!(
        "[[customer]]\nname = \"{who}\"\nnumber = \"+49 30 23125 {}\"\nqueue = \"Deliveries\"\n\
         topic = \"A parcel has not arrived\"\nwaited_s = 95\nsays = [\"maria-1\", \"maria-2\", \"maria-3\"]\n",
        300 + number
    )
}

pub(crate) fn io(doing: &str, source: std::io::Error) -> LabError {
    LabError::Io {
        doing: doing.to_owned(),
        source,
    }
}

fn failed(reason: &str) -> LabError {
    LabError::Refused {
        name: "bench".to_owned(),
        reason: reason.to_owned(),
    }
}

/// Notes when each card of a call had been painted: the frame after the one that it came with.
const CARDS: &str = "window.cards = []; const seen = new Set(); \
    const painted = (then) => requestAnimationFrame(() => requestAnimationFrame(then)); \
    new MutationObserver(() => { \
      for (const { dataset: { call } } of document.querySelectorAll('section[data-call]')) { \
        if (!seen.has(call)) { \
          seen.add(call); \
          painted(() => window.cards.push(performance.timeOrigin + performance.now())); \
        } \
      } \
    }).observe(document.body, { childList: true, subtree: true })";

const PACE: &str =
    "[pace]\nfirst_call_s = 1\nnext_call_s = [1, 1]\nsecond_call = 0\nrepeat = false\n";
const CALLS: usize = 5;
/// So that what a start or an answer leaves behind is not measured.
const SETTLE: Duration = Duration::from_secs(5);
const IN_CALL: Duration = Duration::from_secs(20);
const LIMIT: Duration = Duration::from_secs(20);
