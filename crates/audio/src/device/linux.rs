//! Linux: the sound server's own protocol, and ALSA where no server answers.

use std::thread::Thread;

use super::bell::Audibility;
use super::cpal_host::CpalHost;
use super::pulse::{self, Pulse};
use super::ring::{Capture, Playout};
use super::{Alarm, DeviceError, DeviceInfo, Devices, Opened, SoundSystem, StreamId};

/// Connects to the sound server, else to ALSA.
pub(super) fn connect(alarm: Option<Alarm>) -> Result<Box<dyn SoundSystem>, DeviceError> {
    let mut linux = Linux {
        alarm,
        pulse: None,
        alsa: None,
    };
    if !linux.reach_server() {
        linux.alsa = Some(alsa()?);
    }
    Ok(Box::new(linux))
}

/// The server, or ALSA in its place, or both while a server that answers will open nothing.
struct Linux {
    alarm: Option<Alarm>,
    pulse: Option<Pulse>,
    alsa: Option<CpalHost>,
}

impl Linux {
    /// Connects to the server unless that is done already. It may come up later than we do.
    fn reach_server(&mut self) -> bool {
        if self.pulse.is_none() {
            match Pulse::connect(self.alarm.clone()) {
                Ok(pulse) => {
                    self.pulse = Some(pulse);
                    // It has the same devices.
                    self.alsa = None;
                }
                Err(error) => tracing::debug!(%error, "no sound server"),
            }
        }
        self.pulse.is_some()
    }

    /// What serves a device of this id.
    fn serving(&mut self, id: &str) -> Result<&mut dyn SoundSystem, DeviceError> {
        let gone = || DeviceError::System("the sound system of this device is gone".into());
        if id.starts_with(pulse::ID_PREFIX) {
            self.pulse
                .as_mut()
                .map(|s| s as &mut dyn SoundSystem)
                .ok_or_else(gone)
        } else {
            self.alsa
                .as_mut()
                .map(|s| s as &mut dyn SoundSystem)
                .ok_or_else(gone)
        }
    }

    /// Adds ALSA's way to the devices when the server fails to open one of its own, until it opens one.
    fn trust_server<T>(&mut self, id: &str, opened: &Result<T, DeviceError>) {
        if !id.starts_with(pulse::ID_PREFIX) {
            return;
        }
        match opened {
            Ok(_) => self.alsa = None,
            Err(DeviceError::Device(_)) if self.alsa.is_none() => self.alsa = alsa().ok(),
            Err(_) => {}
        }
    }
}

impl SoundSystem for Linux {
    fn devices(&mut self) -> Result<Devices, DeviceError> {
        self.reach_server();
        let Some(pulse) = &mut self.pulse else {
            return match &mut self.alsa {
                Some(alsa) => alsa.devices(),
                None => Err(DeviceError::System("no sound system".into())),
            };
        };
        let mut devices = pulse.devices()?;
        if let Some(Ok(more)) = self.alsa.as_mut().map(CpalHost::devices) {
            // After the server's own, as a last resort.
            let plain = |device: DeviceInfo| DeviceInfo {
                is_default: false,
                ..device
            };
            devices.inputs.extend(more.inputs.into_iter().map(plain));
            devices.outputs.extend(more.outputs.into_iter().map(plain));
        }
        Ok(devices)
    }

    fn open_capture(
        &mut self,
        device: &DeviceInfo,
        alarm: &Alarm,
    ) -> Result<Opened<Capture>, DeviceError> {
        let opened = self.serving(&device.id)?.open_capture(device, alarm);
        self.trust_server(&device.id, &opened);
        opened
    }

    fn open_playout(
        &mut self,
        device: &DeviceInfo,
        alarm: &Alarm,
        sound_thread: Option<Thread>,
    ) -> Result<Opened<Playout>, DeviceError> {
        let opened = self
            .serving(&device.id)?
            .open_playout(device, alarm, sound_thread);
        self.trust_server(&device.id, &opened);
        opened
    }

    fn audibility(&mut self, device: &DeviceInfo, stream: Option<StreamId>) -> Audibility {
        self.serving(&device.id)
            .map_or(Audibility::Audible, |system| {
                system.audibility(device, stream)
            })
    }

    fn tells_changes(&self) -> bool {
        self.pulse.as_ref().is_some_and(Pulse::tells_changes)
    }

    fn has_changed(&mut self) -> bool {
        self.pulse.as_mut().is_some_and(Pulse::has_changed)
    }
}

fn alsa() -> Result<CpalHost, DeviceError> {
    cpal::host_from_id(cpal::HostId::Alsa)
        .map(CpalHost::new)
        .map_err(|error| DeviceError::System(error.to_string()))
}
