//! Devices, loudness and what sounds.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use tokio::time::timeout;
use warmline_desk::{
    CheckView, DeskEvent, DeviceChoice, DeviceRole, ErrorCode, Input, Levels, Loudness, Output,
    Snapshot, UserAction,
    check::Prompt,
    doctor::{Subject, Verdict},
    policy::{Percent, Settings},
};
use warmline_media::Fork;

use crate::{
    peer::{self, Peer, Phone, Telephone},
    scene::Scene,
};

/// A phone whose speaker and ringer are files.
async fn scene(settings: &Settings) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start().await;
    let mut config = peer::config(peer.port, folder.path()).with_settings(settings);
    let file = |name: &str| Output::Wav(folder.path().join(name));
    config.audio.output = file("speaker.wav");
    config.audio.ring_output = file("ringer.wav");
    let phone = Phone::start_with(config).await;
    Scene {
        peer,
        phone,
        _folder: folder,
    }
}

impl Scene {
    async fn sees(&self, wanted: impl Fn(&Snapshot) -> bool) {
        let mut snapshot = self.phone.desk.snapshot();
        let seen = timeout(PATIENCE, snapshot.wait_for(|s| wanted(s))).await;
        seen.expect("in time").expect("the desk runs");
    }

    /// Waits until the ring is this loud.
    async fn rings(&self, wanted: impl Fn(f32) -> bool) {
        self.level(|levels| wanted(levels.ring)).await;
    }

    /// Waits until the headset is this loud.
    async fn hears(&self, wanted: impl Fn(f32) -> bool) {
        self.level(|levels| wanted(levels.output)).await;
    }

    async fn level(&self, wanted: impl Fn(Levels) -> bool) {
        let there = async {
            while !wanted(self.phone.desk.levels()) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(PATIENCE, there).await.expect("in time");
    }

    async fn refused(&self, action: UserAction) -> ErrorCode {
        let done = self.phone.desk.send(action).await;
        done.expect_err("it is refused").code
    }
}

/// Ten seconds of a tone, as a WAV file of 16 bits.
fn tone() -> Vec<u8> {
    let sound = (0..480_000_u32).flat_map(|n| {
        let phase = (n % 100) as f32 / 100.0 * std::f32::consts::TAU;
        ((phase.sin() * 10_000.0) as i16).to_le_bytes()
    });
    let sound: Vec<u8> = sound.collect();
    let length = sound.len() as u32;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    // PCM, one channel, 48 kHz.
    file.extend([1, 0, 1, 0]);
    file.extend(48_000_u32.to_le_bytes());
    file.extend(96_000_u32.to_le_bytes());
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(sound);
    file
}

#[tokio::test]
async fn what_was_set_and_what_is_set_shows() {
    let mut settings = Settings::default();
    settings.sound.ring = Some(Percent::at_most_100(35));
    let scene = scene(&settings).await;
    scene.ask(UserAction::SetVolume(Loudness::Calls, 70)).await;
    scene.ask(UserAction::SetVolume(Loudness::Tones, 200)).await;
    scene
        .sees(|s| (s.volumes.calls, s.volumes.tones, s.volumes.ring) == (70, 100, 35))
        .await;
    let headset = DeviceChoice {
        id: Some("headset".into()),
        name: Some("Headset".into()),
    };
    let input = Input::Devices(vec![headset.clone()]);
    scene.ask(UserAction::SetInput(input)).await;
    scene
        .sees(|s| s.microphone.chosen.as_ref() == Some(&headset))
        .await;
    scene.ask(UserAction::SetInput(Input::Default)).await;
    scene.sees(|s| s.microphone.chosen.is_none()).await;
    let missing = Input::Wav(Path::new("/nowhere/mic.wav").into());
    let code = scene.refused(UserAction::SetInput(missing)).await;
    assert_eq!(code, ErrorCode::SoundFile);
}

#[tokio::test]
async fn devices_are_listed_for_as_long_as_the_agent_looks() {
    let scene = scene(&Settings::default()).await;
    assert!(scene.phone.desk.snapshot().borrow().devices.is_none());
    scene.ask(UserAction::LookAtSound(true)).await;
    scene.sees(|s| s.devices.is_some()).await;
    scene.ask(UserAction::LookAtSound(false)).await;
    scene.sees(|s| s.devices.is_none()).await;
}

#[tokio::test]
async fn a_trial_sounds_and_ends_by_itself() {
    let scene = scene(&Settings::default()).await;
    scene.ask(UserAction::TryDevice(DeviceRole::Ringer)).await;
    scene.rings(|level| level > -20.0).await;
    scene.rings(|level| level == -100.0).await;
    scene.ask(UserAction::TryDevice(DeviceRole::Speaker)).await;
    scene.hears(|level| level > -25.0).await;
    scene.hears(|level| level == -100.0).await;
    let microphone = UserAction::TryDevice(DeviceRole::Microphone);
    assert_eq!(scene.refused(microphone).await, ErrorCode::NotNow);
}

#[tokio::test]
async fn a_check_asks_and_listens_and_says_what_it_has_found_unless_a_call_needs_the_devices() {
    let mut scene = scene(&Settings::default()).await;
    let microphone = scene._folder.path().join("microphone.wav");
    std::fs::write(&microphone, tone()).unwrap();
    let microphone = Input::Wav(microphone);
    scene.ask(UserAction::SetInput(microphone)).await;
    scene.ask(UserAction::CheckSound(true)).await;
    for prompt in [
        Prompt::BeQuiet,
        Prompt::StayQuiet,
        Prompt::Speak,
        Prompt::Listen,
    ] {
        let asks = Some(CheckView::Asks(prompt));
        scene.sees(|s| s.check == asks).await;
    }
    // What the microphone heard while the agent was to speak.
    scene.hears(|level| level > -40.0).await;
    scene
        .sees(|s| matches!(&s.check, Some(CheckView::Over(_))))
        .await;
    let snapshot = scene.phone.desk.snapshot().borrow().clone();
    let Some(CheckView::Over(findings)) = snapshot.check else {
        panic!("it is over");
    };
    let found = |subject| findings.iter().find(|of| of.subject == subject).unwrap();
    assert_eq!(found(Subject::Microphone).verdict, Verdict::Right);
    assert_eq!(found(Subject::Speaker).verdict, Verdict::Right);
    // A tone without an end is no voice in a quiet room.
    assert_eq!(found(Subject::Background).verdict, Verdict::Doubtful);
    // The profile of the tests names no server to measure the network with.
    assert_eq!(found(Subject::Path).verdict, Verdict::NotTried);
    scene.ask(UserAction::CheckSound(false)).await;
    scene.sees(|s| s.check.is_none()).await;

    scene.ask(UserAction::CheckSound(true)).await;
    scene.sees(|s| s.check.is_some()).await;
    let telephone = Telephone::new();
    let offer = telephone.session.offer().await.unwrap();
    scene.peer.invite(Some(&offer), "");
    let call = scene.incoming().await;
    scene.sees(|s| s.check.is_none()).await;
    assert_eq!(
        scene.refused(UserAction::CheckSound(true)).await,
        ErrorCode::NotNow
    );
    scene.ask(UserAction::Hangup(call)).await;
}

#[tokio::test]
async fn the_agent_hears_that_a_call_is_connected_and_that_it_has_ended() {
    let mut scene = scene(&Settings::default()).await;
    let telephone = Telephone::new();
    let offer = telephone.session.offer().await.unwrap();
    let mut dialog = scene.peer.invite(Some(&offer), "");
    let call = scene.incoming().await;
    scene.ask(UserAction::Answer(call)).await;
    let ok = scene.peer.response(200).await;
    dialog.answered(&ok);
    let session = &telephone.session;
    session.set_answer(Fork(0), &ok.body).await.unwrap();
    scene.peer.ack(&dialog, None);
    let connected = DeskEvent::Connected(call, true);
    scene.phone.until(|e| *e == connected).await;
    // The telephone is silent: what is heard is the sign.
    scene.hears(|level| level > -25.0).await;
    scene.hears(|level| level < -40.0).await;
    scene.peer.ask(&mut dialog, "BYE", "", "");
    let is_end = |e: &DeskEvent| matches!(e, DeskEvent::Ended { .. });
    scene.phone.until(is_end).await;
    scene.hears(|level| level > -25.0).await;
}

#[tokio::test]
async fn a_call_that_comes_into_a_trial_goes_on_ringing_and_is_not_tried_over() {
    let mut scene = scene(&Settings::default()).await;
    scene.ask(UserAction::TryDevice(DeviceRole::Ringer)).await;
    let began = Instant::now();
    let telephone = Telephone::new();
    let offer = telephone.session.offer().await.unwrap();
    scene.peer.invite(Some(&offer), "");
    let call = scene.incoming().await;
    for role in [DeviceRole::Ringer, DeviceRole::Speaker] {
        let code = scene.refused(UserAction::TryDevice(role)).await;
        assert_eq!(code, ErrorCode::NotNow);
    }
    // Longer than a trial lasts: the figure of the ring tone has begun anew.
    scene
        .rings(|level| level > -20.0 && began.elapsed() > Duration::from_secs(3))
        .await;
    scene.ask(UserAction::Hangup(call)).await;
    let is_end = |e: &DeskEvent| matches!(e, DeskEvent::Ended { .. });
    scene.phone.until(is_end).await;
    scene.rings(|level| level == -100.0).await;
}

const PATIENCE: Duration = Duration::from_secs(20);
