//! How a call sounds, what it suffers from, and whose that is.
//!
//! Pure: [`Monitor`] is handed what was read of a call once a second, and told when.

mod alarms;
mod budget;
mod cause;
mod coding;
mod diary;
mod emodel;
mod path;
mod second;

use std::collections::VecDeque;

pub use alarms::{Alarm, Alarms, Sample};
pub use budget::Budget;
pub use cause::{Cause, Culprit, Trouble};
pub use coding::Coding;
pub use emodel::{Conditions, Rating, Scale, opinion, rate};
pub(crate) use path::PATIENCE;
pub use path::{Path, Requests};
pub use second::{Microphone, Reading};

use diary::Diary;
use second::Second;

use crate::Stats;

/// How a call sounds now.
#[derive(Clone, Debug, PartialEq)]
pub struct Quality {
    /// What the agent hears, by the E-model; none before there are seconds to judge.
    pub heard: Option<Rating>,
    /// What the far end hears, as far as its reports tell.
    pub said: Option<Rating>,
    /// Where the time from mouth to ear goes.
    pub budget: Budget,
    /// What most of the last seconds suffered from.
    pub trouble: Option<Trouble>,
    /// Alarms that stand.
    pub alarms: Vec<Alarm>,
}

/// Watches one call.
#[derive(Clone, Debug, Default)]
pub struct Monitor {
    before: Option<Reading>,
    /// The path has been up: that it is not yet is no trouble.
    connected: bool,
    seconds: VecDeque<(Second, Reading)>,
    rate: Rate,
    diary: Diary,
    alarms: Alarms,
    /// The opinion was low: it has to rise clearly to be no trouble any more.
    low: bool,
}

impl Monitor {
    /// Takes what was read now, about a second after the last time. `None` while there is nothing to
    /// judge: the call has just begun, or somebody holds it.
    pub fn read(&mut self, reading: Reading) -> Option<Quality> {
        let before = self.before.replace(reading);
        if !reading.flows {
            self.forget();
            return None;
        }
        self.connected |= reading.connected;
        let before = before.filter(|before| before.flows && self.connected)?;
        let second = Second::between(&before, &reading)?;
        if self.seconds.len() == WINDOW {
            self.seconds.pop_front();
        }
        self.seconds.push_back((second, before));
        self.rate.read(&before.stats, &reading.stats);
        self.alarms.sample(reading.at, &self.sample(&second));
        if !reading.connected || !before.connected {
            // What was before says nothing of what comes after, and nothing could come meanwhile.
            self.seconds.clear();
            self.diary.forget();
            self.low = false;
        } else {
            self.diary.write(&second);
        }
        let heard = self.heard();
        let trouble = if reading.connected {
            let found = self.diary.verdict();
            found.or_else(|| self.low_opinion(heard?, &second))
        } else {
            Some(Trouble {
                cause: Cause::NoWay,
                severe: true,
            })
        };
        if trouble.is_none() && !self.diary.knows() {
            return None;
        }
        Some(Quality {
            heard,
            said: self.said(&second),
            budget: second.budget,
            trouble,
            alarms: self.alarms.raised().collect(),
        })
    }

    fn forget(&mut self) {
        *self = Self {
            before: self.before,
            connected: self.connected,
            ..Self::default()
        };
    }

    /// An opinion so low that it is trouble though no second was bad enough: what takes the most off it.
    /// What the codec takes is nobody's trouble.
    fn low_opinion(&mut self, heard: Rating, second: &Second) -> Option<Trouble> {
        // Where nothing comes at all that is told soon.
        if !self.diary.knows() || second.is_gone() {
            return None;
        }
        let rise = if self.low { CLEARLY } else { 0.0 };
        let most = heard.lost.max(heard.late);
        let low = heard.mos < SOME_DISSATISFIED + rise && most > SLIGHT * heard.scale.width();
        self.low = low;
        let cause = if heard.lost >= heard.late {
            Cause::LossDown
        } else if second.budget.is_ours_most() {
            Cause::LongHere
        } else {
            Cause::LongWay
        };
        low.then_some(Trouble {
            cause,
            severe: heard.mos < MANY_DISSATISFIED,
        })
    }

    fn sample(&self, second: &Second) -> Sample {
        let counts = second.received > 0;
        let microphone = match second.microphone {
            Microphone::Level(dbfs) if !second.muted => Some(dbfs),
            _ => None,
        };
        Sample {
            jitter_ms: counts.then_some(second.jitter_ms),
            round_trip_ms: second.round_trip_ms,
            mos: self.rating(&[second]).map(|rating| rating.mos),
            loss_percent: Some(second.lost * 100.0),
            received: Some(second.received).filter(|packets| *packets > 0 || !second.says_silence),
            sent: Some(second.sent),
            microphone: microphone.map(|dbfs| f64::from(10.0_f32.powf(dbfs / 20.0))),
        }
    }

    /// What the agent hears, over the seconds that are remembered. One bad second is no news: the worst of
    /// them counts only if it is not alone.
    fn heard(&self) -> Option<Rating> {
        let mut seconds: Vec<&Second> = self.seconds.iter().map(|(second, _)| second).collect();
        seconds.sort_by(|one, other| one.missed().total_cmp(&other.missed()));
        if seconds.len() >= FEW {
            seconds.pop();
        }
        self.rating(&seconds)
    }

    /// What the agent heard in these seconds.
    fn rating(&self, seconds: &[&Second]) -> Option<Rating> {
        let length = |second: &&Second| second.length.as_secs_f64();
        let missed: f64 = seconds.iter().map(|s| s.missed() * length(s)).sum();
        let all: f64 = seconds.iter().map(length).sum();
        let mut delays: Vec<f64> = seconds.iter().map(|s| s.budget.mouth_to_ear_ms()).collect();
        delays.sort_by(f64::total_cmp);
        let now = self.now()?;
        Some(rate(&Conditions {
            coding: Coding::of(now.codec?, self.rate.kbit_s(), now.remote_bandwidth_hz),
            loss_percent: missed / all * 100.0,
            burst_ratio: self.burst_ratio(),
            delay_ms: *delays.get(delays.len() / 2)?,
        }))
    }

    /// What the far end hears; how it repairs is not known, so all that is lost counts.
    fn said(&self, second: &Second) -> Option<Rating> {
        let now = self.now()?;
        let kbit_s = f64::from(now.leg.aimed_bitrate) / 1_000.0;
        let kbit_s = Some(kbit_s).filter(|rate| *rate > 0.0);
        Some(rate(&Conditions {
            // Nobody's telephone needs more than a wideband signal, and ours sends no more.
            coding: Coding::of(now.codec?, kbit_s, Some(8_000)),
            loss_percent: second.lost_up? * 100.0,
            burst_ratio: 1.0,
            delay_ms: second.budget.mouth_to_ear_ms(),
        }))
    }

    /// How much longer losses lasted over the last seconds than random ones would have (G.107 section
    /// 7.5): their mean length, by what is to be expected at that loss.
    fn burst_ratio(&self) -> f64 {
        let Some((now, then)) = self.ends() else {
            return 1.0;
        };
        let runs = now.loss_runs.saturating_sub(then.loss_runs);
        let lost = now.lost_in_runs.saturating_sub(then.lost_in_runs);
        let all = now.received.saturating_sub(then.received) + lost;
        if runs == 0 || all == 0 {
            return 1.0;
        }
        let share = lost as f64 / all as f64;
        (lost as f64 / runs as f64 * (1.0 - share)).max(1.0)
    }

    /// What was counted at the end and at the beginning of the seconds that are remembered.
    fn ends(&self) -> Option<(Stats, Stats)> {
        let (_, first) = self.seconds.front()?;
        Some((self.now()?, first.stats))
    }

    fn now(&self) -> Option<Stats> {
        self.before.map(|reading| reading.stats)
    }
}

/// The rate at which the far end encodes speech: in its pauses it needs less.
#[derive(Clone, Copy, Debug, Default)]
struct Rate {
    kbit_s: f64,
    spoken: u32,
}

impl Rate {
    /// Takes what was counted at the two ends of a second.
    fn read(&mut self, before: &Stats, now: &Stats) {
        let speaks = |stats: &Stats| stats.leg.level_dbfs > SPEECH_DBFS;
        if !(speaks(before) && speaks(now)) {
            return;
        }
        let octets = now.received_octets.checked_sub(before.received_octets);
        let packets = now.received.checked_sub(before.received);
        let (Some(octets), Some(packets), Some(ms)) = (octets, packets, now.remote_packet_ms)
        else {
            return;
        };
        let ms = packets * u64::from(ms);
        if ms > 0 {
            let kbit_s = octets as f64 * 8.0 / ms as f64;
            // It may be slow to fall: there are pauses in what is taken for speech.
            self.kbit_s = kbit_s.max(self.kbit_s + (kbit_s - self.kbit_s) / RATE_FALLS);
            self.spoken += 1;
        }
    }

    /// It, if there was speech enough to tell.
    fn kbit_s(&self) -> Option<f64> {
        (self.spoken >= SPOKEN).then_some(self.kbit_s)
    }
}

/// Seconds over which an opinion is formed, and bursts are measured, and from how many on the worst is
/// left out.
const WINDOW: usize = 10;
const FEW: usize = 3;

/// R of 70 and of 60 as an opinion: below, some users, and many, are dissatisfied (ITU-T G.109).
const SOME_DISSATISFIED: f64 = 3.6;
const MANY_DISSATISFIED: f64 = 3.1;
/// What an opinion has to rise above that, and what loss or delay have to take off R on the narrowband
/// scale, to count.
const CLEARLY: f64 = 0.15;
const SLIGHT: f64 = 5.0;

/// Speech is as loud as this, dBFS; by so many seconds of it its rate is known, and falls by this part of
/// what it is too high in each.
const SPEECH_DBFS: f32 = -45.0;
const SPOKEN: u32 = 3;
const RATE_FALLS: f64 = 16.0;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::second::tests::{next, reading};
    use super::*;

    /// What is said after each second of `count`, each changed.
    fn watched(count: usize, change: impl Fn(usize, &mut Reading)) -> Vec<Option<Quality>> {
        let mut monitor = Monitor::default();
        let mut now = reading(Instant::now());
        let mut said = vec![monitor.read(now)];
        for second in 1..=count {
            now = next(&now);
            change(second, &mut now);
            said.push(monitor.read(now));
        }
        said
    }

    fn last(count: usize, change: impl Fn(usize, &mut Reading)) -> Quality {
        let said = watched(count, change);
        said.last().cloned().flatten().expect("a verdict")
    }

    #[test]
    fn there_is_no_verdict_before_there_are_seconds_to_judge() {
        let said = watched(4, |_, _| {});
        assert_eq!(said[..3], [None, None, None]);
        let good = said[3].clone().expect("after three seconds");
        assert_eq!((good.trouble, good.alarms.len()), (None, 0));
        assert!(good.heard.expect("rated").mos > 4.2, "{good:?}");
        assert!(good.said.expect("rated").mos > 4.2, "{good:?}");
    }

    #[test]
    fn loss_lowers_the_opinion_raises_the_alarm_and_names_the_network() {
        let quality = last(10, |_, now| {
            now.stats.received -= 6;
            now.stats.lost += 6;
            now.stats.leg.concealed_ms += 120;
        });
        let trouble = quality.trouble.expect("trouble");
        assert_eq!(
            (trouble.culprit(), trouble.severe),
            (Culprit::NetworkDown, true)
        );
        assert!(quality.heard.expect("rated").mos < 3.0, "{quality:?}");
        assert_eq!(
            quality.alarms,
            [Alarm::Mos, Alarm::Loss, Alarm::LastingLoss]
        );
        assert!(quality.said.expect("rated").mos > 4.2);
    }

    #[test]
    fn what_was_repaired_is_no_trouble() {
        let quality = last(10, |_, now| {
            now.stats.received -= 4;
            now.stats.lost += 4;
            now.stats.leg.recovered += 4;
        });
        assert_eq!(quality.trouble, None);
        assert!(quality.heard.expect("rated").mos > 4.2, "{quality:?}");
        assert_eq!(quality.alarms, [Alarm::Loss, Alarm::LastingLoss]);
    }

    #[test]
    fn losses_in_a_row_are_worse_than_as_many_apart() {
        let lossy = |runs: u64| {
            let quality = last(10, move |_, now| {
                now.stats.received -= 4;
                now.stats.lost += 4;
                now.stats.lost_in_runs += 4;
                now.stats.loss_runs += runs;
                now.stats.leg.concealed_ms += 80;
            });
            quality.heard.expect("rated").mos
        };
        assert!(lossy(1) < lossy(4) - 0.1, "{} {}", lossy(1), lossy(4));
    }

    #[test]
    fn a_low_rate_is_heard() {
        let at = |octets: u64, silent: usize| {
            let quality = last(10, move |second, now| {
                now.stats.received_octets -= 140 * 50;
                let speaks = second <= silent;
                now.stats.received_octets += if speaks { octets * 50 } else { 500 };
                now.stats.leg.level_dbfs = if speaks { -20.0 } else { -80.0 };
            });
            quality.heard.expect("rated").r
        };
        // 20 ms: 40 octets are 16 kbit/s, 120 are 48.
        assert!((at(120, 10) - at(40, 10) - (30.16 - 10.67)).abs() < 0.01);
        // Who listens is not worse for that.
        assert_eq!(at(120, 4), at(120, 10));
        // And of who has said nothing yet nothing is known.
        assert_eq!(at(40, 0), at(120, 10));
    }

    #[test]
    fn one_bad_second_is_no_news_and_two_that_come_again_name_their_cause() {
        let holes = |seconds: &'static [usize]| {
            let said = watched(10, move |second, now| {
                if seconds.contains(&second) {
                    now.stats.leg.concealed_ms += 600;
                }
            });
            said[10].clone().expect("a verdict")
        };
        let one = holes(&[8]);
        assert!(one.trouble.is_none() && one.heard.expect("rated").mos > 4.2);
        let two = holes(&[5, 8]);
        let cause = two.trouble.map(|trouble| trouble.cause);
        assert!(cause == Some(Cause::LossDown) && two.heard.expect("rated").mos < 3.6);
    }

    #[test]
    fn a_path_that_comes_up_late_is_no_trouble_and_one_that_comes_back_begins_anew() {
        let said = watched(14, |second, now| {
            let down = [0..3, 8..10]
                .iter()
                .any(|when| when.contains(&(second - 1)));
            now.connected = !down;
            if down {
                now.stats.received -= 50;
            }
        });
        let cause = |at: usize| said[at].as_ref().and_then(|q| q.trouble.map(|t| t.cause));
        // The very first reading has the path up in these tests.
        assert_eq!((cause(1), cause(4)), (Some(Cause::NoWay), None));
        assert_eq!(
            (cause(9), cause(10)),
            (Some(Cause::NoWay), Some(Cause::NoWay))
        );
        assert_eq!(said[11..13], [None, None]);
        assert_eq!(said[14].as_ref().map(|quality| quality.trouble), Some(None));

        let mut monitor = Monitor::default();
        let mut now = reading(Instant::now());
        now.connected = false;
        for _ in 0..5 {
            assert_eq!(monitor.read(now), None);
            now = next(&now);
        }
    }

    #[test]
    fn a_way_that_is_gone_is_told_at_once() {
        let said = watched(1, |_, now| now.connected = false);
        let trouble = said[1].as_ref().and_then(|quality| quality.trouble);
        assert_eq!(trouble.map(|t| t.culprit()), Some(Culprit::Network));
    }

    #[test]
    fn a_far_end_that_falls_silent_is_told_within_three_seconds() {
        let said = watched(9, |second, now| {
            if second > 5 {
                now.stats.received = 250;
            }
        });
        let cause = |at: usize| said[at].as_ref().and_then(|q| q.trouble.map(|t| t.cause));
        assert_eq!((cause(5), cause(7)), (None, None));
        assert_eq!(cause(8), Some(Cause::FarSilent));
        let alarms = &said[8].as_ref().expect("a verdict").alarms;
        assert!(alarms.contains(&Alarm::NothingReceived), "{alarms:?}");
    }

    #[test]
    fn hold_is_no_trouble_and_begins_anew() {
        let said = watched(12, |second, now| {
            now.flows = !(5..8).contains(&second);
            if second >= 5 {
                now.stats.received = 200 + now.stats.sent.saturating_sub(400);
            }
        });
        assert!(said[5..11].iter().all(Option::is_none), "{said:?}");
        let after = said[11].clone().expect("three seconds after the hold");
        assert_eq!((after.trouble, after.alarms.len()), (None, 0));
    }

    #[test]
    fn a_desk_that_slept_takes_it_for_one_long_second() {
        let mut monitor = Monitor::default();
        let mut now = reading(Instant::now());
        monitor.read(now);
        for _ in 0..4 {
            now = next(&now);
            monitor.read(now);
        }
        let mut woken = next(&now);
        woken.at += Duration::from_secs(3_600);
        woken.stats.leg.concealed_ms += 500;
        let quality = monitor.read(woken).expect("a verdict");
        assert_eq!(quality.trouble, None);
    }
}
