//! Recordings: begun, paused, ended, refused, remembered, and what happens when they fail.

use std::{fs, path::Path};

use warmline_desk::{
    CallId, DeskConfig, DeskEvent, ErrorCode, Record, RecordingView, UserAction,
    journal::Journal,
    profile::{RecordingPolicy, RecordingStart},
};
use warmline_media::Fork;

use crate::{
    peer::{self, Dialog, Peer, Phone, Telephone},
    scene::Scene,
};

struct Recorded {
    scene: Scene,
    call: CallId,
    _dialog: Dialog,
    _telephone: Telephone,
}

impl Recorded {
    /// In a call on a line with this policy.
    async fn with(policy: &str, more: impl FnOnce(&mut DeskConfig, &Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut peer = Peer::start().await;
        let mut config = peer::config(peer.port, folder.path());
        config.lines[0].recording = policy_of(policy, folder.path());
        more(&mut config, folder.path());
        let phone = Phone::start_with(config).await;
        let telephone = Telephone::new();
        let offer = telephone.session.offer().await.unwrap();
        let mut dialog = peer.invite(Some(&offer), "");
        let mut scene = Scene {
            peer,
            phone,
            _folder: folder,
        };
        let call = scene.incoming().await;
        scene.ask(UserAction::Answer(call)).await;
        let ok = scene.peer.response(200).await;
        dialog.answered(&ok);
        let session = &telephone.session;
        session.set_answer(Fork(0), &ok.body).await.unwrap();
        scene.peer.ack(&dialog, None);
        scene
            .phone
            .until(|e| *e == DeskEvent::Connected(call, true))
            .await;
        Self {
            scene,
            call,
            _dialog: dialog,
            _telephone: telephone,
        }
    }

    async fn does(&self, what: Record) {
        self.scene.ask(UserAction::Record(self.call, what)).await;
    }

    async fn refused(&self, what: Record) -> ErrorCode {
        let action = UserAction::Record(self.call, what);
        let done = self.scene.phone.desk.send(action).await;
        done.expect_err("it is refused").code
    }

    async fn is(&mut self, wanted: RecordingView) {
        let call = self.call;
        self.scene
            .phone
            .until(|e| *e == DeskEvent::Recording(call, wanted.clone()))
            .await;
    }

    fn files(&self) -> Vec<String> {
        let folder = self.scene._folder.path().join("calls");
        let Ok(entries) = fs::read_dir(folder) else {
            return Vec::new();
        };
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        entries.map(|entry| name(entry.unwrap())).collect()
    }
}

/// As a profile's `[recording]` would say.
fn policy_of(text: &str, folder: &Path) -> Option<RecordingPolicy> {
    let profile = format!(
        "server = \"ws://127.0.0.1:1/\"\naor = \"sip:2001@far.example\"\npassword_file = \"x\"\n{text}"
    );
    let profile = warmline_desk::Profile::parse(&profile, folder).unwrap();
    profile.recording
}

const BY_HAND: &str = "[recording]\nallowed = true\nfolder = \"calls\"\n";

#[tokio::test]
async fn a_recording_is_begun_paused_and_ended_by_hand_and_remembered() {
    let mut history = None;
    let mut recorded = Recorded::with(BY_HAND, |config, folder| {
        let file = folder.join("history.db");
        config.journal = Some(Journal::open(file.clone()));
        history = Some(file);
    })
    .await;
    assert_eq!(recorded.refused(Record::Pause).await, ErrorCode::NotNow);
    recorded.does(Record::Start).await;
    recorded.is(RecordingView::On).await;
    assert_eq!(recorded.refused(Record::Start).await, ErrorCode::NotNow);
    recorded.does(Record::Pause).await;
    recorded.is(RecordingView::Paused).await;
    recorded.does(Record::Resume).await;
    recorded.is(RecordingView::On).await;
    recorded.scene.ask(UserAction::Hold(recorded.call)).await;
    recorded.is(RecordingView::Waiting).await;
    recorded.does(Record::Stop).await;
    recorded.is(RecordingView::Off).await;
    recorded.scene.ask(UserAction::Hangup(recorded.call)).await;
    recorded.scene.ended(recorded.call).await;
    recorded.scene.ask(UserAction::Quit).await;
    let files = recorded.files();
    let [file] = &files[..] else {
        panic!("{files:?}");
    };
    assert!(
        file.ends_with(&format!("Z-{}.opus", recorded.call)),
        "{file}"
    );
    let journal = Journal::open(history.expect("it was opened"));
    let mut recents = journal.recents();
    let shown = recents.wait_for(|shown| !shown.is_empty()).await.unwrap();
    assert_eq!(shown[0].call.recordings, files);
}

#[tokio::test]
async fn what_policy_wants_recorded_begins_by_itself_and_is_not_stopped() {
    let always = format!("{BY_HAND}start = \"always\"\nformat = \"wav\"\n");
    let mut recorded = Recorded::with(&always, |config, _| {
        let policy = config.lines[0].recording.as_ref().expect("allowed");
        assert_eq!(policy.start, RecordingStart::Always);
    })
    .await;
    recorded.is(RecordingView::On).await;
    let code = recorded.refused(Record::Stop).await;
    assert_eq!(code, ErrorCode::RecordingNotAllowed);
    recorded.does(Record::Pause).await;
    recorded.is(RecordingView::Paused).await;
    // Not begun anew.
    recorded.scene.ask(UserAction::Quit).await;
    assert_eq!(recorded.files().len(), 1);
    assert!(recorded.files()[0].ends_with(".wav"));
}

#[tokio::test]
async fn nothing_can_be_recorded_without_a_policy() {
    for policy in ["", "[recording]\nfolder = \"calls\"\nstart = \"always\"\n"] {
        let recorded = Recorded::with(policy, |_, _| {}).await;
        let code = recorded.refused(Record::Start).await;
        assert_eq!(code, ErrorCode::RecordingNotAllowed);
        let snapshot = recorded.scene.phone.desk.snapshot();
        let view = snapshot.borrow().call(recorded.call).cloned().unwrap();
        assert_eq!(view.recording, RecordingView::NotAllowed);
        recorded.scene.ask(UserAction::Quit).await;
        assert!(!recorded.scene._folder.path().join("calls").exists());
    }
}

#[tokio::test]
async fn a_recording_that_cannot_be_made_is_told_and_the_call_goes_on() {
    let elsewhere = "[recording]\nallowed = true\nfolder = \"share/calls\"\nstart = \"always\"\n";
    let mut recorded = Recorded::with(elsewhere, |_, _| {}).await;
    let told = recorded
        .scene
        .phone
        .until(|e| matches!(e, DeskEvent::Error { .. }))
        .await;
    let DeskEvent::Error { call, error } = told else {
        unreachable!("just matched");
    };
    assert_eq!(
        (call, error.code),
        (Some(recorded.call), ErrorCode::RecordingFailed)
    );
    assert!(error.message().contains("The call goes on"), "{error}");
    let snapshot = recorded.scene.phone.desk.snapshot();
    let view = snapshot.borrow().call(recorded.call).cloned().unwrap();
    assert!(matches!(view.recording, RecordingView::Failed { .. }));
    assert!(view.ending.is_none());
    // It can be tried again, once the share is there.
    fs::create_dir(recorded.scene._folder.path().join("share")).unwrap();
    recorded.does(Record::Start).await;
    recorded.is(RecordingView::On).await;
}
