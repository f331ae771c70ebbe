use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use warmline_desk::{CallId, CallView, Hold, Snapshot, State, Stats};

use crate::snapshot::{UiQuality, UiQualityLevel};

/// The sound of every call over the last seconds.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    meters: HashMap<CallId, Meter>,
}

impl Meters {
    /// Takes in the figures of this moment and gives the verdict on each call that has one.
    pub(crate) fn read(&mut self, snapshot: &Snapshot) -> HashMap<CallId, UiQuality> {
        self.meters.retain(|id, _| snapshot.call(*id).is_some());
        let mut verdicts = HashMap::new();
        for call in &snapshot.calls {
            let (Some(stats), State::Established) = (&call.stats, call.state) else {
                continue;
            };
            let meter = self.meters.entry(call.id).or_default();
            let flows = call.hold == Hold::No && !call.remote_hold;
            if let Some(verdict) = meter.read(snapshot.at, stats, flows, call) {
                verdicts.insert(call.id, verdict);
            }
        }
        verdicts
    }
}

/// The last seconds of one call.
#[derive(Debug, Default)]
struct Meter {
    last: Option<(Duration, Stats)>,
    seconds: VecDeque<Trouble>,
    silent_since: Option<Duration>,
}

/// What a second suffered from, the worst last.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
enum Trouble {
    #[default]
    None,
    Late,
    SomeLossTo,
    SomeLossFrom,
    LossTo,
    LossFrom,
}

impl Meter {
    fn read(
        &mut self,
        now: Duration,
        stats: &Stats,
        flows: bool,
        call: &CallView,
    ) -> Option<UiQuality> {
        let (then, before) = match &self.last {
            // The desk reads figures once a second; snapshots come for other reasons in between.
            Some((then, before)) if before == stats && now - *then < STALE => {
                return self.verdict(now, stats, call);
            }
            Some((then, before)) => (*then, *before),
            None => {
                self.last = Some((now, *stats));
                return None;
            }
        };
        self.last = Some((now, *stats));
        if !flows || now <= then {
            self.seconds.clear();
            self.silent_since = None;
            return None;
        }
        if stats.received > before.received {
            self.silent_since = None;
        } else {
            self.silent_since.get_or_insert(then);
        }
        self.seconds.push_back(trouble(&before, stats));
        if self.seconds.len() > WINDOW {
            self.seconds.pop_front();
        }
        self.verdict(now, stats, call)
    }

    fn verdict(&self, now: Duration, stats: &Stats, call: &CallView) -> Option<UiQuality> {
        let figures = figures(stats);
        let silent = self.silent_since.is_some_and(|since| now - since >= SILENT);
        if !call.connected {
            return Some(UiQuality {
                level: UiQualityLevel::Poor,
                words: "The sound is interrupted; it is being connected again".into(),
                figures,
            });
        }
        if silent {
            return Some(UiQuality {
                level: UiQualityLevel::Poor,
                words: "Nothing arrives from the other end".into(),
                figures,
            });
        }
        if self.seconds.len() < MOST_OF {
            return None;
        }
        // One bad second is no news: most of the last ones must have been as bad.
        let mut sorted: Vec<_> = self.seconds.iter().copied().collect();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        let (level, words) = match sorted[MOST_OF - 1] {
            Trouble::None => (UiQualityLevel::Good, "Clear sound"),
            Trouble::Late => (UiQualityLevel::Fair, "Long delay: let them finish"),
            Trouble::SomeLossTo => (UiQualityLevel::Fair, "They may miss a word now and then"),
            Trouble::SomeLossFrom => (UiQualityLevel::Fair, "You may miss a word now and then"),
            Trouble::LossTo => (
                UiQualityLevel::Poor,
                "Your sound breaks up on the way to them",
            ),
            Trouble::LossFrom => (
                UiQualityLevel::Poor,
                "Their sound breaks up on the way to you",
            ),
        };
        Some(UiQuality {
            level,
            words: words.into(),
            figures,
        })
    }
}

fn trouble(before: &Stats, now: &Stats) -> Trouble {
    let received = now.received.saturating_sub(before.received) as f64;
    let lost = (now.lost - before.lost).max(0) as f64;
    let share = if received + lost > 0.0 {
        lost / (received + lost)
    } else {
        0.0
    };
    let concealed = now.leg.concealed_ms.saturating_sub(before.leg.concealed_ms);
    let share_to = now.remote_fraction_lost.unwrap_or(0.0);
    let late = now.round_trip_ms.is_some_and(|ms| ms > LONG_ROUND_TRIP_MS);
    if share > MUCH || concealed > MUCH_CONCEALED_MS {
        Trouble::LossFrom
    } else if share_to > MUCH {
        Trouble::LossTo
    } else if share > SOME || now.jitter_ms > JITTER_MS {
        Trouble::SomeLossFrom
    } else if share_to > SOME || now.remote_jitter_ms.is_some_and(|ms| ms > JITTER_MS) {
        Trouble::SomeLossTo
    } else if late {
        Trouble::Late
    } else {
        Trouble::None
    }
}

fn figures(stats: &Stats) -> String {
    let mut parts = Vec::new();
    if let Some(codec) = stats.codec {
        parts.push(format!("{codec:?}"));
    }
    let all = stats.received as f64 + stats.lost.max(0) as f64;
    if all > 0.0 {
        let percent = stats.lost.max(0) as f64 / all * 100.0;
        parts.push(format!("{percent:.1} % lost"));
    }
    parts.push(format!("jitter {:.0} ms", stats.jitter_ms));
    if let Some(ms) = stats.round_trip_ms {
        parts.push(format!("round trip {ms:.0} ms"));
    }
    parts.join(", ")
}

/// Seconds that a verdict looks at, and how many of them must agree.
const WINDOW: usize = 5;
const MOST_OF: usize = 3;

/// Figures that have not changed for so long count as a new reading.
const STALE: Duration = Duration::from_millis(1500);

/// Nothing received for so long is one-way sound.
const SILENT: Duration = Duration::from_secs(3);

/// Shares of packets lost from which on speech suffers, and is hard to follow.
const SOME: f64 = 0.02;
const MUCH: f64 = 0.08;

/// Of a second, in ms: sound made up for what was missing.
const MUCH_CONCEALED_MS: u64 = 150;

const JITTER_MS: f64 = 40.0;

/// ITU-T G.114: one way above 200 ms is felt.
const LONG_ROUND_TRIP_MS: f64 = 400.0;

#[cfg(test)]
mod tests {
    use warmline_desk::{
        Codec, DeviceState, DeviceView, Direction, LineId, Party, Pii, Registration, Volumes,
    };

    use super::*;

    /// 50 packets a second, of which `lost` never come.
    fn second(stats: &mut Stats, lost: i64) {
        stats.received += 50 - lost.unsigned_abs();
        stats.lost += lost;
    }

    fn snapshot(at: u64, stats: Stats, connected: bool) -> Snapshot {
        let device = DeviceView {
            state: DeviceState::InUse,
            ..DeviceView::default()
        };
        let call = CallView {
            id: CallId::new(1),
            line: LineId::default(),
            direction: Direction::Incoming,
            state: State::Established,
            party: Party::new("sip:2002@contact.example"),
            invite: None,
            hold: Hold::No,
            remote_hold: false,
            muted: false,
            heard: true,
            connected,
            volume_percent: 100,
            silenced: false,
            suspicion: None,
            referral: None,
            recovering: false,
            longest_gap: None,
            handed: None,
            began: std::time::SystemTime::UNIX_EPOCH,
            started_at: Duration::ZERO,
            answered_at: Some(Duration::ZERO),
            first_audio_at: Some(Duration::ZERO),
            note: warmline_desk::Note::default(),
            dtmf_sent: Pii::new(String::new()),
            stats: Some(stats),
            ending: None,
        };
        Snapshot {
            at: Duration::from_secs(at),
            registration: Registration::Registered { expires_s: 600 },
            lines: Vec::new(),
            calls: vec![call],
            focus: Some(CallId::new(1)),
            transfers: Vec::new(),
            group: None,
            recovery: None,
            microphone: device.clone(),
            speaker: device.clone(),
            ringer: device,
            volumes: Volumes::default(),
            devices: None,
            stopped: false,
        }
    }

    fn after(losses: &[i64]) -> Option<UiQuality> {
        let mut meters = Meters::default();
        let mut stats = Stats {
            codec: Some(Codec::Opus),
            ..Stats::default()
        };
        let mut verdict = None;
        for (at, lost) in (0..).zip(std::iter::once(&0).chain(losses)) {
            second(&mut stats, *lost);
            verdict = meters
                .read(&snapshot(at, stats, true))
                .remove(&CallId::new(1));
        }
        verdict
    }

    #[test]
    fn there_is_no_verdict_before_there_are_seconds_to_judge() {
        assert_eq!(after(&[0, 0]), None);
        assert_eq!(
            after(&[0, 0, 0]).map(|q| q.level),
            Some(UiQualityLevel::Good)
        );
    }

    #[test]
    fn one_bad_second_is_no_news_and_three_are() {
        assert_eq!(
            after(&[0, 0, 20, 0, 0]).map(|q| q.level),
            Some(UiQualityLevel::Good)
        );
        let poor = after(&[0, 0, 20, 20, 20]).expect("a verdict");
        assert_eq!(poor.level, UiQualityLevel::Poor);
        assert_eq!(poor.words, "Their sound breaks up on the way to you");
        assert_eq!(
            after(&[2, 2, 2, 0, 0]).map(|q| q.level),
            Some(UiQualityLevel::Fair)
        );
    }

    #[test]
    fn one_way_sound_is_named_within_seconds() {
        let mut meters = Meters::default();
        let mut stats = Stats::default();
        let mut words = Vec::new();
        for at in 0..10 {
            if at < 5 {
                second(&mut stats, 0);
            }
            stats.sent += 50;
            let verdict = meters.read(&snapshot(at, stats, true));
            words.push(verdict.get(&CallId::new(1)).map(|q| q.words.clone()));
        }
        assert_eq!(words[4].as_deref(), Some("Clear sound"));
        let silent = Some("Nothing arrives from the other end");
        assert_ne!(words[6].as_deref(), silent);
        assert_eq!(words[7].as_deref(), silent);
    }

    #[test]
    fn a_broken_path_is_said_at_once() {
        let mut meters = Meters::default();
        let mut stats = Stats::default();
        for at in 0..2 {
            second(&mut stats, 0);
            meters.read(&snapshot(at, stats, true));
        }
        second(&mut stats, 0);
        let verdict = meters.read(&snapshot(2, stats, false));
        assert_eq!(verdict[&CallId::new(1)].level, UiQualityLevel::Poor);
    }
}
