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

    /// A law as the Recommendation has it, computed from its segments: eight of them, each of a step
    /// twice that of the one before.
    struct Table {
        /// What a unit of the table is in 16 bit.
        unit: i32,
        /// Decision values of the positive side from 0 on, then the end of the range, in units.
        decisions: Vec<i32>,
        /// Output values of the intervals between them, in half units.
        outputs: Vec<i32>,
        /// Character signal of the positive side's interval of this number.
        character: fn(u8) -> u8,
    }

    impl Table {
        /// Tables 1a and 1b: 13 bit; the two lowest segments have one step, 2 units.
        fn a() -> Self {
            let mut decisions = vec![0];
            for segment in 0..8 {
                let step = 2 << i32::max(segment - 1, 0);
                let start = decisions[decisions.len() - 1];
                decisions.extend((1..=16).map(|n| start + n * step));
            }
            let outputs = decisions.windows(2).map(|w| w[0] + w[1]).collect();
            Self {
                unit: 8,
                decisions,
                outputs,
                // Bits 2, 4, 6 and 8 are turned over on the line, where bit 1 is the sign.
                character: |number| (0x80 | number) ^ 0x55,
            }
        }

        /// Tables 2a and 2b: 14 bit; the lowest interval is cut in half by zero.
        fn mu() -> Self {
            let mut decisions = vec![0, 1];
            for segment in 0..8 {
                let start = decisions[decisions.len() - 1];
                let steps = if segment == 0 { 15 } else { 16 };
                decisions.extend((1..=steps).map(|n| start + n * (2 << segment)));
            }
            let mut outputs: Vec<i32> = decisions.windows(2).map(|w| w[0] + w[1]).collect();
            outputs[0] = 0;
            Self {
                unit: 4,
                decisions,
                outputs,
                character: |number| 0xFF - number,
            }
        }

        fn of(law: Law) -> Self {
            match law {
                Law::Mu => Self::mu(),
                Law::A => Self::a(),
            }
        }
    }

    #[test]
    fn the_tables_end_where_the_standard_has_them_end() {
        for (table, most, loudest) in [(Table::a(), 4_096, 4_032), (Table::mu(), 8_159, 8_031)] {
            assert_eq!(table.decisions.len(), 129);
            assert_eq!(table.decisions.last(), Some(&most));
            assert_eq!(table.outputs.last(), Some(&(2 * loudest)));
        }
    }

    #[test]
    fn all_codes_are_decoded_to_the_output_values_of_the_standard() {
        for law in [Law::Mu, Law::A] {
            let table = Table::of(law);
            for (number, output) in (0..128).zip(&table.outputs) {
                let expected = (output * table.unit / 2) as i16;
                let positive = (table.character)(number);
                let mut sounds = [0.0; 2];
                law.decode(&[positive, positive ^ 0x80], &mut sounds);
                let decoded = sounds.map(to_i16);
                assert_eq!(decoded, [expected, -expected], "{law:?} {number}");
            }
        }
    }

    #[test]
    fn all_16_bit_values_are_coded_by_the_decision_values_of_the_standard() {
        for law in [Law::Mu, Law::A] {
            let table = Table::of(law);
            for value in i16::MIN..=i16::MAX {
                let mut code = [0];
                law.encode(&[from_i16(value)], &mut code);
                let size = i32::from(value).abs();
                // A value that is a decision value itself belongs to both sides.
                let fits = |number: u8| {
                    let at = |index| table.decisions[usize::from(index)] * table.unit;
                    at(number) <= size && (size <= at(number + 1) || number == 127)
                };
                let number = (0..128).find(|number| {
                    let positive = (table.character)(*number);
                    code[0] | 0x80 == positive | 0x80
                });
                let number = number.expect("a code is of some number");
                assert!(fits(number), "{law:?} {value}: {number}");
                let sign = code[0] & 0x80 != 0;
                assert!(value == 0 || sign == (value > 0), "{law:?} {value}");
            }
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
