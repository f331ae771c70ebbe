//! Measures calls over bad networks: `network [--codec opus] [--only clean,jitter-30] [--seeds 3]`.
//!
//! A table on stdout, JSON and recordings where asked for. Everything is seeded: the same code gives the
//! same figures on any machine.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Parser;
use serde::Serialize;
use warmline_audio::Codec;
use warmline_sound_tests::call::{self, Gauges, Heard, Peer};
use warmline_sound_tests::condition::{Condition, conditions};
use warmline_sound_tests::score::{Job, Score, score};
use warmline_sound_tests::speech::Speech;

/// Calls over bad networks, measured.
#[derive(Parser)]
struct Options {
    /// Codecs: opus, pcmu, g722, pcma; opus-ours is Opus to a phone of ours, which says what it loses.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "opus-ours,opus,pcmu,g722"
    )]
    codec: Vec<String>,
    /// Conditions; all unless named.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// How many networks of each kind.
    #[arg(long, default_value_t = 3)]
    seeds: u64,
    /// Passages said, of nine.
    #[arg(long, default_value_t = 9)]
    passages: usize,
    /// Each is the lab's sentence, as in the bench beside other phones.
    #[arg(long)]
    sentence: bool,
    /// Where the figures go as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where the recordings go; nowhere unless named.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// PESQ-nb too.
    #[arg(long)]
    narrow: bool,
}

/// A run's figures.
#[derive(Clone, Copy, Debug, Serialize)]
struct Figures {
    seed: u64,
    #[serde(flatten)]
    score: Score,
    /// Sent, in kbit/s, without headers.
    kbps: f64,
    concealed_ms: u64,
    stretched_ms: u64,
    recovered: u64,
    /// Packets that came a second time, carried along with later ones.
    spared: u64,
    late: u64,
    /// What the buffer held and aimed for, on average.
    held_ms: f64,
    target_ms: f64,
}

/// A row of the table.
#[derive(Debug, Serialize)]
struct Row {
    codec: String,
    condition: &'static str,
    runs: Vec<Figures>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let speech = if options.sentence {
        Speech::sentence(options.passages)?
    } else {
        Speech::load(options.passages)?
    };
    let temporary = tempfile::tempdir()?;
    let folder = options.keep.as_deref().unwrap_or(temporary.path());
    std::fs::create_dir_all(folder)?;
    let said = folder.join("said.wav");
    write(&said, &speech.sound)?;

    let chosen = |name: &str| options.only.is_empty() || options.only.iter().any(|o| o == name);
    let conditions: Vec<Condition> = conditions()
        .into_iter()
        .filter(|condition| chosen(condition.name))
        .collect();
    let mut runs = Vec::new();
    for codec in &options.codec {
        for condition in &conditions {
            for seed in 1..=options.seeds {
                runs.push((codec.as_str(), named(codec)?, *condition, seed));
            }
        }
    }
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Job, Figures)>, String> {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some((name, (codec, peer), condition, seed)) = runs.get(index).copied() else {
                return Ok(done);
            };
            let heard = call::call(&speech.sound, codec, condition.network, peer, seed)
                .map_err(|error| error.to_string())?;
            let file = folder.join(format!("{name}-{}-{seed}.wav", condition.name));
            write(&file, &heard.sound).map_err(|error| error.to_string())?;
            let job = Job {
                said: said.clone(),
                heard: file,
                passages: speech.passages.clone(),
                bands: if options.narrow {
                    vec!["wb", "nb"]
                } else {
                    vec!["wb"]
                },
            };
            done.push((index, job, figures(&heard, seed, speech.sound.len())));
        }
    };
    let mut done = std::thread::scope(|scope| -> Result<Vec<_>, String> {
        let workers = [(); 2].map(|()| scope.spawn(work));
        let mut done = Vec::new();
        for worker in workers {
            done.extend(worker.join().map_err(|_| "a call panicked".to_owned())??);
        }
        Ok(done)
    })?;
    done.sort_by_key(|(index, ..)| *index);
    let jobs: Vec<Job> = done.iter().map(|(_, job, _)| job.clone()).collect();
    let scores = score(&jobs)?;

    let mut rows: Vec<Row> = Vec::new();
    for ((index, _, figures), score) in done.into_iter().zip(scores) {
        let (name, _, condition, _) = runs[index];
        let known = rows
            .iter_mut()
            .find(|row| row.codec == name && row.condition == condition.name);
        let figures = Figures { score, ..figures };
        match known {
            Some(row) => row.runs.push(figures),
            None => rows.push(Row {
                codec: name.to_owned(),
                condition: condition.name,
                runs: vec![figures],
            }),
        }
    }
    show(&rows, options.narrow);
    if let Some(path) = options.json {
        std::fs::write(path, serde_json::to_string_pretty(&rows)?)?;
    }
    Ok(())
}

fn named(codec: &str) -> Result<(Codec, Peer), String> {
    match codec {
        "opus" => Ok((Codec::Opus, Peer::Anothers)),
        "opus-ours" => Ok((Codec::Opus, Peer::Ours)),
        "pcmu" => Ok((Codec::Pcmu, Peer::Anothers)),
        "pcma" => Ok((Codec::Pcma, Peer::Anothers)),
        "g722" => Ok((Codec::G722, Peer::Anothers)),
        _ => Err(format!("no codec is called {codec}")),
    }
}

fn figures(heard: &Heard, seed: u64, samples: usize) -> Figures {
    let mean = |of: fn(&Gauges) -> u32| {
        let sum: u32 = heard.gauges.iter().map(of).sum();
        f64::from(sum) / heard.gauges.len().max(1) as f64
    };
    Figures {
        seed,
        score: Score {
            wb: None,
            nb: None,
            worst: None,
            delay_ms: None,
            delay_p95_ms: None,
        },
        kbps: heard.bytes as f64 * 8.0 * 48.0 / samples as f64,
        concealed_ms: heard.receiver.concealed_ms,
        stretched_ms: heard.receiver.stretched_ms,
        recovered: heard.receiver.recovered,
        spared: heard.receiver.spared,
        late: heard.receiver.late,
        held_ms: mean(|gauges| gauges.delay_ms),
        target_ms: mean(|gauges| gauges.target_ms),
    }
}

/// Medians of the runs, as Markdown.
fn show(rows: &[Row], narrow: bool) {
    let nb = |text: &str| {
        if narrow {
            text.to_owned()
        } else {
            String::new()
        }
    };
    println!(
        "| codec | network | PESQ-wb | worst passage |{} delay ms | p95 | held | aim | made up ms | stretched ms | recovered | spared | late | kbit/s |",
        nb(" PESQ-nb |")
    );
    println!(
        "|---|---|---|---|{}---|---|---|---|---|---|---|---|---|---|",
        nb("---|")
    );
    for row in rows {
        let of = |value: fn(&Figures) -> f64| {
            let mut values: Vec<f64> = row.runs.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let narrow = if narrow {
            format!(" {:.2} |", of(|f| f.score.nb.unwrap_or(f64::NAN)))
        } else {
            String::new()
        };
        println!(
            "| {} | {} | **{:.2}** | {:.2} |{narrow} {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} |",
            row.codec,
            row.condition,
            of(|f| f.score.wb.unwrap_or(f64::NAN)),
            of(|f| f.score.worst.unwrap_or(f64::NAN)),
            of(|f| f.score.delay_ms.unwrap_or(f64::NAN)),
            of(|f| f.score.delay_p95_ms.unwrap_or(f64::NAN)),
            of(|f| f.held_ms),
            of(|f| f.target_ms),
            of(|f| f.concealed_ms as f64),
            of(|f| f.stretched_ms as f64),
            of(|f| f.recovered as f64),
            of(|f| f.spared as f64),
            of(|f| f.late as f64),
            of(|f| f.kbps),
        );
    }
}

fn write(path: &Path, sound: &[f32]) -> Result<(), hound::Error> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    for sample in sound {
        writer.write_sample((sample * 32_767.0).clamp(-32_768.0, 32_767.0) as i16)?;
    }
    writer.finalize()
}
