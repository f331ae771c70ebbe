//! Devices, loudness and what sounds: what the agent has set, and what the calls command.

use std::{path::Path, time::Duration};

use tokio::time::Instant;
use warmline_audio::{
    AudioError, DeviceChoice, Engine, EngineConfig, Input, NoiseSuppression, Output, Processing,
    Tone as AudioTone, Volumes,
};
use warmline_call::{State, Tone};
use warmline_policy::{self as policy, Device, Percent, Sound, Voice};

use crate::{
    action::Done,
    error::{DeskError, ErrorCode},
    event::{DeviceRole, DeviceState, Loudness},
    run::Running,
    snapshot::DeviceView,
    words,
};

/// Starts the engine on what the agent has set, where the profile has not said otherwise.
pub(crate) fn apply(sound: &Sound, managed: Voice, config: &mut EngineConfig) {
    if !sound.microphone.is_empty() {
        config.input = Input::Devices(choices(&sound.microphone));
    }
    if !sound.speaker.is_empty() {
        config.output = Output::Devices(choices(&sound.speaker));
    }
    if sound.ring_everywhere {
        config.ring_output = Output::Everywhere;
    } else if !sound.ringer.is_empty() {
        config.ring_output = Output::Devices(choices(&sound.ringer));
    }
    let volumes = &mut config.volumes;
    volumes.calls = sound.calls.map_or(volumes.calls, Percent::get);
    volumes.tones = sound.tones.map_or(volumes.tones, Percent::get);
    volumes.ring = sound.ring.map_or(volumes.ring, Percent::get);
    config.processing = processing(managed.or(sound.voice()), config.processing);
}

/// What is done to the agent's voice: what was said, and of the rest what there is.
pub(crate) fn processing(said: Voice, otherwise: Processing) -> Processing {
    let noise = said.noise_suppression.map(|strength| match strength {
        policy::NoiseSuppression::Off => NoiseSuppression::Off,
        policy::NoiseSuppression::Moderate => NoiseSuppression::Moderate,
        policy::NoiseSuppression::Strong => NoiseSuppression::Strong,
    });
    let Processing {
        echo_cancellation,
        noise_suppression,
        automatic_gain,
        high_pass,
        files,
    } = otherwise;
    Processing {
        echo_cancellation: said.echo_cancellation.unwrap_or(echo_cancellation),
        noise_suppression: noise.unwrap_or(noise_suppression),
        automatic_gain: said.automatic_gain.unwrap_or(automatic_gain),
        high_pass: said.high_pass.unwrap_or(high_pass),
        files,
    }
}

/// These devices, in this order.
pub fn choices(devices: &[Device]) -> Vec<DeviceChoice> {
    let choice = |device: &Device| DeviceChoice {
        id: Some(device.id.clone()),
        name: device.name.clone(),
    };
    devices.iter().map(choice).collect()
}

/// Microphone, speaker and ringer before any of them was needed.
pub(crate) fn devices(config: &EngineConfig) -> [DeviceView; 3] {
    [
        before_input(&config.input),
        before_output(&config.output),
        before_output(&config.ring_output),
    ]
}

/// A microphone before it was needed.
fn before_input(input: &Input) -> DeviceView {
    let chosen = of_input(input);
    DeviceView {
        name: given_in(input).or_else(|| name_of(&chosen)),
        state: match input {
            Input::Default | Input::Devices(_) => DeviceState::Closed,
            Input::Wav(_) | Input::Silent => DeviceState::None,
        },
        chosen,
        ..DeviceView::default()
    }
}

/// A speaker or ringer before it was needed.
fn before_output(output: &Output) -> DeviceView {
    let chosen = of_output(output);
    DeviceView {
        name: given_out(output).or_else(|| name_of(&chosen)),
        state: match output {
            Output::Default | Output::Devices(_) | Output::Everywhere => DeviceState::Closed,
            Output::Wav(_) | Output::Silent => DeviceState::None,
        },
        chosen,
        everywhere: *output == Output::Everywhere,
        ..DeviceView::default()
    }
}

fn name_of(chosen: &Option<DeviceChoice>) -> Option<String> {
    chosen.as_ref().and_then(|chosen| chosen.name.clone())
}

fn of_input(input: &Input) -> Option<DeviceChoice> {
    match input {
        Input::Devices(choices) => choices.first().cloned(),
        Input::Default | Input::Wav(_) | Input::Silent => None,
    }
}

/// Of what takes the place of a device, the engine says nothing.
pub(crate) fn given_in(input: &Input) -> Option<String> {
    match input {
        Input::Wav(file) => file_name(file),
        Input::Default | Input::Devices(_) | Input::Silent => None,
    }
}

pub(crate) fn given_out(output: &Output) -> Option<String> {
    match output {
        Output::Wav(file) => file_name(file),
        Output::Default | Output::Devices(_) | Output::Everywhere | Output::Silent => None,
    }
}

/// Without the folders, which may be named for a person.
fn file_name(file: &Path) -> Option<String> {
    let name = file.file_name()?;
    Some(name.to_string_lossy().into_owned())
}

fn of_output(output: &Output) -> Option<DeviceChoice> {
    match output {
        Output::Devices(choices) => choices.first().cloned(),
        Output::Default | Output::Everywhere | Output::Wav(_) | Output::Silent => None,
    }
}

impl Running {
    pub(crate) fn set_input(&mut self, input: Input) -> Result<Done, DeskError> {
        let view = before_input(&input);
        self.set(|engine| engine.set_input(input))?;
        self.state.microphone = view;
        self.no_microphone = false;
        Ok(Done::Accepted)
    }

    pub(crate) fn set_output(&mut self, output: Output) -> Result<Done, DeskError> {
        let view = before_output(&output);
        self.set(|engine| engine.set_output(output))?;
        self.state.speaker = view;
        Ok(Done::Accepted)
    }

    pub(crate) fn set_ring_output(&mut self, output: Output) -> Result<Done, DeskError> {
        let view = before_output(&output);
        self.set(|engine| engine.set_ring_output(output))?;
        self.state.ringer = view;
        Ok(Done::Accepted)
    }

    fn set(
        &mut self,
        set: impl FnOnce(&Engine) -> Result<(), AudioError>,
    ) -> Result<(), DeskError> {
        set(&self.machines.engine).map_err(|error| words::sound(&error))
    }

    pub(crate) fn set_volume(&mut self, of: Loudness, percent: u8) -> Result<Done, DeskError> {
        let Volumes { calls, tones, ring } = &mut self.state.volumes;
        *match of {
            Loudness::Calls => calls,
            Loudness::Tones => tones,
            Loudness::Ring => ring,
        } = percent.min(100);
        self.machines.engine.set_volumes(self.state.volumes);
        Ok(Done::Accepted)
    }

    /// What the agent wants to be done to the own voice, where the profile does not say.
    pub(crate) fn set_voice(&mut self, wanted: Voice) -> Result<Done, DeskError> {
        let otherwise = Processing {
            files: self.state.processing.files,
            ..Processing::default()
        };
        let processing = processing(self.state.managed_voice.or(wanted), otherwise);
        if processing != self.state.processing {
            self.set(|engine| engine.set_processing(processing))?;
            self.state.processing = processing;
        }
        Ok(Done::Accepted)
    }

    pub(crate) fn look_at_sound(&mut self, looking: bool) -> Result<Done, DeskError> {
        self.looking = looking;
        self.state.devices.take_if(|_| !looking);
        self.machines.engine.monitor(looking);
        Ok(Done::Accepted)
    }

    /// Plays a short sound, and ends a check. What the calls have to say goes first.
    pub(crate) fn try_device(&mut self, role: DeviceRole) -> Result<Done, DeskError> {
        let not_now = |what: &str, advice: &str| {
            let error = DeskError::new(ErrorCode::NotNow, what, advice);
            Err(error)
        };
        if self.phone.calls().any(|c| c.state() == State::Incoming) {
            return not_now("A call is coming in.", "Try the sound when it is over.");
        }
        match role {
            DeviceRole::Microphone => not_now(
                "A microphone plays nothing.",
                "Speak, and see whether its level moves.",
            ),
            DeviceRole::Speaker if self.tone.is_some() => {
                not_now("A tone is playing already.", "Try again in a moment.")
            }
            DeviceRole::Speaker => {
                self.end_check();
                self.machines.engine.tone(Some(AudioTone::Sample));
                Ok(Done::Accepted)
            }
            DeviceRole::Ringer => {
                self.end_check();
                self.trial = Some(Instant::now() + TRIAL);
                self.machines.engine.ring(true);
                Ok(Done::Accepted)
            }
        }
    }

    /// What the agent tries is silent; the tones of the calls go on.
    pub(crate) fn end_trials(&mut self) {
        self.end_trial();
        if self.tone.is_none() {
            self.machines.engine.tone(None);
        }
    }

    pub(crate) fn end_trial(&mut self) {
        if self.trial.take().is_some() {
            self.machines.engine.ring(false);
        }
    }

    /// The calls want the ringer to ring or to be silent.
    pub(crate) fn ring(&mut self, on: bool) {
        // Whatever rings from now on is a call.
        self.trial = None;
        self.machines.engine.ring(on);
    }

    /// The calls want this tone in the headset.
    pub(crate) fn tone(&mut self, tone: Option<Tone>) {
        if tone == Some(Tone::CallWaiting) {
            self.end_trial();
        }
        self.tone = tone;
        self.machines.engine.tone(tone.map(audio_tone));
    }
}

fn audio_tone(tone: Tone) -> AudioTone {
    match tone {
        Tone::Ringback => AudioTone::Ringback,
        Tone::CallWaiting => AudioTone::CallWaiting,
        Tone::Busy => AudioTone::Busy,
        Tone::Congestion => AudioTone::Congestion,
        Tone::Ended => AudioTone::Ended,
    }
}

/// The ring tone's figure once.
const TRIAL: Duration = Duration::from_millis(2_200);

#[cfg(test)]
mod tests {
    use warmline_audio::{AudioEvent, Role};

    use super::*;
    use crate::stage;

    #[tokio::test]
    async fn nothing_is_known_of_another_device_from_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let mut running = stage::still(folder.path());
        for role in [Role::Input, Role::Output, Role::Ring] {
            running.audio(AudioEvent::DeviceChanged {
                role,
                name: "Laptop".into(),
                preferred: true,
            });
        }
        let headset = DeviceChoice {
            id: Some("headset".into()),
            name: Some("Headset".into()),
        };
        running.set_input(Input::Default).unwrap();
        running.set_output(Output::Devices(vec![headset])).unwrap();
        running.set_ring_output(Output::Silent).unwrap();
        let state = &running.state;
        let of = |view: &DeviceView| (view.name.clone(), view.state);
        assert_eq!(of(&state.microphone), (None, DeviceState::Closed));
        let chosen = (Some("Headset".into()), DeviceState::Closed);
        assert_eq!(of(&state.speaker), chosen);
        assert_eq!(of(&state.ringer), (None, DeviceState::None));
    }

    #[test]
    fn what_the_profile_says_of_the_voice_goes_before_what_the_agent_has_set() {
        let managed = Voice {
            noise_suppression: Some(policy::NoiseSuppression::Strong),
            ..Voice::default()
        };
        let sound = Sound {
            noise_suppression: Some(policy::NoiseSuppression::Off),
            automatic_gain: Some(false),
            ..Sound::default()
        };
        let mut config = EngineConfig::default();
        apply(&sound, managed, &mut config);
        let expected = Processing {
            noise_suppression: NoiseSuppression::Strong,
            automatic_gain: false,
            ..Processing::default()
        };
        assert_eq!(config.processing, expected);
    }

    #[test]
    fn a_file_in_the_place_of_a_device_has_the_files_name() {
        let file = || "/home/quentin/mic.wav".into();
        let config = EngineConfig {
            input: Input::Wav(file()),
            output: Output::Wav(file()),
            ..EngineConfig::silent()
        };
        let [microphone, speaker, ringer] = devices(&config).map(|view| view.name);
        assert_eq!(microphone.as_deref(), Some("mic.wav"));
        assert_eq!((speaker, ringer), (microphone, None));
    }

    #[test]
    fn what_was_set_is_applied_and_the_rest_stays_as_it_was() {
        let mut config = EngineConfig {
            ring_output: Output::Silent,
            ..EngineConfig::default()
        };
        let sound = Sound {
            ring: Some(Percent::at_most_100(30)),
            speaker: vec![Device {
                id: "pulseaudio:headset".into(),
                name: Some("Headset".into()),
            }],
            ..Sound::default()
        };
        apply(&sound, Voice::default(), &mut config);
        let headset = DeviceChoice {
            id: Some("pulseaudio:headset".into()),
            name: Some("Headset".into()),
        };
        assert_eq!(config.output, Output::Devices(vec![headset.clone()]));
        assert_eq!(config.ring_output, Output::Silent);
        assert_eq!(config.input, Input::Default);
        let volumes = Volumes {
            ring: 30,
            ..Volumes::default()
        };
        assert_eq!(config.volumes, volumes);
        let [microphone, speaker, ringer] = devices(&config).map(|view| view.chosen);
        assert_eq!((microphone, speaker, ringer), (None, Some(headset), None));
    }
}
