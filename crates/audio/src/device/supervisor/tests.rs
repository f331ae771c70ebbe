use std::path::Path;

use rtrb::{Producer, RingBuffer};

use super::*;
use crate::Codec;
use crate::device::ring::{Clock, capture_ring};
use crate::device::{Input, Output};
use crate::leg;
use crate::sound::Command;
use crate::testing::leg_config;

/// A supervisor without devices, and the other ends of what it holds.
struct Bench {
    supervisor: Supervisor,
    leaving: Producer<Leftover>,
    commanded: Consumer<Command>,
    events: mpsc::Receiver<AudioEvent>,
}

/// With room for so many commands and events.
fn bench(commands: usize, events: usize) -> Bench {
    let (commands, commanded) = Commands::new(commands);
    let (leaving, leftovers) = RingBuffer::new(4);
    let (events, told) = mpsc::channel(events);
    let choices = Choices {
        input: Input::Silent,
        output: Output::Silent,
        ring: Output::Silent,
    };
    let supervisor = Supervisor::new(
        choices,
        Arc::default(),
        Arc::new(commands),
        Arc::default(),
        leftovers,
        events,
    );
    Bench {
        supervisor,
        leaving,
        commanded,
        events: told,
    }
}

#[test]
fn that_the_sound_thread_has_ended_is_told_once_and_never_lost() {
    let mut bench = bench(1, 1);
    assert_eq!(bench.supervisor.step(), None);
    bench.supervisor.tell(AudioEvent::WavEnded);
    drop(bench.commanded);
    assert!(bench.supervisor.step().is_some(), "there was no room");
    assert_eq!(bench.events.try_recv(), Ok(AudioEvent::WavEnded));
    assert_eq!(bench.supervisor.step(), None);
    assert_eq!(bench.events.try_recv(), Ok(AudioEvent::Broken));
    assert_eq!(bench.supervisor.step(), None);
    assert!(bench.events.try_recv().is_err());
}

#[test]
fn an_engine_that_stops_is_not_broken() {
    let mut bench = bench(1, 1);
    let stopping = &bench.supervisor.shared.stopping;
    stopping.store(true, Ordering::Release);
    drop(bench.commanded);
    assert_eq!(bench.supervisor.step(), None);
    assert!(bench.events.try_recv().is_err());
}

#[test]
fn a_leg_that_was_built_anew_waits_for_room_on_its_way_back() {
    let mut bench = bench(1, 1);
    let full = bench.supervisor.commands.send(Command::Capture(None));
    full.expect("there is room");
    let (_leg, broken) = leg::open(&leg_config(0, Codec::Pcmu), Arc::default()).expect("opens");
    assert!(bench.leaving.push(Leftover::BrokenLeg { broken }).is_ok());
    let now = Instant::now();
    for _ in 0..3 {
        assert_eq!(bench.supervisor.settle(now), Some(now + NO_ROOM));
    }
    assert!(matches!(bench.commanded.pop(), Ok(Command::Capture(None))));
    assert_eq!(bench.supervisor.settle(now), None);
    assert!(matches!(bench.commanded.pop(), Ok(Command::Leg(_))));
}

#[test]
fn why_a_file_cannot_be_used_is_said_without_its_folder() {
    let mut bench = bench(1, 1);
    let path = Path::new("/nowhere/quentin/mic.wav");
    bench
        .supervisor
        .choose(Role::Input, Input::Wav(path.into()).into());
    bench.supervisor.shared.presence.leg_sends(true);
    bench.supervisor.step();
    let Ok(AudioEvent::WavFailed { reason, .. }) = bench.events.try_recv() else {
        panic!("it fails");
    };
    assert!(
        !reason.is_empty() && !reason.contains("quentin"),
        "{reason}"
    );
}

/// Panics when it is dropped.
struct Fragile;

impl Drop for Fragile {
    fn drop(&mut self) {
        panic!("as the test wants it");
    }
}

#[test]
fn what_panics_as_it_is_dropped_keeps_nothing_else_from_its_place() {
    let mut bench = bench(1, 1);
    let (_feed, mut end, _) = capture_ring(48_000, Clock::Device);
    let fragile = Fragile;
    end.fetched_by(Box::new(move || {
        let _held = &fragile;
    }));
    let (_leg, broken) = leg::open(&leg_config(0, Codec::Pcmu), Arc::default()).expect("opens");
    for leftover in [
        Leftover::Capture { _end: end },
        Leftover::BrokenLeg { broken },
    ] {
        assert!(bench.leaving.push(leftover).is_ok());
    }
    assert_eq!(bench.supervisor.settle(Instant::now()), None);
    assert!(matches!(bench.commanded.pop(), Ok(Command::Leg(_))));
}
