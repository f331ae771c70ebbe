use serde::{Deserialize, Serialize};
use warmline_desk::{
    DeviceRole, HeadsetState, HeadsetView, Loudness, NoiseSuppression, Snapshot,
    policy::{self, Voice},
};

use crate::UiCheck;

/// The agent's sound devices.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiSound {
    /// Takes the agent's voice.
    pub microphone: UiDevice,
    /// Plays calls and tones.
    pub speaker: UiDevice,
    /// Rings.
    pub ringer: UiDevice,
    /// The headset whose buttons the phone takes, if one is plugged in.
    pub headset: Option<UiHeadset>,
    /// Loudness of call-progress tones and cues, percent.
    pub tones_percent: u8,
    /// What is done to the agent's voice.
    pub voice: UiVoice,
    /// The check before a shift, from its beginning until the agent has done with it.
    pub check: Option<UiCheck>,
    /// What can be chosen, while the agent looks ([`UiAction::LookAtSound`](crate::UiAction)).
    pub choices: Option<UiDeviceChoices>,
}

/// A headset's buttons.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiHeadset {
    /// The headset, as it calls itself; none if it does not say.
    pub name: Option<String>,
    /// Whether its buttons work.
    pub state: UiHeadsetState,
}

/// Whether a headset's buttons work.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiHeadsetState {
    /// They do.
    Works,
    /// They do, but another program has a call on it: it does not ring for ours.
    InUseElsewhere,
    /// The system does not let this person use them.
    NotAllowed,
    /// Another program has them for itself.
    Taken,
    /// They do not; the log has why.
    Failed,
}

impl UiHeadset {
    pub(crate) fn of(view: &HeadsetView) -> Self {
        Self {
            name: view.name.clone(),
            state: match view.state {
                HeadsetState::Works => UiHeadsetState::Works,
                HeadsetState::InUseElsewhere => UiHeadsetState::InUseElsewhere,
                HeadsetState::NotAllowed => UiHeadsetState::NotAllowed,
                HeadsetState::Taken => UiHeadsetState::Taken,
                HeadsetState::Failed => UiHeadsetState::Failed,
            },
        }
    }
}

/// What is done to the agent's voice before anybody hears it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiVoice {
    /// Takes out what the speaker plays.
    pub echo_cancellation: bool,
    /// Takes out what is no voice.
    pub noise_suppression: UiNoiseSuppression,
    /// Raises a soft voice.
    pub automatic_gain: bool,
    /// What of these who manages the phone has said, so that the agent cannot.
    pub managed: Vec<UiVoicePart>,
}

/// How much noise is taken out of the agent's voice.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiNoiseSuppression {
    /// None.
    Off,
    /// Steady noise: a fan, a street.
    #[default]
    Moderate,
    /// All that is no voice: keys, dishes. Costs the voice some, and the computer more.
    Strong,
}

/// A part of what is done to the agent's voice.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiVoicePart {
    /// See [`UiVoice::echo_cancellation`].
    EchoCancellation,
    /// See [`UiVoice::noise_suppression`].
    NoiseSuppression,
    /// See [`UiVoice::automatic_gain`].
    AutomaticGain,
}

impl UiVoice {
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        let (done, managed) = (snapshot.processing, snapshot.managed_voice);
        let parts = [
            (
                UiVoicePart::EchoCancellation,
                managed.echo_cancellation.is_some(),
            ),
            (
                UiVoicePart::NoiseSuppression,
                managed.noise_suppression.is_some(),
            ),
            (UiVoicePart::AutomaticGain, managed.automatic_gain.is_some()),
        ];
        let managed = parts.into_iter().filter(|(_, said)| *said);
        Self {
            echo_cancellation: done.echo_cancellation,
            noise_suppression: match done.noise_suppression {
                NoiseSuppression::Off => UiNoiseSuppression::Off,
                NoiseSuppression::Moderate => UiNoiseSuppression::Moderate,
                NoiseSuppression::Strong => UiNoiseSuppression::Strong,
            },
            automatic_gain: done.automatic_gain,
            managed: managed.map(|(part, _)| part).collect(),
        }
    }
}

/// One device, in the part it plays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiDevice {
    /// The id the agent chose, [`EVERYWHERE`](crate::EVERYWHERE) for all devices; none for the system's
    /// default.
    pub chosen: Option<String>,
    /// The name of the device in use, or of the one in use last.
    pub name: Option<String>,
    /// What became of it.
    pub state: UiDeviceState,
    /// How loud the last moment was, from 0 (silence) to 100 (full scale), on a decibel scale.
    pub level_percent: u8,
    /// How loud it is to be, percent; 100 leaves sound as it comes. Not used for a microphone.
    pub volume_percent: u8,
}

/// What became of a device.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiDeviceState {
    /// Nothing needs it now.
    #[default]
    Closed,
    /// In use: the chosen one, or the default where none was chosen.
    InUse,
    /// Another one is in use because the chosen one is not there.
    StandIn,
    /// A call needs one or the agent looks at it, and there is none.
    Missing,
    /// The same, and there is one, but the system does not let this program use it.
    Denied,
}

/// The devices there are.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiDeviceChoices {
    /// Microphones; not those that only repeat what a speaker plays.
    pub microphones: Vec<UiDeviceChoice>,
    /// Headsets and speakers, to hear and to ring on.
    pub speakers: Vec<UiDeviceChoice>,
}

/// A device that can be chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiDeviceChoice {
    /// Names it in [`UiAction::ChooseDevice`](crate::UiAction).
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Whether it is the system's default now.
    pub is_default: bool,
}

/// What a device is used for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiDeviceRole {
    /// Takes the agent's voice.
    Microphone,
    /// Plays calls and tones.
    Speaker,
    /// Rings.
    Ringer,
}

/// What has a loudness of its own.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiLoudness {
    /// The people in calls.
    Calls,
    /// Call-progress tones and cues.
    Tones,
    /// The ring.
    Ring,
}

impl From<UiDeviceRole> for DeviceRole {
    fn from(role: UiDeviceRole) -> Self {
        match role {
            UiDeviceRole::Microphone => Self::Microphone,
            UiDeviceRole::Speaker => Self::Speaker,
            UiDeviceRole::Ringer => Self::Ringer,
        }
    }
}

impl From<UiLoudness> for Loudness {
    fn from(of: UiLoudness) -> Self {
        match of {
            UiLoudness::Calls => Self::Calls,
            UiLoudness::Tones => Self::Tones,
            UiLoudness::Ring => Self::Ring,
        }
    }
}

impl From<UiNoiseSuppression> for policy::NoiseSuppression {
    fn from(strength: UiNoiseSuppression) -> Self {
        match strength {
            UiNoiseSuppression::Off => Self::Off,
            UiNoiseSuppression::Moderate => Self::Moderate,
            UiNoiseSuppression::Strong => Self::Strong,
        }
    }
}

/// What the agent changes of the own voice; the rest stays.
pub(crate) fn voice(
    echo_cancellation: Option<bool>,
    noise_suppression: Option<UiNoiseSuppression>,
    automatic_gain: Option<bool>,
) -> Voice {
    Voice {
        echo_cancellation,
        noise_suppression: noise_suppression.map(Into::into),
        automatic_gain,
        high_pass: None,
    }
}
