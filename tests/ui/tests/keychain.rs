//! The password in the real keychain: the phone goes on as soon as there is one, whatever was amiss.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use warmline_desk::{DeskError, ErrorCode, Profile};
use warmline_interop::{Pipes, Process, Result, test};

#[test]
fn a_keychain_that_is_absent_empty_or_locked_is_said_and_used_as_soon_as_it_can_be() {
    if let Some(dir) = env::var_os(BUS_IS_THERE) {
        return on_the_bus(&PathBuf::from(dir));
    }
    // The session bus is the environment's: the test goes on in a process that has this one.
    test(|lab| {
        let mut bus = bus(lab.dir())?;
        let mut address = String::new();
        BufReader::new(bus.stdout())
            .read_line(&mut address)
            .unwrap();
        let run = lab.dir().join("run");
        fs::create_dir(&run).unwrap();
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env(BUS_IS_THERE, lab.dir())
            .env("DBUS_SESSION_BUS_ADDRESS", address.trim())
            .env("HOME", lab.dir())
            .env("XDG_DATA_HOME", lab.dir().join("data"))
            .env("XDG_RUNTIME_DIR", run)
            .env_remove("DISPLAY")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let failed = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("1 passed"), "{said}{failed}");
        Ok(())
    });
}

fn on_the_bus(dir: &Path) {
    let text = "server = \"wss://sbc.example.com/ws\"\naor = \"sip:2001@example.com\"\n";
    let profile = Profile::parse(text, dir).unwrap();
    says(&profile, ErrorCode::KeychainUnavailable, "does not answer");

    let keychain = keychain(dir);
    let start = Instant::now();
    while code(&profile.password()) == Some(ErrorCode::KeychainUnavailable) {
        assert!(start.elapsed() < LIMIT, "the keychain is not found");
        std::thread::sleep(Duration::from_millis(25));
    }
    says(&profile, ErrorCode::PasswordMissing, "holds no password");

    let secret = "correct horse".to_owned().into();
    profile.store_password(&secret).unwrap();
    assert_eq!(profile.password().unwrap().expose(), "correct horse");

    lock();
    says(&profile, ErrorCode::KeychainUnavailable, "is locked");

    // As after signing in to the desktop again.
    drop(keychain);
    let _keychain = self::keychain(dir);
    let start = Instant::now();
    while profile.password().is_err() {
        assert!(start.elapsed() < LIMIT, "{:?}", code(&profile.password()));
        std::thread::sleep(Duration::from_millis(25));
    }
    assert_eq!(profile.password().unwrap().expose(), "correct horse");
}

#[track_caller]
fn says(profile: &Profile, wanted: ErrorCode, words: &str) {
    let Err(error) = profile.password() else {
        panic!("there is a password");
    };
    assert_eq!(error.code, wanted, "{error}");
    assert!(error.what.contains(words), "{error}");
    assert!(error.advice.contains("`password_file`"), "{error}");
}

fn code<T>(result: &std::result::Result<T, DeskError>) -> Option<ErrorCode> {
    result.as_ref().err().map(|error| error.code)
}

/// A session bus that starts nothing by itself.
fn bus(dir: &Path) -> Result<Process> {
    let config = dir.join("bus.conf");
    fs::write(&config, BUS).unwrap();
    let mut bus = Command::new("dbus-daemon");
    bus.arg("--config-file").arg(config);
    bus.args(["--nofork", "--print-address"]);
    Process::start("bus", bus, Pipes::Output, dir)
}

/// A keychain that is open.
fn keychain(dir: &Path) -> Process {
    let mut command = Command::new("gnome-keyring-daemon");
    command.args(["--foreground", "--unlock", "--components=secrets"]);
    let mut keychain = Process::start("keychain", command, Pipes::Input, dir).unwrap();
    keychain.stdin().write_all(b"lab").unwrap();
    keychain
}

fn lock() {
    let login = "array:objpath:/org/freedesktop/secrets/collection/login";
    let done = Command::new("dbus-send")
        .args([
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.secrets",
        ])
        .args([
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            login,
        ])
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

const NAME: &str =
    "a_keychain_that_is_absent_empty_or_locked_is_said_and_used_as_soon_as_it_can_be";

/// Names the folder to work in.
const BUS_IS_THERE: &str = "WARMLINE_TEST_BUS";

const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

const LIMIT: Duration = Duration::from_secs(20);
