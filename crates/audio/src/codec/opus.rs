//! Opus as a telephone uses it: mono, voice, in-band forward error correction.

use opus::{Application, Bandwidth, Bitrate, Channels, Signal};

use super::MAX_DECODED;
use crate::AudioError;
use crate::steering::{Aim, Steering};

/// What the far end wants of the Opus it is sent (RFC 7587 section 6.1), and what we do beyond that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpusSettings {
    /// Highest rate in Hz at which the far end plays: sound above half of it is not sent.
    pub max_playback_rate: u32,
    /// Bits a second that it takes on average, with all that is carried along.
    pub max_bitrate: u32,
    /// Whether each packet is to be as long as every other.
    pub cbr: bool,
    /// Whether it uses in-band error correction.
    pub fec: bool,
    /// Whether nearly nothing is sent while nobody speaks: a packet every 400 ms.
    pub dtx: bool,
}

impl Default for OpusSettings {
    fn default() -> Self {
        Self {
            max_playback_rate: 48_000,
            max_bitrate: 510_000,
            cbr: false,
            fec: true,
            dtx: false,
        }
    }
}

/// Effort from 0 to 10. 4 takes as long and is 0.03 of PESQ-wb worse, 3 a fifth less and 0.4 worse; 8
/// gains 0.03 for a third more time, and beyond it there is nothing.
const COMPLEXITY: i32 = 6;

pub(super) struct Encoder {
    encoder: opus::Encoder,
    settings: OpusSettings,
    aim: Aim,
}

impl Encoder {
    pub(super) fn new(settings: &OpusSettings) -> Result<Self, AudioError> {
        let mut encoder = opus::Encoder::new(48_000, Channels::Mono, Application::Voip)?;
        encoder.set_complexity(COMPLEXITY)?;
        encoder.set_signal(Signal::Voice)?;
        // What a headset's microphone and a telephone have, and all of it coded in one way. Above
        // 8 kHz the codec needs a second one: 42 % more bits for the same PESQ-wb, a quarter more time,
        // and nothing above 8 kHz is repaired when packets are lost.
        encoder.set_max_bandwidth(match settings.max_playback_rate {
            ..=8_000 => Bandwidth::Narrowband,
            8_001..=12_000 => Bandwidth::Mediumband,
            _ => Bandwidth::Wideband,
        })?;
        encoder.set_vbr(!settings.cbr)?;
        encoder.set_dtx(settings.dtx)?;
        encoder.set_inband_fec(settings.fec)?;
        let mut encoder = Self {
            encoder,
            settings: *settings,
            aim: Aim::default(),
        };
        encoder.aim(Steering::new(settings).start());
        Ok(encoder)
    }

    /// Gives the payload's length; 0: nothing is to be sent, because nobody speaks or it failed.
    pub(super) fn encode(&mut self, sound: &[f32], payload: &mut [u8]) -> usize {
        match self.encoder.encode_float(sound, payload) {
            // So short, a packet only says that there is none (`opus_encode`).
            Ok(..=2) if self.settings.dtx => 0,
            Ok(length) => length,
            Err(_) => 0,
        }
    }

    /// Whether what was encoded last is the background while nobody speaks.
    pub(super) fn pauses(&mut self) -> bool {
        self.settings.dtx && self.encoder.get_in_dtx().unwrap_or(false)
    }

    pub(super) fn aim(&mut self, aim: Aim) {
        if aim.bitrate != self.aim.bitrate {
            let bitrate = i32::try_from(aim.bitrate).unwrap_or(i32::MAX);
            let _ = self.encoder.set_bitrate(Bitrate::Bits(bitrate));
        }
        if aim.expected_loss != self.aim.expected_loss {
            let percent = i32::from(aim.expected_loss);
            let _ = self.encoder.set_packet_loss_perc(percent);
        }
        self.aim = aim;
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

    pub(super) fn reset(&mut self) {
        // It fails for a control that libopus does not know, which this one is not.
        let _ = self.0.reset_state();
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
    let Some(Silk {
        frames_20_ms,
        stereo,
        first,
    }) = Silk::of(payload)
    else {
        return false;
    };
    let mid = (first >> (7 - frames_20_ms)) & 1;
    let side = if stereo && frames_20_ms < 3 {
        (first >> (6 - 2 * frames_20_ms)) & 1
    } else {
        0
    };
    (mid | side) != 0
}

/// Whether none of a payload's SILK frames has voice, by the flags for that.
pub(super) fn rests(payload: &[u8]) -> bool {
    Silk::of(payload).is_some_and(|silk| !silk.stereo && silk.first >> (8 - silk.frames_20_ms) == 0)
}

/// What the first byte of a packet's one SILK frame says, which flags begin: voice activity of each 20
/// ms, then whether there is a copy of the frame before, of the middle and then of the side.
struct Silk {
    frames_20_ms: u32,
    stereo: bool,
    first: u8,
}

impl Silk {
    fn of(payload: &[u8]) -> Option<Silk> {
        let [toc, first, ..] = *payload else {
            return None;
        };
        let (silk, one_frame) = (toc >> 3 < 16, toc & 3 == 0);
        (silk && one_frame).then_some(Silk {
            frames_20_ms: match toc >> 3 {
                2 | 6 | 10 => 2,
                3 | 7 | 11 => 3,
                _ => 1,
            },
            stereo: toc & 4 != 0,
            first,
        })
    }
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
        let mut encoder = Encoder::new(&OpusSettings::default()).expect("starts");
        encoder.aim(Aim {
            expected_loss: 10,
            ..encoder.aim
        });
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
