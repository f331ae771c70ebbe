//! The figures as JSON, and as a table written from the same.

use serde::Serialize;
use warmline_interop::figures::{Machine, Spread};

use crate::measure::{PhoneRun, Run};

/// Everything one benchmark showed.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) web_view: String,
    pub(crate) runs: usize,
    pub(crate) idle_s: u64,
    pub(crate) warmline: Figures,
    pub(crate) hello: Figures,
    pub(crate) first_start: FirstStart,
}

/// What one start showed where nothing that paints was compiled yet.
#[derive(Debug, Serialize)]
pub(crate) struct FirstStart {
    complete_ms: Option<f64>,
    invite_to_first_card_ms: Option<f64>,
}

impl FirstStart {
    pub(crate) fn of(run: &Run) -> Self {
        let card = run.phone.iter().flat_map(|phone| phone.card_ms.first());
        Self {
            complete_ms: Spread::of([run.complete_ms]).median,
            invite_to_first_card_ms: Spread::of(card.copied()).median,
        }
    }
}

/// The figures of one window.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    drawn_ms: Spread,
    complete_ms: Spread,
    registered_ms: Spread,
    invite_to_card_ms: Spread,
    pss_idle_mb: Spread,
    pss_call_mb: Spread,
    cpu_idle_s_per_min: Spread,
    cpu_call_s_per_min: Spread,
}

impl Figures {
    pub(crate) fn of(runs: &[Run]) -> Self {
        let each = |value: fn(&Run) -> f64| Spread::of(runs.iter().map(value));
        let phones = || runs.iter().filter_map(|run| run.phone.as_ref());
        let of_phones = |value: fn(&PhoneRun) -> f64| Spread::of(phones().map(value));
        Self {
            drawn_ms: each(|run| run.drawn_ms),
            complete_ms: each(|run| run.complete_ms),
            registered_ms: of_phones(|phone| phone.registered_ms),
            invite_to_card_ms: Spread::of(phones().flat_map(|phone| phone.card_ms.iter().copied())),
            pss_idle_mb: each(|run| run.pss_idle_mb),
            pss_call_mb: of_phones(|phone| phone.pss_call_mb),
            cpu_idle_s_per_min: each(|run| run.cpu_idle_s_per_min),
            cpu_call_s_per_min: of_phones(|phone| phone.cpu_call_s_per_min),
        }
    }
}

/// The table for people.
pub(crate) fn markdown(report: &Report) -> String {
    let Machine {
        system,
        processor,
        cores,
        date,
    } = &report.machine;
    let (warmline, hello) = (&report.warmline, &report.hello);
    let mut text = format!(
        "# The window, measured beside a Tauri hello\n\n\
         Written by `./dev bench window`; the figures are those of [window.json](window.json).\n\n\
         {date}, {system}, {processor}, {cores} cores, WebKitGTK {web_view}, a display without a graphics card. \
         {runs} runs of each in turn, release builds, each on a desktop of its own: median (least–most).\n\n\
         | | Warmline | Tauri hello |\n|---|---|---|\n",
        web_view = report.web_view,
        runs = report.runs,
    );
    let mut row = |name: &str, of: fn(&Figures) -> Spread, digits: usize| {
        let (ours, theirs) = (of(warmline).cell(digits), of(hello).cell(digits));
        text += &format!("| {name} | {ours} | {theirs} |\n");
    };
    row("start → window drawn, ms", |figures| figures.drawn_ms, 0);
    row(
        "start → window complete, ms",
        |figures| figures.complete_ms,
        0,
    );
    row("start → registered, ms", |figures| figures.registered_ms, 0);
    row(
        "INVITE → card on screen, ms",
        |figures| figures.invite_to_card_ms,
        0,
    );
    row("PSS idle, MB", |figures| figures.pss_idle_mb, 1);
    row("PSS in a call, MB", |figures| figures.pss_call_mb, 1);
    row("CPU idle, s/min", |figures| figures.cpu_idle_s_per_min, 2);
    row(
        "CPU in a call, s/min",
        |figures| figures.cpu_call_s_per_min,
        2,
    );
    text += &format!(
        "\n## What is measured\n\n\
         - **Hello** is `src-tauri/examples/hello.rs`: one line of text in a window of the same size, with the same \
           Tauri, features and web view. What Warmline costs above it is Warmline's.\n\
         - **Drawn**: from the start of the process until the window shows something of its page. **Complete**: until \
           it looks as it stays; of Warmline, with the agent's name and that calls can come in. Both from the memory \
           that the X server paints into, looked at every 4 ms.\n\
         - **Registered**: from the start of the process until the phone can be called, by its log. It does not wait for \
           the window to be drawn.\n\
         - **Card**: from the customer's INVITE in the practice contact centre, on the same machine, until the card of the \
           call is on that screen. Five calls in each run.\n\
         - **PSS** and **CPU** are those of the program and of the web view's processes, shared pages counted in part; \
           idle over {idle} s with nothing to do, in a call while the customer speaks.\n\
         - Without a graphics card the processor paints, and Mesa compiles the programs for that once on each machine. \
           Until they are there, in the first start of all, the window is complete after {complete:.0} ms and the first \
           card is on screen {card:.0} ms after its INVITE.\n",
        complete = report.first_start.complete_ms.unwrap_or_default(),
        card = report
            .first_start
            .invite_to_first_card_ms
            .unwrap_or_default(),
        idle = report.idle_s,
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hello_has_no_phone_and_says_so_by_a_dash() {
        let run = |phone| Run {
            drawn_ms: 400.0,
            complete_ms: 500.0,
            phone,
            ..Run::default()
        };
        let phone = PhoneRun {
            card_ms: vec![30.0, 40.0, 50.0],
            ..PhoneRun::default()
        };
        let report = Report {
            machine: Machine::this(),
            web_view: "2.50".to_owned(),
            runs: 1,
            idle_s: 60,
            warmline: Figures::of(&[run(Some(phone))]),
            hello: Figures::of(&[run(None)]),
            first_start: FirstStart::of(&run(None)),
        };
        let text = markdown(&report);
        assert!(text.contains("| INVITE → card on screen, ms | **40** (30–50) | – |"));
        assert!(
            text.contains("| start → window drawn, ms | **400** (400–400) | **400** (400–400) |")
        );
    }
}
