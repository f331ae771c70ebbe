//! The practice contact centre as a program of its own, so that a test can take it away under a phone.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;
use warmline_interop::{Lines, Pipes, Process, Result, UNPROCESSED};

use crate::{
    desktop::{io, refused as refused_by},
    setup::{beside_the_tests, write},
};

/// A contact centre that runs, and what the people in it do. It ends with the test.
pub struct Practice {
    lines: Lines,
    dir: PathBuf,
    /// What somebody has done before is not waited for any more.
    next: BTreeMap<String, usize>,
}

/// One thing that somebody did.
#[derive(Clone, Debug)]
pub struct Deed {
    /// What belongs to it: the digit, the line, what is heard.
    pub detail: Value,
    /// When the test read of it.
    pub at: Instant,
}

impl Practice {
    /// Opens it with this scenario, TOML (`docs/practice.md`). Its folder is `practice` in `dir`.
    ///
    /// # Errors
    /// It does not come up, or the scenario cannot be played.
    pub fn open(dir: &Path, scenario: &str) -> Result<Self> {
        write(&dir.join("practice/scenario.toml"), scenario)?;
        Ok(Self {
            lines: start(dir)?,
            dir: dir.to_owned(),
            next: BTreeMap::new(),
        })
    }

    /// The same, for phones that send what their microphones hear as it is: a tone is no voice.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn unprocessed(self) -> Result<Self> {
        let profile = std::fs::read_to_string(self.profile())
            .map_err(|source| io("reading a profile", source))?;
        write(&self.profile(), &(profile + UNPROCESSED))?;
        Ok(self)
    }

    /// The profile for the phone.
    pub fn profile(&self) -> PathBuf {
        self.dir.join("practice/profile.toml")
    }

    /// The profile by which the agent signs in first.
    pub fn sign_in_profile(&self) -> PathBuf {
        self.dir.join("practice/sign-in.toml")
    }

    /// Tells the office something (`docs/practice.md`), and waits until it is done.
    ///
    /// # Errors
    /// It does not do it.
    pub fn tell(&mut self, order: &Value) -> Result<()> {
        self.lines.send(order)?;
        let from = self.next.get(OFFICE).copied().unwrap_or_default();
        let order = order.to_string();
        let (index, refused) = self.lines.find(from, &order, LIMIT, |line| {
            let done = line.value["done"] == order;
            let why = (line.value["refused"] == order).then(|| line.value["why"].to_string());
            (done || why.is_some()).then_some(why)
        })?;
        self.next.insert(OFFICE.to_owned(), index + 1);
        refused.map_or(Ok(()), |why| Err(refused_by(OFFICE, why)))
    }

    /// Waits until somebody does something; what was waited for before is over.
    ///
    /// # Errors
    /// They do not, in time.
    pub fn does(&mut self, who: &str, event: &str) -> Result<Deed> {
        self.wait(who, event, None)
    }

    /// Waits until somebody does something with this detail.
    ///
    /// # Errors
    /// They do not, in time.
    pub fn does_this(&mut self, who: &str, event: &str, detail: impl Into<Value>) -> Result<Deed> {
        self.wait(who, event, Some(&detail.into()))
    }

    /// Ends it without a warning, as the crash of a server does.
    pub fn kill(&mut self) {
        self.lines.kill();
    }

    /// Starts it again where phones know it from before.
    ///
    /// # Errors
    /// It does not come up.
    pub fn restart(&mut self) -> Result<()> {
        self.kill();
        self.lines = start(&self.dir)?;
        self.next.clear();
        Ok(())
    }

    /// The same with another scenario.
    ///
    /// # Errors
    /// It does not come up, or the scenario cannot be played.
    pub fn restart_with(&mut self, scenario: &str) -> Result<()> {
        write(&self.dir.join("practice/scenario.toml"), scenario)?;
        self.restart()
    }

    fn wait(&mut self, who: &str, event: &str, detail: Option<&Value>) -> Result<Deed> {
        let awaited = match detail {
            Some(detail) => format!("{event} {detail} of {who}"),
            None => format!("{event} of {who}"),
        };
        let from = self.next.get(who).copied().unwrap_or_default();
        let (index, deed) = self.lines.find(from, &awaited, LIMIT, |line| {
            let said = &line.value;
            let right = said["who"] == who
                && said["event"] == event
                && detail.is_none_or(|detail| said["detail"] == *detail);
            right.then(|| Deed {
                detail: said["detail"].clone(),
                at: line.at,
            })
        })?;
        self.next.insert(who.to_owned(), index + 1);
        Ok(deed)
    }
}

fn start(dir: &Path) -> Result<Lines> {
    let folder = dir.join("practice");
    let mut command = Command::new(beside_the_tests("warmline-practice")?);
    command
        .arg("--scenario")
        .arg(folder.join("scenario.toml"))
        .arg("--folder")
        .arg(&folder);
    let mut lines = Lines::new(Process::start("practice", command, Pipes::Both, dir)?);
    lines.find(0, "profile", LIMIT, |line| {
        line.value["ready"].as_str().map(drop)
    })?;
    Ok(lines)
}

/// Nobody is called so.
const OFFICE: &str = "the office";

/// Longer than anybody in practice takes for anything: a second customer comes after half a minute at
/// most.
const LIMIT: Duration = Duration::from_secs(60);
