//! The digital test sequences of ITU-T G.722 Appendix II, at 64 kbit/s: the two band coders alone, the
//! mirror filters by-passed (clause II.2).
//!
//! The files are ITU's, and not to be passed on by us. So the two of the three input sequences that the
//! Recommendation states in words are made here, and whatever comes out is compared by the CRC-32 of the
//! file that it would be in (table II.6), which says of all 16,416 words as much as a comparison would.
//! The third input, `T1C1.XMT`, is tones and noise whose samples are nowhere stated: whoever has ITU's
//! files names their folder in `WARMLINE_G722_SEQUENCES`, and it is run, too.

use std::path::PathBuf;

use super::*;

/// A word that says: begin anew (RSS). A file begins and ends with sixteen of them.
const RESET: u16 = 1;

/// What a file holds between its resets, framed by them.
fn framed(words: impl IntoIterator<Item = u16>) -> Vec<u16> {
    let resets = || std::iter::repeat_n(RESET, 16);
    resets().chain(words).chain(resets()).collect()
}

/// `T1C2.XMT`: what makes the encoders' arithmetic overflow (table II-3).
fn overflow() -> Vec<u16> {
    const MOST: [i16; 3] = [-16_384, 16_383, -16_384];
    let swings = MOST[..2].iter().cycle().take(639);
    let middle = [0, -10_000, -8_192];
    let samples = swings.chain(&middle).chain(MOST.iter().cycle().take(126));
    framed(samples.map(|sample| (sample << 1) as u16))
}

/// `T1D3.COD`: codes for both decoders, the ones that no encoder makes among them (clause II.3.2).
fn artificial() -> Vec<u16> {
    // Signs, eight patterns of 2,048; both bands have the same.
    const SIGNS: [&[u16]; 8] = [
        &[0, 0, 1],
        &[1, 1, 1, 1, 0, 0, 0, 0],
        &[1],
        &[1, 1, 0, 0],
        &[1, 0],
        &[0, 0, 0, 0, 0, 1, 0, 0],
        &[0, 0, 1, 0, 1],
        &[1, 1, 0, 0, 0],
    ];
    framed((0..16_384).map(|n| {
        let (part, at) = (n / 2_048, n % 2_048);
        let sign = SIGNS[part][at % SIGNS[part].len()];
        // The lower band's magnitudes: 64 parts of 256, in steps of one half from 31 down; a half is
        // sixteen of one and sixteen of the next, and past the end it is 3.
        let (step, late) = (n / 256, n % 32 >= 16);
        let high = 31 - step as u16 / 2;
        let low = match (step % 2 == 1 && late, high) {
            (true, 0) => 3,
            (true, _) => high - 1,
            (false, _) => high,
        };
        // The higher band's: all ones or zeros, and runs that get shorter.
        let magnitude = match part {
            0 | 6 => true,
            2 | 4 => false,
            _ => at % (64 >> part.div_ceil(2)) < (32 >> part.div_ceil(2)),
        };
        code_word((sign << 5 | low) as u8 | ((sign << 1 | u16::from(magnitude)) << 6) as u8)
    }))
}

/// A code as a file holds it: in the upper half of a word.
fn code_word(code: u8) -> u16 {
    u16::from(code) << 8
}

/// What the encoders make of a file of samples; both get the same.
fn encoded(samples: &[u16]) -> Vec<u16> {
    let mut encoder = Encoder::new();
    let code = |word: &u16| {
        if word & RESET != 0 {
            encoder = Encoder::new();
            return RESET;
        }
        let sample = i32::from(*word as i16 >> 1);
        code_word(encoder.quantise_high(sample) << 6 | encoder.quantise_low(sample))
    };
    samples.iter().map(code).collect()
}

/// What the decoders make of a file of codes: the lower and the higher band.
fn decoded(codes: &[u16]) -> (Vec<u16>, Vec<u16>) {
    let mut decoder = Decoder::new();
    let bands = |word: &u16| {
        if word & RESET != 0 {
            decoder = Decoder::new();
            return (RESET, RESET);
        }
        let (low, high) = decoder.decode_bands((word >> 8) as u8);
        ((low << 1) as u16, (high << 1) as u16)
    };
    codes.iter().map(bands).unzip()
}

/// CRC-32 of the words as a file of little-endian ones.
fn crc(words: &[u16]) -> u32 {
    let bytes = words.iter().flat_map(|word| word.to_le_bytes());
    !bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            let carry = 0_u32.wrapping_sub(crc & 1);
            (crc >> 1) ^ (0xEDB8_8320 & carry)
        })
    })
}

#[test]
fn the_encoders_survive_overflow_as_the_recommendation_wants() {
    let samples = overflow();
    assert_eq!(crc(&samples), 0x2D60_4685, "T1C2.XMT");
    assert_eq!(crc(&encoded(&samples)), 0x344E_A5D0, "T2R2.COD");
}

#[test]
fn the_decoders_give_what_the_recommendation_wants() {
    let (low, high) = decoded(&encoded(&overflow()));
    assert_eq!(crc(&low), 0xAF00_F31F, "T3L2.RC1");
    assert_eq!(crc(&high), 0x5330_AE2E, "T3H2.RC0");

    let codes = artificial();
    assert_eq!(crc(&codes), 0x7398_964F, "T1D3.COD");
    let (low, high) = decoded(&codes);
    assert_eq!(crc(&low), 0xA537_4659, "T3L3.RC1");
    assert_eq!(crc(&high), 0x3731_AD7F, "T3H3.RC0");
}

#[test]
#[ignore = "needs a file of ITU's, see above"]
fn tones_and_noise_are_coded_and_decoded_as_the_recommendation_wants() {
    let folder = std::env::var_os("WARMLINE_G722_SEQUENCES").expect("the folder is named");
    let file = PathBuf::from(folder).join("bt1c1.xmt");
    let bytes = std::fs::read(file).expect("the folder has the file");
    // ITU gives the files out in both orders; the first word is a reset.
    let word = match bytes[0] {
        0 => u16::from_be_bytes,
        _ => u16::from_le_bytes,
    };
    let samples: Vec<u16> = bytes.as_chunks().0.iter().map(|pair| word(*pair)).collect();
    assert_eq!(crc(&samples), 0x0C3B_FCA7, "T1C1.XMT");
    let codes = encoded(&samples);
    assert_eq!(crc(&codes), 0xD1DA_A1D1, "T2R1.COD");
    let (low, high) = decoded(&codes);
    assert_eq!(crc(&low), 0xED1B_3993, "T3L1.RC1");
    assert_eq!(crc(&high), 0xE925_0851, "T3H1.RC0");
}
