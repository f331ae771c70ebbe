//! How long sound is under way: from the microphone to the PBX, back, and out of the speaker.

use std::f64::consts::TAU;
use std::time::Duration;

use crate::error::Result;
use crate::place::Lab;
use crate::room::Room;
use crate::sound::{self, Sound};

/// Samples a second at which chirps are looked for: 0.06 ms apart.
pub const RATE: u32 = 16_000;
/// How far apart the chirps are, s.
pub const SPACING: f64 = 1.5;

/// Samples of `count` chirps, at [`RATE`], [`SPACING`] apart.
pub fn chirps(count: usize) -> Vec<i16> {
    let silence = vec![0; (SPACING * f64::from(RATE)) as usize - LENGTH];
    (0..count)
        .flat_map(|_| one().into_iter().chain(silence.iter().copied()))
        .collect()
}

/// Samples of one chirp, at [`RATE`].
pub fn one() -> Vec<i16> {
    chirp().into_iter().map(|x| x as i16).collect()
}

/// The trip, in ms, with the microphone and the speaker connected inside the sound server: what the
/// harness itself adds.
pub fn floor() -> Result<Vec<f64>> {
    let lab = Lab::new()?;
    let pulse = lab.pulse()?;
    pulse.short_circuit()?;
    let file = lab.dir().join("chirps.wav");
    sound::write(&file, RATE, &chirps(FLOOR_CHIRPS))?;
    let recorder = pulse.record()?;
    std::thread::sleep(SETTLE);
    let mouth = pulse.say(&file)?;
    std::thread::sleep(Duration::from_secs_f64(FLOOR_CHIRPS as f64 * SPACING));
    drop(mouth);
    let room = recorder.finish();
    Ok(trips_ms(&room, 0.0, f64::INFINITY))
}

/// For each chirp that was said between two times of a recording (s): how long after it came out of
/// the speaker, in ms. A chirp that did not come back is left out.
pub fn trips_ms(room: &Room, from: f64, to: f64) -> Vec<f64> {
    let said = slow(&room.microphone.part(from, to));
    let heard = slow(&room.speaker.part(from, to));
    let mut trips = Vec::new();
    let mut at = 0;
    while let Some(onset) = said
        .iter()
        .skip(at)
        .position(|x| x.abs() > ONSET)
        .map(|offset| offset + at)
    {
        let around = onset.saturating_sub(LENGTH / 4);
        if let (Some(spoken), Some(returned)) =
            (best(&said, around, LENGTH / 2), best(&heard, onset, SEARCH))
        {
            trips.push((returned as f64 - spoken as f64) * 1000.0 / f64::from(RATE));
        }
        at = onset + (SPACING * f64::from(RATE) * 0.8) as usize;
    }
    trips
}

/// The same for one chirp, that was said within a quarter of a second of this time (s), among speech.
pub fn trip_ms(room: &Room, around: f64) -> Option<f64> {
    let from = around - 0.25;
    let said = slow(&room.microphone.part(from, around + 0.35));
    let heard = slow(&room.speaker.part(from, around + 1.85));
    let spoken = best(&said, 0, said.len().checked_sub(LENGTH)?)?;
    let returned = best(&heard, spoken, SEARCH + SEARCH / 2)?;
    Some((returned - spoken) as f64 * 1000.0 / f64::from(RATE))
}

/// Where the chirp lies best in the `length` samples after `from`; `None` if nothing is like it.
fn best(samples: &[f64], from: usize, length: usize) -> Option<usize> {
    let chirp = chirp();
    let energy: f64 = chirp.iter().map(|x| x * x).sum();
    let likeness = |at: usize| {
        let part = samples.get(at..at + LENGTH)?;
        let product: f64 = part.iter().zip(&chirp).map(|(a, b)| a * b).sum();
        let own: f64 = part.iter().map(|x| x * x).sum();
        Some((product, product / (own * energy).sqrt().max(1.0)))
    };
    let (at, (_, like)) = (from..from + length)
        .filter_map(|at| Some((at, likeness(at)?)))
        .max_by(|(_, (a, _)), (_, (b, _))| a.total_cmp(b))?;
    (like > 0.5).then_some(at)
}

/// At [`RATE`], by the mean of neighbours.
fn slow(sound: &Sound) -> Vec<f64> {
    let step = (sound.rate / RATE) as usize;
    sound
        .samples
        .chunks_exact(step)
        .map(|part| part.iter().map(|&x| f64::from(x)).sum::<f64>() / step as f64)
        .collect()
}

/// A sweep from 500 to 3000 Hz, faded in and out: it passes every codec and is found to the sample.
fn chirp() -> Vec<f64> {
    let seconds = LENGTH as f64 / f64::from(RATE);
    (0..LENGTH)
        .map(|n| {
            let t = n as f64 / f64::from(RATE);
            let phase = TAU * (500.0 * t + 2500.0 * t * t / (2.0 * seconds));
            let fade = (t.min(seconds - t) / 0.01).min(1.0);
            8000.0 * fade * phase.sin()
        })
        .collect()
}

const FLOOR_CHIRPS: usize = 8;
/// So that what a start leaves behind is not measured.
const SETTLE: Duration = Duration::from_secs(2);
const LENGTH: usize = RATE as usize / 10;
/// A trip of a second is not looked beyond, where chirps follow each other.
const SEARCH: usize = RATE as usize;
/// Louder than any noise between chirps.
const ONSET: f64 = 1000.0;

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn at_48k(samples: &[i16]) -> Sound {
        Sound {
            rate: 48_000,
            samples: samples.iter().flat_map(|&x| [x; 3]).collect(),
        }
    }

    #[test]
    fn a_delay_is_measured_to_a_sample() {
        let said = chirps(3);
        let mut heard = vec![0; 1600];
        heard.extend(said.iter().map(|x| x / 2));
        let length = said.len() + 16_000;
        let pad = |mut samples: Vec<i16>| {
            samples.resize(length, 0);
            at_48k(&samples)
        };
        let room = Room {
            microphone: pad(said),
            speaker: pad(heard),
            began: Instant::now(),
        };
        let trips = trips_ms(&room, 0.0, 100.0);
        assert_eq!(trips.len(), 3, "{trips:?}");
        assert!(
            trips.iter().all(|trip| (trip - 100.0).abs() < 0.07),
            "{trips:?}"
        );
    }

    #[test]
    fn a_chirp_is_found_between_sentences() {
        let speech = |seed: i64| (0..8000).map(move |n| (n * n * seed % 9000 - 4500) as i16);
        let mut said: Vec<i16> = speech(7).collect();
        said.extend([0; 6400]);
        said.extend(one());
        said.extend([0; 8000]);
        said.extend(speech(11));
        let mut heard = vec![0; 2000];
        heard.extend(said.iter().map(|x| x / 2));
        heard.truncate(said.len());
        let mut room = Room {
            microphone: at_48k(&said),
            speaker: at_48k(&heard),
            began: Instant::now(),
        };
        let trip = trip_ms(&room, 1.0).unwrap();
        assert!((trip - 125.0).abs() < 0.07, "{trip}");
        room.speaker.samples.fill(0);
        assert_eq!(trip_ms(&room, 1.0), None);
    }

    #[test]
    fn what_does_not_come_back_is_left_out() {
        let said = at_48k(&chirps(2));
        let silent = Sound {
            rate: 48_000,
            samples: vec![0; said.samples.len()],
        };
        let room = Room {
            microphone: said,
            speaker: silent,
            began: Instant::now(),
        };
        assert!(trips_ms(&room, 0.0, 100.0).is_empty());
    }
}
