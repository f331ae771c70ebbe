//! What becomes of a panic on the sound thread.

use super::*;

/// Does ticks with these legs, and what the supervisor does between them; gives how many packets each sent.
fn work(bench: &mut Bench, legs: &mut [&mut Leg], from: Instant, ticks: u32) -> Vec<usize> {
    let mut sent = vec![0; legs.len()];
    for n in 0..ticks {
        bench.sound.obey();
        bench.sound.tick(from + Duration::from_millis(10) * n);
        while let Ok(leftover) = bench.leftovers.pop() {
            if let Some(command) = leftover.settle() {
                bench.command(command);
            }
        }
        for (leg, sent) in legs.iter_mut().zip(&mut sent) {
            while leg.source.try_recv().is_some() {
                *sent += 1;
            }
        }
    }
    sent
}

#[test]
fn a_leg_that_panics_is_built_anew_and_the_others_go_on() {
    let mut bench = bench();
    let mut whole = bench.open(0, Codec::Pcmu);
    let (mut broken, mut end) = bench.make(111, Codec::Opus);
    end.break_in(50);
    bench.command(Command::Leg(end));
    for leg in [&whole, &broken] {
        leg.control.set_heard(true);
        leg.control.set_sending(true);
    }
    let start = Instant::now();
    let sent = work(&mut bench, &mut [&mut whole, &mut broken], start, 100);
    assert_eq!(sent[0], 50, "the other one lost nothing");
    // It broke in the 50th tick, waits ten, and breaks again after 49 more.
    assert_eq!(sent[1], 24 + 20);
    let broke = bench.shared.overruns.load(Ordering::Relaxed);
    assert_eq!(broke, 11, "it is told as ours");
    // One that goes on breaking is given ever more time.
    let start = start + Duration::from_secs(1);
    let sent = work(&mut bench, &mut [&mut whole, &mut broken], start, 1_000);
    assert_eq!(sent[0], 500);
    assert!((100..350).contains(&sent[1]), "{}", sent[1]);
    // And whoever hangs up in the middle of it leaves no leg behind.
    drop(broken);
    let start = start + Duration::from_secs(10);
    work(&mut bench, &mut [&mut whole], start, 60);
    assert_eq!(bench.sound.legs.iter().flatten().count(), 1);
}

/// Panics in each tick.
struct Mine;

impl Line for Mine {
    fn tick(&mut self, _: &[f32; 480], _: &mut [f32; 480]) {
        panic!("as the test wants it");
    }
}

#[test]
fn a_sound_thread_that_gets_no_tick_done_ends_and_lets_go_of_its_commands() {
    let bench = bench();
    let mut sound = bench.sound.on_line(Some(Box::new(Mine)));
    bench.shared.tone.ask(Some(Tone::Busy));
    let long_ago = Instant::now().checked_sub(Duration::from_secs(6));
    sound.faults.broke(long_ago.expect("the machine runs"), 0);
    sound.run();
    assert!(bench.commands.is_abandoned());
    assert_eq!(bench.shared.ticks.load(Ordering::Relaxed), 0);
    assert_eq!(bench.shared.overruns.load(Ordering::Relaxed), 1);
}
