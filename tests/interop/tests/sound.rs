//! What is left of speech, and sound by way of real devices.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use warmline_interop::{
    Asterisk, Band, Kind, Lab, Result, Room, Score, StandstillWatch, Stats, number, score, sound,
    test,
};

/// A sentence by way of the PBX's Echo, so after two journeys.
fn speech_comes_back(codec: &str, band: Band, least: f64) {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        let mut tries = 0;
        loop {
            tries += 1;
            let watch = StandstillWatch::start();
            let (score, stats) = echo(lab, &asterisk, codec, band)?;
            let stood_still = watch.longest();
            if score.pesq < least && stood_still > STANDSTILL && tries < 3 {
                continue;
            }
            assert!(
                score.pesq >= least,
                "{codec}: {score:?}, {stats:?}, the machine stood still for {stood_still:?}"
            );
            assert!(
                score.gain_db.abs() < 1.0,
                "{codec}: it came back louder or softer: {score:?}"
            );
            return Ok(());
        }
    });
}

fn echo(lab: &Lab, asterisk: &Asterisk, codec: &str, band: Band) -> Result<(Score, Stats)> {
    let mut phone = lab
        .phone(&asterisk.wss())
        .codecs(&[codec])
        .says(&lab.speech()?)
        .first()
        .registered()?;
    phone.call(number::ECHO)?;
    // Two seconds of silence, the sentence, and what the way takes.
    std::thread::sleep(Duration::from_secs(12));
    let stats = phone.stats()?;
    phone.hang_up()?;
    let heard = phone.quit()?;
    Ok((score(&sound::sentence(), &heard, band)?, stats))
}

#[test]
fn speech_comes_back_in_opus() {
    speech_comes_back("opus", Band::Wide, 3.5);
}

#[test]
fn speech_comes_back_in_pcmu() {
    speech_comes_back("pcmu", Band::Narrow, 3.7);
}

#[test]
fn real_devices_carry_a_call() {
    test(|lab| {
        let pulse = lab.pulse()?;
        let asterisk = lab.asterisk()?;
        let mut phone = lab
            .phone(&asterisk.wss())
            .devices(&pulse)
            .unprocessed()
            .registered()?;
        phone.call(number::ECHO)?;
        let recorder = pulse.record()?;
        let mouth = pulse.say(&lab.tone(440.0, -20.0, 20.0)?)?;
        std::thread::sleep(Duration::from_secs(5));
        let room = recorder.finish();
        drop(mouth);
        let said = room.microphone.last(3.0).share_of(440.0, -20.0);
        assert_eq!(said, 1.0);
        comes_through(&room, 440.0);
        phone.quit().map(drop)
    });
}

/// The speaker is pulled out in a call: the call stays, and the sound moves.
#[test]
fn a_lost_speaker_is_replaced_within_a_second() {
    test(|lab| {
        let pulse = lab.pulse()?;
        let asterisk = lab.asterisk()?;
        // A headset that is plugged in, and taken for the default device.
        let headset = pulse.plug_in("headset")?;
        let mut phone = lab
            .phone(&asterisk.wss())
            .devices(&pulse)
            .speaker("headset")
            .registered()?;
        phone.call(number::MILLIWATT)?;
        let recorder = pulse.record()?;
        pulse.unplug(headset)?;
        let start = Instant::now();
        phone.wait("the other speaker", in_use("speaker", "Speaker"))?;
        let moved = start.elapsed();
        assert!(moved.as_millis() < 1000, "{moved:?}");
        std::thread::sleep(Duration::from_secs(4));
        comes_through(&recorder.finish(), 1000.0);
        assert_eq!(phone.count(|kind| matches!(kind, Kind::Ended { .. })), 0);
        phone.quit().map(drop)
    });
}

/// The same for the microphone, by the agent's voice.
#[test]
fn a_lost_microphone_is_replaced_within_a_second() {
    test(|lab| {
        let pulse = lab.pulse()?;
        let asterisk = lab.asterisk()?;
        let headset = pulse.plug_in_microphone("headset")?;
        let mut phone = lab
            .phone(&asterisk.wss())
            .devices(&pulse)
            .microphone("headset")
            .unprocessed()
            .registered()?;
        let mouth = pulse.say(&lab.tone(440.0, -20.0, 30.0)?)?;
        phone.call(number::ECHO)?;
        phone.wait("the headset", in_use("microphone", "headset"))?;
        let recorder = pulse.record()?;
        pulse.unplug(headset)?;
        let start = Instant::now();
        phone.wait("the other microphone", in_use("microphone", "Microphone"))?;
        let moved = start.elapsed();
        assert!(moved.as_millis() < 1000, "{moved:?}");
        std::thread::sleep(Duration::from_secs(4));
        comes_through(&recorder.finish(), 440.0);
        drop(mouth);
        assert_eq!(phone.count(|kind| matches!(kind, Kind::Ended { .. })), 0);
        phone.quit().map(drop)
    });
}

/// A tone of -20 dBFS is what most of the last 3 s of the speaker were.
fn comes_through(room: &Room, hz: f64) {
    let heard = room.speaker.last(3.0);
    let share = heard.share_of(hz, -20.0);
    assert!(share >= MOST_OF_IT, "{share}: {:?}", heard.loudest());
}

/// Picks the event by which this device is in use.
fn in_use(role: &'static str, name: &'static str) -> impl Fn(&Kind) -> Option<()> {
    move |kind| match kind {
        Kind::Device {
            role: of,
            name: Some(device),
            state,
        } => (of == role && device == name && state != "lost").then_some(()),
        _ => None,
    }
}

/// Of a tone that comes by way of real devices and a call.
const MOST_OF_IT: f64 = 0.7;

/// A machine that stood still for longer has spoilt the sound by itself.
const STANDSTILL: Duration = Duration::from_millis(15);
