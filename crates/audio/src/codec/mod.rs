//! The codecs a leg can speak: 48 kHz sound on one side, RTP payloads on the other.

pub(crate) mod comfort_noise;
mod g711;
mod g722;
mod opus;
mod silence;

use crate::AudioError;
use crate::frame::{FRAME, SAMPLE_RATE};
use crate::resample::{Decimator, INTERPOLATOR_DELAY, Interpolator};
use crate::steering::Aim;

use g711::Law;
use silence::{Silence, Turn};

pub use opus::OpusSettings;

/// An audio codec, by the name its RTP payload format has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Opus, 48 kHz (RFC 6716, RFC 7587).
    Opus,
    /// G.722 at 64 kbit/s, 16 kHz sound on an 8 kHz RTP clock (RFC 3551 section 4.5.2).
    G722,
    /// G.711 µ-law, 8 kHz (RFC 3551 section 4.5.14).
    Pcmu,
    /// G.711 A-law, 8 kHz (RFC 3551 section 4.5.14).
    Pcma,
}

impl Codec {
    /// RTP clock rate in Hz. For G.722 it is 8000 although the sound has 16 kHz.
    pub fn clock_rate(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            Codec::G722 | Codec::Pcmu | Codec::Pcma => 8_000,
        }
    }

    /// Rate in Hz of the samples the codec takes and gives.
    pub fn sample_rate(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            Codec::G722 => 16_000,
            Codec::Pcmu | Codec::Pcma => 8_000,
        }
    }

    /// How many samples of 48 kHz one of the codec's own stands for.
    fn factor(self) -> usize {
        (SAMPLE_RATE / self.sample_rate()) as usize
    }
}

/// A codec with the RTP payload type negotiated for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodecSpec {
    /// The codec.
    pub codec: Codec,
    /// RTP payload type, 0 to 127.
    pub payload_type: u8,
}

/// Longest packet made: 60 ms.
pub(crate) const MAX_PACKET: usize = 6 * FRAME;

/// Longest payload made, in bytes.
pub(crate) const MAX_SENT_PAYLOAD: usize = 512;

/// Longest payload taken, in bytes: the largest one Opus frame can have, and some more.
pub(crate) const MAX_RECEIVED_PAYLOAD: usize = 1_280;

/// Most sound one received payload can hold, in samples of 48 kHz: 160 ms of G.711 or G.722. Opus
/// stops at 120 ms.
pub(crate) const MAX_DECODED: usize = MAX_RECEIVED_PAYLOAD * 6;

/// Most that the filters of a decoder hold, in samples.
pub(crate) const LONGEST_PENDING: usize = INTERPOLATOR_DELAY * 6;

/// What G.722's own filter holds, in samples of 16 kHz: half of its mirror filter, and one so that they
/// are pairs with those of the interpolator.
const G722_HELD: usize = g722::DELAY / 2 + 1;

/// Turns sound into payloads.
pub(crate) struct Encoder {
    coder: Coder,
    low: Box<[f32]>,
    /// Who listens for silence, of codecs that do not by themselves.
    silence: Option<Quiet>,
}

/// What became of a packet's time. The payload of the given length, where there is one, is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoded {
    /// Sound.
    Sound(usize),
    /// Comfort noise: nobody speaks.
    Noise(usize),
    /// The codec's own idea of comfort noise.
    Background(usize),
    /// Nothing is to be sent.
    Nothing,
}

/// Silence, and what brings the codec's sound down to the 8 kHz at which it is looked for.
struct Quiet {
    silence: Silence,
    down: Option<(Decimator, Box<[f32]>)>,
}

impl Quiet {
    fn turn(&mut self, low: &[f32]) -> Turn {
        match &mut self.down {
            None => self.silence.turn(low),
            Some((decimator, lower)) => {
                let lower = &mut lower[..low.len() / 2];
                decimator.process(low, lower);
                self.silence.turn(lower)
            }
        }
    }
}

enum Coder {
    Opus(opus::Encoder),
    G722(Decimator, Box<g722::Encoder>),
    G711(Decimator, Law),
}

impl Encoder {
    #[cfg(test)]
    pub(crate) fn new(codec: Codec) -> Result<Self, AudioError> {
        Self::with(codec, &OpusSettings::default())
    }

    pub(crate) fn with(codec: Codec, settings: &OpusSettings) -> Result<Self, AudioError> {
        let decimator = || Decimator::new(codec.factor(), MAX_PACKET);
        let coder = match codec {
            Codec::Opus => Coder::Opus(opus::Encoder::new(settings)?),
            Codec::G722 => Coder::G722(decimator(), Box::new(g722::Encoder::new())),
            Codec::Pcmu => Coder::G711(decimator(), Law::Mu),
            Codec::Pcma => Coder::G711(decimator(), Law::A),
        };
        let low = vec![0.0; MAX_PACKET / codec.factor()].into();
        Ok(Self {
            coder,
            low,
            silence: None,
        })
    }

    /// Leaves out silence and describes it in its place (RFC 3389), where the codec has nothing of its
    /// own for that.
    pub(crate) fn leave_out_silence(&mut self) {
        let silence = Silence::new();
        let down = match &self.coder {
            Coder::Opus(_) => return,
            Coder::G711(..) => None,
            Coder::G722(..) => {
                let longest = self.low.len();
                let low = vec![0.0; longest / 2].into();
                Some((Decimator::new(2, longest), low))
            }
        };
        self.silence = Some(Quiet { silence, down });
    }

    /// Encodes one packet of 48 kHz sound, unless it is silence that need not be sent or the codec fails.
    pub(crate) fn encode_or_rest(
        &mut self,
        sound: &[f32],
        payload: &mut [u8; MAX_SENT_PAYLOAD],
    ) -> Encoded {
        let low = self.bring_down(sound);
        let turn = match &mut self.silence {
            Some(quiet) => quiet.turn(&self.low[..low]),
            None => Turn::Sound,
        };
        match turn {
            Turn::Nothing => Encoded::Nothing,
            Turn::Noise(noise) => {
                let room = payload.first_chunk_mut().expect("the longest is longer");
                Encoded::Noise(noise.write(room))
            }
            // Neither end's state moves on through a silence, so that they agree after it.
            Turn::Sound => match self.code(sound, low, payload) {
                0 => Encoded::Nothing,
                length if self.pauses() => Encoded::Background(length),
                length => Encoded::Sound(length),
            },
        }
    }

    /// Encodes one packet of 48 kHz sound; gives the payload's length in bytes, 0 if the codec
    /// failed.
    #[cfg(test)]
    pub(crate) fn encode(&mut self, sound: &[f32], payload: &mut [u8; MAX_SENT_PAYLOAD]) -> usize {
        let low = self.bring_down(sound);
        self.code(sound, low, payload)
    }

    /// Brings sound to the codec's rate, if that is another; gives how many samples it is there.
    fn bring_down(&mut self, sound: &[f32]) -> usize {
        match &mut self.coder {
            Coder::Opus(_) => 0,
            Coder::G722(decimator, _) | Coder::G711(decimator, _) => {
                let low = sound.len() / decimator.factor();
                decimator.process(sound, &mut self.low[..low]);
                low
            }
        }
    }

    fn code(&mut self, sound: &[f32], low: usize, payload: &mut [u8; MAX_SENT_PAYLOAD]) -> usize {
        let low = &self.low[..low];
        match &mut self.coder {
            Coder::Opus(encoder) => encoder.encode(sound, payload),
            Coder::G722(_, encoder) => {
                encoder.encode(low, &mut payload[..low.len() / 2]);
                low.len() / 2
            }
            Coder::G711(_, law) => {
                law.encode(low, &mut payload[..low.len()]);
                low.len()
            }
        }
    }

    /// Takes what to aim for. Only Opus can aim.
    pub(crate) fn aim(&mut self, aim: Aim) {
        if let Coder::Opus(encoder) = &mut self.coder {
            encoder.aim(aim);
        }
    }

    #[cfg(test)]
    pub(crate) fn set_expected_loss(&mut self, percent: u8) {
        self.aim(Aim {
            bitrate: crate::steering::PROTECTED,
            expected_loss: percent,
            distance: 0,
        });
    }

    /// Whether what was encoded last is the background while nobody speaks.
    fn pauses(&mut self) -> bool {
        match &mut self.coder {
            Coder::Opus(encoder) => encoder.pauses(),
            Coder::G722(..) | Coder::G711(..) => false,
        }
    }
}

/// Turns payloads into sound.
pub(crate) struct Decoder {
    coder: Reverse,
    low: Box<[f32]>,
}

enum Reverse {
    Opus(opus::Decoder),
    G722(Interpolator, Box<g722::Decoder>),
    G711(Interpolator, Law),
}

impl Decoder {
    pub(crate) fn new(codec: Codec) -> Result<Self, AudioError> {
        let longest = MAX_DECODED / codec.factor();
        let interpolator = || Interpolator::new(codec.factor(), longest);
        let (coder, low) = match codec {
            Codec::Opus => (Reverse::Opus(opus::Decoder::new()?), 0),
            Codec::G722 => (
                Reverse::G722(interpolator(), Box::new(g722::Decoder::new())),
                longest,
            ),
            Codec::Pcmu => (Reverse::G711(interpolator(), Law::Mu), longest),
            Codec::Pcma => (Reverse::G711(interpolator(), Law::A), longest),
        };
        let low = vec![0.0; low].into();
        Ok(Self { coder, low })
    }

    /// Decodes a payload into 48 kHz sound; gives its length in samples, `None` if unreadable.
    pub(crate) fn decode(
        &mut self,
        payload: &[u8],
        sound: &mut [f32; MAX_DECODED],
    ) -> Option<usize> {
        if payload.is_empty() || payload.len() > MAX_RECEIVED_PAYLOAD {
            return None;
        }
        match &mut self.coder {
            Reverse::Opus(decoder) => decoder.decode(payload, sound),
            Reverse::G722(interpolator, decoder) => {
                let low = &mut self.low[..payload.len() * 2];
                decoder.decode(payload, low);
                interpolator.process(low, &mut sound[..low.len() * 3]);
                Some(low.len() * 3)
            }
            Reverse::G711(interpolator, law) => {
                let low = &mut self.low[..payload.len()];
                law.decode(payload, low);
                interpolator.process(low, &mut sound[..low.len() * 6]);
                Some(low.len() * 6)
            }
        }
    }

    /// How much sound a payload holds, in samples of 48 kHz, without decoding it.
    pub(crate) fn duration(&self, payload: &[u8]) -> Option<usize> {
        match &self.coder {
            Reverse::Opus(decoder) => decoder.duration(payload),
            Reverse::G722(..) | Reverse::G711(..) => Some(payload.len() * 6),
        }
    }

    /// Fills `sound` with a guess at what is missing, if the codec can make one by itself.
    pub(crate) fn conceal(&mut self, sound: &mut [f32]) -> bool {
        match &mut self.coder {
            Reverse::Opus(decoder) => decoder.conceal(sound),
            Reverse::G722(..) | Reverse::G711(..) => false,
        }
    }

    /// Whether the codec makes guesses by itself.
    pub(crate) fn guesses(&self) -> bool {
        matches!(self.coder, Reverse::Opus(_))
    }

    /// How much of what was decoded the decoder's filters still hold, in samples; as much of the first
    /// payload after a gap is blurred by what was before.
    pub(crate) fn held(&self) -> usize {
        match &self.coder {
            Reverse::Opus(_) => 0,
            Reverse::G722(..) => INTERPOLATOR_DELAY * 3 + G722_HELD * 3,
            Reverse::G711(..) => INTERPOLATOR_DELAY * 6,
        }
    }

    /// Gives what the filters hold, and changes nothing. `ahead` says what will be heard so many samples
    /// from now.
    pub(crate) fn pending(
        &mut self,
        sound: &mut [f32; LONGEST_PENDING],
        ahead: impl Fn(usize) -> f32,
    ) -> usize {
        let held = self.held();
        match &mut self.coder {
            Reverse::Opus(_) => {}
            Reverse::G722(interpolator, decoder) => {
                let low = &mut self.low[..held / 3];
                let sound_at = |n| ahead((n + INTERPOLATOR_DELAY) * 3);
                decoder.as_ref().clone().follow(sound_at, low);
                interpolator.peek(low, &mut sound[..held]);
            }
            Reverse::G711(interpolator, _) => {
                let low = &mut self.low[..held / 6];
                for (n, low) in low.iter_mut().enumerate() {
                    *low = ahead((n + INTERPOLATOR_DELAY) * 6);
                }
                interpolator.peek(low, &mut sound[..held]);
            }
        }
        held
    }

    /// Goes on as if `gap` samples had been decoded to what was made up by others, so that the next
    /// payload meets filters and predictors as they would be. `ahead` says what was and will be heard
    /// so many samples after the beginning of the gap.
    pub(crate) fn follow(&mut self, gap: usize, ahead: impl Fn(usize) -> f32) {
        match &mut self.coder {
            Reverse::Opus(_) => {}
            Reverse::G722(interpolator, decoder) => {
                let low = &mut self.low[..gap / 6 * 2];
                decoder.follow(|n| ahead((n + INTERPOLATOR_DELAY) * 3), low);
                interpolator.follow(low);
            }
            Reverse::G711(interpolator, _) => {
                let low = &mut self.low[..gap / 6];
                for (n, low) in low.iter_mut().enumerate() {
                    *low = ahead((n + INTERPOLATOR_DELAY) * 6);
                }
                interpolator.follow(low);
            }
        }
    }

    /// Begins anew, with what another encoder has made.
    pub(crate) fn reset(&mut self) {
        match &mut self.coder {
            Reverse::Opus(decoder) => decoder.reset(),
            Reverse::G722(interpolator, decoder) => {
                interpolator.reset();
                **decoder = g722::Decoder::new();
            }
            Reverse::G711(interpolator, _) => interpolator.reset(),
        }
    }

    /// Whether nobody spoke by this payload, so that none may follow for a while, and the codec goes on with
    /// the background by itself.
    pub(crate) fn rests(&self, payload: &[u8]) -> bool {
        matches!(self.coder, Reverse::Opus(_)) && opus::rests(payload)
    }

    /// Whether a payload carries forward error correction for the one before it.
    pub(crate) fn protects_previous(&self, payload: &[u8]) -> bool {
        matches!(self.coder, Reverse::Opus(_)) && opus::protects_previous(payload)
    }

    /// Fills `sound` with what was before `next`, from the error correction in it.
    pub(crate) fn recover(&mut self, next: &[u8], sound: &mut [f32]) -> bool {
        match &mut self.coder {
            Reverse::Opus(decoder) => decoder.recover(next, sound),
            Reverse::G722(..) | Reverse::G711(..) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{mean_square, samples};
    use crate::testing::{babble, correlation};

    #[test]
    fn every_codec_brings_speech_back() {
        let input = babble(48_000 * 2);
        for (codec, least) in [
            (Codec::Opus, 0.9),
            (Codec::G722, 0.98),
            (Codec::Pcmu, 0.95),
            (Codec::Pcma, 0.95),
        ] {
            let mut encoder = Encoder::new(codec).expect("starts");
            let mut decoder = Decoder::new(codec).expect("starts");
            let mut output = Vec::new();
            let (mut payload, mut sound) = ([0; MAX_SENT_PAYLOAD], [0.0; MAX_DECODED]);
            for packet in input.chunks_exact(samples(20)) {
                let length = encoder.encode(packet, &mut payload);
                assert_eq!(decoder.duration(&payload[..length]), Some(960), "{codec:?}");
                let made = decoder.decode(&payload[..length], &mut sound);
                assert_eq!(made, Some(960), "{codec:?}");
                output.extend_from_slice(&sound[..960]);
            }
            let (likeness, lag) = correlation(&input[9_600..57_600], &output[9_600..], samples(15));
            assert!(likeness > least, "{codec:?}: {likeness}");
            assert!(lag < samples(10), "{codec:?}: {lag} samples late");
            let gain = mean_square(&output) / mean_square(&input);
            assert!((0.8..1.2).contains(&gain), "{codec:?}: power times {gain}");
        }
    }

    #[test]
    fn payload_sizes_are_those_of_the_formats() {
        let (sound, mut payload) = ([0.0; MAX_PACKET], [0; MAX_SENT_PAYLOAD]);
        for codec in [Codec::G722, Codec::Pcmu, Codec::Pcma] {
            let mut encoder = Encoder::new(codec).expect("starts");
            for ms in [10, 20, 30, 40, 60] {
                assert_eq!(encoder.encode(&sound[..samples(ms)], &mut payload), 8 * ms);
            }
        }
    }

    #[test]
    fn garbage_is_refused_or_decoded_but_never_breaks() {
        let mut sound = [0.0; MAX_DECODED];
        for codec in [Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma] {
            let mut decoder = Decoder::new(codec).expect("starts");
            assert_eq!(decoder.decode(&[], &mut sound), None);
            assert_eq!(
                decoder.decode(&[0xFF; MAX_RECEIVED_PAYLOAD + 1], &mut sound),
                None
            );
            let mut seed = 7_u32;
            for round in 0..400_usize {
                let garbage: Vec<u8> = (0..round % 300)
                    .map(|_| {
                        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (seed >> 24) as u8
                    })
                    .collect();
                if let Some(made) = decoder.decode(&garbage, &mut sound) {
                    assert!(sound[..made].iter().all(|s| s.is_finite()), "{codec:?}");
                }
            }
        }
    }
}
