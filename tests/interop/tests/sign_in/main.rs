//! Signing in for real: a certified identity provider, Chromium, and a keychain on a session bus.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod journey;
mod keychain;

use std::{path::Path, time::Duration};

use tokio::{sync::watch, time::timeout};
use warmline_entra::{
    AccessToken, Audience, Cloud, Config, Entra, Keeping, Opener, Scope, State, TokenError, Tokens,
};
use warmline_interop::{Agent, IdentityProvider};

/// What the agent's browser has shown in the end, each time.
type Shown = watch::Sender<Vec<String>>;

/// The sign-in of a phone whose files are in `dir`.
fn start(provider: &IdentityProvider, dir: &Path, opener: Opener) -> Entra {
    let _ = rustls::crypto::ring::default_provider().install_default();
    warmline_entra::start(Config {
        cloud: Cloud {
            authority: provider.authority().to_owned(),
            graph: "https://graph.example.com/v1.0".to_owned(),
        },
        tenant: IdentityProvider::TENANT.to_owned(),
        client_id: IdentityProvider::CLIENT.to_owned(),
        provider_scope: Some(IdentityProvider::PROVIDER_SCOPE.to_owned()),
        device_code: true,
        keeping: Keeping::Keychain(dir.join("kept")),
        opener,
        extra_ca: None,
    })
}

/// Shows pages to this agent.
fn shows(agent: &Agent, shown: &Shown) -> Opener {
    let (agent, shown) = (agent.clone(), shown.clone());
    Opener::new(move |page| {
        // The page needs no answer: the agent is at the browser, not the phone.
        let text = agent.sign_in(page.as_str(), None);
        let text = text.unwrap_or_else(|error| error.to_string());
        shown.send_modify(|pages| pages.push(text));
        Ok(())
    })
}

/// A browser that nobody is to see.
fn closed() -> Opener {
    Opener::new(|_| panic!("nobody is to be asked"))
}

async fn until(entra: &Entra, awaited: &str, is: impl Fn(&State) -> bool) -> State {
    let mut state = entra.state();
    let found = timeout(LIMIT, state.wait_for(is)).await;
    match found {
        Ok(state) => state.unwrap().clone(),
        Err(_) => panic!("not {awaited}: {:?}", entra.state().borrow()),
    }
}

async fn until_signed_in(entra: &Entra) -> State {
    until(entra, "signed in", |state| {
        matches!(state, State::SignedIn { .. })
    })
    .await
}

async fn until_signed_out(entra: &Entra) -> State {
    until(entra, "signed out", |state| {
        matches!(state, State::SignedOut { .. })
    })
    .await
}

/// The pages that the agent has seen last, once there are so many.
async fn pages(shown: &Shown, count: usize) -> Vec<String> {
    let mut shown = shown.subscribe();
    let seen = timeout(LIMIT, shown.wait_for(|pages| pages.len() >= count)).await;
    seen.expect("the browser shows a page").unwrap().clone()
}

/// Ends it, as the end of the phone does: what is to be kept is kept then.
async fn end(entra: Entra) {
    let mut state = entra.state();
    drop(entra);
    while state.changed().await.is_ok() {}
}

async fn graph(entra: &Entra) -> Result<AccessToken, TokenError> {
    entra.token(Audience::Graph(&[Scope::UserRead])).await
}

const LIMIT: Duration = Duration::from_secs(60);
