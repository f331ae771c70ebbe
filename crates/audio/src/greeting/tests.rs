//! People and machines, as they come through the codecs.

use std::f64::consts::TAU;

use super::*;
use crate::Codec;
use crate::codec::{Decoder, Encoder, MAX_DECODED, MAX_SENT_PAYLOAD};
use crate::testing::{babble, spoken};

const CODECS: [Codec; 4] = [Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma];

/// What a far end sends, 48 kHz mono.
#[derive(Clone, Default)]
struct Scene(Vec<f32>);

impl Scene {
    /// A recording of the practice contact centre.
    fn says(mut self, name: &str) -> Self {
        self.0.extend(spoken(name));
        self
    }

    fn waits(mut self, ms: usize) -> Self {
        self.0.resize(self.0.len() + ms * 48, 0.0);
        self
    }

    /// Tones of one amplitude each.
    fn gives(mut self, hertz: &[f64], amplitude: f64, ms: usize) -> Self {
        self.0.extend((0..ms * 48).map(|n| {
            let tones = hertz
                .iter()
                .map(|hz| (TAU * hz * n as f64 / 48_000.0).sin());
            (amplitude * tones.sum::<f64>()) as f32
        }));
        self
    }

    /// The same over and over.
    fn times(mut self, count: usize) -> Self {
        self.0 = self.0.repeat(count);
        self
    }

    /// All of it in steady noise of this level, RMS in dBFS.
    fn in_noise(mut self, dbfs: f32) -> Self {
        let mut seed = 11_u32;
        let loud = 10.0_f32.powf(dbfs / 20.0) * 3.0_f32.sqrt();
        for sample in &mut self.0 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample += loud * ((seed >> 8) as f32 / (1 << 23) as f32 - 1.0);
        }
        self
    }

    /// All of it with somebody else talking far behind, so much softer than a voice.
    fn in_an_office(mut self, db: f32) -> Self {
        let colleague = babble(self.0.len());
        let power = |sound: &[f32]| sound.iter().map(|s| s * s).fold(0.0, f32::max);
        let gain = (power(&self.0) / power(&colleague)).sqrt() * 10.0_f32.powf(-db / 20.0);
        for (sample, behind) in self.0.iter_mut().zip(colleague) {
            *sample += gain * behind;
        }
        self
    }

    fn softer_by(mut self, db: f32) -> Self {
        let gain = 10.0_f32.powf(-db / 20.0);
        self.0.iter_mut().for_each(|sample| *sample *= gain);
        self
    }

    /// What is told of it, and after how many ms, while the agent speaks at these times (in ms).
    fn told(&self, codec: Codec, agent: std::ops::Range<usize>) -> Vec<(Greeting, usize)> {
        let (mut encoder, mut decoder) = (
            Encoder::new(codec).expect("starts"),
            Decoder::new(codec).expect("starts"),
        );
        let mut watch = GreetingWatch::new();
        let (mut payload, mut sound) = ([0; MAX_SENT_PAYLOAD], [0.0; MAX_DECODED]);
        let (mut told, mut ms) = (Vec::new(), 0);
        for packet in self.0.chunks_exact(960) {
            let length = encoder.encode(packet, &mut payload);
            decoder
                .decode(&payload[..length], &mut sound)
                .expect("own packet");
            for frame in sound[..960].as_chunks::<480>().0 {
                let greeting = watch.listen(frame, agent.contains(&ms));
                told.extend(greeting.map(|greeting| (greeting, ms)));
                ms += 10;
            }
        }
        told
    }
}

const NEVER: std::ops::Range<usize> = 0..0;

#[track_caller]
fn assert_told(what: &str, scene: &Scene, wanted: &[Greeting]) {
    for codec in CODECS {
        let told = scene.told(codec, NEVER);
        let found: Vec<Greeting> = told.iter().map(|(greeting, _)| *greeting).collect();
        assert_eq!(found, wanted, "{what}, {codec:?}: {told:?}");
    }
}

fn scene() -> Scene {
    Scene::default()
}

#[test]
fn people_who_say_who_they_are_and_wait_are_people() {
    for name in [
        "nadia-1",
        "viktor-1",
        "ingrid-1",
        "nadia-2",
        "viktor-2",
        "slt-hello",
        "rms-hello",
        "awb-hello",
    ] {
        let person = scene().waits(400).says(name).waits(12_000);
        assert_told(name, &person, &[]);
        assert_told(name, &person.clone().in_noise(-45.0), &[]);
        assert_told(name, &person.in_an_office(24.0), &[]);
    }
    // Nobody has answered them: they ask again.
    let impatient = scene().says("viktor-1").waits(1_500).says("rms-hello");
    assert_told("impatient", &impatient.waits(1_000).times(3), &[]);
    assert_told("nobody", &scene().waits(20_000), &[]);
    assert_told("noise", &scene().waits(20_000).in_noise(-30.0), &[]);
}

#[test]
fn voicemail_is_known_by_talking_on_and_by_its_tone() {
    let box_ = scene().waits(300).says("voicemail");
    let box_ = box_.gives(&[1_000.0], 0.25, 500).waits(5_000);
    let both = [Greeting::LongSpeech, Greeting::Beep];
    assert_told("as it is", &box_, &both);
    assert_told("in noise", &box_.clone().in_noise(-50.0), &both);
    assert_told("soft", &box_.softer_by(15.0), &both);
}

#[test]
fn a_beep_is_a_beep_whatever_its_pitch_and_length() {
    for (hertz, ms) in [
        (1_000.0, 160),
        (1_400.0, 200),
        (440.0, 500),
        (425.0, 300),
        (850.0, 1_500),
        (1_900.0, 400),
    ] {
        for amplitude in [0.04, 0.25, 0.7] {
            let what = format!("{hertz} Hz, {ms} ms, {amplitude}");
            let beep = scene().says("slt-hello").gives(&[hertz], amplitude, ms);
            assert_told(&what, &beep.waits(2_000), &[Greeting::Beep]);
        }
    }
}

#[test]
fn no_voice_beeps() {
    let lines = include_str!("../../../../assets/voices/lines.tsv");
    for line in lines.lines() {
        let name = line.split('\t').next().expect("a name");
        let voice = scene().says(name).waits(1_500);
        for codec in [Codec::Opus, Codec::Pcmu] {
            let told = voice.told(codec, NEVER);
            let beeps = told.iter().any(|(found, _)| *found == Greeting::Beep);
            assert!(!beeps, "{name}, {codec:?}: {told:?}");
        }
    }
}

#[test]
fn other_tones_are_none() {
    let long = |scene: Scene| scene.times(4);
    for (what, other) in [
        ("soft", scene().gives(&[1_000.0], 0.015, 500).waits(2_000)),
        ("short", scene().gives(&[1_000.0], 0.25, 80).waits(2_000)),
        (
            "for ever",
            scene().gives(&[1_000.0], 0.25, 5_000).waits(2_000),
        ),
        ("low", scene().gives(&[300.0], 0.25, 500).waits(2_000)),
        ("high", scene().gives(&[2_100.0], 0.25, 500).waits(2_000)),
        (
            "digit 1",
            scene().gives(&[697.0, 1_209.0], 0.2, 300).waits(2_000),
        ),
        (
            "digit 0",
            scene().gives(&[941.0, 1_336.0], 0.2, 300).waits(2_000),
        ),
        (
            "rings in Europe",
            long(scene().gives(&[425.0], 0.2, 1_000).waits(4_000)),
        ),
        (
            "rings in America",
            long(scene().gives(&[440.0, 480.0], 0.15, 2_000).waits(4_000)),
        ),
        (
            "rings in Britain",
            long(
                scene()
                    .gives(&[400.0, 450.0], 0.15, 400)
                    .waits(200)
                    .gives(&[400.0, 450.0], 0.15, 400)
                    .waits(2_000),
            ),
        ),
        (
            "busy in Europe",
            long(scene().gives(&[425.0], 0.2, 480).waits(480)).gives(&[425.0], 0.2, 100),
        ),
        (
            "busy in Britain",
            long(scene().gives(&[400.0], 0.2, 375).waits(375)).gives(&[400.0], 0.2, 100),
        ),
        (
            "busy in America",
            long(scene().gives(&[480.0, 620.0], 0.15, 500).waits(500)).waits(2_000),
        ),
        (
            "congestion",
            long(scene().gives(&[425.0], 0.2, 240).waits(240)).gives(&[425.0], 0.2, 100),
        ),
        (
            "somebody goes on",
            scene()
                .gives(&[1_000.0], 0.25, 300)
                .waits(300)
                .says("slt-hello")
                .waits(2_000),
        ),
    ] {
        assert_told(what, &other, &[]);
    }
}

#[test]
fn whoever_is_answered_by_the_agent_is_no_machine() {
    let talker = scene().says("voicemail").says("voicemail-again");
    let told = |agent| {
        let told = talker.told(Codec::Pcmu, agent);
        told.iter()
            .map(|(greeting, _)| *greeting)
            .collect::<Vec<_>>()
    };
    assert_eq!(told(NEVER), [Greeting::LongSpeech]);
    assert_eq!(told(2_000..2_100), [Greeting::LongSpeech], "a cough");
    assert_eq!(told(2_000..2_500), []);
    assert_eq!(told(0..20_000), []);
}

#[test]
fn what_is_told_is_told_at_its_time_and_once() {
    let speech = Scene(babble(48_000 * 20));
    let told = speech.told(Codec::Opus, NEVER);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!((6_000..6_500).contains(&told[0].1), "{told:?}");
    let late = scene()
        .waits(2_000)
        .says("voicemail")
        .says("voicemail-again");
    assert_eq!(
        late.told(Codec::Opus, NEVER),
        [],
        "a person takes breath first"
    );

    let beeps = scene()
        .waits(3_000)
        .gives(&[1_000.0], 0.25, 400)
        .waits(2_000);
    let told = beeps.clone().times(2).told(Codec::Pcmu, NEVER);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!((4_000..4_200).contains(&told[0].1), "{told:?}");
    let late = scene()
        .waits(30_000)
        .gives(&[1_000.0], 0.25, 400)
        .waits(2_000);
    assert_eq!(late.told(Codec::Pcmu, NEVER), [], "nobody listens any more");
}
