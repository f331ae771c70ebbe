//! The codecs a leg can speak.

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
}

/// A codec with the RTP payload type negotiated for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodecSpec {
    /// The codec.
    pub codec: Codec,
    /// RTP payload type, 0 to 127.
    pub payload_type: u8,
}
