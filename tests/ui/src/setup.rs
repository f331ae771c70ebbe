//! How a window is started, and on what.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use warmline_interop::{Asterisk, Lab, Person, Pipes, Process, Result, UNPROCESSED};

use crate::{
    desktop::{Desktop, io, make, refused},
    driver::Driver,
    practice::Practice,
    window::Window,
};

/// How a window is to be started.
pub struct Setup<'a> {
    lab: &'a Lab,
    desktop: &'a Desktop,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
    log: PathBuf,
    first_day: bool,
}

impl<'a> Setup<'a> {
    /// A window on this desktop that looks for its profile where it does without `--profile`.
    pub fn new(lab: &'a Lab, desktop: &'a Desktop) -> Self {
        Self {
            lab,
            desktop,
            arguments: Vec::new(),
            environment: Vec::new(),
            log: lab.dir().join("window.log"),
            first_day: false,
        }
    }

    /// With a profile of the agent's for this PBX, to which tones are said, which are no voice.
    ///
    /// # Errors
    /// The profile cannot be written.
    pub fn profile(mut self, asterisk: &Asterisk) -> Result<Self> {
        let file = self.lab.dir().join("window.toml");
        write(
            &file,
            &(profile(self.lab, asterisk)
                + "password_env = \"WARMLINE_TEST_PASSWORD\"\n"
                + UNPROCESSED),
        )?;
        self.arguments = vec!["--profile".to_owned(), file.display().to_string()];
        Ok(self)
    }

    /// With the profile that the practice contact centre has written.
    #[must_use]
    pub fn on(mut self, practice: &Practice) -> Self {
        let profile = practice.profile().display().to_string();
        self.arguments = vec!["--profile".to_owned(), profile];
        self
    }

    /// With the profile that makes the agent sign in to the practice contact centre first; the pages that the
    /// system's browser would show are [`Setup::pages`].
    ///
    /// # Errors
    /// The disk refuses.
    pub fn signing_in(mut self, practice: &Practice) -> Result<Self> {
        let profile = practice.sign_in_profile().display().to_string();
        self.arguments = vec!["--profile".to_owned(), profile];
        let programs = self.lab.dir().join("programs");
        let browser = programs.join("xdg-open");
        let pages = pages(self.lab);
        write(
            &browser,
            &format!("#!/bin/sh\necho \"$1\" >> {}\n", pages.display()),
        )?;
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&browser, executable)
            .map_err(|source| io("making the browser", source))?;
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", programs.display());
        self.environment.push(("PATH", path));
        Ok(self)
    }

    /// The pages that the browser was to show.
    pub fn pages(lab: &Lab) -> Vec<String> {
        let pages = std::fs::read_to_string(pages(lab)).unwrap_or_default();
        pages.lines().map(str::to_owned).collect()
    }

    /// The one of this number, as soon as it is to be shown.
    ///
    /// # Errors
    /// It is not.
    pub fn page(lab: &Lab, number: usize) -> Result<String> {
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            if let Some(page) = Self::pages(lab).into_iter().nth(number) {
                return Ok(page);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(refused("browser", "no page was shown"))
    }

    /// With arguments as IT or an agent would write them.
    #[must_use]
    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// With this variable in its environment.
    #[must_use]
    pub fn environment(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// With its log in this file.
    #[must_use]
    pub fn log(mut self, file: &str) -> Self {
        self.log = file.into();
        self
    }

    /// For an agent who has never been shown the first steps.
    #[must_use]
    pub fn first_day(mut self) -> Self {
        self.first_day = true;
        self
    }

    /// Opens it.
    ///
    /// # Errors
    /// It does not come up.
    pub fn open(self) -> Result<Window> {
        if !self.first_day {
            let mut named = self
                .arguments
                .iter()
                .skip_while(|word| *word != "--profile");
            let profile = named.nth(1).map(PathBuf::from);
            after_the_first_day(&profile.unwrap_or_else(|| self.desktop.profile()))?;
        }
        let mut arguments = self.arguments;
        let mut environment = self.environment;
        environment.push(("WARMLINE_TEST_PASSWORD", Person::AGENT.password.to_owned()));
        arguments.extend(["--log".to_owned(), self.log.display().to_string()]);
        let driver = Driver::start(
            self.lab.dir(),
            self.desktop,
            &beside_the_tests("warmline")?,
            &arguments,
            &environment,
        )?;
        Window::of(driver, self.log)
    }
}

impl Setup<'_> {
    /// Starts the program beside one that runs already, as a desktop does with a link, and waits until it has
    /// ended: a profile has one phone. What it printed, which is all its log.
    ///
    /// # Errors
    /// It goes on, or ends badly.
    pub fn start_again(self, link: Option<&str>) -> Result<String> {
        let mut command = Command::new(beside_the_tests("warmline")?);
        command.args(&self.arguments);
        if let Some(link) = link {
            command.args(["--", link]);
        }
        command.envs(self.desktop.environment());
        command.envs(self.environment);
        let mut second = Process::start("second", command, Pipes::None, self.lab.dir())?;
        match second.wait(LIMIT) {
            Some(status) if status.success() => {
                std::fs::read_to_string(second.log()).map_err(|source| io("reading a log", source))
            }
            Some(status) => Err(refused("second start", status.to_string())),
            None => Err(refused("second start", "it goes on beside the first")),
        }
    }
}

fn pages(lab: &Lab) -> PathBuf {
    lab.dir().join("pages.txt")
}

/// A profile of the agent's for this PBX, without a source for the password.
pub fn profile(lab: &Lab, asterisk: &Asterisk) -> String {
    format!(
        "server = \"{}\"\naor = \"{}\"\ndisplay_name = \"Robin Adeyemi\"\nca_file = \"{}\"\n",
        asterisk.wss(),
        Person::AGENT.aor(),
        lab.ca_file().display(),
    )
}

/// Writes a file, and the folders above it.
///
/// # Errors
/// The disk refuses.
pub fn write(file: &Path, text: &str) -> Result<()> {
    make(file.parent().unwrap_or(Path::new(".")))?;
    std::fs::write(file, text).map_err(|source| io("writing a file", source))
}

/// Makes the agent of this profile one who has been shown the first steps. What they have set stays.
///
/// # Errors
/// The disk refuses.
pub fn after_the_first_day(profile: &Path) -> Result<()> {
    let settings = profile.with_file_name("settings.toml");
    if settings.exists() {
        return Ok(());
    }
    write(&settings, "[window]\nfirst_steps_done = true\n")
}

/// A program of ours, built beforehand: it stands beside the tests.
///
/// # Errors
/// It does not.
pub fn beside_the_tests(name: &str) -> Result<PathBuf> {
    let tests =
        std::env::current_exe().map_err(|source| io("looking where the tests are", source))?;
    let program = tests
        .ancestors()
        .skip(1)
        .find(|folder| !folder.ends_with("deps"))
        .unwrap_or(Path::new("."))
        .join(name);
    if program.exists() {
        Ok(program)
    } else {
        let missing = format!(
            "it is not at {}: run `./dev test window`",
            program.display()
        );
        Err(refused(name, missing))
    }
}

/// Longer than a browser takes to be started.
const LIMIT: Duration = Duration::from_secs(30);
