//! The agent's voice in virtual time: rooms, clocks, and parts that break.

use std::time::{Duration, Instant};

use super::processor::Processor;
use super::*;
use crate::device::ring::{Clock, capture_ring};
use crate::frame::{FRAME, Frame, SILENCE, mean_square};
use crate::testing::{allocations, babble, spoken};

const DEVICE: Microphone = Microphone::Device { delay_ms: 40 };

fn only_echo() -> Processing {
    Processing {
        echo_cancellation: true,
        ..Processing::OFF
    }
}

fn voice(settings: Processing) -> Voice {
    let mut voice = Voice::new();
    assert!(voice.set(Processor::new(settings)).is_none());
    voice
}

/// What of `sound` comes to the microphone `at` a time in samples: three ways through a room.
fn echo(sound: &[f32], at: f64) -> f32 {
    [(1_900.0, 0.25), (2_311.0, -0.12), (3_777.0, 0.06)]
        .map(|(late, loud)| {
            let at = at - late;
            if at < 0.0 {
                return 0.0;
            }
            let (n, part) = (at as usize, at.fract() as f32);
            let sample = |n: usize| sound.get(n).copied().unwrap_or(0.0);
            // A cubic through four samples, good enough below 6 kHz.
            let (a, b, c, d) = (
                sample(n.saturating_sub(1)),
                sample(n),
                sample(n + 1),
                sample(n + 2),
            );
            let slope = 0.5 * (c - a);
            let bend = a - 2.5 * b + 2.0 * c - 0.5 * d;
            let twist = 0.5 * (d - a) + 1.5 * (b - c);
            loud * (((twist * part + bend) * part + slope) * part + b)
        })
        .iter()
        .sum()
}

fn noise(seed: &mut u32) -> f32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    (*seed >> 8) as f32 / 8_388_608.0 - 1.0
}

/// By how many dB an echo is weaker after 12 s, where the microphone's clock is so many ppm too fast.
fn enhancement(ppm: f64) -> f32 {
    let mut voice = voice(only_echo());
    let noticed = Noticed::default();
    let people = ["maria-1", "tom-2", "priya-1", "walter-1"]
        .map(spoken)
        .concat();
    let sound: Vec<f32> = people.into_iter().cycle().take(48_000 * 24).collect();
    let start = Instant::now();
    let (mut feed, mut capture, _) = capture_ring(48_000, Clock::Device);
    let (mut written, mut seed) = (0_usize, 1);
    let (mut came, mut left) = (0.0, 0.0);
    let speed = 1.0 + ppm / 1e6;
    for (tick, played) in sound.as_chunks::<FRAME>().0.iter().enumerate() {
        // The microphone's callbacks until this tick, each a little late.
        let due = (tick * FRAME) as f64 * speed;
        while (written + FRAME) as f64 <= due {
            let at = (written + FRAME) as f64 / speed / 48_000.0;
            let late = 1e-3 * f64::from(noise(&mut seed).abs());
            let now = start + Duration::from_secs_f64(at + late);
            let hiss: Vec<f32> = (0..FRAME).map(|_| 1e-4 * noise(&mut seed)).collect();
            feed.write_at(now, FRAME, |n| {
                echo(&sound, (written + n) as f64 / speed) + hiss[n]
            });
            written += FRAME;
        }
        let mut heard = SILENCE;
        capture.keep_time(start + Duration::from_millis(10 * tick as u64 + 2));
        capture.take(&mut heard);
        let before = mean_square(&heard);
        assert!(voice.process(&mut heard, DEVICE, false, &noticed).is_none());
        voice.played(played);
        if tick >= 1_200 {
            came += before;
            left += mean_square(&heard);
        }
    }
    10.0 * (came / left).log10()
}

#[test]
fn an_echo_is_taken_out_whatever_the_clocks_do() {
    let same = enhancement(0.0);
    assert!(same > 30.0, "{same} dB");
    for ppm in [100.0, -100.0, 300.0, -300.0] {
        let db = enhancement(ppm);
        assert!(db > 30.0, "{db} dB at {ppm} ppm");
    }
}

#[test]
fn a_voice_comes_through_and_who_hears_nobody_is_left_alone() {
    let mut voice = voice(only_echo());
    let noticed = Noticed::default();
    let sound = babble(48_000);
    let mut out = Vec::new();
    for frame in sound.as_chunks::<FRAME>().0 {
        let mut frame = *frame;
        voice.process(&mut frame, DEVICE, false, &noticed);
        voice.played(&SILENCE);
        out.extend_from_slice(&frame);
    }
    // 6 ms, and 1.25 ms for the parting in two.
    let late = 288 + 60;
    let high_passed = crate::testing::correlation(&sound[4_800..40_000], &out[4_800..], 1_000);
    // A filter that takes out hum turns the lowest harmonics a little.
    assert!(high_passed.0 > 0.9, "{high_passed:?}");
    assert!(high_passed.1.abs_diff(late) <= 12, "{high_passed:?}");
}

#[test]
fn nothing_on_the_sound_thread_allocates_but_the_echo_canceller_which_gives_all_back() {
    let noticed = Noticed::default();
    let sound = babble(48_000 * 2);
    for (settings, most) in [
        (
            Processing {
                echo_cancellation: false,
                ..Processing::default()
            },
            0,
        ),
        (
            Processing {
                noise_suppression: NoiseSuppression::Strong,
                echo_cancellation: false,
                ..Processing::default()
            },
            0,
        ),
        // 11 buffers for each of 2.5 blocks, each got and given back.
        (Processing::default(), 3 * 2 * 11),
    ] {
        let mut voice = voice(settings);
        for (tick, frame) in sound.as_chunks::<FRAME>().0.iter().enumerate() {
            let mut heard = *frame;
            let count = allocations(|| {
                voice.process(&mut heard, DEVICE, tick % 50 < 25, &noticed);
                voice.played(frame);
            });
            // The first frames make tables that stay.
            assert!(
                tick < 100 || count <= most,
                "{count} at {tick} with {settings:?}"
            );
        }
    }
}

#[test]
fn a_setting_changes_in_the_middle_of_a_word_without_a_gap_or_an_allocation() {
    let noticed = Noticed::default();
    let sound = babble(48_000 * 2);
    let moderate = Processing {
        echo_cancellation: false,
        automatic_gain: false,
        ..Processing::default()
    };
    let mut voice = voice(moderate);
    let mut others = [
        Processing::OFF,
        only_echo(),
        moderate,
        Processing::default(),
    ]
    .map(Processor::new)
    .into_iter();
    let mut kept = Vec::new();
    let mut quietest = f32::MAX;
    for (tick, frame) in sound.as_chunks::<FRAME>().0.iter().enumerate() {
        if tick % 40 == 30
            && let Some(next) = others.next()
        {
            let count = allocations(|| kept.push(voice.set(next)));
            assert!(count <= 2, "{count}: the test's own list");
        }
        let mut heard = *frame;
        voice.process(&mut heard, DEVICE, false, &noticed);
        voice.played(&SILENCE);
        // In the frame of the change and the next.
        if tick > 30 && tick % 40 <= 31 && tick % 40 >= 30 {
            let came =
                mean_square(frame).max(mean_square(&sound[tick * FRAME - FRAME..tick * FRAME]));
            if came > 1e-3 {
                quietest = quietest.min(mean_square(&heard) / came);
            }
        }
    }
    assert!(quietest > 0.01, "a gap: {quietest}");
}

#[test]
fn who_does_nothing_costs_no_delay_and_no_file_is_touched_unasked() {
    let noticed = Noticed::default();
    let sound = babble(4_800);
    let frame: &Frame = sound.as_chunks().0.last().expect("frames");
    let untouched = |settings, microphone| {
        let mut heard = *frame;
        voice(settings).process(&mut heard, microphone, false, &noticed);
        heard == *frame
    };
    assert!(untouched(Processing::OFF, DEVICE));
    assert!(untouched(Processing::default(), Microphone::File));
    assert!(untouched(Processing::default(), Microphone::None));
    assert!(!untouched(Processing::default(), DEVICE));
    let asked = Processing {
        files: true,
        ..Processing::default()
    };
    assert!(!untouched(asked, Microphone::File));
}

#[test]
fn one_that_breaks_costs_no_frame_and_a_substitute_waits_ever_longer() {
    let noticed = Noticed::default();
    let sound = babble(48_000);
    let frames = sound.as_chunks::<FRAME>().0;
    let mut voice = Voice::new();
    let mut processor = Processor::new(Processing::default());
    let mut waited = Vec::new();
    for _ in 0..3 {
        processor.breaks_in = Some(5);
        voice.set(processor);
        let mut ticks = 0;
        let broken = loop {
            let before = frames[ticks % frames.len()];
            let mut heard = before;
            ticks += 1;
            let broken = voice.process(&mut heard, DEVICE, false, &noticed);
            assert!(heard.iter().all(|sample| sample.is_finite()));
            if let Some(broken) = broken {
                assert_eq!(heard, before, "the frame goes out as it came in");
                break broken;
            }
        };
        waited.push(ticks);
        let mut heard = frames[0];
        assert!(voice.process(&mut heard, DEVICE, false, &noticed).is_none());
        assert_eq!(heard, frames[0], "and so do those until there is another");
        processor = broken.substitute();
    }
    assert!(waited[1] > waited[0] && waited[2] > waited[1], "{waited:?}");
}

#[test]
fn a_voice_is_known_from_hiss_and_taps_when_muted() {
    let told = |sound: &[f32], muted: bool| {
        let mut voice = voice(Processing::default());
        let (noticed, mut reported) = (Noticed::default(), Reported::default());
        let mut told = 0;
        for frame in sound.as_chunks::<FRAME>().0 {
            voice.process(&mut { *frame }, DEVICE, muted, &noticed);
            while let Some(event) = reported.next(&noticed) {
                told += u32::from(event == crate::AudioEvent::MutedSpeech);
            }
        }
        told
    };
    let mut seed = 1;
    for name in ["viktor-1", "nadia-1", "callum-1", "priya-1"] {
        let said = spoken(name).repeat(2);
        assert_eq!(told(&said, true), 1, "{name}");
        assert_eq!(told(&said, false), 0, "{name}");
    }
    let hiss: Vec<f32> = (0..48_000 * 6).map(|_| 0.05 * noise(&mut seed)).collect();
    assert_eq!(told(&hiss, true), 0);
    let taps: Vec<f32> = (0..48_000 * 6)
        .map(|n| {
            if n % 9_600 < 300 {
                0.5 * noise(&mut seed)
            } else {
                0.0
            }
        })
        .collect();
    assert_eq!(told(&taps, true), 0);
}

#[test]
fn the_delay_that_is_told_is_that_of_the_sound() {
    let noises = [
        (NoiseSuppression::Off, 7_250),
        (NoiseSuppression::Moderate, 13_250),
        (NoiseSuppression::Strong, 17_250),
    ];
    for (noise_suppression, expected) in noises {
        let mut voice = voice(Processing {
            noise_suppression,
            ..only_echo()
        });
        let noticed = Noticed::default();
        let said = spoken("maria-1");
        let mut came = Vec::new();
        for frame in said.as_chunks::<FRAME>().0 {
            let mut sound = *frame;
            assert!(voice.process(&mut sound, DEVICE, false, &noticed).is_none());
            came.extend_from_slice(&sound);
        }
        assert_eq!(voice.delay_us(), expected);
        let likeness = |late: usize| -> f64 {
            let pairs = came[late..].iter().zip(&said);
            pairs.map(|(a, b)| f64::from(a * b)).sum()
        };
        // Not farther off than her pitch, by which she is like herself, too.
        let told = expected as usize * 48 / 1_000;
        let late = (told - 144..told + 144).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b)));
        let late_us = late.expect("some") as f64 / 0.048;
        // Where a voice is most like itself, a high-pass moves by a ms.
        assert!(
            (late_us - f64::from(expected)).abs() < 1_500.0,
            "{late_us} µs in place of {expected}"
        );
        voice.rest(&noticed);
        assert_eq!(voice.delay_us(), 0);
    }
}
