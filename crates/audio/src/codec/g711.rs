//! G.711 (ITU-T G.711): eight bits a sample at 8 kHz, µ-law and A-law.

use audio_codec_algorithms::{decode_alaw, decode_ulaw, encode_alaw, encode_ulaw};

use crate::frame::{from_i16, to_i16};

/// Which of the two laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Law {
    Mu,
    A,
}

impl Law {
    pub(crate) fn encode(self, input: &[f32], output: &mut [u8]) {
        for (byte, sample) in output.iter_mut().zip(input) {
            *byte = match self {
                Law::Mu => encode_ulaw(to_i16(*sample)),
                Law::A => encode_alaw(to_i16(*sample)),
            };
        }
    }

    pub(crate) fn decode(self, input: &[u8], output: &mut [f32]) {
        for (sample, byte) in output.iter_mut().zip(input) {
            *sample = from_i16(match self {
                Law::Mu => decode_ulaw(*byte),
                Law::A => decode_alaw(*byte),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decision and output values of ITU-T G.711 tables 1a and 2a (positive side, by character
    /// signal), scaled from the standard's 13 and 14 bit units to 16 bit.
    #[test]
    fn decoder_output_values_are_those_of_the_standard_tables() {
        // Table 2a, µ-law: the largest value is 8031 units, then 7775; the end of each segment.
        for (byte, units) in [
            (0x80_u8, 8_031),
            (0x81, 7_775),
            (0x8F, 4_191),
            (0x90, 3_999),
            (0x9F, 2_079),
            (0xA0, 1_983),
            (0xAF, 1_023),
            (0xBF, 495),
            (0xCF, 231),
            (0xDF, 99),
            (0xEF, 33),
            (0xFE, 2),
            (0xFF, 0),
        ] {
            assert_eq!(decode_ulaw(byte), units * 4, "µ-law {byte:#x}");
            assert_eq!(
                decode_ulaw(byte & 0x7F),
                -units * 4,
                "µ-law {:#x}",
                byte & 0x7F
            );
        }
        // Table 1a, A-law: 4032, 2112, 2016 … 33, 1 units, with the even bits inverted (0x55).
        for (character, units) in [
            (0xFF_u8, 4_032),
            (0xF0, 2_112),
            (0xEF, 2_016),
            (0xE0, 1_056),
            (0xDF, 1_008),
            (0xC0, 264),
            (0xBF, 252),
            (0xB0, 132),
            (0xA0, 66),
            (0x9F, 63),
            (0x80, 1),
        ] {
            assert_eq!(
                decode_alaw(character ^ 0x55),
                units * 8,
                "A-law {character:#x}"
            );
            assert_eq!(
                decode_alaw(character ^ 0x55 ^ 0x80),
                -units * 8,
                "A-law {character:#x}"
            );
        }
    }

    #[test]
    fn silence_is_the_byte_every_switch_expects() {
        let mut byte = [0];
        Law::Mu.encode(&[0.0], &mut byte);
        assert_eq!(byte[0], 0xFF);
        Law::A.encode(&[0.0], &mut byte);
        assert_eq!(byte[0], 0xD5);
    }

    #[test]
    fn every_code_survives_a_round_trip() {
        for law in [Law::Mu, Law::A] {
            for code in 0..=255_u8 {
                let mut sample = [0.0];
                let mut back = [0];
                law.decode(&[code], &mut sample);
                law.encode(&sample, &mut back);
                // µ-law has a negative zero, which encodes as the positive one.
                let expected = if law == Law::Mu && code == 0x7F {
                    0xFF
                } else {
                    code
                };
                assert_eq!(back[0], expected, "{law:?} {code:#x}");
            }
        }
    }
}
