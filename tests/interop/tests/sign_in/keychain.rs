//! A keychain that is missing, locked, or not for us.

use std::{path::Path, time::Instant};

use tokio::runtime::Runtime;
use warmline_entra::{State, Why, keychain::KeychainError};
use warmline_interop::{
    Agent, IdentityProvider,
    session_bus::{self, Policy, on_a_bus},
};

use super::{
    LIMIT, Shown, closed, end, graph, pages, shows, start, until, until_signed_in, until_signed_out,
};

#[test]
fn a_keychain_that_is_missing_or_locked_is_said_and_used_as_soon_as_it_can_be() {
    let name =
        "keychain::a_keychain_that_is_missing_or_locked_is_said_and_used_as_soon_as_it_can_be";
    on_a_bus(name, Policy::Open, |dir| {
        Runtime::new().unwrap().block_on(missing_and_locked(dir));
    });
}

async fn missing_and_locked(dir: &Path) {
    let provider = IdentityProvider::start(dir).unwrap();
    let shown = Shown::default();
    // Nobody is sent to a browser for a token that could not be kept.
    let entra = start(&provider, dir, closed());
    assert_eq!(until_signed_out(&entra).await, out(KeychainError::Missing));
    entra.sign_in();
    until(&entra, "missing", |state| {
        *state == out(KeychainError::Missing)
    })
    .await;
    end(entra).await;
    assert!(!dir.join("kept").exists());

    let keychain = session_bus::keychain(dir).unwrap();
    let entra = start(&provider, dir, shows(&Agent::new(dir, "robin"), &shown));
    let since = Instant::now();
    loop {
        entra.sign_in();
        let missing = out(KeychainError::Missing);
        let state = until(&entra, "found or not", |state| *state != State::Starting).await;
        if state != missing {
            break;
        }
        assert!(since.elapsed() < LIMIT, "the keychain is not found");
        // It is starting: there is nothing to wait for but itself.
        tokio::task::yield_now().await;
    }
    until_signed_in(&entra).await;

    // Locked in the middle of the day: the key is known, and the sign-in goes on.
    session_bus::lock().unwrap();
    let token = graph(&entra).await.unwrap();
    warmline_entra::Tokens::refused(&entra, &token, None).await;
    graph(&entra).await.unwrap();
    end(entra).await;

    // Locked at the start: said, and nothing is lost.
    let entra = start(&provider, dir, closed());
    assert_eq!(until_signed_out(&entra).await, out(KeychainError::Locked));
    drop(keychain);
    let _keychain = session_bus::keychain(dir).unwrap();
    let since = Instant::now();
    loop {
        entra.sign_in();
        let state = until(&entra, "open or not", |state| *state != State::Starting).await;
        if matches!(state, State::SignedIn { .. }) {
            break;
        }
        assert!(since.elapsed() < LIMIT, "{state:?}");
        tokio::task::yield_now().await;
    }
    graph(&entra).await.unwrap();
    assert_eq!(pages(&shown, 1).await.len(), 1);
}

#[test]
fn a_keychain_that_lets_nobody_in_is_said_and_nothing_is_written() {
    let name = "keychain::a_keychain_that_lets_nobody_in_is_said_and_nothing_is_written";
    on_a_bus(name, Policy::Denied, |dir| {
        let _keychain = session_bus::keychain(dir).unwrap();
        Runtime::new().unwrap().block_on(async {
            let provider = IdentityProvider::start(dir).unwrap();
            let entra = start(&provider, dir, closed());
            let state = until_signed_out(&entra).await;
            assert!(
                matches!(
                    state,
                    State::SignedOut {
                        why: Some(Why::Keychain(_))
                    }
                ),
                "{state:?}"
            );
            entra.sign_in();
            // Whatever is asked after it is answered after it.
            assert!(graph(&entra).await.is_err());
            assert_eq!(until_signed_out(&entra).await, state);
            assert!(!dir.join("kept").exists());
        });
    });
}

fn out(error: KeychainError) -> State {
    let why = Some(Why::Keychain(error));
    State::SignedOut { why }
}
