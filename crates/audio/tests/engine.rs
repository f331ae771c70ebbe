//! A sentence from a WAV file through the whole engine, in real time, into another WAV file.

mod support;

use std::time::Duration;

use support::{RATE, leg_config, likeness, read_wav, sentence, write_wav};
use tokio::time::timeout;
use warmline_audio::{
    AudioEvent, Codec, Engine, EngineConfig, Input, Leg, Levels, Output, PacketSink, PacketSource,
    Role, Tone, Volumes,
};

const SECONDS: usize = 5;

/// Carries packets from one leg to the other; every `lose`th is lost (0: none).
async fn carry(mut source: PacketSource, mut sink: PacketSink, lose: usize) -> usize {
    let mut count = 0;
    while let Some(packet) = source.recv().await {
        count += 1;
        if lose == 0 || count % lose != 3 {
            sink.push(
                count as u16,
                packet.timestamp,
                packet.payload_type,
                &packet.payload,
            );
        }
    }
    count
}

async fn through(codec: Codec, lose: usize, rate: u32) -> (f64, f64, u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let (mic, speaker) = (
        folder.path().join("mic.wav"),
        folder.path().join("speaker.wav"),
    );
    let said = sentence(SECONDS);
    let step = RATE / rate as usize;
    let stored: Vec<f32> = said
        .chunks(step)
        .map(|c| c.iter().sum::<f32>() / step as f32)
        .collect();
    write_wav(&mic, &stored, rate);
    let (engine, mut events) = Engine::start(EngineConfig {
        input: Input::Wav(mic),
        output: Output::Wav(speaker.clone()),
        ring_output: Output::Silent,
        ..EngineConfig::default()
    })
    .expect("starts");
    let Leg {
        control: speaks,
        source,
        sink: unused,
    } = engine.open_leg(leg_config(codec)).expect("opens");
    let Leg {
        control: hears,
        source: silent,
        sink,
    } = engine.open_leg(leg_config(codec)).expect("opens");
    hears.set_heard(true);
    speaks.set_sending(true);
    let carrying = tokio::spawn(carry(source, sink, lose));
    let ended = async {
        while let Some(event) = events.recv().await {
            if event == AudioEvent::WavEnded {
                return;
            }
        }
        panic!("the engine stopped before the file had ended");
    };
    timeout(Duration::from_secs(60), ended)
        .await
        .expect("ends in time");
    // What is still on its way.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let made_up = hears.stats().concealed_ms;
    drop((speaks, hears, unused, silent));
    let sent = timeout(Duration::from_secs(5), carrying)
        .await
        .expect("ends")
        .expect("no panic");
    assert!(sent >= SECONDS * 50 - 5, "{sent} packets");
    drop(engine);
    let heard = read_wav(&speaker);
    let (alike, lag) = likeness(&said[RATE / 2..RATE * 9 / 2], &heard[RATE / 2..], 700);
    (alike, lag, made_up)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sentence_comes_back_through_each_codec() {
    let runs = [
        (Codec::Opus, 48_000),
        (Codec::G722, 16_000),
        (Codec::Pcmu, 8_000),
        (Codec::Pcma, 48_000),
    ]
    .map(|(codec, rate)| (codec, tokio::spawn(through(codec, 0, rate))));
    for (codec, run) in runs {
        let (alike, lag, made_up) = run.await.expect("no panic");
        assert!(alike > 0.8, "{codec:?}: {alike}, {made_up} ms made up");
        // Loose, since this machine may be busy: the tight figure is the jitter buffer's own test.
        assert!(lag < 400.0, "{codec:?}: {lag} ms");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_tenth_lost_the_sentence_is_still_understood() {
    let opus = tokio::spawn(through(Codec::Opus, 10, 48_000));
    let pcmu = tokio::spawn(through(Codec::Pcmu, 10, 48_000));
    let (alike, _, _) = opus.await.expect("no panic");
    // Loose, since this machine may be busy: the strict figures are those in virtual time.
    assert!(alike > 0.6, "Opus: {alike}");
    let (alike, _, made_up) = pcmu.await.expect("no panic");
    assert!(alike > 0.6, "PCMU: {alike}");
    assert!(made_up >= 200, "{made_up} ms");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tones_and_digits_are_heard_and_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let (speaker, bell) = (
        folder.path().join("speaker.wav"),
        folder.path().join("bell.wav"),
    );
    let (engine, _events) = Engine::start(EngineConfig {
        input: Input::Silent,
        output: Output::Wav(speaker.clone()),
        ring_output: Output::Wav(bell.clone()),
        ..EngineConfig::default()
    })
    .expect("starts");
    engine.tone(Some(Tone::Ringback));
    engine.ring(true);
    let mut leg = engine.open_leg(leg_config(Codec::Pcmu)).expect("opens");
    leg.control.set_sending(true);
    leg.control.dtmf('7', 100).expect("queued");
    let digit = async {
        loop {
            let packet = leg.source.recv().await.expect("the engine runs");
            if packet.payload_type == 101 {
                return packet;
            }
        }
    };
    let packet = timeout(Duration::from_secs(10), digit)
        .await
        .expect("a digit is sent");
    assert_eq!((packet.payload[0], packet.marker), (7, true));
    tokio::time::sleep(Duration::from_millis(800)).await;
    engine.ring(false);
    drop(leg);
    drop(engine);
    for (path, what) in [(&speaker, "ringback"), (&bell, "ring tone")] {
        let sound = read_wav(path);
        let loudest = sound.iter().fold(0.0_f32, |most, s| most.max(s.abs()));
        assert!((0.05..=1.0).contains(&loudest), "{what}: {loudest}");
    }
}

#[tokio::test]
async fn without_anything_to_do_the_engine_sleeps() {
    let (engine, _events) = Engine::start(EngineConfig::silent()).expect("starts");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(engine.stats().ticks, 0);
    let leg = engine.open_leg(leg_config(Codec::Opus)).expect("opens");
    let ticking = async {
        while engine.stats().ticks < 20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(20), ticking)
        .await
        .expect("the timer ticks without a device");
    drop(leg);
}

#[tokio::test]
async fn a_recording_on_a_full_disk_is_told_and_the_call_goes_on() {
    let (engine, mut events) = Engine::start(EngineConfig {
        input: Input::Silent,
        output: Output::Wav("/dev/full".into()),
        ring_output: Output::Silent,
        ..EngineConfig::default()
    })
    .expect("starts");
    let mut leg = engine.open_leg(leg_config(Codec::Pcmu)).expect("opens");
    leg.control.set_sending(true);
    let failed = async {
        loop {
            match events.recv().await.expect("the engine runs") {
                AudioEvent::WavFailed { role, reason, .. } => return (role, reason),
                _ => continue,
            }
        }
    };
    let (role, reason) = timeout(Duration::from_secs(20), failed)
        .await
        .expect("is told");
    assert_eq!(role, Role::Output);
    assert!(!reason.is_empty());
    for _ in 0..10 {
        let packet = timeout(Duration::from_secs(5), leg.source.recv())
            .await
            .expect("goes on");
        assert!(packet.is_some());
    }
}

#[tokio::test]
async fn a_recording_goes_on_with_the_next_call() {
    let folder = tempfile::tempdir().expect("a folder");
    let speaker = folder.path().join("speaker.wav");
    let (engine, _events) = Engine::start(EngineConfig {
        input: Input::Silent,
        output: Output::Wav(speaker.clone()),
        ring_output: Output::Silent,
        ..EngineConfig::default()
    })
    .expect("starts");
    let mut ticks = 0;
    for _ in 0..2 {
        let leg = engine.open_leg(leg_config(Codec::Pcmu)).expect("opens");
        let ticking = async {
            while engine.stats().ticks < ticks + 40 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(20), ticking)
            .await
            .expect("the engine ticks");
        drop(leg);
        // Longer than a device would stay open.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        ticks = engine.stats().ticks;
    }
    drop(engine);
    let recorded = read_wav(&speaker).len();
    assert!(
        recorded >= 70 * RATE / 100,
        "{recorded} samples of two calls"
    );
    assert!(
        recorded as u64 <= (ticks + 1) * 480,
        "nothing is recorded between calls"
    );
}

#[tokio::test]
async fn a_microphone_is_measured_without_a_call_while_somebody_looks() {
    let folder = tempfile::tempdir().expect("a folder");
    let mic = folder.path().join("mic.wav");
    write_wav(&mic, &sentence(SECONDS), RATE as u32);
    let (engine, mut events) = Engine::start(EngineConfig {
        input: Input::Wav(mic),
        output: Output::Silent,
        ring_output: Output::Silent,
        ..EngineConfig::default()
    })
    .expect("starts");
    assert_eq!(engine.levels(), Levels::default());
    engine.monitor(true);
    let devices = timeout(Duration::from_secs(20), events.recv()).await;
    assert!(matches!(devices, Ok(Some(AudioEvent::Devices(_)))));
    let speaking = async {
        while engine.levels().input < -40.0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(20), speaking)
        .await
        .expect("the voice is measured");
    assert_eq!(engine.levels().output, -100.0, "and not played");
    engine.monitor(false);
    let resting = async {
        while engine.levels() != Levels::default() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(20), resting)
        .await
        .expect("nothing is measured any more");
}

#[tokio::test]
async fn volumes_hold_from_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let (speaker, bell) = (
        folder.path().join("speaker.wav"),
        folder.path().join("bell.wav"),
    );
    let (engine, _events) = Engine::start(EngineConfig {
        input: Input::Silent,
        output: Output::Wav(speaker.clone()),
        ring_output: Output::Wav(bell.clone()),
        volumes: Volumes {
            calls: 100,
            tones: 0,
            ring: 100,
        },
        ..EngineConfig::default()
    })
    .expect("starts");
    engine.tone(Some(Tone::Busy));
    engine.ring(true);
    let ringing = async {
        while engine.stats().ticks < 40 || engine.levels().ring < -20.0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(20), ringing)
        .await
        .expect("the ring is measured");
    assert_eq!(engine.levels().output, -100.0);
    drop(engine);
    let loudest = |path: &std::path::Path| {
        let sound = read_wav(path);
        sound.iter().fold(0.0_f32, |most, s| most.max(s.abs()))
    };
    assert_eq!(loudest(&speaker), 0.0);
    assert!(loudest(&bell) > 0.2, "{}", loudest(&bell));
}

#[tokio::test]
async fn a_missing_file_is_refused_at_once() {
    let refused = Engine::start(EngineConfig {
        input: Input::Wav("/nowhere/mic.wav".into()),
        ..EngineConfig::default()
    });
    assert!(refused.is_err());
}
