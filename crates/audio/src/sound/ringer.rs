use crate::device::ring::Playout;
use crate::frame::{Frame, SILENCE};
use crate::ring_tone::RingTone;

/// A place for a device to ring on.
pub(super) struct Ringer {
    pub(super) tone: RingTone,
    pub(super) playout: Option<Box<Playout>>,
}

impl Ringer {
    pub(super) const fn new() -> Self {
        Self {
            tone: RingTone::begun(false),
            playout: None,
        }
    }

    pub(super) fn has_work(&self) -> bool {
        self.playout.is_some() && self.tone.is_playing()
    }

    /// Gives the device what it wants, and puts the loudest of all into `shown`.
    pub(super) fn feed(&mut self, volume: f32, shown: &mut Frame) {
        let Some(playout) = &mut self.playout else {
            return;
        };
        let mut frame = SILENCE;
        playout.adapt();
        if playout.paces() {
            for _ in 0..RING_BURST {
                if !playout.wants() {
                    break;
                }
                self.tone.play(&mut frame, volume);
                playout.write(&frame);
            }
        } else if self.tone.is_playing() {
            self.tone.play(&mut frame, volume);
            playout.write(&frame);
        }
        for (shown, sample) in shown.iter_mut().zip(&frame) {
            if sample.abs() > shown.abs() {
                *shown = *sample;
            }
        }
    }
}

/// Ring-tone frames made per tick at most, so that a strange device cannot hold up calls.
const RING_BURST: usize = 3;
