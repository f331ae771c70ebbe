use std::fmt::Write as _;

use serde_json::{Value, json};
use warmline_graph::{Answer, Ask};

/// What was counted.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) presences: Counts,
    /// Of presence.
    pub(crate) refused: u64,
    pub(crate) skills: Counts,
    /// Agent-hours.
    pub(crate) hours: f64,
    /// Ages in seconds of everybody whom somebody looks at, and of those who are consulted; by how often.
    pub(crate) seen: Ages,
    pub(crate) consulted: Ages,
    /// Ages of what is shown two seconds after a panel opened.
    pub(crate) opened: Ages,
    /// People who were looked at and of whom nothing was known yet.
    pub(crate) unread: u64,
}

impl Tally {
    /// A request of `weight` agents.
    pub(crate) fn count(&mut self, window: usize, ask: &Ask, answer: &Answer, weight: u64) {
        match ask {
            Ask::Presences(_) => {
                self.presences.0[window] += weight;
                self.refused += u64::from(answer.told.is_err()) * weight;
            }
            Ask::Skills(_) => self.skills.0[window] += weight,
            _ => {}
        }
    }
}

/// Requests in each 30 s.
#[derive(Default)]
pub(crate) struct Counts(Vec<u64>);

impl Counts {
    pub(crate) fn new(windows: usize) -> Self {
        Self(vec![0; windows])
    }

    fn median(&self) -> u64 {
        let mut windows = self.0.clone();
        windows.sort_unstable();
        windows.get(windows.len() / 2).copied().unwrap_or(0)
    }

    fn max(&self) -> u64 {
        self.0.iter().copied().max().unwrap_or(0)
    }

    fn per_hour(&self, hours: f64) -> f64 {
        self.0.iter().sum::<u64>() as f64 / hours
    }
}

/// How often which age was seen, by tenths of a second.
pub(crate) struct Ages(Vec<u64>);

impl Default for Ages {
    fn default() -> Self {
        Self(vec![0; 36_000])
    }
}

impl Ages {
    pub(crate) fn add(&mut self, seconds: f64) {
        let place = (seconds * 10.0) as usize;
        let last = self.0.len() - 1;
        self.0[place.min(last)] += 1;
    }

    fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    fn at(&self, share: f64) -> f64 {
        let wanted = (self.count() as f64 * share) as u64;
        let mut sum = 0;
        let place = self.0.iter().position(|count| {
            sum += count;
            sum > wanted
        });
        place.unwrap_or(0) as f64 / 10.0
    }
}

/// The figures of one plan.
pub(crate) struct Report {
    pub(crate) name: &'static str,
    pub(crate) tally: Tally,
}

impl Report {
    pub(crate) fn json(&self) -> Value {
        let tally = &self.tally;
        json!({
            "name": self.name,
            "presenceRequestsPer30s": { "median": tally.presences.median(), "max": tally.presences.max() },
            "refused": tally.refused,
            "presenceRequestsPerAgentAndHour": tally.presences.per_hour(tally.hours),
            "skillsRequestsPer30s": { "median": tally.skills.median(), "max": tally.skills.max() },
            "skillsRequestsPerAgentAndHour": tally.skills.per_hour(tally.hours),
            "ageSeenS": { "median": tally.seen.at(0.5), "p95": tally.seen.at(0.95) },
            "ageConsultedS": { "median": tally.consulted.at(0.5), "p95": tally.consulted.at(0.95) },
            "age2sAfterOpeningS": { "median": tally.opened.at(0.5), "p95": tally.opened.at(0.95) },
            "unreadShare": self.unread(),
        })
    }

    pub(crate) fn table(reports: &[Self]) -> String {
        let mut table = String::from("| |");
        let mut row = |name: &str, cell: &dyn Fn(&Self) -> String| {
            let cells: Vec<String> = reports.iter().map(cell).collect();
            let _ = write!(table, "{name} | {} |\n|", cells.join(" | "));
        };
        let ages = |ages: &Ages| match ages.count() {
            0 => "–".to_owned(),
            _ => format!("**{:.0}** / {:.0}", ages.at(0.5), ages.at(0.95)),
        };
        row("", &|report| report.name.to_owned());
        row("---", &|_| "--:".to_owned());
        let counts = |counts: &Counts| format!("**{}** / {}", counts.median(), counts.max());
        row("presence requests in 30 s, median / max", &|report| {
            counts(&report.tally.presences)
        });
        row("refused (429)", &|report| report.tally.refused.to_string());
        row("presence requests an hour and agent", &|report| {
            let tally = &report.tally;
            format!("**{:.0}**", tally.presences.per_hour(tally.hours))
        });
        row("age of what is looked at, s, median / p95", &|report| {
            ages(&report.tally.seen)
        });
        row("age of who is consulted, s, median / p95", &|report| {
            ages(&report.tally.consulted)
        });
        row(
            "age 2 s after the panel opened, s, median / p95",
            &|report| ages(&report.tally.opened),
        );
        row("looked at, and not read yet, %", &|report| {
            format!("{:.1}", report.unread() * 100.0)
        });
        row("requests for skills in 30 s, median / max", &|report| {
            counts(&report.tally.skills)
        });
        row("requests for skills an hour and agent", &|report| {
            let tally = &report.tally;
            format!("**{:.0}**", tally.skills.per_hour(tally.hours))
        });
        table.trim_end_matches('|').to_owned()
    }

    fn unread(&self) -> f64 {
        let all = self.tally.unread + self.tally.seen.count();
        self.tally.unread as f64 / all.max(1) as f64
    }
}
