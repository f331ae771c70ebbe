//! Measures the window beside a Tauri window with one line of text and the windows of other phones: how soon it is
//! there, how soon a call is on the screen, how soon a click shows, and what it costs.
//!
//! `bench-ui [--runs N] [--idle SECONDS] [--phones warmline,hello,jssip,linphone] [--to FOLDER]` prints JSON and
//! writes `ui.json` and `ui.md` into `docs/bench`, or FOLDER. Progress goes to standard error. Release builds of
//! `warmline` and the example `hello` stand beside it, and the pages in `ui/dist`.
#![cfg_attr(not(target_os = "linux"), allow(unused))]

#[cfg(target_os = "linux")]
mod bundle;
#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod name;
#[cfg(target_os = "linux")]
mod place;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod screen;
#[cfg(target_os = "linux")]
mod spots;
#[cfg(target_os = "linux")]
mod targets;
#[cfg(target_os = "linux")]
mod work;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    work::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {}
