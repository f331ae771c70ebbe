//! The rings between device callbacks and the sound thread.
//!
//! A callback copies and counts, nothing else. The sound thread holds the other end, resamples,
//! and absorbs what the two clocks and the sizes of the callbacks do: it keeps the least fill at
//! which nothing runs dry, learns a margin from what did, and slips a few samples by a crossfade
//! when the fill is more than that. A microphone whose clock is not the speaker's is resampled by some
//! ppm ([`drift`]).

mod capture;
mod drift;
mod playout;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

pub(crate) use capture::{Capture, CaptureFeed, capture_ring};
pub(crate) use playout::{Playout, PlayoutFeed, playout_ring};

/// Sound a ring can hold, in ms.
const CAPACITY_MS: u32 = 500;
/// Over how many ticks the least fill is watched before slipping.
const WATCHED_TICKS: u32 = 50;
/// The margin grows by this in a watch in which something ran dry, up to the most, and falls by the
/// last in each other, in µs.
const MARGIN_STEP_US: u32 = 5_000;
const MARGIN_MOST_US: u32 = 60_000;
const MARGIN_FALL_US: u32 = 50;

/// What callbacks count and the engine reads.
#[derive(Debug, Default)]
pub(crate) struct StreamCounters {
    /// Callbacks so far; a watchdog sees by it whether the device is alive.
    pub(crate) callbacks: AtomicU64,
    /// Frames of what was to be played that callbacks have taken.
    pub(crate) taken: AtomicU64,
    /// Frames the capture ring had no room for, or the playout ring did not have.
    pub(crate) lost: AtomicU64,
    /// Frames the sound system went without because it was served too late, whatever the ring held.
    pub(crate) missed: AtomicU64,
    /// Frames the sound system holds beyond the ring, as far as we asked for them.
    pub(crate) beyond: AtomicU32,
    /// Frames in the largest of the latest callbacks.
    pub(crate) largest: AtomicU32,
    /// Set when the stream is of no more use.
    pub(crate) failed: AtomicBool,
    /// Set with it when the device is still there and only wants a new stream.
    pub(crate) invalidated: AtomicBool,
    /// When the last callback came, in µs since the ring was made.
    called_us: AtomicU64,
    /// Fill at which the sound thread wants to be woken to make more.
    wake_below: AtomicU32,
}

impl StreamCounters {
    fn count(&self, frames: usize) {
        self.callbacks.fetch_add(1, Ordering::Relaxed);
        self.largest.fetch_max(frames as u32, Ordering::Relaxed);
    }
}

/// Whether a ring ends in a device with its own clock or in a file that has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    Device,
    File,
}

/// Spare fill, learnt from what ran dry.
#[derive(Clone, Copy, Debug)]
struct Margin {
    us: u32,
    least_us: u32,
    /// Whether something ran dry in this watch: one stall is many underruns, but one lesson.
    dry: bool,
}

impl Margin {
    fn new(least_us: u32) -> Self {
        Self {
            us: least_us,
            least_us,
            dry: false,
        }
    }

    fn ran_dry(&mut self) {
        if !self.dry {
            self.us = (self.us + MARGIN_STEP_US).min(MARGIN_MOST_US);
        }
        self.dry = true;
    }

    /// Ends a watch.
    fn watched(&mut self) {
        if !std::mem::take(&mut self.dry) {
            self.us = self.us.saturating_sub(MARGIN_FALL_US).max(self.least_us);
        }
    }
}

fn frames_of(rate: u32, micros: u32) -> usize {
    (u64::from(rate) * u64::from(micros) / 1_000_000) as usize
}

fn micros_of(rate: u32, frames: usize) -> u32 {
    (frames as u64 * 1_000_000 / u64::from(rate.max(1))) as u32
}
