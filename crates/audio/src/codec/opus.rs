//! Opus as a telephone uses it: mono, voice, in-band forward error correction.

use opus::{Application, Bitrate, Channels, Signal};

use super::MAX_DECODED;
use crate::AudioError;

/// Bits a second aimed at; speech with its pauses takes a fifth less. Measured on synthetic speech at
/// the effort below, PESQ-wb is 3.9 at 32, 4.05 at 40, 4.2 at 48, 4.3 at 56 and 4.4 at 64 kbit/s, all in
/// the same time: bits are cheaper than effort.
const BITRATE: i32 = 56_000;

/// Effort from 0 to 10. 4 takes as long and is 0.1 of PESQ-wb worse, at 32 kbit/s 0.25; 8 gains 0.07
/// for a third more time, and beyond it there is nothing.
const COMPLEXITY: i32 = 6;

/// Loss assumed before the far end's first report, in percent. Protection that nobody needs costs
/// 0.15 of PESQ-wb and a fifth more time, so it comes with the first report of loss.
const FIRST_EXPECTED_LOSS: i32 = 0;

pub(super) struct Encoder(opus::Encoder);

impl Encoder {
    pub(super) fn new() -> Result<Self, AudioError> {
        let mut encoder = opus::Encoder::new(48_000, Channels::Mono, Application::Voip)?;
        encoder.set_bitrate(Bitrate::Bits(BITRATE))?;
        encoder.set_complexity(COMPLEXITY)?;
        encoder.set_signal(Signal::Voice)?;
        encoder.set_inband_fec(true)?;
        encoder.set_packet_loss_perc(FIRST_EXPECTED_LOSS)?;
        encoder.set_dtx(false)?;
        Ok(Self(encoder))
    }

    pub(super) fn encode(&mut self, sound: &[f32], payload: &mut [u8]) -> usize {
        self.0.encode_float(sound, payload).unwrap_or(0)
    }

    pub(super) fn set_expected_loss(&mut self, percent: u8) {
        // Above 20 % the encoder would starve the present to protect the past.
        let _ = self.0.set_packet_loss_perc(i32::from(percent.min(20)));
    }
}

/// Gives mono whatever the stream holds.
pub(super) struct Decoder(opus::Decoder);

impl Decoder {
    pub(super) fn new() -> Result<Self, AudioError> {
        Ok(Self(opus::Decoder::new(48_000, Channels::Mono)?))
    }

    pub(super) fn decode(
        &mut self,
        payload: &[u8],
        sound: &mut [f32; MAX_DECODED],
    ) -> Option<usize> {
        self.0.decode_float(payload, sound, false).ok()
    }

    pub(super) fn duration(&self, payload: &[u8]) -> Option<usize> {
        self.0.get_nb_samples(payload).ok()
    }

    pub(super) fn conceal(&mut self, sound: &mut [f32]) -> bool {
        self.0.decode_float(&[], sound, false).is_ok()
    }

    pub(super) fn recover(&mut self, next: &[u8], sound: &mut [f32]) -> bool {
        self.0.decode_float(next, sound, true).is_ok()
    }
}

/// Whether a payload carries a low-bit-rate copy of the frame before it (RFC 6716 section 4.2.4:
/// the LBRR flag follows the voice activity flags in the first byte of the SILK frame). Packets of
/// several Opus frames are not looked into.
pub(super) fn protects_previous(payload: &[u8]) -> bool {
    let [toc, first, ..] = payload else {
        return false;
    };
    let silk = toc >> 3 < 16;
    let one_frame = toc & 3 == 0;
    let frames_20_ms = match toc >> 3 {
        2 | 6 | 10 => 2,
        3 | 7 | 11 => 3,
        _ => 1,
    };
    let stereo = toc & 4 != 0;
    let mid = (first >> (7 - frames_20_ms)) & 1;
    let side = if stereo && frames_20_ms < 3 {
        (first >> (6 - 2 * frames_20_ms)) & 1
    } else {
        0
    };
    silk && one_frame && (mid | side) != 0
}

impl From<opus::Error> for AudioError {
    fn from(error: opus::Error) -> Self {
        AudioError::Codec(error.description().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{babble, correlation};

    #[test]
    fn a_lost_packet_comes_back_from_the_next_one() {
        let input = babble(48_000 * 3);
        let mut encoder = Encoder::new().expect("starts");
        encoder.set_expected_loss(10);
        let packets: Vec<Vec<u8>> = input
            .chunks_exact(960)
            .map(|sound| {
                let mut payload = [0; 512];
                let length = encoder.encode(sound, &mut payload);
                payload[..length].to_vec()
            })
            .collect();
        let protected = packets.iter().filter(|p| protects_previous(p)).count();
        assert!(
            protected > packets.len() / 2,
            "{protected} of {}",
            packets.len()
        );

        let (mut whole, mut mended, mut guessed) = (Vec::new(), Vec::new(), Vec::new());
        let mut decoders = [(); 3].map(|()| Decoder::new().expect("starts"));
        let mut sound = [0.0; MAX_DECODED];
        for (n, packet) in packets.iter().enumerate() {
            let lost = n % 5 == 2 && n + 1 < packets.len();
            decoders[0].decode(packet, &mut sound).expect("own packet");
            whole.extend_from_slice(&sound[..960]);
            if lost {
                assert!(decoders[1].recover(&packets[n + 1], &mut sound[..960]));
            } else {
                decoders[1].decode(packet, &mut sound).expect("own packet");
            }
            mended.extend_from_slice(&sound[..960]);
            if lost {
                assert!(decoders[2].conceal(&mut sound[..960]));
            } else {
                decoders[2].decode(packet, &mut sound).expect("own packet");
            }
            guessed.extend_from_slice(&sound[..960]);
        }
        let (mended, _) = correlation(&whole, &mended, 0);
        let (guessed, _) = correlation(&whole, &guessed, 0);
        assert!(
            mended > 0.9 && mended > guessed,
            "mended {mended}, guessed {guessed}"
        );
    }

    #[test]
    fn stereo_is_decoded_to_mono() {
        let mut encoder =
            opus::Encoder::new(48_000, Channels::Stereo, Application::Audio).expect("starts");
        let left_and_right: Vec<f32> = babble(9_600).into_iter().flat_map(|s| [s, s]).collect();
        let mut decoder = Decoder::new().expect("starts");
        let mut sound = [0.0; MAX_DECODED];
        for packet in left_and_right.chunks_exact(1_920) {
            let mut payload = [0; 1_000];
            let length = encoder.encode_float(packet, &mut payload).expect("encodes");
            assert_eq!(decoder.decode(&payload[..length], &mut sound), Some(960));
        }
    }
}
