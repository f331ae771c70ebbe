//! What the agent's engine does with the sound of several calls: people hum, and listen for each other.

use std::f32::consts::TAU;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, interval, timeout};
use warmline_audio::{Engine, EngineConfig, Line};
use warmline_media::{Codec, Direction, Fork, Greeting, MediaConfig, MediaEvent, Session};

/// No step of a call on one machine takes longer, however busy it is.
const LIMIT: Duration = Duration::from_secs(20);

/// What people hum, in Hz.
const NOTES: [f32; 3] = [400.0, 700.0, 1_000.0];
/// How loud, as an amplitude.
const LOUD: f32 = 0.2;

/// Somebody at the far end.
struct Person {
    session: Session,
    events: mpsc::Receiver<MediaEvent>,
    ear: Arc<Ear>,
}

/// How loud somebody hears what there is to hear, as amplitudes, and for how many more ticks they hum.
#[derive(Default)]
struct Ear {
    notes: [AtomicU32; 3],
    all: AtomicU32,
    hums: AtomicU32,
}

/// The person's mouth and ear.
struct Voice {
    hertz: f32,
    at: usize,
    phasors: [(f32, f32); 3],
    power: f32,
    ear: Arc<Ear>,
}

impl Line for Voice {
    fn tick(&mut self, heard: &[f32; 480], said: &mut [f32; 480]) {
        let left = self.ear.hums.load(Ordering::Relaxed);
        self.ear
            .hums
            .store(left.saturating_sub(1), Ordering::Relaxed);
        for (heard, said) in heard.iter().zip(said) {
            let seconds = (self.at % 48_000) as f32 / 48_000.0;
            self.at += 1;
            if left > 0 {
                *said = LOUD * (TAU * (self.hertz * seconds).fract()).sin();
            }
            // The mean of some 100 ms.
            let share = 1.0 / 4_800.0;
            for (phasor, hertz) in self.phasors.iter_mut().zip(NOTES) {
                let (sin, cos) = (TAU * (hertz * seconds).fract()).sin_cos();
                phasor.0 += (heard * cos - phasor.0) * share;
                phasor.1 += (heard * sin - phasor.1) * share;
            }
            self.power += (heard * heard - self.power) * share;
        }
        let show = |place: &AtomicU32, value: f32| place.store(value.to_bits(), Ordering::Relaxed);
        for (place, (re, im)) in self.ear.notes.iter().zip(self.phasors) {
            show(place, 2.0 * re.hypot(im));
        }
        show(&self.ear.all, (2.0 * self.power).sqrt());
    }
}

impl Person {
    fn humming(note: usize, codec: Codec) -> Person {
        let ear = Arc::new(Ear::default());
        ear.hums.store(u32::MAX, Ordering::Relaxed);
        let voice = Voice {
            hertz: NOTES[note],
            at: 0,
            phasors: Default::default(),
            power: 0.0,
            ear: Arc::clone(&ear),
        };
        let engine = Engine::start_on_line(voice).expect("started");
        let (session, events) = Session::new(&config(codec), engine);
        session.set_sending(true);
        session.set_heard(true);
        Person {
            session,
            events,
            ear,
        }
    }

    /// Calls the agent, or takes the place of somebody who has.
    async fn calls(&mut self, agent: &Session) {
        let offer = self.session.offer().await.expect("offered");
        let answer = agent.answer(&offer).await.expect("answered");
        let accepted = self.session.set_answer(Fork::default(), &answer).await;
        accepted.expect("accepted");
        wait_for(&mut self.events, &MediaEvent::Connected).await;
    }

    fn hears(&self, note: usize) -> f32 {
        f32::from_bits(self.ear.notes[note].load(Ordering::Relaxed))
    }

    /// Waits until each note is heard if it is wanted, and no other.
    async fn comes_to_hear(&self, wanted: [bool; 3]) {
        let right = || {
            (0..3).all(|note| match wanted[note] {
                true => self.hears(note) > LOUD * 0.7,
                false => self.hears(note) < LOUD * 0.03,
            })
        };
        let found = || (0..3).map(|note| self.hears(note)).collect::<Vec<_>>();
        until(right, || format!("hears {:?}, wanted {wanted:?}", found())).await;
    }

    async fn comes_to_hear_loudness(&self, within: std::ops::Range<f32>) {
        let all = || f32::from_bits(self.ear.all.load(Ordering::Relaxed));
        until(
            || within.contains(&all()),
            || format!("{} is not in {within:?}", all()),
        )
        .await;
    }
}

/// The agent's end of a call on an engine without devices.
fn agents_end(engine: &Engine) -> (Session, mpsc::Receiver<MediaEvent>) {
    let (session, events) = Session::new(&config(Codec::Opus), engine.clone());
    session.set_sending(true);
    (session, events)
}

fn config(first: Codec) -> MediaConfig {
    let mut codecs = vec![Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma];
    if first != Codec::Opus {
        codecs = vec![first];
    }
    MediaConfig {
        codecs,
        loopback: true,
        ..MediaConfig::default()
    }
}

async fn wait_for(events: &mut mpsc::Receiver<MediaEvent>, wanted: &MediaEvent) {
    let found = timeout(LIMIT, async {
        while let Some(event) = events.recv().await {
            if event == *wanted {
                return true;
            }
        }
        false
    });
    assert_eq!(found.await, Ok(true), "{wanted:?} did not come");
}

async fn until(right: impl Fn() -> bool, words: impl Fn() -> String) {
    let start = Instant::now();
    let mut ticks = interval(Duration::from_millis(20));
    while !right() {
        ticks.tick().await;
        assert!(start.elapsed() < LIMIT, "{}", words());
    }
}

#[tokio::test]
async fn people_in_a_group_hear_each_other_also_when_somebody_else_takes_a_call_over() {
    let (agent, _) = Engine::start(EngineConfig::silent()).expect("started");
    let (to_customer, _events) = agents_end(&agent);
    let (to_expert, _events) = agents_end(&agent);
    let mut customer = Person::humming(0, Codec::Opus);
    let mut expert = Person::humming(1, Codec::Pcma);
    // The agent is away all the time.
    for session in [&to_customer, &to_expert] {
        session.set_muted(true);
        session.set_mixed(true);
    }
    customer.calls(&to_customer).await;
    expert.calls(&to_expert).await;
    customer.comes_to_hear([false, true, false]).await;
    expert.comes_to_hear([true, false, false]).await;

    to_expert.set_silenced(true);
    customer.comes_to_hear([false, false, false]).await;
    expert.comes_to_hear([true, false, false]).await;
    to_expert.set_silenced(false);
    to_customer.set_volume(0);
    customer.comes_to_hear([false, true, false]).await;
    expert.comes_to_hear([false, false, false]).await;
    to_customer.set_volume(100);

    // The server connects the call to another expert, whose codec is another.
    let mut other = Person::humming(2, Codec::Pcmu);
    other.calls(&to_expert).await;
    other.comes_to_hear([true, false, false]).await;
    customer.comes_to_hear([false, false, true]).await;

    to_expert.set_mixed(false);
    other.comes_to_hear([false, false, false]).await;
    customer.comes_to_hear([false, false, false]).await;
}

#[tokio::test]
async fn a_beep_is_told_to_who_asked() {
    let (agent, _) = Engine::start(EngineConfig::silent()).expect("started");
    let (session, mut events) = agents_end(&agent);
    let mut voicemail = Person::humming(2, Codec::Pcmu);
    voicemail.ear.hums.store(0, Ordering::Relaxed);
    voicemail.calls(&session).await;
    wait_for(&mut events, &MediaEvent::FirstAudio).await;
    session.watch_greeting(true);
    voicemail.ear.hums.store(50, Ordering::Relaxed);
    wait_for(&mut events, &MediaEvent::Greeting(Greeting::Beep)).await;
}

#[tokio::test]
async fn who_waits_hears_music_as_long_as_packets_may_flow() {
    let (agent, _) = Engine::start(EngineConfig::silent()).expect("started");
    let (session, _events) = agents_end(&agent);
    session.set_sending(false);
    let mut customer = Person::humming(0, Codec::Pcmu);
    customer.calls(&session).await;
    session.set_music(true);
    customer.comes_to_hear_loudness(0.02..0.2).await;
    let offer = customer.session.reoffer(Direction::SendOnly, false).await;
    let answer = session.answer(&offer.expect("offered")).await;
    let accepted = customer
        .session
        .set_answer(Fork::default(), &answer.expect("answered"))
        .await;
    accepted.expect("accepted");
    customer.comes_to_hear_loudness(0.0..0.001).await;
}
