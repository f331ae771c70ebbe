//! Measures the window beside a Tauri window with one line of text: how soon it is there, how soon a
//! call is on the screen, and what it costs.
//!
//! `bench-window [--runs N] [--idle SECONDS] [--to FOLDER]` prints JSON and writes `window.json` and
//! `window.md` into `docs/bench`, or FOLDER. Progress goes to standard error. Release builds of
//! `warmline`, `warmline-practice` and the example `hello` stand beside it.
#![cfg_attr(not(target_os = "linux"), allow(unused))]

#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod screen;
#[cfg(target_os = "linux")]
mod work;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    work::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {}
