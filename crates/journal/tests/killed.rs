//! A program that is killed in a call: what it was told is kept is there when it starts again.

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, SystemTime},
};

use tokio::time::timeout;
use warmline_journal::{Direction, Journal, Kept, OpenCall, Outcome, Step, StepKind, Unfinished};

#[tokio::test]
async fn a_call_that_is_durable_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.db");
    let mut program = in_a_call(&file);

    // While it lives its call is nobody else's.
    let beside = Journal::open(file.clone());
    keep_for_sure(&beside, &call(9));
    assert!(beside.unfinished().borrow().is_empty());

    // SIGKILL; on Windows, TerminateProcess.
    program.0.kill().unwrap();
    program.0.wait().unwrap();
    let again = Journal::open(file.clone());
    let found = found(&again).await;
    let [left] = &found[..] else {
        panic!("{found:?}");
    };
    let expected = OpenCall {
        key: left.call.key,
        began_unix_ms: left.call.began_unix_ms,
        ..call(KEY)
    };
    assert!(left.call == expected);
    assert_eq!(left.steps, [asked()]);
    assert!(left.left_unix_ms >= left.call.began_unix_ms);

    again.give_up(vec![left.call.key]);
    let mut recents = again.recents();
    let shown = recents.wait_for(|shown| !shown.is_empty()).await.unwrap();
    assert_eq!(shown[0].call.outcome, Outcome::Interrupted);
    assert_eq!(shown[0].steps, [asked()]);
}

/// Not a test of its own: the program that is killed.
#[test]
#[ignore = "run by the other, as a program of its own"]
fn program() {
    let file = env::var_os(FILE).expect("the other names the file");
    let journal = Journal::open(file.into());
    keep_for_sure(&journal, &call(KEY));
    // A step is told once; what is told in order is written in order.
    if journal.step(KEY, asked()) != Kept::Durable {
        keep_for_sure(&journal, &call(KEY));
    }
    writeln!(io::stdout(), "{IN_A_CALL}").unwrap();
    loop {
        thread::park();
    }
}

/// Opening the file on a busy machine may take longer than a call may be held up.
fn keep_for_sure(journal: &Journal, call: &OpenCall) {
    while journal.keep(call.clone()) != Kept::Durable {
        thread::park_timeout(Duration::from_millis(20));
    }
}

/// A program that does not outlive the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.0.kill();
    }
}

/// Starts the program, and waits until it was told that its call is kept.
fn in_a_call(file: &Path) -> Program {
    let this = env::current_exe().expect("a program that runs has a name");
    let program = Command::new(this)
        .args(["program", "--exact", "--ignored", "--nocapture"])
        .env(FILE, file)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut program = Program(program);
    let output = program.0.stdout.take().expect("it is piped");
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains(IN_A_CALL)));
    program
}

async fn found(journal: &Journal) -> Arc<[Unfinished]> {
    let mut unfinished = journal.unfinished();
    let found = unfinished.wait_for(|found| !found.is_empty());
    let found = timeout(Duration::from_secs(30), found).await;
    let found = found.expect("it is found in time");
    found.expect("the journal lives").clone()
}

fn call(key: u64) -> OpenCall {
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("after 1970");
    OpenCall {
        key,
        direction: Direction::Incoming,
        name: Some("Mina".into()),
        address: "sip:mina@sbc.example".into(),
        queue: Some("Support".into()),
        began_unix_ms: now.as_millis() as u64,
        answered_unix_ms: Some(1),
        held: true,
        muted: false,
        consults_for: None,
        dialog: Some("{}".into()),
        grouped: false,
        line: None,
    }
}

fn asked() -> Step {
    Step {
        at_unix_ms: 2,
        kind: StepKind::Asked {
            other: "sip:expert@sbc.example".into(),
        },
    }
}

const KEY: u64 = 7;
const FILE: &str = "WARMLINE_JOURNAL_FILE";
const IN_A_CALL: &str = "in a call";
