//! Devices that come and go, on a private PulseAudio server.
//!
//! Needs Debian's packages `pulseaudio` and `pulseaudio-utils`. One test, since the server is found
//! through the environment of the process.
// What it measures is for whoever runs it with `--nocapture`.
#![allow(clippy::print_stdout)]
#![cfg(target_os = "linux")]

mod support;

use std::time::{Duration, Instant};

use support::leg_config;
use support::pulse::{FIRST, Place};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;
use warmline_audio::{
    AudioEvent, Codec, DeviceChoice, Engine, EngineConfig, Input, Output, RingFault, RingProof,
    Role,
};

#[test]
fn sound_follows_the_devices() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::new(folder.path());
    // SAFETY: no other thread runs yet in this process: it has this one test only, and the test
    // harness's main thread waits for it.
    unsafe {
        std::env::set_var("XDG_RUNTIME_DIR", &place.run);
        std::env::set_var("HOME", folder.path());
        std::env::set_var("PULSE_SERVER", format!("unix:{}", place.socket().display()));
        std::env::set_var("ALSA_CONFIG_PATH", place.alsa());
        std::env::remove_var("PULSE_COOKIE");
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        scenes(&place).await;
        a_headset_becomes_hands_free(&place).await;
        rings(&place).await;
    });
}

/// In a call, a Bluetooth headset is another device to the server: one channel, a third of the rate, a microphone,
/// and another id under the same name. Sound and voice go over to it.
async fn a_headset_becomes_hands_free(place: &Place) {
    let server = place.start_server();
    let description = "device.description=Headset";
    let sink = |name: &str, form: &[&str]| {
        let name = format!("sink_name={name}");
        let properties = format!("sink_properties={description}");
        place.pactl(
            &[
                &["load-module", "module-null-sink", &name, &properties],
                form,
            ]
            .concat(),
        )
    };
    let music = sink("bluez_sink.a2dp_sink", &["rate=48000", "channels=2"]);
    let headset = |id: &str| DeviceChoice {
        id: Some(format!("pulseaudio:{id}")),
        name: Some("Headset".to_owned()),
    };
    let (engine, mut events) = Engine::start(EngineConfig {
        input: Input::Devices(vec![headset("bluez_source.of_old")]),
        output: Output::Devices(vec![headset("bluez_sink.a2dp_sink")]),
        ring_output: Output::Silent,
        ..EngineConfig::default()
    })
    .expect("starts");
    let mut leg = engine.open_leg(leg_config(Codec::Pcmu)).expect("opens");
    leg.control.set_heard(true);
    leg.control.set_sending(true);
    assert_eq!(changed(&mut events, Role::Output, true).await, "Headset");

    let asked = Instant::now();
    place.pactl(&["info"]);
    let allowed = Duration::from_secs(1) + 10 * asked.elapsed();
    place.pactl(&["unload-module", music.trim()]);
    let before = Instant::now();
    sink(
        "bluez_sink.handsfree_head_unit",
        &["rate=16000", "channels=1"],
    );
    place.pactl(&[
        "load-module",
        "module-remap-source",
        "master=bluez_sink.handsfree_head_unit.monitor",
        "source_name=bluez_source.handsfree_head_unit",
        &format!("source_properties={description}"),
    ]);
    let mut moved = (false, false);
    while moved != (true, true) {
        if let AudioEvent::DeviceChanged {
            role,
            name,
            preferred: true,
        } = next(&mut events).await
        {
            assert_eq!(name, "Headset");
            moved.0 |= role == Role::Output;
            moved.1 |= role == Role::Input;
        }
    }
    let took = before.elapsed();
    assert!(took < allowed, "sound moved after {took:?}");
    println!("hands-free after {took:?}");
    assert_packets(&mut leg).await;
    drop(leg);
    drop(engine);
    drop(server);
}

/// Every ring is proven, and rings elsewhere where it is not heard.
async fn rings(place: &Place) {
    let server = place.start_server();
    let (engine, mut events) = Engine::start(EngineConfig {
        input: Input::Silent,
        output: Output::Silent,
        ring_output: Output::Devices(vec![speaker("first")]),
        ..EngineConfig::default()
    })
    .expect("starts");
    let heard = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };

    // A null sink plays nothing for up to two seconds after it had nothing to play: that is noticed,
    // and so is its beginning. From then on somebody else keeps them going.
    let others = [place.play_on("first"), place.play_on("second")];
    engine.ring(true);
    while ring_proof(&mut events).await.heard_on != ["First", "Second"] {}
    engine.ring(false);
    place.becomes("sink-inputs", false).await;

    let begun = Instant::now();
    engine.ring(true);
    let proof = ring_proof(&mut events).await;
    println!("a ring is proven in {:?}", begun.elapsed());
    assert_eq!(
        (proof.heard_on, proof.not_heard),
        (heard(&["First"]), vec![])
    );
    engine.ring(false);
    place.becomes("sink-inputs", false).await;

    // The device is muted: the other one rings, and it is said why.
    place.pactl(&["set-sink-mute", "first", "1"]);
    let begun = Instant::now();
    engine.ring(true);
    let proof = ring_proof(&mut events).await;
    println!(
        "a ring on a muted device is heard elsewhere in {:?}",
        begun.elapsed()
    );
    let muted = ("First".to_owned(), RingFault::Muted);
    assert_eq!(proof.heard_on, ["Second"]);
    assert_eq!(proof.not_heard, std::slice::from_ref(&muted));
    assert_eq!(place.own_streams().len(), 2);
    // Somebody turns it up in the ring: that is noticed.
    place.pactl(&["set-sink-mute", "first", "0"]);
    while ring_proof(&mut events).await.heard_on != ["First", "Second"] {}
    engine.ring(false);
    place.becomes("sink-inputs", false).await;

    // So it is if the volume is nothing, or this program is muted in the desktop's mixer.
    place.pactl(&["set-sink-volume", "first", "0"]);
    engine.ring(true);
    let proof = ring_proof(&mut events).await;
    let silent = ("First".to_owned(), RingFault::VolumeZero);
    assert_eq!(
        (proof.heard_on, proof.not_heard),
        (heard(&["Second"]), vec![silent])
    );
    engine.ring(false);
    place.becomes("sink-inputs", false).await;
    place.pactl(&["set-sink-volume", "first", "100%"]);
    engine.ring(true);
    assert_eq!(ring_proof(&mut events).await.heard_on, ["First"]);
    place.pactl(&["set-sink-input-mute", &place.own_streams()[0], "1"]);
    let proof = loop {
        let proof = ring_proof(&mut events).await;
        if proof.heard_on == ["Second"] {
            break proof;
        }
    };
    assert_eq!(proof.not_heard, [muted]);
    engine.ring(false);
    place.becomes("sink-inputs", false).await;

    // On all, also on one that comes in the ring, each with a stream of its own.
    engine.set_ring_output(Output::Everywhere).expect("allowed");
    engine.ring(true);
    assert_eq!(ring_proof(&mut events).await.heard_on, ["First", "Second"]);
    let third = "sink_properties=device.description=Third";
    place.pactl(&["load-module", "module-null-sink", "sink_name=third", third]);
    while ring_proof(&mut events).await.heard_on.len() < 3 {}
    assert_eq!(place.own_streams().len(), 3);
    engine.ring(false);
    place.becomes("sink-inputs", false).await;
    drop(engine);
    drop(others);
    drop(server);
}

fn speaker(name: &str) -> DeviceChoice {
    DeviceChoice {
        id: Some(format!("pulseaudio:{name}")),
        name: None,
    }
}

async fn ring_proof(events: &mut Receiver<AudioEvent>) -> RingProof {
    loop {
        if let AudioEvent::RingProof(proof) = next(events).await {
            return proof;
        }
    }
}

async fn scenes(place: &Place) {
    let server = place.start_server();
    let devices = Engine::devices().expect("the server lists devices");
    assert_eq!(devices.host, "PulseAudio");
    let names: Vec<&str> = devices.outputs.iter().map(|d| d.id.as_str()).collect();
    assert_eq!(names, ["pulseaudio:first", "pulseaudio:second"]);
    assert!(devices.outputs[0].is_default && !devices.outputs[1].is_default);
    let mic = devices
        .inputs
        .iter()
        .find(|d| d.is_default)
        .expect("a default microphone");
    assert_eq!((mic.id.as_str(), mic.is_monitor), ("pulseaudio:mic", false));

    let (engine, mut events) = Engine::start(EngineConfig {
        input: Input::Default,
        output: Output::Devices(vec![speaker("third"), speaker("first")]),
        ring_output: Output::Silent,
        ..EngineConfig::default()
    })
    .expect("starts");
    let mut leg = engine.open_leg(leg_config(Codec::Pcmu)).expect("opens");
    leg.control.set_heard(true);
    leg.control.set_sending(true);
    // The first of what was asked for is not there, and the second serves.
    let name = changed(&mut events, Role::Output, false).await;
    assert!(name.contains("First"), "{name}");
    changed(&mut events, Role::Input, true).await;
    assert_packets(&mut leg).await;

    // The speaker is unplugged: sound moves within a second, packets go on.
    let module = place.module_of("first");
    // How slow the machine is just now: what a question to the server takes.
    let asked = Instant::now();
    place.pactl(&["info"]);
    let asked = asked.elapsed();
    let allowed = Duration::from_secs(1) + 10 * asked;
    let before = Instant::now();
    place.pactl(&["unload-module", &module]);
    lost(&mut events, Role::Output).await;
    let name = changed(&mut events, Role::Output, false).await;
    let took = before.elapsed();
    assert!(name.contains("Second"), "{name}");
    assert!(took < allowed, "sound moved after {took:?}");
    assert_packets(&mut leg).await;

    // It is plugged in again, and then the one that is wanted most: sound returns to it, in mid-call.
    let third = "sink_properties=device.description=Third";
    for (sink, description, preferred) in [("first", FIRST, false), ("third", third, true)] {
        let sink = format!("sink_name={sink}");
        let before = Instant::now();
        place.pactl(&["load-module", "module-null-sink", &sink, description]);
        let name = changed(&mut events, Role::Output, preferred).await;
        let back = before.elapsed();
        assert!(description.ends_with(&name), "{name}");
        assert!(back < allowed, "sound is back after {back:?}");
        println!("lost to {took:?}, back in {back:?}, question and start of pactl {asked:?}");
        assert_packets(&mut leg).await;
    }

    // The server goes: no device, in words; the timer keeps the call alive.
    drop(server);
    let reason = no_device(&mut events, Role::Output).await;
    assert!(!reason.is_empty());
    assert_packets(&mut leg).await;

    // And comes back.
    let server = place.start_server();
    changed(&mut events, Role::Output, false).await;
    assert_packets(&mut leg).await;

    // Between calls every device is let go.
    drop(leg);
    place.becomes("sink-inputs", false).await;
    place.becomes("source-outputs", false).await;

    // Who looks at the devices sees them come and go, and the microphone is open.
    engine.monitor(true);
    assert_eq!(listed(&mut events).await, ["First", "Second"]);
    place.becomes("source-outputs", true).await;
    let third = "sink_properties=device.description=Third";
    let module = place.pactl(&["load-module", "module-null-sink", "sink_name=third", third]);
    while listed(&mut events).await.last().map(String::as_str) != Some("Third") {}
    place.pactl(&["unload-module", module.trim()]);
    while listed(&mut events).await.len() != 2 {}
    engine.monitor(false);
    place.becomes("source-outputs", false).await;
    drop(engine);
    drop(server);
}

async fn next(events: &mut Receiver<AudioEvent>) -> AudioEvent {
    timeout(Duration::from_secs(15), events.recv())
        .await
        .expect("an event in time")
        .expect("the engine runs")
}

async fn changed(events: &mut Receiver<AudioEvent>, wanted: Role, good: bool) -> String {
    loop {
        match next(events).await {
            AudioEvent::DeviceChanged {
                role,
                name,
                preferred,
            } if role == wanted && preferred == good => {
                return name;
            }
            _ => continue,
        }
    }
}

/// The names of the speakers the next time devices are listed.
async fn listed(events: &mut Receiver<AudioEvent>) -> Vec<String> {
    loop {
        if let AudioEvent::Devices(devices) = next(events).await {
            return devices.outputs.into_iter().map(|d| d.name).collect();
        }
    }
}

async fn lost(events: &mut Receiver<AudioEvent>, wanted: Role) {
    while !matches!(next(events).await, AudioEvent::DeviceLost { role, .. } if role == wanted) {}
}

async fn no_device(events: &mut Receiver<AudioEvent>, wanted: Role) -> String {
    loop {
        match next(events).await {
            AudioEvent::NoDevice { role, reason, .. } if role == wanted => return reason,
            _ => continue,
        }
    }
}

/// The call goes on: half a second of packets within a few seconds.
async fn assert_packets(leg: &mut warmline_audio::Leg) {
    let some = async {
        for _ in 0..25 {
            leg.source.recv().await.expect("the leg is open");
        }
    };
    timeout(Duration::from_secs(5), some)
        .await
        .expect("packets go on");
}
