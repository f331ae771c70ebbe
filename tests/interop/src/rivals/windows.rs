//! Phones with a window, for what a window is measured by: each as its maker gives it out, with the sound
//! server's devices. Whoever starts one gives it a screen.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::error::{Doing, LabError, Result};
use crate::place;

use super::{Codec, Ground, Name, Settings, installed, linphonec, output, write};

/// What Debian calls Linphone Desktop, with its version.
pub fn linphone_version() -> String {
    let version =
        output(Command::new("dpkg-query").args(["-W", "-f", "${Version}", "linphone-desktop"]));
    format!("Linphone Desktop {version}")
}

/// A command that starts Linphone Desktop as [`Name::Linphonec`]'s person. `Ok(None)` if it is not installed.
///
/// Nothing but its own window can answer a call, so it answers by itself after [`LINPHONE_ANSWERS_AFTER_MS`].
pub fn linphone_desktop(ground: &Ground<'_>) -> Result<Option<Command>> {
    let Some(program) = installed("linphone") else {
        return Ok(None);
    };
    let dir = ground.lab.dir().join("linphone");
    std::fs::create_dir_all(&dir).doing("making Linphone's folder")?;
    let config = dir.join("linphonerc");
    // What it has written there itself at an earlier start stays.
    if !config.exists() {
        let calls = linphonec::config(Codec::Opus, Settings::Default, ground.asterisk.sip());
        write(
            &config,
            &format!(
                "{calls}[ui]\nauto_answer=1\nauto_answer_delay={LINPHONE_ANSWERS_AFTER_MS}\n\
                 check_for_update_enabled=0\n"
            ),
        )?;
    }
    let mut command = Command::new(program);
    command.arg("--config").arg(config);
    ground.pulse.lend(&mut command);
    Ok(Some(command))
}

/// How long a call rings at Linphone Desktop: longer than anybody looks for its card.
pub const LINPHONE_ANSWERS_AFTER_MS: u32 = 4_000;

/// What the page and its browser call themselves.
pub fn browser_phone_version() -> String {
    Name::Chromium.version()
}

/// A command that opens a phone on a page in a window of Chromium's own, as [`Name::Chromium`]'s person.
/// `Ok(None)` if Chromium or JsSIP is not installed. Ctrl+Shift+A answers.
pub fn browser_phone(ground: &Ground<'_>) -> Result<Option<Command>> {
    let sources = place::sources().join("jssip");
    let Ok(chromium) = place::chromium() else {
        return Ok(None);
    };
    if !sources.join("node_modules/jssip").is_dir() {
        return Ok(None);
    }
    let dir = ground.lab.dir().join("browser-phone");
    let preferences = dir.join("profile/Default/Preferences");
    if !preferences.exists() {
        let folder = preferences.parent().unwrap_or(&dir);
        std::fs::create_dir_all(folder).doing("making the folder of the phone on a page")?;
        // The desktop's frame, as around every other window here: what is within it is the page.
        write(&preferences, r#"{"browser":{"custom_chrome_frame":false}}"#)?;
        bundle(&sources, &dir)?;
        let person = Name::Chromium.person();
        let who = json!({
            "server": ground.asterisk.wss(),
            "aor": person.aor(),
            "name": person.name,
            "password": person.password,
        });
        write(&dir.join("person.js"), &format!("window.person = {who};\n"))?;
    }
    let mut command = Command::new(chromium);
    command.args([
        format!("--app=file://{}/phone.html", dir.display()),
        format!("--user-data-dir={}", dir.join("profile").display()),
    ]);
    command.args([
        "--window-size=420,720",
        "--no-first-run",
        "--no-default-browser-check",
        "--no-sandbox", // root and containers have none
        "--test-type",  // says nothing about that in the window
        // The lab's authority is in no store of Chromium's, and nobody is there to give the microphone.
        "--ignore-certificate-errors",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
        "--password-store=basic",
        "--disable-background-networking",
        "--disable-component-update",
        // Servers of this machine's may be spoken to, and the other way round.
        "--disable-features=WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks,LocalNetworkAccessChecksWebRTC",
    ]);
    ground.pulse.lend(&mut command);
    Ok(Some(command))
}

/// Puts the page and its script into a folder.
fn bundle(sources: &Path, folder: &Path) -> Result<()> {
    let mut node = Command::new(place::program("Node.js", &["node"])?);
    node.arg(sources.join("phone/build.mjs")).arg(folder);
    let output = node.output().doing("starting Node.js")?;
    if output.status.success() {
        return Ok(());
    }
    Err(LabError::Refused {
        name: "esbuild".to_owned(),
        reason: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}
