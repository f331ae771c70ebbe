//! macOS: CoreAudio through cpal, and what cpal leaves out: notices of changes, who is muted,
//! permission to listen, and being left awake.

mod awake;
mod listener;
mod permission;
mod property;

use std::thread::Thread;

use objc2_core_audio::{
    AudioObjectID, kAudioDevicePropertyMute, kAudioDevicePropertyVolumeScalar,
    kAudioObjectPropertyScopeOutput,
};

use super::bell::Audibility;
use super::cpal_host::CpalHost;
use super::ring::{Capture, Playout};
use super::{Alarm, DeviceError, DeviceInfo, Devices, Opened, SoundSystem, StreamId};
pub(super) use awake::Awake;
use listener::Listener;
use permission::Permission;

/// What cpal puts before a device's UID.
const ID_PREFIX: &str = "coreaudio:";

/// Connects to the system's own sound.
pub(super) fn connect(alarm: Option<Alarm>) -> Result<Box<dyn SoundSystem>, DeviceError> {
    Ok(Box::new(MacOs {
        cpal: CpalHost::new(cpal::default_host()),
        listener: alarm.and_then(Listener::listen),
    }))
}

/// CoreAudio.
struct MacOs {
    cpal: CpalHost,
    listener: Option<Listener>,
}

impl SoundSystem for MacOs {
    fn devices(&mut self) -> Result<Devices, DeviceError> {
        self.cpal.devices()
    }

    fn open_capture(
        &mut self,
        device: &DeviceInfo,
        alarm: &Alarm,
    ) -> Result<Opened<Capture>, DeviceError> {
        // Without permission a microphone opens, and is silent.
        match permission::to_listen() {
            Permission::Given => self.cpal.open_capture(device, alarm),
            Permission::NotAsked => {
                if let Some(listener) = &self.listener {
                    permission::ask(listener.note());
                }
                Err(DeviceError::Asking("the system asks for permission".into()))
            }
            Permission::Refused => Err(DeviceError::NotAllowed("permission was refused".into())),
        }
    }

    fn open_playout(
        &mut self,
        device: &DeviceInfo,
        alarm: &Alarm,
        sound_thread: Option<Thread>,
    ) -> Result<Opened<Playout>, DeviceError> {
        self.cpal.open_playout(device, alarm, sound_thread)
    }

    fn audibility(&mut self, device: &DeviceInfo, _: Option<StreamId>) -> Audibility {
        let uid = device.id.strip_prefix(ID_PREFIX).unwrap_or(&device.id);
        property::device_of(uid).map_or(Audibility::Audible, audibility)
    }

    fn tells_changes(&self) -> bool {
        self.listener.is_some()
    }

    fn has_changed(&mut self) -> bool {
        self.listener.as_ref().is_some_and(Listener::has_heard)
    }
}

/// A device without such a control has it elsewhere, on itself: it counts as heard.
fn audibility(device: AudioObjectID) -> Audibility {
    let scope = kAudioObjectPropertyScopeOutput;
    if property::read::<u32>(device, kAudioDevicePropertyMute, scope, WHOLE) == Some(1) {
        return Audibility::Muted;
    }
    let volume =
        |element| property::read::<f32>(device, kAudioDevicePropertyVolumeScalar, scope, element);
    let volumes = match volume(WHOLE) {
        Some(volume) => vec![volume],
        // Some have a control for each side only.
        None => [LEFT, RIGHT].into_iter().filter_map(volume).collect(),
    };
    if !volumes.is_empty() && volumes.iter().all(|volume| *volume == 0.0) {
        return Audibility::VolumeZero;
    }
    Audibility::Audible
}

/// The elements of a device's controls.
const WHOLE: u32 = 0;
const LEFT: u32 = 1;
const RIGHT: u32 = 2;
