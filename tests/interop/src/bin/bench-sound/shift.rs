//! A shift in one process: hundreds of calls, and whether anything of them is left behind.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use warmline_interop::figures::io;
use warmline_interop::{Command, Kind, Lab, LabError, Phone, Result, cost, number};

/// What a process held before and after so many calls.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Shift {
    pub(crate) calls: usize,
    /// What they took, of whichever clock.
    pub(crate) hours: f64,
    pub(crate) before: Held,
    pub(crate) after: Held,
}

/// What a process holds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) pss_mb: f64,
    pub(crate) open_files: usize,
    pub(crate) threads: usize,
}

/// Has Warmline make so many calls of about a second, with real devices, after some that are not counted:
/// what a process allocates once is no growth.
pub(crate) fn shift(calls: usize) -> Result<Shift> {
    let lab = Lab::new()?;
    let asterisk = lab.asterisk()?;
    let pulse = lab.pulse()?;
    let mut phone = lab.phone(&asterisk.wss()).devices(&pulse).registered()?;
    for _ in 0..WARM_UP {
        call(&mut phone)?;
    }
    let before = held(&phone);
    let start = Instant::now();
    for _ in 0..calls {
        call(&mut phone)?;
    }
    let hours = start.elapsed().as_secs_f64() / 3600.0;
    let after = held(&phone);
    phone.quit()?;
    Ok(Shift {
        calls,
        hours,
        before,
        after,
    })
}

/// Has the engine rehearse a shift in virtual time, by this program, which prints the like.
pub(crate) fn rehearsed(program: &Path, calls: usize) -> Result<Shift> {
    let output = std::process::Command::new(program)
        .args(["--calls", &calls.to_string()])
        .output()
        .map_err(io("rehearsing a shift"))?;
    serde_json::from_slice(&output.stdout).map_err(|error| LabError::Refused {
        name: program.display().to_string(),
        reason: format!("{error}: {}", String::from_utf8_lossy(&output.stderr)),
    })
}

fn call(phone: &mut Phone) -> Result<()> {
    phone.tell(Command::Dial {
        to: number::MILLIWATT.to_owned(),
        line: None,
    })?;
    phone.wait("first audio", |kind| {
        matches!(kind, Kind::FirstAudio).then_some(())
    })?;
    std::thread::sleep(TALK);
    phone.hang_up()?;
    phone.wait_ended().map(drop)
}

fn held(phone: &Phone) -> Held {
    // What the last call used is given back a moment after its end.
    std::thread::sleep(SETTLE);
    let pid = phone.pid();
    Held {
        pss_mb: cost::pss_mb(pid),
        open_files: cost::open_files(pid),
        threads: cost::threads(pid),
    }
}

const WARM_UP: usize = 20;
const TALK: Duration = Duration::from_millis(500);
const SETTLE: Duration = Duration::from_secs(5);
