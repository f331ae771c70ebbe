//! `--mic`, `--speaker` and `--ringer`: a device, a WAV file, or nothing.

use warmline_desk::{DeviceChoice, EngineConfig, Input, Output, Processing};

use crate::arguments::Sound;

/// The devices that the command line names, or the system's default ones; the voice processed as the
/// profile says.
pub(crate) fn chosen(sound: &Sound, processing: Processing) -> EngineConfig {
    let output = self::output(&sound.speaker);
    EngineConfig {
        input: input(&sound.mic),
        ring_output: match (sound.ringer.as_slice(), &output) {
            // Two writers on one file would spoil it.
            ([], Output::Wav(_)) => Output::Silent,
            ([], speaker) => speaker.clone(),
            ([everywhere], _) if everywhere == "everywhere" => Output::Everywhere,
            (ringer, _) => self::output(ringer),
        },
        output,
        processing: Processing {
            files: sound.process_wav,
            ..processing
        },
        ..EngineConfig::default()
    }
}

fn input(texts: &[String]) -> Input {
    match texts {
        [] => Input::Default,
        [silent] if silent == "silent" => Input::Silent,
        [text] if let Some(file) = text.strip_prefix("wav:") => Input::Wav(file.into()),
        devices => Input::Devices(devices.iter().map(|text| device(text)).collect()),
    }
}

fn output(texts: &[String]) -> Output {
    match texts {
        [] => Output::Default,
        [silent] if silent == "silent" => Output::Silent,
        [text] if let Some(file) = text.strip_prefix("wav:") => Output::Wav(file.into()),
        devices => Output::Devices(devices.iter().map(|text| device(text)).collect()),
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

    fn sound(mic: &[&str], speaker: &[&str], ringer: &[&str]) -> EngineConfig {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let sound = Sound {
            mic: texts(mic),
            speaker: texts(speaker),
            ringer: texts(ringer),
            process_wav: false,
        };
        chosen(&sound, Processing::default())
    }

    #[test]
    fn files_devices_and_silence_are_told_apart() {
        let config = sound(&["wav:in.wav"], &["wav:out.wav"], &[]);
        assert_eq!(config.input, Input::Wav("in.wav".into()));
        assert_eq!(config.output, Output::Wav("out.wav".into()));
        assert_eq!(config.ring_output, Output::Silent);
        let config = sound(&["silent"], &["Headset", "Dock"], &[]);
        assert_eq!(config.input, Input::Silent);
        let both = vec![device("Headset"), device("Dock")];
        assert_eq!(config.output, Output::Devices(both));
        assert_eq!(config.ring_output, config.output);
        let config = sound(&[], &[], &["everywhere"]);
        assert_eq!(config.input, Input::Default);
        assert_eq!(config.ring_output, Output::Everywhere);
    }
}
