//! Alarms as a contact centre's administrators know them from Twilio's SDK: the same thresholds, a
//! sample a second.

use std::time::{Duration, Instant};

/// What is alarming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// Interarrival jitter of what comes above 30 ms.
    Jitter,
    /// Round trip above 400 ms.
    RoundTrip,
    /// Mean opinion score below 3.
    Mos,
    /// More than 1 % of the packets lost that were to come.
    Loss,
    /// More than 3 % of them lost on an average of seven seconds.
    LastingLoss,
    /// Nothing came for 3 s.
    NothingReceived,
    /// Nothing went out for 3 s.
    NothingSent,
    /// The microphone's level has not moved in 10 s: by less than a hundredth of full scale (standard
    /// deviation). Somebody who listens in a quiet room is as still, so this alone says little.
    ConstantMicrophone,
}

impl Alarm {
    /// All of them.
    pub const ALL: [Alarm; 8] = [
        Alarm::Jitter,
        Alarm::RoundTrip,
        Alarm::Mos,
        Alarm::Loss,
        Alarm::LastingLoss,
        Alarm::NothingReceived,
        Alarm::NothingSent,
        Alarm::ConstantMicrophone,
    ];

    /// As programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Alarm::Jitter => "jitter",
            Alarm::RoundTrip => "round_trip",
            Alarm::Mos => "mos",
            Alarm::Loss => "loss",
            Alarm::LastingLoss => "lasting_loss",
            Alarm::NothingReceived => "nothing_received",
            Alarm::NothingSent => "nothing_sent",
            Alarm::ConstantMicrophone => "constant_microphone",
        }
    }
}

/// A second as alarms see it. What is not known alarms nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    /// Interarrival jitter, ms.
    pub jitter_ms: Option<f64>,
    /// Round trip, ms.
    pub round_trip_ms: Option<f64>,
    /// Mean opinion score of this second.
    pub mos: Option<f64>,
    /// Packets lost of those that were to come, percent.
    pub loss_percent: Option<f64>,
    /// Packets that came.
    pub received: Option<u64>,
    /// Packets that went.
    pub sent: Option<u64>,
    /// The microphone's level as a share of full scale, 0 to 1.
    pub microphone: Option<f64>,
}

/// Raises alarms and clears them. One that is raised stands for 5 s at least.
#[derive(Clone, Debug, Default)]
pub struct Alarms {
    states: [State; Alarm::ALL.len()],
    losses: Last<7>,
    levels: Last<10>,
}

impl Alarms {
    /// Takes a second's sample.
    pub fn sample(&mut self, now: Instant, sample: &Sample) {
        if let Some(percent) = sample.loss_percent {
            self.losses.push(percent);
        }
        if let Some(level) = sample.microphone {
            self.levels.push(level);
        }
        for (alarm, state) in Alarm::ALL.into_iter().zip(&mut self.states) {
            let raised = state.raised_at.is_some();
            let verdict = match alarm {
                Alarm::Jitter => sample.jitter_ms.map(|ms| ms > 30.0),
                Alarm::RoundTrip => sample.round_trip_ms.map(|ms| ms > 400.0),
                Alarm::Mos => sample.mos.map(|mos| mos < 3.0),
                Alarm::Loss => sample.loss_percent.map(|percent| percent > 1.0),
                Alarm::NothingReceived => sample.received.map(|packets| packets == 0),
                Alarm::NothingSent => sample.sent.map(|packets| packets == 0),
                // Judged over its own time; cleared below what raised it.
                Alarm::LastingLoss => self
                    .losses
                    .full()
                    .map(|losses| mean(losses) > if raised { 1.0 } else { 3.0 }),
                Alarm::ConstantMicrophone => {
                    self.levels.full().map(|levels| deviation(levels) < 0.01)
                }
            };
            if let Some(bad) = verdict {
                state.judge(now, bad, Rule::of(alarm));
            }
        }
    }

    /// What was agreed on is other than before (hold, mute of both): what was is no news any more.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Those that stand, in the order of [`Alarm::ALL`].
    pub fn raised(&self) -> impl Iterator<Item = Alarm> {
        let states = Alarm::ALL.into_iter().zip(&self.states);
        states.filter_map(|(alarm, state)| state.raised_at.map(|_| alarm))
    }
}

/// How many samples of how many it takes.
#[derive(Clone, Copy, Debug)]
struct Rule {
    of: u32,
    to_raise: u32,
    to_clear: u32,
}

impl Rule {
    fn of(alarm: Alarm) -> Rule {
        let (of, to_raise, to_clear) = match alarm {
            Alarm::Jitter | Alarm::RoundTrip | Alarm::Mos | Alarm::Loss => (5, 3, 3),
            Alarm::NothingReceived | Alarm::NothingSent => (3, 3, 1),
            Alarm::LastingLoss | Alarm::ConstantMicrophone => (1, 1, 1),
        };
        Rule {
            of,
            to_raise,
            to_clear,
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// The last samples, the newest in the lowest bit: bad ones, and whether there was one at all.
    bad: u8,
    there: u8,
    raised_at: Option<Instant>,
}

impl State {
    fn judge(&mut self, now: Instant, bad: bool, rule: Rule) {
        let kept = (1u16 << rule.of) as u8 - 1;
        self.bad = (self.bad << 1 | u8::from(bad)) & kept;
        self.there = (self.there << 1 | 1) & kept;
        match self.raised_at {
            None if self.bad.count_ones() >= rule.to_raise => self.raised_at = Some(now),
            Some(raised)
                if (self.there & !self.bad).count_ones() >= rule.to_clear
                    && now.saturating_duration_since(raised) >= STANDS =>
            {
                self.raised_at = None;
            }
            _ => {}
        }
    }
}

/// The last `N` values.
#[derive(Clone, Debug)]
struct Last<const N: usize> {
    values: [f64; N],
    count: usize,
}

impl<const N: usize> Default for Last<N> {
    fn default() -> Self {
        Self {
            values: [0.0; N],
            count: 0,
        }
    }
}

impl<const N: usize> Last<N> {
    fn push(&mut self, value: f64) {
        self.values[self.count % N] = value;
        self.count += 1;
    }

    /// All of them, in no order, once there are as many.
    fn full(&self) -> Option<&[f64; N]> {
        (self.count >= N).then_some(&self.values)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: Vec<f64> = values.iter().map(|value| (value - mean).powi(2)).collect();
    self::mean(&squares).sqrt()
}

/// An alarm that is raised is seen for so long, whatever comes next.
const STANDS: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: Sample = Sample {
        jitter_ms: Some(5.0),
        round_trip_ms: Some(50.0),
        mos: Some(4.3),
        loss_percent: Some(0.0),
        received: Some(50),
        sent: Some(50),
        microphone: None,
    };

    /// Which alarms stand after each second.
    fn played(samples: &[Sample]) -> Vec<Vec<Alarm>> {
        let start = Instant::now();
        let mut alarms = Alarms::default();
        let each = (0..).zip(samples).map(|(second, sample)| {
            alarms.sample(start + Duration::from_secs(second), sample);
            alarms.raised().collect()
        });
        each.collect()
    }

    fn seconds(bad: Sample, pattern: &str) -> Vec<Sample> {
        let second = |c| if c == 'x' { bad } else { GOOD };
        pattern.chars().map(second).collect()
    }

    /// `x` where the alarm stands.
    fn stands(alarm: Alarm, bad: Sample, pattern: &str) -> String {
        let each = played(&seconds(bad, pattern));
        let mark = |raised: &Vec<Alarm>| if raised.contains(&alarm) { 'x' } else { '.' };
        each.iter().map(mark).collect()
    }

    #[test]
    fn three_of_five_raise_and_three_of_five_clear() {
        let bad = |change: fn(&mut Sample)| {
            let mut sample = GOOD;
            change(&mut sample);
            sample
        };
        for (alarm, bad) in [
            (Alarm::Jitter, bad(|s| s.jitter_ms = Some(30.1))),
            (Alarm::RoundTrip, bad(|s| s.round_trip_ms = Some(401.0))),
            (Alarm::Mos, bad(|s| s.mos = Some(2.99))),
            (Alarm::Loss, bad(|s| s.loss_percent = Some(1.1))),
        ] {
            assert_eq!(stands(alarm, bad, "xx......"), "........", "{alarm:?}");
            assert_eq!(stands(alarm, bad, "x.x.x..."), "....xxxx", "{alarm:?}");
            assert_eq!(
                stands(alarm, bad, "xxx........"),
                "..xxxxx....",
                "{alarm:?}"
            );
            assert_eq!(
                stands(alarm, bad, "xxxxxxxx......"),
                "..xxxxxxxx....",
                "{alarm:?}"
            );
            // What is at the limit is not over it.
        }
        let limits = Sample {
            jitter_ms: Some(30.0),
            round_trip_ms: Some(400.0),
            mos: Some(3.0),
            loss_percent: Some(1.0),
            ..GOOD
        };
        assert!(played(&[limits; 20]).iter().all(Vec::is_empty));
    }

    #[test]
    fn loss_that_lasts_is_an_average_of_seven() {
        let lossy = Sample {
            loss_percent: Some(22.0),
            ..GOOD
        };
        // One bad second in seven is an average of 3.1, and gone when it has left them.
        assert_eq!(
            stands(Alarm::LastingLoss, lossy, "......x........"),
            "......xxxxxxx.."
        );
        assert_eq!(stands(Alarm::LastingLoss, lossy, "x....."), "......");
    }

    #[test]
    fn three_seconds_of_nothing_raise_and_one_packet_clears() {
        let deaf = Sample {
            received: Some(0),
            ..GOOD
        };
        let mute = Sample {
            sent: Some(0),
            ..GOOD
        };
        assert_eq!(
            stands(Alarm::NothingReceived, deaf, "xx.xxxxxxxx..."),
            ".....xxxxxx..."
        );
        assert_eq!(stands(Alarm::NothingSent, mute, "xxx......"), "..xxxxx..");
    }

    #[test]
    fn a_level_that_stays_is_told_after_ten_seconds() {
        let level = |level| Sample {
            microphone: Some(level),
            ..GOOD
        };
        let raised = played(&[level(0.2); 12]);
        assert!(raised[8].is_empty());
        assert_eq!(raised[9], [Alarm::ConstantMicrophone]);
        let voice: Vec<_> = (0..20).map(|n| level(f64::from(n % 3) * 0.05)).collect();
        assert!(played(&voice).iter().all(Vec::is_empty));
    }

    #[test]
    fn what_is_not_known_alarms_nobody() {
        assert!(played(&[Sample::default(); 30]).iter().all(Vec::is_empty));
    }

    proptest! {
        #[test]
        fn an_alarm_needs_three_of_five_and_stands_five_seconds(
            pattern in prop::collection::vec(any::<bool>(), 1..200),
        ) {
            let bad = Sample { jitter_ms: Some(99.0), ..GOOD };
            let samples: Vec<_> = pattern.iter().map(|b| if *b { bad } else { GOOD }).collect();
            let raised: Vec<bool> = played(&samples)
                .iter()
                .map(|raised| raised.contains(&Alarm::Jitter))
                .collect();
            let bad_of_last_five = |at: usize| {
                pattern[at.saturating_sub(4)..=at].iter().filter(|bad| **bad).count()
            };
            let mut since = None;
            for at in 0..raised.len() {
                let before = at > 0 && raised[at - 1];
                match (before, raised[at]) {
                    (false, true) => {
                        prop_assert!(bad_of_last_five(at) >= 3);
                        since = Some(at);
                    }
                    (true, false) => {
                        prop_assert!(bad_of_last_five(at) <= 2);
                        prop_assert!(at - since.expect("raised") >= 5);
                    }
                    (false, false) => prop_assert!(bad_of_last_five(at) < 3),
                    (true, true) => {
                        let due = at - since.expect("raised") >= 5;
                        prop_assert!(!due || bad_of_last_five(at) >= 3);
                    }
                }
            }
        }
    }
}
