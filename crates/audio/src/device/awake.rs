//! Keeps the system from slowing this program down while nobody looks at its window.

#[cfg(target_os = "macos")]
pub(super) use super::macos::Awake;

/// Nothing is needed where the system slows down no program that has work.
#[cfg(not(target_os = "macos"))]
pub(super) struct Awake;

#[cfg(not(target_os = "macos"))]
impl Awake {
    pub(super) fn new() -> Self {
        Self
    }

    /// Whether sound is moved now.
    pub(super) fn stay(&mut self, _sounding: bool) {}
}
