use std::fs;

use tracing::{info, subscriber::with_default};

use super::*;

fn to_file(path: PathBuf, level: &str) -> LogConfig {
    LogConfig {
        file: Some(path),
        level: level.to_owned(),
        ..LogConfig::default()
    }
}

#[test]
fn lines_reach_the_file_by_the_time_the_log_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("phone.log");
    let (subscriber, log) = subscriber(to_file(path.clone(), "info")).unwrap();
    with_default(subscriber, || {
        info!(answer = 42, "a line");
        tracing::debug!("not this one");
    });
    drop(log);
    let text = fs::read_to_string(path).unwrap();
    assert!(text.ends_with("a line answer=42\n"), "{text}");
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn crates_that_log_people_stay_quiet_whatever_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("phone.log");
    let (subscriber, log) = subscriber(to_file(path.clone(), "trace,rsipstack=trace")).unwrap();
    with_default(subscriber, || {
        tracing::warn!(target: "rsipstack::transaction", "REGISTER sip:2001@example.com");
        tracing::trace!(target: "warmline_desk", "said");
    });
    drop(log);
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains("said") && !text.contains("2001"), "{text}");
}

#[test]
fn directives_that_make_no_sense_and_files_that_cannot_be_are_said() {
    let error = |config| subscriber(config).map(|_| ()).expect_err("unusable");
    let folder = tempfile::tempdir().unwrap();
    let level = error(to_file(folder.path().join("a"), "info,=,x=loud"));
    assert_eq!(level.code, ErrorCode::LogUnusable);
    assert!(level.message().contains("`info`"), "{level}");
    let file = error(to_file(folder.path().join("no/such/folder/a"), "info"));
    assert_eq!(file.code, ErrorCode::LogUnusable);
    assert!(file.message().contains("folder"), "{file}");
}

/// A disk that is full from the start, as Linux has one to try.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported_and_holds_nobody_up() {
    let (subscriber, log) = subscriber(to_file(PathBuf::from("/dev/full"), "info")).unwrap();
    let health = log.health();
    with_default(subscriber, || {
        for n in 0..10_000 {
            info!(n, "nobody will ever read this");
        }
    });
    drop(log);
    let error = health.borrow().clone().expect("a report");
    assert_eq!(error.code, ErrorCode::LogFull);
}
