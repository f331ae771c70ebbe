use serde::{Deserialize, Serialize};

/// The window itself: how it is shown, what the agent has set of it, and what program it is. Whoever
/// runs the window puts it into a snapshot; a [`Presenter`](crate::Presenter) leaves it as it is at first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiWindow {
    /// How much of it is shown.
    pub mode: UiMode,
    /// Whether it stays above other windows.
    pub always_on_top: bool,
    /// The language that the agent chose, as a BCP 47 tag; none for the system's.
    pub language: Option<String>,
    /// The colours that the agent chose.
    pub theme: UiTheme,
    /// The agent has not been shown the first steps yet.
    pub first_steps: bool,
    /// What of these who manages the phone has said, so that the agent cannot.
    pub managed: Vec<UiWindowSetting>,
    /// Who manages the phone, in a few words; none if nobody does, or nobody says.
    pub managed_by: Option<String>,
    /// The program.
    pub about: UiAbout,
}

/// How much of the window is shown.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiMode {
    /// All of it.
    #[default]
    Full,
    /// A bar with the call at hand.
    Compact,
}

/// The colours of the window.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiTheme {
    /// As the system has them.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// A setting of the window.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiWindowSetting {
    /// [`UiWindow::language`].
    Language,
    /// [`UiWindow::theme`].
    Theme,
    /// [`UiWindow::always_on_top`].
    AlwaysOnTop,
}

/// The program, for who looks after it. Nothing here says who uses it.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiAbout {
    /// Its version.
    pub version: String,
    /// The operating system with its version.
    pub system: String,
    /// Where its log is kept; none if it keeps none.
    pub log_folder: Option<String>,
}

/// What the agent asks of the window.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WindowAsk {
    /// Show so much of it.
    Mode(UiMode),
    /// Stay above other windows, or not.
    AlwaysOnTop(bool),
    /// Speak this language; without one, the system's.
    Language(Option<String>),
    /// Take these colours.
    Theme(UiTheme),
    /// Let the agent hear themselves: three seconds of the microphone, then the same on the speaker.
    HearYourself,
    /// The first steps were shown.
    FirstStepsDone,
    /// Show the folder with the log.
    OpenLogFolder,
}
