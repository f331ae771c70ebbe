//! What a microphone gives, measured: level, noise, clipping, echo. Pure, for checks before a shift;
//! all of it 48 kHz mono, samples from -1 to 1.

use crate::frame::{FRAME, SAMPLE_RATE, dbfs, mean_square};

/// Level of the background in dBFS: the median of all 10 ms, so that a cough does not count. `None`
/// for less than 10 ms.
pub fn noise_floor_dbfs(sound: &[f32]) -> Option<f32> {
    let mut powers = powers(sound);
    let middle = powers.len() / 2;
    powers.sort_unstable_by(f32::total_cmp);
    powers.get(middle).map(|power| dbfs(power.sqrt()))
}

/// Level of speech in dBFS without its pauses, as ITU-T P.56 means it: the mean of those 10 ms that are
/// within 16 dB of the loudest tenth and well above `floor_dbfs`. `None` if nobody speaks.
pub fn speech_level_dbfs(sound: &[f32], floor_dbfs: f32) -> Option<f32> {
    let mut powers = powers(sound);
    powers.sort_unstable_by(f32::total_cmp);
    let loud = *powers.get(powers.len().saturating_sub(1 + powers.len() / 10))?;
    let least = (loud * power(-PAUSE_DB)).max(power(floor_dbfs + ABOVE_NOISE_DB));
    let spoken: Vec<f32> = powers.into_iter().filter(|power| *power >= least).collect();
    // A click is not a word.
    (spoken.len() >= LEAST_SPOKEN).then(|| {
        let mean = spoken.iter().sum::<f32>() / spoken.len() as f32;
        dbfs(mean.sqrt())
    })
}

/// Share of all 10 ms in which the sound was cut off at full scale: three samples in a row or more.
pub fn clipped(sound: &[f32]) -> f32 {
    let frames = sound.chunks_exact(FRAME);
    let all = frames.len();
    let cut = frames.filter(|frame| {
        let full = |sample: &f32| sample.abs() >= FULL;
        let mut rows = frame.chunk_by(|one, other| full(one) == full(other));
        rows.any(|row| row.len() >= 3 && full(&row[0]))
    });
    cut.count() as f32 / all.max(1) as f32
}

/// How much of what is played comes back by the microphone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Echo {
    /// How much softer it comes back, in dB.
    pub return_loss_db: f32,
    /// How much later, in ms, by way of both devices and the air.
    pub delay_ms: f32,
}

/// Looks for `played` in `heard`, which begins when it began to be played and goes on for at least
/// [`LONGEST_ECHO_MS`] after it. `floor_dbfs` is the background without it. `None`: it is not in there,
/// or no louder than the background.
pub fn echo(played: &[f32], heard: &[f32], floor_dbfs: f32) -> Option<Echo> {
    let (played_low, heard_low) = (decimated(played), decimated(heard));
    let length = played_low.len();
    let lags = heard_low.len().checked_sub(length)? + 1;
    let whole = f64::from(product(&played_low, &played_low));
    let (lag, likeness) = (0..lags)
        .map(|lag| {
            let there = &heard_low[lag..lag + length];
            let both = (whole * f64::from(product(there, there))).sqrt();
            // One that turns the sound upside down is an echo as well.
            let alike = f64::from(product(&played_low, there).abs());
            (lag, if both > 0.0 { alike / both } else { 0.0 })
        })
        .max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    if likeness < ALIKE {
        return None;
    }
    let at = lag * DECIMATION;
    let there = heard.get(at..(at + played.len()).min(heard.len()))?;
    let came_back = mean_square(there) - power(floor_dbfs);
    if came_back <= 0.0 {
        return None;
    }
    Some(Echo {
        return_loss_db: 10.0 * (mean_square(played) / came_back).log10(),
        delay_ms: at as f32 * 1_000.0 / SAMPLE_RATE as f32,
    })
}

/// A sound to look for with [`echo`]: a rising tone of 0.8 s from 300 to 3,400 Hz, -23 dBFS, that fades
/// in and out.
pub fn sweep() -> Vec<f32> {
    let length = SAMPLE_RATE as usize * 8 / 10;
    let fade = SAMPLE_RATE as usize / 50;
    let seconds = length as f64 / f64::from(SAMPLE_RATE);
    let (low, high) = (300.0, 3_400.0);
    let each = (0..length).map(|n| {
        let t = n as f64 / f64::from(SAMPLE_RATE);
        let turns = low * t + (high - low) * t * t / (2.0 * seconds);
        let edge = n.min(length - 1 - n).min(fade) as f64 / fade as f64;
        (SWEEP_PEAK * edge * (std::f64::consts::TAU * turns).sin()) as f32
    });
    each.collect()
}

/// An echo that takes longer than this is none of ours.
pub const LONGEST_ECHO_MS: usize = 700;

fn powers(sound: &[f32]) -> Vec<f32> {
    sound.chunks_exact(FRAME).map(mean_square).collect()
}

/// 8 kHz are enough to find a sound, and a sixth of the samples a thirty-sixth of the work.
fn decimated(sound: &[f32]) -> Vec<f32> {
    let blocks = sound.chunks_exact(DECIMATION);
    blocks
        .map(|block| block.iter().sum::<f32>() / DECIMATION as f32)
        .collect()
}

/// Sum of products, in eight sums at once, which a processor adds up as one.
fn product(one: &[f32], other: &[f32]) -> f32 {
    let (ones, rest) = one.as_chunks::<8>();
    let (others, rest_of_other) = other.as_chunks::<8>();
    let mut sums = [0.0_f32; 8];
    for (one, other) in ones.iter().zip(others) {
        for lane in 0..8 {
            sums[lane] += one[lane] * other[lane];
        }
    }
    let rest = rest
        .iter()
        .zip(rest_of_other)
        .map(|(one, other)| one * other);
    sums.iter().sum::<f32>() + rest.sum::<f32>()
}

/// A level in dB as a power.
fn power(db: f32) -> f32 {
    10.0_f32.powf(db / 10.0)
}

const DECIMATION: usize = 6;

/// Softer than the loud parts of speech by more than this is a pause (ITU-T P.56: 15.9 dB).
const PAUSE_DB: f32 = 16.0;
/// Speech is at least so far above the background.
const ABOVE_NOISE_DB: f32 = 6.0;
/// In 10 ms: a short word.
const LEAST_SPOKEN: usize = 20;

/// What a converter gives at its limit, less a bit.
const FULL: f32 = 0.999;

/// Likeness of what is heard to what is played from which on it is that. Rooms and loudspeakers leave
/// some 0.3 of it and more; noise of the same length comes to 0.06.
const ALIKE: f64 = 0.15;

/// -20 dBFS; a sine is 3 dB softer.
const SWEEP_PEAK: f64 = 0.1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::samples;
    use crate::testing::{babble, sine};

    /// White noise of a level, from a seed.
    fn noise(dbfs: f32, length: usize, mut seed: u32) -> Vec<f32> {
        let peak = 10.0_f32.powf(dbfs / 20.0) * 3.0_f32.sqrt();
        let each = (0..length).map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed as f32 / u32::MAX as f32 * 2.0 - 1.0) * peak
        });
        each.collect()
    }

    fn close(one: f32, other: f32, by: f32) -> bool {
        (one - other).abs() <= by
    }

    #[test]
    fn the_background_is_measured_without_what_happens_in_it() {
        let mut room = noise(-60.0, 48_000, 1);
        let quiet = noise_floor_dbfs(&room).expect("sound");
        assert!(close(quiet, -60.0, 0.3), "{quiet}");
        for sample in &mut room[10_000..20_000] {
            *sample += 0.3;
        }
        let coughed = noise_floor_dbfs(&room).expect("sound");
        assert!(close(coughed, -60.0, 0.5), "{coughed}");
        assert_eq!(noise_floor_dbfs(&[0.0; 48_000]), Some(-100.0));
        assert_eq!(noise_floor_dbfs(&[0.0; 100]), None);
    }

    #[test]
    fn speech_is_measured_without_its_pauses() {
        let mut said = noise(-60.0, 48_000 * 3, 2);
        // A second of a tone at -9 dBFS, 20 dB down: -29 in speech, -34 over all.
        for (sample, tone) in said[48_000..96_000].iter_mut().zip(sine(400.0, 48_000)) {
            *sample += tone / 10.0;
        }
        let level = speech_level_dbfs(&said, -60.0).expect("somebody speaks");
        assert!(close(level, -29.0, 0.3), "{level}");
        let spoken = babble(48_000 * 3);
        let level = speech_level_dbfs(&spoken, -80.0).expect("somebody speaks");
        let all = dbfs(mean_square(&spoken).sqrt());
        assert!(level >= all && level < all + 8.0, "{level} {all}");
    }

    #[test]
    fn a_room_in_which_nobody_speaks_has_no_speech() {
        assert_eq!(speech_level_dbfs(&noise(-50.0, 48_000 * 3, 3), -50.0), None);
        assert_eq!(speech_level_dbfs(&[0.0; 48_000], -100.0), None);
        let mut click = noise(-60.0, 48_000 * 3, 4);
        click[50_000..50_400].fill(0.9);
        assert_eq!(speech_level_dbfs(&click, -60.0), None);
        assert_eq!(speech_level_dbfs(&[], -60.0), None);
    }

    #[test]
    fn what_is_cut_off_is_told_from_what_is_loud() {
        let loud: Vec<f32> = sine(200.0, 48_000).iter().map(|s| s * 1.9).collect();
        assert_eq!(clipped(&loud), 0.0);
        let cut: Vec<f32> = sine(200.0, 48_000)
            .iter()
            .map(|s| (s * 4.0).clamp(-1.0, 1.0))
            .collect();
        assert!(clipped(&cut) > 0.95, "{}", clipped(&cut));
        let mut once = loud;
        once[1_000..1_010].fill(-1.0);
        assert!(close(clipped(&once), 0.01, 1e-6), "{}", clipped(&once));
        assert_eq!(clipped(&[]), 0.0);
    }

    /// The sweep as a microphone hears it: `db` softer, `ms` later, by several ways, in noise.
    fn heard(db: f32, ms: usize, floor: f32) -> (Vec<f32>, Vec<f32>) {
        let played = sweep();
        let mut heard = noise(floor, played.len() + samples(LONGEST_ECHO_MS), 5);
        let gain = 10.0_f32.powf(-db / 20.0);
        for (way, (share, later)) in [(0.8, 0), (0.5, 3), (0.33, 11)].into_iter().enumerate() {
            let sign = if way == 1 { -1.0 } else { 1.0 };
            let at = samples(ms + later);
            for (sample, sweep) in heard[at..].iter_mut().zip(&played) {
                *sample += sweep * gain * share * sign;
            }
        }
        (played, heard)
    }

    #[test]
    fn an_echo_is_found_with_its_loss_and_its_delay() {
        for (db, ms) in [(3.0, 20), (15.0, 85), (30.0, 250), (40.0, 600)] {
            let (played, heard) = heard(db, ms, -75.0);
            let echo = echo(&played, &heard, -75.0).expect("there is one");
            assert!(close(echo.return_loss_db, db, 2.0), "{db} dB: {echo:?}");
            assert!(close(echo.delay_ms, ms as f32, 1.0), "{ms} ms: {echo:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let (played, silent) = heard(200.0, 0, -60.0);
        assert_eq!(echo(&played, &silent, -60.0), None);
        assert_eq!(echo(&played, &vec![0.0; silent.len()], -100.0), None);
        assert_eq!(echo(&played, &played[..1_000], -100.0), None);
        // Somebody speaks meanwhile.
        let speech = babble(silent.len());
        assert_eq!(echo(&played, &speech, -60.0), None);
    }

    #[test]
    fn the_sweep_is_as_loud_as_it_says_and_begins_softly() {
        let sweep = sweep();
        assert!(close(dbfs(mean_square(&sweep).sqrt()), -23.1, 0.3));
        assert_eq!((sweep[0], sweep[sweep.len() - 1]), (0.0, 0.0));
    }
}
