//! Measures what is left of sound on a bad network: Warmline's beside linphonec's, baresip's and JsSIP's
//! in Chromium, against the same Asterisk, over the same relay with the same fates of packets, with the
//! same speech.
//!
//! ```text
//! bench-sound [--runs 3] [--parts best,defaults,directions,shift] [--phones warmline,baresip,…]
//!             [--codecs opus,pcmu] [--conditions clean,jitter,…] [--rehearsal PROGRAM]
//!             [--folder DIR] [--afresh yes]
//! ```
//!
//! Each result is written down as it comes, in `sound.jsonl`; what is there is not measured again, so that
//! a run that was cut off goes on where it was. From all that is there `sound.json` and `sound.md` are
//! made. `PROGRAM` is the example `shift` of `warmline-audio`, which has the engine alone work for eight hours of virtual
//! time. With `WARMLINE_BENCH_QUICK=1` it measures little, for a look at whether it works, and not into
//! `docs/bench`. Progress goes to standard error.
#![cfg_attr(not(target_os = "linux"), allow(unused))]

#[cfg(target_os = "linux")]
mod case;
#[cfg(target_os = "linux")]
mod diary;
#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod programme;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod shift;
#[cfg(target_os = "linux")]
mod tables;
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
