//! The password in the real keychain: the phone goes on as soon as there is one, whatever was amiss.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::{
    path::Path,
    time::{Duration, Instant},
};

use warmline_desk::{DeskError, ErrorCode, Profile};
use warmline_interop::session_bus::{self, Policy, lock, on_a_bus};

#[test]
fn a_keychain_that_is_absent_empty_or_locked_is_said_and_used_as_soon_as_it_can_be() {
    on_a_bus(NAME, Policy::Open, on_the_bus);
}

fn on_the_bus(dir: &Path) {
    let text = "server = \"wss://sbc.example.com/ws\"\naor = \"sip:2001@example.com\"\n";
    let profile = Profile::parse(text, dir).unwrap();
    says(&profile, ErrorCode::KeychainUnavailable, "does not answer");

    let keychain = session_bus::keychain(dir).unwrap();
    let start = Instant::now();
    while code(&profile.password()) == Some(ErrorCode::KeychainUnavailable) {
        assert!(start.elapsed() < LIMIT, "the keychain is not found");
        std::thread::sleep(Duration::from_millis(25));
    }
    says(&profile, ErrorCode::PasswordMissing, "holds no password");

    let secret = "correct horse".to_owned().into();
    profile.store_password(&secret).unwrap();
    assert_eq!(profile.password().unwrap().expose(), "correct horse");

    lock().unwrap();
    says(&profile, ErrorCode::KeychainUnavailable, "is locked");

    // As after signing in to the desktop again.
    drop(keychain);
    let _keychain = session_bus::keychain(dir).unwrap();
    let start = Instant::now();
    while profile.password().is_err() {
        assert!(start.elapsed() < LIMIT, "{:?}", code(&profile.password()));
        std::thread::sleep(Duration::from_millis(25));
    }
    assert_eq!(profile.password().unwrap().expose(), "correct horse");
}

#[track_caller]
fn says(profile: &Profile, wanted: ErrorCode, words: &str) {
    let Err(error) = profile.password() else {
        panic!("there is a password");
    };
    assert_eq!(error.code, wanted, "{error}");
    assert!(error.what.contains(words), "{error}");
    assert!(error.advice.contains("`password_file`"), "{error}");
}

fn code<T>(result: &std::result::Result<T, DeskError>) -> Option<ErrorCode> {
    result.as_ref().err().map(|error| error.code)
}

const NAME: &str =
    "a_keychain_that_is_absent_empty_or_locked_is_said_and_used_as_soon_as_it_can_be";

const LIMIT: Duration = Duration::from_secs(20);
