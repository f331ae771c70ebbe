//! Win32: every call here has a form that activates nothing.

use windows_sys::Win32::{
    Foundation::HWND,
    UI::WindowsAndMessaging::{
        FLASHW_ALL, FLASHW_STOP, FLASHW_TIMERNOFG, FLASHWINFO, FlashWindowEx, HWND_NOTOPMOST,
        HWND_TOPMOST, IsIconic, IsWindowVisible, SW_RESTORE, SW_SHOW, SW_SHOWNA, SW_SHOWNOACTIVATE,
        SWP_NOACTIVATE, SWP_NOMOVE, SWP_NOSIZE, SetForegroundWindow, SetWindowPos, ShowWindow,
    },
};

/// The window of the phone, by its handle.
#[derive(Clone, Copy, Debug)]
pub struct Window(pub isize);

/// Brings it before the others, and takes the keyboard from nobody. On the main thread.
pub fn come_up(window: &Window) {
    let handle = window.0 as HWND;
    // SAFETY: a handle that is no window's any more is refused.
    unsafe {
        if IsIconic(handle) != 0 {
            ShowWindow(handle, SW_SHOWNOACTIVATE);
        } else if IsWindowVisible(handle) == 0 {
            ShowWindow(handle, SW_SHOWNA);
        }
    }
    stand(handle, HWND_TOPMOST);
    // Until the agent looks at it.
    flash(handle, FLASHW_ALL | FLASHW_TIMERNOFG, u32::MAX);
}

/// Makes it one among others again. On the main thread.
pub fn settle(window: &Window) {
    let handle = window.0 as HWND;
    stand(handle, HWND_NOTOPMOST);
    flash(handle, FLASHW_STOP, 0);
}

/// Shows it with the keyboard, as the agent has asked by another program, which has lent us the right to.
/// On the main thread.
pub fn open(window: &Window, _token: Option<&str>) {
    let handle = window.0 as HWND;
    // SAFETY: a handle that is no window's any more is refused.
    unsafe {
        let how = if IsIconic(handle) != 0 {
            SW_RESTORE
        } else {
            SW_SHOW
        };
        ShowWindow(handle, how);
        SetForegroundWindow(handle);
    }
}

fn stand(handle: HWND, after: HWND) {
    let nothing_else = SWP_NOMOVE | SWP_NOSIZE | SWP_NOACTIVATE;
    // SAFETY: a handle that is no window's any more is refused.
    unsafe { SetWindowPos(handle, after, 0, 0, 0, 0, nothing_else) };
}

fn flash(handle: HWND, how: u32, times: u32) {
    let info = FLASHWINFO {
        cbSize: size_of::<FLASHWINFO>() as u32,
        hwnd: handle,
        dwFlags: how,
        uCount: times,
        dwTimeout: 0,
    };
    // SAFETY: the structure lives as long as the call.
    unsafe { FlashWindowEx(&info) };
}
