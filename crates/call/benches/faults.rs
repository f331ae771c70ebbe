//! A million random sequences of events and faults, and what became of the people in them: the
//! properties that `cargo test` plays some thousand times. Writes `docs/bench/faults.md`.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a program that measures, and says what it saw"
)]

#[path = "../tests/properties/nonsense.rs"]
mod nonsense;
#[path = "../tests/properties/shift.rs"]
mod shift;
#[path = "../tests/properties/world/mod.rs"]
mod world;

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, ExitCode},
    thread,
    time::Instant,
};

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use world::{Broken, Promise, Tally};

fn main() -> ExitCode {
    let wanted = std::env::var("WARMLINE_FAULT_CASES").ok();
    let wanted = wanted.map_or(Ok(SEQUENCES), |wanted| wanted.parse::<u64>());
    let Ok(wanted) = wanted else {
        eprintln!("WARMLINE_FAULT_CASES is to be a number of sequences");
        return ExitCode::FAILURE;
    };
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let began = Instant::now();
    let each = wanted.div_ceil(cores);
    let seen = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores)
            .map(|core| scope.spawn(move || play(core, each)))
            .collect();
        let mut seen = Seen::default();
        for thread in threads {
            seen.add(thread.join().expect("what breaks is counted, not thrown"));
        }
        seen
    });
    let page = page(&seen, cores, began.elapsed().as_secs_f64());
    println!("{page}");
    for (promise, how) in &seen.examples {
        eprintln!("{promise:?}: {how}\n");
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bench/faults.md");
    if let Err(error) = std::fs::write(&file, page) {
        eprintln!("{} cannot be written: {error}", file.display());
        return ExitCode::FAILURE;
    }
    if seen.broken.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What was seen.
#[derive(Default)]
struct Seen {
    sensible: Tally,
    nonsense: Tally,
    broken: BTreeMap<Promise, u64>,
    examples: Vec<(Promise, String)>,
}

impl Seen {
    fn add(&mut self, other: Seen) {
        self.sensible += other.sensible;
        self.nonsense += other.nonsense;
        for (promise, count) in other.broken {
            *self.broken.entry(promise).or_default() += count;
        }
        self.examples.extend(other.examples);
    }

    fn note(&mut self, broken: Broken) {
        let count = self.broken.entry(broken.promise).or_default();
        *count += 1;
        if *count <= SHOWN {
            self.examples.push((broken.promise, broken.how));
        }
    }

    fn times(&self, promise: Promise) -> u64 {
        self.broken.get(&promise).copied().unwrap_or_default()
    }
}

/// The same for the same `core` and number, always.
fn play(core: u64, sequences: u64) -> Seen {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&core.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (sensible, nonsense) = (shift::sequences(), nonsense::sequences());
    let mut seen = Seen::default();
    for number in 0..sequences {
        let is_nonsense = number % ONE_IN == 0;
        let played = if is_nonsense {
            nonsense::play(drawn(&nonsense, &mut runner))
        } else {
            shift::play(drawn(&sensible, &mut runner))
        };
        match played {
            Ok(tally) if is_nonsense => seen.nonsense += tally,
            Ok(tally) => seen.sensible += tally,
            Err(broken) => seen.note(broken),
        }
    }
    seen
}

fn drawn<S: Strategy>(strategy: &S, runner: &mut TestRunner) -> S::Value {
    let tree = strategy.new_tree(runner);
    tree.expect("no sequence is filtered out").current()
}

fn page(seen: &Seen, cores: u64, seconds: f64) -> String {
    let (sensible, nonsense) = (seen.sensible, seen.nonsense);
    let broken: u64 = seen.broken.values().sum();
    let sequences = sensible.sequences + nonsense.sequences + broken;
    let events = sensible.events + nonsense.events;
    let file = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = file.lines().find(|line| line.starts_with("model name"));
    let processor = model.and_then(|line| line.split_once(": "));
    let processor = processor.map_or("an unknown processor", |(_, name)| name);
    let date = Command::new("date").arg("+%Y-%m-%d").output();
    let date = date.map_or_else(
        |_| "Some day".to_owned(),
        |date| String::from_utf8_lossy(&date.stdout).trim().to_owned(),
    );
    let promises = [
        ("people lost", Promise::NobodyLost),
        ("legs orphaned", Promise::NoLegOrphaned),
        (
            "two heard at once, or somebody waiting in silence",
            Promise::OneHeard,
        ),
        ("two offers at once in a dialog", Promise::OneOffer),
        (
            "anything left behind, or a time-out not spent",
            Promise::NothingLeft,
        ),
    ];
    let mut rows = vec![
        ("sequences".to_owned(), sequences),
        ("events".to_owned(), events),
    ];
    rows.extend(promises.map(|(what, promise)| (format!("**{what}**"), seen.times(promise))));
    rows.extend(
        [
            ("experts who answered", sensible.consulted),
            ("REFERs sent", sensible.asked),
            ("customers handed over", sensible.handed_over),
            ("transfers that failed", sensible.failed),
            ("merges", sensible.merged),
            ("calls taken up from an earlier run", sensible.restored),
        ]
        .map(|(what, count)| (what.to_owned(), count)),
    );
    let rows: String = rows
        .iter()
        .map(|(what, count)| format!("| {what} | {} |\n", grouped(*count)))
        .collect();
    format!(
        "# Faults, by the million

Written by `./dev bench faults`; `WARMLINE_FAULT_CASES` says how many sequences.

{date}, {processor}, {cores} cores: {seconds:.0} s.

| | |
|---|--:|
{rows}
## What is played

- `Phone` of `crates/call`, in virtual time, with a server, customers, experts and media sessions that keep to the protocol \
and otherwise do what they like: REFER refused with any status, NOTIFY late, twice, out of order, for older REFERs or never, \
BYE at any moment, 491, 408 and 481 to offers, dialogs that lead nowhere any more, INVITE with Replaces, REFER from the peer, calls of an earlier run that are taken up or not, \
paths that break, signs of a machine. The agent presses any button, sense or not. One sequence in eight begins with nobody; the others with customers, \
a consultation, a REFER under way or a group.
- **Lost**: a person on an established leg whom neither the agent (hanging up, going back), nor the server (NOTIFY 2xx for a REFER in that leg, \
481 to an offer), nor they themselves let go, and who got a BYE all the same, or whose call is not shown, or cannot be talked to. \
Media that never works, and a call of an earlier run that the server does not take up, let go too.
- **Orphaned**: a leg that got no farewell, or two, or anything after it.
- One sequence in {ONE_IN} is nonsense: events in any order about calls that may not exist. People and legs are not counted in it, all else is.
- The same seed on the same number of cores gives the same sequences. `cargo test -p warmline-call` plays 20,000 with new seeds each time.
"
    )
}

/// 1000000 as 1,000,000.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many are played.
const SEQUENCES: u64 = 1_000_000;

/// One sequence in so many is nonsense.
const ONE_IN: u64 = 8;

/// How many sequences that break a promise are shown.
const SHOWN: u64 = 3;
