//! What Warmline is to reach, and what the others do.

use serde::Serialize;
use warmline_interop::rivals::{Codec, Name, Settings};

use crate::case::{Condition, Way};
use crate::report::{Report, Row};

/// One target, and who is how far from it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verdict {
    pub(crate) title: String,
    pub(crate) codec: Codec,
    pub(crate) target: String,
    /// The best of the other phones, with whichever settings.
    pub(crate) best_other: Option<(String, f64)>,
    /// Without processing of the voice.
    pub(crate) warmline: Option<f64>,
    /// With it.
    pub(crate) warmline_processing: Option<f64>,
    /// `None` where something was measured in fewer than three runs.
    pub(crate) met: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Figure {
    Pesq,
    /// Less the harness's own.
    Trip,
    Cpu,
    Pss,
}

#[derive(Clone, Copy)]
enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// Better than the best of the others by this.
    BestBy(f64),
    NoMoreThan(Name),
}

struct Target {
    figure: Figure,
    condition: Condition,
    codec: Codec,
    goal: Goal,
}

const fn target(figure: Figure, condition: Condition, codec: Codec, goal: Goal) -> Target {
    Target {
        figure,
        condition,
        codec,
        goal,
    }
}

const TARGETS: [Target; 17] = {
    use Codec::{Opus, Pcmu};
    use Condition::{Burst10, Clean, Jitter, Loss5, Loss10, Loss20};
    use Figure::{Cpu, Pesq, Pss, Trip};
    use Goal::{AtLeast, AtMost, BestBy, NoMoreThan};
    [
        target(Trip, Clean, Opus, AtMost(55.0)),
        target(Trip, Clean, Pcmu, AtMost(55.0)),
        target(Pesq, Clean, Opus, AtLeast(4.2)),
        target(Pesq, Jitter, Opus, AtLeast(4.2)),
        target(Pesq, Jitter, Pcmu, AtLeast(2.8)),
        target(Trip, Jitter, Opus, NoMoreThan(Name::Chromium)),
        target(Trip, Jitter, Pcmu, NoMoreThan(Name::Chromium)),
        target(Pesq, Loss5, Opus, AtLeast(3.3)),
        target(Pesq, Loss5, Pcmu, AtLeast(2.4)),
        target(Pesq, Loss10, Opus, AtLeast(2.9)),
        target(Pesq, Loss10, Pcmu, AtLeast(2.0)),
        target(Pesq, Loss20, Opus, AtLeast(2.2)),
        target(Pesq, Loss20, Pcmu, AtLeast(1.6)),
        target(Pesq, Burst10, Opus, BestBy(0.3)),
        target(Pesq, Burst10, Pcmu, BestBy(0.3)),
        target(Cpu, Clean, Opus, AtMost(2.5)),
        target(Pss, Clean, Opus, AtMost(20.0)),
    ]
};

/// Runs that it takes.
const RUNS: usize = 3;

/// How far Warmline is.
pub(crate) fn verdicts(report: &Report) -> Vec<Verdict> {
    TARGETS.iter().map(|target| target.judge(report)).collect()
}

impl Target {
    fn judge(&self, report: &Report) -> Verdict {
        let of = |phone, settings| self.value(report, phone, settings);
        let warmline = of(Name::Warmline, Settings::Best);
        let processing = of(Name::Warmline, Settings::Default);
        let others = [Name::Baresip, Name::Linphonec, Name::Chromium]
            .into_iter()
            .flat_map(|name| [(name, Settings::Best), (name, Settings::Default)])
            .filter_map(|(name, settings)| Some((name, of(name, settings)?)));
        let best_other = others.reduce(|a, b| if self.better(b.1, a.1) { b } else { a });
        // What processing costs is no target without processing.
        let (judged, settings) = match self.figure {
            Figure::Cpu | Figure::Pss => (processing, Settings::Default),
            Figure::Pesq | Figure::Trip => (warmline, Settings::Best),
        };
        // Without three runs there is no median.
        let settled = |phone, settings| {
            self.row(report, phone, settings)
                .is_some_and(|row| row.runs >= RUNS)
        };
        let at_best = |phone| settled(phone, Settings::Best);
        let settled = match self.goal {
            Goal::AtLeast(_) | Goal::AtMost(_) => settled(Name::Warmline, settings),
            Goal::BestBy(_) => Name::ALL.into_iter().all(at_best),
            Goal::NoMoreThan(name) => at_best(Name::Warmline) && at_best(name),
        };
        let met = judged
            .filter(|_| settled)
            .and_then(|value| match self.goal {
                Goal::AtLeast(least) => Some(value >= least),
                Goal::AtMost(most) => Some(value <= most),
                Goal::BestBy(by) => Some(value >= best_other?.1 + by),
                Goal::NoMoreThan(name) => {
                    let theirs = [of(name, Settings::Best), of(name, Settings::Default)];
                    let least = theirs.into_iter().flatten().reduce(f64::min)?;
                    Some(value <= least)
                }
            });
        Verdict {
            title: format!("{}, {}", self.figure.title(), self.condition.title()),
            codec: self.codec,
            target: self.goal.words(),
            best_other: best_other.map(|(name, value)| (report.version(name), value)),
            warmline,
            warmline_processing: processing,
            met,
        }
    }

    fn row<'a>(&self, report: &'a Report, phone: Name, settings: Settings) -> Option<&'a Row> {
        report.row(phone, settings, self.codec, Way::EchoDown, self.condition)
    }

    fn value(&self, report: &Report, phone: Name, settings: Settings) -> Option<f64> {
        let row = self.row(report, phone, settings)?;
        match self.figure {
            Figure::Pesq => row.pesq.median,
            Figure::Trip => Some(row.trip_ms.median? - report.floor_trip_ms.median?),
            Figure::Cpu => row.cpu_s_per_min.median,
            Figure::Pss => row.pss_mb.median,
        }
    }

    fn better(&self, a: f64, b: f64) -> bool {
        match self.figure {
            Figure::Pesq => a > b,
            Figure::Trip | Figure::Cpu | Figure::Pss => a < b,
        }
    }
}

impl Figure {
    fn title(self) -> &'static str {
        match self {
            Figure::Pesq => "PESQ-wb",
            Figure::Trip => "echo trip less the harness's own, ms",
            Figure::Cpu => "CPU s/min, processing on",
            Figure::Pss => "PSS MB, processing on",
        }
    }
}

impl Goal {
    fn words(self) -> String {
        match self {
            Goal::AtLeast(least) => format!("≥ {least}"),
            Goal::AtMost(most) => format!("≤ {most}"),
            Goal::BestBy(by) => format!("best by ≥ {by}"),
            Goal::NoMoreThan(name) => format!("≤ {name:?}'s"),
        }
    }
}
