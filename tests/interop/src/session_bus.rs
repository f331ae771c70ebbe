//! A session bus of a test's own. The bus is the environment's, so the test goes on in a process that has
//! this one.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::Command,
};

use crate::error::Doing as _;
use crate::{Pipes, Process, Result, test};

/// Who may speak to the keychain.
#[derive(Clone, Copy, Debug)]
pub enum Policy {
    /// Everybody.
    Open,
    /// Nobody.
    Denied,
}

/// Runs the test of this name on a bus, in the folder that `body` is given.
///
/// # Panics
/// The test fails.
pub fn on_a_bus(name: &str, policy: Policy, body: impl FnOnce(&Path)) {
    if let Some(dir) = env::var_os(THERE) {
        return body(&PathBuf::from(dir));
    }
    test(|lab| {
        let config = lab.dir().join("bus.conf");
        fs::write(&config, policy.config()).doing("writing the bus's configuration")?;
        let mut bus = Command::new("dbus-daemon");
        bus.arg("--config-file").arg(config);
        bus.args(["--nofork", "--print-address"]);
        let mut bus = Process::start("bus", bus, Pipes::Output, lab.dir())?;
        let mut address = String::new();
        BufReader::new(bus.stdout())
            .read_line(&mut address)
            .doing("reading the bus's address")?;
        let run = lab.dir().join("run");
        fs::create_dir(&run).doing("making a folder")?;
        let this = env::current_exe().doing("looking for this program")?;
        let output = Command::new(this)
            .args(["--exact", name, "--nocapture"])
            .env(THERE, lab.dir())
            .env("DBUS_SESSION_BUS_ADDRESS", address.trim())
            .env("HOME", lab.dir())
            .env("XDG_DATA_HOME", lab.dir().join("data"))
            .env("XDG_RUNTIME_DIR", run)
            .env_remove("DISPLAY")
            .output()
            .doing("running the test on the bus")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let failed = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("1 passed"), "{said}{failed}");
        Ok(())
    });
}

/// A keychain that is open.
///
/// # Errors
/// It is not installed, or does not start.
pub fn keychain(dir: &Path) -> Result<Process> {
    let mut command = Command::new("gnome-keyring-daemon");
    command.args(["--foreground", "--unlock", "--components=secrets"]);
    let mut keychain = Process::start("keychain", command, Pipes::Input, dir)?;
    let password = keychain.stdin().write_all(b"lab");
    password.doing("unlocking the keychain")?;
    Ok(keychain)
}

/// Locks it, as the end of a session does.
///
/// # Errors
/// It cannot be asked.
///
/// # Panics
/// It refuses.
pub fn lock() -> Result<()> {
    let login = "array:objpath:/org/freedesktop/secrets/collection/login";
    let method = "org.freedesktop.Secret.Service.Lock";
    let done = Command::new("dbus-send")
        .args([
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.secrets",
        ])
        .args(["/org/freedesktop/secrets", method, login])
        .output()
        .doing("asking the keychain")?;
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    Ok(())
}

impl Policy {
    fn config(self) -> String {
        let denied = match self {
            Self::Open => "",
            Self::Denied => r#"<deny send_destination="org.freedesktop.secrets"/>"#,
        };
        format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    {denied}
  </policy>
</busconfig>
"#
        )
    }
}

/// Names the folder to work in.
const THERE: &str = "WARMLINE_TEST_BUS";
