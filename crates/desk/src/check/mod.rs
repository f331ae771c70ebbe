//! Ten seconds before a shift: speak, hear yourself, and know whether the way to the server carries
//! sound.
//!
//! [`Flow`] decides what happens when; [`check`] lets it, on the devices that the phone would use. Both
//! can be had beside a phone that runs.

mod flow;
mod told;
mod verdict;

use std::time::Duration;

use tokio::time::Instant;
use warmline_audio::{AudioError, AudioEvent, Engine, EngineConfig, Input, Output, Role, Trial};
use warmline_media::{IceTransport, MediaConfig, measure};

pub use flow::{Command, Event, Flow, Heard, Prompt};
pub use told::Told;
pub use verdict::Measured;

use crate::{
    DeskConfig, DeskError,
    doctor::{Finding, Subject, Verdict},
    sound, words,
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
    let failed = |error: AudioError| words::sound(&error);
    let (engine, mut events) = Engine::start(config.audio.clone()).map_err(failed)?;
    let trial = engine.try_devices().map_err(failed)?;
    let mut first = given(&config.audio);
    let devices = || {
        let mut happened = std::mem::take(&mut first);
        while let Ok(event) = events.try_recv() {
            happened.extend(of_device(&event));
        }
        happened
    };
    let media = config.lines.first().map(|line| &line.media);
    let flow = Flow::new(Instant::now().into_std());
    Ok(on_devices(trial, flow, media, devices, told).await)
}

/// Checks these devices, of which `devices` says what has happened since it was asked last, and the way
/// to a server of `media`.
pub(crate) async fn on_devices(
    trial: Trial,
    flow: Flow,
    media: Option<&MediaConfig>,
    devices: impl FnMut() -> Vec<Event<'static>>,
    told: impl FnMut(Prompt),
) -> Vec<Finding> {
    let (mut findings, path) = tokio::join!(listen(trial, flow, devices, told), path(media));
    findings.push(path);
    findings
}

/// Lets the flow happen.
async fn listen(
    mut trial: Trial,
    mut flow: Flow,
    mut devices: impl FnMut() -> Vec<Event<'static>>,
    mut told: impl FnMut(Prompt),
) -> Vec<Finding> {
    let mut heard = Vec::new();
    let mut next = tokio::time::interval(STEP);
    loop {
        next.tick().await;
        let mut happened: Vec<Event<'_>> = devices();
        heard.clear();
        trial.take(&mut heard);
        happened.push(Event::Heard(&heard));
        for event in happened {
            for command in flow.handle(Instant::now().into_std(), event) {
                match command {
                    Command::Say(prompt) => told(prompt),
                    Command::Play(sound) => {
                        trial.play(&sound);
                    }
                    Command::Done(heard) => return verdict::judge(&heard),
                }
            }
        }
    }
}

/// What takes the place of a device is there from the start, and nothing is said of it.
fn given(audio: &EngineConfig) -> Vec<Event<'static>> {
    let microphone = match &audio.input {
        Input::Wav(_) | Input::Silent => Some(Event::Microphone(sound::given_in(&audio.input))),
        Input::Default | Input::Devices(_) => None,
    };
    let speaker = match &audio.output {
        Output::Wav(_) | Output::Silent => Some(Event::Speaker(sound::given_out(&audio.output))),
        Output::Default | Output::Devices(_) | Output::Everywhere => None,
    };
    microphone.into_iter().chain(speaker).collect()
}

/// What the engine says of its devices, as a check is told it.
pub(crate) fn of_device(event: &AudioEvent) -> Option<Event<'static>> {
    let (role, name) = match event {
        AudioEvent::DeviceChanged { role, name, .. } => (role, Some(name.clone())),
        AudioEvent::NoDevice {
            role: Role::Input,
            refusal,
            ..
        } => return Some(Event::NoMicrophone(refusal.clone())),
        AudioEvent::NoDevice { role, .. } | AudioEvent::DeviceLost { role, .. } => (role, None),
        _ => return None,
    };
    match role {
        Role::Input => Some(Event::Microphone(name)),
        Role::Output => Some(Event::Speaker(name)),
        Role::Ring => None,
    }
}

/// The way to the first server over UDP that can be reached, as sound would travel it.
async fn path(media: Option<&MediaConfig>) -> Finding {
    let servers = media.map_or(&[][..], |media| &media.ice_servers);
    let mut found = Finding::new(
        Subject::Path,
        Verdict::NotTried,
        "the profile names no STUN or TURN server over UDP to measure the network with",
    )
    .told(Told::NoServer);
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
