//! WAV files in place of devices. Each has a thread of its own, so that a slow disk holds up
//! nothing but itself.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use super::ring::{Capture, CaptureFeed, Clock, Playout, PlayoutFeed, capture_ring, playout_ring};
use super::{Alarm, Moved, Opened};
use crate::AudioError;
use crate::frame::{FRAME, SAMPLE_RATE, to_i16};
use crate::resample::DeviceResampler;

/// How often the threads look at their rings, which hold 500 ms.
const LOOK: Duration = Duration::from_millis(100);
/// The header of a recording is brought up to date every this many looks.
const LOOKS_PER_FLUSH: u32 = 5;

/// Opens a file to be played as a microphone.
pub(super) fn open_capture(path: &Path, alarm: &Alarm) -> Result<Opened<Capture>, AudioError> {
    let mut samples = Samples::open(path)?;
    let (mut feed, end, counters) = capture_ring(samples.rate, Clock::File);
    // So much is there before the first tick.
    let more = samples.fill(&mut feed);
    let stream = FileThread::start("audio-wav-in", {
        let (counters, alarm) = (counters.clone(), alarm.clone());
        move |stop: &AtomicBool| {
            let mut more = more;
            while more && !stop.load(Ordering::Acquire) && !feed.is_abandoned() {
                std::thread::park_timeout(LOOK);
                more = samples.fill(&mut feed);
            }
            if samples.broken {
                alarm.failed(&counters);
            }
        }
    })?;
    Ok(Opened {
        stream: Box::new(stream),
        id: None,
        end,
        counters,
        moved: Moved::default(),
    })
}

/// Opens a file to be recorded from what a speaker would play.
pub(super) fn open_playout(path: &Path, alarm: &Alarm) -> Result<Opened<Playout>, AudioError> {
    let mut writer = create(path)?;
    let (mut feed, end, counters) = playout_ring(SAMPLE_RATE, Clock::File, None);
    let stream = FileThread::start("audio-wav-out", {
        let (counters, alarm) = (counters.clone(), alarm.clone());
        move |stop: &AtomicBool| {
            // Looks since what is in the file was last made whole.
            let mut looks = 0;
            let written = loop {
                let last = stop.load(Ordering::Acquire);
                looks += u32::from(looks > 0 || feed.waiting() > 0);
                let flush = looks == LOOKS_PER_FLUSH;
                if flush {
                    looks = 0;
                }
                if let Err(error) = drain(&mut feed, &mut writer, flush) {
                    break Err(error);
                }
                if last || feed.is_abandoned() {
                    break writer.finalize();
                }
                std::thread::park_timeout(LOOK);
            };
            if let Err(error) = written {
                tracing::warn!(%error, "a WAV file cannot be written on");
                alarm.failed(&counters);
            }
        }
    })?;
    Ok(Opened {
        stream: Box::new(stream),
        id: None,
        end,
        counters,
        moved: Moved::default(),
    })
}

pub(super) fn check_readable(path: &Path) -> Result<(), AudioError> {
    Samples::open(path).map(drop)
}

pub(super) fn check_writable(path: &Path) -> Result<(), AudioError> {
    // Without cutting short what may be there.
    File::options()
        .append(true)
        .create(true)
        .open(path)
        .map(drop)
        .map_err(|error| wav_error(path, &error))
}

/// A whole file, mono at 48 kHz.
///
/// # Errors
/// It cannot be read, or is longer than `longest` samples.
pub(crate) fn read_whole(path: &Path, longest: usize) -> Result<Vec<f32>, AudioError> {
    let mut samples = Samples::open(path)?;
    let mut resampler = DeviceResampler::capture(samples.rate);
    let mut whole = Vec::new();
    let mut more = true;
    while more {
        let mut frame = [0.0; FRAME];
        let mut block = |block: &mut [f32]| {
            let mut filled = 0;
            while let Some(sample) = block.get_mut(filled).and_then(|_| samples.next()) {
                block[filled] = sample;
                filled += 1;
            }
            block[filled..].fill(0.0);
            filled == block.len()
        };
        match &mut resampler {
            Some(resampler) => {
                more = block(resampler.device_mut());
                resampler.captured(&mut frame);
            }
            None => more = block(&mut frame),
        }
        whole.extend(frame);
        if whole.len() > longest {
            return Err(wav_error(path, &"it is too long"));
        }
    }
    if samples.broken {
        return Err(wav_error(path, &"it breaks off"));
    }
    Ok(whole)
}

/// A thread that ends when dropped.
struct FileThread {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl FileThread {
    fn start(
        name: &str,
        work: impl FnOnce(&AtomicBool) + Send + 'static,
    ) -> Result<Self, AudioError> {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn({
                let stop = stop.clone();
                move || work(&stop)
            })
            .map_err(AudioError::Thread)?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for FileThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            Thread::unpark(thread.thread());
            let _ = thread.join();
        }
    }
}

/// The samples of a file, mono, from -1 to 1.
struct Samples {
    reader: WavReader<BufReader<File>>,
    rate: u32,
    channels: usize,
    format: SampleFormat,
    /// What full scale is in the file's integers.
    full_scale: f32,
    broken: bool,
}

impl Samples {
    fn open(path: &Path) -> Result<Self, AudioError> {
        let reader = WavReader::open(path).map_err(|error| wav_error(path, &error))?;
        let spec = reader.spec();
        if spec.sample_rate < 4_000 || spec.sample_rate > 384_000 || spec.channels == 0 {
            return Err(AudioError::Wav {
                path: path.to_owned(),
                reason: format!(
                    "{} Hz with {} channels cannot be played",
                    spec.sample_rate, spec.channels
                ),
            });
        }
        Ok(Self {
            rate: spec.sample_rate,
            channels: usize::from(spec.channels),
            format: spec.sample_format,
            full_scale: (1_i64 << (spec.bits_per_sample - 1)) as f32,
            reader,
            broken: false,
        })
    }

    /// Writes as much as fits; false at the end.
    fn fill(&mut self, feed: &mut CaptureFeed) -> bool {
        let mut block = [0.0; FRAME];
        while feed.room() >= FRAME {
            let mut filled = 0;
            while filled < FRAME {
                let Some(sample) = self.next() else { break };
                block[filled] = sample;
                filled += 1;
            }
            if filled < FRAME {
                // The rest of the last 10 ms is silence, so that its beginning is heard; and a
                // resampler still wants a little more than that.
                block[filled..].fill(0.0);
                feed.write(FRAME, |n| block[n]);
                return false;
            }
            feed.write(FRAME, |n| block[n]);
        }
        true
    }

    fn next(&mut self) -> Option<f32> {
        let mut sum = 0.0;
        for _ in 0..self.channels {
            let sample = match self.format {
                SampleFormat::Float => self.reader.samples::<f32>().next(),
                SampleFormat::Int => self
                    .reader
                    .samples::<i32>()
                    .next()
                    .map(|sample| sample.map(|s| s as f32 / self.full_scale)),
            };
            match sample? {
                Ok(sample) => sum += sample,
                Err(_) => {
                    self.broken = true;
                    return None;
                }
            }
        }
        Some(sum / self.channels as f32)
    }
}

fn create(path: &Path) -> Result<WavWriter<BufWriter<File>>, AudioError> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut writer = WavWriter::create(path, spec).map_err(|error| wav_error(path, &error))?;
    writer.flush().map_err(|error| wav_error(path, &error))?;
    Ok(writer)
}

fn drain(
    feed: &mut PlayoutFeed,
    writer: &mut WavWriter<BufWriter<File>>,
    flush: bool,
) -> Result<(), hound::Error> {
    let mut failed = None;
    feed.read(feed.waiting(), |_, sample| {
        if let Err(error) = writer.write_sample(to_i16(sample)) {
            failed = Some(error);
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if flush { writer.flush() } else { Ok(()) }
}

fn wav_error(path: &Path, error: &dyn std::fmt::Display) -> AudioError {
    AudioError::Wav {
        path: PathBuf::from(path),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::SILENCE;
    use crate::testing::{sine, tone_snr_db};

    fn write_file(path: &Path, rate: u32, channels: u16, bits: u16, format: SampleFormat) {
        let spec = WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: bits,
            sample_format: format,
        };
        let mut writer = WavWriter::create(path, spec).expect("creates");
        for n in 0..rate {
            let x = 0.5 * (std::f64::consts::TAU * 500.0 * f64::from(n) / f64::from(rate)).sin();
            for _ in 0..channels {
                match format {
                    SampleFormat::Float => writer.write_sample(x as f32),
                    SampleFormat::Int => {
                        let full = f64::from(1_u32 << (bits - 1));
                        writer.write_sample((x * full) as i32)
                    }
                }
                .expect("writes");
            }
        }
        writer.finalize().expect("finishes");
    }

    #[test]
    fn files_of_any_rate_width_and_channels_are_played_to_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("in.wav");
        for (rate, channels, bits, format) in [
            (48_000, 1, 16, SampleFormat::Int),
            (44_100, 2, 24, SampleFormat::Int),
            (8_000, 1, 16, SampleFormat::Int),
            (16_000, 1, 32, SampleFormat::Float),
            (96_000, 1, 32, SampleFormat::Int),
        ] {
            write_file(&path, rate, channels, bits, format);
            let mut opened = open_capture(&path, &Alarm::default()).expect("opens");
            let mut out = Vec::new();
            while !opened.end.has_ended() && out.len() < 96_000 {
                let mut frame = SILENCE;
                let before = opened.end.fill_us();
                opened.end.take(&mut frame);
                if before < 20_000 && !opened.end.has_ended() {
                    // The file's thread looks every 100 ms; do not run ahead of it.
                    std::thread::yield_now();
                }
                out.extend_from_slice(&frame);
            }
            let (snr, amplitude) = tone_snr_db(&out[4_800..19_200], 500.0);
            assert!(
                snr > 45.0 && (amplitude - 0.5).abs() < 0.01,
                "{rate} Hz: {snr} dB"
            );
        }
    }

    #[test]
    fn a_whole_file_is_read_at_our_rate_unless_it_is_too_long() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("in.wav");
        for rate in [8_000, 44_100, 48_000] {
            write_file(&path, rate, 2, 16, SampleFormat::Int);
            let whole = read_whole(&path, 96_000).expect("reads");
            assert!(whole.len().abs_diff(48_000) <= 2 * FRAME, "{rate} Hz");
            let (snr, amplitude) = tone_snr_db(&whole[4_800..43_200], 500.0);
            assert!(snr > 45.0 && (amplitude - 0.5).abs() < 0.01, "{rate} Hz");
            assert!(read_whole(&path, 24_000).is_err());
        }
    }

    #[test]
    fn a_recording_is_whole_and_its_header_is_valid_before_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.wav");
        let mut opened = open_playout(&path, &Alarm::default()).expect("opens");
        let tone = sine(500.0, 19_200);
        for frame in tone.as_chunks().0 {
            opened.end.write(frame);
        }
        assert!(WavReader::open(&path).is_ok(), "readable while it grows");
        drop(opened);
        let samples: Vec<f32> = WavReader::open(&path)
            .expect("readable")
            .into_samples::<i16>()
            .map(|s| f32::from(s.expect("a sample")) / 32_768.0)
            .collect();
        assert_eq!(samples.len(), 19_200);
        assert!(tone_snr_db(&samples, 500.0).0 > 60.0);
    }

    #[test]
    fn what_is_no_wav_file_is_refused_in_words() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("no.wav");
        assert!(matches!(check_readable(&path), Err(AudioError::Wav { .. })));
        std::fs::write(&path, b"not a sound").expect("writes");
        assert!(matches!(check_readable(&path), Err(AudioError::Wav { .. })));
        let nowhere = folder.path().join("missing/out.wav");
        assert!(matches!(
            check_writable(&nowhere),
            Err(AudioError::Wav { .. })
        ));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_raises_the_alarm() {
        let opened = open_playout(Path::new("/dev/full"), &Alarm::default());
        match opened {
            // The header already does not fit …
            Err(AudioError::Wav { reason, .. }) => assert!(!reason.is_empty()),
            Err(other) => panic!("{other}"),
            // … or the system took it and the samples do not.
            Ok(mut opened) => {
                for _ in 0..40 {
                    opened.end.write(&[0.5; FRAME]);
                }
                let counters = opened.counters.clone();
                drop(opened);
                assert!(counters.failed.load(Ordering::Acquire));
            }
        }
    }
}
