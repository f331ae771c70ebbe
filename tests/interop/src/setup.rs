//! How a phone is started: whose it is, where it registers, what it has for ears and a mouth.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;

use crate::errand::Errand;
use crate::error::{Doing, LabError, Result};
use crate::people::Person;
use crate::phone::Phone;
use crate::place::Lab;
use crate::process::{Pipes, Process};
use crate::protocol::Kind;
use crate::pulse::Pulse;

/// A phone to be started: whose, where, and with what for ears and a mouth.
pub struct PhoneSetup<'lab> {
    lab: &'lab Lab,
    servers: Vec<String>,
    person: Person,
    password: String,
    ca_file: Option<PathBuf>,
    codecs: Vec<String>,
    profile_lines: String,
    processes_voice: bool,
    options: Vec<OsString>,
    environment: Vec<(&'static str, String)>,
    wrapper: Vec<OsString>,
    microphone: OsString,
    speaker: Option<OsString>,
    first: bool,
    home: PathBuf,
}

impl<'lab> PhoneSetup<'lab> {
    pub(crate) fn new(lab: &'lab Lab, server: &str) -> PhoneSetup<'lab> {
        PhoneSetup {
            lab,
            servers: vec![server.to_owned()],
            person: Person::AGENT,
            password: Person::AGENT.password.to_owned(),
            ca_file: Some(lab.ca_file().to_owned()),
            codecs: Vec::new(),
            profile_lines: String::new(),
            processes_voice: true,
            options: Vec::new(),
            // No sound device of the machine's, unless a sound server is lent.
            environment: vec![
                ("PULSE_SERVER", "unix:/nonexistent".to_owned()),
                ("ALSA_CONFIG_PATH", "/dev/null".to_owned()),
            ],
            wrapper: Vec::new(),
            microphone: "silent".into(),
            speaker: None,
            first: false,
            home: lab.dir().to_owned(),
        }
    }

    /// A further server, for when those before it fail.
    pub fn or(mut self, server: &str) -> Self {
        self.servers.push(server.to_owned());
        self
    }

    /// Whose phone it is; the agent's unless said.
    pub fn person(mut self, person: Person) -> Self {
        self.person = person;
        self.password = person.password.to_owned();
        self
    }

    /// Another password than the person's.
    pub fn password(mut self, password: &str) -> Self {
        password.clone_into(&mut self.password);
        self
    }

    /// Which authority it trusts besides the system's; the lab's unless said.
    pub fn ca_file(mut self, file: Option<PathBuf>) -> Self {
        self.ca_file = file;
        self
    }

    /// The profile's `codecs`.
    pub fn codecs(mut self, codecs: &[&str]) -> Self {
        self.codecs = codecs.iter().map(|&codec| codec.to_owned()).collect();
        self
    }

    /// Further lines of the profile.
    pub fn profile_lines(mut self, lines: &str) -> Self {
        self.profile_lines = lines.to_owned();
        self
    }

    /// Sends what the microphone hears as it is: a tone is no voice.
    pub fn unprocessed(mut self) -> Self {
        self.processes_voice = false;
        self
    }

    /// What it hears from the microphone: a WAV file, once, then silence.
    pub fn says(mut self, wav: &Path) -> Self {
        self.microphone = prefixed("wav:", wav);
        self
    }

    /// A microphone and a speaker that are real devices, of this sound server.
    pub fn devices(mut self, pulse: &Pulse) -> Self {
        self.environment = pulse.environment();
        self.microphone = "Microphone".into();
        self.speaker = Some("Speaker".into());
        self
    }

    /// Runs it before others, as the servers run: for what is to be heard of the phone, and not of a
    /// busy machine.
    pub fn first(mut self) -> Self {
        self.first = true;
        self
    }

    /// The microphone, by id or name.
    pub fn microphone(mut self, name: &str) -> Self {
        self.microphone = name.into();
        self
    }

    /// The speaker, by id or name.
    pub fn speaker(mut self, name: &str) -> Self {
        self.speaker = Some(name.into());
        self
    }

    /// Where it keeps what outlives it; the lab's folder unless said.
    pub fn home(mut self, dir: &Path) -> Self {
        dir.clone_into(&mut self.home);
        self
    }

    /// A variable of its environment.
    pub fn environment(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    /// Leaves the choice of devices to the phone, on a machine that has none.
    pub fn default_devices(mut self) -> Self {
        self.microphone = "".into();
        self.speaker = Some("".into());
        self
    }

    /// A further option on its command line.
    pub fn option(mut self, option: impl Into<OsString>) -> Self {
        self.options.push(option.into());
        self
    }

    /// A command that starts it: `unshare --mount …`.
    pub fn wrapper(mut self, words: &[impl AsRef<OsStr>]) -> Self {
        self.wrapper = words.iter().map(Into::into).collect();
        self
    }

    /// Starts it and waits until it has registered.
    pub fn registered(self) -> Result<Phone> {
        let mut phone = self.start()?;
        phone.wait("registered", |kind| {
            matches!(kind, Kind::Registered { .. }).then_some(())
        })?;
        Ok(phone)
    }

    /// Starts it, and waits for nothing.
    pub fn start(self) -> Result<Phone> {
        let name = self.lab.next_phone();
        let heard = self.lab.dir().join(format!("{name}.wav"));
        let mut words = self.wrapper.clone();
        words.push(program()?.into());
        words.extend(["run".into(), "--profile".into(), self.profile(&name)?]);
        words.extend(self.sound(&heard));
        words.extend(self.options.clone());
        let spawned = Instant::now();
        let process = self.spawn(&name, &words, Pipes::Both)?;
        if self.first {
            process.run_first();
        }
        Ok(Phone::new(process, heard, spawned))
    }

    /// Starts a `call`, `answer`, `register`, `devices` or `doctor` instead, by these words: `["call", "600"]`.
    /// Nothing is heard of what comes out of its speaker.
    pub fn errand(self, words: &[&str]) -> Result<Errand> {
        let name = self.lab.next_phone();
        let mut all = self.wrapper.clone();
        all.push(program()?.into());
        all.extend(words.iter().map(Into::into));
        if !matches!(words, ["devices", ..]) {
            all.extend(["--profile".into(), self.profile(&name)?]);
        }
        if matches!(words, ["call" | "answer", ..]) {
            all.extend(self.sound(&self.lab.dir().join(format!("{name}.wav"))));
        }
        self.spawn(&name, &all, Pipes::Output).map(Errand::of)
    }

    fn sound(&self, heard: &Path) -> Vec<OsString> {
        let speaker = self.speaker.clone();
        let mut words = option("--mic", self.microphone.clone());
        words.extend(option(
            "--speaker",
            speaker.unwrap_or_else(|| prefixed("wav:", heard)),
        ));
        words.extend(option("--ringer", "silent".into()));
        words
    }

    fn spawn(&self, name: &str, words: &[OsString], pipes: Pipes) -> Result<Process> {
        let dir = self.lab.dir();
        let mut command = std::process::Command::new(&words[0]);
        command
            .args(&words[1..])
            .env("HOME", &self.home)
            .env("XDG_RUNTIME_DIR", &self.home)
            .env("WARMLINE_TEST_PASSWORD", &self.password)
            .env_remove("WARMLINE_LOG")
            .env_remove("RUST_LOG")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .envs(self.environment.clone());
        let process = Process::start(name, command, pipes, dir)?;
        self.lab.search_later(process.log().to_owned());
        Ok(process)
    }

    /// Writes the profile; its file.
    fn profile(&self, name: &str) -> Result<OsString> {
        let mut text = format!(
            "server = {:?}\naor = \"{}\"\npassword_env = \"WARMLINE_TEST_PASSWORD\"\n",
            self.servers,
            self.person.aor()
        );
        if let Some(file) = &self.ca_file {
            text += &format!("ca_file = \"{}\"\n", file.display());
        }
        if !self.codecs.is_empty() {
            text += &format!("codecs = {:?}\n", self.codecs);
        }
        text += &self.profile_lines;
        if !self.processes_voice {
            text += UNPROCESSED;
        }
        let file = self.lab.dir().join(format!("{name}.toml"));
        std::fs::write(&file, text).doing("writing a profile")?;
        Ok(file.into())
    }
}

/// Lines of a profile by which what the microphone hears is sent as it is.
pub const UNPROCESSED: &str = "[sound]\necho_cancellation = false\nnoise_suppression = \"off\"\n\
                           automatic_gain = false\nhigh_pass = false\n";

fn prefixed(prefix: &str, file: &Path) -> OsString {
    let mut text = OsString::from(prefix);
    text.push(file);
    text
}

/// An option with its value, or nothing for no value.
fn option(name: &str, value: OsString) -> Vec<OsString> {
    if value.is_empty() {
        Vec::new()
    } else {
        vec![name.into(), value]
    }
}

/// The `warmline-cli` to test: `WARMLINE_CLI`, or the workspace's own, built as this harness was.
fn program() -> Result<PathBuf> {
    use std::sync::OnceLock;
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    if let Some(program) = PROGRAM.get() {
        return Ok(program.clone());
    }
    let program = match std::env::var_os("WARMLINE_CLI").filter(|file| !file.is_empty()) {
        Some(file) => file.into(),
        None => build()?,
    };
    Ok(PROGRAM.get_or_init(|| program).clone())
}

fn build() -> Result<PathBuf> {
    let mut cargo =
        std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args([
            "build",
            "-q",
            "-p",
            "warmline-cli",
            "--message-format=json-render-diagnostics",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output = cargo
        .stderr(std::process::Stdio::inherit())
        .output()
        .doing("building warmline-cli")?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<HashMap<String, Value>>(line).ok())
        .find_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .filter(|_| output.status.success())
        .ok_or_else(|| LabError::Refused {
            name: "cargo".to_owned(),
            reason: "warmline-cli does not build".to_owned(),
        })
}
