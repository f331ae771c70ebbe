//! Sound for a gap whose other side is there already: both sides are continued into it, brought into
//! step where they have a voice, and one fades into the other.

use super::conceal::{Concealer, HISTORY, VOICED};
use crate::frame::samples;
use crate::pitch::{self, LONGEST, SHORTEST};

/// The longest gap that is bridged. Of a longer one, what comes before may still arrive in time.
pub(super) const BRIDGE: usize = samples(20);
/// How alike the two sides must be to be brought into step.
const IN_STEP: f32 = 0.3;
/// How long the last step to the real sound is spread.
const STEP: usize = samples(1);
/// What a bridge has before it and after it that is not clear.
const LONGEST_GAP: usize = BRIDGE + samples(5);

impl Concealer {
    /// Fills the first `gap` samples of `sound`, of which the others are real. Must have
    /// [begun](Self::begin).
    pub(super) fn bridge(&mut self, sound: &mut [f32], gap: usize) {
        let (gap, next) = sound.split_at_mut(gap);
        let length = gap.len();
        let voiced = self.likeness > VOICED;
        let shift = if voiced {
            self.shift(length, next) as f32 / length as f32
        } else {
            0.0
        };
        let right = period_at_start(next);
        // A period in step with one adds up; what has no voice keeps its power.
        let coherent = voiced && right.is_some();
        let click = right.map_or(0.0, |lag| next[0] - next[lag]);
        for (n, sample) in gap.iter_mut().enumerate() {
            let from_left = if voiced {
                let at = n as f32 * (1.0 + shift);
                let low = at as isize;
                let [one, other] = [self.ahead(low), self.ahead(low + 1)];
                one + (other - one) * (at - low as f32)
            } else {
                self.mirrored(n)
            };
            let before = length - n;
            let from_right = match right {
                // The period before is like the one after; its end is led to the real sound.
                Some(lag) => {
                    let near = 1.0 - (before as f32 / STEP as f32).min(1.0);
                    seamless(next, lag, (lag - before % lag) % lag) + click * near * near
                }
                // The reflection of a sound without voice is as good as itself and meets it without
                // a click.
                None => next[before.min(next.len() - 1)],
            };
            let near = (n + 1) as f32 / (length + 1) as f32;
            *sample = if coherent {
                from_left + (from_right - from_left) * near
            } else {
                from_left * (1.0 - near).sqrt() + from_right * near.sqrt()
            };
        }
        self.ended();
    }

    /// What was pending, and then all that was played, backwards.
    fn mirrored(&self, n: usize) -> f32 {
        match self.pending_length.checked_sub(self.made()) {
            Some(left) if n < left => self.ahead(n as isize),
            Some(left) => {
                let back = n - left;
                if back < left {
                    self.ahead((left - 1 - back) as isize)
                } else {
                    self.history[HISTORY - 1 - (back - left).min(HISTORY - 1)]
                }
            }
            None => self.history[HISTORY - 1 - n.min(HISTORY - 1)],
        }
    }

    /// By how many samples the left side is to arrive further on at the end of the gap, so that it is in
    /// step with what comes there.
    fn shift(&self, gap: usize, next: &[f32]) -> isize {
        const AHEAD: usize = LONGEST_GAP + 2 * LONGEST;
        let length = self.lag.clamp(2 * SHORTEST, LONGEST).min(next.len());
        let reach = (self.lag / 2).min(gap) as isize;
        let from = gap as isize - reach;
        let mut left = [0.0; AHEAD];
        for (n, sample) in left
            .iter_mut()
            .enumerate()
            .take(length + 2 * reach as usize)
        {
            *sample = self.ahead(from + n as isize);
        }
        let likeness = |shift: isize| {
            let from = (reach + shift) as usize;
            pitch::likeness(&left[from..from + length], &next[..length])
        };
        // Of equals, the nearest.
        let worth = |shift: isize| likeness(shift) - 0.1 * shift.unsigned_abs() as f32 / gap as f32;
        let best = |best: (isize, f32), shift: isize| {
            let worth = worth(shift);
            if worth > best.1 { (shift, worth) } else { best }
        };
        let (near, _) = (-reach..=reach).step_by(4).fold((0, -2.0), best);
        let around = (near - 3).max(-reach)..=(near + 3).min(reach);
        let (shift, _) = around.fold((near, -2.0), best);
        if likeness(shift) > IN_STEP { shift } else { 0 }
    }
}

/// The period at which `sound` repeats itself at its beginning, if it has a voice.
fn period_at_start(sound: &[f32]) -> Option<usize> {
    let mut backwards = [0.0; HISTORY];
    let length = sound.len().min(HISTORY);
    let longest = length.checked_sub(samples(5))?.min(LONGEST);
    if longest < SHORTEST {
        return None;
    }
    for (to, from) in backwards.iter_mut().zip(sound[..length].iter().rev()) {
        *to = *from;
    }
    let found = pitch::at_end(&backwards[..length], longest);
    (found.likeness > VOICED).then_some(found.lag)
}

/// Sample `at` of the first period of `sound`, made so that it goes on from the period's end: its first
/// quarter comes from the period after it.
fn seamless(sound: &[f32], lag: usize, at: usize) -> f32 {
    let quarter = lag / 4;
    match sound.get(at + lag) {
        Some(after) if at < quarter => {
            let own = (at + 1) as f32 / (quarter + 1) as f32;
            after + (sound[at] - after) * own
        }
        _ => sound[at],
    }
}
