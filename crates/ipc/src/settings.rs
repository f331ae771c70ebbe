use serde::{Deserialize, Serialize};
use warmline_desk::{
    policy::{TextSize, Theme, Window},
    profile::DesktopPolicy,
};

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
    /// How large the agent wants it. The view that shows the page sees to that.
    pub text_size: UiTextSize,
    /// The agent has not been shown the first steps yet.
    pub first_steps: bool,
    /// What of these who manages the phone has said, so that the agent cannot.
    pub managed: Vec<UiWindowSetting>,
    /// Who manages the phone, in a few words; none if nobody does, or nobody says.
    pub managed_by: Option<String>,
    /// The program.
    pub about: UiAbout,
}

impl UiWindow {
    /// As the agent has `set` it; what who manages the phone says goes before that. It is a bar only where the agent
    /// is signed in to a phone: nothing else would have room.
    pub fn of(
        set: &Window,
        managed: Option<&DesktopPolicy>,
        about: UiAbout,
        signed_in: bool,
    ) -> Self {
        let none = DesktopPolicy::default();
        let said = managed.unwrap_or(&none);
        let says = [
            (UiWindowSetting::Language, said.language.is_some()),
            (UiWindowSetting::Theme, said.theme.is_some()),
            (UiWindowSetting::AlwaysOnTop, said.always_on_top.is_some()),
        ];
        let says = says.into_iter().filter(|(_, said)| *said);
        let mode = match set.compact && signed_in && set.first_steps_done {
            true => UiMode::Compact,
            false => UiMode::Full,
        };
        Self {
            mode,
            always_on_top: said.always_on_top.unwrap_or(set.always_on_top),
            language: said.language.clone().or_else(|| set.language.clone()),
            theme: said.theme.or(set.theme).into(),
            text_size: set.text_size.into(),
            first_steps: !set.first_steps_done,
            managed: says.map(|(setting, _)| setting).collect(),
            managed_by: said.managed_by.clone(),
            about,
        }
    }
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

impl UiTheme {
    /// What of it is kept: nothing where the system's colours hold.
    pub fn chosen(self) -> Option<Theme> {
        match self {
            Self::System => None,
            Self::Light => Some(Theme::Light),
            Self::Dark => Some(Theme::Dark),
        }
    }
}

impl From<Option<Theme>> for UiTheme {
    fn from(theme: Option<Theme>) -> Self {
        match theme {
            None => Self::System,
            Some(Theme::Light) => Self::Light,
            Some(Theme::Dark) => Self::Dark,
        }
    }
}

/// How large all of the window is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiTextSize {
    /// As it was made.
    #[default]
    Usual,
    /// A quarter larger.
    Large,
    /// Half as large again.
    Larger,
    /// Twice as large.
    Largest,
}

impl UiTextSize {
    /// What of it is kept: nothing where it is as usual.
    pub fn chosen(self) -> Option<TextSize> {
        match self {
            Self::Usual => None,
            Self::Large => Some(TextSize::Large),
            Self::Larger => Some(TextSize::Larger),
            Self::Largest => Some(TextSize::Largest),
        }
    }

    /// How many times as large as it was made.
    pub fn times(self) -> f64 {
        self.chosen().map_or(1.0, TextSize::times)
    }
}

impl From<Option<TextSize>> for UiTextSize {
    fn from(size: Option<TextSize>) -> Self {
        match size {
            None => Self::Usual,
            Some(TextSize::Large) => Self::Large,
            Some(TextSize::Larger) => Self::Larger,
            Some(TextSize::Largest) => Self::Largest,
        }
    }
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

impl UiAbout {
    /// This program on this system. Reads a file of a few lines on Linux.
    pub fn of_this_program(log_folder: Option<String>) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            system: system(),
            log_folder,
        }
    }
}

#[cfg(target_os = "linux")]
fn system() -> String {
    let text = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    name_of(&text).unwrap_or_else(|| "Linux".to_owned())
}

/// `PRETTY_NAME` of an `os-release(5)`.
#[cfg(any(target_os = "linux", test))]
fn name_of(os_release: &str) -> Option<String> {
    let line = os_release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    let name = line.trim().trim_matches(['"', '\'']);
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(target_os = "macos")]
fn system() -> String {
    "macOS".to_owned()
}

#[cfg(windows)]
fn system() -> String {
    "Windows".to_owned()
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
    /// Show all of it so large.
    TextSize(UiTextSize),
    /// The first steps were shown.
    FirstStepsDone,
    /// Show the folder with the log.
    OpenLogFolder,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_managed_goes_before_what_the_agent_has_set_and_is_named() {
        let set = Window {
            language: Some("de".to_owned()),
            theme: Some(Theme::Light),
            text_size: Some(TextSize::Largest),
            always_on_top: true,
            compact: true,
            first_steps_done: true,
        };
        let of = |managed, signed_in| UiWindow::of(&set, managed, UiAbout::default(), signed_in);
        let window = of(None, false);
        assert_eq!(window.mode, UiMode::Full);
        assert_eq!(window.language.as_deref(), Some("de"));
        assert_eq!((window.theme, window.always_on_top), (UiTheme::Light, true));
        assert!((window.text_size.times() - 2.0).abs() < f64::EPSILON);
        assert!(window.managed.is_empty() && !window.first_steps);
        let policy = DesktopPolicy {
            theme: Some(Theme::Dark),
            always_on_top: Some(false),
            managed_by: Some("Contoso IT".to_owned()),
            ..DesktopPolicy::default()
        };
        let window = of(Some(&policy), true);
        assert_eq!(window.mode, UiMode::Compact);
        assert_eq!(window.language.as_deref(), Some("de"));
        assert_eq!((window.theme, window.always_on_top), (UiTheme::Dark, false));
        let managed = [UiWindowSetting::Theme, UiWindowSetting::AlwaysOnTop];
        assert_eq!(window.managed, managed);
        assert_eq!(window.managed_by.as_deref(), Some("Contoso IT"));
    }

    #[test]
    fn a_system_is_named_as_people_know_it() {
        let ubuntu = "NAME=\"Ubuntu\"\nPRETTY_NAME=\"Ubuntu 24.04.2 LTS\"\nID=ubuntu\n";
        assert_eq!(name_of(ubuntu).as_deref(), Some("Ubuntu 24.04.2 LTS"));
        assert_eq!(name_of("PRETTY_NAME=\n"), None);
        let program = UiAbout::of_this_program(None);
        assert!(!program.system.is_empty() && program.version.contains('.'));
    }
}
