//! What the window is to reach.

use serde::Serialize;
use warmline_interop::figures::Spread;

use crate::name::Name;
use crate::report::{Figures, Report};

/// One target, and how far the window is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Verdict {
    pub(crate) title: &'static str,
    pub(crate) most: f64,
    /// The median.
    pub(crate) measured: Option<f64>,
    /// `None` where it was measured in fewer than three runs.
    pub(crate) met: Option<bool>,
}

/// How far the window is.
pub(crate) fn verdicts(report: &Report) -> Vec<Verdict> {
    let runs = report.of(Name::Warmline).map_or(0, |ours| ours.runs);
    let hellos = report.of(Name::Hello).map_or(0, |hello| hello.runs);
    let ours = |of: fn(&Figures) -> Spread| of(report.of(Name::Warmline)?).median;
    let hello = |of: fn(&Figures) -> Spread| of(report.of(Name::Hello)?).median;
    let above = |of: fn(&Figures) -> Spread| {
        let measured = ours(of)? - hello(|figures| figures.pss_idle_mb)?;
        Some((measured * 100.0).round() / 100.0)
    };
    let verdict = |title: &'static str, most: f64, measured: Option<f64>, runs: usize| Verdict {
        title,
        most,
        measured,
        // Without three runs there is no median.
        met: measured
            .filter(|_| runs >= RUNS)
            .map(|measured| measured <= most),
    };
    vec![
        verdict(
            "start → window drawn, ms",
            800.0,
            ours(|figures| figures.drawn_ms),
            runs,
        ),
        verdict(
            "INVITE → card on screen, ms",
            100.0,
            ours(|figures| figures.invite_to_card_ms),
            runs,
        ),
        verdict(
            "CPU idle, %",
            0.2,
            ours(|figures| figures.cpu_idle_percent),
            runs,
        ),
        verdict(
            "PSS idle above the hello's, MB",
            60.0,
            above(|figures| figures.pss_idle_mb),
            runs.min(hellos),
        ),
        verdict(
            "PSS in a call above the hello's idle, MB",
            60.0,
            above(|figures| figures.pss_call_mb),
            runs.min(hellos),
        ),
        // It is the same at every look.
        verdict(
            "the window's pages, gzip, kB",
            400.0,
            Some((report.bundle.gzip_kb * 10.0).round() / 10.0),
            RUNS,
        ),
    ]
}

/// Runs that it takes.
const RUNS: usize = 3;
