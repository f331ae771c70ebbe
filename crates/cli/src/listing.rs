//! `warmline-cli devices`.

use std::process::ExitCode;

use serde_json::json;
use warmline_desk::{DeskError, DeviceInfo, devices as list};

use crate::view::say;

/// Lists what there is to hear with and speak into.
pub(crate) fn devices(as_json: bool) -> Result<ExitCode, DeskError> {
    let devices = list()?;
    if as_json {
        let each = |devices: &[DeviceInfo]| -> Vec<_> {
            let one = |d: &DeviceInfo| json!({"id": d.id, "name": d.name, "default": d.is_default});
            devices.iter().map(one).collect()
        };
        say(&json!({
            "host": devices.host,
            "microphones": each(&devices.inputs),
            "speakers": each(&devices.outputs),
        })
        .to_string());
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("Sound system: {}", devices.host));
    table("Microphones", &devices.inputs);
    table("Speakers", &devices.outputs);
    Ok(ExitCode::SUCCESS)
}

fn table(title: &str, devices: &[DeviceInfo]) {
    say(title);
    if devices.is_empty() {
        say("  none: plug one in, or look whether the system's sound settings show one");
    }
    for device in devices {
        let mark = if device.is_default { '*' } else { ' ' };
        say(&format!("{mark} {}  ({})", device.name, device.id));
    }
}
