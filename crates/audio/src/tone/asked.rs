//! The tone that was asked for last.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Tone;

/// A tone that any thread asks for, to be begun by the sound thread: a place for one, in which the latest
/// stands, and no queue that may be full.
#[derive(Debug, Default)]
pub(crate) struct Asked(AtomicU64);

/// What has been begun of it: how often was asked until then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told(u64);

/// Where the kind of tone begins, after a digit, and how often was asked, after both.
const KIND: u32 = 24;
const TIMES: u32 = 32;

impl Asked {
    /// Asks for a tone in place of the one before; `None` for silence.
    pub(crate) fn ask(&self, tone: Option<Tone>) {
        let value = value_of(tone);
        let asked = |before: u64| Some(((before >> TIMES) + 1) << TIMES | value);
        // It always is something.
        let _ = self
            .0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, asked);
    }

    /// What was asked for since `told`, if anything; the same tone twice is news, too.
    pub(crate) fn news(&self, told: &mut Told) -> Option<Option<Tone>> {
        let value = self.0.load(Ordering::Acquire);
        let times = Told(value >> TIMES);
        if times == *told {
            return None;
        }
        *told = times;
        Some(tone_of(value & ((1 << TIMES) - 1)))
    }
}

fn value_of(tone: Option<Tone>) -> u64 {
    let (kind, digit) = match tone {
        None => (0, 0),
        Some(Tone::Ringback) => (1, 0),
        Some(Tone::Busy) => (2, 0),
        Some(Tone::Congestion) => (3, 0),
        Some(Tone::CallWaiting) => (4, 0),
        Some(Tone::Connected) => (5, 0),
        Some(Tone::Ended) => (6, 0),
        Some(Tone::Sample) => (7, 0),
        Some(Tone::Dtmf(digit)) => (8, u64::from(u32::from(digit))),
    };
    kind << KIND | digit
}

fn tone_of(value: u64) -> Option<Tone> {
    // A char takes 21 bits.
    let digit = (value & ((1 << KIND) - 1)) as u32;
    match value >> KIND {
        1 => Some(Tone::Ringback),
        2 => Some(Tone::Busy),
        3 => Some(Tone::Congestion),
        4 => Some(Tone::CallWaiting),
        5 => Some(Tone::Connected),
        6 => Some(Tone::Ended),
        7 => Some(Tone::Sample),
        8 => char::from_u32(digit).map(Tone::Dtmf),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tone_comes_as_it_was_asked_for_and_the_latest_counts() {
        let (asked, mut told) = (Asked::default(), Told::default());
        assert_eq!(asked.news(&mut told), None);
        for tone in [
            Tone::Ringback,
            Tone::Busy,
            Tone::Congestion,
            Tone::CallWaiting,
            Tone::Connected,
            Tone::Ended,
            Tone::Sample,
            Tone::Dtmf('#'),
            Tone::Dtmf(char::MAX),
        ] {
            for tone in [Some(tone), Some(tone), None] {
                asked.ask(tone);
                assert_eq!(asked.news(&mut told), Some(tone));
                assert_eq!(asked.news(&mut told), None);
            }
        }
        for _ in 0..1_000 {
            asked.ask(Some(Tone::Busy));
        }
        asked.ask(None);
        assert_eq!(asked.news(&mut told), Some(None));
    }
}
