use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::error::{Doing, LabError, Result};
use crate::place;
use crate::process::{Pipes, Process};

/// A sound server without a sound card: a speaker that nobody hears and a microphone that a test
/// speaks into.
///
/// Both are a channel of one device, so that recording its monitor gives what went into the microphone
/// (left) and what came out of the speaker (right) on one clock.
pub struct Pulse {
    process: Process,
    dir: PathBuf,
}

/// A device that a test can pull out.
pub struct PluggedIn {
    module: String,
}

impl Pulse {
    pub(crate) fn start(dir: &Path) -> Result<Pulse> {
        let dir = dir.join("pulse");
        std::fs::create_dir_all(&dir).doing("making PulseAudio's folder")?;
        std::fs::copy(place::sources().join("pulse.pa"), dir.join("pulse.pa"))
            .doing("writing PulseAudio's script")?;
        let mut command = Command::new(place::program("PulseAudio", &["pulseaudio"])?);
        command
            .current_dir(&dir)
            .args([
                "-n",
                "--daemonize=no",
                "--use-pid-file=no",
                "--exit-idle-time=-1",
                "--realtime=no",
                "--high-priority=no",
                "-F",
            ])
            .arg(dir.join("pulse.pa"))
            .env("HOME", &dir)
            .env("XDG_RUNTIME_DIR", &dir)
            .env("PULSE_RUNTIME_PATH", &dir)
            .env_remove("DBUS_SESSION_BUS_ADDRESS");
        let process = Process::start("pulse", command, Pipes::None, dir.parent().unwrap_or(&dir))?;
        process.run_first();
        std::fs::write(dir.join("asound.conf"), ALSA).doing("writing ALSA's configuration")?;
        let mut pulse = Pulse { process, dir };
        let mut ask = pulse.pactl();
        ask.args(["get-default-source"]);
        pulse.process.ready_when(Duration::from_secs(10), || {
            ask.output()
                .is_ok_and(|output| output.stdout.starts_with(b"microphone"))
        })?;
        Ok(pulse)
    }

    /// Makes a program use this server, also by way of ALSA.
    pub fn lend(&self, command: &mut Command) {
        for (name, value) in self.environment() {
            command.env(name, value);
        }
    }

    /// The variables that make a program use this server, also by way of ALSA.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let dir = self.dir.display();
        vec![
            ("PULSE_SERVER", format!("unix:{dir}/native")),
            ("PULSE_RUNTIME_PATH", dir.to_string()),
            ("XDG_RUNTIME_DIR", dir.to_string()),
            ("ALSA_CONFIG_PATH", format!("{dir}/asound.conf")),
        ]
    }

    /// A `pactl` that speaks to this server.
    pub fn pactl(&self) -> Command {
        let mut command = Command::new("pactl");
        self.lend(&mut command);
        command
    }

    /// Plugs in another speaker. What it plays is heard by nobody.
    pub fn plug_in(&self, name: &str) -> Result<PluggedIn> {
        self.load(&[
            "module-null-sink",
            &format!("sink_name={name}"),
            &format!("sink_properties=device.description={name}"),
        ])
    }

    /// Plugs in another microphone, which hears what the first one does.
    pub fn plug_in_microphone(&self, name: &str) -> Result<PluggedIn> {
        self.load(&[
            "module-remap-source",
            &format!("source_name={name}"),
            &format!("source_properties=device.description={name}"),
            "master=room.monitor",
            "channels=1",
            "channel_map=mono",
            "master_channel_map=front-left",
            "remix=no",
        ])
    }

    fn load(&self, words: &[&str]) -> Result<PluggedIn> {
        let output = self.ask(&[&["load-module"], words].concat())?;
        Ok(PluggedIn {
            module: output.trim().to_owned(),
        })
    }

    /// Pulls it out again.
    pub fn unplug(&self, device: PluggedIn) -> Result<()> {
        self.ask(&["unload-module", &device.module]).map(drop)
    }

    pub(crate) fn ask(&self, words: &[&str]) -> Result<String> {
        let output = self.pactl().args(words).output().doing("starting pactl")?;
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(LabError::Refused {
                name: format!("pactl {words:?}"),
                reason: text(&output.stderr),
            })
        }
    }

    /// Starts a program that uses this server: `parec`, `paplay`, a phone.
    pub fn run(&self, name: &str, mut command: Command, pipes: Pipes) -> Result<Process> {
        self.lend(&mut command);
        Process::start(name, command, pipes, self.dir.parent().unwrap_or(&self.dir))
    }
}

const ALSA: &str =
    "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n";
