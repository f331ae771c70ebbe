//! A phone without a window, at work in the practice contact centre. The tests are in `tests/`.

mod office;
mod relay;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;
use warmline_desk::{
    CallId, Desk, DeskConfig, DeskEvent, Done, EngineConfig, Input, Output, Profile, Registration,
    UserAction,
};
use warmline_practice::{Deed, Place, Practice, PracticeError, Recording, Scenario};

pub use office::{OfficeShift, name};
pub use relay::Relay;

/// A contact centre and an agent with a phone, whose speaker is a file.
pub struct Shift {
    /// The phone.
    pub desk: Desk,
    events: Receiver<DeskEvent>,
    deeds: Receiver<(String, Deed)>,
    folder: TempDir,
    /// It ends with the shift.
    pub practice: Practice,
    /// The way between them, where the shift was opened so.
    pub relay: Option<Relay>,
}

/// How a shift begins.
pub struct Opening {
    /// Who calls, and who can help.
    pub scenario: Scenario,
    /// Where the contact centre is.
    pub place: Place,
    /// What the agent says, 48 kHz, from the first call that is answered; nothing if not given.
    pub microphone: Option<Vec<f32>>,
    /// Whether the phone reaches the contact centre by a [`Relay`].
    pub relayed: bool,
    /// What else the phone's profile says.
    pub policy: &'static str,
}

impl Opening {
    /// As any shift.
    pub fn of(scenario: &str) -> Self {
        Self {
            scenario: parsed(scenario),
            place: Place::default(),
            microphone: None,
            relayed: false,
            policy: "",
        }
    }
}

impl Shift {
    /// Begins: the agent is registered.
    pub async fn begin(scenario: &str) -> Self {
        Self::open(Opening::of(scenario)).await
    }

    /// Begins in a particular way.
    pub async fn open(opening: Opening) -> Self {
        let practice = Practice::start_at(opening.scenario, &opening.place).await;
        let practice = practice.unwrap_or_else(|error| panic!("{error}"));
        let folder = tempfile::tempdir().expect("a folder");
        let deeds = practice.deeds();
        let profile = practice
            .write_profile(folder.path())
            .unwrap_or_else(|error| panic!("{error}"));
        add_to(&profile, opening.policy);
        let relay = match opening.relayed {
            true => Some(relayed(&profile).await),
            false => None,
        };
        let microphone = opening.microphone.map(|samples| {
            let path = folder.path().join("microphone.wav");
            write(&path, &samples);
            Input::Wav(path)
        });
        let desk = phone(
            &profile,
            microphone.unwrap_or(Input::Silent),
            speaker(folder.path()),
        );
        let mut shift = Self {
            events: desk.events(),
            desk,
            deeds,
            folder,
            practice,
            relay,
        };
        shift.registers().await;
        shift
    }

    /// Waits until the phone is registered.
    pub async fn registers(&mut self) {
        self.until(|event| {
            matches!(
                event,
                DeskEvent::Registration(_, Registration::Registered { .. })
            )
        })
        .await;
    }

    /// The contact centre dies without a word, and another one begins at its place.
    pub async fn begins_again(&mut self, scenario: &str, place: &Place) {
        let gone = std::mem::replace(&mut self.practice, {
            let elsewhere = Practice::start(parsed(scenario)).await;
            elsewhere.unwrap_or_else(|error| panic!("{error}"))
        });
        drop(gone);
        self.practice = loop {
            match Practice::start_at(parsed(scenario), place).await {
                Ok(practice) => break practice,
                // Its task has not ended yet.
                Err(PracticeError::Taken { .. }) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        };
        self.deeds = self.practice.deeds();
    }

    /// Waits for an event of the phone and passes over the others.
    ///
    /// # Panics
    /// It does not come.
    pub async fn until(&mut self, wanted: impl Fn(&DeskEvent) -> bool) -> DeskEvent {
        let mut passed = Vec::new();
        let found = async {
            loop {
                let event = self.events.recv().await.expect("an event");
                if wanted(&event) {
                    return event;
                }
                passed.push(format!("{event:?}"));
            }
        };
        let found = timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("it did not come; this did: {passed:#?}"))
    }

    /// Waits until somebody in the contact centre does something.
    ///
    /// # Panics
    /// They do not.
    pub async fn does(&mut self, who: &str, wanted: Deed) {
        let mut passed = Vec::new();
        let found = async {
            loop {
                let (name, deed) = self.deeds.recv().await.expect("a deed");
                if name == who && deed == wanted {
                    return;
                }
                passed.push(format!("{name}: {deed:?}"));
            }
        };
        let found = timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("{who} does not: {wanted:?}. Instead: {passed:#?}"));
    }

    /// Waits for a customer and gives their call.
    pub async fn rings(&mut self) -> CallId {
        match self
            .until(|event| matches!(event, DeskEvent::Incoming(_)))
            .await
        {
            DeskEvent::Incoming(call) => call.id,
            _ => unreachable!("only such an event is waited for"),
        }
    }

    /// Does something that must be possible.
    pub async fn act(&mut self, action: UserAction) -> Done {
        let done = self.desk.send(action).await;
        done.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Answers and waits until both hear each other.
    pub async fn answers(&mut self, call: CallId) {
        self.act(UserAction::Answer(call)).await;
        self.until(|event| *event == DeskEvent::FirstAudio(call))
            .await;
    }

    /// Calls somebody.
    pub async fn dials(&mut self, to: &str) -> CallId {
        match self
            .act(UserAction::Dial {
                to: to.to_owned(),
                line: None,
            })
            .await
        {
            Done::Dialing(call) => call,
            done => panic!("{done:?}"),
        }
    }

    /// How surely this was heard on the speaker; to be asked after the end.
    pub fn heard(&self, name: &str) -> f32 {
        recording(name).likeness_in(&samples(&speaker(self.folder.path())))
    }

    /// Where the phone's profile is, and what it names.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends the phone, so that its recording is whole.
    pub async fn end(&mut self) {
        self.act(UserAction::Quit).await;
    }
}

/// A customer, Maria Keller, who does `transfer` when she is referred, and an expert, Nadia Haddad.
pub fn maria_and_nadia(transfer: &str) -> String {
    format!(
        r#"
[agent]
name = "Robin Adeyemi"
number = "+49 30 23125 100"
[pace]
first_call_s = 0.3
repeat = false
[[customer]]
name = "Maria Keller"
number = "+49 30 23125 177"
says = ["maria-1"]
transfer = {transfer}
[[expert]]
name = "Nadia Haddad"
number = "{NADIA}"
after_s = 1.0
says = ["nadia-1"]
[lines]
voicemail = "903"
"#
    )
}

/// Nadia's number.
pub const NADIA: &str = "+49 30 23125 201";

/// Silence of so many seconds, and then a recording: what an agent may say.
pub fn says_after(seconds: usize, name: &str) -> Vec<f32> {
    let mut samples = vec![0.0; seconds * 48_000];
    samples.extend(recording(name).samples());
    samples
}

/// Writes a recording as a trainer would: WAV, 48 kHz.
///
/// # Panics
/// It cannot be written.
pub fn write(path: &Path, samples: &[f32]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("a file");
    for sample in samples {
        let sample = (sample * 32_767.0) as i16;
        writer.write_sample(sample).expect("room");
    }
    writer.finalize().expect("room");
}

/// One of the recordings that are built in.
///
/// # Panics
/// There is none of this name.
pub fn recording(name: &str) -> Recording {
    Recording::find(name, None).unwrap_or_else(|error| panic!("{error}"))
}

fn parsed(scenario: &str) -> Scenario {
    Scenario::parse(scenario, None).unwrap_or_else(|error| panic!("{error}"))
}

fn add_to(profile: &Path, policy: &str) {
    let text = fs::read_to_string(profile).expect("a profile");
    fs::write(profile, text + policy).expect("writes");
}

/// Lets the profile lead to a relay, and the relay to the contact centre.
async fn relayed(profile: &Path) -> Relay {
    let text = fs::read_to_string(profile).expect("a profile");
    let port = text.split("wss://127.0.0.1:").nth(1).expect("a server");
    let port = port.split('/').next().expect("a port");
    let relay = Relay::to(port.parse().expect("a port")).await;
    let relay = relay.expect("a port");
    let there = format!("127.0.0.1:{}/", relay.port());
    let text = text.replace(&format!("127.0.0.1:{port}/"), &there);
    fs::write(profile, text).expect("writes");
    relay
}

fn phone(profile: &Path, input: Input, speaker: PathBuf) -> Desk {
    let profile = Profile::load(profile).unwrap_or_else(|error| panic!("{error}"));
    let mut config = DeskConfig::from_profile(&profile).unwrap_or_else(|error| panic!("{error}"));
    config.audio = EngineConfig {
        input,
        output: Output::Wav(speaker),
        ring_output: Output::Silent,
        ..EngineConfig::default()
    };
    warmline_desk::start(config).unwrap_or_else(|error| panic!("{error}"))
}

fn speaker(folder: &Path) -> PathBuf {
    folder.join("speaker.wav")
}

fn samples(path: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).expect("a recording");
    reader
        .samples::<i16>()
        .map(|sample| f32::from(sample.expect("a sample")) / 32_768.0)
        .collect()
}

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);
