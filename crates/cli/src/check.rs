//! `warmline-cli check`: ten seconds before a shift.

use std::process::ExitCode;

use warmline_desk::{DeskConfig, DeskError, check::check as examine};

use crate::{doctor, view::say};

/// Has the agent speak and listen, and says what is right and what is not. Fails if something is wrong
/// that a call needs.
pub(crate) fn check(config: &DeskConfig, as_json: bool) -> Result<ExitCode, DeskError> {
    let findings = crate::runtime().block_on(examine(config, |prompt| {
        if !as_json {
            say(prompt.words());
        }
    }))?;
    Ok(doctor::report(
        &findings,
        as_json,
        &doctor::Sums {
            wrong: "Something is wrong: customers will not hear you, or you them, until it is mended.",
            doubtful: "You can take calls, but look at what is marked with “!” first.",
            right: "Ready for customers.",
        },
    ))
}
