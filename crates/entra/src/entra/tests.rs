//! The whole of it, with real sockets, against an identity provider of a few lines. The real ones are in
//! `tests/interop`.

mod provider;

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::{Arc, Mutex},
};

use provider::Provider;
use url::Url;

use super::*;
use crate::{
    cloud::Cloud,
    config::{Keeping, Opener},
    scope::Scope,
    state::{Way, Why},
};

/// Whatever the browser was shown.
type Seen = watch::Sender<Vec<String>>;

/// A browser that signs in by itself, and remembers what it was shown in the end.
fn browser(seen: &Seen) -> Opener {
    let seen = seen.clone();
    Opener::new(move |page| {
        let back = Provider::sign_in(page);
        let shown = get(&back);
        seen.send_modify(|pages| pages.push(shown));
        Ok(())
    })
}

/// Off the async threads, as openers are called.
fn get(url: &Url) -> String {
    let port = url.port().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let target = format!("{}?{}", url.path(), url.query().unwrap());
    write!(stream, "GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut shown = String::new();
    stream.read_to_string(&mut shown).unwrap();
    shown
}

/// Where the log goes.
#[derive(Clone)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn started(provider: &Provider, opener: Opener) -> Entra {
    let _ = rustls::crypto::ring::default_provider().install_default();
    start(Config {
        cloud: Cloud {
            authority: provider.authority(),
            graph: "https://graph.example.com/v1.0".to_owned(),
        },
        tenant: provider::TENANT.to_owned(),
        client_id: provider::CLIENT.to_owned(),
        provider_scope: Some("api://provider/Phone.Read".to_owned()),
        device_code: false,
        keeping: Keeping::Nowhere,
        opener,
        extra_ca: None,
    })
}

async fn until(entra: &Entra, is: impl Fn(&State) -> bool) -> State {
    let mut state = entra.state();
    state.wait_for(is).await.unwrap().clone()
}

fn is_signed_in(state: &State) -> bool {
    matches!(state, State::SignedIn { .. })
}

fn is_signed_out(state: &State) -> bool {
    matches!(state, State::SignedOut { .. })
}

#[tokio::test]
async fn an_agent_signs_in_and_gets_tokens_until_they_sign_out() {
    let provider = Provider::start().await;
    let seen = Seen::default();
    let entra = started(&provider, browser(&seen));
    until(&entra, is_signed_out).await;
    assert_eq!(
        entra.token(Audience::Provider).await.unwrap_err(),
        TokenError::SignedOut
    );

    entra.sign_in();
    let State::SignedIn {
        account, granted, ..
    } = until(&entra, is_signed_in).await
    else {
        unreachable!("waited for");
    };
    assert_eq!(account.name.expose(), "Robin Adeyemi");
    assert_eq!(granted, [Scope::UserRead].into());

    let graph = entra
        .token(Audience::Graph(&[Scope::UserRead]))
        .await
        .unwrap();
    let phone = entra.token(Audience::Provider).await.unwrap();
    assert_ne!(graph.expose(), phone.expose());
    let again = entra.token(Audience::Provider).await.unwrap();
    assert_eq!(again.expose(), phone.expose());
    let missing = entra.token(Audience::Graph(&[Scope::ChatRead])).await;
    assert_eq!(
        missing.unwrap_err(),
        TokenError::NotGranted(Scope::ChatRead)
    );

    entra
        .refused(
            &graph,
            Some("eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7InZhbHVlIjoiMSJ9fX0="),
        )
        .await;
    let fresh = entra
        .token(Audience::Graph(&[Scope::UserRead]))
        .await
        .unwrap();
    assert_ne!(fresh.expose(), graph.expose());
    assert!(provider.asked().last().unwrap()["claims"].contains("nbf"));

    entra.ask([Scope::ChatRead].into());
    until(
        &entra,
        |state| matches!(state, State::SignedIn { granted, .. } if granted.len() == 2),
    )
    .await;
    entra
        .token(Audience::Graph(&[Scope::ChatRead]))
        .await
        .unwrap();

    entra.sign_out().await;
    assert_eq!(*entra.state().borrow(), State::SignedOut { why: None });
    let after = entra.token(Audience::Graph(&[Scope::UserRead])).await;
    assert_eq!(after.unwrap_err(), TokenError::SignedOut);
    // The browser has it a moment after the state says so.
    let mut seen = seen.subscribe();
    let pages = seen.wait_for(|pages| pages.len() == 2).await.unwrap();
    let good = |page: &String| page.contains("You are signed in.");
    assert!(pages.iter().all(good), "{pages:?}");
}

#[tokio::test]
async fn nothing_of_it_is_in_the_log() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let writer = Log(Arc::clone(&log));
    // What the tests beside this one say is listened to as well.
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .init();
    let provider = Provider::start().await;
    let seen = Seen::default();
    let entra = started(&provider, browser(&seen));
    entra.sign_in();
    until(&entra, is_signed_in).await;
    let token = entra
        .token(Audience::Graph(&[Scope::UserRead]))
        .await
        .unwrap();
    entra.refused(&token, None).await;
    entra.token(Audience::Provider).await.unwrap();
    provider.revoke();
    let token = entra
        .token(Audience::Graph(&[Scope::UserRead]))
        .await
        .unwrap();
    entra.refused(&token, Some("e30=")).await;
    until(&entra, is_signed_out).await;
    entra.sign_out().await;

    let asked = provider.asked();
    let secret = ["code", "code_verifier", "refresh_token"];
    let mut secrets: Vec<_> = asked
        .iter()
        .flat_map(|form| secret.iter().filter_map(|name| form.get(*name).cloned()))
        .collect();
    secrets.extend(["access-", "Robin", "robin", "\"object\""].map(str::to_owned));
    assert!(secrets.len() > 6);
    let log = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("TRACE") && log.contains("hyper"),
        "it has been listened to"
    );
    for line in log.lines() {
        for secret in &secrets {
            assert!(!line.contains(secret), "{line}");
        }
    }
}

#[tokio::test]
async fn a_hundred_who_ask_at_once_cost_one_refresh() {
    let provider = Provider::start().await;
    let entra = started(&provider, browser(&Seen::default()));
    entra.sign_in();
    until(&entra, is_signed_in).await;
    let before = provider.asked().len();
    let askers: Vec<_> = (0..100)
        .map(|_| {
            let entra = entra.clone();
            tokio::spawn(async move { entra.token(Audience::Provider).await })
        })
        .collect();
    let mut tokens = Vec::new();
    for asker in askers {
        tokens.push(asker.await.unwrap().unwrap().expose().to_owned());
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    assert_eq!(provider.asked().len(), before + 1);
}

#[tokio::test]
async fn a_refresh_token_that_is_revoked_ends_it() {
    let provider = Provider::start().await;
    let entra = started(&provider, browser(&Seen::default()));
    entra.sign_in();
    until(&entra, is_signed_in).await;
    provider.revoke();
    assert_eq!(
        entra.token(Audience::Provider).await.unwrap_err(),
        TokenError::SignedOut
    );
    let why = Some(Why::Expired);
    assert_eq!(*entra.state().borrow(), State::SignedOut { why });
}

#[tokio::test]
async fn a_browser_that_does_not_start_is_said_and_an_attempt_can_be_given_up() {
    let provider = Provider::start().await;
    let entra = started(
        &provider,
        Opener::new(|_| Err(std::io::ErrorKind::NotFound.into())),
    );
    entra.sign_in();
    let state = until(&entra, |state| {
        matches!(
            state,
            State::SigningIn {
                way: Way::Browser { opened: false, .. },
                ..
            }
        )
    })
    .await;
    let State::SigningIn {
        way: Way::Browser { page, .. },
        ..
    } = state
    else {
        unreachable!("waited for");
    };
    let back = Provider::sign_in(page.expose());
    entra.cancel();
    until(&entra, is_signed_out).await;
    // The port is closed a moment after the state says so.
    let port = back.port().unwrap();
    while tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .is_ok()
    {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_identity_provider_that_is_gone_is_said() {
    let provider = Provider::start().await;
    let entra = started(&provider, browser(&Seen::default()));
    drop(provider);
    entra.sign_in();
    let state = until(&entra, |state| {
        matches!(state, State::SignedOut { why: Some(_) })
    })
    .await;
    let why = Some(Why::Unreachable);
    assert_eq!(state, State::SignedOut { why });
}

#[tokio::test]
async fn it_ends_with_the_last_who_holds_it() {
    let provider = Provider::start().await;
    let entra = started(&provider, browser(&Seen::default()));
    let mut state = entra.state();
    let another = entra.clone();
    drop(entra);
    another.sign_in();
    until(&another, is_signed_in).await;
    drop(another);
    // Its end is seen by whoever watches.
    while state.changed().await.is_ok() {}
}
