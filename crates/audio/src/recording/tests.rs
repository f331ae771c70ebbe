//! From the tap to the file, and what becomes of a file when something goes wrong.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Seek, SeekFrom, Write};
use std::path::Path;

use opus::MSDecoder;
use proptest::prelude::*;
use rtrb::RingBuffer;

use super::file::Part;
use super::reel::{MARK, Reel};
use super::tap::{Block, TapShared};
use super::writer::{Writing, finish};
use super::*;
use crate::frame::{FRAME, Frame, SAMPLE_RATE, to_i16};
use crate::testing::{babble, correlation, sine, tone_snr_db};

const FORMATS: [RecordingFormat; 2] = [RecordingFormat::Wav, RecordingFormat::Opus];

/// Both sides as they are played, at 48 or 16 kHz; None where a player would not play it to its end.
fn play(path: &Path) -> Option<[Vec<f32>; 2]> {
    let mut sides = [Vec::new(), Vec::new()];
    if path.to_str()?.contains(".wav") {
        let reader = hound::WavReader::open(path).ok()?;
        let spec = reader.spec();
        assert_eq!(
            (spec.channels, spec.sample_rate, spec.bits_per_sample),
            (2, 16_000, 16)
        );
        for (n, sample) in reader.into_samples::<i16>().enumerate() {
            sides[n % 2].push(f32::from(sample.ok()?) / 32_768.0);
        }
        return (sides[0].len() == sides[1].len()).then_some(sides);
    }
    let mut reader = ::ogg::PacketReader::new(BufReader::new(File::open(path).ok()?));
    let head = reader.read_packet().ok()??;
    assert!(head.first_in_stream() && head.data.starts_with(b"OpusHead\x01\x02"));
    assert_eq!(&head.data[12..], [0x80, 0xbb, 0, 0, 0, 0, 1, 2, 0, 0, 1]);
    let skip = usize::from(u16::from_le_bytes([head.data[10], head.data[11]]));
    assert!(reader.read_packet().ok()??.data.starts_with(b"OpusTags"));
    let mut decoder = MSDecoder::new(SAMPLE_RATE, 2, 0, &[0, 1]).expect("starts");
    let mut end = None;
    while let Some(packet) = reader.read_packet().ok()? {
        let mut sound = [0.0; 2 * 5_760];
        let length = decoder.decode_float(&packet.data, &mut sound, false).ok()?;
        for (n, sample) in sound[..2 * length].iter().enumerate() {
            sides[n % 2].push(*sample);
        }
        end = packet.last_in_stream().then(|| packet.absgp_page());
    }
    // Without its end a player would go on to look for more.
    let end = usize::try_from(end?).ok()?;
    assert!(sides[0].len() >= end);
    Some(sides.map(|side| side[skip..end].to_vec()))
}

fn block(left: &[f32], right: &[f32]) -> Block {
    let side = |sound: &[f32]| std::array::from_fn(|n| to_i16(sound[n]));
    Block {
        left: side(left),
        right: side(right),
        after_gap: false,
        missing: 0,
    }
}

fn blocks(left: &[f32], right: &[f32]) -> Vec<Block> {
    let pairs = left.chunks(FRAME).zip(right.chunks(FRAME));
    pairs.map(|(left, right)| block(left, right)).collect()
}

/// Samples of a side in so many ticks.
fn length(format: RecordingFormat, ticks: usize) -> usize {
    match format {
        RecordingFormat::Wav => ticks * FRAME / 3,
        RecordingFormat::Opus => ticks * FRAME,
    }
}

#[test]
fn each_side_is_its_own_in_both_formats() {
    let folder = tempfile::tempdir().expect("a folder");
    let (agent, caller) = (babble(48_000 * 4), sine(700.0, 48_000 * 4));
    for format in FORMATS {
        let path = folder.path().join(format!("x.{}", format.extension()));
        let mut reel =
            Reel::begin(File::create(&path).expect("creates"), format, 7).expect("begins");
        for block in blocks(&agent, &caller) {
            reel.take(&block).expect("writes");
        }
        reel.finish().expect("finishes");
        assert_eq!(reel.length_ms(), 4_000);
        let [left, right] = play(&path).expect("it can be played");
        assert_eq!(left.len(), length(format, 400));
        let (said, heard): (Vec<f32>, Vec<f32>) = match format {
            RecordingFormat::Wav => (agent.iter().step_by(3).copied().collect(), left.clone()),
            RecordingFormat::Opus => (agent.clone(), left.clone()),
        };
        let (likeness, _) = correlation(&said[..said.len() - 400], &heard, 100);
        assert!(likeness > 0.8, "{format:?}: {likeness}");
        let hertz = if format == RecordingFormat::Wav {
            2_100.0
        } else {
            700.0
        };
        let (purity, amplitude) = tone_snr_db(&right[right.len() / 4..], hertz);
        assert!(
            purity > 15.0 && (amplitude - 0.5).abs() < 0.05,
            "{purity} {amplitude}"
        );
        // Nothing of the caller on the agent's side.
        let (_, leaked) = tone_snr_db(&left[left.len() / 4..], hertz);
        assert!(leaked < 0.005, "{format:?}: {leaked}");
    }
}

/// What happens to a recording.
#[derive(Clone, Debug)]
enum Happens {
    Said(u8),
    /// A pause, a hold, an announcement: nothing of it is kept.
    Gap,
    /// The disk was too slow.
    Lost(u8),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        4 => (1..40_u8).prop_map(Happens::Said),
        2 => Just(Happens::Gap),
        1 => (1..9_u8).prop_map(Happens::Lost),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_happens_both_sides_stay_together(story in prop::collection::vec(happens(), 1..20)) {
        let folder = tempfile::tempdir().expect("a folder");
        let voice = babble(48_000);
        for format in FORMATS {
            let path = folder.path().join(format!("x.{}", format.extension()));
            let file = File::create(&path).expect("creates");
            let mut reel = Reel::begin(file, format, 7).expect("begins");
            let (mut ticks, mut said, mut gap, mut missing) = (0, 0, false, 0);
            for happens in &story {
                match happens {
                    Happens::Gap => gap = true,
                    Happens::Lost(n) => missing += u32::from(*n),
                    Happens::Said(n) => for _ in 0..*n {
                        let at = said * FRAME % (voice.len() - FRAME);
                        let sound = &voice[at..at + FRAME];
                        let mut next = block(sound, sound);
                        (next.after_gap, next.missing) = (gap, missing);
                        if gap && ticks > 0 {
                            ticks += MARK / FRAME;
                        }
                        ticks += missing as usize + 1;
                        (gap, missing) = (false, 0);
                        said += 1;
                        reel.take(&next).expect("writes");
                    },
                }
            }
            reel.finish().expect("finishes");
            prop_assert_eq!(reel.is_empty(), said == 0);
            if said == 0 {
                continue;
            }
            let [left, right] = play(&path).expect("it can be played");
            prop_assert_eq!(left.len(), length(format, ticks));
            prop_assert_eq!(right.len(), left.len());
            match format {
                // The same was said on both, so they are the same, sample for sample.
                RecordingFormat::Wav => prop_assert!(left == right),
                // Each is a stream of its own, hence nearly.
                RecordingFormat::Opus => {
                    let (likeness, lag) = correlation(&left, &right, 0);
                    prop_assert!(likeness > 0.95 && lag == 0, "{likeness}");
                }
            }
        }
    }

    /// A program may die, and a disk fill, at any byte.
    #[test]
    fn whatever_is_left_of_a_file_can_be_played(cut in 0.0..1.0_f64, junk in prop::collection::vec(any::<u8>(), 0..60)) {
        let folder = tempfile::tempdir().expect("a folder");
        let voice = babble(48_000 * 3);
        for format in FORMATS {
            let mut whole = Cursor::new(Vec::new());
            let mut reel = Reel::begin(&mut whole, format, 7).expect("begins");
            for (n, block) in blocks(&voice, &voice).iter().enumerate() {
                reel.take(block).expect("writes");
                if n % 50 == 49 {
                    reel.flush().expect("writes");
                }
            }
            drop(reel);
            let whole = whole.into_inner();
            let kept = (cut * whole.len() as f64) as usize;
            let mut left = whole[..kept].to_vec();
            left.extend(&junk);
            let name = format!("2026-11-30T10-53-24Z-1.{}.part", format.extension());
            fs::write(folder.path().join(name), &left).expect("writes");
            let now = SystemTime::now();
            let finished = tidy_recordings(folder.path(), None, now).expect("reads");
            let mut there = fs::read_dir(folder.path()).expect("reads");
            match &finished[..] {
                [] => prop_assert!(there.next().is_none(), "nothing to keep, and nothing is left"),
                [name] => {
                    prop_assert_eq!(
                        name,
                        &format!("2026-11-30T10-53-24Z-1-incomplete.{}", format.extension())
                    );
                    let path = folder.path().join(name);
                    let [left, right] = play(&path).expect("it can be played");
                    prop_assert_eq!(left.len(), right.len());
                    let lost = match format {
                        RecordingFormat::Wav => 0.0,
                        RecordingFormat::Opus => 1.2,
                    };
                    let rate = length(format, 100) as f64;
                    let before = kept as f64 / whole.len() as f64 * 3.0 - lost;
                    let after = left.len() as f64 / rate;
                    prop_assert!(after >= before - 0.01, "{after} s of {before}");
                    fs::remove_file(path).expect("removes");
                }
                more => prop_assert!(false, "{more:?}"),
            }
        }
    }
}

/// A disk with so much room.
struct Small<'a> {
    file: &'a File,
    room: Cell<usize>,
}

impl Write for Small<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // What is written over takes no room.
        let over = self.file.stream_position()? < self.file.metadata()?.len();
        if over {
            return self.file.write(bytes);
        }
        if self.room.get() == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let length = self
            .file
            .write(&bytes[..bytes.len().min(self.room.get())])?;
        self.room.set(self.room.get() - length);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Small<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[test]
fn on_a_full_disk_what_was_written_is_kept_and_why_is_told() {
    let voice = babble(48_000 * 3);
    for (format, room) in FORMATS.into_iter().zip([101_003, 9_001]) {
        let folder = tempfile::tempdir().expect("a folder");
        let stem = file::stem(SystemTime::UNIX_EPOCH, 3);
        let part = Part::create(folder.path(), &stem, format).expect("creates");
        let shared = TapShared::default();
        let (told, status) = watch::channel(RecordingStatus::default());
        let (mut ring, mut out) = RingBuffer::new(400);
        for block in blocks(&voice, &voice) {
            ring.push(block).expect("room");
        }
        drop(ring);
        let mut writing = Writing {
            shared: &shared,
            told: &told,
            name: part.name(),
            blocks: &mut out,
            file: None,
        };
        let small = Small {
            file: &part.file,
            room: Cell::new(room),
        };
        let mut reel = Reel::begin(small, format, 7).expect("begins");
        let written = writing.run(&mut reel);
        let (failure, kept) = finish(&part, written).expect_err("it is full");
        assert_eq!(failure, RecordingFailure::DiskFull);
        let kept = kept.expect("some of it");
        assert!(kept.contains("-3-incomplete."), "{kept}");
        let [left, _] = play(&folder.path().join(&kept)).expect("it can be played");
        assert!(
            left.len() > length(format, 90),
            "{format:?}: {}",
            left.len()
        );
        assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 1);
        drop(status);
    }
}

#[test]
fn a_name_is_taken_once_and_what_is_written_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("calls");
    let stem = file::stem(SystemTime::UNIX_EPOCH, 3);
    let create = || Part::create(&inner, &stem, RecordingFormat::Wav).expect("creates");
    let (one, other) = (create(), create());
    assert_eq!(one.name(), "1970-01-01T00-00-00Z-3.wav");
    assert_eq!(other.name(), "1970-01-01T00-00-00Z-3-2.wav");
    assert!(
        tidy_recordings(&inner, None, SystemTime::now())
            .expect("reads")
            .is_empty()
    );
    assert_eq!(one.keep().expect("renames"), one.name());
    // Not in place of the one that is there.
    assert_eq!(create().name(), "1970-01-01T00-00-00Z-3-3.wav");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
        assert_eq!(
            (mode(&inner), mode(&inner.join(one.name()))),
            (0o700, 0o600)
        );
    }
}

#[test]
fn what_is_too_old_is_removed_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let day = Duration::from_secs(24 * 3_600);
    let now = SystemTime::UNIX_EPOCH + 100 * day;
    let names = [
        file::stem(now - 8 * day, 1) + ".wav",
        file::stem(now - 8 * day, 2) + "-incomplete.opus",
        file::stem(now - 6 * day, 3) + ".opus",
        "1970-01-01.wav".to_owned(),
        file::stem(now - 50 * day, 4) + ".txt",
    ];
    for name in &names {
        fs::write(folder.path().join(name), b"x").expect("writes");
    }
    let left = || {
        names
            .iter()
            .filter(|name| folder.path().join(name).exists())
            .count()
    };
    tidy_recordings(folder.path(), None, now).expect("reads");
    assert_eq!(left(), 5);
    tidy_recordings(folder.path(), Some(7 * day), now).expect("reads");
    assert_eq!(left(), 3);
    assert!(!folder.path().join(&names[0]).exists() && !folder.path().join(&names[1]).exists());
    let nowhere = folder.path().join("nowhere");
    assert!(
        tidy_recordings(&nowhere, None, now)
            .expect("nothing")
            .is_empty()
    );
}

#[test]
fn a_folder_that_cannot_be_used_is_told_as_what_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let no_share = folder.path().join("share/not/connected");
    let error = Part::create(&no_share, "x", RecordingFormat::Wav).expect_err("not there");
    assert_eq!(RecordingFailure::from(error), RecordingFailure::FolderGone);
    let file = folder.path().join("file");
    fs::write(&file, b"x").expect("writes");
    let error = Part::create(&file.join("calls"), "x", RecordingFormat::Wav).expect_err("a file");
    assert_eq!(RecordingFailure::from(error), RecordingFailure::FolderGone);
    // The folder goes while something is written.
    let gone = folder.path().join("gone");
    let part = Part::create(&gone, "x", RecordingFormat::Wav).expect("creates");
    fs::remove_dir_all(&gone).expect("removes");
    let (failure, kept) = finish(&part, Ok(true)).expect_err("it is gone");
    assert_eq!((failure, kept), (RecordingFailure::FolderGone, None));
}

/// Where a mark stands there is a beep and nothing else, and what follows begins softly.
#[test]
fn a_short_beep_stands_for_what_was_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.wav");
    let file = File::create(&path).expect("creates");
    let mut reel = Reel::begin(file, RecordingFormat::Wav, 7).expect("begins");
    let voice: Frame = [0.5; FRAME];
    for after_gap in [true, false, true, false] {
        let mut block = block(&voice, &voice);
        block.after_gap = after_gap;
        reel.take(&block).expect("writes");
    }
    reel.finish().expect("finishes");
    let [left, right] = play(&path).expect("it can be played");
    assert_eq!(
        left.len(),
        (4 + MARK / FRAME) * FRAME / 3,
        "one, not at the beginning"
    );
    assert!(left == right);
    // 800 Hz at 16 kHz, as the fit takes it at 48 kHz.
    let beep = &left[2 * 160 + 300..2 * 160 + 2_800];
    let (purity, amplitude) = tone_snr_db(beep, 2_400.0);
    assert!(
        purity > 30.0 && (amplitude - 0.07).abs() < 0.005,
        "{purity} {amplitude}"
    );
}
