//! The sound thread's side of a recording. Nothing here allocates, waits or touches a file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};

use super::announce::{Announced, Announcer};
use crate::frame::{FRAME, Frame, SILENCE, to_i16};
use crate::leg::LegEnd;
use crate::mixer::Limiter;

/// Recordings that can run at once: one for each leg.
const MOST_TAPS: usize = crate::sound::MOST_LEGS;

/// Blocks that wait to be written: 4 s, for as long as a disk may take to think.
const BLOCKS: usize = 400;

/// 10 ms of both sides, which cannot come apart.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// What the agent says.
    pub(crate) left: [i16; FRAME],
    /// What the others say.
    pub(crate) right: [i16; FRAME],
    /// Something was left out before it on purpose: a pause, a hold.
    pub(crate) after_gap: bool,
    /// So many before it were lost because the ring was full.
    pub(crate) missing: u32,
}

/// What the two sides of a recording tell each other without waiting.
#[derive(Debug, Default)]
pub(crate) struct TapShared {
    pub(crate) paused: AtomicBool,
    /// Nobody wants it any more, or it cannot go on.
    pub(crate) closed: AtomicBool,
    /// A [`Phase`].
    phase: AtomicU8,
    /// Blocks lost because the ring was full.
    pub(crate) lost: AtomicU32,
}

impl TapShared {
    pub(crate) fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            1 => Phase::Announcing,
            2 => Phase::On,
            3 => Phase::Paused,
            _ => Phase::Waiting,
        }
    }
}

/// What a recording does at the moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Phase {
    /// The agent does not hear the call: it is on hold, or not there yet.
    Waiting = 0,
    /// All are told.
    Announcing = 1,
    On = 2,
    Paused = 3,
}

/// One recording.
#[derive(Debug)]
pub(crate) struct Tap {
    id: u32,
    shared: Arc<TapShared>,
    blocks: Producer<Block>,
    announcer: Announcer,
    phase: Phase,
    gap: bool,
    missing: u32,
    limiters: [Limiter; 2],
}

impl Tap {
    /// A tap for the legs that are recorded as `id`, and where its blocks come out.
    pub(crate) fn new(
        id: u32,
        announced: Announced,
        shared: Arc<TapShared>,
    ) -> (Box<Self>, Consumer<Block>) {
        let (blocks, out) = RingBuffer::new(BLOCKS);
        let tap = Self {
            id,
            shared,
            blocks,
            announcer: Announcer::new(announced),
            phase: Phase::Waiting,
            gap: false,
            missing: 0,
            limiters: [Limiter::new(), Limiter::new()],
        };
        (Box::new(tap), out)
    }

    /// Begins 10 ms with so many `parties` beside the agent, none if the agent does not hear the
    /// call. Adds to `announced` what all are to hear.
    fn begin(&mut self, parties: usize, announced: &mut Frame) {
        self.phase = if self.shared.paused.load(Ordering::Relaxed) {
            Phase::Paused
        } else if parties == 0 {
            Phase::Waiting
        } else if self.announcer.play(parties, announced) {
            Phase::On
        } else {
            Phase::Announcing
        };
        match self.phase {
            Phase::On => {}
            Phase::Announcing => self.gap = true,
            Phase::Waiting | Phase::Paused => {
                self.announcer.interrupt();
                self.gap = true;
            }
        }
        self.shared.phase.store(self.phase as u8, Ordering::Relaxed);
    }

    /// Takes what was said in these 10 ms, if it is to be recorded.
    fn take(&mut self, left: &Frame, right: &Frame) {
        if self.phase != Phase::On {
            return;
        }
        let mut block = Block {
            left: [0; FRAME],
            right: [0; FRAME],
            after_gap: self.gap,
            missing: self.missing,
        };
        let sides = [(left, &mut block.left), (right, &mut block.right)];
        for ((sound, side), limiter) in sides.into_iter().zip(&mut self.limiters) {
            let mut sound = *sound;
            limiter.limit(&mut sound);
            for (sample, value) in side.iter_mut().zip(sound) {
                *sample = to_i16(value);
            }
        }
        if self.blocks.push(block).is_ok() {
            (self.gap, self.missing) = (false, 0);
        } else {
            self.missing = self.missing.saturating_add(1);
            self.shared.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire)
    }
}

/// All recordings.
#[derive(Debug, Default)]
pub(crate) struct Taps([Option<Box<Tap>>; MOST_TAPS]);

impl Taps {
    /// Puts a tap in place; gives it back if there is no room.
    pub(crate) fn seat(&mut self, tap: Box<Tap>) -> Option<Box<Tap>> {
        match self.0.iter_mut().find(|seat| seat.is_none()) {
            Some(seat) => seat.replace(tap),
            None => Some(tap),
        }
    }

    /// A tap that is no longer wanted.
    pub(crate) fn take_closed(&mut self) -> Option<Box<Tap>> {
        let closed = |seat: &&mut Option<Box<Tap>>| seat.as_ref().is_some_and(|t| t.is_closed());
        self.0.iter_mut().find(closed)?.take()
    }

    /// What all who are recorded are to hear in these 10 ms; none if nothing is.
    pub(crate) fn begin(&mut self, legs: &[Option<Box<LegEnd>>]) -> Option<Frame> {
        let mut announced = None;
        for tap in self.0.iter_mut().flatten() {
            // Whoever is not sent anything would not hear that it is recorded.
            let leg = leg_of(tap.id, legs).filter(|leg| leg.is_heard() && leg.is_sending());
            let parties = leg.map_or(0, |leg| {
                let members = legs.iter().flatten().filter(|other| other.is_mixed());
                let group = members.filter(|other| !other.is_closed());
                if leg.is_mixed() { group.count() } else { 1 }
            });
            tap.begin(parties, announced.get_or_insert(SILENCE));
        }
        announced.filter(|sound| *sound != SILENCE)
    }

    /// Hands on what was said in these 10 ms.
    pub(crate) fn take(&mut self, legs: &[Option<Box<LegEnd>>]) {
        for tap in self.0.iter_mut().flatten() {
            if let Some(leg) = leg_of(tap.id, legs) {
                let (left, right) = leg.sides();
                tap.take(left, right);
            }
        }
    }
}

/// A leg that takes another's place may be there beside it for a moment, while that one fades.
fn leg_of(id: u32, legs: &[Option<Box<LegEnd>>]) -> Option<&LegEnd> {
    let mut legs = legs.iter().flatten();
    let leg = legs.find(|leg| leg.recorded() == id && !leg.is_closed());
    leg.map(|leg| &**leg)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::allocations;

    fn tap(announced: Announced) -> (Box<Tap>, Consumer<Block>, Arc<TapShared>) {
        let shared = Arc::new(TapShared::default());
        let (tap, blocks) = Tap::new(1, announced, shared.clone());
        (tap, blocks, shared)
    }

    fn tick(tap: &mut Tap, parties: usize) {
        tap.begin(parties, &mut [0.0; FRAME]);
        tap.take(&[0.5; FRAME], &[0.25; FRAME]);
    }

    #[test]
    fn what_a_full_ring_does_not_take_is_counted_and_told() {
        let (mut tap, mut blocks, shared) = tap(Announced::Nothing);
        let allocated = allocations(|| {
            for _ in 0..BLOCKS + 30 {
                tick(&mut tap, 1);
            }
        });
        assert_eq!(allocated, 0);
        assert_eq!(shared.lost.load(Ordering::Relaxed), 30);
        while let Ok(block) = blocks.pop() {
            assert_eq!(block.missing, 0);
        }
        tick(&mut tap, 1);
        assert_eq!(blocks.pop().expect("there is room").missing, 30);
    }

    #[test]
    fn nothing_comes_out_while_it_is_paused_or_the_agent_does_not_hear_the_call() {
        let (mut tap, mut blocks, shared) = tap(Announced::Tone);
        let mut said = |tap: &mut Tap, parties| {
            tick(tap, parties);
            blocks.pop().ok().map(|block| block.after_gap)
        };
        assert_eq!(said(&mut tap, 0), None);
        assert_eq!(shared.phase(), Phase::Waiting);
        assert_eq!(said(&mut tap, 1), Some(true));
        assert_eq!(said(&mut tap, 1), Some(false));
        assert_eq!(shared.phase(), Phase::On);
        shared.paused.store(true, Ordering::Relaxed);
        assert_eq!(said(&mut tap, 1), None);
        assert_eq!(shared.phase(), Phase::Paused);
        shared.paused.store(false, Ordering::Relaxed);
        assert_eq!(said(&mut tap, 1), Some(true));
        assert_eq!(said(&mut tap, 1), Some(false));
    }

    #[test]
    fn while_a_sentence_is_said_nothing_comes_out() {
        let sentence = vec![0.1; 3 * FRAME].into();
        let (mut tap, mut blocks, shared) = tap(Announced::Sentence(sentence));
        for _ in 0..3 {
            tick(&mut tap, 1);
            assert_eq!(shared.phase(), Phase::Announcing);
            assert!(blocks.pop().is_err());
        }
        tick(&mut tap, 1);
        assert!(blocks.pop().expect("it is over").after_gap);
    }

    #[test]
    fn what_was_said_before_a_recording_is_not_in_it() {
        use crate::RecordingId;
        let config = crate::testing::leg_config(0, crate::Codec::Pcmu);
        let (leg, end) = crate::leg::open(&config, Arc::default()).expect("settings that work");
        leg.control.set_heard(true);
        leg.control.set_sending(true);
        let mut legs = [Some(end)];
        let hear = |legs: &mut [Option<Box<LegEnd>>; 1]| {
            let end = legs[0].as_mut().expect("it is there");
            end.hear(1.0, &mut [0.0; FRAME], &mut [0.0; FRAME]);
        };
        let mut taps = Taps::default();
        let (before, _old) = Tap::new(1, Announced::Nothing, Arc::default());
        let (after, mut new) = Tap::new(2, Announced::Nothing, Arc::default());
        taps.seat(before);
        taps.seat(after);
        leg.control.set_recorded(Some(RecordingId(1)));
        hear(&mut legs);
        leg.control.set_recorded(None);
        hear(&mut legs);
        // In the middle of a tick: what is there to be taken is what the one before took last.
        leg.control.set_recorded(Some(RecordingId(2)));
        taps.begin(&legs);
        taps.take(&legs);
        assert!(new.pop().is_err());
        hear(&mut legs);
        taps.begin(&legs);
        taps.take(&legs);
        assert!(new.pop().is_ok());
    }
}
