//! G.722 (ITU-T G.722, 11/88) at 64 kbit/s: two sub-band ADPCM coders, 6 bits low and 2 bits high.
//!
//! Written from the Recommendation's block diagrams; names in capitals are its block names. Works
//! in place and never allocates. A byte holds two samples of 16 kHz. The modes of 56 and 48 kbit/s, which
//! lend bits of the lower band to data, are left out: RTP has none of them (RFC 3551 section 4.5.2).

use crate::frame::{from_i16, to_i16};

/// Encodes 16 kHz sound.
#[derive(Clone, Debug)]
pub(crate) struct Encoder {
    low: Band,
    high: Band,
    /// The last 24 input samples of the receive quadrature mirror filter, oldest first.
    line: [i32; 24],
}

impl Encoder {
    pub(crate) fn new() -> Self {
        Self {
            low: Band::new(Width::Low),
            high: Band::new(Width::High),
            line: [0; 24],
        }
    }

    /// Fills `output` from `input`, which holds two samples for each byte.
    pub(crate) fn encode(&mut self, input: &[f32], output: &mut [u8]) {
        for (byte, pair) in output.iter_mut().zip(input.as_chunks::<2>().0) {
            *byte = self.encode_pair(to_i16(pair[0]), to_i16(pair[1]));
        }
    }

    fn encode_pair(&mut self, first: i16, second: i16) -> u8 {
        self.line.copy_within(2.., 0);
        self.line[22] = i32::from(first);
        self.line[23] = i32::from(second);
        let (odd, even) = mirror_filter(&self.line);
        let low = self.quantise_low((even + odd) >> 14);
        let high = self.quantise_high((even - odd) >> 14);
        (high << 6) | low
    }

    /// SUBTRA, QUANTL, INVQAL and the adaptation of the low band.
    fn quantise_low(&mut self, x: i32) -> u8 {
        let error = saturate(x - self.low.predicted);
        let magnitude = if error >= 0 { error } else { -(error + 1) };
        let level = (1..30)
            .find(|&i| magnitude < (Q6[i] * self.low.scale) >> 12)
            .unwrap_or(30);
        let code = if error < 0 { ILN[level] } else { ILP[level] };
        self.low.adapt_low(code >> 2);
        code
    }

    /// SUBTRA, QUANTH, INVQAH and the adaptation of the high band.
    fn quantise_high(&mut self, x: i32) -> u8 {
        let error = saturate(x - self.high.predicted);
        let magnitude = if error >= 0 { error } else { -(error + 1) };
        let far = magnitude >= (564 * self.high.scale) >> 12;
        let code = match (error < 0, far) {
            (true, false) => 1,
            (true, true) => 0,
            (false, false) => 3,
            (false, true) => 2,
        };
        self.high.adapt_high(code);
        code
    }
}

/// Decodes to 16 kHz sound.
#[derive(Clone, Debug)]
pub(crate) struct Decoder {
    low: Band,
    high: Band,
    line: [i32; 24],
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self {
            low: Band::new(Width::Low),
            high: Band::new(Width::High),
            line: [0; 24],
        }
    }

    /// Fills `output`, which has room for two samples for each byte of `input`.
    pub(crate) fn decode(&mut self, input: &[u8], output: &mut [f32]) {
        for (byte, pair) in input.iter().zip(output.as_chunks_mut::<2>().0) {
            let (first, second) = self.decode_pair(*byte);
            *pair = [from_i16(first), from_i16(second)];
        }
    }

    fn decode_pair(&mut self, byte: u8) -> (i16, i16) {
        let (low, high) = self.decode_bands(byte);
        self.line.copy_within(2.., 0);
        self.line[22] = low + high;
        self.line[23] = low - high;
        let (odd, even) = mirror_filter(&self.line);
        (saturate(even >> 11) as i16, saturate(odd >> 11) as i16)
    }

    /// The next sample of both bands, of 15 bit.
    fn decode_bands(&mut self, byte: u8) -> (i32, i32) {
        let (low_code, high_code) = (byte & 0x3F, byte >> 6);
        let difference = (self.low.scale * QM6[usize::from(low_code)]) >> 15;
        let low = (self.low.predicted + difference).clamp(-16_384, 16_383);
        self.low.adapt_low(low_code >> 2);

        let difference = (self.high.scale * QM2[usize::from(high_code)]) >> 15;
        let high = (self.high.predicted + difference).clamp(-16_384, 16_383);
        self.high.adapt_high(high_code);
        (low, high)
    }
}

/// Samples of 16 kHz by which both mirror filters together are late.
pub(crate) const DELAY: usize = 22;

impl Decoder {
    /// Goes on as if `output` had been decoded from what an encoder would have made of a sound: predictors
    /// and scales then fit what comes next. `sound` says what is heard so many samples after the
    /// beginning of `output`, and is asked for [`DELAY`] more than that holds.
    pub(crate) fn follow(&mut self, sound: impl Fn(usize) -> f32, output: &mut [f32]) {
        let mut encoder = Encoder {
            low: self.low.clone(),
            high: self.high.clone(),
            line: [0; 24],
        };
        for (n, place) in encoder.line[24 - DELAY..].iter_mut().enumerate() {
            *place = i32::from(to_i16(sound(n)));
        }
        for (n, pair) in output.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let [first, second] = [0, 1].map(|odd| to_i16(sound(DELAY + 2 * n + odd)));
            let byte = encoder.encode_pair(first, second);
            let (first, second) = self.decode_pair(byte);
            *pair = [from_i16(first), from_i16(second)];
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Width {
    Low,
    High,
}

/// One adaptive predictor and quantiser scale, the same in encoder and decoder.
#[derive(Clone, Debug)]
struct Band {
    width: Width,
    /// Output of the predictor for the next sample (SL, SH).
    predicted: i32,
    /// Its zero section's part of that (SZL, SZH).
    from_zeros: i32,
    /// Logarithmic quantiser scale (NBL, NBH).
    log_scale: i32,
    /// Quantiser scale (DETL, DETH).
    scale: i32,
    /// The last two reconstructed signals, newest first (RLT).
    reconstructed: [i32; 2],
    /// The last two partially reconstructed signals, newest first (PLT).
    partial: [i32; 2],
    /// Pole coefficients (AL1, AL2).
    poles: [i32; 2],
    /// Zero coefficients (BL1 to BL6).
    zeros: [i32; 6],
    /// The last six quantised differences, newest first (DLT).
    differences: [i32; 6],
}

impl Band {
    fn new(width: Width) -> Self {
        Self {
            width,
            predicted: 0,
            from_zeros: 0,
            log_scale: 0,
            scale: match width {
                Width::Low => 32,
                Width::High => 8,
            },
            reconstructed: [0; 2],
            partial: [0; 2],
            poles: [0; 2],
            zeros: [0; 6],
            differences: [0; 6],
        }
    }

    /// Adapts to the upper four bits of a low-band code.
    fn adapt_low(&mut self, code: u8) {
        let difference = (self.scale * QM4[usize::from(code)]) >> 15;
        self.rescale(WL[RL42[usize::from(code)]]);
        self.predict(difference);
    }

    /// Adapts to a high-band code.
    fn adapt_high(&mut self, code: u8) {
        let difference = (self.scale * QM2[usize::from(code)]) >> 15;
        self.rescale(WH[usize::from(code & 1)]);
        self.predict(difference);
    }

    /// LOGSCL and SCALEL, LOGSCH and SCALEH.
    fn rescale(&mut self, step: i32) {
        let (most, shift) = match self.width {
            Width::Low => (18_432, 8),
            Width::High => (22_528, 10),
        };
        self.log_scale = (((self.log_scale * 127) >> 7) + step).clamp(0, most);
        let mantissa = ILB[((self.log_scale >> 6) & 31) as usize];
        let exponent = shift - (self.log_scale >> 11);
        self.scale = if exponent < 0 {
            mantissa << -exponent
        } else {
            mantissa >> exponent
        } << 2;
    }

    /// RECONS, PARREC, UPPOL2, UPPOL1, UPZERO, DELAYA, FILTEP, FILTEZ and PREDIC.
    fn predict(&mut self, difference: i32) {
        let reconstructed = saturate(self.predicted + difference);
        let partial = saturate(self.from_zeros + difference);
        let same_sign = |other: i32| (partial >> 15) == (other >> 15);

        let four = saturate(self.poles[0] << 2);
        let turned = if same_sign(self.partial[0]) {
            (-four).min(32_767)
        } else {
            four
        };
        let pull = if same_sign(self.partial[1]) {
            128
        } else {
            -128
        };
        let second =
            ((turned >> 7) + pull + ((self.poles[1] * 32_512) >> 15)).clamp(-12_288, 12_288);
        let pull = if same_sign(self.partial[0]) {
            192
        } else {
            -192
        };
        let limit = saturate(15_360 - second);
        let first = saturate(pull + ((self.poles[0] * 32_640) >> 15)).clamp(-limit, limit);
        self.poles = [first, second];

        let pull = if difference == 0 { 0 } else { 128 };
        for (zero, old) in self.zeros.iter_mut().zip(&self.differences) {
            let signed = if (old >> 15) == (difference >> 15) {
                pull
            } else {
                -pull
            };
            *zero = saturate(signed + ((*zero * 32_640) >> 15));
        }

        self.differences.copy_within(..5, 1);
        self.differences[0] = difference;
        self.reconstructed = [reconstructed, self.reconstructed[0]];
        self.partial = [partial, self.partial[0]];

        let doubled = |coefficient: i32, x: i32| (coefficient * saturate(x + x)) >> 15;
        let from_poles = saturate(
            doubled(self.poles[0], self.reconstructed[0])
                + doubled(self.poles[1], self.reconstructed[1]),
        );
        self.from_zeros = saturate(
            self.zeros
                .iter()
                .zip(&self.differences)
                .map(|(zero, old)| doubled(*zero, *old))
                .sum(),
        );
        self.predicted = saturate(from_poles + self.from_zeros);
    }
}

/// Both phases of the 24-tap quadrature mirror filter.
fn mirror_filter(line: &[i32; 24]) -> (i32, i32) {
    let (mut odd, mut even) = (0, 0);
    for (i, pair) in line.as_chunks::<2>().0.iter().enumerate() {
        odd += pair[0] * QMF[i];
        even += pair[1] * QMF[11 - i];
    }
    (odd, even)
}

/// To 16 bit.
fn saturate(x: i32) -> i32 {
    x.clamp(-32_768, 32_767)
}

/// Half of the symmetric mirror filter, as the phase that meets even taps (table 11).
const QMF: [i32; 12] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

/// Decision levels of the low band's 60-level quantiser (table 14).
const Q6: [i32; 30] = [
    0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940,
    1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
];

/// Codes for negative and positive low-band levels (table 14).
const ILN: [u8; 31] = [
    0, 63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11,
    10, 9, 8, 7, 6, 5, 4,
];
const ILP: [u8; 31] = [
    0, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39,
    38, 37, 36, 35, 34, 33, 32,
];

/// Low-band scale steps and the way from a 4-bit code to them (tables 16 and 17).
const WL: [i32; 8] = [-60, -30, 58, 172, 334, 538, 1198, 3042];
const RL42: [usize; 16] = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];

/// High-band scale steps by the lower bit of the code (table 17).
const WH: [i32; 2] = [798, -214];

/// Powers of two by thirty-seconds (table 18).
const ILB: [i32; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
    2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];

/// Output levels of the inverse quantisers of 2, 4 and 6 bits (tables 15 and 20).
const QM2: [i32; 4] = [-7408, -1616, 7408, 1616];
const QM4: [i32; 16] = [
    0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584,
    1200, 0,
];
const QM6: [i32; 64] = [
    -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232,
    -9360, -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776,
    -2400, -2032, -1688, -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280,
    11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776,
    2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
];

#[cfg(test)]
mod sequences;

#[cfg(test)]
mod tests {
    use super::*;

    /// Growing noise, a full-scale square wave, a gliding triangle, silence: what drives every
    /// table to its ends.
    fn hard_input() -> Vec<i16> {
        let mut seed = 1_u32;
        let mut input = Vec::new();
        for n in 0..16_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (seed >> 16) as i32 - 32_768;
            input.push((noise * n).div_euclid(16_000) as i16);
        }
        input.extend((0..16_000).map(|n| if (n / 40) % 2 == 0 { 32_000 } else { -32_768 }));
        input.extend((0..16_000_i64).map(|n| {
            let phase = (n * n / 4_000) % 400;
            let height = if phase < 200 { phase } else { 400 - phase };
            ((height - 100) * 200) as i16
        }));
        input.extend([0; 3_200]);
        input
    }

    /// FNV-1a.
    fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
        bytes.into_iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        })
    }

    /// The expected values come from libg722 (the SpanDSP coder), fed with the same input.
    #[test]
    fn agrees_bit_by_bit_with_an_independent_coder() {
        let input: Vec<f32> = hard_input().into_iter().map(from_i16).collect();
        let mut bytes = vec![0; input.len() / 2];
        Encoder::new().encode(&input, &mut bytes);
        let begin = [
            94, 250, 116, 242, 244, 250, 247, 152, 116, 186, 156, 238, 172, 170, 55, 154,
        ];
        assert_eq!(bytes[..16], begin);
        assert_eq!(hash(bytes.iter().copied()), 0xE7EA_597C_6C65_CA9E);

        let mut output = vec![0.0; input.len()];
        Decoder::new().decode(&bytes, &mut output);
        let output: Vec<i16> = output.into_iter().map(to_i16).collect();
        assert_eq!(output[100..108], [144, 60, 52, 21, 3, -152, -36, 30]);
        let little_endian = output.iter().flat_map(|sample| sample.to_le_bytes());
        assert_eq!(hash(little_endian), 0xC4ED_C26C_8B19_0D88);
    }

    #[test]
    fn a_tone_comes_back_clean() {
        let input: Vec<f32> = (0..32_000)
            .map(|n| 0.5 * (std::f32::consts::TAU * 1_000.0 * n as f32 / 16_000.0).sin())
            .collect();
        let mut bytes = vec![0; 16_000];
        let mut output = vec![0.0; 32_000];
        Encoder::new().encode(&input, &mut bytes);
        Decoder::new().decode(&bytes, &mut output);
        // The two mirror filters delay by 22 samples.
        let error: f32 = input[8_000..30_000]
            .iter()
            .zip(&output[8_022..])
            .map(|(a, b)| (a - b).powi(2))
            .sum::<f32>()
            / 22_000.0;
        let snr = 10.0 * (0.125 / error).log10();
        assert!(snr > 35.0, "{snr} dB");
    }

    #[test]
    fn any_bytes_decode_without_overflow() {
        let mut decoder = Decoder::new();
        let mut output = [0.0; 512];
        let all: Vec<u8> = (0..=255).collect();
        for _ in 0..200 {
            decoder.decode(&all, &mut output);
        }
        assert!(output.iter().all(|s| s.abs() <= 1.0));
    }
}
