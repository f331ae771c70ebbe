//! The parts at work, with what happens when one of them breaks.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Processing;
use super::chain::{Around, Chain};
use crate::frame::Frame;

/// Who has worked this many ticks without breaking has a clean record.
const SOUND_AGAIN: u32 = 6_000;
/// Ticks the first substitute waits before it begins; each further one twice as many, up to the most.
const WAIT: u32 = 10;
const LONGEST_WAIT: u32 = 3_000;

/// Processing as it was set. Made and dropped by other threads than the sound thread.
pub(crate) struct Processor {
    settings: Processing,
    chain: Chain,
    /// How many broke in a row before this one.
    broken: u32,
    /// Ticks until it begins.
    waits: u32,
    worked: u32,
    /// In tests, the tick in which it breaks.
    #[cfg(test)]
    pub(super) breaks_in: Option<u32>,
}

/// It broke, and is of no more use.
pub(super) struct Broken;

impl Processor {
    pub(crate) fn new(settings: Processing) -> Box<Self> {
        Box::new(Self {
            settings,
            chain: Chain::new(settings),
            broken: 0,
            waits: 0,
            worked: 0,
            #[cfg(test)]
            breaks_in: None,
        })
    }

    /// One that panics in its so-manieth tick.
    #[cfg(test)]
    pub(crate) fn breaking_in(tick: u32, settings: Processing) -> Box<Self> {
        let mut processor = Self::new(settings);
        processor.breaks_in = Some(tick);
        processor
    }

    /// One to put in the place of this one, which broke.
    pub(crate) fn substitute(self: Box<Self>) -> Box<Self> {
        let (settings, worked, broken) = (self.settings, self.worked, self.broken);
        // What is broken may break once more when it is dropped.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(self)));
        let broken = if worked < SOUND_AGAIN { broken + 1 } else { 1 };
        let mut substitute = Self::new(settings);
        substitute.broken = broken;
        substitute.waits = (WAIT << (broken - 1).min(16)).min(LONGEST_WAIT);
        substitute
    }

    /// Whether it was made in the place of one that broke.
    pub(super) fn is_substitute(&self) -> bool {
        self.broken > 0
    }

    pub(super) fn settings(&self) -> Processing {
        self.settings
    }

    /// Whether it does anything to the sound, at least once it begins.
    pub(super) fn changes_sound(&self) -> bool {
        self.settings.does_something()
    }

    /// By how much it delays the sound, in µs.
    pub(super) fn delay_us(&self) -> u32 {
        if self.waits == 0 && self.changes_sound() {
            self.chain.delay_us()
        } else {
            0
        }
    }

    /// Takes over what an earlier setting has learnt.
    pub(super) fn inherit(&mut self, other: &mut Self) {
        self.chain.inherit(&mut other.chain);
    }

    /// Works on 10 ms; says whether the agent speaks.
    ///
    /// # Errors
    /// Something broke. The sound is as it was.
    pub(super) fn process(&mut self, sound: &mut Frame, around: &Around) -> Result<bool, Broken> {
        if self.waits > 0 {
            self.waits -= 1;
            return Ok(false);
        }
        let before = *sound;
        self.worked = self.worked.saturating_add(1);
        let worked = catch_unwind(AssertUnwindSafe(|| {
            #[cfg(test)]
            if self.breaks_in == Some(self.worked) {
                sound.fill(f32::NAN);
                panic!("as the test wants it");
            }
            self.chain.process(sound, around)
        }));
        match worked {
            // A filter that has run away has broken without noticing.
            Ok(spoken) if sound.iter().all(|sample| sample.is_finite()) => Ok(spoken),
            Ok(_) | Err(_) => {
                *sound = before;
                Err(Broken)
            }
        }
    }
}
