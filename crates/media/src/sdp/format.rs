//! RTP payload formats: which there are, what a peer lists, what an answer keeps.

use std::fmt::Write;

use warmline_audio::Codec;

use super::{Description, Media};

/// What an RTP payload type stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// RTP payload type, 0 to 127.
    pub payload_type: u8,
    /// What it holds.
    pub content: Content,
}

/// What RTP packets of a format hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Sound.
    Audio(Codec),
    /// Comfort noise at 8000 Hz (RFC 3389).
    ComfortNoise,
    /// Telephone events (RFC 4733).
    TelephoneEvent {
        /// RTP clock rate in Hz.
        clock_rate: u32,
    },
}

impl Format {
    /// What a first offer lists: the codecs as ordered, telephone events at the clock of Opus and at
    /// 8000 Hz, and if silence may be left out (`dtx`), comfort noise for codecs on an 8000 Hz clock.
    pub fn offered(codecs: &[Codec], dtx: bool) -> Vec<Format> {
        let mut formats: Vec<Format> = Vec::new();
        for codec in codecs {
            let format = Format {
                payload_type: usual_payload_type(*codec),
                content: Content::Audio(*codec),
            };
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        let mut add = |payload_type, content| {
            formats.push(Format {
                payload_type,
                content,
            });
        };
        if dtx && codecs.iter().any(|codec| codec.clock_rate() == 8_000) {
            add(13, Content::ComfortNoise);
        }
        if codecs.contains(&Codec::Opus) {
            add(110, Content::TelephoneEvent { clock_rate: 48_000 });
        }
        add(101, Content::TelephoneEvent { clock_rate: 8_000 });
        formats
    }

    /// What an answer keeps of an offer, in the offerer's order and with its payload types: the
    /// first format of each codec that is configured, comfort noise if one of them runs at
    /// 8000 Hz, and one format of telephone events: that with the clock rate of the first codec,
    /// or else the first. Empty if no codec is left.
    pub fn answered(offered: &[Format], codecs: &[Codec]) -> Vec<Format> {
        let mut answered: Vec<Format> = Vec::new();
        for format in offered {
            if let Content::Audio(codec) = format.content
                && codecs.contains(&codec)
                && !has(&answered, format.content)
            {
                answered.push(*format);
            }
        }
        let Some(first) = answered.iter().find_map(|format| format.codec()) else {
            return Vec::new();
        };
        let narrow = answered
            .iter()
            .filter_map(|format| format.codec())
            .any(|codec| codec.clock_rate() == 8_000);
        let events = telephone_event(offered, first.clock_rate());
        let keep = |format: &&Format| match format.content {
            Content::Audio(_) => answered.contains(format),
            Content::ComfortNoise => narrow,
            Content::TelephoneEvent { .. } => Some(**format) == events,
        };
        let mut kept: Vec<Format> = Vec::new();
        for format in offered.iter().filter(keep) {
            if !has(&kept, format.content) {
                kept.push(*format);
            }
        }
        kept
    }

    /// What a section lists of what we know. Static payload types need no `rtpmap` (RFC 3551
    /// section 6).
    pub(super) fn read(description: &Description<'_>, media: &Media<'_>) -> Vec<Format> {
        let mut formats: Vec<Format> = Vec::new();
        for word in &media.formats {
            let Some(payload_type) = payload_type(word) else {
                continue;
            };
            let map = rtpmap(description, media, payload_type);
            let content = match map {
                Some(encoding) => content_of(encoding),
                None => static_content(payload_type),
            };
            let known = formats
                .iter()
                .any(|format| format.payload_type == payload_type);
            if let Some(content) = content
                && !known
            {
                formats.push(Format {
                    payload_type,
                    content,
                });
            }
        }
        formats
    }

    /// Names of all that a section lists, for an explanation.
    pub(super) fn names(description: &Description<'_>, media: &Media<'_>) -> String {
        let names: Vec<String> = media
            .formats
            .iter()
            .take(16)
            .map(|word| {
                payload_type(word)
                    .and_then(|payload_type| {
                        rtpmap(description, media, payload_type)
                            .or_else(|| static_name(payload_type))
                    })
                    .map_or_else(|| format!("payload type {word}"), str::to_owned)
            })
            .collect();
        names.join(", ")
    }

    /// The codec, if the format holds sound.
    pub fn codec(&self) -> Option<Codec> {
        match self.content {
            Content::Audio(codec) => Some(codec),
            Content::ComfortNoise | Content::TelephoneEvent { .. } => None,
        }
    }

    /// RTP clock rate in Hz.
    pub fn clock_rate(&self) -> u32 {
        match self.content {
            Content::Audio(codec) => codec.clock_rate(),
            Content::ComfortNoise => 8_000,
            Content::TelephoneEvent { clock_rate } => clock_rate,
        }
    }

    /// Writes the `rtpmap` and, if there is something to say, the `fmtp` attribute.
    pub(super) fn write(&self, out: &mut String) {
        let payload_type = self.payload_type;
        let (encoding, parameters) = match self.content {
            Content::Audio(codec) => encoding(codec),
            Content::ComfortNoise => ("CN/8000", None),
            Content::TelephoneEvent { clock_rate } => {
                let _ = write!(
                    out,
                    "a=rtpmap:{payload_type} telephone-event/{clock_rate}\r\n\
                     a=fmtp:{payload_type} 0-15\r\n"
                );
                return;
            }
        };
        let _ = write!(out, "a=rtpmap:{payload_type} {encoding}\r\n");
        if let Some(parameters) = parameters {
            let _ = write!(out, "a=fmtp:{payload_type} {parameters}\r\n");
        }
    }
}

/// Telephone events to use beside a codec of `clock_rate` Hz: at the same rate, so that all packets
/// share one timestamp line (RFC 4733 section 2.1), or else whatever there is.
pub(super) fn telephone_event(formats: &[Format], clock_rate: u32) -> Option<Format> {
    let mut events = formats
        .iter()
        .filter(|format| matches!(format.content, Content::TelephoneEvent { .. }));
    events
        .clone()
        .find(|format| format.clock_rate() == clock_rate)
        .or_else(|| events.next())
        .copied()
}

/// Comfort noise beside a codec of `clock_rate` Hz, with which it has to share the clock (RFC 3389
/// section 5.1).
pub(super) fn comfort_noise(formats: &[Format], clock_rate: u32) -> Option<u8> {
    let mut formats = formats.iter();
    let noise = formats.find(|format| format.content == Content::ComfortNoise)?;
    (noise.clock_rate() == clock_rate).then_some(noise.payload_type)
}

/// Name of a codec for people.
pub(super) fn codec_name(codec: Codec) -> &'static str {
    encoding(codec).0
}

fn has(formats: &[Format], content: Content) -> bool {
    formats.iter().any(|format| format.content == content)
}

fn payload_type(word: &str) -> Option<u8> {
    word.parse().ok().filter(|number| *number < 128)
}

/// `opus/48000/2` from `a=rtpmap:111 opus/48000/2`.
fn rtpmap<'a>(
    description: &Description<'a>,
    media: &Media<'a>,
    payload_type: u8,
) -> Option<&'a str> {
    description.values(media, "rtpmap").find_map(|value| {
        let (number, encoding) = value.split_once(char::is_whitespace)?;
        (number.parse() == Ok(payload_type)).then(|| encoding.trim())
    })
}

/// What an encoding of an `rtpmap` is. Lenient where peers are known to be wrong: Opus without its
/// two channels, G.722 with the rate of its samples in place of its clock.
fn content_of(encoding: &str) -> Option<Content> {
    let mut parts = encoding.split('/');
    let name = parts.next()?.trim().to_ascii_lowercase();
    let rate: u32 = parts.next()?.trim().parse().ok()?;
    let mono = parts.next().is_none_or(|channels| channels.trim() == "1");
    Some(match (name.as_str(), rate) {
        ("opus", 48_000) => Content::Audio(Codec::Opus),
        ("g722", 8_000 | 16_000) if mono => Content::Audio(Codec::G722),
        ("pcmu", 8_000) if mono => Content::Audio(Codec::Pcmu),
        ("pcma", 8_000) if mono => Content::Audio(Codec::Pcma),
        ("cn", 8_000) if mono => Content::ComfortNoise,
        ("telephone-event", 8_000..=96_000) => Content::TelephoneEvent { clock_rate: rate },
        _ => return None,
    })
}

fn static_content(payload_type: u8) -> Option<Content> {
    static_name(payload_type).and_then(content_of)
}

/// The audio part of RFC 3551 table 4.
fn static_name(payload_type: u8) -> Option<&'static str> {
    Some(match payload_type {
        0 => "PCMU/8000",
        3 => "GSM/8000",
        4 => "G723/8000",
        8 => "PCMA/8000",
        9 => "G722/8000",
        13 => "CN/8000",
        15 => "G728/8000",
        18 => "G729/8000",
        _ => return None,
    })
}

fn usual_payload_type(codec: Codec) -> u8 {
    match codec {
        Codec::Opus => 111,
        Codec::G722 => 9,
        Codec::Pcmu => 0,
        Codec::Pcma => 8,
    }
}

/// `rtpmap` encoding and `fmtp` parameters. Opus: packets of 10 ms are welcome, and in-band
/// forward error correction is used (RFC 7587 section 6.1).
fn encoding(codec: Codec) -> (&'static str, Option<&'static str>) {
    match codec {
        Codec::Opus => ("opus/48000/2", Some("minptime=10;useinbandfec=1")),
        Codec::G722 => ("G722/8000", None),
        Codec::Pcmu => ("PCMU/8000", None),
        Codec::Pcma => ("PCMA/8000", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Codec; 4] = [Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma];

    fn listed(section: &str) -> Vec<Format> {
        let text = format!("v=0\n{section}");
        let description = Description::parse(&text).expect("valid");
        Format::read(&description, &description.media[0])
    }

    fn numbers(formats: &[Format]) -> Vec<u8> {
        formats.iter().map(|format| format.payload_type).collect()
    }

    #[test]
    fn an_offer_never_lists_a_payload_type_twice() {
        let mut seen = numbers(&Format::offered(&[ALL, ALL].concat(), true));
        assert_eq!(seen, [111, 9, 0, 8, 13, 110, 101]);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 7);
        let offered = |codec, dtx| numbers(&Format::offered(&[codec], dtx));
        assert_eq!(offered(Codec::Opus, true), [111, 110, 101]);
        assert_eq!(offered(Codec::Pcma, true), [8, 13, 101]);
        assert_eq!(offered(Codec::Pcma, false), [8, 101]);
    }

    #[test]
    fn static_payload_types_need_no_rtpmap() {
        let formats = listed("m=audio 1 RTP/AVP 0 8 9 13 18 99 101\n");
        assert_eq!(numbers(&formats), [0, 8, 9, 13]);
        assert_eq!(formats[2].content, Content::Audio(Codec::G722));
    }

    #[test]
    fn a_dynamic_meaning_of_a_static_number_is_believed() {
        let formats = listed("m=audio 1 RTP/AVP 0\na=rtpmap:0 telephone-event/8000\n");
        let content = Content::TelephoneEvent { clock_rate: 8_000 };
        assert_eq!(formats[0].content, content);
    }

    #[test]
    fn encodings_are_read_leniently() {
        for (encoding, expected) in [
            ("OPUS/48000/2", Some(Content::Audio(Codec::Opus))),
            ("opus/48000", Some(Content::Audio(Codec::Opus))),
            ("G722/16000", Some(Content::Audio(Codec::G722))),
            ("pcmu/8000/1", Some(Content::Audio(Codec::Pcmu))),
            ("PCMA/8000/2", None),
            ("PCMA/16000", None),
            ("CN/16000", None),
            ("opus", None),
            ("/", None),
        ] {
            assert_eq!(content_of(encoding), expected, "{encoding}");
        }
    }

    #[test]
    fn an_answer_keeps_the_offerers_order_and_numbers() {
        let offered = listed(
            "m=audio 1 RTP/AVP 8 96 97 0 101\na=rtpmap:96 opus/48000/2\n\
             a=rtpmap:97 opus/48000/2\na=rtpmap:101 telephone-event/8000\n",
        );
        assert_eq!(numbers(&Format::answered(&offered, &ALL)), [8, 96, 0, 101]);
        assert_eq!(
            numbers(&Format::answered(&offered, &[Codec::Pcmu])),
            [0, 101]
        );
        assert_eq!(Format::answered(&offered, &[Codec::G722]), []);
    }

    #[test]
    fn one_kind_of_telephone_events_is_answered() {
        let offered = listed(
            "m=audio 1 RTP/AVP 96 0 13 101 105\na=rtpmap:96 opus/48000/2\n\
             a=rtpmap:101 telephone-event/8000\na=rtpmap:105 telephone-event/48000\n",
        );
        let with_opus = Format::answered(&offered, &ALL);
        assert_eq!(numbers(&with_opus), [96, 0, 13, 105]);
        let without = Format::answered(&offered, &[Codec::Pcmu]);
        assert_eq!(numbers(&without), [0, 13, 101]);
        let only_opus = Format::answered(&offered, &[Codec::Opus]);
        assert_eq!(numbers(&only_opus), [96, 105]);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let formats = Format::offered(&ALL, true);
        let mut section = "m=audio 1 RTP/AVP 111 9 0 8 13 110 101\n".to_owned();
        for format in &formats {
            format.write(&mut section);
        }
        assert_eq!(listed(&section), formats);
        assert!(section.contains("a=rtpmap:0 PCMU/8000\r\n"));
    }
}
