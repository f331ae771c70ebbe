//! Whether this program may listen.

use std::sync::Arc;

use block2::RcBlock;
use objc2::runtime::Bool;
use objc2_av_foundation::{AVAuthorizationStatus, AVCaptureDevice, AVMediaTypeAudio};

use super::listener::Note;

/// What the person at the computer has said.
pub(super) enum Permission {
    Given,
    NotAsked,
    Refused,
}

/// Asks nobody.
pub(super) fn to_listen() -> Permission {
    // SAFETY: a constant of the framework's.
    let Some(sound) = (unsafe { AVMediaTypeAudio }) else {
        return Permission::Given;
    };
    // SAFETY: the media type is one the method takes.
    let status = unsafe { AVCaptureDevice::authorizationStatusForMediaType(sound) };
    match status {
        AVAuthorizationStatus::NotDetermined => Permission::NotAsked,
        AVAuthorizationStatus::Denied | AVAuthorizationStatus::Restricted => Permission::Refused,
        // Authorized, and whatever a later system may add: then the microphone itself will tell.
        _ => Permission::Given,
    }
}

/// Asks the person, once: the system remembers. `note` is taken when they have answered.
pub(super) fn ask(note: Arc<Note>) {
    // SAFETY: a constant of the framework's.
    let Some(sound) = (unsafe { AVMediaTypeAudio }) else {
        return;
    };
    let answered = RcBlock::new(move |_given: Bool| note.take());
    // SAFETY: the block may be called on any thread: what it holds is `Send` and `Sync`.
    unsafe { AVCaptureDevice::requestAccessForMediaType_completionHandler(sound, &answered) };
}
