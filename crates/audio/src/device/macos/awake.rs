//! Keeps macOS from napping this program, whose window nobody may look at for hours.

use objc2::rc::Retained;
use objc2::runtime::{NSObjectProtocol, ProtocolObject};
use objc2_foundation::{NSActivityOptions, NSProcessInfo, NSString};

type Activity = Retained<ProtocolObject<dyn NSObjectProtocol>>;

/// For as long as it lives, a call can come in; while sound is moved, no timer is late.
pub(crate) struct Awake {
    waiting: Held,
    sounding: Option<Held>,
}

struct Held(Activity);

// SAFETY: an opaque token, whose only use is to be given back, which `NSProcessInfo` takes on any
// thread.
unsafe impl Send for Held {}

impl Awake {
    pub(crate) fn new() -> Self {
        Self {
            // The computer may sleep, but while it is awake so are we.
            waiting: begin(
                NSActivityOptions::UserInitiatedAllowingIdleSystemSleep,
                "Waiting for calls",
            ),
            sounding: None,
        }
    }

    /// Whether sound is moved now.
    pub(crate) fn stay(&mut self, sounding: bool) {
        if sounding == self.sounding.is_some() {
            return;
        }
        match self.sounding.take() {
            Some(held) => end(&held),
            None => {
                let options = NSActivityOptions::UserInitiated | NSActivityOptions::LatencyCritical;
                self.sounding = Some(begin(options, "In a call"));
            }
        }
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.stay(false);
        end(&self.waiting);
    }
}

fn begin(options: NSActivityOptions, reason: &str) -> Held {
    let reason = NSString::from_str(reason);
    Held(NSProcessInfo::processInfo().beginActivityWithOptions_reason(options, &reason))
}

fn end(held: &Held) {
    // SAFETY: the token comes from `begin`, and is given back once.
    unsafe { NSProcessInfo::processInfo().endActivity(&held.0) };
}
