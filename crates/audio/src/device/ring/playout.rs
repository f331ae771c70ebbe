//! From the sound thread to a playout callback.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;

use rtrb::{Consumer, Producer, RingBuffer};

use super::{CAPACITY_MS, Clock, Margin, StreamCounters, WATCHED_TICKS, frames_of, micros_of};
use crate::frame::Frame;
use crate::resample::DeviceResampler;

/// Makes a playout ring for a device or file of `rate` Hz. `sound_thread` is woken when the ring
/// needs more.
pub(crate) fn playout_ring(
    rate: u32,
    clock: Clock,
    sound_thread: Option<Thread>,
) -> (PlayoutFeed, Box<Playout>, Arc<StreamCounters>) {
    let (producer, consumer) = RingBuffer::new(frames_of(rate, CAPACITY_MS * 1_000));
    let counters = Arc::new(StreamCounters::default());
    let feed = PlayoutFeed {
        ring: consumer,
        counters: counters.clone(),
        sound_thread,
        begun: false,
        last: 0.0,
    };
    let playout = Playout {
        ring: producer,
        counters: counters.clone(),
        clock,
        rate,
        resampler: DeviceResampler::playout(rate),
        request: frames_of(rate, 10_000),
        margin: Margin::new(0),
        lost_before: 0,
        missed_before: 0,
        watched: 0,
    };
    (feed, Box::new(playout), counters)
}

/// The callback's end of a playout ring.
pub(crate) struct PlayoutFeed {
    ring: Consumer<f32>,
    counters: Arc<StreamCounters>,
    sound_thread: Option<Thread>,
    /// Whether anything has come yet; before, silence is no fault.
    begun: bool,
    last: f32,
}

impl PlayoutFeed {
    /// Gives `frames` mono samples by `put(index, sample)`, silence for what is missing.
    pub(crate) fn read(&mut self, frames: usize, mut put: impl FnMut(usize, f32)) {
        let there = self.ring.slots().min(frames);
        if let Ok(chunk) = self.ring.read_chunk(there) {
            let mut last = self.last;
            for (index, sample) in chunk.into_iter().enumerate() {
                put(index, sample);
                last = sample;
            }
            self.last = last;
        }
        self.begun |= there > 0;
        self.counters
            .taken
            .fetch_add(there as u64, Ordering::Relaxed);
        for index in there..frames {
            // Runs out softly: no click.
            self.last *= 0.98;
            put(index, self.last);
        }
        self.counters.count(frames);
        if self.begun && there < frames {
            self.counters
                .lost
                .fetch_add((frames - there) as u64, Ordering::Relaxed);
        }
        if self.ring.slots() < self.counters.wake_below.load(Ordering::Relaxed) as usize
            && let Some(thread) = &self.sound_thread
        {
            thread.unpark();
        }
    }

    /// The sound system ran out of so many frames that we gave too late.
    pub(crate) fn missed(&self, frames: u32) {
        let missed = &self.counters.missed;
        missed.fetch_add(u64::from(frames), Ordering::Relaxed);
    }

    /// The sound system holds so many frames by itself.
    pub(crate) fn buffered_beyond(&self, frames: u32) {
        self.counters.beyond.store(frames, Ordering::Relaxed);
    }

    /// How many samples wait now.
    pub(crate) fn waiting(&self) -> usize {
        self.ring.slots()
    }

    /// Whether the sound thread has let go of the other end.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.ring.is_abandoned()
    }
}

/// The sound thread's end of a playout ring.
pub(crate) struct Playout {
    ring: Producer<f32>,
    counters: Arc<StreamCounters>,
    clock: Clock,
    rate: u32,
    resampler: Option<DeviceResampler>,
    /// Frames the device asks for at once, the largest of late.
    request: usize,
    /// Fill that is kept beyond that.
    margin: Margin,
    lost_before: u64,
    missed_before: u64,
    watched: u32,
}

impl Playout {
    /// Whether there is less than the device may ask for.
    pub(crate) fn wants(&self) -> bool {
        self.clock == Clock::Device && self.fill() < self.target()
    }

    /// Whether the device's clock paces the sound thread.
    pub(crate) fn paces(&self) -> bool {
        self.clock == Clock::Device
    }

    /// Adds 10 ms. If the device stands still and has enough, they are dropped: no stale sound. Gives
    /// whether they will be played.
    pub(crate) fn write(&mut self, frame: &Frame) -> bool {
        if self.clock == Clock::Device && !self.wants() {
            return false;
        }
        let sound = match &mut self.resampler {
            None => frame.as_slice(),
            Some(resampler) => resampler.playable(frame),
        };
        let room = self.ring.slots().min(sound.len());
        if let Ok(chunk) = self.ring.write_chunk_uninit(room) {
            chunk.fill_from_iter(sound.iter().copied());
        }
        if room < sound.len() {
            self.counters
                .lost
                .fetch_add((sound.len() - room) as u64, Ordering::Relaxed);
        }
        true
    }

    /// Learns from what the callbacks did; once per tick. Gives the frames that were missing since
    /// the last time, as samples of 48 kHz.
    pub(crate) fn adapt(&mut self) -> u64 {
        let lost = self.counters.lost.load(Ordering::Relaxed);
        let missing = lost - self.lost_before;
        self.lost_before = lost;
        if missing > 0 {
            self.margin.ran_dry();
        }
        // More in the ring would not have helped against these: their margin is the system's own.
        let missed = self.counters.missed.load(Ordering::Relaxed);
        let missing = missing + (missed - self.missed_before);
        self.missed_before = missed;
        let largest = self.counters.largest.load(Ordering::Relaxed) as usize;
        self.request = self.request.max(largest);
        self.watched += 1;
        if self.watched >= WATCHED_TICKS {
            self.watched = 0;
            self.margin.watched();
            let latest = self.counters.largest.swap(0, Ordering::Relaxed) as usize;
            if latest > 0 {
                // Down slowly, by half the difference each watch.
                self.request -= self.request.saturating_sub(latest).div_ceil(2);
            }
        }
        let target = self.target() as u32;
        self.counters.wake_below.store(target, Ordering::Relaxed);
        missing * 48_000 / u64::from(self.rate)
    }

    /// Sound the device asks for at once, in µs; 0 for a file, which has no such thing.
    pub(crate) fn period_us(&self) -> u32 {
        match self.clock {
            Clock::Device => micros_of(self.rate, self.request),
            Clock::File => 0,
        }
    }

    /// Sound that the sound system was asked to hold beyond the ring, in µs.
    pub(crate) fn beyond_us(&self) -> u32 {
        let frames = self.counters.beyond.load(Ordering::Relaxed);
        micros_of(self.rate, frames as usize)
    }

    /// Sound waiting now, in µs.
    pub(crate) fn fill_us(&self) -> u32 {
        micros_of(self.rate, self.fill())
    }

    fn fill(&self) -> usize {
        self.ring.buffer().capacity() - self.ring.slots()
    }

    fn target(&self) -> usize {
        let most = self.ring.buffer().capacity() - frames_of(self.rate, 20_000);
        (self.request + frames_of(self.rate, self.margin.us)).min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FRAME;
    use crate::testing::{sine, tone_snr_db};

    #[test]
    fn playout_asks_for_what_the_device_takes_and_learns_from_underruns() {
        for size in [24, 240, 480, 1_024, 4_800] {
            let (mut feed, mut playout, counters) = playout_ring(48_000, Clock::Device, None);
            let tone = sine(500.0, 48_000 * 10);
            let (mut made, mut heard) = (0, Vec::new());
            while heard.len() < 48_000 * 9 {
                playout.adapt();
                while playout.wants() {
                    let frame = tone[made..made + FRAME].try_into().expect("a frame");
                    playout.write(frame);
                    made += FRAME;
                }
                feed.read(size, |_, sample| heard.push(sample));
            }
            let (snr, _) = tone_snr_db(&heard[48_000..48_000 * 8], 500.0);
            assert!(snr > 60.0, "callbacks of {size}: {snr} dB");
            assert!(
                playout.fill() <= size + FRAME + 480,
                "callbacks of {size}: {}",
                playout.fill()
            );
            assert!(counters.lost.load(Ordering::Relaxed) <= 4_800);
        }
    }

    #[test]
    fn a_device_that_stands_still_collects_no_stale_sound() {
        let (_feed, mut playout, _) = playout_ring(48_000, Clock::Device, None);
        playout.adapt();
        for _ in 0..100 {
            playout.write(&[0.1; FRAME]);
        }
        assert!(playout.fill_us() <= 20_000);
    }
}
