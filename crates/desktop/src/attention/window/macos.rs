//! AppKit: ordering a window to the front of all makes it neither key nor its program active.

use std::ffi::c_void;

use objc2_app_kit::{NSFloatingWindowLevel, NSNormalWindowLevel, NSWindow};

/// The window of the phone: its `NSWindow`.
#[derive(Clone, Copy, Debug)]
pub struct Window(*mut c_void);

impl Window {
    /// # Safety
    /// It is an `NSWindow` that lives, and this value does not outlive it.
    pub unsafe fn new(window: *mut c_void) -> Self {
        Self(window)
    }

    fn window(&self) -> &NSWindow {
        // SAFETY: whoever made this value has said so.
        unsafe { &*self.0.cast::<NSWindow>() }
    }
}

/// Brings it before the others, and takes the keyboard from nobody. On the main thread.
pub fn come_up(window: &Window) {
    let window = window.window();
    window.setLevel(NSFloatingWindowLevel);
    if window.isMiniaturized() {
        window.deminiaturize(None);
    }
    window.orderFrontRegardless();
}

/// Makes it one among others again. On the main thread.
pub fn settle(window: &Window) {
    window.window().setLevel(NSNormalWindowLevel);
}

/// Shows it with the keyboard, as the agent has asked. On the main thread. The system makes the program
/// active that it hands a link to.
pub fn open(window: &Window, _token: Option<&str>) {
    let window = window.window();
    if window.isMiniaturized() {
        window.deminiaturize(None);
    }
    window.makeKeyAndOrderFront(None);
}
