//! What a description says of Opus (RFC 7587 section 6.1).

use warmline_audio::OpusSettings;

use super::{Description, Media};

/// What the peer wants of the Opus that is sent to it, by its `fmtp` for `payload_type`. Whether silence
/// is left out (`usedtx`) is for who manages this phone to say: it may be heard.
///
/// Error correction is used unless the peer says that it has no use for it. By the letter it is off
/// unless asked for, but what says nothing is mostly a server that passes packets on, and whoever
/// decodes them knows what to do.
pub(super) fn settings(
    description: &Description<'_>,
    media: &Media<'_>,
    payload_type: u8,
) -> OpusSettings {
    let mut settings = OpusSettings::default();
    let parameters = description.values(media, "fmtp").find_map(|value| {
        let (number, parameters) = value.split_once(char::is_whitespace)?;
        (number.parse() == Ok(payload_type)).then_some(parameters)
    });
    for parameter in parameters.unwrap_or_default().split(';') {
        let Some((name, value)) = parameter.split_once('=') else {
            continue;
        };
        let Ok(value) = value.trim().parse::<u32>() else {
            continue;
        };
        match name.trim().to_ascii_lowercase().as_str() {
            "maxplaybackrate" => settings.max_playback_rate = value.clamp(8_000, 48_000),
            "maxaveragebitrate" => settings.max_bitrate = value.clamp(6_000, 510_000),
            "cbr" => settings.cbr = value == 1,
            "useinbandfec" => settings.fec = value != 0,
            _ => {}
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(attributes: &str) -> OpusSettings {
        let text = format!("v=0\nm=audio 1 RTP/AVP 96 97\n{attributes}");
        let description = Description::parse(&text).expect("valid");
        settings(&description, &description.media[0], 96)
    }

    #[test]
    fn what_is_not_said_is_as_the_format_has_it() {
        assert_eq!(read(""), OpusSettings::default());
        assert_eq!(read("a=fmtp:97 cbr=1\n"), OpusSettings::default());
        assert_eq!(
            read("a=fmtp:96 stereo=1;;x;maxplaybackrate=?\n"),
            OpusSettings::default()
        );
    }

    #[test]
    fn all_that_is_said_of_what_it_receives_is_read() {
        let settings = read(
            "a=fmtp:96 maxplaybackrate=16000; maxaveragebitrate=24000; CBR=1;useinbandfec=0 ;usedtx=1;x=1\n",
        );
        let expected = OpusSettings {
            max_playback_rate: 16_000,
            max_bitrate: 24_000,
            cbr: true,
            fec: false,
            dtx: false,
        };
        assert_eq!(settings, expected);
    }

    #[test]
    fn rates_are_brought_within_those_of_the_format() {
        let settings = read("a=fmtp:96 maxplaybackrate=1;maxaveragebitrate=4000000000\n");
        assert_eq!(settings.max_playback_rate, 8_000);
        assert_eq!(settings.max_bitrate, 510_000);
    }
}
