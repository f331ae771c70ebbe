//! Recordings of an engine in real time: as they are meant to be, and after the program was killed in
//! the middle of one.

mod support;

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use support::leg_config;
use tokio::time::timeout;
use warmline_audio::{
    Announcement, Codec, Engine, Leg, Line, PacketSink, PacketSource, Recording, RecordingConfig,
    RecordingFailure, RecordingFormat, RecordingState, tidy_recordings,
};

/// Hums.
struct Hum(usize);

impl Line for Hum {
    fn tick(&mut self, _: &[f32; 480], said: &mut [f32; 480]) {
        for sample in said {
            self.0 = (self.0 + 1) % 480;
            *sample = (0.5 * (std::f64::consts::TAU * self.0 as f64 / 48.0).sin()) as f32;
        }
    }
}

/// A recorded call of an engine with itself: both sides hum 1 kHz.
struct Call {
    engine: Engine,
    recording: Recording,
    _legs: [warmline_audio::LegControl; 2],
}

async fn carry(mut source: PacketSource, mut sink: PacketSink) {
    let mut sequence = 0_u16;
    while let Some(packet) = source.recv().await {
        sequence = sequence.wrapping_add(1);
        let (at, kind) = (packet.timestamp, packet.payload_type);
        sink.push(sequence, at, kind, &packet.payload);
    }
}

fn begin(folder: &Path, format: RecordingFormat, announce: Announcement) -> Call {
    let engine = Engine::start_on_line(Hum(0)).expect("starts");
    let open = || engine.open_leg(leg_config(Codec::Pcmu)).expect("opens");
    let (there, here) = (open(), open());
    let Leg {
        control,
        source,
        sink: unused,
    } = there;
    tokio::spawn(carry(source, here.sink));
    tokio::spawn(carry(here.source, unused));
    control.set_sending(true);
    here.control.set_sending(true);
    here.control.set_heard(true);
    let config = RecordingConfig {
        folder: folder.to_owned(),
        format,
        announce,
        keep: None,
        began: UNIX_EPOCH,
        call: 5,
    };
    let recording = engine.record(config).expect("starts");
    here.control.set_recorded(Some(recording.id()));
    Call {
        engine,
        recording,
        _legs: [control, here.control],
    }
}

impl Call {
    async fn until(&self, wanted: impl Fn(&warmline_audio::RecordingStatus) -> bool) {
        let mut status = self.recording.status();
        let seen = async {
            // How long it is changes without a word.
            while !wanted(&status.borrow()) {
                let _ = timeout(Duration::from_millis(50), status.changed()).await;
            }
        };
        timeout(PATIENCE, seen).await.expect("in time");
    }

    /// Hangs up, and waits until the file is finished.
    async fn end(self) -> (RecordingState, Option<String>) {
        let mut status = self.recording.status();
        drop(self.recording);
        let closed = async { while status.changed().await.is_ok() {} };
        timeout(PATIENCE, closed).await.expect("in time");
        drop(self.engine);
        let status = status.borrow().clone();
        (status.state, status.file)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_has_its_name_only_when_it_is_finished() {
    let folder = tempfile::tempdir().expect("a folder");
    let call = begin(folder.path(), RecordingFormat::Wav, Announcement::Tone);
    call.until(|status| status.state == RecordingState::On && status.length_ms >= 1_500)
        .await;
    let names = || names(folder.path());
    assert_eq!(names(), ["1970-01-01T00-00-00Z-5.wav.part"]);
    // What is there is a file that can be played, though it grows.
    let so_far = hound::WavReader::open(folder.path().join(&names()[0])).expect("it is whole");
    assert!(so_far.duration() >= 16_000);
    call.recording.set_paused(true);
    call.until(|status| status.state == RecordingState::Paused)
        .await;
    call.recording.set_paused(false);
    call.until(|status| status.state == RecordingState::On)
        .await;
    let (state, file) = call.end().await;
    assert_eq!(state, RecordingState::Saved);
    assert_eq!(file.as_deref(), Some("1970-01-01T00-00-00Z-5.wav"));
    assert_eq!(names(), ["1970-01-01T00-00-00Z-5.wav"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_of_a_recording_in_which_nothing_was_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let call = begin(folder.path(), RecordingFormat::Opus, Announcement::Nothing);
    call.recording.set_paused(true);
    call.until(|status| status.state == RecordingState::Paused)
        .await;
    let (state, file) = call.end().await;
    // A tick may have come before the pause.
    assert_eq!(state, RecordingState::Saved);
    assert_eq!(names(folder.path()).first(), file.as_ref());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_announced_or_written_is_not_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = Announcement::Sentence(folder.path().join("told.wav"));
    let call = begin(folder.path(), RecordingFormat::Opus, missing);
    let (state, file) = call.end().await;
    let sentence = matches!(
        &state,
        RecordingState::Failed(RecordingFailure::Sentence(_))
    );
    assert!(sentence && file.is_none(), "{state:?}");
    assert!(names(folder.path()).is_empty());
    let nowhere = folder.path().join("share/calls");
    let call = begin(&nowhere, RecordingFormat::Opus, Announcement::Tone);
    let (state, file) = call.end().await;
    assert_eq!(state, RecordingState::Failed(RecordingFailure::FolderGone));
    assert_eq!(file, None);
}

#[test]
fn what_a_killed_program_was_writing_can_be_played() {
    for format in [RecordingFormat::Wav, RecordingFormat::Opus] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut program = recording_program(folder.path(), format);
        // While it lives, its file is nobody else's.
        let tidy = || tidy_recordings(folder.path(), None, SystemTime::now()).expect("reads");
        assert!(tidy().is_empty());
        // SIGKILL; on Windows, TerminateProcess.
        program.0.kill().expect("it lives");
        program.0.wait().expect("it is dead");
        let [part] = &names(folder.path())[..] else {
            panic!("{:?}", names(folder.path()));
        };
        assert!(part.ends_with(".part"), "{part}");
        let name = format!("1970-01-01T00-00-00Z-5-incomplete.{}", format.extension());
        assert_eq!(tidy(), [name.as_str()]);
        assert_eq!(names(folder.path()), [name.as_str()]);
        assert!(tidy().is_empty());
        let path = folder.path().join(name);
        let [left, right] = match format {
            RecordingFormat::Wav => wav(&path),
            RecordingFormat::Opus => opus(&path),
        };
        assert_eq!(left.len(), right.len());
        for side in [left, right] {
            // All but the start of the call and what the codecs take to come in.
            let loud = side.iter().filter(|sample| sample.abs() > 0.2).count();
            let share = loud as f64 / side.len() as f64;
            assert!(share > 0.5, "{format:?}: {share} of {} samples", side.len());
        }
    }
}

/// Not a test of its own: the program that is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the other, as a program of its own"]
async fn program() {
    let folder = PathBuf::from(env::var_os(FOLDER).expect("the other names the folder"));
    let format = match env::var(FORMAT).expect("and the format").as_str() {
        "wav" => RecordingFormat::Wav,
        _ => RecordingFormat::Opus,
    };
    let call = begin(&folder, format, Announcement::Nothing);
    call.until(|status| status.length_ms >= 3_000).await;
    writeln!(io::stdout(), "{IT_RECORDS}").expect("the other reads");
    std::future::pending::<()>().await;
}

/// A program that does not outlive the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.0.kill();
    }
}

fn recording_program(folder: &Path, format: RecordingFormat) -> Program {
    let this = env::current_exe().expect("a program that runs has a name");
    let program = Command::new(this)
        .args(["program", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(FORMAT, format.extension())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut program = Program(program);
    let output = program.0.stdout.take().expect("it is piped");
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains(IT_RECORDS)));
    program
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("reads");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = names
        .map(|name| name.into_string().expect("letters"))
        .collect();
    names.sort();
    names
}

fn wav(path: &Path) -> [Vec<f32>; 2] {
    let reader = hound::WavReader::open(path).expect("it can be played");
    let mut sides = [Vec::new(), Vec::new()];
    for (n, sample) in reader.into_samples::<i16>().enumerate() {
        let sample = f32::from(sample.expect("a sample")) / 32_768.0;
        sides[n % 2].push(sample);
    }
    sides
}

fn opus(path: &Path) -> [Vec<f32>; 2] {
    let file = std::fs::File::open(path).expect("is there");
    let mut reader = ogg::PacketReader::new(BufReader::new(file));
    let mut decoder = opus::MSDecoder::new(48_000, 2, 0, &[0, 1]).expect("starts");
    let mut sides = [Vec::new(), Vec::new()];
    let mut ended = false;
    for n in 0.. {
        let Some(packet) = reader.read_packet().expect("whole pages") else {
            break;
        };
        ended = packet.last_in_stream();
        if n < 2 {
            continue;
        }
        let mut sound = [0.0; 2 * 960];
        let length = decoder.decode_float(&packet.data, &mut sound, false);
        for (n, sample) in sound[..2 * length.expect("it decodes")].iter().enumerate() {
            sides[n % 2].push(*sample);
        }
    }
    assert!(ended, "a player knows where it ends");
    sides
}

const FOLDER: &str = "WARMLINE_RECORDING_FOLDER";
const FORMAT: &str = "WARMLINE_RECORDING_FORMAT";
const IT_RECORDS: &str = "it records";
const PATIENCE: Duration = Duration::from_secs(60);
