//! The figures as JSON, and as a table written from the same.

use serde::Serialize;
use warmline_interop::figures::{Machine, Spread};

use crate::bundle::Bundle;
use crate::measure::{PhoneRun, Run};
use crate::name::Name;
use crate::targets::{Verdict, verdicts};

/// Everything one benchmark showed.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) web_view: String,
    pub(crate) asterisk: String,
    pub(crate) idle_s: u64,
    pub(crate) windows: Vec<Figures>,
    pub(crate) first_start: FirstStart,
    pub(crate) bundle: Bundle,
    pub(crate) targets: Vec<Verdict>,
}

/// What one start showed where nothing that paints was compiled yet.
#[derive(Debug, Default, Serialize)]
pub(crate) struct FirstStart {
    complete_ms: Option<f64>,
    invite_to_first_card_ms: Option<f64>,
}

/// The figures of one window.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) window: Name,
    pub(crate) version: String,
    /// Runs measured, and why others have no figures.
    pub(crate) runs: usize,
    pub(crate) failed: Option<String>,
    pub(crate) drawn_ms: Spread,
    pub(crate) complete_ms: Spread,
    pub(crate) registered_ms: Spread,
    /// Negative where the phone can be called before its window is drawn.
    pub(crate) drawn_to_registered_ms: Spread,
    pub(crate) invite_to_card_ms: Spread,
    pub(crate) click_to_change_ms: Spread,
    pub(crate) pss_idle_mb: Spread,
    pub(crate) pss_call_mb: Spread,
    pub(crate) cpu_idle_percent: Spread,
    pub(crate) cpu_call_percent: Spread,
}

impl Report {
    /// Of what was measured; the targets are judged by it.
    pub(crate) fn judged(self) -> Self {
        let targets = verdicts(&self);
        Self { targets, ..self }
    }

    /// The figures of one window, if it was measured.
    pub(crate) fn of(&self, name: Name) -> Option<&Figures> {
        self.windows.iter().find(|figures| figures.window == name)
    }
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

impl Figures {
    pub(crate) fn of(window: Name, version: String, runs: &[Run], failed: Option<String>) -> Self {
        let each = |value: fn(&Run) -> f64| Spread::of(runs.iter().map(value));
        let phones = || runs.iter().filter_map(|run| run.phone.as_ref());
        let of_phones = |value: fn(&PhoneRun) -> f64| Spread::of(phones().map(value));
        let all = |values: fn(&PhoneRun) -> &Vec<f64>| {
            Spread::of(phones().flat_map(|phone| values(phone).iter().copied()))
        };
        let since_drawn = |run: &Run| {
            let registered = run.phone.as_ref()?.registered_ms?;
            Some(registered - run.drawn_ms)
        };
        Self {
            window,
            version,
            runs: runs.len(),
            failed,
            drawn_ms: each(|run| run.drawn_ms),
            complete_ms: each(|run| run.complete_ms),
            registered_ms: Spread::of(phones().filter_map(|phone| phone.registered_ms)),
            drawn_to_registered_ms: Spread::of(runs.iter().filter_map(since_drawn)),
            invite_to_card_ms: all(|phone| &phone.card_ms),
            click_to_change_ms: all(|phone| &phone.click_ms),
            pss_idle_mb: each(|run| run.pss_idle_mb),
            pss_call_mb: of_phones(|phone| phone.pss_call_mb),
            cpu_idle_percent: each(|run| percent(run.cpu_idle_s_per_min)),
            cpu_call_percent: of_phones(|phone| percent(phone.cpu_call_s_per_min)),
        }
    }
}

/// Of one core.
fn percent(s_per_min: f64) -> f64 {
    s_per_min * 100.0 / 60.0
}

/// The tables for people.
pub(crate) fn markdown(report: &Report) -> String {
    let Machine {
        system,
        processor,
        cores,
        date,
    } = &report.machine;
    let mut text = format!(
        "# The window, measured beside a Tauri hello and other phones\n\n\
         Written by `./dev bench ui`; the figures are those of [ui.json](ui.json).\n\n\
         {date}, {system}, {processor}, {cores} cores, WebKitGTK {web_view}, a display without a graphics card. \
         {asterisk} on the same machine, a sound server without a sound card. The windows in turn, release builds, each \
         on a desktop of its own: median (least–most).\n\n\
         ## Against the targets\n\n| measured | target | Warmline | met |\n|---|---|---|---|\n",
        web_view = report.web_view,
        asterisk = report.asterisk,
    );
    for Verdict {
        title,
        most,
        measured,
        met,
    } in &report.targets
    {
        let measured = measured.map_or("–".to_owned(), |measured| measured.to_string());
        let met = match met {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "–",
        };
        text += &format!("| {title} | ≤ {most} | {measured} | {met} |\n");
    }
    text += "\n## Beside others\n\n| |";
    for figures in &report.windows {
        text += &format!(" {} |", figures.version);
    }
    text += "\n|---|";
    text += &"---|".repeat(report.windows.len());
    text += "\n";
    for (name, of, digits) in ROWS {
        text += &format!("| {name} |");
        for figures in &report.windows {
            text += &format!(" {} |", of(figures).cell(*digits));
        }
        text += "\n";
    }
    text += "| runs |";
    for figures in &report.windows {
        text += &format!(" {} |", figures.runs);
    }
    text += "\n\n";
    for figures in &report.windows {
        if let Some(reason) = &figures.failed {
            text += &format!(
                "{} was not measured in each run: {reason}\n\n",
                figures.version
            );
        }
    }
    text + &what_is_measured(report)
}

type Row = (&'static str, fn(&Figures) -> Spread, usize);

const ROWS: &[Row] = &[
    ("start → window drawn, ms", |figures| figures.drawn_ms, 0),
    (
        "start → window complete, ms",
        |figures| figures.complete_ms,
        0,
    ),
    ("start → registered, ms", |figures| figures.registered_ms, 0),
    (
        "window drawn → registered, ms",
        |figures| figures.drawn_to_registered_ms,
        0,
    ),
    (
        "INVITE → card on screen, ms",
        |figures| figures.invite_to_card_ms,
        0,
    ),
    (
        "click → state change on screen, ms",
        |figures| figures.click_to_change_ms,
        0,
    ),
    ("PSS idle, MB", |figures| figures.pss_idle_mb, 1),
    ("PSS in a call, MB", |figures| figures.pss_call_mb, 1),
    (
        "CPU idle, % of a core",
        |figures| figures.cpu_idle_percent,
        2,
    ),
    (
        "CPU in a call, % of a core",
        |figures| figures.cpu_call_percent,
        1,
    ),
];

fn what_is_measured(report: &Report) -> String {
    let Bundle {
        files,
        plain_kb,
        gzip_kb,
        first_gzip_kb,
        heaviest,
    } = &report.bundle;
    let heaviest: Vec<_> = heaviest
        .iter()
        .map(|(name, kb)| format!("`{name}` {kb:.1}"))
        .collect();
    let or_dash = |ms: Option<f64>| ms.map_or("–".to_owned(), |ms| format!("{ms:.0}"));
    format!(
        "## The pages\n\n\
         {files} files, {plain_kb:.0} kB, {gzip_kb:.1} kB by `gzip -9` each for itself. An English window reads \
         {first_gzip_kb:.1} kB of these before it draws; the rest (other languages, palette, settings) is read when it \
         is wanted. The heaviest, in kB: {heaviest}.\n\n\
         ## What is measured\n\n\
         - **Hello** is `src-tauri/examples/hello.rs`: one line of text in a window of the same size, with the same \
           Tauri, features and web view. What Warmline costs above it is Warmline's.\n\
         - **JsSIP** is the page in `tests/interop/lab/jssip/phone`, in a window of Chromium's without its bars, opened \
           from the disk: what an agent has of a phone on a page, and not as much as Browser-Phone has. **Linphone \
           Desktop** is Debian's. Both were started once before as the same user, since their first start does more. \
           Linphone speaks SIP over UDP and plain RTP; the others encrypt both.\n\
         - **Drawn**: from the start of the process until the window shows something. **Complete**: until it looks as \
           it stays; of a phone, with calls able to come in. Both from the memory that the X server paints into, looked \
           at every 4 ms.\n\
         - **Registered**: from the start of the process until the PBX sends its 200 to REGISTER, by the PBX's log. \
           Warmline's does not wait for the window: from **drawn** on, it may be negative.\n\
         - **Card**: from when the PBX sends the INVITE, by its log, until a call is to be seen on that screen: in the \
           window, of which it changes 5 % at least; for Linphone, which shows it in a corner, anywhere. Five calls in \
           each run.\n\
         - **Click**: from when the mouse button is up over *Mute* until the line that says so comes or goes. Four \
           clicks in each run. Where Linphone's button is cannot be known from outside.\n\
         - **PSS** and **CPU** are those of the program and of all that it has started, shared pages counted in part; idle \
           over {idle} s with nothing to do, in a call while the customer speaks. 100 % is one core.\n\
         - Without a graphics card the processor paints, and Mesa compiles the programs for that once on each machine. \
           Until they are there, in the first start of all, the window is complete after {complete} ms and the first \
           card is on screen {card} ms after its INVITE.\n",
        heaviest = heaviest.join(", "),
        idle = report.idle_s,
        complete = or_dash(report.first_start.complete_ms),
        card = or_dash(report.first_start.invite_to_first_card_ms),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(phone: Option<PhoneRun>) -> Run {
        Run {
            drawn_ms: 400.0,
            complete_ms: 500.0,
            pss_idle_mb: 240.0,
            cpu_idle_s_per_min: 0.06,
            phone,
        }
    }

    fn report(phone: &Run, hello: &Run) -> Report {
        let figures = |name, runs: &[Run]| Figures::of(name, format!("{name:?}"), runs, None);
        let thrice = |run: &Run| vec![run.clone(), run.clone(), run.clone()];
        Report {
            machine: Machine::this(),
            web_view: "2.50".to_owned(),
            asterisk: "Asterisk 22".to_owned(),
            idle_s: 60,
            windows: vec![
                figures(Name::Warmline, &thrice(phone)),
                figures(Name::Hello, &thrice(hello)),
                Figures {
                    failed: Some("it is not installed".to_owned()),
                    ..figures(Name::Linphone, &[])
                },
            ],
            first_start: FirstStart::of(hello),
            bundle: Bundle {
                gzip_kb: 420.0,
                ..Bundle::default()
            },
            targets: Vec::new(),
        }
        .judged()
    }

    #[test]
    fn a_hello_has_no_phone_and_says_so_by_a_dash_and_who_is_missing_is_named() {
        let phone = PhoneRun {
            registered_ms: Some(160.0),
            card_ms: vec![30.0, 40.0, 50.0],
            pss_call_mb: 310.0,
            ..PhoneRun::default()
        };
        let text = markdown(&report(&run(Some(phone)), &run(None)));
        assert!(
            text.contains("| INVITE → card on screen, ms | **40** (30–50) | – | – |"),
            "{text}"
        );
        assert!(
            text.contains(
                "| start → window drawn, ms | **400** (400–400) | **400** (400–400) | – |"
            )
        );
        assert!(text.contains("| window drawn → registered, ms | **-240** (-240–-240) | – | – |"));
        assert!(text.contains("Linphone was not measured in each run: it is not installed"));
    }

    #[test]
    fn targets_are_judged_by_medians_of_three_runs_and_memory_above_the_hello() {
        let phone = PhoneRun {
            card_ms: vec![40.0],
            pss_call_mb: 310.0,
            ..PhoneRun::default()
        };
        let ours = Run {
            pss_idle_mb: 290.0,
            ..run(Some(phone))
        };
        let met = |report: &Report| -> Vec<_> {
            report.targets.iter().map(|verdict| verdict.met).collect()
        };
        let mut report = report(&ours, &run(None));
        let [drawn, card, cpu, idle, call, bundle] = met(&report)[..] else {
            panic!("{:?}", report.targets);
        };
        assert_eq!((drawn, card, cpu), (Some(true), Some(true), Some(true)));
        assert_eq!((idle, call, bundle), (Some(true), Some(false), Some(false)));
        report.windows[0].runs = 2;
        assert_eq!(met(&report.judged())[0], None);
    }
}
