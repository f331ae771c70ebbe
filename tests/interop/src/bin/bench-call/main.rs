//! Measures a call of Warmline's beside baresip's and linphonec's, against the same Asterisk.
//!
//! `bench-call [--runs N] [--phones warmline,baresip,linphonec] [--codecs opus,pcmu]` prints JSON and
//! writes `docs/bench/call.json` and `call.md`. Progress goes to standard error.
#![cfg_attr(not(target_os = "linux"), allow(unused))]

#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod work;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    work::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {}
