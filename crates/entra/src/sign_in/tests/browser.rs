use std::time::Duration;

use serde_json::json;

use super::rig::{AUTHORITY, Done, Rig, TENANT, account, config, scopes};
use crate::{
    forge::Forge,
    keychain::KeychainError,
    scope::Scope,
    sign_in::{Event, KeepError, Method},
    state::{State, Way, Why},
    tokens::TokenError,
};

fn out(why: Option<Why>) -> State {
    State::SignedOut { why }
}

#[test]
fn the_agent_signs_in_in_the_browser() {
    let mut rig = Rig::new();
    assert_eq!(rig.machine.state(), out(None));
    rig.tell(Event::SignIn(Method::Browser));
    assert_eq!(rig.machine.state(), State::Starting);
    rig.discover();
    let page = rig.page_of_state();
    assert!(
        page.as_str()
            .starts_with(&format!("{AUTHORITY}/{TENANT}/oauth2/v2.0/authorize?"))
    );
    let page = rig.page();
    assert_eq!(page["client_id"], "client");
    assert_eq!(page["response_type"], "code");
    assert_eq!(page["redirect_uri"], "http://localhost:4711");
    assert_eq!(
        page["scope"],
        "openid profile offline_access User.Read api://provider/Phone.Read"
    );
    assert_eq!(page["code_challenge_method"], "S256");
    assert_eq!(
        page["claims"],
        r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#
    );
    assert!(!page.contains_key("prompt") && !page.contains_key("login_hint"));

    rig.come_back();
    let finishing = State::SigningIn {
        way: Way::Finishing,
        more: scopes(&[]),
    };
    assert_eq!(rig.machine.state(), finishing);
    let form = rig.exchange();
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["code"], "code");
    assert_eq!(form["redirect_uri"], page["redirect_uri"]);
    assert_eq!(form["scope"], "openid profile offline_access User.Read");
    assert_eq!(form["code_verifier"].len(), 43);
    assert_eq!(rig.done, [Done::Listened, Done::Opened]);
    assert_eq!(rig.machine.state(), finishing);

    rig.give_keys();
    let signed_in = State::SignedIn {
        account: account(),
        granted: scopes(&[Scope::UserRead]),
        refused: None,
    };
    assert_eq!(rig.machine.state(), signed_in);
    assert_eq!(
        rig.done[2..],
        [Done::Kept("refresh-1".into()), Done::Finished(true)]
    );
    assert_eq!(rig.graph_token().expose(), "access-1");
}

#[test]
fn nobody_is_signed_in_before_it_is_kept() {
    let mut rig = Rig::new();
    rig.tell(Event::SignIn(Method::Browser));
    rig.discover();
    rig.come_back();
    rig.exchange();
    rig.slow_vault = true;
    rig.give_keys();
    assert!(matches!(
        rig.machine.state(),
        State::SigningIn {
            way: Way::Finishing,
            ..
        }
    ));
    let asker = rig.ask_graph();
    assert_eq!(rig.got(asker), Some(Err(TokenError::SignedOut)));
    rig.slow_vault = false;
    rig.do_errands();
    assert!(matches!(rig.machine.state(), State::SignedIn { .. }));

    for (error, why) in [
        (
            KeepError::Keychain(KeychainError::Missing),
            Why::Keychain(KeychainError::Missing),
        ),
        (KeepError::Disk, Why::Disk),
    ] {
        let mut rig = Rig::new();
        rig.tell(Event::SignIn(Method::Browser));
        rig.discover();
        rig.come_back();
        rig.exchange();
        rig.vault_error = Some(error);
        rig.give_keys();
        assert_eq!(rig.machine.state(), out(Some(why)));
        assert_eq!(rig.done.last(), Some(&Done::Finished(false)));
    }
}

#[test]
fn whoever_is_not_to_be_believed_is_not_signed_in() {
    type Change = fn(&mut serde_json::Value);
    let changes: [Change; 6] = [
        |claims| claims["nonce"] = "another".into(),
        |claims| claims["iss"] = "https://evil.example.com".into(),
        |claims| claims["aud"] = "another".into(),
        |claims| claims["tid"] = "99999999-2222-3333-4444-555555555555".into(),
        |claims| claims["exp"] = 1_000.into(),
        |claims| claims["oid"] = "".into(),
    ];
    for change in changes {
        let mut rig = Rig::new();
        rig.tell(Event::SignIn(Method::Browser));
        rig.discover();
        rig.come_back();
        let mut claims = rig.claims(Some(rig.page()["nonce"].clone()));
        change(&mut claims);
        rig.exchange_with(|answer| answer["id_token"] = Forge::issuer().sign(&claims).into());
        rig.give_keys();
        assert_eq!(rig.machine.state(), out(Some(Why::NotTrusted)), "{claims}");
        assert_eq!(rig.done[2..], [Done::Finished(false)]);
        assert!(rig.vault.is_none());
    }
}

#[test]
fn the_keys_are_read_once_more_for_a_key_that_is_not_known() {
    let mut rig = Rig::signed_in();
    rig.tell(Event::SignOut);
    rig.tell(Event::SignIn(Method::Browser));
    assert_eq!(rig.page()["prompt"], "select_account");
    rig.come_back();
    let claims = rig.claims(Some(rig.page()["nonce"].clone()));
    let stranger = Forge::stranger();
    rig.exchange_with(|answer| answer["id_token"] = stranger.sign(&claims).into());
    let (request, _) = rig.question();
    let keys = json!({ "keys": [Forge::issuer().key(), stranger.key()] });
    rig.reply(request, 200, keys.to_string());
    assert!(matches!(rig.machine.state(), State::SignedIn { .. }));

    let mut rig = Rig::signed_in();
    rig.tell(Event::SignOut);
    rig.tell(Event::SignIn(Method::Browser));
    rig.come_back();
    let claims = rig.claims(Some(rig.page()["nonce"].clone()));
    rig.exchange_with(|answer| answer["id_token"] = stranger.sign(&claims).into());
    rig.give_keys();
    assert_eq!(rig.machine.state(), out(Some(Why::NotTrusted)));
    assert!(rig.questions.is_empty());
}

#[test]
fn what_the_browser_comes_back_with_is_said() {
    for (error, description, why) in [
        ("access_denied", "AADSTS65004: x", Why::Denied),
        ("access_denied", "AADSTS90094: x", Why::NeedsAdministrator),
        (
            "consent_required",
            "AADSTS65001: x",
            Why::NeedsAdministrator,
        ),
        (
            "interaction_required",
            "AADSTS50076: x",
            Why::Refused("AADSTS50076".into()),
        ),
        (
            "invalid_request",
            "",
            Why::Refused("invalid_request".into()),
        ),
        ("server_error", "", Why::Unreachable),
    ] {
        let mut rig = Rig::new();
        rig.tell(Event::SignIn(Method::Browser));
        rig.discover();
        rig.come_back_refused(error, description);
        assert_eq!(rig.machine.state(), out(Some(why)), "{error} {description}");
        assert_eq!(rig.done.last(), Some(&Done::Finished(false)));
        assert!(rig.questions.is_empty());
    }
}

#[test]
fn what_the_identity_provider_says_to_the_code_is_said() {
    let mut rig = Rig::new();
    rig.tell(Event::SignIn(Method::Browser));
    rig.discover();
    rig.come_back();
    rig.refuse(
        "invalid_grant",
        "AADSTS54005: the code was redeemed already",
    );
    assert_eq!(
        rig.machine.state(),
        out(Some(Why::Refused("AADSTS54005".into())))
    );

    rig.tell(Event::SignIn(Method::Browser));
    rig.come_back();
    rig.silence();
    assert_eq!(rig.machine.state(), out(Some(Why::Unreachable)));

    rig.tell(Event::SignIn(Method::Browser));
    rig.come_back();
    rig.exchange_with(|answer| drop(answer["refresh_token"].take()));
    rig.give_keys();
    assert_eq!(
        rig.machine.state(),
        out(Some(Why::Refused("no_refresh_token".into())))
    );
}

#[test]
fn an_identity_provider_that_is_not_there_or_not_itself_is_said() {
    let mut rig = Rig::new();
    rig.tell(Event::SignIn(Method::Browser));
    rig.silence();
    assert_eq!(rig.machine.state(), out(Some(Why::Unreachable)));
    rig.tell(Event::SignIn(Method::Browser));
    let (request, _) = rig.question();
    rig.reply(request, 200, "<html>");
    assert_eq!(rig.machine.state(), out(Some(Why::NotTrusted)));
    rig.tell(Event::SignIn(Method::Browser));
    rig.refuse("invalid_tenant", "AADSTS90002: Tenant not found.");
    assert_eq!(
        rig.machine.state(),
        out(Some(Why::Refused("AADSTS90002".into())))
    );
    rig.tell(Event::SignIn(Method::Browser));
    rig.discover();
    assert!(matches!(rig.machine.state(), State::SigningIn { .. }));

    let mut wrong = config(true);
    wrong.tenant = "common".to_owned();
    let mut rig = Rig::with(&wrong, None);
    rig.tell(Event::SignIn(Method::Browser));
    assert_eq!(rig.machine.state(), out(Some(Why::NotTrusted)));
    assert!(rig.questions.is_empty());
}

#[test]
fn the_browser_has_ten_minutes() {
    let mut rig = Rig::new();
    rig.tell(Event::SignIn(Method::Browser));
    rig.discover();
    rig.wait(Duration::from_secs(599));
    assert!(matches!(rig.machine.state(), State::SigningIn { .. }));
    rig.wait(Duration::from_secs(1));
    assert_eq!(rig.machine.state(), out(Some(Why::TookTooLong)));
    assert_eq!(rig.done.last(), Some(&Done::Stopped));
    assert_eq!(rig.machine.poll_timeout(), None);
}

#[test]
fn the_page_is_shown_again_and_a_browser_that_does_not_start_is_said() {
    let mut rig = Rig::new();
    rig.tell(Event::SignIn(Method::Browser));
    rig.discover();
    let first = rig.page_of_state();
    rig.done.clear();
    rig.tell(Event::OpenPage);
    rig.tell(Event::SignIn(Method::Browser));
    assert_eq!(rig.done, [Done::Opened, Done::Opened]);
    assert_eq!(rig.page_of_state(), first);
    let commands = rig.machine.handle(rig.now, Event::OpenPage);
    let [crate::sign_in::Command::Open { request, .. }] = commands[..] else {
        panic!("{commands:?}");
    };
    rig.tell(Event::Opened {
        request,
        opened: false,
    });
    let State::SigningIn {
        way: Way::Browser { opened, .. },
        ..
    } = rig.machine.state()
    else {
        panic!("{:?}", rig.machine.state());
    };
    assert!(!opened);
}

#[test]
fn a_cancelled_attempt_leaves_nothing_and_its_answers_count_no_more() {
    let mut rig = Rig::new();
    rig.tell(Event::SignIn(Method::Browser));
    rig.tell(Event::Cancel);
    assert_eq!(rig.machine.state(), out(None));
    rig.discover();
    assert_eq!(rig.machine.state(), out(None));
    assert_eq!(rig.done, []);

    rig.tell(Event::SignIn(Method::Browser));
    rig.discover();
    rig.come_back();
    let first = rig.page()["state"].clone();
    rig.tell(Event::Cancel);
    assert_eq!(rig.done.last(), Some(&Done::Stopped));
    rig.exchange();
    assert_eq!(rig.machine.state(), out(None));
    assert!(rig.questions.is_empty() && rig.vault.is_none());

    rig.tell(Event::SignIn(Method::Browser));
    assert_ne!(rig.page()["state"], first);
    rig.come_back();
    rig.exchange();
    rig.slow_vault = true;
    rig.give_keys();
    rig.tell(Event::Cancel);
    assert_eq!(rig.machine.state(), out(None));
    rig.slow_vault = false;
    rig.do_errands();
    assert_eq!(rig.machine.state(), out(None));
    assert!(rig.vault.is_none());
}
