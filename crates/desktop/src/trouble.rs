//! What the agent is told of that came to nothing: what happened, and what to do.

use std::io;

use warmline_desk::{DeskError, ErrorCode};

use crate::link::Refused;

/// A link, or what was copied, names nobody to call.
pub(crate) fn refused(why: Refused, copied: bool) -> DeskError {
    if copied {
        return no_number();
    }
    let what = format!("A link to a number was not called: {why}.");
    DeskError::new(
        ErrorCode::BadNumber,
        what,
        "Type the number into the call box.",
    )
}

/// There is a text in the clipboard, and nobody to call in it.
pub(crate) fn no_number() -> DeskError {
    DeskError::new(
        ErrorCode::BadNumber,
        "What you copied is not a number or an address that can be called.",
        "Copy the number alone, or type it into the call box.",
    )
}

/// There is nothing in the clipboard that could be read.
pub(crate) fn nothing_copied() -> DeskError {
    DeskError::new(
        ErrorCode::BadNumber,
        "There is no copied text.",
        "Copy a number, then try again.",
    )
}

/// Policy lets no link call.
pub(crate) fn links_off() -> DeskError {
    DeskError::new(
        ErrorCode::NotNow,
        "A link to a number was not called: whoever manages this phone does not allow it.",
        "Type the number into the call box.",
    )
}

/// The system does not start the phone at login, or goes on to.
pub(crate) fn login(on: bool, why: &io::Error) -> DeskError {
    let what = if on {
        "Warmline cannot be started at login"
    } else {
        "Warmline still starts at login"
    };
    let what = format!("{what}: {why}.");
    DeskError::new(
        ErrorCode::SettingsNotKept,
        what,
        "Set it in the system's own settings, or tell your administrator.",
    )
}

/// The system opens links to numbers in no phone of ours, or goes on to.
pub(crate) fn links(on: bool, why: &io::Error) -> DeskError {
    let what = if on {
        "Phone links cannot be opened in Warmline"
    } else {
        "Phone links still open in Warmline"
    };
    let what = format!("{what}: {why}.");
    DeskError::new(
        ErrorCode::SettingsNotKept,
        what,
        "Choose who opens them in the system's own settings, or tell your administrator.",
    )
}

/// There is nobody on top of the panel.
pub fn no_expert() -> DeskError {
    DeskError::new(
        ErrorCode::NotNow,
        "There is no expert to call now.",
        "Choose somebody in the list of experts, or type a number.",
    )
}
