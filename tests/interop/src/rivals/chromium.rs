use std::process::Command;
use std::time::Duration;

use crate::browser::{Browser, Microphone};
use crate::error::Result;
use crate::place;

use super::{Client, Codec, Ground, Name, Settings, output};

pub(super) fn settings(settings: Settings) -> &'static str {
    match settings {
        Settings::Best => "its own; echo cancellation, noise suppression and gain control off",
        Settings::Default => "its own; echo cancellation, noise suppression and gain control on",
    }
}

/// What Chromium calls itself.
pub(super) fn version() -> String {
    let version = place::chromium()
        .map(|program| output(Command::new(program).arg("--version")))
        .unwrap_or_default();
    let number = version
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        .unwrap_or_default()
        .to_owned();
    format!("JsSIP in chromium {number}")
}

pub(super) fn start(
    codec: Codec,
    settings: Settings,
    ground: &Ground<'_>,
) -> Result<Option<Box<dyn Client>>> {
    let microphone = Microphone {
        processing: settings == Settings::Default,
        codec: match codec {
            Codec::Opus => "opus",
            Codec::Pcmu => "PCMU",
        },
    };
    let browser = Browser::with_devices(
        ground.lab.dir(),
        Name::Chromium.person(),
        &ground.asterisk.wss(),
        microphone,
        ground.pulse,
        |command| ground.there(command),
    )?;
    let pid = browser.chromium()?;
    Ok(Some(Box::new(Chromium { browser, pid })))
}

struct Chromium {
    browser: Browser,
    pid: u32,
}

impl Client for Chromium {
    fn pid(&self) -> u32 {
        self.pid
    }

    fn dial(&mut self, number: &str) -> Result<()> {
        self.browser.call(number)
    }

    fn hang_up(&mut self) -> Result<()> {
        self.browser.tell("hangup")?;
        self.browser.wait("ended", LIMIT).map(drop)
    }
}

const LIMIT: Duration = Duration::from_secs(10);
