//! What CoreAudio says of its objects.

use std::ffi::c_void;
use std::ptr::{NonNull, null};

use objc2_core_audio::{
    AudioObjectGetPropertyData, AudioObjectID, AudioObjectPropertyAddress,
    kAudioHardwarePropertyTranslateUIDToDevice, kAudioObjectPropertyElementMain,
    kAudioObjectPropertyScopeGlobal, kAudioObjectSystemObject,
};
use objc2_core_foundation::CFString;

/// The object that stands for the whole of CoreAudio.
pub(super) const SYSTEM: AudioObjectID = kAudioObjectSystemObject as AudioObjectID;

/// A value that CoreAudio writes as it is in memory.
pub(super) trait Plain: Copy + Default {}

impl Plain for u32 {}
impl Plain for f32 {}

/// Reads one value; none if the object does not have it.
pub(super) fn read<T: Plain>(
    object: AudioObjectID,
    selector: u32,
    scope: u32,
    element: u32,
) -> Option<T> {
    read_qualified(object, selector, scope, element, null(), 0)
}

/// The device of this UID.
pub(super) fn device_of(uid: &str) -> Option<AudioObjectID> {
    let uid = CFString::from_str(uid);
    // The qualifier is the reference itself.
    let reference: *const CFString = &*uid;
    let device: u32 = read_qualified(
        SYSTEM,
        kAudioHardwarePropertyTranslateUIDToDevice,
        kAudioObjectPropertyScopeGlobal,
        kAudioObjectPropertyElementMain,
        (&raw const reference).cast(),
        size_of::<*const CFString>() as u32,
    )?;
    // Zero is no object.
    (device != 0).then_some(device)
}

fn read_qualified<T: Plain>(
    object: AudioObjectID,
    selector: u32,
    scope: u32,
    element: u32,
    qualifier: *const c_void,
    qualifier_size: u32,
) -> Option<T> {
    let address = AudioObjectPropertyAddress {
        mSelector: selector,
        mScope: scope,
        mElement: element,
    };
    let mut value = T::default();
    let mut size = size_of::<T>() as u32;
    // SAFETY: all pointers are to values that outlive the call, and the size is that of the value,
    // which any bits make (`Plain`).
    let status = unsafe {
        AudioObjectGetPropertyData(
            object,
            NonNull::from(&address),
            qualifier_size,
            qualifier,
            NonNull::from(&mut size),
            NonNull::from(&mut value).cast(),
        )
    };
    (status == 0 && size == size_of::<T>() as u32).then_some(value)
}
