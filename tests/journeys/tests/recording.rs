//! A call is recorded as policy says, and who is in the file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use warmline_desk::{DeskEvent, Record, RecordingView, UserAction};
use warmline_journeys::{Opening, Shift, recording, says_after};
use warmline_practice::Deed;

const ONE: &str = r#"
[agent]
name = "Robin Adeyemi"
number = "+49 30 23125 100"
[pace]
first_call_s = 0.1
repeat = false
[[customer]]
name = "Maria Keller"
number = "+49 30 23125 177"
says = ["maria-2", "maria-3"]
"#;

const POLICY: &str = r#"
[recording]
allowed = true
start = "always"
format = "wav"
folder = "calls"
announce = "none"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn both_voices_are_in_the_file_each_on_its_side() {
    let mut shift = Shift::open(Opening {
        microphone: Some(says_after(3, "nadia-1")),
        policy: POLICY,
        ..Opening::of(ONE)
    })
    .await;
    let call = shift.rings().await;
    shift.answers(call).await;
    is(&mut shift, RecordingView::On).await;
    let refused = shift
        .desk
        .send(UserAction::Record(call, Record::Stop))
        .await;
    let refused = refused.expect_err("policy wants it");
    assert_eq!(refused.code.as_str(), "recording_not_allowed");
    // The first line may have begun before the recording.
    shift.does("Maria Keller", Deed::Says(1)).await;
    shift.does("Maria Keller", Deed::Said).await;
    heard_for(&mut shift, 3).await;
    shift.act(UserAction::Hangup(call)).await;
    shift.end().await;

    let [file] = &files(&shift.folder().join("calls"))[..] else {
        panic!("one file");
    };
    let name = file
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    assert!(name.ends_with(&format!("-{call}.wav")), "{name}");
    let [left, right] = sides(file);
    assert_eq!(left.len(), right.len());
    let [agent, customer] = ["nadia-1", "maria-3"].map(recording);
    let (said, heard) = (agent.likeness_in(&left), customer.likeness_in(&right));
    assert!(said > 0.8 && heard > 0.8, "{said} {heard}");
    let (wrong_said, wrong_heard) = (customer.likeness_in(&left), agent.likeness_in(&right));
    assert!(
        wrong_said < 0.7 && wrong_heard < 0.7,
        "{wrong_said} {wrong_heard}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_policy_no_file_is_made() {
    let mut shift = Shift::begin(ONE).await;
    let call = shift.rings().await;
    shift.answers(call).await;
    let snapshot = shift.desk.snapshot();
    let recorded = |_: &()| {
        snapshot
            .borrow()
            .call(call)
            .map(|call| call.recording.clone())
    };
    assert_eq!(recorded(&()), Some(RecordingView::NotAllowed));
    let refused = shift
        .desk
        .send(UserAction::Record(call, Record::Start))
        .await;
    assert_eq!(
        refused.expect_err("nobody allows it").code.as_str(),
        "recording_not_allowed"
    );
    shift.act(UserAction::Hangup(call)).await;
    shift.end().await;
    assert!(!shift.folder().join("calls").exists());
}

async fn is(shift: &mut Shift, wanted: RecordingView) {
    shift
        .until(|event| matches!(event, DeskEvent::Recording(_, now) if *now == wanted))
        .await;
}

/// Lets so many seconds of sound come in.
async fn heard_for(shift: &mut Shift, seconds: u64) {
    let mut snapshot = shift.desk.snapshot();
    let packets = |s: &warmline_desk::Snapshot| {
        let stats = s.calls.first().and_then(|call| call.stats.as_ref());
        stats.map_or(0, |stats| stats.received)
    };
    let before = packets(&snapshot.borrow());
    let more = before + seconds * 50;
    snapshot
        .wait_for(|s| packets(s) >= more)
        .await
        .expect("the phone runs");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is made");
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

/// What agent and customer said, at 48 kHz.
fn sides(file: &Path) -> [Vec<f32>; 2] {
    let mut reader = hound::WavReader::open(file).expect("it can be played");
    assert_eq!(
        (reader.spec().channels, reader.spec().sample_rate),
        (2, 16_000)
    );
    let mut sides = [Vec::new(), Vec::new()];
    let samples = reader.samples::<i16>();
    for (n, sample) in samples.enumerate() {
        let sample = f32::from(sample.expect("a sample")) / 32_768.0;
        sides[n % 2].extend([sample; 3]);
    }
    sides
}
