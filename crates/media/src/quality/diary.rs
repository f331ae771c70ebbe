//! The last seconds of a call, and what they suffered from.

use std::collections::VecDeque;

use super::cause::{Cause, Trouble};
use super::second::{Microphone, Second};

/// The last seconds of a call, and what most of them suffered from.
#[derive(Clone, Debug, Default)]
pub(super) struct Diary {
    seconds: VecDeque<Option<Trouble>>,
    /// Of the last reports of the far end.
    round_trips: VecDeque<f64>,
    silent_s: u32,
    without_microphone: bool,
    /// Trouble has been told, and takes less to stay than it took to come.
    told: bool,
}

impl Diary {
    pub(super) fn write(&mut self, second: &Second) {
        self.silent_s = match second.microphone {
            Microphone::Level(dbfs) if dbfs <= SILENT_DBFS && !second.muted => self.silent_s + 1,
            _ => 0,
        };
        self.without_microphone = second.microphone == Microphone::Missing;
        if let Some(ms) = second.round_trip_ms
            && self.round_trips.back() != Some(&ms)
        {
            push(&mut self.round_trips, ms);
        }
        let trouble = self.trouble(second);
        push(&mut self.seconds, trouble);
        let need = if self.told { STAYS } else { MOST_OF };
        self.told = self.seconds.iter().flatten().count() >= need;
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Whether there are seconds enough to say anything.
    pub(super) fn knows(&self) -> bool {
        self.seconds.len() >= MOST_OF
    }

    /// What the last seconds suffered from most often, if most of them did: one bad second is no news.
    /// What is wrong with the microphone is told where the rest is right: it is told elsewhere, too.
    pub(super) fn verdict(&self) -> Option<Trouble> {
        let microphone = |cause, severe| Some(Trouble { cause, severe });
        if !self.told {
            return match self.silent_s {
                _ if self.without_microphone => microphone(Cause::NoMicrophone, true),
                SILENT_S.. => microphone(Cause::MicrophoneSilent, false),
                _ => None,
            };
        }
        let bad = || self.seconds.iter().flatten();
        let severe = bad().filter(|trouble| trouble.severe).count() >= MOST_OF;
        let alike = bad().filter(|trouble| trouble.severe || !severe);
        let times = |cause| bad().filter(|trouble| trouble.cause == cause).count();
        let cause = alike.map(|trouble| trouble.cause);
        let cause = cause.max_by_key(|cause| (times(*cause), *cause))?;
        Some(Trouble { cause, severe })
    }

    /// The worst of a second.
    fn trouble(&self, second: &Second) -> Option<Trouble> {
        let much = |value: f64, some: f64, much: f64| (value > some).then_some(value > much);
        let up = second.lost_up.unwrap_or(0.0);
        let uneven = second.jitter_ms > UNEVEN_MS;
        let far_uneven = uneven && self.is_far_uneven(second);
        let gone = second.is_gone();
        let busy_ms = second.playout_missing_ms.max(
            // A tick that took too long held up both; what is missing says more, if anything is.
            if second.overruns >= OVERRUNS {
                BUSY_MS + 1.0
            } else {
                0.0
            },
        );
        // A busy computer also takes late what the microphone has: then it is not the microphone.
        let breaks_ms = if busy_ms > BUSY_MS {
            0.0
        } else {
            second.capture_missing_ms
        };
        let found = [
            (
                Cause::LongWay,
                is_long(second).filter(|here| !here).map(|_| false),
            ),
            (
                Cause::LongHere,
                is_long(second).filter(|here| *here).map(|_| false),
            ),
            (Cause::FarUneven, far_uneven.then_some(false)),
            (
                Cause::UnevenUp,
                second
                    .jitter_up_ms
                    .and_then(|ms| much(ms, UNEVEN_MS, f64::MAX)),
            ),
            (Cause::UnevenDown, (uneven && !far_uneven).then_some(false)),
            (
                Cause::MicrophoneBreaks,
                much(breaks_ms, BUSY_MS, VERY_BUSY_MS),
            ),
            (Cause::LossUp, much(up, SOME, MUCH)),
            (
                Cause::LossDown,
                much(second.made_up, SOME, MUCH).filter(|_| !gone),
            ),
            (Cause::Busy, much(busy_ms, BUSY_MS, VERY_BUSY_MS)),
            (Cause::FarSilent, gone.then_some(true)),
        ];
        let found = found.into_iter().filter_map(|(cause, severe)| {
            Some(Trouble {
                cause,
                severe: severe?,
            })
        });
        found.max_by_key(|trouble| (trouble.severe, trouble.cause))
    }

    fn is_far_uneven(&self, second: &Second) -> bool {
        let least = self.round_trips.iter().copied().fold(f64::MAX, f64::min);
        let most = self.round_trips.iter().copied().fold(0.0, f64::max);
        second.lost == 0.0
            && self.round_trips.len() >= MOST_OF
            && most - least < STEADY_MS
            && second.jitter_up_ms.is_some_and(|ms| ms < STEADY_MS)
    }
}

/// Whether it takes too long from mouth to ear, and then whether most of that is here.
fn is_long(second: &Second) -> Option<bool> {
    let budget = &second.budget;
    let long = budget.mouth_to_ear_ms() > LONG_MS
        || second.round_trip_ms.is_some_and(|ms| ms > LONG_TRIP_MS);
    long.then_some(budget.is_ours_most())
}

fn push<T>(last: &mut VecDeque<T>, value: T) {
    if last.len() == WINDOW {
        last.pop_front();
    }
    last.push_back(value);
}

/// Seconds that a verdict looks at, how many of them must be bad for one to be told, and how many for it to
/// stay.
const WINDOW: usize = 5;
const MOST_OF: usize = 3;
const STAYS: usize = 2;

/// Shares of sound lost from which on speech suffers, and is hard to follow.
const SOME: f64 = 0.02;
const MUCH: f64 = 0.08;

/// Sound missing at a device in a second, in ms, which is heard, and which is hard to bear.
const BUSY_MS: f64 = 20.0;
const VERY_BUSY_MS: f64 = 150.0;

/// Of the hundred ticks of a second, those that took longer than 10 ms. What waits in the rings makes up
/// for fewer.
const OVERRUNS: f64 = 10.0;

/// Jitter as in [`Alarm::Jitter`](super::Alarm::Jitter).
const UNEVEN_MS: f64 = 30.0;

/// What a network that stands still may still do.
const STEADY_MS: f64 = 10.0;

/// ITU-T G.114: above 400 ms one way nobody should plan; conversation suffers well before.
const LONG_MS: f64 = 300.0;
const LONG_TRIP_MS: f64 = 400.0;

/// Softer than any room at any microphone, for so many seconds: a switch on the headset, or a
/// permission that is missing.
const SILENT_DBFS: f32 = -90.0;
const SILENT_S: u32 = 10;

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::super::second::{
        Reading,
        tests::{next, reading},
    };
    use super::*;
    use crate::quality::Culprit;

    /// The verdict after as many seconds like this.
    fn after(count: usize, change: impl Fn(&mut Reading)) -> Option<Trouble> {
        let mut diary = Diary::default();
        let mut before = reading(Instant::now());
        for _ in 0..count {
            let mut now = next(&before);
            change(&mut now);
            diary.write(&Second::between(&before, &now).expect("a second"));
            before = now;
        }
        diary.verdict()
    }

    fn cause(change: impl Fn(&mut Reading)) -> Option<(Cause, bool)> {
        after(12, change).map(|trouble| (trouble.cause, trouble.severe))
    }

    #[test]
    fn a_good_call_suffers_from_nothing() {
        assert_eq!(cause(|_| {}), None);
    }

    #[test]
    fn each_cause_is_told_from_the_others() {
        use Cause::*;
        let up = |share| move |now: &mut Reading| now.stats.remote_fraction_lost = Some(share);
        assert_eq!(cause(up(0.05)), Some((LossUp, false)));
        assert_eq!(cause(up(0.10)), Some((LossUp, true)));
        let down = |ms| move |now: &mut Reading| now.stats.leg.concealed_ms += ms;
        assert_eq!(cause(down(15)), None);
        assert_eq!(cause(down(40)), Some((LossDown, false)));
        assert_eq!(cause(down(200)), Some((LossDown, true)));
        assert_eq!(
            cause(|now| now.stats.received -= 50),
            Some((FarSilent, true))
        );
        let announced = |now: &mut Reading| {
            now.stats.received -= 50;
            now.stats.remote_says_silence = true;
        };
        assert_eq!(cause(announced), None);
        assert_eq!(
            cause(|now| now.stats.remote_jitter_ms = Some(45.0)),
            Some((UnevenUp, false))
        );
        assert_eq!(
            cause(|now| now.engine.playout_missing += 48 * 30),
            Some((Busy, false))
        );
        assert_eq!(cause(|now| now.engine.overruns += 5), None);
        assert_eq!(cause(|now| now.engine.overruns += 15), Some((Busy, false)));
        assert_eq!(
            cause(|now| now.engine.capture_missing += 48 * 200),
            Some((MicrophoneBreaks, true))
        );
        assert_eq!(
            cause(|now| now.microphone = Microphone::Missing),
            Some((NoMicrophone, true))
        );
        assert_eq!(
            cause(|now| now.stats.round_trip_ms = Some(500.0)),
            Some((LongWay, false))
        );
        assert_eq!(
            cause(|now| now.engine.playout_fill_us = 350_000),
            Some((LongHere, false))
        );
        // What the jitter buffer holds it holds for the network's sake.
        assert_eq!(
            cause(|now| now.stats.leg.delay_ms = 350),
            Some((LongWay, false))
        );
    }

    #[test]
    fn a_starved_computer_is_told_before_what_it_brings_about() {
        let starved = |now: &mut Reading| {
            now.engine.overruns += 20;
            now.engine.playout_missing += 48 * 200;
            now.engine.capture_missing += 48 * 200;
            now.stats.leg.concealed_ms += 200;
            now.stats.remote_fraction_lost = Some(0.2);
        };
        assert_eq!(cause(starved), Some((Cause::Busy, true)));
        assert_eq!(Cause::Busy.culprit(), Culprit::Computer);
    }

    #[test]
    fn jitter_is_the_far_sides_own_where_the_network_stands_still() {
        let uneven = |now: &mut Reading| {
            now.stats.jitter_ms = 40.0;
            // Reports never say exactly the same.
            let trip = now.stats.round_trip_ms.unwrap_or(40.0);
            now.stats.round_trip_ms = Some(if trip > 40.0 { 39.5 } else { 40.5 });
        };
        assert_eq!(cause(uneven), Some((Cause::FarUneven, false)));
        assert_eq!(Cause::FarUneven.culprit(), Culprit::FarSide);
        let network = |now: &mut Reading| {
            uneven(now);
            let odd = now.stats.sent.is_multiple_of(100);
            now.stats.round_trip_ms = Some(if odd { 30.0 } else { 90.0 });
        };
        assert_eq!(cause(network), Some((Cause::UnevenDown, false)));
        let unknown = |now: &mut Reading| {
            uneven(now);
            now.stats.remote_jitter_ms = None;
        };
        assert_eq!(cause(unknown), Some((Cause::UnevenDown, false)));
    }

    #[test]
    fn a_silent_microphone_is_told_after_ten_seconds_unless_it_is_muted() {
        let silent = |now: &mut Reading| now.microphone = Microphone::Level(-100.0);
        assert_eq!(after(9, silent), None);
        let told = after(10, silent).expect("told");
        assert_eq!(
            (told.cause, told.culprit()),
            (Cause::MicrophoneSilent, Culprit::Microphone)
        );
        // Nobody misses the network's trouble over it.
        let lossy = |now: &mut Reading| {
            silent(now);
            now.stats.jitter_ms = 40.0;
        };
        assert_eq!(
            after(14, lossy).map(|trouble| trouble.cause),
            Some(Cause::UnevenDown)
        );
        let muted = |now: &mut Reading| {
            silent(now);
            now.muted = true;
        };
        assert_eq!(after(30, muted), None);
        let unknown = |now: &mut Reading| now.microphone = Microphone::Unknown;
        assert_eq!(after(30, unknown), None);
    }

    proptest! {
        #[test]
        fn three_bad_seconds_of_five_are_told_until_only_one_is_left(
            pattern in prop::collection::vec(any::<bool>(), 5..60),
        ) {
            let mut diary = Diary::default();
            let mut before = reading(Instant::now());
            let mut told = false;
            for (at, bad) in pattern.iter().enumerate() {
                let mut now = next(&before);
                if *bad {
                    now.stats.leg.concealed_ms += 300;
                }
                diary.write(&Second::between(&before, &now).expect("a second"));
                before = now;
                let last = &pattern[at.saturating_sub(4)..=at];
                let bad = last.iter().filter(|bad| **bad).count();
                told = bad >= if told { 2 } else { 3 };
                prop_assert_eq!(diary.verdict().is_some(), told);
            }
        }

        #[test]
        fn there_is_a_verdict_whatever_the_counters_say(
            seconds in prop::collection::vec(
                (any::<u32>(), any::<i32>(), any::<u32>(), any::<u32>(), 0.0_f64..1.0, any::<bool>()),
                1..30,
            ),
        ) {
            let mut diary = Diary::default();
            let mut before = reading(Instant::now());
            for (received, lost, concealed, missing, up, muted) in seconds {
                let mut now = next(&before);
                now.stats.received = received.into();
                now.stats.lost = lost.into();
                now.stats.leg.concealed_ms = concealed.into();
                now.engine.playout_missing = missing.into();
                now.stats.remote_fraction_lost = Some(up);
                now.muted = muted;
                diary.write(&Second::between(&before, &now).expect("a second"));
                before = now;
            }
            let bad = diary.seconds.iter().flatten().count();
            prop_assert!(diary.seconds.len() <= WINDOW);
            prop_assert!(diary.verdict().is_none() || bad >= STAYS);
        }
    }
}
