//! The settings of a window, as an agent opens and sets them.

use warmline_interop::Result;

use crate::window::Window;

impl Window {
    /// Opens them at the part of this name.
    ///
    /// # Errors
    /// They do not open.
    pub fn settings(&self, part: &str) -> Result<()> {
        self.press("Settings")?;
        self.click(&format!(
            "//button[@role='tab'][starts-with(normalize-space(.), '{part}')]"
        ))
    }

    /// Whether the switch of this label is on; none if there is no such switch.
    pub fn is_on(&self, label: &str) -> Option<bool> {
        let script = "return [...document.querySelectorAll('label')] \
                        .find((label) => label.textContent === arguments[0])?.control?.checked ?? null";
        self.driver()
            .script(script, &[label.into()])
            .ok()?
            .as_bool()
    }

    /// Presses the switch of this label, scrolled to where one sees it, once it no longer moves with the dialog
    /// that comes up.
    ///
    /// # Errors
    /// There is none.
    pub fn click_label(&self, label: &str) -> Result<()> {
        let moves = "[...document.querySelectorAll('label')].find((one) => one.textContent === arguments[0]) \
                       ?.scrollIntoView({ block: 'center' }); \
                     return document.getAnimations().some((one) => one.playState === 'running' \
                       && one.effect?.getComputedTiming().endTime !== Infinity)";
        self.until("a page at rest", |window| {
            let moves = window.driver().script(moves, &[label.into()]);
            moves.is_ok_and(|moves| moves == false)
        })?;
        self.click(&format!("//label[normalize-space(.)=\"{label}\"]"))
    }

    /// Presses the switch of this label, and waits until the phone says that it is so.
    ///
    /// # Errors
    /// There is none, or the phone does not.
    pub fn turn(&self, label: &str, on: bool) -> Result<()> {
        self.until(&format!("a switch {label:?} to turn {on}"), |window| {
            window.is_on(label) == Some(!on)
        })?;
        self.click_label(label)?;
        self.until(&format!("{label:?} turned {on}"), |window| {
            window.is_on(label) == Some(on)
        })
    }
}
