//! From mouth to ear: where the time goes.

use warmline_audio::{Codec, EngineStats};

use crate::Stats;

/// What each part of the way takes, in ms, as far as this end knows. Both ends of a conversation have
/// a microphone and a speaker; the far one's are not known, and are taken to be like ours: what is
/// stated is one way of two that are alike.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Budget {
    /// Microphone: what its device hands over at once, what waits in our ring, our own tick, and what is
    /// done to the voice.
    pub capture_ms: f64,
    /// Filling a packet, and what the codec looks ahead and is late.
    pub encode_ms: f64,
    /// Half of the round trip; none before the first report of the far end.
    pub network_ms: Option<f64>,
    /// What is known of the far side alone: how much longer its packets are to fill than ours.
    pub far_ms: f64,
    /// Jitter buffer: what it costs the fastest packets.
    pub buffer_ms: f64,
    /// Speaker: what waits in our ring, and what the sound system holds: the buffer that we asked it for, of
    /// which it takes a part at once, or what its device takes at once.
    pub playout_ms: f64,
}

impl Budget {
    /// What the statistics of a call and of the engine say.
    pub fn of(stats: &Stats, engine: &EngineStats) -> Budget {
        let ms = |us: u32| f64::from(us) / 1_000.0;
        let packet = f64::from(stats.packet_ms.unwrap_or(0));
        let theirs = f64::from(stats.remote_packet_ms.unwrap_or(0));
        Budget {
            capture_ms: ms(engine.capture_period_us)
                + ms(engine.capture_fill_us)
                + TICK_MS
                + ms(engine.processing_us),
            encode_ms: packet + stats.codec.map_or(0.0, look_ahead_ms),
            network_ms: stats.round_trip_ms.map(|trip| trip / 2.0),
            far_ms: (theirs - packet).max(0.0),
            buffer_ms: f64::from(stats.leg.delay_ms),
            playout_ms: ms(engine.playout_fill_us)
                + ms(engine.playout_period_us.max(engine.playout_beyond_us)),
        }
    }

    /// All of it: without the network as long as that is not known.
    pub fn mouth_to_ear_ms(&self) -> f64 {
        self.ours_ms() + self.network_ms.unwrap_or(0.0) + self.far_ms
    }

    /// What happens on this computer.
    fn ours_ms(&self) -> f64 {
        self.capture_ms + self.encode_ms + self.buffer_ms + self.playout_ms
    }

    /// Whether most of it is due to this computer. What the jitter buffer holds beyond the usual, it holds
    /// for the network's sake.
    pub(super) fn is_ours_most(&self) -> bool {
        let for_network = (self.buffer_ms - USUAL_BUFFER_MS).max(0.0);
        let theirs = self.network_ms.unwrap_or(0.0) + self.far_ms;
        self.ours_ms() - for_network > theirs + for_network
    }
}

/// Sound that a codec needs beyond the packet, in ms: Opus by its own figure (312 samples of 48 kHz),
/// G.722 the 22 taps of its filter (ITU-T G.722 section 3.1). G.722 and G.711 have to be brought to their
/// rates and back by filters of ours, each late by 18 samples of the lower rate.
fn look_ahead_ms(codec: Codec) -> f64 {
    match codec {
        Codec::Opus => 6.5,
        Codec::G722 => 1.5 + 2.0 * 18.0 / 16.0,
        Codec::Pcmu | Codec::Pcma => 2.0 * 18.0 / 8.0,
    }
}

/// A jitter buffer on a good network holds no more, ms.
const USUAL_BUFFER_MS: f64 = 40.0;

/// The engine works in ticks of so many ms.
const TICK_MS: f64 = 10.0;

#[cfg(test)]
mod tests {
    use warmline_audio::LegStats;

    use super::*;

    #[test]
    fn the_parts_are_the_whole() {
        let mut stats = Stats {
            codec: Some(Codec::Opus),
            packet_ms: Some(20),
            remote_packet_ms: Some(20),
            leg: LegStats {
                delay_ms: 45,
                ..LegStats::default()
            },
            ..Stats::default()
        };
        let engine = EngineStats {
            capture_period_us: 10_000,
            capture_fill_us: 5_000,
            playout_period_us: 10_000,
            playout_fill_us: 12_500,
            playout_beyond_us: 15_000,
            processing_us: 13_250,
            ..EngineStats::default()
        };
        let budget = Budget::of(&stats, &engine);
        assert_eq!((budget.capture_ms, budget.encode_ms), (38.25, 26.5));
        assert_eq!((budget.buffer_ms, budget.playout_ms), (45.0, 27.5));
        assert_eq!(
            (budget.network_ms, budget.mouth_to_ear_ms()),
            (None, 137.25)
        );
        stats.round_trip_ms = Some(80.0);
        stats.remote_packet_ms = Some(60);
        let budget = Budget::of(&stats, &engine);
        assert_eq!((budget.network_ms, budget.far_ms), (Some(40.0), 40.0));
        assert_eq!(budget.mouth_to_ear_ms(), 217.25);
        stats.codec = Some(Codec::Pcmu);
        assert_eq!(Budget::of(&stats, &engine).encode_ms, 24.5);
    }
}
