//! What those who monitor the engine are shown of the devices.

use std::time::Instant;

use super::{LOOK_FOR_OTHERS, Supervisor};
use crate::AudioEvent;
use crate::device::Devices;

/// What they have been told last.
#[derive(Default)]
pub(super) struct Shown {
    devices: Option<Devices>,
    /// When to look by ourselves; none where changes are told.
    look_at: Option<Instant>,
}

impl Supervisor {
    /// Lists the devices for those who monitor the engine, where that is due and news.
    pub(super) fn show_devices(&mut self, now: Instant, changed: bool) -> Option<Instant> {
        if !self.shared.presence.is_monitored() {
            self.shown = Shown::default();
            return None;
        }
        let due = self.shown.look_at.is_some_and(|at| now >= at);
        if self.shown.devices.is_none() || changed || due {
            let listed = self.list();
            let told = listed.is_ok() && self.system.as_ref().is_some_and(|s| s.tells_changes());
            self.shown.look_at = (!told).then(|| now + LOOK_FOR_OTHERS);
            let devices = listed.unwrap_or_default();
            if self.shown.devices.as_ref() != Some(&devices) {
                self.tell(AudioEvent::Devices(devices.clone()));
                self.shown.devices = Some(devices);
            }
        }
        self.shown.look_at
    }
}
