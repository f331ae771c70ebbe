//! The icon in the tray and its menu.

use tauri::{
    AppHandle, Manager, Wry,
    image::Image,
    menu::{CheckMenuItem, Menu, MenuItem, MenuItemKind},
    tray::{TrayIcon, TrayIconBuilder},
};
use warmline_desktop::{
    News,
    tray::{Item, Tray, is_there},
};

use crate::shell::Shell;

/// The icon, and what its menu has. Linux can change the entries and never the menu.
pub(crate) struct Shown {
    icon: TrayIcon,
    items: Vec<MenuItemKind<Wry>>,
}

/// Shows the tray like this, where the system has one.
pub(crate) fn show(app: &AppHandle, shown: &mut Option<Shown>, tray: &Tray) {
    if !is_there() {
        return;
    }
    let made = match shown.take() {
        Some(made) => Ok(made),
        None => make(app, tray),
    };
    match made.and_then(|made| made.changed(app, tray)) {
        Ok(made) => *shown = Some(made),
        Err(error) => tracing::warn!(%error, "the tray cannot be shown"),
    }
}

impl Shown {
    fn changed(self, app: &AppHandle, tray: &Tray) -> tauri::Result<Self> {
        for (item, entry) in self.items.iter().zip(&tray.entries) {
            match item {
                MenuItemKind::Check(item) => {
                    item.set_enabled(entry.enabled)?;
                    item.set_text(&entry.words)?;
                    item.set_checked(entry.ticked.unwrap_or_default())?;
                }
                MenuItemKind::MenuItem(item) => {
                    item.set_enabled(entry.enabled)?;
                    item.set_text(&entry.words)?;
                }
                MenuItemKind::Submenu(_) | MenuItemKind::Predefined(_) | MenuItemKind::Icon(_) => {}
            }
        }
        if let Some(plain) = app.default_window_icon() {
            let (width, height) = (plain.width(), plain.height());
            let painted = tray.state.painted(plain.rgba(), width as usize);
            let painted = Image::new_owned(painted, width, height);
            self.icon.set_icon(Some(painted))?;
        }
        let words = format!("Warmline: {}", tray.words);
        self.icon.set_tooltip(Some(words))?;
        Ok(self)
    }
}

fn make(app: &AppHandle, tray: &Tray) -> tauri::Result<Shown> {
    let menu = Menu::new(app)?;
    let mut items = Vec::new();
    for entry in &tray.entries {
        let (id, words, enabled) = (entry.item.id(), &entry.words, entry.enabled);
        let none = None::<&str>;
        let item = match entry.ticked {
            Some(on) => {
                MenuItemKind::Check(CheckMenuItem::with_id(app, id, words, enabled, on, none)?)
            }
            None => MenuItemKind::MenuItem(MenuItem::with_id(app, id, words, enabled, none)?),
        };
        menu.append(&item)?;
        items.push(item);
    }
    let icon = TrayIconBuilder::with_id("warmline").menu(&menu);
    let icon = icon.on_menu_event(|app, event| {
        if let Some(item) = Item::of(event.id().as_ref()) {
            app.state::<Shell>().desktop(News::Chosen(item));
        }
    });
    let icon = icon.build(app)?;
    Ok(Shown { icon, items })
}
