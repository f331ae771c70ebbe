//! Ten seconds before a shift: speak, hear yourself, and know whether the way to the server carries
//! sound.
//!
//! [`Flow`] decides what happens when; [`check`] lets it, on the devices that the phone would use. Both
//! can be had beside a phone that runs.

mod flow;
mod verdict;

use std::time::Duration;

use tokio::{sync::mpsc, time::Instant};
use warmline_audio::{AudioError, AudioEvent, Engine, EngineConfig, Input, Output, Role};
use warmline_media::{IceTransport, MediaConfig, measure};

pub use flow::{Command, Event, Flow, Heard, Prompt};
pub use verdict::Measured;

use crate::{
    DeskConfig, DeskError,
    doctor::{Finding, Subject, Verdict},
    words,
};

/// Checks microphone, speaker, echo and the network, in some twelve seconds; `told` hears what the
/// agent is to do. Registers nowhere and calls nobody.
///
/// # Errors
/// There is no engine to be had: a thread cannot be started, or a file that is to stand in for a device
/// cannot be used.
pub async fn check(
    config: &DeskConfig,
    told: impl FnMut(Prompt),
) -> Result<Vec<Finding>, DeskError> {
    let media = config.lines.first().map(|line| &line.media);
    let (sound, path) = tokio::join!(listen(&config.audio, told), path(media));
    let mut findings = sound.map_err(|error| words::sound(&error))?;
    findings.push(path);
    Ok(findings)
}

/// Lets the flow happen on devices.
async fn listen(
    audio: &EngineConfig,
    mut told: impl FnMut(Prompt),
) -> Result<Vec<Finding>, AudioError> {
    let (engine, mut events) = Engine::start(audio.clone())?;
    let mut trial = engine.try_devices()?;
    let mut flow = Flow::new(Instant::now().into_std());
    let mut heard = Vec::new();
    let mut happened = given(audio);
    let mut next = tokio::time::interval(STEP);
    loop {
        next.tick().await;
        happened.extend(devices(&mut events));
        heard.clear();
        trial.take(&mut heard);
        let sound = Event::Heard(&heard);
        for event in happened.drain(..).chain([sound]) {
            for command in flow.handle(Instant::now().into_std(), event) {
                match command {
                    Command::Say(prompt) => told(prompt),
                    Command::Play(sound) => {
                        trial.play(&sound);
                    }
                    Command::Done(heard) => return Ok(verdict::judge(&heard)),
                }
            }
        }
    }
}

/// What takes the place of a device is there from the start, and nothing is said of it.
fn given<'a>(audio: &EngineConfig) -> Vec<Event<'a>> {
    let microphone = match &audio.input {
        Input::Wav(file) => Some(Event::Microphone(Some(file.display().to_string()))),
        Input::Silent => Some(Event::Microphone(None)),
        Input::Default | Input::Devices(_) => None,
    };
    let speaker = match &audio.output {
        Output::Wav(file) => Some(Event::Speaker(Some(file.display().to_string()))),
        Output::Silent => Some(Event::Speaker(None)),
        Output::Default | Output::Devices(_) | Output::Everywhere => None,
    };
    microphone.into_iter().chain(speaker).collect()
}

/// What the engine has said of its devices since the last time.
fn devices<'a>(events: &mut mpsc::Receiver<AudioEvent>) -> Vec<Event<'a>> {
    let mut happened = Vec::new();
    while let Ok(event) = events.try_recv() {
        let (role, name) = match event {
            AudioEvent::DeviceChanged { role, name, .. } => (role, Some(name)),
            AudioEvent::NoDevice {
                role: Role::Input,
                refusal,
                ..
            } => {
                happened.push(Event::Refused(refusal));
                (Role::Input, None)
            }
            AudioEvent::NoDevice { role, .. } | AudioEvent::DeviceLost { role, .. } => (role, None),
            _ => continue,
        };
        match role {
            Role::Input => happened.push(Event::Microphone(name)),
            Role::Output => happened.push(Event::Speaker(name)),
            Role::Ring => {}
        }
    }
    happened
}

/// The way to the first server over UDP that can be reached, as sound would travel it.
async fn path(media: Option<&MediaConfig>) -> Finding {
    let servers = media.map_or(&[][..], |media| &media.ice_servers);
    let mut found = Finding::new(
        Subject::Path,
        Verdict::NotTried,
        "the profile names no STUN or TURN server over UDP to measure the network with",
    );
    for server in servers {
        if server.transport() != IceTransport::Udp {
            continue;
        }
        found = match measure(server, REQUESTS).await {
            Ok(path) => return verdict::path(server.host(), &path),
            Err(error) => Finding::new(
                Subject::Path,
                Verdict::Doubtful,
                format!("{}: {error}", server.host()),
            )
            .advise("Check the network connection, and `ice_servers` in the profile."),
        };
    }
    found
}

/// How often the microphone is read.
const STEP: Duration = Duration::from_millis(20);

/// Two seconds of packets.
const REQUESTS: usize = 100;
