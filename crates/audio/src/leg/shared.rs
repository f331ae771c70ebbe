//! What a leg's two sides tell each other without waiting.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use crate::Greeting;
use crate::level::Level;
use crate::steering::{Aim, PeerReport};

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
    /// Lost packets that were carried along with later ones.
    pub spared: u64,
    /// Packets that were not there when they were to be played, whether or not they were rebuilt or came
    /// later.
    pub missed: u64,
    /// Times a new stream (by sequence number, timestamp or clock) took the place of the old.
    pub restarts: u64,
    /// Interarrival jitter in ms (RFC 3550 section 6.4.1).
    pub jitter_ms: f32,
    /// Sound made up because packets were missing, in ms.
    pub concealed_ms: u64,
    /// Sound left out or played twice to follow the network, in ms.
    pub stretched_ms: u64,
    /// Sound in the jitter buffer now, in ms.
    pub buffer_ms: u32,
    /// Delay that the jitter buffer costs the fastest packets now, in ms, smoothed.
    pub delay_ms: u32,
    /// Delay the jitter buffer aims for now, in ms behind the fastest packet.
    pub target_ms: u32,
    /// Level of what is received, RMS in dBFS; -100 is silence.
    pub level_dbfs: f32,
    /// Bits a second that the encoder aims for now, without what packets carry along; 0 for codecs that
    /// cannot aim.
    pub aimed_bitrate: u32,
    /// Loss in percent that the encoder protects against now.
    pub expected_loss: u8,
    /// How many packets behind those are that are sent a second time now, carried along; 0: none are.
    pub spare_distance: u8,
    /// Times in which this program failed at the leg's sound: nothing was heard or sent for a moment, half a
    /// second at most.
    pub broken: u64,
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
    /// The id of the recording that takes its sound; 0 for none.
    pub(super) recorded: AtomicU32,
    pub(super) greetings: Greetings,
    pub(super) closed: AtomicBool,
    pub(super) report: Reported,
    pub(super) sent: AtomicU64,
    pub(super) send_overflow: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) receive_overflow: AtomicU64,
    pub(super) late: AtomicU64,
    pub(super) duplicate: AtomicU64,
    pub(super) unreadable: AtomicU64,
    pub(super) recovered: AtomicU64,
    pub(super) spared: AtomicU64,
    pub(super) missed: AtomicU64,
    pub(super) restarts: AtomicU64,
    pub(super) concealed_ms: AtomicU64,
    pub(super) stretched_ms: AtomicU64,
    pub(super) broken: AtomicU64,
    pub(super) jitter_ms: AtomicU32,
    pub(super) buffer_ms: AtomicU32,
    pub(super) delay_ms: AtomicU32,
    pub(super) target_ms: AtomicU32,
    pub(super) level: Level,
    pub(super) aim: Aimed,
}

impl LegShared {
    pub(super) fn stats(&self) -> LegStats {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let aim = self.aim.load();
        LegStats {
            sent: count(&self.sent),
            send_overflow: count(&self.send_overflow),
            received: count(&self.received),
            receive_overflow: count(&self.receive_overflow),
            late: count(&self.late),
            duplicate: count(&self.duplicate),
            unreadable: count(&self.unreadable),
            recovered: count(&self.recovered),
            spared: count(&self.spared),
            missed: count(&self.missed),
            restarts: count(&self.restarts),
            jitter_ms: f32::from_bits(self.jitter_ms.load(Ordering::Relaxed)),
            concealed_ms: count(&self.concealed_ms),
            stretched_ms: count(&self.stretched_ms),
            delay_ms: self.delay_ms.load(Ordering::Relaxed),
            buffer_ms: self.buffer_ms.load(Ordering::Relaxed),
            target_ms: self.target_ms.load(Ordering::Relaxed),
            level_dbfs: self.level.rms_dbfs(),
            aimed_bitrate: aim.bitrate,
            expected_loss: aim.expected_loss,
            spare_distance: aim.distance,
            broken: count(&self.broken),
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

/// The last report of the far end, handed over once.
#[derive(Debug, Default)]
pub(super) struct Reported(AtomicU64);

impl Reported {
    /// Set in whatever was handed over.
    const NEWS: u64 = 1 << 63;
    const NO_TRIP: u64 = 0xFFFF;

    pub(super) fn store(&self, report: PeerReport) {
        // As casts go, what is no number is 0, and what is too large the largest.
        let lost = (report.fraction_lost * 65_535.0) as u16;
        let jitter = (report.jitter_ms * 8.0) as u16;
        let trip = report.round_trip_ms.map_or(Self::NO_TRIP, |trip| {
            u64::from(trip as u16).min(Self::NO_TRIP - 1)
        });
        let packed = u64::from(lost) << 32 | u64::from(jitter) << 16 | trip;
        self.0.store(packed | Self::NEWS, Ordering::Relaxed);
    }

    pub(super) fn take(&self) -> Option<PeerReport> {
        // Asked for with every packet, so only looked at as long as there is none.
        if self.0.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let packed = self.0.swap(0, Ordering::Relaxed);
        let part = |shift: u32| (packed >> shift & 0xFFFF) as f32;
        Some(PeerReport {
            fraction_lost: part(32) / 65_535.0,
            jitter_ms: part(16) / 8.0,
            round_trip_ms: (packed & 0xFFFF != Self::NO_TRIP).then(|| part(0)),
        })
    }
}

/// What the encoder aims for, to be shown.
#[derive(Debug, Default)]
pub(super) struct Aimed(AtomicU64);

impl Aimed {
    pub(super) fn store(&self, aim: Aim) {
        let [loss, distance] = [aim.expected_loss, aim.distance].map(u64::from);
        let packed = u64::from(aim.bitrate) << 16 | loss << 8 | distance;
        self.0.store(packed, Ordering::Relaxed);
    }

    fn load(&self) -> Aim {
        let packed = self.0.load(Ordering::Relaxed);
        Aim {
            bitrate: (packed >> 16) as u32,
            expected_loss: (packed >> 8) as u8,
            distance: packed as u8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_handed_over_once() {
        let reported = Reported::default();
        assert_eq!(reported.take(), None);
        for round_trip_ms in [None, Some(0.0), Some(250.0)] {
            let report = PeerReport {
                fraction_lost: 1.0,
                jitter_ms: 12.5,
                round_trip_ms,
            };
            reported.store(report);
            assert_eq!(reported.take(), Some(report));
            assert_eq!(reported.take(), None);
        }
        reported.store(PeerReport {
            fraction_lost: f32::NAN,
            jitter_ms: f32::INFINITY,
            round_trip_ms: Some(f32::INFINITY),
        });
        let strange = reported.take().expect("reported");
        assert_eq!(strange.fraction_lost, 0.0);
        assert_eq!(strange.round_trip_ms, Some(65_534.0));
    }
}
