//! The figures as JSON, and as a table written from the JSON.

use serde::Serialize;
use warmline_interop::figures::{Machine, Spread};
use warmline_interop::rivals::{Codec, Name};

use crate::measure::Run;

/// Everything one benchmark showed.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) asterisk: String,
    pub(crate) runs: usize,
    pub(crate) floor_trip_ms: Spread,
    pub(crate) phones: Vec<Figures>,
}

/// The figures of one phone with one codec.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) phone: Name,
    pub(crate) version: String,
    pub(crate) codec: Codec,
    pub(crate) transport: &'static str,
    pub(crate) sound: &'static str,
    /// Why there are none, if there are none.
    pub(crate) failed: Option<String>,
    pub(crate) registered_ms: Spread,
    pub(crate) dial_to_invite_ms: Spread,
    pub(crate) invite_to_200_ms: Spread,
    pub(crate) answer_to_audio_ms: Spread,
    pub(crate) cpu_idle_s_per_min: Spread,
    pub(crate) cpu_call_s_per_min: Spread,
    pub(crate) pss_idle_mb: Spread,
    pub(crate) pss_call_mb: Spread,
    pub(crate) trip_ms: Spread,
    pub(crate) pesq: Spread,
    /// `wb` or `nb`.
    pub(crate) pesq_band: &'static str,
}

impl Figures {
    pub(crate) fn of(
        phone: Name,
        version: String,
        codec: Codec,
        runs: &[Run],
        failed: Option<String>,
    ) -> Figures {
        let each = |value: fn(&Run) -> f64| Spread::of(runs.iter().map(value));
        let all = |values: fn(&Run) -> &Vec<f64>| {
            Spread::of(runs.iter().flat_map(|run| values(run).iter().copied()))
        };
        Figures {
            phone,
            version,
            codec,
            transport: phone.transport(),
            sound: phone.sound(),
            failed,
            registered_ms: each(|run| run.registered_ms),
            dial_to_invite_ms: all(|run| &run.dial_to_invite_ms),
            invite_to_200_ms: all(|run| &run.invite_to_200_ms),
            answer_to_audio_ms: all(|run| &run.answer_to_audio_ms),
            cpu_idle_s_per_min: each(|run| run.cpu_idle_s_per_min),
            cpu_call_s_per_min: each(|run| run.cpu_call_s_per_min),
            pss_idle_mb: each(|run| run.pss_idle_mb),
            pss_call_mb: each(|run| run.pss_call_mb),
            trip_ms: all(|run| &run.trip_ms),
            pesq: all(|run| &run.pesq),
            pesq_band: match codec {
                Codec::Opus => "wb",
                Codec::Pcmu => "nb",
            },
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
    let mut text = format!(
        "# A call, measured beside other phones\n\n\
         Written by `./dev bench call`; the figures are those of [call.json](call.json).\n\n\
         {date}, {system}, {processor}, {cores} cores. {asterisk} on the same machine, a sound server without a sound card. \
         {runs} runs of each phone, three short calls and a minute's call in each: median (least–most).\n\n",
        asterisk = report.asterisk,
        runs = report.runs,
    );
    for codec in [Codec::Opus, Codec::Pcmu] {
        let phones: Vec<_> = report
            .phones
            .iter()
            .filter(|figures| figures.codec == codec)
            .collect();
        if phones.is_empty() {
            continue;
        }
        let title = match codec {
            Codec::Opus => "Opus",
            Codec::Pcmu => "PCMU",
        };
        text += &format!("## {title}\n\n| |");
        phones
            .iter()
            .for_each(|figures| text += &format!(" {} |", figures.version));
        text += "\n|---|";
        phones.iter().for_each(|_| text += "---|");
        text += "\n";
        let mut row = |name: &str, cell: &dyn Fn(&Figures) -> String| {
            text += &format!("| {name} |");
            phones
                .iter()
                .for_each(|figures| text += &format!(" {} |", cell(figures)));
            text += "\n";
        };
        row("reaches the PBX by", &|figures| {
            figures.transport.to_owned()
        });
        row("reaches sound by", &|figures| figures.sound.to_owned());
        row("cold start → registered, ms", &|figures| {
            figures.registered_ms.cell(0)
        });
        row("dial → INVITE, ms", &|figures| {
            figures.dial_to_invite_ms.cell(0)
        });
        row("INVITE → 200, ms", &|figures| {
            figures.invite_to_200_ms.cell(0)
        });
        row("200 → first sound heard, ms", &|figures| {
            figures.answer_to_audio_ms.cell(0)
        });
        row("CPU idle, s/min", &|figures| {
            figures.cpu_idle_s_per_min.cell(2)
        });
        row("CPU in a call, s/min", &|figures| {
            figures.cpu_call_s_per_min.cell(2)
        });
        row("PSS idle, MB", &|figures| figures.pss_idle_mb.cell(1));
        row("PSS in a call, MB", &|figures| figures.pss_call_mb.cell(1));
        row("echo round trip, ms", &|figures| figures.trip_ms.cell(0));
        row(&format!("PESQ-{}", phones[0].pesq_band), &|figures| {
            figures.pesq.cell(2)
        });
        text += "\n";
        for figures in phones {
            if let Some(reason) = &figures.failed {
                text += &format!("{} was not measured: {reason}\n\n", figures.version);
            }
        }
    }
    text += &format!(
        "## What is measured\n\n\
         - **Registered**: from the start of the process until the PBX has its contact.\n\
         - **Dial → INVITE**: from the command until the PBX gets the first INVITE. **INVITE → 200**: from there until the PBX \
           sends the 200, with the 401 between them that all phones meet. Both from the PBX's log.\n\
         - **First sound**: from that 200 until the tone of the PBX comes out of the speaker.\n\
         - **CPU**: user and system time of the process and all it starts, from /proc; in a call to Echo while speech is said.\n\
         - **PSS**: memory, shared pages counted in part.\n\
         - **Round trip**: chirps said into the virtual microphone until they come out of the virtual speaker, by way of the PBX's \
           Echo; both are channels of one device, so of one clock. The sound server alone, with microphone and speaker connected \
           inside it, takes {floor} ms of it.\n\
         - **PESQ** of a sentence by way of Echo, so after two journeys. PCMU by itself allows 4.07 at most.\n\
         - Warmline encrypts signalling and sound; the others were measured as they are commonly run with Asterisk, without.\n\
         - Echo cancellers are off in all phones.\n",
        floor = report.floor_trip_ms.cell(0),
    );
    text
}
