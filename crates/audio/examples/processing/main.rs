//! How well and how cheaply the agent's voice is processed, in a simulated room.
//!
//! `processing FOLDER` prints a Markdown table of echo return loss enhancement and processor time, and
//! writes into FOLDER what `tests/interop/lab/processing.py` judges: noisy speech and double talk, before
//! and after. Everything is made from a seed; only the processor time differs from run to run.
#![allow(clippy::print_stdout)]

mod room;
mod voices;

use std::path::Path;

use room::{Room, Seed, level, mixed, scaled};
use voices::{alternating, voice, write};
use warmline_audio::{NoiseSuppression, Processing, Rehearsal};

const RATE: usize = 48_000;
const FRAME: usize = 480;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    echo()?;
    double_talk(folder)?;
    noise(folder)?;
    gain()?;
    cost()?;
    Ok(())
}

/// Echo cancelling alone, or with other parts.
fn only_echo() -> Processing {
    Processing {
        echo_cancellation: true,
        ..Processing::OFF
    }
}

fn with(noise_suppression: NoiseSuppression) -> Processing {
    Processing {
        noise_suppression,
        ..Processing::default()
    }
}

/// What becomes of `heard` while `played` is played.
fn processed(
    settings: Processing,
    heard: &[f32],
    played: &[f32],
) -> Result<Vec<f32>, Box<dyn std::error::Error>> {
    let mut engine = Rehearsal::new();
    engine.set_processing(settings)?;
    let mut out = Vec::with_capacity(heard.len());
    let mut before = &[0.0; FRAME];
    let frames = heard.as_chunks().0.iter().zip(played.as_chunks().0);
    for (heard, played) in frames {
        out.extend(engine.refine(heard, before));
        before = played;
    }
    Ok(out)
}

/// By how much less there is in a span of time, in dB, judged in 20 ms in which there is an echo.
fn enhancement(heard: &[f32], out: &[f32], seconds: std::ops::Range<usize>) -> f32 {
    let span = seconds.start * RATE..seconds.end * RATE;
    let energy = |sound: &[f32]| sound[span.clone()].iter().map(|s| s * s).sum::<f32>();
    10.0 * (energy(heard) / energy(out)).log10()
}

fn echo() -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "| echo return loss enhancement, dB | 3–8 s | 18–24 s | path changed: first 2 s | then |"
    );
    println!("|---|---|---|---|---|");
    let far = scaled(
        &alternating(&["maria-1", "tom-2", "priya-1", "walter-1"], 40),
        -23.0,
    );
    for (settings, name) in [
        (only_echo(), "echo alone"),
        (with(NoiseSuppression::Moderate), "all, moderate"),
        (with(NoiseSuppression::Strong), "all, strong"),
    ] {
        for (room, noise_db) in [("room noise -60 dBFS", -60.0), ("-75 dBFS", -75.0)] {
            let mut seed = Seed(1);
            let first = Room::new(&mut seed, 80.0, -10.0);
            let other = Room::new(&mut seed, 80.0, -10.0);
            let mut heard = first.echo(&far);
            heard[26 * RATE..].copy_from_slice(&other.echo(&far)[26 * RATE..]);
            let hiss = scaled(&seed.noise(heard.len()), noise_db);
            let heard = mixed(&heard, &hiss);
            let out = processed(settings, &heard, &far)?;
            let db = |from, to| enhancement(&heard, &out, from..to);
            println!(
                "| {name}, {room} | {:.1} | {:.1} | {:.1} | {:.1} |",
                db(3, 8),
                db(18, 24),
                db(26, 28),
                db(30, 38)
            );
        }
    }
    println!();
    Ok(())
}

/// The agent speaks all the time while the other one does.
fn double_talk(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let far = scaled(
        &alternating(&["maria-1", "tom-2", "priya-1", "walter-1"], 40),
        -23.0,
    );
    let near = scaled(
        &alternating(&["viktor-1", "nadia-1", "callum-1"], 40),
        -23.0,
    );
    let mut silent = near.clone();
    silent[..16 * RATE].fill(0.0);
    let mut seed = Seed(2);
    let room = Room::new(&mut seed, 80.0, -10.0);
    let hiss = scaled(&seed.noise(near.len()), -65.0);
    let heard = mixed(&mixed(&silent, &room.echo(&far)), &hiss);
    let part = 20 * RATE..36 * RATE;
    write(folder, "talk-clean", &near[part.clone()])?;
    write(folder, "talk-raw", &heard[part.clone()])?;
    for (name, settings) in [
        ("echo", only_echo()),
        ("moderate", with(NoiseSuppression::Moderate)),
        ("strong", with(NoiseSuppression::Strong)),
    ] {
        let out = processed(settings, &heard, &far)?;
        write(folder, &format!("talk-{name}"), &out[part.clone()])?;
    }
    Ok(())
}

/// Speech in noise that falls with the frequency.
fn noise(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut seed = Seed(3);
    for (n, person) in ["viktor-1", "nadia-1", "callum-1", "priya-2"]
        .into_iter()
        .enumerate()
    {
        let clean = scaled(&alternating(&[person], 14), -26.0);
        let silence = vec![0.0; clean.len()];
        write(folder, &format!("noise-{n}-clean"), &clean[4 * RATE..])?;
        for snr in [5, 15] {
            let noisy = mixed(
                &clean,
                &scaled(&seed.pink(clean.len()), level(&clean) - snr as f32),
            );
            write(folder, &format!("noise-{n}-{snr}-raw"), &noisy[4 * RATE..])?;
            for (name, strength) in [
                ("moderate", NoiseSuppression::Moderate),
                ("strong", NoiseSuppression::Strong),
            ] {
                for (all, settings) in [
                    (
                        "alone",
                        Processing {
                            noise_suppression: strength,
                            ..Processing::OFF
                        },
                    ),
                    ("all", with(strength)),
                ] {
                    let out = processed(settings, &noisy, &silence)?;
                    write(
                        folder,
                        &format!("noise-{n}-{snr}-{name}-{all}"),
                        &out[4 * RATE..],
                    )?;
                }
            }
        }
    }
    Ok(())
}

/// How loud soft and loud voices come out.
fn gain() -> Result<(), Box<dyn std::error::Error>> {
    println!("| gain control: a voice at, dBFS | comes out at, 10–20 s | noise in pauses |");
    println!("|---|---|---|");
    let mut seed = Seed(4);
    for loud in [-50.0, -40.0, -30.0, -20.0] {
        let clean = scaled(&alternating(&["nadia-1", "callum-1"], 21), loud);
        let noisy = mixed(&clean, &scaled(&seed.noise(clean.len()), -75.0));
        let silence = vec![0.0; clean.len()];
        let out = processed(Processing::default(), &noisy, &silence)?;
        let part = 10 * RATE..20 * RATE;
        println!(
            "| {loud:.0} | {:.1} | {:.1} |",
            level(&out[part.clone()]),
            room::floor(&out[part])
        );
    }
    println!();
    Ok(())
}

/// Processor time of each setting, while the far end speaks half of the time, always, and never.
fn cost() -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "| processor time, µs per 10 ms | nobody plays | half the time | all the time | s per minute (half) |"
    );
    println!("|---|---|---|---|---|");
    let near = alternating(&["viktor-1", "nadia-1", "callum-1"], 20);
    let far = scaled(&voice("maria-1").repeat(40)[..20 * RATE], -23.0);
    let mut seed = Seed(5);
    let room = Room::new(&mut seed, 40.0, -10.0);
    let off = Processing::OFF;
    for (name, settings) in [
        (
            "high-pass",
            Processing {
                high_pass: true,
                ..off
            },
        ),
        ("echo", only_echo()),
        (
            "noise, moderate",
            Processing {
                noise_suppression: NoiseSuppression::Moderate,
                ..off
            },
        ),
        (
            "noise, strong",
            Processing {
                noise_suppression: NoiseSuppression::Strong,
                ..off
            },
        ),
        (
            "gain",
            Processing {
                automatic_gain: true,
                ..off
            },
        ),
        (
            "echo and moderate",
            Processing {
                automatic_gain: false,
                ..Processing::default()
            },
        ),
        ("all, moderate (default)", Processing::default()),
        ("all, strong", with(NoiseSuppression::Strong)),
    ] {
        let mut per_tick = [0.0; 3];
        for (cost, busy) in per_tick.iter_mut().zip([0, 2, 4]) {
            let mut played = far.clone();
            for (n, sample) in played.iter_mut().enumerate() {
                // Turns of four seconds.
                if n / RATE % 4 >= busy {
                    *sample = 0.0;
                }
            }
            let hiss = scaled(&seed.noise(near.len()), -65.0);
            let heard = mixed(&mixed(&near, &room.echo(&played)), &hiss);
            let mut runs = Vec::new();
            for _ in 0..5 {
                let before = processor_us();
                processed(settings, &heard, &played)?;
                runs.push((processor_us() - before) / (heard.len() / FRAME) as f64);
            }
            runs.sort_by(f64::total_cmp);
            *cost = runs[runs.len() / 2];
        }
        let [never, half, always] = per_tick;
        println!(
            "| {name} | {never:.0} | {half:.0} | {always:.0} | {:.2} |",
            half * 6_000.0 / 1e6
        );
    }
    Ok(())
}

/// Processor time of this thread so far, where Linux tells it; else 0.
fn processor_us() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split(' ').next().and_then(|n| n.parse::<f64>().ok());
    first.unwrap_or_default() / 1_000.0
}
