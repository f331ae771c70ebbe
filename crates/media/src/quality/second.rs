//! One second of a call, from counters read at its two ends.

use std::time::{Duration, Instant};

use warmline_audio::EngineStats;

use super::Budget;
use crate::Stats;

/// What was read of a call at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// When.
    pub at: Instant,
    /// The call's counters.
    pub stats: Stats,
    /// The engine's counters.
    pub engine: EngineStats,
    /// What the microphone does, before it is muted.
    pub microphone: Microphone,
    /// The agent's voice is kept from the far end: nobody minds what the microphone does.
    pub muted: bool,
    /// The sound path is up.
    pub connected: bool,
    /// Nobody is on hold: both ends are to send.
    pub flows: bool,
}

/// A microphone as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Microphone {
    /// A file, silence on purpose, or a device that is being looked for: nothing to judge.
    Unknown,
    /// There is none.
    Missing,
    /// Its level in dBFS, as [`Levels::input`](warmline_audio::Levels::input) has it.
    Level(f32),
}

/// What a second was like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Second {
    /// How long it was; the desk may be late.
    pub(super) length: Duration,
    /// Packets that came, and that went.
    pub(super) received: u64,
    pub(super) sent: u64,
    /// Packets that the network lost, of those that it was to bring, 0 to 1.
    pub(super) lost: f64,
    /// Sound that was made up, of all that was played, 0 to 1: loss after repair, with what came late.
    pub(super) made_up: f64,
    /// Packets lost on the way to the far end, by its last report, 0 to 1.
    pub(super) lost_up: Option<f64>,
    pub(super) jitter_ms: f64,
    pub(super) jitter_up_ms: Option<f64>,
    pub(super) round_trip_ms: Option<f64>,
    pub(super) budget: Budget,
    /// Ticks that took longer than they may, a second.
    pub(super) overruns: f64,
    /// Sound that the speaker did not get, and that the microphone did not give, in ms a second.
    pub(super) playout_missing_ms: f64,
    pub(super) capture_missing_ms: f64,
    pub(super) microphone: Microphone,
    pub(super) muted: bool,
    /// The far end has said that it is silent for now.
    pub(super) says_silence: bool,
}

impl Second {
    /// What lies between two readings; `None` if no time does.
    pub(super) fn between(before: &Reading, now: &Reading) -> Option<Second> {
        let length = now.at.checked_duration_since(before.at)?;
        if length.is_zero() {
            return None;
        }
        let (stats, then) = (&now.stats, &before.stats);
        let (engine, engine_then) = (&now.engine, &before.engine);
        let received = stats.received.saturating_sub(then.received);
        let lost = (stats.lost - then.lost).max(0) as f64;
        let made_up_ms = since(stats.leg.concealed_ms, then.leg.concealed_ms);
        // A desk that is busy reads late.
        let per_second = |count: u64| count as f64 / length.as_secs_f64();
        let in_48k = |samples: u64| per_second(samples) / 48.0;
        Some(Second {
            length,
            received,
            sent: stats.sent.saturating_sub(then.sent),
            lost: share(lost, received as f64 + lost),
            made_up: share(made_up_ms as f64, length.as_secs_f64() * 1_000.0),
            lost_up: stats.remote_fraction_lost,
            jitter_ms: stats.jitter_ms,
            jitter_up_ms: stats.remote_jitter_ms,
            round_trip_ms: stats.round_trip_ms,
            budget: Budget::of(stats, engine),
            overruns: per_second(since(engine.overruns, engine_then.overruns)),
            playout_missing_ms: in_48k(since(engine.playout_missing, engine_then.playout_missing)),
            capture_missing_ms: in_48k(since(engine.capture_missing, engine_then.capture_missing)),
            microphone: now.microphone,
            muted: now.muted,
            says_silence: stats.remote_says_silence,
        })
    }

    /// The share of the sound that the agent missed, 0 to 1. Where nothing comes nothing is heard, though it
    /// is not made up for long.
    pub(super) fn missed(&self) -> f64 {
        if self.is_gone() { 1.0 } else { self.made_up }
    }

    /// Nothing came, and nobody said that it would be so.
    pub(super) fn is_gone(&self) -> bool {
        self.received == 0 && !self.says_silence
    }
}

/// Another leg may have taken the place of the one before, and counts from 0.
fn since(now: u64, before: u64) -> u64 {
    now.checked_sub(before).unwrap_or(now)
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 {
        (part / whole).min(1.0)
    } else {
        0.0
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The start of a call in which all is well.
    pub(in crate::quality) fn reading(at: Instant) -> Reading {
        Reading {
            at,
            stats: Stats {
                codec: Some(warmline_audio::Codec::Opus),
                packet_ms: Some(20),
                remote_packet_ms: Some(20),
                round_trip_ms: Some(40.0),
                remote_fraction_lost: Some(0.0),
                remote_jitter_ms: Some(2.0),
                jitter_ms: 2.0,
                ..Stats::default()
            },
            engine: EngineStats::default(),
            microphone: Microphone::Level(-30.0),
            muted: false,
            connected: true,
            flows: true,
        }
    }

    /// A second later, with 50 packets each way.
    pub(in crate::quality) fn next(before: &Reading) -> Reading {
        let mut next = *before;
        next.at += Duration::from_secs(1);
        next.stats.sent += 50;
        next.stats.received += 50;
        next.stats.received_octets += 140 * 50;
        next.engine.ticks += 100;
        // A voice is never as loud as it was a second ago.
        let louder = next.stats.sent.is_multiple_of(100);
        next.microphone = Microphone::Level(if louder { -12.0 } else { -40.0 });
        next
    }

    #[test]
    fn a_second_is_what_lies_between_two_readings() {
        let before = reading(Instant::now());
        let mut now = next(&before);
        now.stats.received -= 5;
        now.stats.lost = 5;
        now.stats.leg.concealed_ms = 60;
        now.engine.playout_missing = 480;
        let second = Second::between(&before, &now).expect("a second");
        assert_eq!((second.received, second.sent), (45, 50));
        assert!((second.lost - 0.1).abs() < 1e-9 && (second.made_up - 0.06).abs() < 1e-9);
        assert_eq!((second.playout_missing_ms, second.overruns), (10.0, 0.0));
        assert_eq!(Second::between(&now, &now), None);
        assert_eq!(Second::between(&now, &before), None);
    }

    #[test]
    fn a_new_leg_counts_from_nothing_and_duplicates_lose_nothing() {
        let mut before = reading(Instant::now());
        before.stats.leg.concealed_ms = 5_000;
        before.stats.lost = 3;
        let mut now = next(&before);
        now.stats.leg.concealed_ms = 20;
        now.stats.lost = 1;
        let second = Second::between(&before, &now).expect("a second");
        assert!((second.made_up - 0.02).abs() < 1e-9);
        assert_eq!(second.lost, 0.0);
    }
}
