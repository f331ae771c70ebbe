//! What is measured: which phone, over which way, in which weather.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use warmline_interop::rivals::{Codec, Name, Settings};
use warmline_interop::{Impairment, Loss};

/// One thing to measure, in some runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Case {
    pub(crate) phone: Name,
    pub(crate) settings: Settings,
    pub(crate) codec: Codec,
    pub(crate) way: Way,
    pub(crate) condition: Condition,
}

/// Which way the sound goes, and where it suffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    /// From the phone to the PBX's Echo and back, which suffers: the phone's receiver, and what its sender
    /// has put in.
    EchoDown,
    /// The same, and the way there suffers.
    EchoUp,
    /// The same, and both suffer.
    EchoBoth,
    /// The PBX plays and the phone's speaker is recorded: its receiver alone.
    Down,
    /// The phone says and the PBX records: its sender alone.
    Up,
}

/// How the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Condition {
    /// A cable.
    Clean,
    /// 40 ms, give or take 30.
    Jitter,
    /// The same, and 5 % are lost.
    Loss5,
    /// And 10 %.
    Loss10,
    /// And 20 %.
    Loss20,
    /// And 10 %, four in a row.
    Burst10,
    /// And 20 %, four in a row.
    Burst20,
}

/// A group of cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    /// Every phone at its best, by Echo.
    Best,
    /// The same phones as they come, also one way alone: by Echo a voice is its own far end, which no
    /// canceller of echoes is made for.
    Defaults,
    /// Which end it is that suffers.
    Directions,
    /// Four hundred calls in one process.
    Shift,
}

impl Condition {
    pub(crate) const ALL: [Condition; 7] = [
        Condition::Clean,
        Condition::Jitter,
        Condition::Loss5,
        Condition::Loss10,
        Condition::Loss20,
        Condition::Burst10,
        Condition::Burst20,
    ];

    /// In words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Condition::Clean => "clean",
            Condition::Jitter => "jitter",
            Condition::Loss5 => "5 % loss + jitter",
            Condition::Loss10 => "10 % loss + jitter",
            Condition::Loss20 => "20 % loss + jitter",
            Condition::Burst10 => "10 % in bursts of 4 + jitter",
            Condition::Burst20 => "20 % in bursts of 4 + jitter",
        }
    }

    /// What the relay does in this run. Of one run every phone gets the same.
    pub(crate) fn impairment(self, run: usize) -> Option<Impairment> {
        let burst = |share| Loss::Bursts { share, length: 4 };
        let loss = match self {
            Condition::Clean => return None,
            Condition::Jitter => Loss::None,
            Condition::Loss5 => Loss::Random(0.05),
            Condition::Loss10 => Loss::Random(0.1),
            Condition::Loss20 => Loss::Random(0.2),
            Condition::Burst10 => burst(0.1),
            Condition::Burst20 => burst(0.2),
        };
        Some(Impairment {
            delay: Duration::from_millis(40),
            jitter: Duration::from_millis(30),
            loss,
            seed: run as u64,
        })
    }
}

impl Way {
    /// In words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Way::EchoDown => "echo, PBX → phone suffers",
            Way::EchoUp => "echo, phone → PBX suffers",
            Way::EchoBoth => "echo, both suffer",
            Way::Down => "PBX plays, phone hears",
            Way::Up => "phone says, PBX records",
        }
    }

    pub(crate) fn impairs_up(self) -> bool {
        matches!(self, Way::EchoUp | Way::EchoBoth | Way::Up)
    }

    pub(crate) fn impairs_down(self) -> bool {
        matches!(self, Way::EchoDown | Way::EchoBoth | Way::Down)
    }
}

impl Part {
    pub(crate) const ALL: [Part; 4] = [Part::Best, Part::Defaults, Part::Directions, Part::Shift];

    /// What belongs to it. Phones take turns, so that a disturbance of the machine does not hit one alone.
    pub(crate) fn cases(
        self,
        phones: &[Name],
        codecs: &[Codec],
        conditions: &[Condition],
    ) -> Vec<Case> {
        let (settings, ways): (_, &[Way]) = match self {
            Part::Best => (Settings::Best, &[Way::EchoDown]),
            Part::Defaults => (Settings::Default, &[Way::EchoDown, Way::Down, Way::Up]),
            Part::Directions => (
                Settings::Best,
                &[Way::Down, Way::Up, Way::EchoUp, Way::EchoBoth],
            ),
            Part::Shift => return Vec::new(),
        };
        let mut cases = Vec::new();
        for &way in ways {
            for &condition in conditions
                .iter()
                .filter(|condition| tells(settings, way, **condition))
            {
                for &codec in codecs {
                    cases.extend(phones.iter().map(|&phone| Case {
                        phone,
                        settings,
                        codec,
                        way,
                        condition,
                    }));
                }
            }
        }
        cases
    }
}

/// Whether a condition tells more of a way than the others have: each costs a minute for every phone.
fn tells(settings: Settings, way: Way, condition: Condition) -> bool {
    match way {
        Way::EchoDown => true,
        // What processing does to a voice, it does in any weather.
        Way::Down | Way::Up if settings == Settings::Default => condition == Condition::Clean,
        Way::Down | Way::Up => matches!(
            condition,
            Condition::Clean | Condition::Loss10 | Condition::Burst10
        ),
        Way::EchoUp | Way::EchoBoth => {
            matches!(condition, Condition::Loss10 | Condition::Burst10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_of_a_run_and_of_nothing_else() {
        let seeds: Vec<_> = Condition::ALL
            .into_iter()
            .filter_map(|condition| condition.impairment(2))
            .map(|impairment| impairment.seed)
            .collect();
        assert_eq!(seeds, [2; 6]);
    }

    #[test]
    fn every_way_is_measured_and_the_parts_do_not_overlap() {
        let of = |part: Part| {
            part.cases(
                &[Name::Warmline, Name::Baresip],
                &[Codec::Opus, Codec::Pcmu],
                &Condition::ALL,
            )
        };
        let (best, directions) = (of(Part::Best), of(Part::Directions));
        let defaults = of(Part::Defaults);
        assert_eq!(best.len(), 2 * 2 * 7);
        assert_eq!(defaults.len(), 2 * 2 * (7 + 1 + 1));
        assert_eq!(directions.len(), 2 * 2 * (3 + 3 + 2 + 2));
        let twice = |case| best.contains(case) || defaults.contains(case);
        assert!(!directions.iter().any(twice));
    }
}
