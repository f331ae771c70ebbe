//! Windows: each collection of a device is a device of its own, so that of telephony is opened, and
//! nothing else of the headset.

use std::io;

use hidapi::HidError;

use super::{Port, hid};
use crate::owner::Refusal;

pub(super) fn connect() -> io::Result<Box<dyn Port>> {
    Ok(Box::new(hid::connect()?))
}

pub(super) fn refusal(error: &HidError) -> Refusal {
    match error {
        // There is no permission to be had for headsets: what is denied is denied by whoever has it
        // for themselves.
        HidError::IoError { error }
            if matches!(
                error.raw_os_error(),
                Some(ERROR_ACCESS_DENIED | ERROR_SHARING_VIOLATION)
            ) =>
        {
            Refusal::InUse
        }
        error => Refusal::Failed(error.to_string()),
    }
}

const ERROR_ACCESS_DENIED: i32 = 5;
const ERROR_SHARING_VIOLATION: i32 = 32;
