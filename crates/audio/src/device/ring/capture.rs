//! From a capture callback to the sound thread.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer, RingBuffer};

use super::drift::{self, Drift, Glide};
use super::{CAPACITY_MS, Clock, Margin, StreamCounters, WATCHED_TICKS, frames_of, micros_of};
use crate::frame::{FRAME, Frame, ramp};
use crate::resample::DeviceResampler;

/// What is too much by less than this goes slowly, in µs.
const SLOWLY_US: u32 = 10_000;
/// Captured sound above this is dropped, oldest first, in ms.
const MOST_CAPTURED_MS: u32 = 200;

/// Makes a capture ring for a device or file of `rate` Hz.
pub(crate) fn capture_ring(
    rate: u32,
    clock: Clock,
) -> (CaptureFeed, Box<Capture>, Arc<StreamCounters>) {
    let (producer, consumer) = RingBuffer::new(frames_of(rate, CAPACITY_MS * 1_000));
    let counters = Arc::new(StreamCounters::default());
    let began = Instant::now();
    let feed = CaptureFeed {
        ring: producer,
        counters: counters.clone(),
        began,
    };
    let capture = Capture {
        ring: consumer,
        counters: counters.clone(),
        clock,
        rate,
        began,
        resampler: match (clock, DeviceResampler::capture(rate)) {
            (_, Some(resampler)) => Resampler::Rate(resampler),
            (Clock::Device, None) => Resampler::Glide(Box::new(Glide::new())),
            (Clock::File, None) => Resampler::None,
        },
        drift: Drift::default(),
        margin: Margin::new(1_000),
        least: usize::MAX,
        watched: 0,
        slip: 0,
        period: 0,
        running: false,
        dry: true,
        last: 0.0,
        dropped: 0,
        missing: 0,
        fetch: None,
    };
    (feed, Box::new(capture), counters)
}

/// The callback's end of a capture ring.
pub(crate) struct CaptureFeed {
    ring: Producer<f32>,
    counters: Arc<StreamCounters>,
    began: Instant,
}

impl CaptureFeed {
    /// Takes `frames` mono samples; what does not fit is dropped and counted.
    pub(crate) fn write(&mut self, frames: usize, sample: impl Fn(usize) -> f32) {
        self.write_at(Instant::now(), frames, sample);
    }

    /// The same, at this time.
    pub(crate) fn write_at(&mut self, now: Instant, frames: usize, sample: impl Fn(usize) -> f32) {
        let room = self.ring.slots().min(frames);
        if let Ok(chunk) = self.ring.write_chunk_uninit(room) {
            chunk.fill_from_iter((0..room).map(sample));
        }
        self.counters.count(frames);
        let called = now.saturating_duration_since(self.began).as_micros() as u64;
        self.counters.called_us.store(called, Ordering::Relaxed);
        if room < frames {
            self.counters
                .lost
                .fetch_add((frames - room) as u64, Ordering::Relaxed);
        }
    }

    /// How many samples fit now.
    pub(crate) fn room(&self) -> usize {
        self.ring.slots()
    }

    /// Whether the sound thread has let go of the other end.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.ring.is_abandoned()
    }
}

/// From the device's rate to 48 kHz of the ticks.
enum Resampler {
    /// A file at 48 kHz.
    None,
    /// A device at 48 kHz by its own clock.
    Glide(Box<Glide>),
    Rate(DeviceResampler),
}

/// The sound thread's end of a capture ring.
pub(crate) struct Capture {
    ring: Consumer<f32>,
    counters: Arc<StreamCounters>,
    clock: Clock,
    rate: u32,
    began: Instant,
    resampler: Resampler,
    drift: Drift,
    /// Fill that is kept beyond need.
    margin: Margin,
    /// Least fill after a take, over the watched ticks.
    least: usize,
    watched: u32,
    /// Samples to slip by at the next take.
    slip: usize,
    /// Frames the device hands over at once, the largest of late.
    period: usize,
    /// Whether sound has come at all, and whether the last take found none.
    running: bool,
    dry: bool,
    last: f32,
    /// Samples dropped and missing since the ring was made, at the device's rate.
    dropped: u64,
    missing: u64,
    /// What brings sound that has come, where no callback does.
    fetch: Option<Box<dyn FnMut() + Send>>,
}

impl Capture {
    /// Compares the device's clock with that of the ticks; once per tick, before [`Self::take`].
    pub(crate) fn keep_time(&mut self, now: Instant) {
        self.fetch();
        if self.clock == Clock::File || self.dry {
            return;
        }
        let called = self.counters.called_us.load(Ordering::Relaxed);
        let called = self.began + Duration::from_micros(called);
        let fill = drift::micros(self.rate, self.ring.slots());
        let since = now.saturating_duration_since(called);
        let Some(ppm) = self.drift.watch(fill, since) else {
            return;
        };
        match &mut self.resampler {
            Resampler::None => {}
            Resampler::Glide(glide) => glide.set(ppm),
            Resampler::Rate(resampler) => resampler.set_drift(ppm),
        }
    }

    /// Takes the next 10 ms; silence if there is too little.
    pub(crate) fn take(&mut self, frame: &mut Frame) {
        let needed = self.needed();
        // It has been fetched when time was kept: once more only if that was not enough.
        if self.ring.slots() < needed {
            self.fetch();
        }
        self.bound();
        let there = self.ring.slots();
        if there < needed {
            self.run_dry(frame, needed);
            return;
        }
        let slip = self.slip.min(there - needed);
        self.slip = 0;
        match &mut self.resampler {
            Resampler::None => {
                read_slipping(&mut self.ring, frame, slip);
            }
            Resampler::Glide(glide) => {
                read_slipping(&mut self.ring, glide.device_mut(), slip);
                glide.captured(frame);
            }
            Resampler::Rate(resampler) => {
                read_slipping(&mut self.ring, resampler.device_mut(), slip);
                resampler.captured(frame);
            }
        }
        self.dropped += slip as u64;
        if slip > 0 {
            self.drift.slipped(drift::micros(self.rate, slip));
        }
        if self.dry {
            ramp(&mut frame[..96], 0.0, 1.0);
        }
        self.running = true;
        self.dry = false;
        self.last = frame[FRAME - 1];
        self.watch();
    }

    /// Throws away what has come, while nobody needs the microphone. A file just waits.
    pub(crate) fn discard(&mut self) {
        self.fetch();
        if self.clock == Clock::Device {
            let there = self.ring.slots();
            self.skip(there);
            self.drift.lose();
        }
    }

    /// Whether the sound thread has to [fetch](Self::fetched_by) what the device has.
    pub(crate) fn is_fetched(&self) -> bool {
        self.fetch.is_some()
    }

    /// Has what came brought by the sound thread, at each take: `fetch` feeds the ring and never waits.
    pub(crate) fn fetched_by(&mut self, fetch: Box<dyn FnMut() + Send>) {
        self.fetch = Some(fetch);
    }

    fn fetch(&mut self) {
        if let Some(fetch) = &mut self.fetch {
            fetch();
        }
    }

    /// Whether a file stands in for a device.
    pub(crate) fn is_file(&self) -> bool {
        self.clock == Clock::File
    }

    /// Whether a file has been played to its end.
    pub(crate) fn has_ended(&self) -> bool {
        self.clock == Clock::File && self.ring.is_abandoned() && self.ring.slots() < self.needed()
    }

    /// Sound the device hands over at once, in µs; 0 for a file, which has no such thing.
    pub(crate) fn period_us(&self) -> u32 {
        micros_of(self.rate, self.period)
    }

    /// Sound waiting now, in µs.
    pub(crate) fn fill_us(&self) -> u32 {
        micros_of(self.rate, self.ring.slots())
    }

    /// Samples dropped and missing since the last call, as samples of 48 kHz.
    pub(crate) fn take_faults(&mut self) -> (u64, u64) {
        let in_48k = |samples: u64| samples * 48_000 / u64::from(self.rate);
        let lost = self.counters.lost.swap(0, Ordering::Relaxed);
        (
            in_48k(std::mem::take(&mut self.dropped) + lost),
            in_48k(std::mem::take(&mut self.missing)),
        )
    }

    fn needed(&self) -> usize {
        match &self.resampler {
            Resampler::None => FRAME,
            Resampler::Glide(glide) => glide.needed(),
            Resampler::Rate(resampler) => resampler.needed(),
        }
    }

    fn run_dry(&mut self, frame: &mut Frame, needed: usize) {
        frame.fill(0.0);
        if !self.dry {
            // Run out softly.
            for sample in frame.iter_mut() {
                self.last *= 0.97;
                *sample = self.last;
            }
        }
        if self.running && self.clock == Clock::Device {
            self.missing += needed as u64;
            self.margin.ran_dry();
        }
        self.dry = true;
        self.last = 0.0;
        self.least = 0;
        self.drift.lose();
        self.watch();
    }

    /// Drops the oldest when far too much has come, as after a stall.
    fn bound(&mut self) {
        let most = frames_of(self.rate, MOST_CAPTURED_MS * 1_000);
        let there = self.ring.slots();
        if self.clock == Clock::Device && there > most {
            let keep = self.needed() + frames_of(self.rate, self.margin.us);
            let drop = there - keep.min(there);
            self.skip(drop);
            self.dropped += drop as u64;
            self.drift.lose();
        }
    }

    fn skip(&mut self, samples: usize) {
        if let Ok(chunk) = self.ring.read_chunk(samples) {
            chunk.commit_all();
        }
    }

    /// Notes the fill and decides to slip when it stayed above the margin for a whole watch.
    fn watch(&mut self) {
        if self.clock == Clock::File {
            return;
        }
        self.least = self.least.min(self.ring.slots());
        self.watched += 1;
        if self.watched < WATCHED_TICKS {
            return;
        }
        let margin = frames_of(self.rate, self.margin.us);
        let idle = frames_of(self.rate, 1_000);
        let latest = self.counters.largest.swap(0, Ordering::Relaxed) as usize;
        if latest > 0 {
            self.period = latest;
        }
        if self.least > margin + idle {
            let excess = self.least - margin;
            // A slip is an echo path that has changed: once the fill is held, it is only for what would
            // be heard as delay.
            if self.drift.is_settled() && excess < frames_of(self.rate, SLOWLY_US) {
                self.drift.ease();
            } else {
                self.slip = excess;
            }
        }
        self.margin.watched();
        self.least = usize::MAX;
        self.watched = 0;
    }
}

/// Reads as much as `out` holds and moves on by `slip` more; the seam is crossfaded over the whole
/// of it.
fn read_slipping(ring: &mut Consumer<f32>, out: &mut [f32], slip: usize) {
    let length = out.len();
    if let Ok(chunk) = ring.read_chunk(length + slip) {
        let (first, second) = chunk.as_slices();
        copy_from(first, second, 0, out);
        if slip > 0 {
            let mut late = [0.0; 256];
            // In pieces, since a device's 10 ms can be long; each piece goes on with the gain.
            let mut at = 0;
            while at < length {
                let piece = (length - at).min(late.len());
                copy_from(first, second, at + slip, &mut late[..piece]);
                for (n, sample) in late[..piece].iter().enumerate() {
                    let gain = (at + n + 1) as f32 / (length + 1) as f32;
                    out[at + n] += (sample - out[at + n]) * gain;
                }
                at += piece;
            }
        }
        chunk.commit_all();
    }
}

fn copy_from(first: &[f32], second: &[f32], start: usize, out: &mut [f32]) {
    let from_first = first.len().saturating_sub(start).min(out.len());
    if from_first > 0 {
        out[..from_first].copy_from_slice(&first[start..start + from_first]);
    }
    let rest = out.len() - from_first;
    if rest > 0 {
        let start = (start + from_first) - first.len();
        out[from_first..].copy_from_slice(&second[start..start + rest]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{sine, tone_snr_db};

    /// Runs a capture device of some callback size and clock error against ticks; gives the sound.
    fn capture_run(size: usize, ppm: f64, seconds: usize) -> (Vec<f32>, u64, u64, u32) {
        let (mut feed, mut capture, _) = capture_ring(48_000, Clock::Device);
        let tone = sine(500.0, 48_000 * (seconds + 1));
        let (mut written, mut out) = (0, Vec::new());
        let (mut dropped, mut missing) = (0, 0);
        for tick in 0..seconds * 100 {
            let due = (tick as f64 * 480.0 * (1.0 + ppm / 1e6)) as usize;
            while written + size <= due {
                feed.write(size, |n| tone[written + n]);
                written += size;
            }
            let mut frame = [0.0; FRAME];
            capture.take(&mut frame);
            out.extend_from_slice(&frame);
            let faults = capture.take_faults();
            dropped += faults.0;
            missing += faults.1;
        }
        (out, dropped, missing, capture.fill_us())
    }

    #[test]
    fn any_callback_size_comes_through_whole_after_a_start() {
        for size in [24, 320, 441, 480, 1_024, 2_000] {
            let (out, dropped, _, _) = capture_run(size, 0.0, 8);
            // Windows of 100 ms: the few in which the fill is brought down do not count.
            let mut windows: Vec<f64> = out[48_000 * 3..]
                .chunks_exact(4_800)
                .map(|window| tone_snr_db(window, 500.0).0)
                .collect();
            windows.sort_by(f64::total_cmp);
            let worst = windows[windows.len() / 10];
            assert!(
                worst > 60.0,
                "callbacks of {size}: {worst} dB, {dropped} dropped"
            );
        }
    }

    #[test]
    fn a_fast_microphone_slips_without_growing_and_a_slow_one_seldom_runs_dry() {
        let (_, dropped, _, fill) = capture_run(480, 300.0, 60);
        assert!(fill < 25_000, "{fill} µs wait");
        assert!(dropped > 300, "{dropped}");
        let (_, _, missing, _) = capture_run(480, -300.0, 60);
        assert!(missing <= 480 * 6, "{missing}");
    }

    #[test]
    fn a_stall_is_healed_by_dropping_the_oldest() {
        let (mut feed, mut capture, _) = capture_ring(48_000, Clock::Device);
        feed.write(20_000, |_| 0.5);
        let mut frame = [0.0; FRAME];
        capture.take(&mut frame);
        assert!(capture.fill_us() < 5_000, "{} µs", capture.fill_us());
        assert!(capture.take_faults().0 > 10_000);
        // And what never fitted is counted too.
        feed.write(30_000, |_| 0.5);
        assert!(capture.take_faults().0 >= 6_000);
    }

    #[test]
    fn a_file_gets_and_gives_every_sample() {
        let (mut feed, mut capture, _) = capture_ring(48_000, Clock::File);
        feed.write(960, |n| n as f32);
        drop(feed);
        let mut frame = [0.0; FRAME];
        assert!(!capture.has_ended());
        capture.take(&mut frame);
        capture.take(&mut frame);
        assert_eq!(frame[479], 959.0);
        assert!(capture.has_ended());
    }

    #[test]
    fn reads_across_the_wrap_of_a_ring() {
        let mut out = [0.0; 4];
        copy_from(&[1.0, 2.0], &[3.0, 4.0, 5.0], 1, &mut out);
        assert_eq!(out, [2.0, 3.0, 4.0, 5.0]);
        copy_from(&[1.0], &[2.0, 3.0, 4.0, 5.0, 6.0], 2, &mut out);
        assert_eq!(out, [3.0, 4.0, 5.0, 6.0]);
    }
}
