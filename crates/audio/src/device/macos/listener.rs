//! Tells of devices that come and go, and of other defaults.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use objc2_core_audio::{
    AudioObjectAddPropertyListener, AudioObjectID, AudioObjectPropertyAddress,
    AudioObjectRemovePropertyListener, kAudioHardwarePropertyDefaultInputDevice,
    kAudioHardwarePropertyDefaultOutputDevice, kAudioHardwarePropertyDevices,
    kAudioObjectPropertyElementMain, kAudioObjectPropertyScopeGlobal,
};

use super::property::SYSTEM;
use crate::device::Alarm;

const HEARD: [u32; 3] = [
    kAudioHardwarePropertyDevices,
    kAudioHardwarePropertyDefaultInputDevice,
    kAudioHardwarePropertyDefaultOutputDevice,
];

/// Listens for as long as it lives.
pub(super) struct Listener(Arc<Note>);

/// What a change is noted in.
pub(super) struct Note {
    seen: AtomicBool,
    alarm: Alarm,
}

impl Note {
    /// May be called on any thread; waits for nothing.
    pub(super) fn take(&self) {
        self.seen.store(true, Ordering::Release);
        self.alarm.wake();
    }
}

impl Listener {
    pub(super) fn listen(alarm: Alarm) -> Option<Self> {
        let note = Arc::new(Note {
            seen: AtomicBool::new(false),
            alarm,
        });
        let listener = Self(note);
        // What was added of them is taken away again by the drop.
        HEARD.iter().all(|s| listener.add(*s)).then_some(listener)
    }

    pub(super) fn note(&self) -> Arc<Note> {
        self.0.clone()
    }

    pub(super) fn has_heard(&self) -> bool {
        self.0.seen.swap(false, Ordering::AcqRel)
    }

    fn add(&self, selector: u32) -> bool {
        // CoreAudio may call once more while a listener is being removed, so its share of the note
        // is never given back: some bytes for each connection to the sound system.
        let client = Arc::into_raw(self.0.clone()).cast_mut().cast();
        // SAFETY: the address outlives the call, and the client data lives for ever.
        let status = unsafe {
            AudioObjectAddPropertyListener(
                SYSTEM,
                NonNull::from(&address(selector)),
                Some(changed),
                client,
            )
        };
        status == 0
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let client = Arc::as_ptr(&self.0).cast_mut().cast();
        for selector in HEARD {
            // SAFETY: the same function and data as when it was added; one that never was is refused.
            unsafe {
                AudioObjectRemovePropertyListener(
                    SYSTEM,
                    NonNull::from(&address(selector)),
                    Some(changed),
                    client,
                );
            }
        }
    }
}

fn address(selector: u32) -> AudioObjectPropertyAddress {
    AudioObjectPropertyAddress {
        mSelector: selector,
        mScope: kAudioObjectPropertyScopeGlobal,
        mElement: kAudioObjectPropertyElementMain,
    }
}

unsafe extern "C-unwind" fn changed(
    _object: AudioObjectID,
    _count: u32,
    _addresses: NonNull<AudioObjectPropertyAddress>,
    client: *mut c_void,
) -> i32 {
    // SAFETY: it is the note that was given with this function, which lives for ever.
    unsafe { &*client.cast::<Note>() }.take();
    0
}
