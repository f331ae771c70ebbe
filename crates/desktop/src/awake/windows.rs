//! A power request, which `powercfg /requests` shows with its reason.

use std::io;

use windows_sys::Win32::{
    Foundation::{CloseHandle, HANDLE, INVALID_HANDLE_VALUE},
    System::{
        Power::{PowerCreateRequest, PowerRequestSystemRequired, PowerSetRequest},
        SystemServices::POWER_REQUEST_CONTEXT_VERSION,
        Threading::{POWER_REQUEST_CONTEXT_SIMPLE_STRING, REASON_CONTEXT, REASON_CONTEXT_0},
    },
};

use super::REASON;

/// Let go when dropped.
pub(super) struct Held(HANDLE);

// SAFETY: a handle of the kernel, which any thread may use.
unsafe impl Send for Held {}

impl Held {
    pub(super) async fn take() -> io::Result<Self> {
        let mut reason: Vec<u16> = REASON.encode_utf16().chain([0]).collect();
        let context = REASON_CONTEXT {
            Version: POWER_REQUEST_CONTEXT_VERSION,
            Flags: POWER_REQUEST_CONTEXT_SIMPLE_STRING,
            Reason: REASON_CONTEXT_0 {
                SimpleReasonString: reason.as_mut_ptr(),
            },
        };
        // SAFETY: the text ends in a zero and lives as long as the call, which copies it.
        let handle = unsafe { PowerCreateRequest(&context) };
        if handle.is_null() || handle == INVALID_HANDLE_VALUE {
            return Err(io::Error::last_os_error());
        }
        let held = Self(handle);
        // SAFETY: the handle is the one just made.
        match unsafe { PowerSetRequest(held.0, PowerRequestSystemRequired) } {
            0 => Err(io::Error::last_os_error()),
            _ => Ok(held),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: it is closed once, and the request ends with it.
        unsafe { CloseHandle(self.0) };
    }
}
