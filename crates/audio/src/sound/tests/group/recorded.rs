//! Recordings of calls and groups: who is on which side, and when.

use std::sync::atomic::Ordering;

use rtrb::Consumer;

use super::*;
use crate::RecordingId;
use crate::recording::{Announced, Block, Tap, TapShared};

/// One member's call is recorded.
struct Recorded {
    group: Group,
    blocks: Consumer<Block>,
    shared: Arc<TapShared>,
    left: Vec<f32>,
    right: Vec<f32>,
    gaps: usize,
}

impl Recorded {
    fn of(mut group: Group, announced: Announced) -> Self {
        let shared = Arc::new(TapShared::default());
        let (tap, blocks) = Tap::new(7, announced, shared.clone());
        group.bench.command(Command::Record(tap));
        group.control(0).set_recorded(Some(RecordingId(7)));
        Self {
            group,
            blocks,
            shared,
            left: Vec::new(),
            right: Vec::new(),
            gaps: 0,
        }
    }

    fn run(&mut self, ms: u64) {
        self.group.run(ms);
        while let Ok(block) = self.blocks.pop() {
            self.gaps += usize::from(block.after_gap);
            self.left.extend(block.left.map(crate::frame::from_i16));
            self.right.extend(block.right.map(crate::frame::from_i16));
        }
    }

    /// The last second of the left and of the right side: each member and then the agent, in dB.
    fn sides(&self) -> [Vec<f64>; 2] {
        let members = self.group.members.iter();
        let mut tones: Vec<f64> = members.map(|member| member.hertz).collect();
        tones.push(AGENT);
        [&self.left, &self.right].map(|side| last_second(side, &tones))
    }
}

/// Alone with the agent.
fn alone() -> Group {
    let group = Group::of(1, true);
    group.control(0).set_mixed(false);
    group
}

#[test]
fn the_agent_is_on_the_left_and_the_caller_on_the_right() {
    let mut recorded = Recorded::of(alone(), Announced::Nothing);
    recorded.run(3_500);
    let [left, right] = recorded.sides();
    assert_heard(&left, &[None, FULL]);
    assert_heard(&right, &[FULL, None]);
    assert_eq!(recorded.left.len(), 350 * 480, "every tick");
    recorded.group.control(0).set_muted(true);
    recorded.run(1_500);
    let [left, right] = recorded.sides();
    assert_heard(&left, &[None, None]);
    assert_heard(&right, &[FULL, None]);
    assert_eq!(recorded.gaps, 0);
}

#[test]
fn of_a_group_all_are_on_the_right_but_the_agent() {
    let mut recorded = Recorded::of(Group::of(3, true), Announced::Nothing);
    recorded.run(3_500);
    let [left, right] = recorded.sides();
    assert_heard(&left, &[None, None, None, FULL]);
    assert_heard(&right, &[FULL, FULL, FULL, None]);
    recorded.group.control(1).set_silenced(true);
    recorded.run(1_500);
    assert_heard(&recorded.sides()[1], &[FULL, None, FULL, None]);
}

#[test]
fn nothing_is_recorded_of_a_call_that_the_agent_does_not_hear() {
    let mut recorded = Recorded::of(alone(), Announced::Nothing);
    recorded.run(2_000);
    let control = recorded.group.control(0);
    control.set_heard(false);
    control.set_music(true);
    recorded.run(2_000);
    assert_eq!(recorded.left.len(), 200 * 480);
    let control = recorded.group.control(0);
    control.set_heard(true);
    control.set_music(false);
    recorded.run(2_000);
    assert_eq!((recorded.left.len(), recorded.gaps), (400 * 480, 1));
    assert_heard(&recorded.sides()[1], &[FULL, None]);
    // On purpose.
    recorded.shared.paused.store(true, Ordering::Relaxed);
    recorded.run(2_000);
    assert_eq!(recorded.left.len(), 400 * 480);
}

#[test]
fn the_tone_is_heard_by_all_and_stands_on_the_left() {
    const WARNING: f64 = 1_400.0;
    let mut recorded = Recorded::of(Group::of(3, true), Announced::Tone);
    recorded.run(600);
    let tone = |sound: &[f32]| tone_snr_db(&sound[sound.len() - 14_400..], WARNING).1;
    let heard = |recorded: &Recorded| {
        let members = recorded.group.members.iter();
        let mut heard: Vec<f64> = members.map(|member| tone(&member.heard)).collect();
        heard.extend([&recorded.group.agent, &recorded.left].map(|sound| tone(sound)));
        heard
    };
    // What a codec with its packets delays is still to come, so the middle is listened to.
    let first = heard(&recorded);
    assert!(first.iter().all(|loud| *loud > 0.03), "{first:.3?}");
    assert!(tone(&recorded.right) < 0.005);
    recorded.run(10_000);
    let then = heard(&recorded);
    assert!(then.iter().all(|loud| *loud < 0.005), "{then:.3?}");
}

#[test]
fn a_sentence_is_heard_by_both_before_anything_is_recorded() {
    let sentence: Vec<f32> = (0..96_000).map(|n| tone(1_000.0, LOUD, n)).collect();
    let mut recorded = Recorded::of(alone(), Announced::Sentence(sentence.into()));
    recorded.run(2_000);
    assert!(recorded.left.is_empty());
    for heard in [&recorded.group.members[0].heard, &recorded.group.agent] {
        let second = &heard[heard.len() - 48_000..];
        assert!(tone_snr_db(second, 1_000.0).1 > LOUD * 0.9);
    }
    recorded.run(2_000);
    assert_eq!(recorded.left.len(), 200 * 480);
    assert!(tone_snr_db(&recorded.left, 1_000.0).1 < LOUD * 0.01);
    // Whoever joins is told too.
    let mut recorded = Recorded::of(Group::of(2, true), Announced::Sentence([0.1; 480].into()));
    recorded.group.control(1).set_mixed(false);
    recorded.run(1_000);
    let before = recorded.left.len();
    recorded.group.control(1).set_mixed(true);
    recorded.run(1_000);
    assert_eq!(recorded.left.len() - before, 99 * 480);
}

#[test]
fn a_leg_that_takes_anothers_place_is_recorded_on() {
    let mut recorded = Recorded::of(alone(), Announced::Nothing);
    recorded.run(1_000);
    let leg = recorded.group.bench.open(0, Codec::Pcmu);
    leg.control.set_heard(true);
    leg.control.set_sending(true);
    leg.control.set_recorded(Some(RecordingId(7)));
    recorded.group.members[0].leg = leg;
    recorded.run(3_000);
    let [left, right] = recorded.sides();
    assert_heard(&left, &[None, FULL]);
    assert_heard(&right, &[FULL, None]);
    assert!(recorded.left.len() >= 398 * 480);
}

#[test]
fn what_is_closed_is_left_to_others() {
    let mut recorded = Recorded::of(alone(), Announced::Nothing);
    recorded.run(100);
    recorded.shared.closed.store(true, Ordering::Release);
    recorded.run(10);
    assert!(
        !recorded.blocks.is_abandoned(),
        "not dropped on this thread"
    );
    let leftovers = &mut recorded.group.bench.leftovers;
    assert!(matches!(leftovers.pop(), Ok(Leftover::Tap { .. })));
    assert!(recorded.blocks.is_abandoned());
}
