//! Group calls: who hears whom, measured by tones.

mod recorded;

use super::*;
use crate::LegControl;
use crate::codec::{Decoder, Encoder, MAX_DECODED, MAX_SENT_PAYLOAD};
use crate::testing::tone_snr_db;

/// How loud everybody's tone is: all together stay below what the limiter lets pass.
const LOUD: f64 = 0.1;
/// The agent's tone and those of the members, in Hz: apart in windows of a second.
const AGENT: f64 = 550.0;
const MEMBERS: [(f64, u8, Codec); 5] = [
    (400.0, 0, Codec::Pcmu),
    (730.0, 111, Codec::Opus),
    (1_100.0, 9, Codec::G722),
    (1_700.0, 8, Codec::Pcma),
    (2_300.0, 111, Codec::Opus),
];

/// A person at the far end, who hums one note and listens.
struct Member {
    hertz: f64,
    loud: f64,
    leg: Leg,
    payload_type: u8,
    encoder: Encoder,
    decoder: Decoder,
    sequence: u16,
    heard: Vec<f32>,
}

struct Group {
    bench: Bench,
    members: Vec<Member>,
    start: Instant,
    ticks: u64,
    agent: Vec<f32>,
    /// What the agent says, if there is a microphone at all.
    microphone: Option<crate::device::ring::CaptureFeed>,
    speaker: Option<crate::device::ring::PlayoutFeed>,
}

impl Group {
    /// Everybody mixed, heard and spoken to.
    fn of(count: usize, devices: bool) -> Self {
        let mut bench = bench();
        let members = MEMBERS[..count].iter().map(|(hertz, payload_type, codec)| {
            let leg = bench.open(*payload_type, *codec);
            leg.control.set_mixed(true);
            leg.control.set_heard(true);
            leg.control.set_sending(true);
            Member {
                hertz: *hertz,
                loud: LOUD,
                leg,
                payload_type: *payload_type,
                encoder: Encoder::new(*codec).expect("starts"),
                decoder: Decoder::new(*codec).expect("starts"),
                sequence: 0,
                heard: Vec::new(),
            }
        });
        let members = members.collect();
        let (mut microphone, mut speaker) = (None, None);
        if devices {
            let (capturer, capture, _) = capture_ring(48_000, Clock::Device);
            let (player, playout, _) = playout_ring(48_000, Clock::Device, None);
            bench.command(Command::Capture(Some(capture)));
            bench.command(Command::Playout(Some(playout)));
            (microphone, speaker) = (Some(capturer), Some(player));
        }
        Self {
            bench,
            members,
            start: Instant::now(),
            ticks: 0,
            agent: Vec::new(),
            microphone,
            speaker,
        }
    }

    fn run(&mut self, ms: u64) {
        for _ in 0..ms / 10 {
            let now = self.start + Duration::from_millis(10 * self.ticks);
            let at = self.ticks as usize * 480;
            if let Some(microphone) = &mut self.microphone {
                microphone.write(480, |i| tone(AGENT, LOUD, at + i));
            }
            if self.ticks.is_multiple_of(2) {
                for member in &mut self.members {
                    member.hum(now, at);
                }
            }
            self.bench.sound.obey();
            self.bench.sound.tick(now);
            for member in &mut self.members {
                member.listen();
            }
            if let Some(speaker) = &mut self.speaker {
                speaker.read(480, |_, sample| self.agent.push(sample));
            }
            self.ticks += 1;
        }
    }

    /// How loud a member hears each of the others and then the agent, in dB to how loud they are.
    fn heard_by(&self, member: usize) -> Vec<f64> {
        let mut tones: Vec<f64> = self.members.iter().map(|member| member.hertz).collect();
        tones.push(AGENT);
        last_second(&self.members[member].heard, &tones)
    }

    fn heard_by_agent(&self) -> Vec<f64> {
        let tones: Vec<f64> = self.members.iter().map(|member| member.hertz).collect();
        last_second(&self.agent, &tones)
    }

    fn control(&self, member: usize) -> &LegControl {
        &self.members[member].leg.control
    }
}

impl Member {
    /// Says 20 ms.
    fn hum(&mut self, now: Instant, at: usize) {
        let sound: Vec<f32> = (at..at + 960)
            .map(|n| tone(self.hertz, self.loud, n))
            .collect();
        let mut payload = [0; MAX_SENT_PAYLOAD];
        let length = self.encoder.encode(&sound, &mut payload);
        let clock = self.leg_clock();
        self.sequence += 1;
        let timestamp = u32::from(self.sequence) * clock / 50;
        let payload = &payload[..length];
        self.leg
            .sink
            .push_at(now, self.sequence, timestamp, self.payload_type, payload);
    }

    fn listen(&mut self) {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        while let std::task::Poll::Ready(Some(packet)) = std::pin::pin!(self.leg.source.recv())
            .as_mut()
            .poll(&mut context)
        {
            let mut sound = [0.0; MAX_DECODED];
            let length = self.decoder.decode(&packet.payload, &mut sound);
            self.heard
                .extend_from_slice(&sound[..length.expect("own packet")]);
        }
    }

    fn leg_clock(&self) -> u32 {
        let codec = CODECS.iter().find(|(t, _)| *t == self.payload_type);
        codec.expect("one of ours").1.clock_rate()
    }

    /// The hardest bend in the last `ms` that were heard: a click bends sound more than tones do.
    fn hardest_bend(&self, ms: usize) -> f32 {
        let last = &self.heard[self.heard.len() - ms * 48..];
        last.windows(3)
            .map(|w| (w[0] - 2.0 * w[1] + w[2]).abs())
            .fold(0.0, f32::max)
    }
}

fn tone(hertz: f64, loud: f64, n: usize) -> f32 {
    (loud * (std::f64::consts::TAU * hertz * n as f64 / 48_000.0).sin()) as f32
}

fn last_second(heard: &[f32], tones: &[f64]) -> Vec<f64> {
    let second = &heard[heard.len() - 48_000..];
    let loud = |hertz: &f64| 20.0 * (tone_snr_db(second, *hertz).1 / LOUD).max(1e-6).log10();
    tones.iter().map(loud).collect()
}

/// Whether everybody is as loud as `wanted` within 1.5 dB; `None` is not heard, at least 45 dB softer.
#[track_caller]
fn assert_heard(heard: &[f64], wanted: &[Option<f64>]) {
    assert_eq!(heard.len(), wanted.len());
    for (found, wanted) in heard.iter().zip(wanted) {
        let right = match wanted {
            Some(db) => (found - db).abs() < 1.5,
            None => *found < -45.0,
        };
        assert!(right, "{heard:.1?}, wanted {wanted:?}");
    }
}

const FULL: Option<f64> = Some(0.0);

#[test]
fn each_of_three_and_of_five_hears_all_the_others_and_not_themselves() {
    for count in [3, 5] {
        let mut group = Group::of(count, true);
        group.run(3_500);
        for member in 0..count {
            let mut wanted = vec![FULL; count + 1];
            wanted[member] = None;
            assert_heard(&group.heard_by(member), &wanted);
        }
        assert_heard(&group.heard_by_agent(), &vec![FULL; count]);
    }
}

#[test]
fn muting_keeps_out_the_agent_alone() {
    let mut group = Group::of(3, true);
    group.control(0).set_muted(true);
    group.run(3_500);
    assert_heard(&group.heard_by(0), &[None, FULL, FULL, None]);
    assert_heard(&group.heard_by(1), &[FULL, None, FULL, FULL]);
}

#[test]
fn a_group_goes_on_while_the_agent_is_away_and_without_any_device() {
    for devices in [true, false] {
        let mut group = Group::of(3, devices);
        for member in 0..3 {
            group.control(member).set_muted(true);
            group.control(member).set_heard(false);
        }
        group.run(3_500);
        assert!(group.bench.sound.has_work());
        assert_heard(&group.heard_by(0), &[None, FULL, FULL, None]);
        assert_heard(&group.heard_by(1), &[FULL, None, FULL, None]);
        assert_heard(&group.heard_by(2), &[FULL, FULL, None, None]);
        assert!(group.agent.iter().all(|sample| *sample == 0.0));
    }
}

#[test]
fn who_is_not_in_the_group_hears_the_agent_and_is_heard_by_nobody_else() {
    let mut group = Group::of(3, true);
    group.control(2).set_mixed(false);
    group.run(3_500);
    assert_heard(&group.heard_by(0), &[None, FULL, None, FULL]);
    assert_heard(&group.heard_by(2), &[None, None, None, FULL]);
    assert_heard(&group.heard_by_agent(), &[FULL, FULL, FULL]);
    // And joins.
    group.control(2).set_mixed(true);
    group.run(1_500);
    assert_heard(&group.heard_by(0), &[None, FULL, FULL, FULL]);
    assert_heard(&group.heard_by(2), &[FULL, FULL, None, FULL]);
}

#[test]
fn a_person_is_as_loud_as_was_set_to_the_agent_and_the_others() {
    let mut group = Group::of(3, true);
    group.control(0).set_volume(50);
    group.control(1).set_volume(150);
    group.run(3_500);
    let (soft, raised) = (Some(-18.06), Some(7.04));
    assert_heard(&group.heard_by_agent(), &[soft, raised, FULL]);
    assert_heard(&group.heard_by(1), &[soft, None, FULL, FULL]);
    assert_heard(&group.heard_by(2), &[soft, raised, None, FULL]);
}

#[test]
fn who_is_silenced_is_heard_by_nobody_and_still_hears_and_is_measured() {
    let mut group = Group::of(3, true);
    group.control(1).set_silenced(true);
    group.run(3_500);
    assert_heard(&group.heard_by_agent(), &[FULL, None, FULL]);
    assert_heard(&group.heard_by(0), &[None, None, FULL, FULL]);
    assert_heard(&group.heard_by(1), &[FULL, None, FULL, FULL]);
    let level = group.control(1).stats().level_dbfs;
    assert!((level + 23.0).abs() < 1.0, "speaks: {level} dBFS");
}

#[test]
fn no_switch_clicks() {
    type Switch = fn(&LegControl, bool);
    let switches: [Switch; 3] = [
        |control, on| control.set_mixed(!on),
        |control, on| control.set_silenced(on),
        |control, on| control.set_volume(if on { 0 } else { 100 }),
    ];
    for (which, switch) in switches.into_iter().enumerate() {
        let mut group = Group::of(3, true);
        group.members[0].loud = 0.4;
        group.run(2_000);
        let steady = group.members[2].hardest_bend(1_000);
        let mut hardest = 0.0_f32;
        for turn in 0..40 {
            // At another place of the wave each time.
            switch(group.control(0), turn % 2 == 0);
            group.run(50);
            hardest = hardest.max(group.members[2].hardest_bend(50));
        }
        // Without a fade it is six times as hard.
        assert!(hardest < steady * 2.0, "{which}: {hardest}, {steady}");
    }
}

#[test]
fn who_hangs_up_in_the_middle_of_a_word_leaves_no_click() {
    for ms in (2_000..2_100).step_by(10) {
        let mut group = Group::of(3, true);
        group.members[0].loud = 0.4;
        group.run(ms);
        let steady = group.members[2].hardest_bend(1_000);
        let Member { leg, .. } = group.members.remove(0);
        drop(leg);
        group.run(1_500);
        let hardest = group.members[1].hardest_bend(1_500);
        assert!(hardest < steady * 2.0, "{ms}: {hardest}, {steady}");
        assert!(matches!(
            group.bench.leftovers.pop(),
            Ok(Leftover::Leg { .. })
        ));
        assert_heard(&group.heard_by(0), &[None, FULL, FULL]);
    }
}

#[test]
fn five_who_shout_at_once_never_clip() {
    let mut group = Group::of(5, true);
    for member in &mut group.members {
        member.loud = 0.9;
    }
    for member in 0..5 {
        group.control(member).set_volume(200);
    }
    group.run(3_500);
    let loudest = |heard: &[f32]| heard.iter().fold(0.0_f32, |most, s| most.max(s.abs()));
    for member in &group.members {
        // What a codec makes of it may be a little more than what went in.
        let loudest = loudest(&member.heard[48_000..]);
        assert!((0.5..1.1).contains(&loudest), "{loudest}");
    }
    assert!(loudest(&group.agent) <= 1.0);
}

/// A voice comes to the others in the tick in which the agent hears it: what lies between is the
/// filter of the codec alone.
#[test]
fn mixing_adds_no_delay() {
    let mut group = Group::of(3, true);
    for member in 0..3 {
        group.members[member].loud = 0.0;
        group.control(member).set_muted(true);
    }
    group.run(2_000);
    group.members[0].loud = 0.4;
    group.run(200);
    let onset = |heard: &[f32]| heard.iter().position(|sample| sample.abs() > 0.05);
    let agent = onset(&group.agent[90_000..]).expect("heard");
    let member = onset(&group.members[2].heard[90_000..]).expect("heard");
    let later = member as i64 - agent as i64;
    assert!((0..480).contains(&later), "{later} samples");
}
