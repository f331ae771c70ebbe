//! Windows: WASAPI through cpal, and what cpal leaves out: which devices are for communication,
//! notices of changes, and who is muted.

use std::sync::Arc;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;

use windows::Win32::Foundation::PROPERTYKEY;
use windows::Win32::Media::Audio::Endpoints::IAudioEndpointVolume;
use windows::Win32::Media::Audio::{
    DEVICE_STATE, EDataFlow, ERole, IAudioSessionManager, IMMDevice, IMMDeviceEnumerator,
    IMMNotificationClient, IMMNotificationClient_Impl, MMDeviceEnumerator, eCapture,
    eCommunications, eRender,
};
use windows::Win32::System::Com::{
    CLSCTX_ALL, CoCreateInstance, CoIncrementMTAUsage, CoTaskMemFree,
};
use windows::core::{HSTRING, PCWSTR, implement};

use super::bell::Audibility;
use super::cpal_host::CpalHost;
use super::ring::{Capture, Playout};
use super::{Alarm, DeviceError, DeviceInfo, Devices, Opened, SoundSystem, StreamId};

/// What cpal puts before an endpoint's id.
const ID_PREFIX: &str = "wasapi:";

/// Connects to the system's own sound.
pub(super) fn connect(alarm: Option<Alarm>) -> Result<Box<dyn SoundSystem>, DeviceError> {
    keep_com();
    let endpoints = Endpoints::new().map_err(|error| DeviceError::System(error.to_string()))?;
    let notices = alarm.and_then(|alarm| match Notices::ask_for(&endpoints, alarm) {
        Ok(notices) => Some(notices),
        Err(error) => {
            tracing::debug!(%error, "Windows does not tell of changes");
            None
        }
    });
    Ok(Box::new(Windows {
        cpal: CpalHost::new(cpal::default_host()),
        endpoints,
        notices,
    }))
}

/// WASAPI.
struct Windows {
    cpal: CpalHost,
    endpoints: Endpoints,
    notices: Option<Notices>,
}

impl SoundSystem for Windows {
    fn devices(&mut self) -> Result<Devices, DeviceError> {
        let mut devices = self.cpal.devices()?;
        // A headset is the default for calls, and the loudspeakers are that for all else.
        for (flow, list) in [
            (eCapture, &mut devices.inputs),
            (eRender, &mut devices.outputs),
        ] {
            if let Some(id) = self.endpoints.for_calls(flow) {
                for device in list {
                    device.is_default = device.id.strip_prefix(ID_PREFIX) == Some(id.as_str());
                }
            }
        }
        Ok(devices)
    }

    fn open_capture(
        &mut self,
        device: &DeviceInfo,
        alarm: &Alarm,
    ) -> Result<Opened<Capture>, DeviceError> {
        self.cpal.open_capture(device, alarm)
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
        let id = device.id.strip_prefix(ID_PREFIX).unwrap_or(&device.id);
        self.endpoints.audibility(id).unwrap_or(Audibility::Audible)
    }

    fn tells_changes(&self) -> bool {
        self.notices.is_some()
    }

    fn has_changed(&mut self) -> bool {
        self.notices
            .as_ref()
            .is_some_and(|notices| notices.seen.swap(false, Ordering::AcqRel))
    }
}

/// The list of endpoints.
#[derive(Clone)]
struct Endpoints(IMMDeviceEnumerator);

// SAFETY: the objects of the MMDevice API are free-threaded, as Microsoft documents of this one, so
// that it may be used and released on any thread in the process's multi-threaded apartment, which
// `keep_com` keeps alive.
unsafe impl Send for Endpoints {}

impl Endpoints {
    fn new() -> windows::core::Result<Self> {
        // SAFETY: COM is there (`keep_com`), and the class is asked for its own interface.
        unsafe { CoCreateInstance(&MMDeviceEnumerator, None, CLSCTX_ALL) }.map(Self)
    }

    /// The id of the endpoint that is to be used for calls.
    fn for_calls(&self, flow: EDataFlow) -> Option<String> {
        // SAFETY: plain calls of an interface that is held.
        let endpoint = unsafe { self.0.GetDefaultAudioEndpoint(flow, eCommunications) }.ok()?;
        id_of(&endpoint)
    }

    fn audibility(&self, id: &str) -> windows::core::Result<Audibility> {
        // SAFETY: plain calls of interfaces that are held for as long; the string outlives its call.
        unsafe {
            let endpoint = self.0.GetDevice(&HSTRING::from(id))?;
            let device: IAudioEndpointVolume = endpoint.Activate(CLSCTX_ALL, None)?;
            // Streams of no session of their own are in this one, which the mixer shows.
            let sessions: IAudioSessionManager = endpoint.Activate(CLSCTX_ALL, None)?;
            let program = sessions.GetSimpleAudioVolume(None, 0)?;
            if device.GetMute()?.as_bool() || program.GetMute()?.as_bool() {
                return Ok(Audibility::Muted);
            }
            let volume = device.GetMasterVolumeLevelScalar()? * program.GetMasterVolume()?;
            Ok(if volume == 0.0 {
                Audibility::VolumeZero
            } else {
                Audibility::Audible
            })
        }
    }
}

fn id_of(endpoint: &IMMDevice) -> Option<String> {
    // SAFETY: the string is ours until it is freed, once, with the allocator it came from.
    unsafe {
        let id = endpoint.GetId().ok()?;
        let text = id.to_string().ok();
        CoTaskMemFree(Some(id.as_ptr().cast()));
        text
    }
}

/// Keeps COM alive in this process, so that every thread may use it without preparation.
fn keep_com() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: it needs nothing. The cookie is never given back: COM stays until the end.
        if let Err(error) = unsafe { CoIncrementMTAUsage() } {
            tracing::debug!(%error, "COM cannot be kept");
        }
    });
}

/// Asked-for notices of devices that come, go, or become the default.
struct Notices {
    endpoints: Endpoints,
    listener: Listening,
    seen: Arc<AtomicBool>,
}

struct Listening(IMMNotificationClient);

// SAFETY: our own object, which holds nothing but an atomic and a thread's handle: it may be called
// and released anywhere.
unsafe impl Send for Listening {}

impl Notices {
    fn ask_for(endpoints: &Endpoints, alarm: Alarm) -> windows::core::Result<Self> {
        let seen = Arc::new(AtomicBool::new(false));
        let listener: IMMNotificationClient = Listener {
            seen: seen.clone(),
            alarm,
        }
        .into();
        // SAFETY: the listener is held until it is taken back.
        unsafe { endpoints.0.RegisterEndpointNotificationCallback(&listener) }?;
        Ok(Self {
            endpoints: endpoints.clone(),
            listener: Listening(listener),
            seen,
        })
    }
}

impl Drop for Notices {
    fn drop(&mut self) {
        let Listening(listener) = &self.listener;
        // SAFETY: it was registered with the same object.
        let _ = unsafe {
            self.endpoints
                .0
                .UnregisterEndpointNotificationCallback(listener)
        };
    }
}

#[implement(IMMNotificationClient)]
struct Listener {
    seen: Arc<AtomicBool>,
    alarm: Alarm,
}

impl Listener {
    /// Called on a thread of the system's, which must not wait.
    fn note(&self) {
        self.seen.store(true, Ordering::Release);
        self.alarm.wake();
    }
}

impl IMMNotificationClient_Impl for Listener_Impl {
    fn OnDeviceStateChanged(&self, _: &PCWSTR, _: DEVICE_STATE) -> windows::core::Result<()> {
        self.note();
        Ok(())
    }

    fn OnDeviceAdded(&self, _: &PCWSTR) -> windows::core::Result<()> {
        self.note();
        Ok(())
    }

    fn OnDeviceRemoved(&self, _: &PCWSTR) -> windows::core::Result<()> {
        self.note();
        Ok(())
    }

    fn OnDefaultDeviceChanged(
        &self,
        _: EDataFlow,
        role: ERole,
        _: &PCWSTR,
    ) -> windows::core::Result<()> {
        if role == eCommunications {
            self.note();
        }
        Ok(())
    }

    fn OnPropertyValueChanged(&self, _: &PCWSTR, _: &PROPERTYKEY) -> windows::core::Result<()> {
        // Names and formats: what matters of them ends the stream, and is seen there.
        Ok(())
    }
}
