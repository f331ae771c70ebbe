//! `--mic`, `--speaker` and `--ringer`: a device, a WAV file, or nothing.

use warmline_desk::{DeviceChoice, EngineConfig, Input, Output};

use crate::arguments::Sound;

/// The devices that the command line names, or the system's default ones.
pub(crate) fn chosen(sound: &Sound) -> EngineConfig {
    let output = sound.speaker.as_deref().map_or(Output::Default, output);
    EngineConfig {
        input: sound.mic.as_deref().map_or(Input::Default, input),
        ring_output: match (&sound.ringer, &output) {
            (Some(ringer), _) => self::output(ringer),
            // Two writers on one file would spoil it.
            (None, Output::Wav(_)) => Output::Silent,
            (None, speaker) => speaker.clone(),
        },
        output,
        ..EngineConfig::default()
    }
}

fn input(text: &str) -> Input {
    match (text, text.strip_prefix("wav:")) {
        ("silent", _) => Input::Silent,
        (_, Some(file)) => Input::Wav(file.into()),
        _ => Input::Device(device(text)),
    }
}

fn output(text: &str) -> Output {
    match (text, text.strip_prefix("wav:")) {
        ("silent", _) => Output::Silent,
        (_, Some(file)) => Output::Wav(file.into()),
        _ => Output::Device(device(text)),
    }
}

/// The text may be either: the engine tries it as an id, then as a name.
fn device(text: &str) -> DeviceChoice {
    DeviceChoice {
        id: Some(text.to_owned()),
        name: Some(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(mic: Option<&str>, speaker: Option<&str>) -> EngineConfig {
        chosen(&Sound {
            mic: mic.map(str::to_owned),
            speaker: speaker.map(str::to_owned),
            ringer: None,
        })
    }

    #[test]
    fn files_devices_and_silence_are_told_apart() {
        let config = sound(Some("wav:in.wav"), Some("wav:out.wav"));
        assert_eq!(config.input, Input::Wav("in.wav".into()));
        assert_eq!(config.output, Output::Wav("out.wav".into()));
        assert_eq!(config.ring_output, Output::Silent);
        let config = sound(Some("silent"), Some("Headset"));
        assert_eq!(config.input, Input::Silent);
        assert_eq!(config.output, Output::Device(device("Headset")));
        assert_eq!(config.ring_output, config.output);
        assert_eq!(sound(None, None).input, Input::Default);
    }
}
