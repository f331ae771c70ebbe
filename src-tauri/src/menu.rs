//! The menu bar of macOS.

use tauri::{
    AppHandle, Manager, Result,
    menu::{Menu, MenuEvent, MenuItem},
};

use crate::shell::Shell;

/// Tauri's, but its Quit would end the program without asking: ours closes the window.
pub(crate) fn menu(app: &AppHandle) -> Result<Menu<tauri::Wry>> {
    let menu = Menu::default(app)?;
    let items = menu.items()?;
    if let Some(own) = items.first().and_then(|item| item.as_submenu()) {
        // Quit stands last.
        own.remove_at(own.items()?.len().saturating_sub(1))?;
        own.append(&MenuItem::with_id(
            app,
            QUIT,
            "Quit Warmline",
            true,
            Some("CmdOrCtrl+Q"),
        )?)?;
    }
    Ok(menu)
}

/// The agent chose something in it.
pub(crate) fn on_event(app: &AppHandle, event: MenuEvent) {
    if event.id() == QUIT {
        app.state::<Shell>().close_asked();
    }
}

const QUIT: &str = "quit";
