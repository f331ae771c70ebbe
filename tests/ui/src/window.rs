//! The window, in an agent's terms.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;
use warmline_interop::{LabError, Person, Result};

use crate::{
    desktop::{io, refused},
    driver::{Driver, children, runs},
    people,
};

/// A window under test.
pub struct Window {
    driver: Driver,
    /// The one that has started the program, once another had to take hold of it.
    starter: Option<Driver>,
    /// Its process id.
    program: u32,
    log: PathBuf,
}

impl Window {
    /// A window that has come up, with its log in this file.
    pub(crate) fn of(driver: Driver, log: PathBuf) -> Result<Self> {
        let program = driver.program()?;
        let window = Self {
            driver,
            starter: None,
            program,
            log,
        };
        window.sees_heading()?;
        Ok(window)
    }

    /// The web view.
    pub fn driver(&self) -> &Driver {
        &self.driver
    }

    /// Presses the button of this name with the pointer, as soon as there is one.
    ///
    /// # Errors
    /// There is none in time, or something lies over it.
    pub fn press(&self, button: &str) -> Result<()> {
        // While a page moves, something may still lie over it.
        self.waits(&format!("button {button:?}"), || {
            self.driver
                .click(&self.driver.find(&pressable(button))?)
                .ok()
        })
    }

    /// Waits until a press of the button of this name counts, by pointer or keys: not of one that has just come.
    ///
    /// # Errors
    /// There is none in time.
    pub fn takes(&self, button: &str) -> Result<()> {
        self.waits(&format!("button {button:?}"), || {
            self.driver.find(&pressable(button)).map(drop)
        })
    }

    /// Presses the button of this name, after which there is no page that could tell how it went.
    ///
    /// # Errors
    /// There is none in time.
    pub fn press_last(&self, button: &str) -> Result<()> {
        let script = "const button = [...document.querySelectorAll('button')] \
                        .find((b) => b.textContent === arguments[0]); \
                      if (button) setTimeout(() => button.click(), 100); \
                      return button !== undefined";
        self.waits(&format!("button {button:?}"), || {
            let found = self.driver.script(script, &[button.into()]).ok()?;
            (found == true).then_some(())
        })
    }

    /// Opens the palette by its keys, and types into it.
    ///
    /// # Errors
    /// It does not open.
    pub fn palette(&self, text: &str) -> Result<()> {
        let field = "//input[@aria-label='What do you want to do?']";
        self.driver.keys(&[key::CONTROL, key::SHIFT], " ")?;
        self.waits("palette", || self.driver.find(field))?;
        if text.is_empty() {
            return Ok(());
        }
        self.driver.keys(&[], text)
    }

    /// Asks for something as the pages do, where they have nothing to press for it.
    ///
    /// # Errors
    /// It is refused.
    pub fn act(&self, action: &Value) -> Result<()> {
        let said = self.driver.async_script(
            "const [action, done] = arguments; \
             window.__TAURI_INTERNALS__.invoke('act', { action }) \
               .then(() => done('done'), (error) => done(JSON.stringify(error)))",
            std::slice::from_ref(action),
        )?;
        if said == "done" {
            Ok(())
        } else {
            Err(refused("act", said.to_string()))
        }
    }

    /// The language that the page says it speaks, as a BCP 47 tag.
    pub fn language(&self) -> String {
        let script = "return document.documentElement.lang";
        let said = self.driver.script(script, &[]).ok();
        said.and_then(|said| said.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// How high what the window shows is, pixels of the page.
    pub fn height(&self) -> u64 {
        let height = self.driver.script("return window.innerHeight", &[]).ok();
        height.and_then(|height| height.as_u64()).unwrap_or(0)
    }

    /// Waits until this text is to be seen.
    ///
    /// # Errors
    /// It is not, in time.
    pub fn sees(&self, text: &str) -> Result<()> {
        self.waits(&format!("text {text:?}"), || {
            self.text().contains(text).then_some(())
        })
    }

    /// Whether this text is to be seen within a few seconds.
    pub fn sees_soon(&self, text: &str) -> bool {
        let start = Instant::now();
        while start.elapsed() < SOON {
            if self.text().contains(text) {
                return true;
            }
            std::thread::sleep(POLL);
        }
        false
    }

    /// Waits until this text is no longer to be seen.
    ///
    /// # Errors
    /// It still is, after a while.
    pub fn no_longer_sees(&self, text: &str) -> Result<()> {
        self.waits(&format!("end of text {text:?}"), || {
            (!self.text().contains(text)).then_some(())
        })
    }

    /// Waits until some call is in this state, in the words of the page.
    ///
    /// # Errors
    /// None is, in time.
    pub fn sees_call(&self, state: &str) -> Result<()> {
        let quoted = quote(state);
        self.waits(&format!("call {state:?}"), || {
            self.driver.find(&format!(
                "//*[@data-testid='call-state'][normalize-space(.)={quoted}]"
            ))
        })
        .map(drop)
    }

    /// Waits until this stands in the card or row of the call with this person.
    ///
    /// # Errors
    /// It does not, in time.
    pub fn sees_at(&self, who: &str, text: &str) -> Result<()> {
        let script = "const found = [...document.querySelectorAll('section[data-call]')] \
                        .find((section) => section.querySelector('h2')?.textContent === arguments[0]); \
                      return found?.innerText ?? ''";
        self.waits(&format!("{text:?} at the call with {who}"), || {
            let card = self.driver.script(script, &[who.into()]).ok()?;
            card.as_str()?.contains(text).then_some(())
        })
    }

    /// Clicks on the first element of this XPath, as soon as there is one.
    ///
    /// # Errors
    /// There is none in time, or something lies over it.
    pub fn click(&self, xpath: &str) -> Result<()> {
        self.waits(&format!("element {xpath}"), || {
            self.driver.click(&self.driver.find(xpath)?).ok()
        })
    }

    /// Picks what stands so in a menu that is open.
    ///
    /// # Errors
    /// There is none in time.
    pub fn pick(&self, item: &str) -> Result<()> {
        let item = quote(item);
        self.click(&format!(
            "//*[@role='menuitem' or @role='menuitemradio'][starts-with(normalize-space(.), {item})]"
        ))
    }

    /// Gives the keyboard to the field of this label.
    ///
    /// # Errors
    /// There is none in time.
    pub fn to_field(&self, label: &str) -> Result<()> {
        let script = "const found = [...document.querySelectorAll('label')] \
                        .find((label) => label.textContent === arguments[0]); \
                      found?.control?.focus(); \
                      return found?.control === document.activeElement";
        self.waits(&format!("field {label:?}"), || {
            let focused = self.driver.script(script, &[label.into()]).ok()?;
            (focused == true).then_some(())
        })
    }

    /// How loud the meter of this name shows it is, percent; 0 if there is none.
    pub fn level(&self, meter: &str) -> u64 {
        let script = "return Number(document.querySelector(`[role=meter][aria-label='${arguments[0]}']`) \
                      ?.getAttribute('aria-valuenow') ?? 0)";
        let level = self.driver.script(script, &[meter.into()]);
        level.ok().and_then(|level| level.as_u64()).unwrap_or(0)
    }

    /// Waits until this is so.
    ///
    /// # Errors
    /// It is not, in time.
    pub fn until(&self, awaited: &str, mut so: impl FnMut(&Self) -> bool) -> Result<()> {
        self.waits(awaited, || so(self).then_some(()))
    }

    /// Waits until the agent can be called.
    ///
    /// # Errors
    /// They cannot, in time.
    pub fn is_reachable(&self) -> Result<()> {
        self.waits("registration", || {
            let state = self
                .driver
                .script(
                    "return document.querySelector('[data-testid=registration]')?.textContent ?? ''",
                    &[],
                )
                .ok()?;
            state.as_str()?.starts_with("Reachable").then_some(())
        })
    }

    /// Types into the field for numbers and presses Enter.
    ///
    /// # Errors
    /// The field is not there.
    pub fn dial(&self, number: &str) -> Result<()> {
        self.type_number(number)?;
        self.driver.keys(&[], key::ENTER)
    }

    /// Types into the field for numbers.
    ///
    /// # Errors
    /// The field is not there.
    pub fn type_number(&self, text: &str) -> Result<()> {
        self.click("//input[@aria-label='Number to call']")?;
        self.driver.keys(&[], text)
    }

    /// The name of what has the keyboard.
    ///
    /// # Errors
    /// The web view is gone.
    pub fn focused(&self) -> Result<String> {
        let script = "const e = document.activeElement; \
                      return e.getAttribute('aria-label') ?? e.textContent";
        Ok(self
            .driver
            .script(script, &[])?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// [`Driver::accessibility_faults`].
    ///
    /// # Errors
    /// The web view is gone, or axe-core is not installed.
    pub fn accessibility_faults(&self) -> Result<Vec<String>> {
        self.driver.accessibility_faults()
    }

    /// Waits for the program to end by itself, with everything done that is to be done before.
    ///
    /// # Errors
    /// It does not, in time, or ends in the middle of something.
    pub fn ends(&self) -> Result<()> {
        let start = Instant::now();
        while runs(self.program) {
            if start.elapsed() > LIMIT {
                return Err(self.ended_badly(&format!("it still runs after {LIMIT:?}")));
            }
            std::thread::sleep(POLL);
        }
        // The first is written last; the second, where the program had to be torn down all the same.
        let log = read(&self.log);
        if log.contains("the window is closed") && !log.contains("the phone did not stop") {
            Ok(())
        } else {
            Err(self.ended_badly("it has ended, but not as it should"))
        }
    }

    /// Whether the program still runs.
    pub fn runs(&self) -> bool {
        runs(self.program)
    }

    /// The id of the process that shows the page.
    pub fn page_process(&self) -> Option<u32> {
        let shows =
            |child: &u32| read(Path::new(&format!("/proc/{child}/comm"))).starts_with("WebKitWeb");
        children(self.program).into_iter().find(shows)
    }

    /// Ends the process that shows the page, as a crash would, and says which one it was.
    ///
    /// # Errors
    /// There is none.
    pub fn crash_page(&self) -> Result<u32> {
        let page = self
            .page_process()
            .ok_or_else(|| refused("window", "no process shows its page"))?;
        kill(page)?;
        Ok(page)
    }

    /// Waits until the page is there again after its process `dead` has died, and takes hold of it.
    ///
    /// # Errors
    /// It is not, in time.
    pub fn comes_back(&mut self, dir: &Path, dead: u32) -> Result<()> {
        self.waits("another web process", || {
            self.page_process().filter(|page| *page != dead)
        })?;
        let first = std::mem::replace(&mut self.driver, Driver::on(dir, self.program)?);
        self.starter.get_or_insert(first);
        self.sees_heading()
    }

    /// Ends the whole program without a warning, as a crash would.
    ///
    /// # Errors
    /// It does not run.
    pub fn crash(&self) -> Result<()> {
        kill(self.program)
    }

    /// What the timer of the call shows, seconds.
    pub fn timer(&self) -> Option<u64> {
        let script =
            "return document.querySelector('section[data-call] time[role=timer]')?.dateTime ?? ''";
        let shown = self.driver.script(script, &[]).ok()?;
        let seconds = shown.as_str()?.strip_prefix("PT")?.strip_suffix('S')?;
        seconds.parse().ok()
    }

    /// What the log of the window gives away, which must be nothing.
    ///
    /// # Errors
    /// There is no log.
    pub fn leaks(&self) -> Result<Vec<String>> {
        let log =
            std::fs::read_to_string(&self.log).map_err(|source| io("reading the log", source))?;
        let secrets = [Person::AGENT, Person::COLLEAGUE]
            .iter()
            .flat_map(|p| [p.number, p.name, p.password])
            .chain(people::TRACES)
            .chain(["a=candidate", "a=fingerprint", "Digest username"])
            .collect::<Vec<_>>();
        Ok(log
            .lines()
            .filter(|line| secrets.iter().any(|secret| line.contains(secret)))
            .map(str::to_owned)
            .collect())
    }

    fn sees_heading(&self) -> Result<()> {
        self.waits("heading", || self.driver.find("//h1")).map(drop)
    }

    fn text(&self) -> String {
        // What only a screen reader is told is not to be seen.
        let script = "const hidden = [...document.querySelectorAll('[role=alert], [role=status]')] \
                        .filter((element) => getComputedStyle(element).clipPath !== 'none'); \
                      hidden.forEach((element) => { element.style.display = 'none'; }); \
                      const text = document.body.innerText; \
                      hidden.forEach((element) => { element.style.display = ''; }); \
                      return text";
        self.driver
            .script(script, &[])
            .ok()
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    fn waits<T>(&self, awaited: &str, mut look: impl FnMut() -> Option<T>) -> Result<T> {
        let start = Instant::now();
        loop {
            if let Some(seen) = look() {
                return Ok(seen);
            }
            if start.elapsed() > LIMIT {
                return Err(self.timed_out(awaited));
            }
            std::thread::sleep(POLL);
        }
    }

    /// Who fetched its exit status is the driver, so that only the logs tell how it ended.
    fn ended_badly(&self, reason: &str) -> LabError {
        LabError::NotReady {
            name: "end of the window".to_owned(),
            reason: reason.to_owned(),
            log: format!(
                "its log:\n{}\nthe driver and what the program printed:\n{}",
                tail(&read(&self.log)),
                tail(&read(self.driver.process().log())),
            ),
        }
    }

    fn timed_out(&self, awaited: &str) -> LabError {
        LabError::TimedOut {
            name: "window".to_owned(),
            awaited: awaited.to_owned(),
            limit: LIMIT,
            seen: self.text(),
        }
    }
}

/// Keys as WebDriver writes them.
pub mod key {
    #![allow(missing_docs)] // what stands on them
    pub const ENTER: &str = "\u{e007}";
    pub const TAB: &str = "\u{e004}";
    pub const ESCAPE: &str = "\u{e00c}";
    pub const UP: &str = "\u{e013}";
    pub const RIGHT: &str = "\u{e014}";
    pub const DOWN: &str = "\u{e015}";
    pub const LEFT: &str = "\u{e012}";
    pub const HOME: &str = "\u{e011}";
    pub const END: &str = "\u{e010}";
    pub const DELETE: &str = "\u{e017}";
    pub const F1: &str = "\u{e031}";
    pub const CONTROL: char = '\u{e009}';
    pub const SHIFT: char = '\u{e008}';
}

fn kill(pid: u32) -> Result<()> {
    let killed = Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status();
    let killed = killed.map_err(|source| io("killing a process", source))?;
    if killed.success() {
        Ok(())
    } else {
        Err(refused("kill", killed.to_string()))
    }
}

/// The button of this name, once a press of it counts.
fn pressable(button: &str) -> String {
    let name = quote(button);
    format!(
        "//button[@aria-label={name} or (not(@aria-label) and normalize-space(.)={name})][not(@aria-disabled='true')]"
    )
}

fn quote(text: &str) -> String {
    format!("\"{text}\"")
}

fn read(log: &Path) -> String {
    std::fs::read_to_string(log).unwrap_or_default()
}

fn tail(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

const LIMIT: Duration = Duration::from_secs(30);
/// Far longer than a page that is alive takes.
const SOON: Duration = Duration::from_secs(5);
/// Lines of a log.
const TAIL: usize = 20;
const POLL: Duration = Duration::from_millis(30);
