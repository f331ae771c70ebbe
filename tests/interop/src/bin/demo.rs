//! What `./dev demo` opens: the window, signed in at an Asterisk on this machine. Ten seconds after it
//! has registered a customer calls, and again whenever the line has been quiet for a while.

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    match demo::run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            demo::say(&format!("demo: {error}"));
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod demo {
    use std::{
        io::Write,
        path::{Path, PathBuf},
        process::Command,
        thread,
        time::{Duration, Instant},
    };

    use warmline_interop::{Asterisk, Lab, LabError, Person, Pipes, Process, number};

    pub(crate) fn say(text: &str) {
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    pub(crate) fn run() -> Result<(), LabError> {
        let lab = Lab::new()?;
        let mut asterisk = lab.asterisk()?;
        let profile = write_profile(&lab, &asterisk)?;
        let mut window = Command::new(window());
        window
            .arg("--profile")
            .arg(&profile)
            .env("WARMLINE_DEMO_PASSWORD", Person::AGENT.password);
        let mut window = Process::start("window", window, Pipes::None, lab.dir())?;
        say(
            "The window opens. A customer calls in ten seconds; answer, and speak: the line echoes you.",
        );
        say(&format!(
            "Numbers to try in the call box: {} echo, {} a tone, {} music on hold, {} busy, {} no answer.",
            number::ECHO,
            number::MILLIWATT,
            number::MUSIC,
            number::BUSY,
            number::NO_ANSWER,
        ));
        let mut quiet_since = Instant::now();
        while window.exited().is_none() {
            thread::sleep(Duration::from_secs(1));
            if in_a_call(&mut asterisk)? {
                quiet_since = Instant::now();
            } else if quiet_since.elapsed() > BETWEEN_CALLS {
                quiet_since = Instant::now();
                // Refused while the window is not registered: the next round tries again.
                let _ = asterisk.call(Person::AGENT, Person::COLLEAGUE, number::ECHO);
            }
        }
        Ok(())
    }

    fn write_profile(lab: &Lab, asterisk: &Asterisk) -> Result<PathBuf, LabError> {
        let profile = lab.dir().join("demo.toml");
        let text = format!(
            "server = \"{}\"\naor = \"{}\"\nca_file = \"{}\"\npassword_env = \"WARMLINE_DEMO_PASSWORD\"\n",
            asterisk.wss(),
            Person::AGENT.aor(),
            lab.ca_file().display(),
        );
        std::fs::write(&profile, text).map_err(|source| LabError::Io {
            doing: "writing the demo's profile".to_owned(),
            source,
        })?;
        Ok(profile)
    }

    fn in_a_call(asterisk: &mut Asterisk) -> Result<bool, LabError> {
        let channels = asterisk.manager().console("core show channels count")?;
        Ok(!channels.contains("0 active channels"))
    }

    /// The window stands beside this program.
    fn window() -> PathBuf {
        let beside = std::env::current_exe().unwrap_or_default();
        beside.parent().unwrap_or(Path::new(".")).join("warmline")
    }

    const BETWEEN_CALLS: Duration = Duration::from_secs(10);
}
