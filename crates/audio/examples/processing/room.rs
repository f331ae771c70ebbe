//! A room, and the noise in it, made from a seed.

use crate::{FRAME, RATE};

/// Numbers that look random.
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    /// From -1 to 1, by xorshift64*.
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40;
        bits as f32 / 8_388_608.0 - 1.0
    }

    pub(crate) fn noise(&mut self, samples: usize) -> Vec<f32> {
        (0..samples).map(|_| self.next()).collect()
    }

    /// Noise that falls by 3 dB an octave: the sum of six that change ever more seldom.
    pub(crate) fn pink(&mut self, samples: usize) -> Vec<f32> {
        let mut rows = [0.0_f32; 12];
        (0..samples)
            .map(|n| {
                let row = (n.trailing_zeros() as usize).min(rows.len() - 1);
                rows[row] = self.next();
                rows.iter().sum::<f32>() + self.next()
            })
            .collect()
    }
}

/// From a loudspeaker to a microphone: the way there, and 350 ms of dying away.
pub(crate) struct Room(Vec<f32>);

impl Room {
    /// `delay_ms` away, by so many dB softer than what is played.
    pub(crate) fn new(seed: &mut Seed, delay_ms: f32, gain_db: f32) -> Self {
        let delay = (delay_ms * RATE as f32 / 1_000.0) as usize;
        let length = RATE * 350 / 1_000;
        let mut path = vec![0.0; delay];
        path.push(1.0);
        // Down by 60 dB at the end.
        let fall = (-6.9 / length as f32).exp();
        let mut loud = 0.06;
        for _ in 0..length {
            path.push(seed.next() * loud);
            loud *= fall;
        }
        let energy = path.iter().map(|tap| tap * tap).sum::<f32>();
        let gain = 10_f32.powf(gain_db / 20.0) / energy.sqrt();
        path.iter_mut().for_each(|tap| *tap *= gain);
        Self(path)
    }

    /// What of `played` comes to the microphone.
    pub(crate) fn echo(&self, played: &[f32]) -> Vec<f32> {
        let mut echo = vec![0.0; played.len()];
        // Where nothing is played there is nothing to add, and speech pauses often.
        for (at, frame) in played.chunks(FRAME).enumerate() {
            if frame.iter().all(|sample| *sample == 0.0) {
                continue;
            }
            for (n, sample) in frame.iter().enumerate() {
                let start = at * FRAME + n;
                let room = self.0.len().min(echo.len() - start);
                let target = &mut echo[start..start + room];
                for (out, tap) in target.iter_mut().zip(&self.0) {
                    *out += sample * tap;
                }
            }
        }
        echo
    }
}

/// Mean level while there is sound, in dBFS: of the 20 ms that are above -40 dB of the loudest.
pub(crate) fn level(sound: &[f32]) -> f32 {
    let energies = energies(sound);
    let loudest = energies.iter().copied().fold(0.0, f32::max);
    let active: Vec<f32> = energies
        .into_iter()
        .filter(|e| *e > loudest * 1e-4)
        .collect();
    10.0 * (active.iter().sum::<f32>() / active.len().max(1) as f32)
        .max(1e-10)
        .log10()
}

/// Level of the softest tenth, in dBFS.
pub(crate) fn floor(sound: &[f32]) -> f32 {
    let mut energies = energies(sound);
    energies.sort_by(f32::total_cmp);
    10.0 * energies[energies.len() / 20].max(1e-10).log10()
}

fn energies(sound: &[f32]) -> Vec<f32> {
    let energy = |part: &[f32]| part.iter().map(|s| s * s).sum::<f32>() / part.len() as f32;
    sound.chunks_exact(2 * FRAME).map(energy).collect()
}

/// The same at another level.
pub(crate) fn scaled(sound: &[f32], dbfs: f32) -> Vec<f32> {
    let gain = 10_f32.powf((dbfs - level(sound)) / 20.0);
    sound.iter().map(|sample| sample * gain).collect()
}

pub(crate) fn mixed(one: &[f32], other: &[f32]) -> Vec<f32> {
    one.iter().zip(other).map(|(a, b)| a + b).collect()
}
