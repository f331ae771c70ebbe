//! The agent's voice on the sound thread.

use super::Processor;
use super::chain::Around;
use super::notice::{Heard, Notice, Noticed};
use crate::frame::{Frame, SILENCE};

/// Ticks of sound that are kept, so that a new setting begins in the middle of it.
const KEPT: usize = 3;

/// Whose sound it is, in a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Microphone {
    /// A device, by whose ring and the speaker's sound comes back after so many ms at least.
    Device { delay_ms: u32 },
    /// A file in its place.
    File,
    /// None, or a program in its place.
    None,
}

/// What is done to the microphone's sound, and noticed.
pub(crate) struct Voice {
    processor: Option<Box<Processor>>,
    /// What was played in the last tick.
    played: Frame,
    /// The latest sound as it came in, the oldest first.
    kept: [Frame; KEPT],
    notice: Notice,
    delay_us: u32,
}

impl Voice {
    pub(crate) fn new() -> Self {
        Self {
            processor: None,
            played: SILENCE,
            kept: [SILENCE; KEPT],
            notice: Notice::default(),
            delay_us: 0,
        }
    }

    /// Puts another setting to work; gives the one before. A substitute that comes after another setting
    /// has been put to work is given back.
    pub(crate) fn set(&mut self, mut processor: Box<Processor>) -> Option<Box<Processor>> {
        if self.processor.is_some() && processor.is_substitute() {
            return Some(processor);
        }
        let mut old = self.processor.take();
        if let Some(old) = &mut old {
            processor.inherit(old);
        }
        // It starts with what was heard of late, or there would be a gap as long as its delay.
        for frame in self.kept {
            let around = Around {
                played: &SILENCE,
                delay_ms: 0,
                listens: false,
            };
            if processor.changes_sound() {
                let _ = processor.process(&mut { frame }, &around);
            }
        }
        self.processor = Some(processor);
        old
    }

    /// Says what was played in this tick: silence if nothing was.
    pub(crate) fn played(&mut self, sound: &Frame) {
        self.played = *sound;
    }

    /// Works on 10 ms that at least one leg sends, muted or not. Gives a processor that broke.
    pub(crate) fn process(
        &mut self,
        sound: &mut Frame,
        microphone: Microphone,
        muted: bool,
        noticed: &Noticed,
    ) -> Option<Box<Processor>> {
        self.delay_us = 0;
        let processor = self.processor.as_mut()?;
        let delay_ms = match microphone {
            Microphone::Device { delay_ms } => delay_ms,
            Microphone::File if processor.settings().files => 0,
            Microphone::File | Microphone::None => {
                self.notice.rest(noticed);
                return None;
            }
        };
        self.delay_us = processor.delay_us();
        self.kept.rotate_left(1);
        self.kept[KEPT - 1] = *sound;
        let raw = *sound;
        let around = Around {
            played: &self.played,
            delay_ms,
            listens: muted,
        };
        let worked = if processor.changes_sound() || muted {
            processor.process(sound, &around)
        } else {
            Ok(false)
        };
        let heard = Heard {
            sound: &raw,
            spoken: matches!(worked, Ok(true)),
            muted,
        };
        self.notice.listen(&heard, noticed);
        match worked {
            Ok(_) => None,
            Err(_) => self.processor.take(),
        }
    }

    /// By how much the agent's voice was delayed in the last tick, in µs.
    pub(crate) fn delay_us(&self) -> u32 {
        self.delay_us
    }

    /// Nobody is sent the agent's voice.
    pub(crate) fn rest(&mut self, noticed: &Noticed) {
        self.delay_us = 0;
        self.notice.rest(noticed);
    }
}
