//! A phone without a window, at work in the practice contact centre. The tests are in `tests/`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;
use warmline_desk::{
    CallId, Desk, DeskConfig, DeskEvent, Done, EngineConfig, Input, Output, Profile, Registration,
    UserAction,
};
use warmline_practice::{Deed, Practice, Recording, Scenario};

/// A contact centre and an agent with a phone, whose speaker is a file.
pub struct Shift {
    /// The phone.
    pub desk: Desk,
    events: Receiver<DeskEvent>,
    deeds: Receiver<(String, Deed)>,
    folder: TempDir,
    /// It ends with the shift.
    pub practice: Practice,
}

impl Shift {
    /// Begins: the agent is registered.
    pub async fn begin(scenario: &str) -> Self {
        let scenario = Scenario::parse(scenario, None).unwrap_or_else(|error| panic!("{error}"));
        let practice = Practice::start(scenario)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let folder = tempfile::tempdir().expect("a folder");
        let deeds = practice.deeds();
        let profile = practice
            .write_profile(folder.path())
            .unwrap_or_else(|error| panic!("{error}"));
        let desk = phone(&profile, speaker(folder.path()));
        let mut shift = Self {
            events: desk.events(),
            desk,
            deeds,
            folder,
            practice,
        };
        let registered = |event: &DeskEvent| {
            matches!(
                event,
                DeskEvent::Registration(Registration::Registered { .. })
            )
        };
        shift.until(registered).await;
        shift
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
        match self.act(UserAction::Dial { to: to.to_owned() }).await {
            Done::Dialing(call) => call,
            done => panic!("{done:?}"),
        }
    }

    /// How surely this was heard on the speaker; to be asked after the end.
    pub fn heard(&self, name: &str) -> f32 {
        let recording = Recording::find(name, None).unwrap_or_else(|error| panic!("{error}"));
        recording.likeness_in(&samples(&speaker(self.folder.path())))
    }

    /// Ends the phone, so that its recording is whole.
    pub async fn end(&mut self) {
        self.act(UserAction::Quit).await;
    }
}

fn phone(profile: &Path, speaker: PathBuf) -> Desk {
    let profile = Profile::load(profile).unwrap_or_else(|error| panic!("{error}"));
    let mut config = DeskConfig::from_profile(&profile).unwrap_or_else(|error| panic!("{error}"));
    config.audio = EngineConfig {
        input: Input::Silent,
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
