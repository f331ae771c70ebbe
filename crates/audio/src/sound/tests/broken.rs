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
    // It broke in the 50th tick, was built anew in the next, and waited ten.
    assert_eq!(sent[1], 24 + 19);
    assert_eq!(broken.control.stats().broken, 1);
    let overruns = bench.shared.overruns.load(Ordering::Relaxed);
    assert_eq!(overruns, 0, "the computer is not to blame");
    // One that goes on breaking is given more time, half a second at most.
    let start = start + Duration::from_secs(1);
    let sent = work(&mut bench, &mut [&mut whole, &mut broken], start, 2_000);
    assert_eq!(sent[0], 1_000);
    assert!((450..550).contains(&sent[1]), "{}", sent[1]);
    // And whoever hangs up in the middle of it leaves no leg behind.
    drop(broken);
    let start = start + Duration::from_secs(20);
    work(&mut bench, &mut [&mut whole], start, 60);
    assert_eq!(bench.sound.legs.iter().flatten().count(), 1);
}

#[test]
fn a_leg_that_was_built_anew_sends_no_timestamp_twice_and_forgets_the_digit_under_way() {
    let mut bench = bench();
    let (mut leg, mut end) = bench.make(111, Codec::Opus);
    end.break_in(50);
    bench.command(Command::Leg(end));
    leg.control.set_sending(true);
    let start = Instant::now();
    let (mut sound, mut digits) = (Vec::new(), Vec::new());
    for tick in 0..500 {
        if tick == 40 {
            leg.control.dtmf('5', 1_200).expect("there is room");
        }
        bench.sound.obey();
        bench.sound.tick(start + Duration::from_millis(10) * tick);
        // It is built anew when there is time for it.
        if tick % 7 == 0
            && let Ok(leftover) = bench.leftovers.pop()
            && let Some(command) = leftover.settle()
        {
            bench.command(command);
        }
        while let Some(packet) = leg.source.try_recv() {
            let of = if packet.payload_type == 111 {
                &mut sound
            } else {
                &mut digits
            };
            of.push((tick, packet.timestamp));
        }
    }
    assert!(sound.iter().any(|(tick, _)| *tick > 400));
    for (tick, timestamp) in sound {
        // A packet has this tick and the one before.
        assert_eq!(timestamp, 1_000 + 480 * (tick - 1));
    }
    assert!(digits.iter().all(|(tick, _)| (40..50).contains(tick)));
    assert_eq!(digits.len(), 4);
}

/// Panics in each tick, and when it is dropped.
struct Mine;

impl Line for Mine {
    fn tick(&mut self, _: &[f32; 480], _: &mut [f32; 480]) {
        panic!("as the test wants it");
    }
}

impl Drop for Mine {
    fn drop(&mut self) {
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
