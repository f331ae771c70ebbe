//! Comfort noise (RFC 3389): a silence as its level and the shape of its spectrum, and back.
//!
//! All of it happens at 8 kHz, where the payload format has its one static payload type: what is above
//! 4 kHz in a silence of G.722 is not told, and not missed. The noise is white noise through an all-pole
//! filter, whose reflection coefficients the packet holds.

use crate::resample::Interpolator;

/// Reflection coefficients told and believed. The format leaves it open; more than ten tell nothing of
/// a room, and further ones are not looked at.
pub(crate) const ORDER: usize = 10;

/// Longest payload made, in bytes.
pub(crate) const LONGEST_PAYLOAD: usize = 1 + ORDER;

/// The rate of all that is described here, in Hz.
pub(crate) const RATE: usize = 8_000;

/// What nobody hears, in -dBov.
const QUIETEST: u8 = 127;

/// A silence as it sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Noise {
    /// Level in -dBov: 0 is a square wave as loud as can be, 127 nothing.
    pub(crate) level: u8,
    /// Reflection coefficients of its spectrum, each between -1 and 1.
    pub(crate) shape: [f32; ORDER],
}

impl Noise {
    /// Nothing to be heard.
    pub(crate) const NONE: Self = Self {
        level: QUIETEST,
        shape: [0.0; ORDER],
    };

    /// Reads a payload. Without coefficients it is white.
    pub(crate) fn read(payload: &[u8]) -> Self {
        let Some((level, told)) = payload.split_first() else {
            return Self::NONE;
        };
        let mut shape = [0.0; ORDER];
        for (coefficient, index) in shape.iter_mut().zip(told) {
            // 255 is no index, and 0 would ring for ever: whoever fills up with it means nothing by it.
            if (1..255).contains(index) {
                *coefficient = ((f32::from(*index) - 127.0) * STEP).clamp(-MOST, MOST);
            }
        }
        Self {
            level: level & 0x7F,
            shape,
        }
    }

    /// Writes a payload; gives its length.
    pub(crate) fn write(&self, payload: &mut [u8; LONGEST_PAYLOAD]) -> usize {
        payload[0] = self.level.min(QUIETEST);
        for (index, coefficient) in payload[1..].iter_mut().zip(&self.shape) {
            *index = (127.0 + coefficient / STEP).round().clamp(0.0, 254.0) as u8;
        }
        LONGEST_PAYLOAD
    }

    /// Root mean square of it.
    fn amplitude(&self) -> f32 {
        if self.level >= QUIETEST {
            return 0.0;
        }
        10.0_f32.powf(-f32::from(self.level) / 20.0)
    }
}

/// What one step of a quantised coefficient is (RFC 3389 section 3.2).
const STEP: f32 = 258.0 / 32_768.0;

/// The first terms of a piece of sound's autocorrelation, of which the first is its mean square.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Autocorrelation(pub(crate) [f32; ORDER + 1]);

impl Autocorrelation {
    /// Of some sound, which had better fade in and out.
    pub(crate) fn of(sound: &[f32]) -> Self {
        let mean = |lag: usize| {
            let later = &sound[lag.min(sound.len())..];
            let sum: f32 = sound.iter().zip(later).map(|(a, b)| a * b).sum();
            sum / sound.len().max(1) as f32
        };
        Self(std::array::from_fn(mean))
    }

    /// Mean square.
    pub(crate) fn power(&self) -> f32 {
        self.0[0]
    }

    /// Moves towards `new` by a share of the way.
    pub(crate) fn approach(&mut self, new: &Self, share: f32) {
        for (old, new) in self.0.iter_mut().zip(&new.0) {
            *old += (new - *old) * share;
        }
    }

    /// The sound as noise.
    pub(crate) fn noise(&self) -> Noise {
        let level = -10.0 * self.power().max(1e-13).log10();
        Noise {
            level: level.round().clamp(0.0, f32::from(QUIETEST)) as u8,
            shape: self.model().shape,
        }
    }

    /// The all-pole model of the sound, by the recursion of Levinson and Durbin.
    pub(crate) fn model(&self) -> Model {
        let r = &self.0;
        let mut model = Model::FLAT;
        // A little white noise, 40 dB down, keeps the recursion from splitting hairs.
        let mut rest = r[0] * 1.000_1;
        let whole = rest;
        if whole <= 0.0 {
            return model;
        }
        for i in 1..=ORDER {
            let sum: f32 = (0..i).map(|j| model.filter[j] * r[i - j]).sum();
            let k = (-sum / rest).clamp(-MOST, MOST);
            let old = model.filter;
            for j in 1..=i {
                model.filter[j] = old[j] + k * old[i - j];
            }
            model.shape[i - 1] = k;
            rest *= 1.0 - k * k;
        }
        model.unpredicted = rest / whole;
        model
    }
}

/// A coefficient of one would ring for ever.
const MOST: f32 = 0.99;

/// A spectrum as a filter that takes it away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Model {
    /// The prediction filter, which begins with 1.
    filter: [f32; ORDER + 1],
    shape: [f32; ORDER],
    /// The share of the power that it does not predict: 1 of white noise, next to nothing of a tone.
    pub(crate) unpredicted: f32,
}

impl Model {
    const FLAT: Self = Self {
        filter: {
            let mut filter = [0.0; ORDER + 1];
            filter[0] = 1.0;
            filter
        },
        shape: [0.0; ORDER],
        unpredicted: 1.0,
    };

    /// What power is left of other sound after the filter.
    pub(crate) fn residue(&self, sound: &Autocorrelation) -> f32 {
        let filter = &self.filter;
        let of = |lag: usize| -> f32 {
            let products = filter.iter().zip(&filter[lag..]);
            products.map(|(a, b)| a * b).sum()
        };
        let lags = (1..=ORDER).map(|lag| 2.0 * of(lag) * sound.0[lag]);
        (of(0) * sound.0[0] + lags.sum::<f32>()).max(0.0)
    }
}

/// Makes noise as it is described, at 48 kHz. A change of description takes some 50 ms.
pub(crate) struct Synthesiser {
    wanted: Noise,
    /// How loud and of which shape it is now; `None` before there was any.
    now: Option<(f32, [f32; ORDER])>,
    lattice: [f32; ORDER + 1],
    seed: u32,
    interpolator: Interpolator,
    /// Sound that is ready, of which the first `taken` samples are gone.
    ready: [f32; BLOCK * FACTOR],
    taken: usize,
}

/// Samples of 8 kHz made at once.
const BLOCK: usize = 8;
const FACTOR: usize = 6;
/// How far a block moves towards what is wanted.
const APPROACH: f32 = 0.05;

impl Synthesiser {
    pub(crate) fn new() -> Self {
        Self {
            wanted: Noise::NONE,
            now: None,
            lattice: [0.0; ORDER + 1],
            seed: 1,
            interpolator: Interpolator::new(FACTOR, BLOCK),
            ready: [0.0; BLOCK * FACTOR],
            taken: BLOCK * FACTOR,
        }
    }

    /// From here on it is to sound like this.
    pub(crate) fn set(&mut self, noise: Noise) {
        self.wanted = noise;
    }

    /// Fills `sound` with noise.
    pub(crate) fn fill(&mut self, sound: &mut [f32]) {
        for sample in sound {
            if self.taken == self.ready.len() {
                self.make();
                self.taken = 0;
            }
            *sample = self.ready[self.taken];
            self.taken += 1;
        }
    }

    fn make(&mut self) {
        let (amplitude, shape) = self
            .now
            .get_or_insert((self.wanted.amplitude(), self.wanted.shape));
        *amplitude += (self.wanted.amplitude() - *amplitude) * APPROACH;
        for (now, wanted) in shape.iter_mut().zip(&self.wanted.shape) {
            *now += (wanted - *now) * APPROACH;
        }
        // What the filter makes louder is taken off before it; uniform noise has a mean square of 1/3.
        let louder: f32 = shape.iter().map(|k| 1.0 - k * k).product();
        let gain = *amplitude * (3.0 * louder.max(0.0)).sqrt();
        let mut low = [0.0; BLOCK];
        for sample in &mut low {
            self.seed = self
                .seed
                .wrapping_mul(1_664_525)
                .wrapping_add(1_013_904_223);
            let mut forward = gain * (self.seed as i32 as f32 / 2_147_483_648.0);
            for (i, k) in shape.iter().enumerate().rev() {
                forward -= k * self.lattice[i];
                self.lattice[i + 1] = self.lattice[i] + k * forward;
            }
            self.lattice[0] = forward;
            *sample = forward;
        }
        self.interpolator.process(&low, &mut self.ready);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::mean_square;

    /// White noise at 8 kHz.
    fn white(samples: usize) -> Vec<f32> {
        let mut seed = 9_u32;
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed as i32 as f32 / 2_147_483_648.0
        };
        (0..samples).map(|_| 0.02 * next()).collect()
    }

    /// A fan: noise that falls off above 300 Hz, with a hump at 1.2 kHz.
    fn fan(samples: usize) -> Vec<f32> {
        let (mut low, mut hump) = (0.0, [0.0_f32; 2]);
        let mut shape = |x: f32| {
            low += 0.2 * (x - low);
            let y = x + 2.0 * 0.95 * (std::f32::consts::TAU * 0.15).cos() * hump[0]
                - 0.95 * 0.95 * hump[1];
            hump = [y, hump[0]];
            low + 0.1 * y
        };
        white(samples).into_iter().map(&mut shape).collect()
    }

    fn made_like(noise: Noise) -> Vec<f32> {
        let mut synthesiser = Synthesiser::new();
        synthesiser.set(noise);
        let mut sound = vec![0.0; 48_000 * 4];
        // In pieces that fit nothing.
        sound
            .chunks_mut(479)
            .for_each(|piece| synthesiser.fill(piece));
        let skipped = sound.split_off(4_800);
        skipped.chunks_exact(FACTOR).map(|six| six[0]).collect()
    }

    fn db(ratio: f32) -> f32 {
        10.0 * ratio.log10()
    }

    /// Power of a sound of 8 kHz in eight bands of 500 Hz, in dB.
    fn bands(sound: &[f32]) -> [f32; 8] {
        let mut bands = [0.0; 8];
        let blocks: Vec<_> = sound.as_chunks::<160>().0.iter().collect();
        for block in &blocks {
            for bin in 1..80 {
                let (mut re, mut im) = (0.0, 0.0);
                for (n, x) in block.iter().enumerate() {
                    let fade = 0.5 - 0.5 * (std::f32::consts::TAU * n as f32 / 160.0).cos();
                    let phase = std::f32::consts::TAU * (bin * n % 160) as f32 / 160.0;
                    re += fade * x * phase.cos();
                    im += fade * x * phase.sin();
                }
                bands[bin / 10] += (re * re + im * im) / blocks.len() as f32;
            }
        }
        bands.map(db)
    }

    #[test]
    fn a_silence_sounds_afterwards_as_it_did_before() {
        for (name, silence) in [("white", white(80_000)), ("fan", fan(80_000))] {
            let noise = Autocorrelation::of(&silence).noise();
            let mut payload = [0; LONGEST_PAYLOAD];
            let length = noise.write(&mut payload);
            let again = made_like(Noise::read(&payload[..length]));
            let error = db(mean_square(&again) / mean_square(&silence));
            assert!(error.abs() < 1.0, "{name}: {error} dB");
            // The topmost band holds the edge of the filter towards 48 kHz.
            for (n, (is, was)) in bands(&again)
                .iter()
                .zip(bands(&silence))
                .enumerate()
                .take(7)
            {
                assert!(
                    (is - was).abs() < 3.0,
                    "{name}, band {n}: {is} for {was} dB"
                );
            }
        }
    }

    #[test]
    fn a_level_alone_is_white_noise_of_that_level() {
        for level in [20, 40, 63] {
            let noise = Noise::read(&[level]);
            assert_eq!(noise.shape, [0.0; ORDER]);
            let made = db(mean_square(&made_like(noise)));
            assert!((made + f32::from(level)).abs() < 1.0, "{made} dB");
        }
        assert!(made_like(Noise::read(&[127])).iter().all(|s| *s == 0.0));
        assert_eq!(Noise::read(&[]), Noise::NONE);
        assert_eq!(Noise::read(&[40, 0, 0, 255]), Noise::read(&[40]));
    }

    #[test]
    fn coefficients_are_quantised_as_the_format_wants() {
        let mut shape = [0.0; ORDER];
        shape[0] = -0.5;
        shape[1] = 0.99;
        shape[9] = -0.99;
        let noise = Noise { level: 47, shape };
        let mut payload = [0; LONGEST_PAYLOAD];
        assert_eq!(noise.write(&mut payload), 11);
        assert_eq!(payload, [47, 63, 253, 127, 127, 127, 127, 127, 127, 127, 1]);
        let back = Noise::read(&payload);
        for (is, was) in back.shape.iter().zip(shape) {
            assert!((is - was).abs() <= STEP / 2.0 + 1e-6, "{is} for {was}");
        }
    }

    #[test]
    fn any_payload_makes_bounded_noise() {
        for first in 0..=255 {
            for rest in [0, 1, 60, 127, 200, 254, 255] {
                let mut payload = [rest; 40];
                payload[0] = first;
                let noise = Noise::read(&payload);
                let mut sound = [0.0; 4_800];
                let mut synthesiser = Synthesiser::new();
                synthesiser.set(noise);
                synthesiser.fill(&mut sound);
                let wild = sound.iter().any(|s| !s.is_finite() || s.abs() > 10.0);
                assert!(!wild, "{first} {rest}");
            }
        }
    }

    #[test]
    fn a_new_description_is_reached_without_a_step() {
        let mut synthesiser = Synthesiser::new();
        synthesiser.set(Noise::read(&[60]));
        let mut sound = [0.0; 48_000];
        synthesiser.fill(&mut sound);
        synthesiser.set(Noise::read(&[40]));
        synthesiser.fill(&mut sound);
        let level = |from: usize, to: usize| db(mean_square(&sound[from..to]));
        assert!(level(0, 240) < -50.0, "{} dB", level(0, 240));
        assert!((level(24_000, 48_000) + 40.0).abs() < 1.0);
    }
}
