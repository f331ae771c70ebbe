//! One phone, one codec, one run: started cold, registered, called, listened to.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use warmline_interop::rivals::{Client, Codec, Ground, Name, Settings};
use warmline_interop::signalling::{Clock, answered_call};
use warmline_interop::{
    Asterisk, Band, Lab, Pulse, Result, Room, cost, number, score, sound, trip,
};

/// What one run showed. What did not show is not there.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Run {
    pub(crate) registered_ms: f64,
    pub(crate) dial_to_invite_ms: Vec<f64>,
    pub(crate) invite_to_200_ms: Vec<f64>,
    pub(crate) answer_to_audio_ms: Vec<f64>,
    pub(crate) cpu_idle_s_per_min: f64,
    pub(crate) cpu_call_s_per_min: f64,
    pub(crate) pss_idle_mb: f64,
    pub(crate) pss_call_mb: f64,
    pub(crate) trip_ms: Vec<f64>,
    pub(crate) pesq: Vec<f64>,
}

/// Measures a phone. `Ok(None)` if it is not installed.
pub(crate) fn run(name: Name, codec: Codec) -> Result<Option<Run>> {
    let lab = Lab::new()?;
    let pulse = lab.pulse()?;
    let mut asterisk = lab.asterisk()?;
    asterisk.ami().console("pjsip set logger on")?;
    let clock = Clock::now();
    asterisk.ami().from_now();

    let start = Instant::now();
    let ground = Ground {
        lab: &lab,
        asterisk: &asterisk,
        pulse: &pulse,
        network: None,
    };
    let Some(mut client) = name.start(codec, Settings::Best, &ground)? else {
        return Ok(None);
    };
    let person = name.person().number;
    let registered = asterisk
        .ami()
        .wait("a registration", Duration::from_secs(20), |event| {
            event.name() == "ContactStatus"
                && event.get("AOR") == person
                && event.get("ContactStatus") != "Removed"
        })?;
    let mut run = Run {
        registered_ms: ms(registered.at - start),
        ..Run::default()
    };

    std::thread::sleep(SETTLE);
    run.cpu_idle_s_per_min = cpu_per_minute(client.as_ref(), IDLE);
    run.pss_idle_mb = cost::pss_mb(client.pid());

    for _ in 0..SHORT_CALLS {
        let room = short_call(client.as_mut(), &mut asterisk, &pulse, clock, &mut run)?;
        drop(room);
    }
    let (said, plan) = programme(&lab)?;
    long_call(
        client.as_mut(),
        &mut asterisk,
        &pulse,
        &said,
        &plan,
        codec,
        &lab,
        &mut run,
    )?;
    Ok(Some(run))
}

/// A call to a tone: how long until it is answered, and until the tone is heard.
fn short_call(
    client: &mut dyn Client,
    asterisk: &mut Asterisk,
    pulse: &Pulse,
    clock: Clock,
    run: &mut Run,
) -> Result<Room> {
    let recorder = pulse.record()?;
    asterisk.ami().from_now();
    let dialled = Instant::now();
    client.dial(number::MILLIWATT)?;
    asterisk.ami().wait("an answered call", CALL, |event| {
        event.name() == "MusicOnHoldStart"
    })?;
    std::thread::sleep(TONE);
    let room = recorder.finish();
    hang_up(client, asterisk)?;
    let dialled = clock.since_1970(dialled);
    if let Some(call) = answered_call(&asterisk.log(), dialled) {
        run.dial_to_invite_ms
            .push(ms(call.invite.saturating_sub(dialled)));
        run.invite_to_200_ms.push(ms(call.answered - call.invite));
        let began = clock.since_1970(room.began);
        let answered = call.answered.saturating_sub(began);
        let since = room.speaker.part(answered.as_secs_f64(), f64::INFINITY);
        if let Some(at) = since.first(1000.0, -35.0) {
            run.answer_to_audio_ms.push(at * 1000.0);
        }
    }
    Ok(room)
}

/// A call to Echo: what it costs, how long sound takes, and what is left of speech.
#[allow(clippy::too_many_arguments)] // one use
fn long_call(
    client: &mut dyn Client,
    asterisk: &mut Asterisk,
    pulse: &Pulse,
    said: &Path,
    plan: &Plan,
    codec: Codec,
    lab: &Lab,
    run: &mut Run,
) -> Result<()> {
    asterisk.ami().from_now();
    client.dial(number::ECHO)?;
    asterisk.ami().wait("a call to Echo", CALL, |event| {
        event.name() == "Newexten" && event.get("Application") == "Echo"
    })?;
    std::thread::sleep(DEPTH);
    let recorder = pulse.record()?;
    let mouth = pulse.say(said)?;
    run.cpu_call_s_per_min = cpu_per_minute(client, Duration::from_secs_f64(plan.seconds));
    run.pss_call_mb = cost::pss_mb(client.pid());
    std::thread::sleep(Duration::from_secs(1));
    drop(mouth);
    let room = recorder.finish();
    hang_up(client, asterisk)?;

    run.trip_ms = trip::trips_ms(&room, plan.chirps_begin, f64::INFINITY);
    let band = match codec {
        Codec::Opus => Band::Wide,
        Codec::Pcmu => Band::Narrow,
    };
    for number in 0..SENTENCES {
        let begin = f64::from(number) * plan.sentence;
        let heard = room.speaker.part(begin, begin + plan.sentence + 1.5);
        let file = lab.dir().join("heard.wav");
        sound::write(&file, heard.rate, &heard.samples)?;
        run.pesq.push(score(&sound::sentence(), &file, band)?.pesq);
    }
    Ok(())
}

fn hang_up(client: &mut dyn Client, asterisk: &mut Asterisk) -> Result<()> {
    client.hang_up()?;
    asterisk
        .ami()
        .wait("the end of the call", CALL, |event| {
            event.name() == "Hangup"
        })
        .map(drop)
}

/// What is said: first sentences, then chirps. Times in seconds.
struct Plan {
    chirps_begin: f64,
    sentence: f64,
    seconds: f64,
}

fn programme(lab: &Lab) -> Result<(PathBuf, Plan)> {
    let sentence = sound::Sound::read(&sound::sentence())?;
    let mut samples = Vec::new();
    for _ in 0..SENTENCES {
        samples.extend(&sentence.samples);
        samples.extend(std::iter::repeat_n(0, trip::RATE as usize));
    }
    let chirps_begin = samples.len() as f64 / f64::from(trip::RATE);
    samples.extend(trip::chirps(CHIRPS));
    let file = lab.dir().join("programme.wav");
    sound::write(&file, trip::RATE, &samples)?;
    let seconds = samples.len() as f64 / f64::from(trip::RATE);
    Ok((
        file,
        Plan {
            chirps_begin,
            sentence: sentence.seconds() + 1.0,
            seconds,
        },
    ))
}

fn cpu_per_minute(client: &dyn Client, during: Duration) -> f64 {
    let (start, before) = (Instant::now(), cost::cpu(client.pid()));
    std::thread::sleep(during);
    let used = cost::cpu(client.pid()).saturating_sub(before);
    used.as_secs_f64() * 60.0 / start.elapsed().as_secs_f64()
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// So that what a start leaves behind is not measured.
const SETTLE: Duration = Duration::from_secs(2);
/// So that the buffers of every phone have found their depth: linphonec's take a quarter of a minute.
const DEPTH: Duration = Duration::from_secs(20);
const IDLE: Duration = Duration::from_secs(10);
const TONE: Duration = Duration::from_secs(3);
const CALL: Duration = Duration::from_secs(10);
const SHORT_CALLS: usize = 3;
const CHIRPS: usize = 8;
const SENTENCES: u32 = 4;
