//! Networks of fixed seeds: how much delay and how much made-up sound they may cost. Limits are some way
//! above what was measured (docs/bench/network.md), so that only what makes it worse breaks them.

use warmline_audio::Codec;
use warmline_sound_tests::call::{Gauges, Heard, Peer, call};
use warmline_sound_tests::condition::conditions;
use warmline_sound_tests::network::{Chance, Network};

/// Seconds spoken.
const SECONDS: usize = 30;

/// A voice of a kind: a pulse train with a moving pitch, in words.
fn voice() -> Vec<f32> {
    let mut chance = Chance::new(3);
    let (mut phase, mut a, mut b) = (0.0_f64, 0.0_f64, 0.0_f64);
    (0..SECONDS * 48_000)
        .map(|n| {
            let t = n as f64 / 48_000.0;
            phase += (130.0 + 30.0 * (2.3 * t).sin()) / 48_000.0;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase -= pulse;
            let word = (2.7 * t).fract();
            let level = if word < 0.7 {
                (word / 0.7 * std::f64::consts::PI).sin()
            } else {
                0.0
            };
            let y = pulse * level + 1e-4 * chance.normal() + 1.96 * a - 0.966 * b;
            (b, a) = (a, y);
            (0.03 * y).clamp(-0.9, 0.9) as f32
        })
        .collect()
}

fn after(name: &str, codec: Codec, seed: u64) -> Heard {
    let condition = conditions().into_iter().find(|c| c.name == name);
    let network = condition.expect("a condition of that name").network;
    call(&voice(), codec, network, Peer::Anothers, seed).expect("codecs start")
}

/// The mean of a gauge over the call without its first five seconds.
fn mean(heard: &Heard, of: impl Fn(&Gauges) -> u32) -> f64 {
    let settled = &heard.gauges[500..];
    settled
        .iter()
        .map(|gauges| f64::from(of(gauges)))
        .sum::<f64>()
        / settled.len() as f64
}

#[test]
fn delay_and_made_up_sound_stay_within_limits() {
    // Condition, delay in the buffer in ms, share made up.
    for (name, delay, share) in [
        ("clean", 12.0, 0.0),
        ("drift-300", 30.0, 0.01),
        ("jitter-30", 115.0, 0.02),
        ("stalls-60", 85.0, 0.02),
        ("loss-10", 135.0, 0.13),
        ("bursts-10", 60.0, 0.13),
        ("spikes-200", 190.0, 0.06),
    ] {
        for codec in [Codec::Opus, Codec::Pcmu, Codec::G722] {
            let heard = after(name, codec, 1);
            let held = mean(&heard, |gauges| gauges.delay_ms);
            assert!(held < delay, "{name}, {codec:?}: {held} ms");
            let made_up = heard.receiver.concealed_ms as f64 / (SECONDS * 1_000) as f64;
            assert!(made_up <= share, "{name}, {codec:?}: {made_up} made up");
            assert_eq!(heard.receiver.restarts, 0, "{name}, {codec:?}");
            assert!(heard.sound.iter().all(|sample| sample.is_finite()));
        }
    }
}

#[test]
fn a_phone_of_ours_gets_again_what_it_says_it_loses() {
    let network = |name: &str| {
        let condition = conditions().into_iter().find(|c| c.name == name);
        condition.expect("a condition of that name").network
    };
    for name in ["loss-10", "bursts-10"] {
        let to = |peer| {
            let heard = call(&voice(), Codec::Opus, network(name), peer, 3).expect("codecs start");
            heard.receiver
        };
        let (ours, anothers) = (to(Peer::Ours), to(Peer::Anothers));
        assert_eq!(anothers.spared, 0);
        assert!(ours.spared > 20, "{name}: {ours:?}");
        assert!(
            ours.concealed_ms * 2 < anothers.concealed_ms,
            "{name}: {} ms made up, {} without",
            ours.concealed_ms,
            anothers.concealed_ms
        );
    }
    let heard = call(&voice(), Codec::Opus, network("loss-10"), Peer::Anothers, 3);
    let repaired = heard.expect("codecs start").receiver.recovered;
    assert!(repaired > 10, "{repaired} packets corrected");
}

#[test]
fn what_a_network_does_twice_is_heard_the_same_twice() {
    let [one, other] = [7, 7].map(|seed| after("loss-10", Codec::Opus, seed));
    assert_eq!(one.sound, other.sound);
    assert_ne!(one.sound, after("loss-10", Codec::Opus, 8).sound);
}

#[test]
fn delay_follows_the_network_down_again() {
    // A bad network for ten seconds would need two calls; a stall that comes once does as well.
    let network = Network {
        jitter: 1.0,
        stall_every: Some(9_000.0),
        stall_for: 150.0,
        ..Network::default()
    };
    let heard = call(&voice(), Codec::Pcmu, network, Peer::Anothers, 2).expect("codecs start");
    let at = |ms: usize| heard.gauges[ms / 10].delay_ms;
    assert!(at(9_300) > 60, "{} ms right after", at(9_300));
    assert!(at(12_500) < 30, "{} ms three seconds later", at(12_500));
}

#[test]
fn doubled_and_overtaken_packets_cost_nothing_but_the_wait() {
    let network = Network {
        late: 0.05,
        late_by: 30.0,
        doubled: 0.1,
        ..Network::default()
    };
    let heard = call(&voice(), Codec::Opus, network, Peer::Anothers, 4).expect("codecs start");
    assert!(heard.receiver.duplicate > 100, "{:?}", heard.receiver);
    assert!(heard.receiver.concealed_ms <= 200, "{:?}", heard.receiver);
    let held = mean(&heard, |gauges| gauges.delay_ms);
    assert!((25.0..45.0).contains(&held), "{held} ms");
}
