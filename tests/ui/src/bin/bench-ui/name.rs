//! What is measured: whose window it is, how it is started, and how a call is taken in it.

use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use warmline_interop::rivals::{self, Ground, windows};
use warmline_interop::{Person, Result};
use warmline_ui_tests::{after_the_first_day, beside_the_tests, profile, write};

/// Whose window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Name {
    Warmline,
    /// A window with one line of text.
    Hello,
    /// A phone on a page, in Chromium.
    Jssip,
    /// Linphone Desktop.
    Linphone,
}

/// How a call is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    /// By these keys.
    To(&'static str),
    /// It answers after a while.
    ByItself,
}

/// Where a call that rings is to be seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rings {
    /// In the window, of which it changes this share at least. What rings beside it changes less.
    InTheWindow(f64),
    /// In another window, somewhere on the screen, of which it changes this share at least.
    Anywhere(f64),
}

impl Name {
    pub(crate) const ALL: [Self; 4] = [Self::Warmline, Self::Hello, Self::Jssip, Self::Linphone];

    /// Who it registers as; nobody where it is no phone.
    pub(crate) fn person(self) -> Option<Person> {
        match self {
            Self::Warmline => Some(rivals::Name::Warmline.person()),
            Self::Hello => None,
            Self::Jssip => Some(rivals::Name::Chromium.person()),
            Self::Linphone => Some(rivals::Name::Linphonec.person()),
        }
    }

    /// The title of its window.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Warmline => "^Warmline$",
            Self::Hello => "^Hello$",
            Self::Jssip => "^Browser phone",
            Self::Linphone => "^Linphone",
        }
    }

    /// Far longer than it takes to come to rest.
    pub(crate) fn patience(self) -> Duration {
        Duration::from_secs(match self {
            Self::Warmline | Self::Hello => 6,
            Self::Jssip | Self::Linphone => 12,
        })
    }

    /// Whether its first start for a user is of another kind than those after it: it is started once before.
    pub(crate) fn makes_itself_at_home(self) -> bool {
        matches!(self, Self::Jssip | Self::Linphone)
    }

    pub(crate) fn answers(self) -> Answers {
        match self {
            Self::Warmline | Self::Hello | Self::Jssip => Answers::To("ctrl+shift+a"),
            Self::Linphone => Answers::ByItself,
        }
    }

    pub(crate) fn rings(self) -> Rings {
        match self {
            Self::Warmline | Self::Hello | Self::Jssip => Rings::InTheWindow(0.05),
            Self::Linphone => Rings::Anywhere(0.01),
        }
    }

    /// What it calls itself, with its version.
    pub(crate) fn version(self) -> String {
        match self {
            Self::Warmline => format!("Warmline {}", env!("CARGO_PKG_VERSION")),
            Self::Hello => "Tauri hello".to_owned(),
            Self::Jssip => windows::browser_phone_version(),
            Self::Linphone => windows::linphone_version(),
        }
    }

    /// How it is started. `Ok(None)` if it is not installed.
    pub(crate) fn command(self, ground: &Ground<'_>) -> Result<Option<Command>> {
        match self {
            Self::Warmline => warmline(ground).map(Some),
            Self::Hello => Ok(Some(Command::new(beside_the_tests("examples/hello")?))),
            Self::Jssip => windows::browser_phone(ground),
            Self::Linphone => windows::linphone_desktop(ground),
        }
    }
}

/// With a profile for this PBX, as an agent has it: what is done to the voice is done.
fn warmline(ground: &Ground<'_>) -> Result<Command> {
    let file = ground.lab.dir().join("window.toml");
    let text = profile(ground.lab, ground.asterisk);
    write(&file, &format!("{text}password_env = \"{PASSWORD}\"\n"))?;
    after_the_first_day(&file)?;
    let mut command = Command::new(beside_the_tests("warmline")?);
    command.arg("--profile").arg(file);
    command
        .arg("--log")
        .arg(ground.lab.dir().join("window.log"));
    command.env(PASSWORD, Person::AGENT.password);
    Ok(command)
}

const PASSWORD: &str = "WARMLINE_TEST_PASSWORD";
