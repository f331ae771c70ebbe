use std::time::Duration;

use super::rig::{Done, Rig, account, config, scopes};
use crate::{
    keychain::KeychainError,
    scope::Scope,
    sign_in::{Event, KeepError, Method, Wanted},
    state::{State, Why},
    tokens::TokenError,
};

fn signed_in() -> State {
    State::SignedIn {
        account: account(),
        granted: scopes(&[Scope::UserRead]),
        refused: None,
    }
}

#[test]
fn whoever_was_signed_in_is_so_again_without_being_asked() {
    let mut rig = Rig::kept();
    assert_eq!(rig.machine.state(), State::Starting);
    let asker = rig.ask_graph();
    assert_eq!(rig.got(asker), None);
    rig.discover();
    let form = rig.refresh();
    assert_eq!(form["refresh_token"], "refresh-0");
    assert_eq!(form["scope"], "openid profile offline_access User.Read");
    assert_eq!(form["client_id"], "client");
    assert!(form["claims"].contains("cp1"));
    assert_eq!(rig.machine.state(), signed_in());
    assert_eq!(rig.got(asker), Some(Ok("access-1")));
    assert_eq!(rig.done, [Done::Kept("refresh-1".into())]);
}

#[test]
fn without_a_network_they_stay_signed_in_and_without_tokens() {
    let mut rig = Rig::kept();
    rig.silence();
    assert_eq!(rig.machine.state(), signed_in());
    let asker = rig.ask_graph();
    assert_eq!(rig.got(asker), Some(Err(TokenError::Unreachable)));

    let mut rig = Rig::kept();
    rig.discover();
    rig.wait(Duration::from_secs(4));
    assert_eq!(rig.machine.state(), State::Starting);
    rig.wait(Duration::from_secs(1));
    assert_eq!(rig.machine.state(), signed_in());
    let asker = rig.ask_graph();
    assert_eq!(rig.got(asker), None);
    rig.refresh();
    assert_eq!(rig.got(asker), Some(Ok("access-1")));
}

#[test]
fn what_is_of_no_use_any_more_is_wiped_and_said() {
    for (error, description) in [
        ("invalid_grant", "AADSTS700082: expired"),
        ("interaction_required", "AADSTS50076: MFA"),
    ] {
        let mut rig = Rig::kept();
        rig.discover();
        rig.refuse(error, description);
        let why = Some(Why::Expired);
        assert_eq!(rig.machine.state(), State::SignedOut { why });
        assert_eq!(rig.done, [Done::Wiped]);
        rig.tell(Event::SignIn(Method::Browser));
        assert_eq!(rig.page()["login_hint"], "robin@contact.example");
    }
}

#[test]
fn a_policy_or_a_mistake_of_others_costs_nobody_what_is_kept() {
    for (error, description, why) in [
        (
            "invalid_client",
            "AADSTS700016: x",
            Why::Refused("AADSTS700016".into()),
        ),
        (
            "invalid_grant",
            "AADSTS65001: no consent",
            Why::NeedsAdministrator,
        ),
        ("invalid_grant", "AADSTS53003: blocked", Why::Denied),
    ] {
        let mut rig = Rig::kept();
        rig.discover();
        rig.refuse(error, description);
        assert_eq!(rig.machine.state(), State::SignedOut { why: Some(why) });
        assert!(rig.vault.is_some());
        rig.tell(Event::SignIn(Method::Browser));
        rig.refresh();
        assert_eq!(rig.machine.state(), signed_in());
    }
}

#[test]
fn what_cannot_be_kept_is_asked_of_the_keychain_first_next_time() {
    let mut rig = Rig::new();
    rig.tell(Event::SignIn(Method::Browser));
    rig.discover();
    rig.come_back();
    rig.exchange();
    rig.vault_error = Some(KeepError::Keychain(KeychainError::Locked));
    rig.give_keys();
    rig.done.clear();
    rig.tell(Event::SignIn(Method::Browser));
    let why = Some(Why::Keychain(KeychainError::Locked));
    assert_eq!(rig.machine.state(), State::SignedOut { why });
    assert_eq!(rig.done, []);
}

#[test]
fn an_agent_who_has_asked_to_sign_in_meanwhile_gets_the_browser_if_need_be() {
    let mut rig = Rig::kept();
    rig.tell(Event::SignIn(Method::Browser));
    assert_eq!(rig.machine.state(), State::Starting);
    rig.discover();
    rig.refuse("invalid_grant", "");
    assert_eq!(rig.done, [Done::Listened, Done::Opened, Done::Wiped]);
    assert!(matches!(rig.machine.state(), State::SigningIn { .. }));

    let mut rig = Rig::kept();
    rig.tell(Event::SignIn(Method::Browser));
    rig.tell(Event::Cancel);
    rig.discover();
    rig.refuse("invalid_grant", "");
    assert_eq!(
        rig.machine.state(),
        State::SignedOut {
            why: Some(Why::Expired)
        }
    );

    let mut rig = Rig::kept();
    rig.tell(Event::SignIn(Method::Browser));
    rig.discover();
    rig.refresh();
    assert_eq!(rig.machine.state(), signed_in());
}

#[test]
fn a_keychain_that_does_not_do_it_is_said_and_asked_again() {
    let mut rig = Rig::with(&config(true), None);
    rig.tell(Event::SignOut);
    rig.vault_error = Some(KeepError::Keychain(KeychainError::Locked));
    rig.tell(Event::SignOut);
    let locked = State::SignedOut {
        why: Some(Why::Keychain(KeychainError::Locked)),
    };
    assert_eq!(rig.machine.state(), locked);
    // The browser is for nothing while the keychain does not do it.
    rig.tell(Event::SignIn(Method::Browser));
    assert_eq!(rig.machine.state(), locked);
    assert!(rig.questions.is_empty());
    rig.vault_error = None;
    rig.tell(Event::SignIn(Method::Browser));
    rig.discover();
    assert!(matches!(rig.machine.state(), State::SigningIn { .. }));
}

#[test]
fn whoever_signs_out_is_forgotten_at_once() {
    let mut rig = Rig::kept();
    rig.discover();
    let waits = rig.ask(Wanted::Provider);
    rig.tell(Event::SignOut);
    assert_eq!(rig.got(waits), Some(Err(TokenError::SignedOut)));
    assert_eq!(rig.machine.state(), State::SignedOut { why: None });
    assert!(rig.vault.is_none());
    // The refresh was under way.
    rig.refresh();
    assert_eq!(rig.machine.state(), State::SignedOut { why: None });
    let late = rig.ask_graph();
    assert_eq!(rig.got(late), Some(Err(TokenError::SignedOut)));
    assert!(rig.vault.is_none() && rig.machine.poll_timeout().is_none());
    rig.tell(Event::SignIn(Method::Browser));
    let page = rig.page();
    assert_eq!(page["prompt"], "select_account");
    assert!(!page.contains_key("login_hint"));
}

#[test]
fn whoever_has_signed_out_is_not_signed_in_by_what_could_not_be_wiped() {
    let mut rig = Rig::kept();
    rig.discover();
    rig.refresh();
    rig.vault_error = Some(KeepError::Disk);
    rig.tell(Event::SignOut);
    let why = Some(Why::Disk);
    assert_eq!(rig.machine.state(), State::SignedOut { why });
    assert!(rig.vault.is_some());
    rig.vault_error = None;
    rig.tell(Event::SignIn(Method::Browser));
    assert!(matches!(rig.machine.state(), State::SigningIn { .. }));
    assert!(rig.questions.is_empty());
}

#[test]
fn what_is_looked_for_when_somebody_signs_out_is_not_found() {
    let mut rig = Rig::kept();
    rig.discover();
    rig.tell(Event::SignOut);
    assert!(rig.vault.is_none());
    assert_eq!(rig.machine.state(), State::SignedOut { why: None });
}
