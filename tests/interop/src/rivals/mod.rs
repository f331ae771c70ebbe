//! The phones that are measured: Warmline and its rivals, each with the sound server's devices and one
//! codec, and with the best settings there are for sound or with its own.

mod baresip;
mod chromium;
mod linphonec;
mod warmline;
pub mod windows;

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::asterisk::Asterisk;
use crate::error::{Doing, Result};
use crate::impaired_network::ImpairedNetwork;
use crate::people::Person;
use crate::place::Lab;
use crate::pulse::Pulse;

/// A codec to call with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Codec {
    Opus,
    Pcmu,
}

/// Which phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Name {
    Warmline,
    Baresip,
    Linphonec,
    /// JsSIP in Chromium.
    Chromium,
}

/// How a phone is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Settings {
    /// The best for sound on a bad network that its documentation has, and no processing of the voice.
    Best,
    /// As it comes.
    Default,
}

/// Where a phone is started.
pub struct Ground<'lab> {
    /// The lab that it belongs to.
    pub lab: &'lab Lab,
    /// The PBX that it calls by.
    pub asterisk: &'lab Asterisk,
    /// Its ears and its mouth.
    pub pulse: &'lab Pulse,
    /// The network between it and the PBX; none if both are on one machine.
    pub network: Option<&'lab ImpairedNetwork>,
}

/// A phone that runs.
pub trait Client {
    /// The process whose tree is the phone.
    fn pid(&self) -> u32;
    /// Calls a number.
    fn dial(&mut self, number: &str) -> Result<()>;
    /// Ends the call.
    fn hang_up(&mut self) -> Result<()>;
}

impl Name {
    /// All there are.
    pub const ALL: [Name; 4] = [
        Name::Warmline,
        Name::Baresip,
        Name::Linphonec,
        Name::Chromium,
    ];

    /// Who it registers as.
    pub fn person(self) -> Person {
        match self {
            Name::Warmline => Person::AGENT,
            Name::Chromium => Person::EXPERT,
            Name::Baresip | Name::Linphonec => Person::RIVAL,
        }
    }

    /// How it reaches the PBX.
    pub fn transport(self) -> &'static str {
        match self {
            Name::Warmline | Name::Chromium => "SIP over WSS; ICE, DTLS-SRTP",
            Name::Baresip | Name::Linphonec => "SIP over UDP; plain RTP",
        }
    }

    /// How it reaches the sound server.
    pub fn sound(self) -> &'static str {
        match self {
            Name::Warmline => "PulseAudio",
            Name::Baresip => "ALSA's pulse plug-in",
            Name::Linphonec | Name::Chromium => "libpulse",
        }
    }

    /// What these settings are, in words.
    pub fn settings(self, settings: Settings) -> &'static str {
        match (self, settings) {
            (Name::Warmline, _) => warmline::settings(settings),
            (Name::Baresip, _) => baresip::settings(settings),
            (Name::Linphonec, _) => linphonec::settings(settings),
            (Name::Chromium, _) => chromium::settings(settings),
        }
    }

    /// What it calls itself, with its version.
    pub fn version(self) -> String {
        match self {
            Name::Warmline => format!("warmline {}", env!("CARGO_PKG_VERSION")),
            Name::Baresip => format!("baresip {}", baresip::version()),
            Name::Linphonec => format!("linphonec {}", linphonec::version()),
            Name::Chromium => chromium::version(),
        }
    }

    /// Starts it. `Ok(None)` if it is not installed.
    pub fn start(
        self,
        codec: Codec,
        settings: Settings,
        ground: &Ground<'_>,
    ) -> Result<Option<Box<dyn Client>>> {
        match self {
            Name::Warmline => warmline::start(codec, settings, ground),
            Name::Baresip => baresip::start(codec, settings, ground),
            Name::Linphonec => linphonec::start(codec, settings, ground),
            Name::Chromium => chromium::start(codec, settings, ground),
        }
    }
}

impl Ground<'_> {
    /// The address of the phone's machine.
    fn address(&self) -> Ipv4Addr {
        self.network
            .map_or(Ipv4Addr::LOCALHOST, |_| ImpairedNetwork::PHONE)
    }

    /// The words before a command that is to run on the phone's machine.
    fn wrapper(&self) -> Vec<String> {
        self.network
            .map_or(Vec::new(), |network| network.phones_side().to_vec())
    }

    /// The same command, to run on the phone's machine.
    fn there(&self, command: &Command) -> Command {
        let words = self.wrapper();
        let mut wrapped = match words.split_first() {
            Some((first, rest)) => {
                let mut wrapped = Command::new(first);
                wrapped.args(rest).arg(command.get_program());
                wrapped
            }
            None => Command::new(command.get_program()),
        };
        wrapped.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => wrapped.env(name, value),
                None => wrapped.env_remove(name),
            };
        }
        if let Some(dir) = command.get_current_dir() {
            wrapped.current_dir(dir);
        }
        wrapped
    }
}

fn output(command: &mut Command) -> String {
    let output = command.output();
    output
        .map(|output| {
            String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
        })
        .unwrap_or_default()
}

fn installed(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn write(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).doing("writing a configuration")
}
