//! The one window.

use tauri::{
    AppHandle, LogicalSize, Manager, PhysicalPosition, PhysicalSize, Url, UserAttentionType,
    WebviewUrl, WebviewWindow, WebviewWindowBuilder, Window, WindowEvent,
};
use warmline_desktop::{
    News,
    attention::window as system,
    place::{Monitor, Place, Seen},
};

use crate::{shell::Shell, web_process::Loss};

/// Opens it where it was left, if that can be reached.
pub(crate) fn open(app: &AppHandle, place: Option<Place>) -> tauri::Result<()> {
    let window = build(app, LABEL)?;
    if let Some(place) = place {
        put(&window, place)?;
    }
    window.show()
}

/// Puts it there, or where all of it can be reached.
fn put(window: &WebviewWindow, place: Place) -> tauri::Result<()> {
    // The main one comes first.
    let main = window.primary_monitor()?;
    let monitors = main.into_iter().chain(window.available_monitors()?);
    let monitors: Vec<Monitor> = monitors.map(|monitor| free_of(&monitor)).collect();
    if let Some(to) = place.on(&monitors) {
        window.set_position(PhysicalPosition::new(to.x, to.y))?;
        window.set_size(PhysicalSize::new(to.width, to.height))?;
    }
    if place.maximized {
        window.maximize()?;
    }
    Ok(())
}

fn free_of(monitor: &tauri::Monitor) -> Monitor {
    let free = monitor.work_area();
    Monitor {
        x: free.position.x,
        y: free.position.y,
        width: free.size.width,
        height: free.size.height,
        scale: monitor.scale_factor(),
    }
}

/// Loads the page again that has died, in another window if it has taken this one along.
pub(crate) fn load_again(app: &AppHandle, loss: Loss) {
    let dead = app.webview_windows().into_values().next();
    let loaded = match (loss, dead) {
        (Loss::Page, Some(window)) => window.reload(),
        (Loss::View, Some(dead)) => replace(app, &dead),
        // The program is about to end.
        (_, None) => Ok(()),
    };
    if let Err(error) = loaded {
        tracing::error!(%error, "the page cannot be loaded again");
    }
}

/// The new one first: with the last window the program would end.
fn replace(app: &AppHandle, dead: &WebviewWindow) -> tauri::Result<()> {
    let free = [LABEL, OTHER_LABEL]
        .into_iter()
        .find(|label| *label != dead.label());
    build(app, free.unwrap_or(LABEL))?.show()?;
    dead.destroy()
}

/// Not to be seen yet.
fn build(app: &AppHandle, label: &str) -> tauri::Result<WebviewWindow> {
    WebviewWindowBuilder::new(app, label, WebviewUrl::default())
        .title("Warmline")
        .inner_size(USUAL.width, USUAL.height)
        .min_inner_size(SMALLEST.width, SMALLEST.height)
        // The pages never lead anywhere else, whatever a caller's header says.
        .on_navigation(is_ours)
        .visible(false)
        .build()
}

/// Whether a page comes out of this program, and not from some server on this machine of nearly the same name.
fn is_ours(url: &Url) -> bool {
    let (scheme, host) = if cfg!(windows) {
        ("http", "tauri.localhost")
    } else {
        ("tauri", "localhost")
    };
    url.scheme() == scheme && url.host_str() == Some(host) && url.port().is_none()
}

/// Asks before it takes a customer along; tells where it is.
pub(crate) fn on_event(window: &Window, event: &WindowEvent) {
    match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            window.state::<Shell>().close_asked();
        }
        WindowEvent::Focused(focused) => window.state::<Shell>().desktop(News::Focused(*focused)),
        WindowEvent::Moved(_) | WindowEvent::Resized(_) => {
            // One that is about to go is nowhere.
            if let Ok(seen) = seen(window) {
                window.state::<Shell>().seen(seen);
            }
        }
        _ => {}
    }
}

fn seen(window: &Window) -> tauri::Result<Seen> {
    let (position, size) = (window.outer_position()?, window.inner_size()?);
    Ok(Seen {
        x: position.x,
        y: position.y,
        width: size.width,
        height: size.height,
        scale: window.scale_factor()?,
        maximized: window.is_maximized()?,
        minimized: window.is_minimized()?,
    })
}

/// A call rings: the window comes before the others but takes the keyboard from nobody.
pub(crate) fn come_up(app: &AppHandle) {
    with_window(app, |window| {
        window.request_user_attention(Some(UserAttentionType::Critical))
    });
    with_system(app, system::come_up);
}

/// Nothing rings any more.
pub(crate) fn settle(app: &AppHandle) {
    with_window(app, |window| window.request_user_attention(None));
    with_system(app, system::settle);
}

/// The agent has asked for it from another program, by this token of the desktop.
pub(crate) fn open_for(app: &AppHandle, token: Option<String>) {
    with_system(app, move |window| system::open(window, token.as_deref()));
}

/// Does something to the system's own window, on its thread.
fn with_system(app: &AppHandle, change: impl FnOnce(&system::Window) + Send + 'static) {
    with_window(app, |window| {
        let of = window.clone();
        window.run_on_main_thread(move || match own(&of) {
            Ok(window) => change(&window),
            Err(error) => tracing::warn!(%error, "the window is gone"),
        })
    });
}

#[cfg(windows)]
fn own(window: &WebviewWindow) -> tauri::Result<system::Window> {
    Ok(system::Window(window.hwnd()?.0 as isize))
}

#[cfg(target_os = "macos")]
fn own(window: &WebviewWindow) -> tauri::Result<system::Window> {
    // SAFETY: on the main thread, where it lives until the closure that asks has run.
    Ok(unsafe { system::Window::new(window.ns_window()?) })
}

#[cfg(not(any(target_os = "macos", windows)))]
fn own(window: &WebviewWindow) -> tauri::Result<system::Window> {
    window.gtk_window()
}

/// Puts it before the agent, who has just asked for something.
pub(crate) fn bring_up(app: &AppHandle) {
    with_window(app, |window| {
        window.unminimize()?;
        window.show()?;
        window.set_focus()
    });
}

/// Keeps it above others, or lets it go below them.
pub(crate) fn set_on_top(app: &AppHandle, on: bool) {
    with_window(app, |window| window.set_always_on_top(on));
}

/// Makes it a bar, where there was one before.
pub(crate) fn to_bar(app: &AppHandle, before: Option<Place>) {
    with_window(app, |window| {
        window.unmaximize()?;
        window.set_min_size(Some(SMALLEST_BAR))?;
        match before {
            Some(place) => put(window, place),
            None => window.set_size(BAR),
        }
    });
}

/// Makes all of it seen again, where it was before.
pub(crate) fn to_full(app: &AppHandle, before: Option<Place>) {
    with_window(app, |window| {
        window.set_min_size(Some(SMALLEST))?;
        match before {
            Some(place) => put(window, place),
            None => window.set_size(USUAL),
        }
    });
}

/// Shows all of it so many times as large.
pub(crate) fn enlarge(app: &AppHandle, times: f64) {
    with_window(app, |window| window.set_zoom(times));
}

/// Names it anew.
pub(crate) fn set_title(app: &AppHandle, title: &str) {
    with_window(app, |window| window.set_title(title));
}

/// Takes it away at once, while the phone still says farewell.
pub(crate) fn hide(app: &AppHandle) {
    with_window(app, WebviewWindow::hide);
}

fn with_window(app: &AppHandle, change: impl FnOnce(&WebviewWindow) -> tauri::Result<()>) {
    let Some(window) = app.webview_windows().into_values().next() else {
        return;
    };
    if let Err(error) = change(&window) {
        tracing::warn!(%error, "the window does not obey");
    }
}

const USUAL: LogicalSize<f64> = LogicalSize::new(420.0, 720.0);
const SMALLEST: LogicalSize<f64> = LogicalSize::new(340.0, 480.0);
/// What a bar needs in the widest of the languages, with two lines of who is on the phone.
const BAR: LogicalSize<f64> = LogicalSize::new(460.0, 132.0);
const SMALLEST_BAR: LogicalSize<f64> = LogicalSize::new(340.0, 96.0);

/// `capabilities/main.json` names them too.
const LABEL: &str = "main";
const OTHER_LABEL: &str = "main-again";
