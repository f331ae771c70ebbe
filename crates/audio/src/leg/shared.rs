//! What a leg's two sides tell each other without waiting.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use crate::Greeting;
use crate::level::Level;

/// Counters of a leg since it was opened, and gauges of the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LegStats {
    /// Packets produced for sending.
    pub sent: u64,
    /// Packets not queued for sending because the queue was full.
    pub send_overflow: u64,
    /// Packets handed to the sink and taken.
    pub received: u64,
    /// Packets dropped because the sink's queue was full or the payload too long.
    pub receive_overflow: u64,
    /// Packets that came after their time to be played.
    pub late: u64,
    /// Packets that came twice.
    pub duplicate: u64,
    /// Packets of an unknown payload type, or that no decoder could read.
    pub unreadable: u64,
    /// Packets rebuilt from the forward error correction in the next one.
    pub recovered: u64,
    /// Times a new stream (by sequence number, timestamp or clock) took the place of the old.
    pub restarts: u64,
    /// Interarrival jitter in ms (RFC 3550 section 6.4.1).
    pub jitter_ms: f32,
    /// Sound made up because packets were missing, in ms.
    pub concealed_ms: u64,
    /// Sound in the jitter buffer now, in ms.
    pub buffer_ms: u32,
    /// Delay the jitter buffer aims for now, in ms behind the fastest packet.
    pub target_ms: u32,
    /// Level of what is received, RMS in dBFS; -100 is silence.
    pub level_dbfs: f32,
}

/// Switches for the sound thread, and its counters.
#[derive(Debug, Default)]
pub(super) struct LegShared {
    pub(super) heard: AtomicBool,
    pub(super) sending: AtomicBool,
    pub(super) muted: AtomicBool,
    pub(super) mixed: AtomicBool,
    pub(super) silenced: AtomicBool,
    pub(super) volume: Percent,
    pub(super) music: AtomicBool,
    pub(super) watching: AtomicBool,
    pub(super) greetings: Greetings,
    pub(super) closed: AtomicBool,
    pub(super) expected_loss: ExpectedLoss,
    pub(super) sent: AtomicU64,
    pub(super) send_overflow: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) receive_overflow: AtomicU64,
    pub(super) late: AtomicU64,
    pub(super) duplicate: AtomicU64,
    pub(super) unreadable: AtomicU64,
    pub(super) recovered: AtomicU64,
    pub(super) restarts: AtomicU64,
    pub(super) concealed_ms: AtomicU64,
    pub(super) jitter_ms: AtomicU32,
    pub(super) buffer_ms: AtomicU32,
    pub(super) target_ms: AtomicU32,
    pub(super) level: Level,
}

impl LegShared {
    pub(super) fn stats(&self) -> LegStats {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        LegStats {
            sent: count(&self.sent),
            send_overflow: count(&self.send_overflow),
            received: count(&self.received),
            receive_overflow: count(&self.receive_overflow),
            late: count(&self.late),
            duplicate: count(&self.duplicate),
            unreadable: count(&self.unreadable),
            recovered: count(&self.recovered),
            restarts: count(&self.restarts),
            jitter_ms: f32::from_bits(self.jitter_ms.load(Ordering::Relaxed)),
            concealed_ms: count(&self.concealed_ms),
            buffer_ms: self.buffer_ms.load(Ordering::Relaxed),
            target_ms: self.target_ms.load(Ordering::Relaxed),
            level_dbfs: self.level.rms_dbfs(),
        }
    }
}

/// What a greeting was like, each handed over once.
#[derive(Debug, Default)]
pub(super) struct Greetings {
    long_speech: AtomicBool,
    beep: AtomicBool,
}

impl Greetings {
    pub(super) fn tell(&self, greeting: Greeting) {
        self.of(greeting).store(true, Ordering::Relaxed);
    }

    pub(super) fn take(&self) -> Option<Greeting> {
        // Asked for with every packet, so only looked at as long as there is none.
        let told = |greeting: &Greeting| {
            let told = self.of(*greeting);
            told.load(Ordering::Relaxed) && told.swap(false, Ordering::Relaxed)
        };
        [Greeting::LongSpeech, Greeting::Beep]
            .into_iter()
            .find(told)
    }

    fn of(&self, greeting: Greeting) -> &AtomicBool {
        match greeting {
            Greeting::LongSpeech => &self.long_speech,
            Greeting::Beep => &self.beep,
        }
    }
}

/// How loud a person is, 100 unless something else was set.
#[derive(Debug)]
pub(super) struct Percent(pub(super) AtomicU8);

impl Default for Percent {
    fn default() -> Self {
        Self(AtomicU8::new(100))
    }
}

/// A loss figure that is handed over once.
#[derive(Debug)]
pub(super) struct ExpectedLoss(AtomicU8);

impl Default for ExpectedLoss {
    fn default() -> Self {
        Self(AtomicU8::new(Self::NONE))
    }
}

impl ExpectedLoss {
    const NONE: u8 = u8::MAX;

    pub(super) fn store(&self, percent: u8, ordering: Ordering) {
        self.0.store(percent, ordering);
    }

    pub(super) fn take(&self) -> Option<u8> {
        match self.0.swap(Self::NONE, Ordering::Relaxed) {
            Self::NONE => None,
            percent => Some(percent),
        }
    }
}
