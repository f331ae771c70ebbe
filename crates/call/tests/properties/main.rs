//! What must hold in whatever order things happen.

#![allow(
    clippy::disallowed_methods,
    reason = "tests pick the time they hand in"
)]

mod nonsense;
mod shift;
mod world;

use std::sync::Mutex;

use proptest::{
    strategy::Strategy,
    test_runner::{Config, TestCaseError, TestRunner},
};
use world::{Broken, Tally};

#[test]
fn nonsense_does_no_harm() {
    all(4_000, &nonsense::sequences(), nonsense::play);
}

#[test]
fn nobody_is_lost_and_nothing_stays_open() {
    let tally = all(16_000, &shift::sequences(), shift::play);
    // What is proved of the rare things is proved of enough of them.
    let rarest = [
        tally.consulted,
        tally.asked,
        tally.handed_over,
        tally.failed,
        tally.merged,
        tally.restored,
    ];
    assert!(rarest.iter().all(|count| *count > 1_000), "{tally:?}");
}

fn all<S: Strategy>(
    sequences: u32,
    strategy: &S,
    play: impl Fn(S::Value) -> Result<Tally, Broken>,
) -> Tally {
    let total = Mutex::new(Tally::default());
    let played = TestRunner::new(Config {
        cases: sequences,
        failure_persistence: None,
        ..Config::default()
    })
    .run(strategy, |sequence| {
        let tally = play(sequence).map_err(TestCaseError::from)?;
        *total.lock().expect("one thread plays") += tally;
        Ok(())
    });
    if let Err(error) = played {
        panic!("{error}");
    }
    total.into_inner().expect("one thread plays")
}
