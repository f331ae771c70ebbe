//! Random orders of what can happen.

use proptest::prelude::*;

use super::*;
use crate::step::{StepKind, tests::step};

#[derive(Clone, Debug)]
enum Act {
    Remember(u64),
    Forget(usize),
    ForgetAll,
    Restart,
    /// Another program takes the file, or gives it back.
    Hold(bool),
    Settle,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => (0..500u64).prop_map(Act::Remember),
        2 => (0..10usize).prop_map(Act::Forget),
        1 => Just(Act::ForgetAll),
        1 => Just(Act::Restart),
        2 => any::<bool>().prop_map(Act::Hold),
        1 => Just(Act::Settle),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_agent_sees_what_was_done_and_the_file_agrees_once_it_can(
        steps in prop::collection::vec(act(), 1..30),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = Desk::open(&folder);
        desk.sql("PRAGMA busy_timeout = 0");
        let other = rusqlite::Connection::open(folder.path().join("history.db")).unwrap();
        let mut held = false;
        let mut expected: Vec<u64> = Vec::new();
        for step in steps {
            match step {
                Act::Remember(n) => {
                    desk.remember(n);
                    expected.push(n);
                }
                Act::Forget(at) => {
                    if let Some(id) = desk.ids().get(at).copied() {
                        let gone = desk.shown()[at];
                        desk.forget(Some(id));
                        let at = expected.iter().position(|n| *n == gone).expect("it was there");
                        expected.remove(at);
                    }
                }
                Act::ForgetAll => {
                    desk.forget(None);
                    expected.clear();
                }
                Act::Restart if !held => {
                    desk.settle();
                    drop(desk);
                    desk = Desk::open(&folder);
                    desk.sql("PRAGMA busy_timeout = 0");
                }
                Act::Hold(hold) if hold != held => {
                    other.execute_batch(if hold { "BEGIN IMMEDIATE" } else { "ROLLBACK" }).unwrap();
                    held = hold;
                }
                Act::Restart | Act::Hold(_) | Act::Settle => {
                    desk.settle();
                }
            }
            let mut sorted = expected.clone();
            sorted.sort_by(|a, b| b.cmp(a));
            prop_assert_eq!(desk.shown(), sorted);
        }
        if held {
            other.execute_batch("ROLLBACK").unwrap();
        }
        desk.settle();
        prop_assert_eq!(desk.trouble(), None);
        let shown = desk.shown();
        drop(desk);
        prop_assert_eq!(Desk::open(&folder).shown(), shown);
    }
}

#[derive(Clone, Debug)]
enum Event {
    Keep,
    Step(usize),
    Close(usize),
    TakeUp(usize),
    GiveUp(usize),
    /// Another program takes the file, or gives it back.
    Hold(bool),
    Crash,
    CrashAndWait,
}

fn event() -> impl Strategy<Value = Event> {
    let any = || 0..4usize;
    prop_oneof![
        4 => Just(Event::Keep),
        4 => any().prop_map(Event::Step),
        2 => any().prop_map(Event::Close),
        3 => any().prop_map(Event::TakeUp),
        1 => any().prop_map(Event::GiveUp),
        2 => prop::bool::ANY.prop_map(Event::Hold),
        2 => Just(Event::Crash),
        1 => Just(Event::CrashAndWait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Each call is told apart by `began_unix_ms`, and stands, is unfinished or is history.
    #[test]
    fn no_call_is_lost_and_none_is_there_twice(events in prop::collection::vec(event(), 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = Desk::open(&folder);
        desk.sql("PRAGMA busy_timeout = 0");
        let other = rusqlite::Connection::open(folder.path().join("history.db")).unwrap();
        let mut held = false;
        let mut next = 0;
        // With the steps of each; standing ones with their keys.
        let mut standing: Vec<(u64, u64, usize)> = Vec::new();
        let mut left: Vec<(u64, usize)> = Vec::new();
        let mut over: Vec<(u64, usize)> = Vec::new();
        for event in events {
            match event {
                Event::Keep => {
                    next += 1;
                    desk.keep(next);
                    standing.push((next, next, 0));
                }
                Event::Step(at) => if let Some((key, _, steps)) = standing.get_mut(at) {
                    desk.step(*key, step(0, StepKind::Accepted));
                    *steps += 1;
                }
                Event::Close(at) => if at < standing.len() {
                    let (key, n, steps) = standing.remove(at);
                    desk.hear(News::Close(key, PastCall::example(n)));
                    over.push((n, steps));
                }
                Event::TakeUp(at) => if let Some(found) = desk.unfinished().get(at).cloned() {
                    next += 1;
                    let (n, steps) = left.remove(at);
                    desk.hear(News::TakeUp(found.call.key, OpenCall { key: next, ..found.call }));
                    standing.push((next, n, steps));
                }
                Event::GiveUp(at) => if let Some(found) = desk.unfinished().get(at) {
                    desk.give_up(found.call.key);
                    over.push(left.remove(at));
                }
                Event::Hold(hold) => if hold != held {
                    other.execute_batch(if hold { "BEGIN IMMEDIATE" } else { "ROLLBACK" }).unwrap();
                    held = hold;
                }
                // What could not be written is what a crash loses.
                Event::Crash | Event::CrashAndWait if held => {}
                Event::Crash | Event::CrashAndWait => {
                    prop_assert_eq!(desk.settle(), Kept::Durable);
                    drop(desk);
                    left.extend(standing.drain(..).map(|(_, n, steps)| (n, steps)));
                    left.sort();
                    if matches!(event, Event::CrashAndWait) {
                        desk = Desk::open_at(NOW_MS + 60_001, &folder);
                        over.append(&mut left);
                    } else {
                        desk = Desk::open(&folder);
                    }
                    desk.sql("PRAGMA busy_timeout = 0");
                }
            }
            let found: Vec<_> = desk.unfinished().iter()
                .map(|left| (left.call.began_unix_ms - NOW_MS, left.steps.len()))
                .collect();
            prop_assert_eq!(&found, &left);
            over.sort_by(|a, b| b.cmp(a));
            let shown: Vec<_> = desk.recents.borrow().iter()
                .map(|past| (past.call.began_unix_ms - NOW_MS, past.steps.len()))
                .collect();
            prop_assert_eq!(&shown, &over);
        }
    }
}
