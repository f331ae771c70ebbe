//! From nobody to a token, and back.

use std::{fs, path::Path};

use tokio::runtime::Runtime;
use warmline_entra::{Audience, Scope, State, TokenError, Tokens as _, Way, Why, keychain};
use warmline_interop::{
    Agent, IdentityProvider,
    session_bus::{self, Policy, on_a_bus},
};

use super::{
    Shown, closed, end, graph, pages, shows, start, until, until_signed_in, until_signed_out,
};

#[test]
fn from_a_real_browser_to_a_real_keychain_and_nothing_of_it_in_the_log() {
    let name = "journey::from_a_real_browser_to_a_real_keychain_and_nothing_of_it_in_the_log";
    on_a_bus(name, Policy::Open, |dir| {
        let log = dir.join("sign-in.log");
        let file = fs::File::create(&log).unwrap();
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_writer(std::sync::Mutex::new(file))
            .with_ansi(false)
            .init();
        let _keychain = session_bus::keychain(dir).unwrap();
        let secrets = Runtime::new().unwrap().block_on(journey(dir));

        let lines = fs::read_to_string(&log).unwrap();
        assert!(lines.lines().count() > 100, "it has been listened to");
        for line in lines.lines() {
            for secret in &secrets {
                assert!(!line.contains(secret), "{line}");
            }
        }
    });
}

/// Signs in, is found again, is refused, signs in again and out; whatever no log may hold.
async fn journey(dir: &Path) -> Vec<String> {
    let mut secrets: Vec<_> = ["Robin", "robin", "object-of"].map(str::to_owned).into();
    let mut provider = IdentityProvider::start(dir).unwrap();
    let shown = Shown::default();
    let agent = Agent::new(dir, "robin");
    let entra = start(&provider, dir, shows(&agent, &shown));
    assert_eq!(
        until_signed_out(&entra).await,
        State::SignedOut { why: None }
    );

    entra.sign_in();
    let State::SignedIn {
        account, granted, ..
    } = until_signed_in(&entra).await
    else {
        unreachable!("waited for");
    };
    assert_eq!(account.name.expose(), "Robin Adeyemi");
    assert_eq!(account.username.expose(), "robin@contact.example");
    assert_eq!(account.id.expose(), "object-of-robin");
    assert_eq!(account.tenant, IdentityProvider::TENANT);
    assert_eq!(granted, [Scope::UserRead].into());
    let request = provider.token_request().unwrap();
    assert_eq!(
        (request.grant.as_str(), request.ok),
        ("authorization_code", true)
    );
    assert!(request.claims.contains("cp1"));
    let first = graph(&entra).await.unwrap();
    let phone = entra.token(Audience::Provider).await.unwrap();
    let request = provider.token_request().unwrap();
    assert_eq!(
        (request.grant.as_str(), request.ok),
        ("refresh_token", true)
    );
    assert!(request.scope.contains(IdentityProvider::PROVIDER_SCOPE));
    secrets.extend([&first, &phone].map(|token| token.expose().to_owned()));

    // A key is in the keychain, and what it opens is longer than a Windows credential.
    let key = tokio::task::spawn_blocking(|| keychain::read(&name()))
        .await
        .unwrap();
    assert_eq!(key.unwrap().unwrap().expose().len(), 32);
    end(entra).await;
    let sealed = kept(dir);
    assert!(sealed.len() > 4_096, "{}", sealed.len());

    // The phone is started again: nobody is asked.
    let entra = start(&provider, dir, closed());
    until_signed_in(&entra).await;
    assert!(provider.token_request().unwrap().ok);
    let second = graph(&entra).await.unwrap();
    assert_ne!(first.expose(), second.expose());
    secrets.push(second.expose().to_owned());

    // A challenge is answered in silence.
    let challenge = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxIn19fQ==";
    entra.refused(&second, Some(challenge)).await;
    let third = graph(&entra).await.unwrap();
    assert_ne!(second.expose(), third.expose());
    secrets.push(third.expose().to_owned());
    let request = provider.token_request().unwrap();
    assert!(request.claims.contains("nbf") && request.claims.contains("cp1"));

    // Started once more: what is kept is the newest refresh token, since the others are not good any more.
    end(entra).await;
    assert_ne!(kept(dir), sealed);
    let entra = start(&provider, dir, closed());
    until_signed_in(&entra).await;
    let fourth = graph(&entra).await.unwrap();

    // An administrator revokes.
    provider.revoke().unwrap();
    entra.refused(&fourth, None).await;
    assert_eq!(graph(&entra).await.unwrap_err(), TokenError::SignedOut);
    let why = Some(Why::Expired);
    assert_eq!(until_signed_out(&entra).await, State::SignedOut { why });
    end(entra).await;

    // Signed in again, by a key that is not known yet; and out.
    provider.rotate_key().unwrap();
    let entra = start(&provider, dir, shows(&agent, &shown));
    until_signed_out(&entra).await;
    entra.sign_in();
    until_signed_in(&entra).await;
    entra.sign_out().await;
    assert_eq!(graph(&entra).await.unwrap_err(), TokenError::SignedOut);
    assert_eq!(fs::read_dir(dir.join("kept")).unwrap().count(), 0);
    let key = tokio::task::spawn_blocking(|| keychain::read(&name()))
        .await
        .unwrap();
    assert!(key.unwrap().is_none());
    for page in pages(&shown, 2).await {
        assert!(
            page.contains("You are signed in. You can close this tab and go back to Warmline."),
            "{page}"
        );
    }
    secrets
}

#[test]
fn more_is_granted_or_declined_in_the_browser() {
    let name = "journey::more_is_granted_or_declined_in_the_browser";
    on_a_bus(name, Policy::Open, |dir| {
        let _keychain = session_bus::keychain(dir).unwrap();
        Runtime::new().unwrap().block_on(async {
            let provider = IdentityProvider::start(dir).unwrap();
            let shown = Shown::default();
            let declines = Agent::new(dir, "robin").who_declines();
            let entra = start(&provider, dir, shows(&declines, &shown));
            until_signed_out(&entra).await;
            entra.sign_in();
            let why = Some(Why::Denied);
            let denied = State::SignedOut { why };
            until(&entra, "denied", |state| *state == denied).await;
            // The phone goes on before its browser shows the last page; the next browser waits for that.
            pages(&shown, 1).await;
            end(entra).await;

            let entra = start(&provider, dir, shows(&Agent::new(dir, "robin"), &shown));
            until_signed_out(&entra).await;
            entra.sign_in();
            until_signed_in(&entra).await;
            pages(&shown, 2).await;
            end(entra).await;

            let entra = start(&provider, dir, shows(&declines, &shown));
            until_signed_in(&entra).await;
            entra.ask([Scope::PresenceReadAll].into());
            let kept = |state: &State| matches!(state, State::SignedIn { refused: Some(Why::Denied), .. });
            until(&entra, "refused", kept).await;
            pages(&shown, 3).await;
            graph(&entra).await.unwrap();
            end(entra).await;

            let entra = start(&provider, dir, shows(&Agent::new(dir, "robin"), &shown));
            until_signed_in(&entra).await;
            entra.ask([Scope::PresenceReadAll].into());
            until(&entra, "granted", |state| {
                matches!(state, State::SignedIn { granted, .. } if granted.contains(&Scope::PresenceReadAll))
            })
            .await;
            entra.token(Audience::Graph(&[Scope::PresenceReadAll])).await.unwrap();
            entra.sign_out().await;
            let pages = pages(&shown, 4).await;
            assert!(pages[0].contains("You are not signed in: it was refused."), "{pages:?}");
            assert!(pages[3].contains("You are signed in."), "{pages:?}");
        });
    });
}

#[test]
fn a_code_is_typed_in_on_another_device() {
    let name = "journey::a_code_is_typed_in_on_another_device";
    on_a_bus(name, Policy::Open, |dir| {
        let _keychain = session_bus::keychain(dir).unwrap();
        Runtime::new().unwrap().block_on(async {
            let provider = IdentityProvider::start(dir).unwrap();
            let entra = start(&provider, dir, closed());
            until_signed_out(&entra).await;
            entra.use_device_code();
            let state = until(&entra, "a code", |state| {
                matches!(
                    state,
                    State::SigningIn {
                        way: Way::DeviceCode { .. },
                        ..
                    }
                )
            })
            .await;
            let State::SigningIn {
                way: Way::DeviceCode { page, code, .. },
                ..
            } = state
            else {
                unreachable!("waited for");
            };
            let agent = Agent::new(dir, "robin");
            let elsewhere = tokio::task::spawn_blocking(move || {
                agent.sign_in(page.expose().as_str(), Some(code.expose()))
            });
            let seen = elsewhere.await.unwrap().unwrap();
            assert!(seen.contains("You may go back to your device."), "{seen}");
            until_signed_in(&entra).await;
            graph(&entra).await.unwrap();
        });
    });
}

/// Of the key in the keychain.
fn name() -> String {
    format!(
        "entra:{}:{}",
        IdentityProvider::TENANT,
        IdentityProvider::CLIENT
    )
}

/// The one file that is kept.
fn kept(dir: &Path) -> Vec<u8> {
    let files: Vec<_> = fs::read_dir(dir.join("kept")).unwrap().collect();
    let [Ok(file)] = &files[..] else {
        panic!("{files:?}");
    };
    fs::read(file.path()).unwrap()
}
