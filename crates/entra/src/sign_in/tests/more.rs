//! More is asked for, of somebody who is signed in.

use std::time::Duration;

use super::rig::{Rig, scopes};
use crate::{
    forge::Forge,
    scope::Scope,
    sign_in::{Event, Wanted},
    state::{State, Why},
    tokens::TokenError,
};

#[test]
fn more_is_asked_for_while_somebody_stays_signed_in() {
    let mut rig = Rig::signed_in();
    let asker = rig.ask(Wanted::Graph(vec![Scope::UserRead, Scope::PresenceReadAll]));
    assert_eq!(
        rig.got(asker),
        Some(Err(TokenError::NotGranted(Scope::PresenceReadAll)))
    );
    let wanted = scopes(&[Scope::UserRead, Scope::PresenceReadAll]);
    rig.tell(Event::Ask(wanted.clone()));
    let page = rig.page();
    assert_eq!(
        page["scope"],
        "openid profile offline_access User.Read Presence.Read.All api://provider/Phone.Read"
    );
    assert_eq!(page["login_hint"], "robin@contact.example");
    assert!(!page.contains_key("prompt"));
    let State::SigningIn { more, .. } = rig.machine.state() else {
        panic!("{:?}", rig.machine.state());
    };
    assert_eq!(more, scopes(&[Scope::PresenceReadAll]));
    assert_eq!(rig.graph_token().expose(), "access-1");

    rig.come_back();
    rig.exchange();
    let State::SignedIn {
        granted, refused, ..
    } = rig.machine.state()
    else {
        panic!("{:?}", rig.machine.state());
    };
    assert_eq!((granted, refused), (wanted.clone(), None));
    assert_eq!(rig.vault.as_ref().unwrap().granted, wanted);
    assert_eq!(
        rig.vault.as_ref().unwrap().refresh_token.expose(),
        "refresh-2"
    );
    let asker = rig.ask(Wanted::Graph(vec![Scope::PresenceReadAll]));
    assert_eq!(rig.got(asker), Some(Ok("access-2")));
    rig.done.clear();
    rig.tell(Event::Ask(wanted));
    assert_eq!(rig.done, []);
}

#[test]
fn a_refusal_of_more_keeps_what_there_is() {
    let ask = scopes(&[Scope::GroupMemberReadBasicAll]);
    let mut rig = Rig::signed_in();
    let refused = |rig: &Rig| match rig.machine.state() {
        State::SignedIn {
            granted, refused, ..
        } => {
            assert_eq!(granted, scopes(&[Scope::UserRead]));
            refused
        }
        other => panic!("{other:?}"),
    };
    rig.tell(Event::Ask(ask.clone()));
    rig.come_back_refused("access_denied", "AADSTS90094: x");
    assert_eq!(refused(&rig), Some(Why::NeedsAdministrator));
    rig.tell(Event::Ask(ask.clone()));
    rig.tell(Event::Cancel);
    assert_eq!(refused(&rig), None);
    rig.tell(Event::Ask(ask.clone()));
    rig.wait(Duration::from_secs(600));
    assert_eq!(refused(&rig), Some(Why::TookTooLong));
    // Granted was something else.
    rig.tell(Event::Ask(ask.clone()));
    rig.come_back();
    rig.exchange_with(|answer| answer["scope"] = "openid User.Read".into());
    assert_eq!(refused(&rig), Some(Why::Denied));
    // Somebody else has signed in.
    rig.tell(Event::Ask(ask));
    rig.come_back();
    let mut claims = rig.claims(Some(rig.page()["nonce"].clone()));
    claims["oid"] = "somebody else".into();
    rig.exchange_with(|answer| answer["id_token"] = Forge::issuer().sign(&claims).into());
    assert_eq!(refused(&rig), Some(Why::NotTrusted));
    assert!(rig.graph_token().expose().starts_with("access-"));
}

#[test]
fn nothing_is_asked_for_where_nobody_is_signed_in() {
    let mut rig = Rig::new();
    rig.tell(Event::Ask(scopes(&[Scope::PresenceReadAll])));
    assert_eq!(rig.machine.state(), State::SignedOut { why: None });
    assert!(rig.questions.is_empty());
}
