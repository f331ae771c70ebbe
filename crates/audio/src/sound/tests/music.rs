//! Music for somebody who waits.

use super::*;
use crate::codec::{Decoder, MAX_DECODED};
use crate::frame::{dbfs, mean_square};
use crate::testing::tone_snr_db;

/// One leg whose far end waits, while the agent hums a note that is none of the music's.
struct Waiting {
    bench: Bench,
    leg: Leg,
    microphone: crate::device::ring::CaptureFeed,
    decoder: Decoder,
    ticks: usize,
    start: Instant,
}

const AGENT: f64 = 620.0;

impl Waiting {
    fn on(payload_type: u8, codec: Codec) -> Self {
        let mut bench = bench();
        let leg = bench.open(payload_type, codec);
        let (microphone, capture, _) = capture_ring(48_000, Clock::Device);
        bench.command(Command::Capture(Some(capture)));
        Self {
            bench,
            leg,
            microphone,
            decoder: Decoder::new(codec).expect("starts"),
            ticks: 0,
            start: Instant::now(),
        }
    }

    /// What the far end gets to hear in this time.
    fn hears(&mut self, ms: usize) -> Vec<f32> {
        let mut heard = Vec::new();
        for _ in 0..ms / 10 {
            let at = self.ticks * 480;
            self.microphone.write(480, |i| {
                let seconds = (at + i) as f64 / 48_000.0;
                (0.1 * (std::f64::consts::TAU * AGENT * seconds).sin()) as f32
            });
            self.bench.sound.obey();
            let now = self.start + Duration::from_millis(10 * self.ticks as u64);
            self.bench.sound.tick(now);
            self.ticks += 1;
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            while let std::task::Poll::Ready(Some(packet)) = std::pin::pin!(self.leg.source.recv())
                .as_mut()
                .poll(&mut context)
            {
                let mut sound = [0.0; MAX_DECODED];
                let length = self.decoder.decode(&packet.payload, &mut sound);
                heard.extend_from_slice(&sound[..length.expect("own packet")]);
            }
        }
        heard
    }
}

fn level(sound: &[f32]) -> f32 {
    dbfs(mean_square(sound).sqrt())
}

fn agent_db(sound: &[f32]) -> f64 {
    let second = &sound[sound.len() - 48_000..];
    20.0 * (tone_snr_db(second, AGENT).1 / 0.1).max(1e-6).log10()
}

fn hardest_bend(sound: &[f32]) -> f32 {
    sound
        .windows(3)
        .map(|w| (w[0] - 2.0 * w[1] + w[2]).abs())
        .fold(0.0, f32::max)
}

#[test]
fn music_takes_the_place_of_the_agent_and_gives_it_back() {
    for (payload_type, codec) in CODECS {
        let mut waiting = Waiting::on(payload_type, codec);
        waiting.leg.control.set_sending(true);
        let before = waiting.hears(2_000);
        assert!(agent_db(&before).abs() < 1.0, "{codec:?}");
        waiting.leg.control.set_music(true);
        let music = waiting.hears(5_000);
        assert_eq!(music.len(), 5 * 48_000, "{codec:?}: packets flow");
        let loud = level(&music[48_000..]);
        assert!((-33.0..-27.0).contains(&loud), "{codec:?}: {loud} dBFS");
        let agent = agent_db(&music);
        assert!(agent < -45.0, "{codec:?}: {agent} dB");
        waiting.leg.control.set_music(false);
        let after = waiting.hears(2_000);
        assert!(agent_db(&after).abs() < 1.0, "{codec:?}");
        // The music itself bends by half of this, a click by much more.
        let bend = hardest_bend(&[&before[48_000..], &music, &after].concat());
        assert!(bend < 0.003, "{codec:?}: {bend}");
    }
}

#[test]
fn a_leg_that_is_held_sends_packets_while_music_plays_and_not_one_more() {
    for (payload_type, codec) in [(111, Codec::Opus), (0, Codec::Pcmu)] {
        let mut waiting = Waiting::on(payload_type, codec);
        assert_eq!(waiting.hears(500).len(), 0);
        waiting.leg.control.set_music(true);
        assert!(!waiting.bench.shared.presence.input_is_wanted());
        let begins = waiting.hears(1_010);
        assert_eq!(begins.len(), 48_000, "{codec:?}: 10 ms wait for the next");
        assert!(level(&begins[..960]) < -50.0, "{codec:?}: begins softly");
        assert!(level(&begins[24_000..]) > -36.0);
        assert!(agent_db(&begins) < -30.0);
        waiting.leg.control.set_music(false);
        let ends = waiting.hears(3_000);
        assert_eq!(ends.len(), 480 * 32, "{codec:?}: it dies away in 300 ms");
        let end = level(&ends[ends.len() - 240..]);
        assert!(end < -50.0, "{codec:?}: {end} dBFS");
        assert_eq!(waiting.hears(1_000).len(), 0);
        // Who waits a second time hears it from its start.
        waiting.leg.control.set_music(true);
        let again = waiting.hears(1_010);
        assert!((level(&again) - level(&begins)).abs() < 0.2, "{codec:?}");
    }
}
