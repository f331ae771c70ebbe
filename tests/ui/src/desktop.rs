//! A desktop without a screen: X server, window manager, session bus, unlocked keychain.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use warmline_interop::{LabError, Pipes, Process, Pulse, Result};

/// Which colours the desktop asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// Dark letters on light paper.
    Light,
    /// Light letters on dark paper.
    Dark,
}

/// A desktop. Everything on it ends with it.
pub struct Desktop {
    /// In the order in which they must end: fields drop from first to last.
    _manager: Process,
    _keyring: Process,
    _bus: Process,
    _display: Process,
    environment: Vec<(&'static str, String)>,
    home: PathBuf,
}

impl Desktop {
    /// Starts one whose home is in `dir`, with the sound of `pulse`.
    ///
    /// # Errors
    /// One of its programs is missing or does not come up.
    pub fn start(dir: &Path, scheme: Scheme, pulse: &Pulse) -> Result<Self> {
        let home = dir.join("home");
        make(&home.join(".config"))?;
        let mut display = Command::new("Xvfb");
        display.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x1000x24",
            "-nolisten",
            "tcp",
            "-fbdir",
        ]);
        display.arg(dir);
        let mut display = Process::start("display", display, Pipes::Output, dir)?;
        let number = first_line(&mut display)?;

        let mut environment = pulse.environment();
        environment.extend([
            ("DISPLAY", format!(":{number}")),
            ("HOME", home.display().to_string()),
            (
                "XDG_CONFIG_HOME",
                home.join(".config").display().to_string(),
            ),
            ("XDG_DATA_HOME", home.join(".local").display().to_string()),
            // No XDG_CACHE_HOME: what Mesa compiles to paint with goes into the cache of the user who runs
            // the tests, and only the first window of all waits for it.
            // No accessibility bus: it would be started for every window and outlive it.
            ("NO_AT_BRIDGE", "1".to_owned()),
            // Pages speak the system's language, and tests read English. Where this locale is not installed, the
            // web view takes it for that of C, which is the same to it.
            ("LANG", ENGLISH.to_owned()),
            ("LC_ALL", ENGLISH.to_owned()),
            ("LANGUAGE", "en".to_owned()),
            (
                "GTK_THEME",
                match scheme {
                    Scheme::Light => "Adwaita",
                    Scheme::Dark => "Adwaita:dark",
                }
                .to_owned(),
            ),
        ]);

        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--print-address"]);
        bus.envs(environment.iter().cloned());
        let mut bus = Process::start("bus", bus, Pipes::Output, dir)?;
        environment.push(("DBUS_SESSION_BUS_ADDRESS", first_line(&mut bus)?));

        let mut keyring = Command::new("gnome-keyring-daemon");
        keyring.args(["--foreground", "--unlock", "--components=secrets"]);
        keyring.envs(environment.iter().cloned());
        let mut keyring = Process::start("keyring", keyring, Pipes::Input, dir)?;
        keyring
            .stdin()
            .write_all(b"lab")
            .map_err(|source| io("unlocking the keychain", source))?;

        let manager = window_manager(dir, &environment)?;

        let desktop = Self {
            _manager: manager,
            _keyring: keyring,
            _bus: bus,
            _display: display,
            environment,
            home,
        };
        desktop.ready()?;
        Ok(desktop)
    }

    /// What a program needs to be on this desktop.
    pub fn environment(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.environment.iter().cloned()
    }

    /// The X server's name, as `:99`.
    pub(crate) fn display(&self) -> String {
        self.value_of("DISPLAY")
    }

    /// The address of its session bus.
    pub fn bus(&self) -> String {
        self.value_of("DBUS_SESSION_BUS_ADDRESS")
    }

    fn value_of(&self, name: &str) -> String {
        let found = self.environment.iter().find(|(of, _)| *of == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Where the window looks for its profile.
    pub fn profile(&self) -> PathBuf {
        self.home.join(".config/warmline/profile.toml")
    }

    /// Where programs keep their settings on it.
    pub fn config(&self) -> PathBuf {
        self.home.join(".config")
    }

    /// Where programs keep the rest.
    pub fn data(&self) -> PathBuf {
        self.home.join(".local")
    }

    /// What a program of the desktop's own prints that is asked something.
    ///
    /// # Errors
    /// It is missing, or refuses.
    pub fn ask(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let output = Command::new(program)
            .args(arguments)
            .envs(self.environment())
            .output()
            .map_err(|source| io(&format!("starting {program}"), source))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(refused(
                program,
                text(&output.stdout) + &text(&output.stderr),
            ))
        }
    }

    /// The file that the X server paints into, XWD.
    pub fn screen(&self) -> PathBuf {
        self.home.with_file_name("Xvfb_screen0")
    }

    /// Where the window of this title is, without its frame: left, top, width and height in pixels.
    ///
    /// # Errors
    /// There is none of this title, or the tool for it is missing.
    pub fn place_of(&self, title: &str) -> Result<(usize, usize, usize, usize)> {
        let said = self.xdotool(&[
            "search",
            "--onlyvisible",
            "--name",
            title,
            "getwindowgeometry",
            "--shell",
        ])?;
        let value = |name| value(&said, name);
        Ok((value("X")?, value("Y")?, value("WIDTH")?, value("HEIGHT")?))
    }

    /// Puts a password into the keychain, as `warmline-cli password` does.
    ///
    /// # Errors
    /// The keychain refuses.
    pub fn remember(&self, aor: &str, password: &str) -> Result<()> {
        let mut command = Command::new("secret-tool");
        command.args([
            "store",
            "--label=Warmline",
            "service",
            "Warmline",
            "username",
            aor,
        ]);
        command.envs(self.environment());
        let mut child = command
            .stdin(std::process::Stdio::piped())
            .spawn()
            .map_err(|source| io("starting secret-tool", source))?;
        let mut stdin = child.stdin.take().expect("piped");
        let written = stdin.write_all(password.as_bytes());
        drop(stdin);
        let status = written
            .and_then(|()| child.wait())
            .map_err(|source| io("storing a password", source))?;
        if status.success() {
            Ok(())
        } else {
            Err(refused("secret-tool", status.to_string()))
        }
    }

    /// Presses keys as somebody at the keyboard would, whichever window has it: `alt+F4`.
    ///
    /// # Errors
    /// The tool for it is missing.
    pub fn press(&self, keys: &str) -> Result<()> {
        // A window that has just come up has the keyboard a moment later.
        let start = Instant::now();
        let has_keyboard = || {
            let window = self.xdotool(&["getactivewindow"]);
            window.is_ok_and(|window| window.trim() != "0")
        };
        while !has_keyboard() && start.elapsed() < HAS_KEYBOARD {
            std::thread::sleep(Duration::from_millis(20));
        }
        self.xdotool(&["key", keys]).map(drop)
    }

    /// Where the upper left corner of what this window shows is on the screen, to the pixel.
    ///
    /// # Errors
    /// There is none of this title, or the tool for it is missing.
    pub fn origin_of(&self, title: &str) -> Result<(usize, usize)> {
        // Asked of the pointer: [`Desktop::place_of`] counts the bar of the title twice.
        let said = self.xdotool(&[
            "search",
            "--onlyvisible",
            "--name",
            title,
            "mousemove",
            "--window",
            "%1",
            "0",
            "0",
            "getmouselocation",
            "--shell",
        ])?;
        Ok((value(&said, "X")?, value(&said, "Y")?))
    }

    /// Puts the pointer there in the window of this title, in pixels of what it shows.
    ///
    /// # Errors
    /// There is none of this title, or the tool for it is missing.
    pub fn point_at(&self, title: &str, (x, y): (usize, usize)) -> Result<()> {
        let (x, y) = (x.to_string(), y.to_string());
        let to = ["mousemove", "--window", "%1", &x, &y];
        let window = ["search", "--onlyvisible", "--name", title];
        self.xdotool(&[&window[..], &to].concat()).map(drop)
    }

    /// Clicks where the pointer is. Back once the button is up again.
    ///
    /// # Errors
    /// The tool for it is missing.
    pub fn click(&self) -> Result<()> {
        self.xdotool(&["click", "1"]).map(drop)
    }

    /// Puts the pointer into the corner of the screen.
    ///
    /// # Errors
    /// The tool for it is missing.
    pub fn pointer_away(&self) -> Result<()> {
        self.xdotool(&["mousemove", "0", "0"]).map(drop)
    }

    /// Puts the window of this title away, as its button does.
    ///
    /// # Errors
    /// There is none of this title, or the tool for it is missing.
    pub fn put_away(&self, title: &str) -> Result<()> {
        self.xdotool(&["search", "--onlyvisible", "--name", title, "windowminimize"])
            .map(drop)
    }

    /// Takes a window away without asking anybody, as the end of a session does.
    ///
    /// # Errors
    /// There is none of this title, or the tool for it is missing.
    pub fn destroy(&self, title: &str) -> Result<()> {
        self.xdotool(&["search", "--onlyvisible", "--name", title, "windowclose"])
            .map(drop)
    }

    /// Waits until the keychain answers.
    fn ready(&self) -> Result<()> {
        let answers = |program: &str, arguments: &[&str]| {
            Command::new(program)
                .args(arguments)
                .envs(self.environment())
                .output()
                .is_ok_and(|output| output.status.success())
        };
        let owned = [
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.DBus.Peer.Ping",
        ];
        until("the keychain", || answers("dbus-send", &owned))
    }

    fn xdotool(&self, arguments: &[&str]) -> Result<String> {
        self.ask("xdotool", arguments)
    }
}

/// A window that comes up is given the keyboard in this time, if it is to have it.
const HAS_KEYBOARD: Duration = Duration::from_secs(5);

/// What xdotool says of this name: `X=12`.
fn value(said: &str, name: &str) -> Result<usize> {
    let values = said.lines().filter_map(|line| line.split_once('='));
    let mut named = values.filter(|(of, _)| *of == name);
    let value = named.next().and_then(|(_, value)| value.parse().ok());
    value.ok_or_else(|| refused("xdotool", format!("no {name} in {said:?}")))
}

/// On a loaded machine it gives up on a display that is only just there: then it is started again.
fn window_manager(dir: &Path, environment: &[(&'static str, String)]) -> Result<Process> {
    let start = || {
        let mut command = Command::new("openbox");
        command.args(["--config-file", "/etc/xdg/openbox/rc.xml"]);
        command.envs(environment.iter().cloned());
        Process::start("window-manager", command, Pipes::None, dir)
    };
    let manages = || {
        Command::new("xdotool")
            .arg("get_num_desktops")
            .envs(environment.iter().cloned())
            .output()
            .is_ok_and(|output| output.status.success())
    };
    let mut manager = start()?;
    until("the window manager", || {
        if manager.exited().is_some()
            && let Ok(again) = start()
        {
            manager = again;
        }
        manages()
    })?;
    // With its first key, xdotool's keyboard becomes the display's, and the window manager lets go of all
    // keys for a moment to take them anew. This one is nobody's.
    let first = Command::new("xdotool")
        .args(["key", "shift"])
        .envs(environment.iter().cloned())
        .status()
        .map_err(|source| io("starting xdotool", source))?;
    if first.success() {
        Ok(manager)
    } else {
        Err(refused("xdotool", "no key can be pressed"))
    }
}

/// Asks every few milliseconds until it is so.
pub(crate) fn until(awaited: &str, mut proof: impl FnMut() -> bool) -> Result<()> {
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        if proof() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    Err(LabError::TimedOut {
        name: "desktop".to_owned(),
        awaited: awaited.to_owned(),
        limit: LIMIT,
        seen: String::new(),
    })
}

pub(crate) fn io(doing: &str, source: std::io::Error) -> LabError {
    LabError::Io {
        doing: doing.to_owned(),
        source,
    }
}

pub(crate) fn refused(name: &str, reason: impl Into<String>) -> LabError {
    LabError::Refused {
        name: name.to_owned(),
        reason: reason.into(),
    }
}

pub(crate) fn make(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(|source| io("making a folder", source))
}

fn first_line(process: &mut Process) -> Result<String> {
    let mut line = String::new();
    BufReader::new(process.stdout())
        .read_line(&mut line)
        .map_err(|source| io("reading what a program says first", source))?;
    if line.trim().is_empty() {
        return Err(refused(process.name(), "it said nothing"));
    }
    Ok(line.trim().to_owned())
}

const ENGLISH: &str = "en_US.UTF-8";
const LIMIT: Duration = Duration::from_secs(20);
