//! GTK 3. On X11 the window manager raises a window, keeps it above and marks it as urgent, if it does what
//! it is asked. Wayland has none of this: there the notification is what the agent sees.

use std::time::Duration;

use gtk::{gdk, glib, prelude::*};

/// The window of the phone.
pub type Window = gtk::ApplicationWindow;

/// Brings it before the others, and takes the keyboard from nobody. On the main thread.
pub fn come_up(window: &Window) {
    window.set_urgency_hint(true);
    window.set_keep_above(true);
    let surface = window.window();
    let away = surface
        .as_ref()
        .is_some_and(|surface| surface.state().contains(gdk::WindowState::ICONIFIED));
    if away || !window.is_visible() {
        // A window that appears would be given the keyboard.
        window.set_focus_on_map(false);
        window.set_accept_focus(false);
        window.show();
        window.deiconify();
        // The agent is to type into it all the same, once it is there.
        let shown = window.clone();
        glib::timeout_add_local_once(APPEARS, move || take_keyboard(&shown));
    }
    if let Some(surface) = surface {
        surface.raise();
    }
}

/// Makes it one among others again. On the main thread.
pub fn settle(window: &Window) {
    window.set_urgency_hint(false);
    window.set_keep_above(false);
}

/// Shows it with the keyboard, as the agent has asked by another program: by `token` the desktop knows that
/// this is so. On the main thread.
pub fn open(window: &Window, token: Option<&str>) {
    if let Some(token) = token {
        window.set_startup_id(token);
    }
    // It may just have come up by itself.
    take_keyboard(window);
    window.show();
    window.deiconify();
    window.present();
}

/// Lets it be typed into, by whoever goes there.
fn take_keyboard(window: &Window) {
    window.set_accept_focus(true);
    window.set_focus_on_map(true);
}

/// What a window manager takes to put a window on the screen.
const APPEARS: Duration = Duration::from_millis(500);
