//! What becomes of a leg that panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::carriage::Carriage;
use super::{LegConfig, LegEnd};
use crate::frame::FRAME;
use crate::mixer::{Fade, Limiter};
use crate::telephone_event::EventSender;

/// What has become of it, and what it is built from.
pub(super) struct Record {
    config: LegConfig,
    /// Whether it has panicked since it was built.
    broke: bool,
    /// The tick in which it did, until it works again.
    broke_at: Option<Instant>,
    /// How often it has in a row, and how many ticks it has begun since it was built.
    times: u32,
    begun: u32,
    /// Ticks that it still waits, and whether this is one of them.
    waits: u32,
    waiting: bool,
    /// This tick, and the RTP timestamp of the first sample after it.
    now: Option<Instant>,
    next: u32,
    /// In tests, the tick in which it breaks, each time it is built.
    #[cfg(test)]
    breaks_in: Option<u32>,
}

impl Record {
    pub(super) fn new(config: &LegConfig) -> Self {
        Self {
            config: config.clone(),
            broke: false,
            broke_at: None,
            times: 0,
            begun: 0,
            waits: 0,
            waiting: false,
            now: None,
            next: 0,
            #[cfg(test)]
            breaks_in: None,
        }
    }
}

impl LegEnd {
    /// Has it panic in its so-manieth tick, each time it is built.
    #[cfg(test)]
    pub(crate) fn break_in(&mut self, tick: u32) {
        self.record.breaks_in = Some(tick);
    }

    /// Begins a tick. One that waits lets go of what comes meanwhile.
    pub(crate) fn begins(&mut self, now: Instant) {
        self.records = 0;
        self.record.waiting = self.record.waits > 0;
        if self.record.waiting {
            self.record.waits -= 1;
            while self.inbox.pop().is_ok() {}
            return;
        }
        let step = self.spec.codec.clock_rate() / 100;
        if let Some(then) = self.record.broke_at.take() {
            let missed = ticks_between(then, now);
            self.timestamp = self.timestamp.wrapping_add(missed.wrapping_mul(step));
        }
        let filled = (self.filled / FRAME) as u32 + 1;
        self.record.next = self.timestamp.wrapping_add(filled * step);
        self.record.now = Some(now);
        self.record.begun = self.record.begun.saturating_add(1);
    }

    /// Does a part of the tick's work. A panic costs nobody else anything: the leg is out of it from there
    /// on, until it has been [built anew](Self::rebuild).
    pub(crate) fn works(&mut self, work: impl FnOnce(&mut Self)) {
        if self.record.broke || self.record.waiting {
            return;
        }
        let worked = catch_unwind(AssertUnwindSafe(|| {
            #[cfg(test)]
            assert_ne!(
                self.record.breaks_in,
                Some(self.record.begun),
                "as the test wants it"
            );
            work(self);
        }));
        if worked.is_err() {
            self.shared.broken.fetch_add(1, Ordering::Relaxed);
            self.record.broke = true;
            self.record.broke_at = self.record.now;
            self.records = 0;
            // Nothing that may have been sent is sent again.
            (self.filled, self.timestamp) = (0, self.record.next);
        }
    }

    /// Whether it has panicked.
    pub(crate) fn is_broken(&self) -> bool {
        self.record.broke
    }

    /// Builds anew what may have broken: by another thread than the sound thread, since that allocates. The
    /// far end sees a pause, after which timestamps are as if there had been none; a digit under way is cut
    /// short, and everybody's switches stay as they are.
    pub(crate) fn rebuild(&mut self) -> Result<(), crate::AudioError> {
        let config = &self.record.config;
        let (jitter, encoder) = super::coders(config)?;
        let carriage = Carriage::new(config);
        let old = (
            std::mem::replace(&mut self.jitter, jitter),
            std::mem::replace(&mut self.encoder, encoder),
            std::mem::replace(&mut self.carriage, carriage),
        );
        // What is broken may break once more when it is dropped.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(old)));
        self.watch = None;
        self.volume = Fade::at(0.0);
        (self.heard, self.mixed) = (Fade::at(0.0), Fade::at(0.0));
        (self.said, self.others) = (Fade::at(0.0), Fade::at(0.0));
        self.music = Fade::at(0.0);
        self.limiter = Limiter::new();
        self.spurt = true;
        if let (Some(events), Some(spec)) = (&mut self.events, config.telephone_event) {
            events.sender = EventSender::new(spec.clock_rate);
        }
        let record = &mut self.record;
        let again = record.begun <= SOUND_AGAIN;
        record.times = if again { record.times + 1 } else { 1 };
        record.waits = (WAIT << (record.times - 1).min(16)).min(LONGEST_WAIT);
        (record.broke, record.begun) = (false, 0);
        Ok(())
    }
}

/// Ticks that were due after one and before another.
fn ticks_between(one: Instant, other: Instant) -> u32 {
    let ms = other.saturating_duration_since(one).as_millis() as u32;
    // The nearest whole number of ticks, without the last.
    ((ms + 5) / 10).saturating_sub(1)
}

/// Completed ticks after which one that broke has a clean record, and ticks that it waits when it has been
/// built anew, each time it breaks again twice as many, up to the most.
const SOUND_AGAIN: u32 = 6_000;
const WAIT: u32 = 10;
const LONGEST_WAIT: u32 = 50;
