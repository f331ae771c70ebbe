//! Calls that stand, and what is found of them after a crash. Dropping a writer is one: it says
//! goodbye to nobody.

use super::*;
use crate::{
    past_call::{How, Outcome, TransferOutcome},
    step::{
        StepKind,
        tests::{EXPERT, every_kind, step},
    },
};

#[test]
fn what_stood_in_a_crash_is_found_whole_with_its_steps() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    let customer = OpenCall {
        name: None,
        queue: None,
        held: true,
        grouped: true,
        ..OpenCall::example(4)
    };
    let expert = OpenCall {
        direction: crate::Direction::Outgoing,
        answered_unix_ms: None,
        muted: true,
        consults_for: Some(4),
        dialog: None,
        ..OpenCall::example(5)
    };
    assert_eq!(desk.keep(4), Kept::Durable);
    // Brought up to date, not written twice.
    assert_eq!(desk.hear(News::Keep(customer.clone())), Kept::Durable);
    assert_eq!(desk.hear(News::Keep(expert.clone())), Kept::Durable);
    for step in every_kind() {
        assert_eq!(desk.step(4, step), Kept::Durable);
    }
    assert!(desk.left().is_empty(), "they stand");
    drop(desk);

    let desk = Desk::open_at(NOW_MS + 60_000, &folder);
    let [first, second] = &desk.unfinished()[..] else {
        panic!("{:?}", desk.unfinished());
    };
    assert_eq!((first.left_unix_ms, second.left_unix_ms), (NOW_MS, NOW_MS));
    assert_eq!((&first.steps, second.steps.len()), (&every_kind(), 0));
    assert_eq!(second.call.consults_for, Some(first.call.key));
    let as_kept = |of: &Unfinished, kept: &OpenCall| OpenCall {
        key: kept.key,
        consults_for: kept.consults_for,
        ..of.call.clone()
    };
    assert!(as_kept(first, &customer) == customer);
    assert!(as_kept(second, &expert) == expert);
    assert!(desk.shown().is_empty(), "they are no history yet");
}

#[test]
fn what_was_left_too_long_ago_is_history_and_says_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.keep(1);
    desk.step(
        1,
        step(
            0,
            StepKind::Asked {
                other: EXPERT.into(),
            },
        ),
    );
    desk.step(1, step(1, StepKind::Accepted));
    drop(desk);

    for after in [60_001, 90_000] {
        let desk = Desk::open_at(NOW_MS + after, &folder);
        assert!(desk.left().is_empty());
        let shown = desk.recents.borrow().clone();
        let [one] = &shown[..] else {
            panic!("{shown:?}");
        };
        assert_eq!(one.call.outcome, Outcome::Interrupted);
        assert_eq!(one.call.name.as_deref(), Some("Customer 1"));
        assert_eq!(one.steps.len(), 2);
        let transfer = one.call.transfer.as_ref().expect("it was asked for");
        assert_eq!(transfer.to_address, EXPERT);
        assert_eq!(
            (transfer.how, transfer.outcome),
            (How::Blind, TransferOutcome::Unknown)
        );
        assert_eq!((desk.count("open_calls"), desk.count("runs")), (0, 1));
    }
}

#[test]
fn a_sign_of_life_keeps_calls_recoverable() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.keep(1);
    desk.writer.owe(Owed::Alive);
    desk.writer.settle(NOW_MS + 3_600_000);
    drop(desk);
    let desk = Desk::open_at(NOW_MS + 3_630_000, &folder);
    assert_eq!(desk.unfinished()[0].left_unix_ms, NOW_MS + 3_600_000);
}

#[test]
fn a_call_that_is_over_goes_into_the_history_with_its_steps_and_stands_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.keep(1);
    let steps = every_kind();
    let (late, early) = steps.split_last().expect("there are some");
    for step in early {
        desk.step(1, step.clone());
    }
    assert_eq!(desk.close(1), Kept::Durable);
    assert_eq!(
        desk.step(1, late.clone()),
        Kept::Durable,
        "word that comes late"
    );
    assert_eq!(
        desk.step(2, late.clone()),
        Kept::Nowhere,
        "nobody knows that call"
    );
    assert_eq!(desk.close(3), Kept::Durable, "one that was never kept");
    let shown = desk.recents.borrow().clone();
    assert_eq!(shown[1].steps, steps);
    drop(desk);

    let desk = Desk::open(&folder);
    assert!(desk.left().is_empty());
    assert_eq!(desk.shown(), [3, 1]);
    assert_eq!(desk.recents.borrow()[1].steps, steps);
    assert!(desk.recents.borrow()[0].steps.is_empty());
}

#[test]
fn a_call_that_is_taken_up_stands_again_and_survives_the_next_crash_with_its_steps() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    for key in [1, 2, 3] {
        desk.keep(key);
        desk.step(key, step(key, StepKind::Accepted));
    }
    drop(desk);
    let mut desk = Desk::open(&folder);
    let keys: Vec<_> = desk.unfinished().iter().map(|left| left.call.key).collect();
    assert_eq!(desk.left(), [1, 2, 3]);
    // Another call has the same key in this run.
    desk.keep(2);
    let again = OpenCall {
        key: 7,
        ..desk.unfinished()[0].call.clone()
    };
    assert_eq!(desk.hear(News::TakeUp(keys[0], again)), Kept::Durable);
    assert_eq!(desk.step(7, step(9, StepKind::Recovered)), Kept::Durable);
    desk.give_up(keys[1]);
    assert_eq!(desk.left(), [3]);
    assert_eq!(desk.shown(), [2]);
    // Those are known no more: nothing comes twice.
    desk.give_up(keys[1]);
    desk.give_up(keys[0]);
    assert_eq!(desk.shown(), [2]);
    drop(desk);

    let desk = Desk::open(&folder);
    assert_eq!(desk.left(), [1, 2, 3]);
    let steps = |n: usize| desk.unfinished()[n].steps.clone();
    assert_eq!(
        steps(0),
        [step(1, StepKind::Accepted), step(9, StepKind::Recovered)]
    );
    assert_eq!((steps(1).len(), steps(2).len()), (0, 1));
    let interrupted = desk.recents.borrow()[0].clone();
    assert_eq!(interrupted.call.outcome, Outcome::Interrupted);
    assert_eq!(interrupted.steps, [step(2, StepKind::Accepted)]);
}

#[test]
fn the_living_calls_of_another_window_are_not_unfinished() {
    let folder = tempfile::tempdir().unwrap();
    let mut one = Desk::open(&folder);
    one.keep(1);
    let much_later = NOW_MS + 3_600_000;
    let mut other = Desk::open_at(much_later, &folder);
    assert!(other.left().is_empty() && other.shown().is_empty());
    // The same key, another call.
    other.hear(News::Keep(OpenCall {
        address: "sip:somebody@sbc.example".into(),
        ..OpenCall::example(1)
    }));
    one.hear(News::Keep(OpenCall {
        held: true,
        ..OpenCall::example(1)
    }));
    drop(one);
    let third = Desk::open(&folder);
    assert_eq!(third.left(), [1], "of the window that died");
    assert!(third.unfinished()[0].call.held);
    // They are the third window's to offer, as long as it lives.
    assert!(Desk::open(&folder).left().is_empty());
    drop((third, other));
    assert_eq!(Desk::open(&folder).left(), [1, 1]);
}

#[test]
fn a_program_that_is_still_dying_when_the_next_one_starts_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut dying = Desk::open(&folder);
    let quiet = Desk::open(&folder);
    dying.keep(1);
    let mut next = Desk::open(&folder);
    let mut look = |after_ms| {
        next.writer.look_again(NOW_MS + after_ms);
        next.settle();
        (next.left(), next.writer.looks_until_ms.is_some())
    };
    assert_eq!(look(200), (vec![], true));
    drop(dying);
    assert_eq!(look(400), (vec![1], false));
    drop((next, quiet));

    let mut lives = Desk::open(&folder);
    lives.keep(2);
    let mut next = Desk::open(&folder);
    next.writer.look_again(NOW_MS + DYING_MS);
    assert_eq!(next.writer.looks_until_ms, None, "it is another window");
}

#[test]
fn a_consultation_whose_customer_is_gone_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.keep(1);
    desk.hear(News::Keep(OpenCall {
        consults_for: Some(1),
        ..OpenCall::example(2)
    }));
    drop(desk);
    let mut desk = Desk::open(&folder);
    desk.give_up(desk.unfinished()[0].call.key);
    drop(desk);
    let desk = Desk::open(&folder);
    assert_eq!(desk.left(), [2]);
    assert_eq!(desk.unfinished()[0].call.consults_for, None);
}

#[test]
fn an_interrupted_call_is_kept_however_many_came_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut one = Desk::open(&folder);
    one.keep(0);
    let mut other = Desk::open(&folder);
    for n in 1..=200 {
        other
            .writer
            .remember(PastCall::example(n), None, Vec::new());
        other.settle();
    }
    drop((one, other));
    let desk = Desk::open_at(NOW_MS + 3_600_000, &folder);
    assert_eq!(desk.shown().len(), MOST_SHOWN);
    assert_eq!(desk.count("calls WHERE outcome = 'interrupted'"), 1);
    assert_eq!(desk.count("open_calls"), 0);
}

#[test]
fn steps_go_with_their_call_and_leave_no_trace_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    for key in [1, 2] {
        desk.keep(key);
        desk.step(
            key,
            step(
                key,
                StepKind::Called {
                    other: EXPERT.into(),
                },
            ),
        );
    }
    desk.close(1);
    let files = ["history.db", "history.db-wal"].map(|name| folder.path().join(name));
    desk.forget(None);
    assert_eq!(desk.count("steps"), 1, "what stands is not history");
    desk.close(2);
    assert!(files.iter().any(|file| holds(file, EXPERT)));
    desk.forget(None);
    assert_eq!(desk.count("steps"), 0);
    for file in &files {
        assert!(!holds(file, EXPERT) && !holds(file, "Customer") && !holds(file, "dialog-"));
    }
}

#[test]
fn on_a_full_disk_a_call_goes_on_and_is_kept_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.pages(1);
    let long = OpenCall {
        dialog: Some("x".repeat(100_000)),
        ..OpenCall::example(1)
    };
    assert_eq!(desk.hear(News::Keep(long)), Kept::NotYet);
    assert_eq!(desk.step(1, step(1, StepKind::Accepted)), Kept::NotYet);
    assert_eq!(desk.trouble(), Some(Trouble::Unwritable(Cause::DiskFull)));
    desk.pages(100_000);
    assert_eq!(desk.step(1, step(2, StepKind::Done)), Kept::Durable);
    assert_eq!(desk.trouble(), None);
    drop(desk);
    let desk = Desk::open(&folder);
    assert_eq!(desk.left(), [1]);
    assert_eq!(desk.unfinished()[0].steps.len(), 2);
}

#[test]
fn a_file_that_another_program_holds_is_written_later() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.sql("PRAGMA busy_timeout = 0");
    let other = rusqlite::Connection::open(folder.path().join("history.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(desk.keep(1), Kept::NotYet);
    assert_eq!(desk.close(1), Kept::NotYet);
    assert_eq!(desk.keep(2), Kept::NotYet);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(desk.settle(), Kept::Durable);
    drop(desk);
    let desk = Desk::open(&folder);
    assert_eq!((desk.left(), desk.shown()), (vec![2], vec![1]));
}

#[test]
fn a_file_that_breaks_while_calls_stand_loses_none_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.keep(1);
    desk.keep(2);
    desk.step(2, step(1, StepKind::Accepted));
    desk.sql(
        "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA writable_schema=ON;
         UPDATE sqlite_schema SET rootpage = 4711 WHERE name = 'open_calls'; PRAGMA writable_schema=RESET",
    );
    assert_eq!(desk.step(2, step(2, StepKind::Done)), Kept::Durable);
    assert!(matches!(desk.trouble(), Some(Trouble::Damaged { .. })));
    drop(desk);
    let desk = Desk::open(&folder);
    assert_eq!(desk.left(), [1, 2]);
    assert_eq!(desk.unfinished()[1].steps.len(), 2);
}

#[test]
fn without_a_file_calls_are_kept_nowhere_until_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let path = folder.path().join("file/history.db");
    let mut desk = Desk::new(Some(path.clone()));
    assert_eq!(desk.keep(1), Kept::Nowhere);
    assert_eq!(desk.step(1, step(1, StepKind::Accepted)), Kept::Nowhere);
    fs::remove_file(folder.path().join("file")).unwrap();
    assert_eq!(desk.step(1, step(2, StepKind::Done)), Kept::Durable);
    drop(desk);
    let desk = Desk::new(Some(path));
    assert_eq!(desk.left(), [1]);
    assert_eq!(desk.unfinished()[0].steps.len(), 2);
}

#[test]
fn in_memory_and_in_a_newer_file_calls_are_kept_nowhere() {
    let mut desk = Desk::new(None);
    assert_eq!(desk.keep(1), Kept::Nowhere);
    desk.step(1, step(1, StepKind::Done));
    assert_eq!(desk.close(1), Kept::Nowhere);
    assert_eq!(desk.recents.borrow()[0].steps.len(), 1);

    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(&folder);
    desk.sql("PRAGMA user_version = 99");
    drop(desk);
    let mut desk = Desk::open(&folder);
    assert_eq!(desk.trouble(), Some(Trouble::Newer));
    assert_eq!(desk.keep(1), Kept::Nowhere);
}
