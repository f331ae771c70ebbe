//! macOS: hidapi is told by a feature to share devices with others (`Cargo.toml`). Headsets need no
//! permission of the person's, as keyboards do.

use std::io;

use hidapi::HidError;

use super::{Port, hid};
use crate::owner::Refusal;

pub(super) fn connect() -> io::Result<Box<dyn Port>> {
    Ok(Box::new(hid::connect()?))
}

/// IOKit's numbers are in hidapi's words, and nowhere else.
pub(super) fn refusal(error: &HidError) -> Refusal {
    let words = error.to_string();
    if words.contains(EXCLUSIVE_ACCESS) {
        Refusal::InUse
    } else if words.contains(NOT_PERMITTED) || words.contains(NOT_PRIVILEGED) {
        Refusal::NotAllowed
    } else {
        Refusal::Failed(words)
    }
}

/// `kIOReturnExclusiveAccess`, `kIOReturnNotPermitted`, `kIOReturnNotPrivileged`.
const EXCLUSIVE_ACCESS: &str = "0xE00002C5";
const NOT_PERMITTED: &str = "0xE00002E2";
const NOT_PRIVILEGED: &str = "0xE00002C1";
