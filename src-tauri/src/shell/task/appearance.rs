//! The window itself: how much of it is shown, what the agent has set of it, and what program it is.

use std::path::PathBuf;

use tauri::AppHandle;
use warmline_desk::{DeskError, ErrorCode, policy::Window, profile::DesktopPolicy};
use warmline_desktop::place::Places;
use warmline_ipc::{UiAbout, UiError, UiMode, UiTextSize, UiWindow, WindowAsk};

use super::Task;
use crate::window;

/// How the window is shown now.
pub(super) struct Appearance {
    mode: UiMode,
    text_size: UiTextSize,
    on_top: bool,
    log_folder: Option<PathBuf>,
    about: UiAbout,
}

impl Appearance {
    pub(super) fn new(log_folder: Option<PathBuf>) -> Self {
        let folder = log_folder.as_ref();
        Self {
            mode: UiMode::default(),
            text_size: UiTextSize::default(),
            on_top: false,
            about: UiAbout::of_this_program(folder.map(|folder| folder.display().to_string())),
            log_folder,
        }
    }

    pub(super) fn is_compact(&self) -> bool {
        self.mode == UiMode::Compact
    }

    /// What the pages show of it.
    pub(super) fn view(
        &self,
        set: &Window,
        managed: Option<&DesktopPolicy>,
        signed_in: bool,
    ) -> UiWindow {
        UiWindow::of(set, managed, self.about.clone(), signed_in)
    }

    /// Makes the window what its pages are told that it is.
    pub(super) fn show(&mut self, app: &AppHandle, view: &UiWindow, places: Places) {
        if view.always_on_top != self.on_top {
            self.on_top = view.always_on_top;
            window::set_on_top(app, self.on_top);
        }
        if view.text_size != self.text_size {
            self.text_size = view.text_size;
            window::enlarge(app, self.text_size.times());
        }
        if view.mode != self.mode {
            self.mode = view.mode;
            match self.mode {
                UiMode::Compact => window::to_bar(app, places.bar),
                UiMode::Full => window::to_full(app, places.whole),
            }
        }
    }

    /// Whatever had it above others is over.
    pub(super) fn settled(&self, app: &AppHandle) {
        if self.on_top {
            window::set_on_top(app, true);
        }
    }

    /// The window is another one, as it was made.
    pub(super) fn begin_anew(&mut self) {
        self.mode = UiMode::Full;
        self.text_size = UiTextSize::Usual;
        self.on_top = false;
    }
}

impl Task {
    /// Does what the agent asks of the window.
    pub(super) fn appear(&mut self, ask: WindowAsk) -> Result<(), UiError> {
        match ask {
            WindowAsk::Mode(mode) => self
                .settings
                .set_window(|set| set.compact = mode == UiMode::Compact),
            WindowAsk::AlwaysOnTop(on) => self.settings.set_window(|set| set.always_on_top = on),
            WindowAsk::Language(language) => {
                self.settings.set_window(|set| set.language = language);
            }
            WindowAsk::Theme(theme) => self.settings.set_window(|set| set.theme = theme.chosen()),
            WindowAsk::TextSize(size) => {
                self.settings
                    .set_window(|set| set.text_size = size.chosen());
            }
            WindowAsk::FirstStepsDone => {
                self.settings.set_window(|set| set.first_steps_done = true);
            }
            WindowAsk::OpenLogFolder => {
                let folder = self.appearance.log_folder.as_ref().ok_or_else(no_log)?;
                if let Err(error) = open::that_detached(folder) {
                    tracing::warn!(%error, "the folder of the log cannot be shown");
                    return Err(UiError::from(DeskError::new(
                        ErrorCode::NotNow,
                        format!("The folder {} cannot be shown.", folder.display()),
                        "Open it in your file manager.",
                    )));
                }
            }
        }
        Ok(())
    }
}

fn no_log() -> UiError {
    UiError::from(DeskError::new(
        ErrorCode::NotNow,
        "This program keeps no log file.",
        "Start it with --log FILE to have one.",
    ))
}
