use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, SeqAccess, Visitor, value},
};

/// What the agent has set. What was never set is not there: it follows the defaults, which may
/// change with the program.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Settings {
    /// Devices and loudness.
    pub sound: Sound,
    /// The experts.
    #[serde(skip_serializing_if = "Experts::is_unset")]
    pub experts: Experts,
    /// The shortcuts that work in every window.
    #[serde(skip_serializing_if = "Shortcuts::is_unset")]
    pub shortcuts: Shortcuts,
    /// The window.
    #[serde(skip_serializing_if = "Window::is_unset")]
    pub window: Window,
}

/// The window.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Window {
    /// The language that it speaks, as a BCP 47 tag; the system's without.
    pub language: Option<String>,
    /// Its colours; the system's without.
    pub theme: Option<Theme>,
    /// How large all of it is; as usual without.
    pub text_size: Option<TextSize>,
    /// Whether it stays above others.
    #[serde(skip_serializing_if = "is_not")]
    pub always_on_top: bool,
    /// Whether it is a bar with the call at hand, where there can be one.
    #[serde(skip_serializing_if = "is_not")]
    pub compact: bool,
    /// Whether the first steps have been shown, or skipped.
    #[serde(skip_serializing_if = "is_not")]
    pub first_steps_done: bool,
}

impl Window {
    fn is_unset(&self) -> bool {
        *self == Self::default()
    }
}

/// Colours of the window.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// How large all of the window is, for who reads better so.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TextSize {
    /// A quarter larger than usual.
    Large,
    /// Half as large again.
    Larger,
    /// Twice as large.
    Largest,
}

impl TextSize {
    /// How many times as large as usual.
    pub fn times(self) -> f64 {
        match self {
            Self::Large => 1.25,
            Self::Larger => 1.5,
            Self::Largest => 2.0,
        }
    }
}

/// Shortcuts that work in every window, each as `Ctrl+Shift+F9`. There is none until the agent has set one.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Shortcuts {
    /// Takes the call that rings.
    pub answer: Option<String>,
    /// Ends the call that is heard, or refuses the one that rings.
    pub hang_up: Option<String>,
    /// Mutes it, or no longer.
    pub mute: Option<String>,
    /// Puts it on hold, or goes on.
    pub hold: Option<String>,
    /// Calls the best expert about it.
    pub consult: Option<String>,
}

impl Shortcuts {
    fn is_unset(&self) -> bool {
        *self == Self::default()
    }
}

/// The experts.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Experts {
    /// Those that the agent has marked, by their ids in the directory.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub favourites: Vec<String>,
}

/// Devices and loudness.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Sound {
    /// Loudness of the people in calls.
    pub calls: Option<Percent>,
    /// Loudness of call-progress tones and cues.
    pub tones: Option<Percent>,
    /// Loudness of the ring.
    pub ring: Option<Percent>,
    /// Whether it rings on all devices at once.
    #[serde(skip_serializing_if = "is_not")]
    pub ring_everywhere: bool,
    /// The microphones in the order in which they are wanted: the first that is there is used, the
    /// system's default if none is. So for the other two.
    #[serde(
        deserialize_with = "one_or_several",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub microphone: Vec<Device>,
    /// The headsets or speakers.
    #[serde(
        deserialize_with = "one_or_several",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub speaker: Vec<Device>,
    /// What rings.
    #[serde(
        deserialize_with = "one_or_several",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub ringer: Vec<Device>,
    /// Takes out of the microphone what the speaker plays.
    pub echo_cancellation: Option<bool>,
    /// Takes out of it what is no voice.
    pub noise_suppression: Option<NoiseSuppression>,
    /// Raises a soft voice.
    pub automatic_gain: Option<bool>,
    /// Takes out what is below any voice.
    pub high_pass: Option<bool>,
}

impl Sound {
    /// What of it is about the agent's voice.
    pub fn voice(&self) -> Voice {
        Voice {
            echo_cancellation: self.echo_cancellation,
            noise_suppression: self.noise_suppression,
            automatic_gain: self.automatic_gain,
            high_pass: self.high_pass,
        }
    }
}

/// What is to be done to the agent's voice, as far as somebody has said: the agent, or who manages the
/// phone.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Voice {
    /// See [`Sound::echo_cancellation`].
    pub echo_cancellation: Option<bool>,
    /// See [`Sound::noise_suppression`].
    pub noise_suppression: Option<NoiseSuppression>,
    /// See [`Sound::automatic_gain`].
    pub automatic_gain: Option<bool>,
    /// See [`Sound::high_pass`].
    pub high_pass: Option<bool>,
}

impl Voice {
    /// This, and where it says nothing what `other` says.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            echo_cancellation: self.echo_cancellation.or(other.echo_cancellation),
            noise_suppression: self.noise_suppression.or(other.noise_suppression),
            automatic_gain: self.automatic_gain.or(other.automatic_gain),
            high_pass: self.high_pass.or(other.high_pass),
        }
    }
}

/// How much noise is taken out of the microphone.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NoiseSuppression {
    /// None.
    Off,
    /// Steady noise.
    Moderate,
    /// All that is no voice.
    Strong,
}

/// Puts a device first in the order in which they are wanted.
pub fn prefer(devices: &mut Vec<Device>, device: Device) {
    // A device that goes by another id in another socket is the same one.
    let same = |known: &Device| {
        known.id == device.id || (known.name.is_some() && known.name == device.name)
    };
    devices.retain(|known| !same(known));
    devices.insert(0, device);
    devices.truncate(MOST_DEVICES);
}

/// Desks that an agent has sat at, with some to spare.
const MOST_DEVICES: usize = 8;

impl Experts {
    fn is_unset(&self) -> bool {
        self.favourites.is_empty()
    }
}

/// A sound device, by the sound system's id, else by its name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Device {
    /// The sound system's id.
    pub id: String,
    /// The name people know it by: some systems give a device a new id with every socket.
    pub name: Option<String>,
}

fn is_not(value: &bool) -> bool {
    !value
}

/// Reads a list of devices, or the one that earlier versions wrote.
fn one_or_several<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Device>, D::Error> {
    struct Devices;

    impl<'de> Visitor<'de> for Devices {
        type Value = Vec<Device>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a device or a list of them")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            let device = Device::deserialize(value::MapAccessDeserializer::new(map))?;
            Ok(vec![device])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(value::SeqAccessDeserializer::new(seq))
        }
    }

    deserializer.deserialize_any(Devices)
}

/// From 0 to 100.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Percent(u8);

impl Percent {
    /// `percent`, or 100 if it is more.
    pub fn at_most_100(percent: u8) -> Self {
        Self(percent.min(100))
    }

    /// The number.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Percent {
    type Error = &'static str;

    fn try_from(percent: u8) -> Result<Self, Self::Error> {
        if percent > 100 {
            return Err("a percentage is from 0 to 100");
        }
        Ok(Self(percent))
    }
}

impl From<Percent> for u8 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

/// Why a text is no settings.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct SettingsError {
    /// Where, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub why: String,
}

impl Settings {
    /// Reads the text of a settings file. Keys that are not known are passed over: a newer version
    /// may have written them.
    ///
    /// # Errors
    /// Not TOML, or a value that cannot be.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            let before = text.as_bytes().iter().take(at);
            SettingsError {
                line: 1 + before.filter(|byte| **byte == b'\n').count(),
                why: error.message().to_owned(),
            }
        })
    }

    /// The text of a settings file.
    pub fn render(&self) -> String {
        let values = toml::to_string(self).expect("texts and small numbers are TOML");
        format!("{HEADING}{values}")
    }
}

const HEADING: &str = "# What was set in Warmline's window. The program writes this file anew \
                       whenever that changes.\n\n";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn devices() -> impl Strategy<Value = Vec<Device>> {
        let device = (any::<String>(), any::<Option<String>>());
        prop::collection::vec(device.prop_map(|(id, name)| Device { id, name }), 0..4)
    }

    fn percent() -> impl Strategy<Value = Option<Percent>> {
        prop::option::of(any::<u8>().prop_map(Percent::at_most_100))
    }

    fn voice() -> impl Strategy<Value = Voice> {
        use NoiseSuppression::{Moderate, Off, Strong};
        let noise = prop::sample::select(vec![None, Some(Off), Some(Moderate), Some(Strong)]);
        (any::<[Option<bool>; 3]>(), noise).prop_map(|(switches, noise_suppression)| Voice {
            echo_cancellation: switches[0],
            noise_suppression,
            automatic_gain: switches[1],
            high_pass: switches[2],
        })
    }

    #[test]
    fn who_says_something_first_has_the_last_word() {
        let managed = Voice {
            noise_suppression: Some(NoiseSuppression::Off),
            ..Voice::default()
        };
        let agent = Voice {
            echo_cancellation: Some(false),
            noise_suppression: Some(NoiseSuppression::Strong),
            ..Voice::default()
        };
        let both = managed.or(agent);
        assert_eq!(both.noise_suppression, Some(NoiseSuppression::Off));
        assert_eq!(both.echo_cancellation, Some(false));
        assert_eq!(both.automatic_gain, None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            (calls, tones, ring) in (percent(), percent(), percent()),
            (microphone, speaker, ringer) in (devices(), devices(), devices()),
            ring_everywhere: bool,
            voice in voice(),
            favourites: Vec<String>,
            keys in any::<[Option<String>; 5]>(),
            (language, [dark, themed, always_on_top, compact, first_steps_done])
                in any::<(Option<String>, [bool; 5])>(),
        ) {
            let sound = Sound {
                calls,
                tones,
                ring,
                ring_everywhere,
                microphone,
                speaker,
                ringer,
                echo_cancellation: voice.echo_cancellation,
                noise_suppression: voice.noise_suppression,
                automatic_gain: voice.automatic_gain,
                high_pass: voice.high_pass,
            };
            prop_assert_eq!(sound.voice(), voice);
            let [answer, hang_up, mute, hold, consult] = keys;
            let shortcuts = Shortcuts { answer, hang_up, mute, hold, consult };
            let theme = themed.then_some(if dark { Theme::Dark } else { Theme::Light });
            let text_size = themed.then_some(if dark { TextSize::Large } else { TextSize::Largest });
            let window = Window {
                language,
                theme,
                text_size,
                always_on_top,
                compact,
                first_steps_done,
            };
            let settings = Settings { sound, experts: Experts { favourites }, shortcuts, window };
            prop_assert_eq!(Settings::parse(&settings.render()), Ok(settings));
        }

        #[test]
        fn no_text_does_harm(text: String) {
            let _ = Settings::parse(&text);
        }
    }

    #[test]
    fn nothing_set_is_nothing_written_and_a_person_can_read_the_rest() {
        assert_eq!(Settings::parse(""), Ok(Settings::default()));
        let text = Settings::default().render();
        assert!(!text.contains('='), "{text}");
        let mut settings = Settings::default();
        settings.sound.ring = Some(Percent::at_most_100(30));
        settings.sound.speaker = vec![Device {
            id: "pulseaudio:headset".into(),
            name: Some("Headset".into()),
        }];
        let text = settings.render();
        let expected = "[sound]\nring = 30\n\n[[sound.speaker]]\nid = \"pulseaudio:headset\"\n\
                        name = \"Headset\"\n";
        assert!(text.ends_with(expected), "{text}");
        // As it was written when there was one device only.
        let old = text.replace("[[sound.speaker]]", "[sound.speaker]");
        assert_eq!(Settings::parse(&old), Ok(settings));
    }

    #[test]
    fn what_is_chosen_comes_first_once_and_the_list_has_an_end() {
        let device = |id: &str, name: Option<&str>| Device {
            id: id.into(),
            name: name.map(str::to_owned),
        };
        let mut devices = Vec::new();
        for n in 0..20 {
            prefer(&mut devices, device(&format!("socket-{n}"), None));
        }
        assert_eq!(
            (devices.len(), devices[0].id.as_str()),
            (MOST_DEVICES, "socket-19")
        );
        prefer(&mut devices, device("a", Some("Headset")));
        prefer(&mut devices, device("socket-15", None));
        prefer(&mut devices, device("b", Some("Headset")));
        let ids: Vec<&str> = devices.iter().map(|device| device.id.as_str()).collect();
        assert_eq!(ids[..4], ["b", "socket-15", "socket-19", "socket-18"]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, line, says) in [
            ("[sound]\ncalls = 101\n", 2, "from 0 to 100"),
            ("[sound]\n\ncalls = \"loud\"\n", 3, "invalid type"),
            ("[sound]\nnoise_suppression = \"some\"\n", 2, "moderate"),
            ("[sound\n", 1, "]"),
            ("[sound.speaker]\nname = \"Headset\"\n", 1, "id"),
        ] {
            let error = Settings::parse(text).expect_err(text);
            assert_eq!(error.line, line, "{error}");
            assert!(error.why.contains(says), "{error}");
            assert!(!error.why.contains('\n'), "{error}");
        }
    }

    #[test]
    fn what_a_newer_version_has_set_is_no_error() {
        let settings = Settings::parse("theme = \"dark\"\n[sound]\ncalls = 70\necho = true\n");
        let calls = settings.map(|settings| settings.sound.calls);
        assert_eq!(calls, Ok(Some(Percent::at_most_100(70))));
    }
}
