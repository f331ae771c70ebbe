use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;
use warmline_redact::Secret;

use super::rig::{Done, Rig, config, form, scopes};
use crate::{
    scope::Scope,
    sign_in::{Event, KeepError, Method, Reply, Wanted},
    state::{State, Why},
    tokens::{AccessToken, TokenError},
};

fn is_signed_in(rig: &Rig) -> bool {
    matches!(rig.machine.state(), State::SignedIn { .. })
}

fn challenge(value: &str) -> Option<String> {
    let claims = json!({ "access_token": { "nbf": { "essential": true, "value": value } } });
    Some(BASE64_STANDARD.encode(claims.to_string()))
}

fn refused(rig: &mut Rig, token: &AccessToken, claims: Option<String>) {
    let token = token.clone();
    rig.tell(Event::Refused { token, claims });
}

#[test]
fn a_token_is_there_until_it_is_refreshed_ahead_of_its_end() {
    let mut rig = Rig::signed_in();
    assert_eq!(rig.graph_token().expose(), "access-1");
    rig.wait(Duration::from_secs(3_299));
    assert!(rig.questions.is_empty());
    assert_eq!(rig.graph_token().expose(), "access-1");
    rig.wait(Duration::from_secs(1));
    assert_eq!(rig.questions.len(), 1);
    assert_eq!(rig.graph_token().expose(), "access-1");
    let form = rig.refresh();
    assert_eq!(form["refresh_token"], "refresh-1");
    assert_eq!(rig.graph_token().expose(), "access-2");
    assert_eq!(rig.done, [Done::Kept("refresh-2".into())]);
    rig.wait(Duration::from_secs(3_300));
    assert_eq!(rig.refresh()["refresh_token"], "refresh-2");
}

#[test]
fn a_token_is_not_handed_out_at_its_very_end() {
    let mut rig = Rig::signed_in();
    rig.wait(Duration::from_secs(3_569));
    assert_eq!(rig.graph_token().expose(), "access-1");
    rig.wait(Duration::from_secs(1));
    let waits = rig.ask_graph();
    assert_eq!(rig.got(waits), None);
    rig.refresh();
    assert_eq!(rig.got(waits), Some(Ok("access-2")));
}

#[test]
fn the_provider_wants_to_be_asked_sooner() {
    let mut rig = Rig::signed_in();
    let asker = rig.ask(Wanted::Provider);
    let (request, question) = rig.question();
    assert_eq!(
        form(&question)["scope"],
        "openid profile offline_access api://provider/Phone.Read"
    );
    let mut tokens = rig.tokens("openid api://provider/Phone.Read");
    tokens["refresh_in"] = 600.into();
    rig.reply(request, 200, tokens.to_string());
    assert_eq!(rig.got(asker), Some(Ok("access-2")));
    rig.wait(Duration::from_secs(599));
    assert!(rig.questions.is_empty());
    rig.wait(Duration::from_secs(1));
    rig.refresh();
}

#[test]
fn one_refresh_is_in_flight_whoever_asks() {
    let mut rig = Rig::kept();
    rig.discover();
    let graph: Vec<_> = (0..5).map(|_| rig.ask_graph()).collect();
    let provider: Vec<_> = (0..5).map(|_| rig.ask(Wanted::Provider)).collect();
    assert_eq!(rig.questions.len(), 1);
    rig.refresh();
    assert!(
        graph
            .iter()
            .all(|asker| rig.got(*asker) == Some(Ok("access-1")))
    );
    assert!(provider.iter().all(|asker| rig.got(*asker).is_none()));
    assert_eq!(rig.questions.len(), 1);
    assert_eq!(rig.refresh()["refresh_token"], "refresh-1");
    assert!(
        provider
            .iter()
            .all(|asker| rig.got(*asker) == Some(Ok("access-2")))
    );
    assert!(rig.questions.is_empty());
}

#[test]
fn without_a_provider_there_is_no_token_for_it() {
    let mut config = config(true);
    config.provider_scope = None;
    let mut rig = Rig::with(&config, None);
    rig.sign_in();
    let asker = rig.ask(Wanted::Provider);
    assert_eq!(rig.got(asker), Some(Err(TokenError::SignedOut)));
    assert!(rig.questions.is_empty());
}

#[test]
fn a_network_that_is_gone_is_tried_less_and_less_often_and_when_somebody_asks() {
    let mut rig = Rig::signed_in();
    rig.wait(Duration::from_secs(3_300));
    let mut waits = Vec::new();
    for _ in 0..8 {
        rig.silence();
        assert!(is_signed_in(&rig));
        let since = rig.now;
        let due = rig.machine.poll_timeout().unwrap();
        rig.wait(due - since);
        waits.push((due - since).as_secs());
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300]);
    rig.silence();
    // It has ended by now.
    let asker = rig.ask_graph();
    assert_eq!(rig.got(asker), Some(Err(TokenError::Unreachable)));
    rig.wait(Duration::from_secs(5));
    let asker = rig.ask_graph();
    assert_eq!(rig.got(asker), None);
    rig.silence();
    assert_eq!(rig.got(asker), Some(Err(TokenError::Unreachable)));
    rig.wait(Duration::from_secs(5));
    let asker = rig.ask_graph();
    rig.refresh();
    assert_eq!(rig.got(asker), Some(Ok("access-2")));
}

#[test]
fn whoever_says_when_to_come_back_is_asked_then() {
    let mut rig = Rig::signed_in();
    rig.wait(Duration::from_secs(3_300));
    let (request, _) = rig.question();
    let reply = Reply {
        status: 429,
        body: Secret::default(),
        retry_after: Some(Duration::from_secs(60)),
    };
    rig.answered(request, Some(reply));
    let provider = rig.ask(Wanted::Provider);
    assert_eq!(rig.got(provider), Some(Err(TokenError::Unreachable)));
    assert_eq!(rig.graph_token().expose(), "access-1");
    rig.wait(Duration::from_secs(59));
    assert!(rig.questions.is_empty());
    rig.wait(Duration::from_secs(1));
    rig.refresh();
    // A page of somebody in between is nobody's answer.
    rig.wait(Duration::from_secs(3_300));
    let (request, _) = rig.question();
    rig.reply(request, 200, "<html>Sign in to the hotel");
    assert!(is_signed_in(&rig));
}

#[test]
fn a_refresh_that_is_refused_ends_the_sign_in_for_everybody() {
    let mut rig = Rig::signed_in();
    let provider = rig.ask(Wanted::Provider);
    rig.refuse("invalid_grant", "AADSTS50173: revoked");
    assert_eq!(rig.got(provider), Some(Err(TokenError::SignedOut)));
    let why = Some(Why::Expired);
    assert_eq!(rig.machine.state(), State::SignedOut { why });
    let graph = rig.ask_graph();
    assert_eq!(rig.got(graph), Some(Err(TokenError::SignedOut)));
    assert_eq!(rig.done, [Done::Wiped]);
}

#[test]
fn a_refresh_token_that_cannot_be_kept_is_good_for_this_run() {
    let mut rig = Rig::signed_in();
    rig.wait(Duration::from_secs(3_300));
    rig.vault_error = Some(KeepError::Disk);
    rig.refresh();
    assert!(is_signed_in(&rig));
    rig.wait(Duration::from_secs(3_300));
    rig.vault_error = None;
    assert_eq!(rig.refresh()["refresh_token"], "refresh-2");
    assert_eq!(rig.done, [Done::Kept("refresh-3".into())]);
}

#[test]
fn what_the_tenant_takes_back_is_not_granted_any_more() {
    let mut rig = Rig::signed_in();
    rig.tell(Event::Ask(scopes(&[Scope::PresenceReadAll])));
    rig.come_back();
    rig.exchange();
    rig.wait(Duration::from_secs(3_300));
    let (request, question) = rig.question();
    assert!(form(&question)["scope"].contains("Presence.Read.All"));
    let tokens = rig.tokens("openid https://graph.example.com/User.Read api://other/Chat.Read");
    rig.reply(request, 200, tokens.to_string());
    let asker = rig.ask(Wanted::Graph(vec![Scope::PresenceReadAll]));
    assert_eq!(
        rig.got(asker),
        Some(Err(TokenError::NotGranted(Scope::PresenceReadAll)))
    );
    assert_eq!(
        rig.vault.as_ref().unwrap().granted,
        scopes(&[Scope::UserRead])
    );
}

#[test]
fn a_challenge_is_answered_in_silence() {
    let mut rig = Rig::signed_in();
    let token = rig.graph_token();
    refused(&mut rig, &token, challenge("1"));
    let waits = rig.ask_graph();
    assert_eq!(rig.got(waits), None);
    let form = rig.refresh();
    assert_eq!(
        form["claims"],
        r#"{"access_token":{"nbf":{"essential":true,"value":"1"},"xms_cc":{"values":["cp1"]}}}"#
    );
    assert_eq!(rig.got(waits), Some(Ok("access-2")));
    // Whoever comes later with the same refusal has nothing new to say.
    refused(&mut rig, &token, challenge("1"));
    assert!(rig.questions.is_empty());
    assert_eq!(rig.graph_token().expose(), "access-2");
    // Hours later there may be another.
    rig.wait(Duration::from_secs(1_000));
    let token = rig.graph_token();
    refused(&mut rig, &token, challenge("2"));
    rig.refresh();
    assert_eq!(rig.graph_token().expose(), "access-3");
}

#[test]
fn a_challenge_to_its_own_answer_goes_to_the_agent_with_what_is_asked_for() {
    let mut rig = Rig::signed_in();
    let token = rig.graph_token();
    refused(&mut rig, &token, challenge("1"));
    rig.refresh();
    let token = rig.graph_token();
    refused(&mut rig, &token, challenge("2"));
    let why = Some(Why::Expired);
    assert_eq!(rig.machine.state(), State::SignedOut { why });
    assert!(rig.questions.is_empty());
    rig.tell(Event::SignIn(Method::Browser));
    assert!(rig.page()["claims"].contains(r#""value":"2""#));
    rig.come_back();
    assert!(rig.exchange()["claims"].contains(r#""value":"2""#));
    assert!(is_signed_in(&rig));
    rig.wait(Duration::from_secs(3_300));
    assert!(!rig.refresh()["claims"].contains("nbf"));
}

#[test]
fn a_challenge_that_cannot_be_answered_in_silence_goes_to_the_agent() {
    let mut rig = Rig::signed_in();
    let token = rig.graph_token();
    refused(&mut rig, &token, challenge("1"));
    let waits = rig.ask_graph();
    let (request, _) = rig.question();
    let body = json!({
        "error": "interaction_required", "error_description": "AADSTS50158: x",
        "claims": r#"{"access_token":{"capolids":{"essential":true,"values":["x"]}}}"#,
    });
    rig.reply(request, 400, body.to_string());
    assert_eq!(rig.got(waits), Some(Err(TokenError::SignedOut)));
    rig.tell(Event::SignIn(Method::Browser));
    assert!(rig.page()["claims"].contains("capolids"));
}

#[test]
fn a_challenge_is_not_answered_by_a_refresh_that_knew_nothing_of_it() {
    let mut rig = Rig::signed_in();
    let token = rig.graph_token();
    rig.wait(Duration::from_secs(3_300));
    refused(&mut rig, &token, challenge("1"));
    let waits = rig.ask_graph();
    rig.refresh();
    assert_eq!(rig.got(waits), None);
    assert!(rig.refresh()["claims"].contains("nbf"));
    assert_eq!(rig.got(waits), Some(Ok("access-3")));
}

#[test]
fn a_resource_that_refuses_everything_signs_nobody_out_and_is_not_asked_in_a_loop() {
    let mut rig = Rig::signed_in();
    let first = rig.ask(Wanted::Provider);
    rig.refresh();
    let mut token = AccessToken::new(rig.got(first).unwrap().unwrap());
    for round in 0..3 {
        refused(&mut rig, &token, None);
        assert_eq!(rig.questions.len(), 1, "{round}");
        rig.refresh();
        let asker = rig.ask(Wanted::Provider);
        token = AccessToken::new(rig.got(asker).unwrap().unwrap());
        refused(&mut rig, &token, None);
        let asker = rig.ask(Wanted::Provider);
        assert_eq!(rig.got(asker), Some(Err(TokenError::Unreachable)));
        assert!(rig.questions.is_empty() && is_signed_in(&rig));
        rig.wait(Duration::from_secs(60));
        let asker = rig.ask(Wanted::Provider);
        rig.refresh();
        token = AccessToken::new(rig.got(asker).unwrap().unwrap());
    }
    assert_eq!(rig.graph_token().expose(), "access-1");
}

#[test]
fn nonsense_in_place_of_claims_is_a_refusal_like_any_other() {
    let mut rig = Rig::signed_in();
    let token = rig.graph_token();
    refused(&mut rig, &token, Some("%%%".to_owned()));
    assert!(!rig.refresh()["claims"].contains("nbf"));
    assert_eq!(rig.graph_token().expose(), "access-2");
}
