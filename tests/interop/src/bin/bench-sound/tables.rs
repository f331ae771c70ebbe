//! The figures as tables for people.

use warmline_interop::figures::Machine;
use warmline_interop::rivals::{Codec, Name, Settings};

use crate::case::{Condition, Part, Way};
use crate::programme::SCORED;
use crate::report::{About, Report, Row};
use crate::shift::Shift;
use crate::targets::Verdict;

/// The report, in Markdown.
pub(crate) fn markdown(report: &Report) -> String {
    let Machine {
        system,
        processor,
        cores,
        date,
    } = &report.machine;
    let mut text = format!(
        "# Sound on a bad network, measured beside other phones\n\n\
         Written by `./dev bench sound`; the figures are those of [sound.json](sound.json), each single run is in \
         [sound.jsonl](sound.jsonl).\n\n\
         {date}, {system}, {processor}, {cores} cores. {asterisk} on the same machine, a sound server without a sound card. \
         Warmline at {commits}. Median (least–most) of the runs, each phone alone on the machine.\n\n",
        asterisk = report.asterisk,
        commits = report.commits.join(", "),
    );
    text += &targets(&report.targets);
    for part in [Part::Best, Part::Defaults] {
        for codec in [Codec::Opus, Codec::Pcmu] {
            text += &by_condition(report, part, codec);
        }
    }
    for settings in [Settings::Best, Settings::Default] {
        for codec in [Codec::Opus, Codec::Pcmu] {
            text += &by_way(report, settings, codec);
        }
    }
    text += &shifts(report);
    text += "## The phones\n\n| | reaches the PBX by | reaches sound by | at its best | as it comes |\n|---|---|---|---|---|\n";
    for about in &report.phones {
        text += &format!(
            "| {} | {} | {} | {} | {} |\n",
            about.version, about.transport, about.sound, about.best, about.default
        );
    }
    text += &explanation(report);
    text
}

fn targets(targets: &[Verdict]) -> String {
    let mut text = String::from(
        "## Against the targets\n\n\
         | measured | codec | target | best of the others | Warmline | with processing | met |\n|---|---|---|---|---|---|---|\n",
    );
    for verdict in targets {
        let figure =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.2}"));
        let other = verdict
            .best_other
            .as_ref()
            .map_or("–".to_owned(), |(name, value)| {
                format!("{name}: {value:.2}")
            });
        let met = match verdict.met {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "–",
        };
        text += &format!(
            "| {} | {} | {} | {other} | {} | {} | {met} |\n",
            verdict.title,
            title(verdict.codec),
            verdict.target,
            figure(verdict.warmline),
            figure(verdict.warmline_processing),
        );
    }
    text + "\n"
}

/// A table of one codec by Echo: a column for each phone.
fn by_condition(report: &Report, part: Part, codec: Codec) -> String {
    let settings = match part {
        Part::Defaults => Settings::Default,
        _ => Settings::Best,
    };
    let cell = |phone, condition, figure: Cell| {
        let row = report.row(phone, settings, codec, Way::EchoDown, condition);
        row.map_or("–".to_owned(), figure)
    };
    let measured = |phone: &Name| {
        let of = |row: &Row| row.case.settings == settings && row.case.codec == codec;
        report
            .rows
            .iter()
            .any(|row| row.case.phone == *phone && row.case.way == Way::EchoDown && of(row))
    };
    let mut table = Table::new(report, measured);
    if table.phones.is_empty() {
        return String::new();
    }
    for condition in Condition::ALL {
        let name = format!("PESQ-wb, {}", condition.title());
        table.line(&name, |phone| {
            cell(phone, condition, |row| row.pesq.cell(2))
        });
    }
    for condition in Condition::ALL {
        let name = format!("echo trip, {}, ms", condition.title());
        table.line(&name, |phone| {
            cell(phone, condition, |row| row.trip_ms.cell(0))
        });
    }
    table.line("CPU, clean, s/min", |phone| {
        cell(phone, Condition::Clean, |row| row.cpu_s_per_min.cell(2))
    });
    table.line("PSS, clean, MB", |phone| {
        cell(phone, Condition::Clean, |row| row.pss_mb.cell(1))
    });
    let failed = report
        .rows
        .iter()
        .filter(|row| row.case.settings == settings && row.case.codec == codec);
    table.text(&format!("{}, {}", title(codec), heading(settings))) + &failures(report, failed)
}

fn heading(settings: Settings) -> &'static str {
    match settings {
        Settings::Best => "at their best",
        Settings::Default => "as they come",
    }
}

/// A table of one codec: which end it is that suffers.
fn by_way(report: &Report, settings: Settings, codec: Codec) -> String {
    let measured = |phone: &Name| {
        report.rows.iter().any(|row| {
            row.case.phone == *phone
                && row.case.settings == settings
                && row.case.codec == codec
                && row.case.way != Way::EchoDown
        })
    };
    let mut table = Table::new(report, measured);
    if table.phones.is_empty() {
        return String::new();
    }
    for way in [
        Way::Down,
        Way::Up,
        Way::EchoDown,
        Way::EchoUp,
        Way::EchoBoth,
    ] {
        for condition in Condition::ALL {
            let row = |phone| report.row(phone, settings, codec, way, condition);
            let worth = matches!(condition, Condition::Loss10 | Condition::Burst10)
                || (condition == Condition::Clean && way != Way::EchoDown);
            if worth && table.phones.iter().any(|about| row(about.phone).is_some()) {
                let name = format!("PESQ-wb: {}, {}", way.title(), condition.title());
                table.line(&name, |phone| {
                    row(phone).map_or("–".to_owned(), |row| row.pesq.cell(2))
                });
            }
        }
    }
    let (codec, settings) = (title(codec), heading(settings));
    table.text(&format!("{codec}, {settings}, which end suffers"))
}

/// What a shift leaves behind.
fn shifts(report: &Report) -> String {
    let line = |kind: &str, shift: &Shift| {
        let Shift {
            calls,
            hours,
            before,
            after,
        } = shift;
        format!(
            "| {kind} | {calls} | {hours:.1} | {:.1} → {:.1} | {} → {} | {} → {} |\n",
            before.pss_mb,
            after.pss_mb,
            before.open_files,
            after.open_files,
            before.threads,
            after.threads,
        )
    };
    let real = report
        .shift
        .iter()
        .map(|shift| line("warmline-cli to Asterisk", shift));
    let rehearsed = report
        .rehearsed
        .iter()
        .map(|shift| line("the engine, in virtual time", shift));
    let lines: String = real.chain(rehearsed).collect();
    if lines.is_empty() {
        return lines;
    }
    format!(
        "## A shift in one process\n\nTarget: no more than 2 MB of growth, no more files and threads. The first \
         twenty calls are not counted.\n\n| | calls | hours | PSS, MB | open files | threads |\n|---|---|---|---|---|---|\n{lines}\n"
    )
}

type Cell = fn(&Row) -> String;

/// A table with a column for each phone that has figures.
struct Table<'a> {
    phones: Vec<&'a About>,
    lines: String,
}

impl<'a> Table<'a> {
    fn new(report: &'a Report, measured: impl Fn(&Name) -> bool) -> Table<'a> {
        let has = |about: &&About| measured(&about.phone);
        Table {
            phones: report.phones.iter().filter(has).collect(),
            lines: String::new(),
        }
    }

    fn line(&mut self, name: &str, cell: impl Fn(Name) -> String) {
        let cells: Vec<_> = self.phones.iter().map(|about| cell(about.phone)).collect();
        self.lines += &format!("| {name} | {} |\n", cells.join(" | "));
    }

    fn text(self, heading: &str) -> String {
        let names: Vec<_> = self
            .phones
            .iter()
            .map(|about| about.version.as_str())
            .collect();
        format!(
            "## {heading}\n\n| | {} |\n|---|{}\n{}\n",
            names.join(" | "),
            "---|".repeat(names.len()),
            self.lines
        )
    }
}

fn failures<'a>(report: &Report, rows: impl Iterator<Item = &'a Row>) -> String {
    rows.filter_map(|row| {
        let reason = row.failed.as_ref()?;
        let phone = report.version(row.case.phone);
        let (way, condition) = (row.case.way.title(), row.case.condition.title());
        Some(format!("{phone}, {way}, {condition}: {reason}\n\n"))
    })
    .collect()
}

fn title(codec: Codec) -> &'static str {
    match codec {
        Codec::Opus => "Opus",
        Codec::Pcmu => "PCMU",
    }
}

fn explanation(report: &Report) -> String {
    format!(
        "\n## What is measured\n\n\
         - **The network** is a relay of ours between two network namespaces that all packets of all phones go through. It \
           leaves signalling alone and lets RTP, RTCP, STUN and DTLS suffer from two seconds after the answer on. \
           **Jitter**: each packet takes 40 ms, give or take up to 30, evenly spread and each by itself, so that packets \
           overtake each other. **Loss**: each packet by itself, or always four in a row. A seed for each run decides: the \
           n-th packet of sound has the same fate for every phone.\n\
         - **The way** is the phone's call to Echo of the PBX, and from the PBX to the phone the network is bad, unless said \
           otherwise. With *PBX plays* only a receiver is measured and with *PBX records* only a sender; the PBX's own encoder, \
           jitter buffer and concealment are the same for all phones. Of packets that the PBX does not get, its echo tells a \
           phone only by a gap in timestamps.\n\
         - **Said** is a sentence of 7.6 s over and over, with a chirp in each pause: once for buffers to settle (twice for linphonec, \
           whose need 20 s), then {SCORED} times, which are scored.\n\
         - **Notes.** What Opus packets of Warmline carry beside their sound (what is lost, and lost packets once more) comes back \
           from Echo like the sound: by Echo, Warmline is its own far end. Behind an SBC that transcodes there are reports alone; what \
           that makes is in [network.md](network.md), lines `opus` beside `opus-ours`. And a voice that comes back 70 ms later is \
           its own far end: a canceller of echoes hears both ends speak all the time, and takes part of a voice that has no echo in it. \
           What processing does to a voice is in the lines *phone says, PBX records* of the phones as they come, and in \
           [processing.md](processing.md).\n\
         - **PESQ-wb** (P.862.2) of each sentence, also for PCMU, which by itself takes this sentence to 3.1 to 3.3; the mean of a run.\n\
         - **Trip**: the chirps' way from the virtual microphone into the virtual speaker, by way of the PBX; both are channels of one \
           device, so of one clock. The sound server alone takes {floor} ms of it. The median of a run.\n\
         - **CPU**: user and system time of the process and all it starts, from /proc, while what is scored is said. \
           **PSS**: memory, shared pages counted in part. Chromium's are without the script that drives it.\n\
         - Warmline and JsSIP encrypt signalling and sound; the others were measured as they are commonly run with Asterisk, \
           without. No phone ran at real-time priority.\n",
        floor = report.floor_trip_ms.cell(0),
    )
}
