use rtrb::RingBuffer;

use super::*;
use crate::device::{Input, Output};
use crate::sound::Command;

/// A supervisor without devices, and the other ends of what it holds.
struct Bench {
    supervisor: Supervisor,
    commanded: Consumer<Command>,
    events: mpsc::Receiver<AudioEvent>,
}

/// With room for so many commands and events.
fn bench(commands: usize, events: usize) -> Bench {
    let (commands, commanded) = Commands::new(commands);
    let (_, leftovers) = RingBuffer::new(1);
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
