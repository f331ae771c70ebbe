use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use proptest::prelude::*;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use super::fault::Fault;
use crate::office::http::{Answer, Fields, Request, with_query};
use crate::office::trial::{
    CLIENT, ORIGIN, REDIRECT, TENANT, Trial, body, header, text, understands,
};
use crate::office::{Order, clock};
use crate::person::Deed;

fn decoded(part: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(part).expect("base64")
}

/// OAuth's word, and Entra's number.
fn refusal(answer: &Answer) -> (String, u64) {
    assert_eq!(answer.status, 400);
    let body = body(answer);
    assert!(body["trace_id"].is_string() && body["timestamp"].is_string());
    let number = body["error_codes"][0].as_u64().expect("a number");
    let described = body["error_description"].as_str().expect("a text");
    assert!(
        described.starts_with(&format!("AADSTS{number}: ")),
        "{described}"
    );
    (body["error"].as_str().expect("a word").to_owned(), number)
}

fn is(answer: &Answer, error: &str, number: u64) {
    assert_eq!(refusal(answer), (error.to_owned(), number));
}

fn refresh_token(tokens: &Value) -> String {
    tokens["refresh_token"].as_str().expect("one").to_owned()
}

#[test]
fn the_configuration_leads_to_everything() {
    let mut trial = Trial::new();
    let found = body(&trial.get(&format!("/{TENANT}/v2.0/.well-known/openid-configuration")));
    assert_eq!(found["issuer"], format!("{ORIGIN}/{TENANT}/v2.0"));
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    ] {
        let address = found[name].as_str().expect("one");
        assert!(
            address.starts_with(&format!("{ORIGIN}/{TENANT}/")),
            "{address}"
        );
    }
    let keys = found["jwks_uri"].as_str().expect("one");
    let keys = body(&trial.get(keys.strip_prefix(ORIGIN).expect("ours")));
    assert_eq!(keys["keys"][0]["kty"], "RSA");
    let common = body(&trial.get("/common/v2.0/.well-known/openid-configuration"));
    assert_eq!(common["issuer"], format!("{ORIGIN}/{{tenantid}}/v2.0"));
    let other =
        trial.get("/00000000-0000-4000-8000-000000000000/v2.0/.well-known/openid-configuration");
    is(&other, "invalid_tenant", 90_002);
}

#[test]
fn nobody_else_is_answered() {
    let mut trial = Trial::new();
    let mut request = Request::new("GET", &format!("/{TENANT}/discovery/v2.0/keys"));
    request.headers = vec![("host".into(), "rebound.example".into())];
    let (answer, _) = trial.state.answer(trial.now, &request);
    assert_eq!(answer.status, 421);
}

#[test]
fn a_code_becomes_tokens_that_say_who_signed_in() {
    let mut trial = Trial::new();
    let back = trial.authorize("openid profile offline_access User.Read", &[]);
    assert_eq!(back.get("state"), Some("s1"));
    let answer = trial.redeem(back.get("code").expect("a code"), &[]);
    assert_eq!(header(&answer, "Cache-Control"), Some("no-store"));
    let tokens = body(&answer);
    assert_eq!(tokens["token_type"], "Bearer");
    let lives = tokens["expires_in"].as_u64().expect("seconds");
    assert!((3_600..=4_500).contains(&lives));
    assert!(refresh_token(&tokens).len() > 1_280);
    let granted: Vec<_> = tokens["scope"]
        .as_str()
        .expect("scopes")
        .split(' ')
        .collect();
    // Those of the administrator are in it although nobody asked.
    assert!(granted.contains(&"User.Read") && granted.contains(&"TeamworkTag.Read"));
    assert!(!granted.contains(&"Presence.Read.All"));

    let keys = body(&trial.get(&format!("/{TENANT}/discovery/v2.0/keys")));
    let token = tokens["id_token"].as_str().expect("one");
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let (head, claims) = signed.split_once('.').expect("three parts");
    let (head, key) = (decoded(head), &keys["keys"][0]);
    let head: Value = serde_json::from_slice(&head).expect("JSON");
    assert_eq!((&head["alg"], &head["kid"]), (&json!("RS256"), &key["kid"]));
    let part = |name: &str| decoded(key[name].as_str().expect("a text"));
    let public = RsaPublicKeyComponents {
        n: part("n"),
        e: part("e"),
    };
    public
        .verify(
            &RSA_PKCS1_2048_8192_SHA256,
            signed.as_bytes(),
            &decoded(signature),
        )
        .expect("signed by the key that is published");
    let claims: Value = serde_json::from_slice(&decoded(claims)).expect("JSON");
    let at = clock::unix(trial.now);
    let agent = &trial.state.staff.agent;
    for (name, value) in [
        ("iss", json!(format!("{ORIGIN}/{TENANT}/v2.0"))),
        ("aud", json!(CLIENT)),
        ("tid", json!(TENANT)),
        ("oid", json!(agent.id)),
        ("name", json!("Robin Adeyemi")),
        (
            "preferred_username",
            json!("robin.adeyemi@practice.example"),
        ),
        ("nonce", json!("n1")),
        ("iat", json!(at)),
        ("nbf", json!(at)),
        ("exp", json!(at + 3_600)),
        ("ver", json!("2.0")),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    assert!(claims["sub"].as_str().is_some_and(|sub| sub.len() == 43));
    assert_eq!(trial.deeds, [("Robin Adeyemi".to_owned(), Deed::SignsIn)]);
}

#[test]
fn the_agent_is_asked_and_can_say_no() {
    let mut trial = Trial::new();
    let fields = [
        ("client_id", CLIENT),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid User.Read Presence.Read.All"),
        ("state", "x&y"),
        (
            "code_challenge",
            "0123456789012345678901234567890123456789012",
        ),
        ("code_challenge_method", "S256"),
    ];
    let target = with_query(&format!("/{TENANT}/oauth2/v2.0/authorize"), &fields);
    let page = trial.get(&target);
    let page = text(&page).replace("&amp;", "&");
    assert!(page.contains("Continue as Robin Adeyemi") && page.contains("<li>Presence.Read.All"));
    let link = |id: &str| {
        let (_, rest) = page
            .split_once(&format!("id={id} href=\""))
            .expect("a link");
        rest.split_once('"').expect("its end").0.to_owned()
    };
    let no = link("no");
    let no = Fields::parse(no.split_once('?').expect("an answer").1.as_bytes());
    assert_eq!(
        (no.get("error"), no.get("state")),
        (Some("access_denied"), Some("x&y"))
    );
    let yes = trial.get(&link("yes"));
    assert!(
        header(&yes, "Location").is_some_and(|to| to.starts_with("http://localhost:51001?code="))
    );
    // The second time nothing new is asked for, and nobody has to be.
    let quiet = trial.get(&format!("{target}&prompt=none"));
    assert!(header(&quiet, "Location").is_some_and(|to| to.contains("?code=")));
}

#[test]
fn without_consent_nothing_is_silent() {
    let mut trial = Trial::new();
    let back = trial.authorize("openid User.Read", &[("prompt", "none")]);
    assert_eq!(back.get("error"), Some("consent_required"));
    let tokens = trial.signs_in("User.Read", None);
    let refresh = refresh_token(&tokens);
    let more = trial.refresh(&refresh, &[("scope", "openid Presence.Read.All")]);
    is(&more, "invalid_grant", 65_001);
    assert_eq!(body(&more)["suberror"], "consent_required");
    trial.authorize("openid Presence.Read.All", &[]);
    let more = trial.refresh(&refresh, &[("scope", "openid Presence.Read.All")]);
    assert!(
        body(&more)["scope"]
            .as_str()
            .is_some_and(|all| all.contains("Presence.Read.All"))
    );
}

#[test]
fn what_is_not_right_gets_no_code() {
    let mut trial = Trial::new();
    for (field, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("scope", "openid Mail.Send", "invalid_scope"),
        ("claims", "{", "invalid_request"),
    ] {
        let back = trial.authorize("openid User.Read", &[(field, value)]);
        assert_eq!(back.get("error"), Some(error), "{field}");
        assert_eq!(back.get("state"), Some("s1"));
    }
    // Nothing is sent where it should not go.
    for (field, value) in [
        ("redirect_uri", "https://elsewhere.example/"),
        ("redirect_uri", "http://localhost.example:1"),
        ("redirect_uri", "http://localhost:1/path"),
        ("client_id", "another"),
    ] {
        let mut fields = vec![("client_id", CLIENT), ("redirect_uri", REDIRECT)];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let target = with_query(&format!("/{TENANT}/oauth2/v2.0/authorize"), &fields);
        assert_eq!(trial.get(&target).status, 400, "{value}");
    }
}

#[test]
fn a_code_is_good_once_for_whoever_asked() {
    let mut trial = Trial::new();
    let code = |trial: &mut Trial| {
        let back = trial.authorize("openid offline_access User.Read", &[]);
        back.get("code").expect("a code").to_owned()
    };
    let stolen = code(&mut trial);
    let wrong = [(
        "code_verifier",
        "another-verifier-of-at-least-forty-three-letters",
    )];
    is(&trial.redeem(&stolen, &wrong), "invalid_grant", 501_481);
    // It was tried: it is of no use any more.
    is(&trial.redeem(&stolen, &[]), "invalid_grant", 54_005);
    let elsewhere = code(&mut trial);
    let wrong = [("redirect_uri", "http://localhost:9")];
    is(&trial.redeem(&elsewhere, &wrong), "invalid_request", 50_011);
    let late = code(&mut trial);
    trial.passes(601);
    is(&trial.redeem(&late, &[]), "invalid_grant", 70_008);
    let twice = code(&mut trial);
    let tokens = body(&trial.redeem(&twice, &[]));
    is(&trial.redeem(&twice, &[]), "invalid_grant", 54_005);
    // What the first one got is dead too.
    is(
        &trial.refresh(&refresh_token(&tokens), &[]),
        "invalid_grant",
        50_173,
    );
    is(&trial.redeem("guessed", &[]), "invalid_grant", 70_008);
    let fields = [("client_id", CLIENT), ("grant_type", "password")];
    is(
        &trial.form("oauth2/v2.0/token", &fields),
        "unsupported_grant_type",
        70_003,
    );
    is(
        &trial.form("oauth2/v2.0/token", &[]),
        "unauthorized_client",
        700_016,
    );
}

#[test]
fn a_refresh_token_is_good_once_and_a_replay_kills_its_successor() {
    let mut trial = Trial::new();
    let first = refresh_token(&trial.signs_in("User.Read", None));
    let tokens = body(&trial.refresh(&first, &[]));
    let (second, access) = (refresh_token(&tokens), tokens["access_token"].clone());
    assert_ne!(first, second);
    let me = |trial: &mut Trial| {
        let token = access.as_str().expect("one");
        trial.graph(token, "GET", "/me", &Value::Null).status
    };
    assert_eq!(me(&mut trial), 200);
    is(&trial.refresh(&first, &[]), "invalid_grant", 700_082);
    is(&trial.refresh(&second, &[]), "invalid_grant", 50_173);
    assert_eq!(me(&mut trial), 401);
    is(&trial.refresh("guessed", &[]), "invalid_grant", 70_000);
    // Another sign-in is another matter.
    trial.signs_in("User.Read", None);
}

#[test]
fn tokens_are_for_one_resource_each() {
    let mut trial = Trial::new();
    let tokens = trial.signs_in("User.Read", None);
    let provider = "api://practice/Phone.Read";
    let both = format!("User.Read {provider}");
    let refresh = refresh_token(&tokens);
    is(
        &trial.refresh(&refresh, &[("scope", &both)]),
        "invalid_scope",
        28_000,
    );
    let tokens = body(&trial.refresh(&refresh, &[("scope", provider)]));
    assert_eq!(tokens["scope"], provider);
    let token = tokens["access_token"].as_str().expect("one");
    assert_eq!(trial.graph(token, "GET", "/me", &Value::Null).status, 401);
    let back = trial.authorize(&format!("openid {both}"), &[]);
    let code = back
        .get("code")
        .expect("both can be agreed to at once")
        .to_owned();
    is(
        &trial.redeem(&code, &[("scope", &both)]),
        "invalid_scope",
        28_000,
    );
}

#[test]
fn everything_ends_when_it_is_revoked_and_access_after_an_hour() {
    let mut trial = Trial::new();
    let tokens = trial.signs_in("User.Read", None);
    let refresh = refresh_token(&tokens);
    let token = tokens["access_token"].as_str().expect("one");
    let lives = tokens["expires_in"].as_u64().expect("seconds");
    trial.passes(lives - 1);
    assert_eq!(trial.graph(token, "GET", "/me", &Value::Null).status, 200);
    trial.passes(1);
    assert_eq!(trial.graph(token, "GET", "/me", &Value::Null).status, 401);
    let tokens = body(&trial.refresh(&refresh, &[]));
    trial.state.obey(trial.now, Order::Revoke).expect("done");
    let token = tokens["access_token"].as_str().expect("one");
    assert_eq!(trial.graph(token, "GET", "/me", &Value::Null).status, 401);
    is(
        &trial.refresh(&refresh_token(&tokens), &[]),
        "invalid_grant",
        50_173,
    );
    let tokens = trial.signs_in("User.Read", None);
    trial.state.obey(trial.now, Order::Expire).expect("done");
    let token = tokens["access_token"].as_str().expect("one");
    assert_eq!(trial.graph(token, "GET", "/me", &Value::Null).status, 401);
    assert_eq!(trial.refresh(&refresh_token(&tokens), &[]).status, 200);
}

#[test]
fn what_the_tenant_refuses_nobody_gets() {
    let mut trial = Trial::new();
    let refuse = |trial: &mut Trial, scopes: &[&str]| {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        trial
            .state
            .obey(trial.now, Order::Refuse { scopes })
            .expect("done");
    };
    let tokens = trial.signs_in("User.Read User.ReadBasic.All Presence.Read.All", None);
    let token = tokens["access_token"].as_str().expect("one");
    let ask = |trial: &mut Trial| trial.graph(token, "GET", "/users", &Value::Null).status;
    assert_eq!(ask(&mut trial), 200);
    refuse(&mut trial, &["User.ReadBasic.All", "User.Read.All"]);
    assert_eq!(ask(&mut trial), 403);
    let back = trial.authorize("openid User.ReadBasic.All", &[]);
    assert_eq!(back.get("error"), Some("access_denied"));
    assert!(
        back.get("error_description")
            .is_some_and(|text| text.starts_with("AADSTS90094"))
    );
    let more = [("scope", "openid User.ReadBasic.All")];
    is(
        &trial.refresh(&refresh_token(&tokens), &more),
        "invalid_grant",
        65_001,
    );
    refuse(&mut trial, &[]);
    let tokens = trial.signs_in("User.ReadBasic.All", None);
    assert!(
        tokens["scope"]
            .as_str()
            .is_some_and(|all| all.contains("User.Read.All"))
    );
}

#[test]
fn a_challenge_is_answered_by_its_claims() {
    let mut trial = Trial::new();
    let tokens = trial.signs_in("User.Read", Some(&understands()));
    let token = tokens["access_token"].as_str().expect("one");
    trial
        .state
        .obey(trial.now, Order::Challenge { asks: false })
        .expect("done");
    let answer = trial.graph(token, "GET", "/me", &Value::Null);
    assert_eq!(answer.status, 401);
    let says = header(&answer, "WWW-Authenticate")
        .expect("a challenge")
        .to_owned();
    assert!(says.contains("error=\"insufficient_claims\""), "{says}");
    let (_, claims) = says.split_once("claims=\"").expect("claims");
    let claims = base64::prelude::BASE64_STANDARD.decode(claims.trim_end_matches('"'));
    let asked: Value = serde_json::from_slice(&claims.expect("base64")).expect("JSON");
    assert!(asked["access_token"]["nbf"]["value"].is_string());
    // Who does not claim it gets a token that is no better.
    let own = understands().to_string();
    let tokens = body(&trial.refresh(&refresh_token(&tokens), &[("claims", &own)]));
    let token = tokens["access_token"].as_str().expect("one");
    let again = trial.graph(token, "GET", "/me", &Value::Null);
    assert!(header(&again, "WWW-Authenticate").is_some_and(|says| says.contains("claims=")));
    let mut both = understands();
    both["access_token"]["nbf"] = asked["access_token"]["nbf"].clone();
    let both = both.to_string();
    let tokens = body(&trial.refresh(&refresh_token(&tokens), &[("claims", &both)]));
    let token = tokens["access_token"].as_str().expect("one");
    assert_eq!(trial.graph(token, "GET", "/me", &Value::Null).status, 200);
}

#[test]
fn a_challenge_may_need_the_agent() {
    let mut trial = Trial::new();
    let tokens = trial.signs_in("User.Read", Some(&understands()));
    trial
        .state
        .obey(trial.now, Order::Challenge { asks: true })
        .expect("done");
    let refresh = refresh_token(&tokens);
    let answer = trial.refresh(&refresh, &[]);
    is(&answer, "interaction_required", 50_076);
    let claims: Value =
        serde_json::from_str(body(&answer)["claims"].as_str().expect("claims")).expect("JSON");
    let tokens = trial.signs_in("User.Read", Some(&claims));
    let token = tokens["access_token"].as_str().expect("one");
    assert_eq!(trial.graph(token, "GET", "/me", &Value::Null).status, 200);
    // The old one can be refreshed again.
    assert_eq!(trial.refresh(&refresh, &[]).status, 200);
}

#[test]
fn who_does_not_understand_challenges_is_only_refused() {
    let mut trial = Trial::new();
    let token = trial.token("User.Read");
    let provider = trial.token("api://practice/Phone.Read");
    trial
        .state
        .obey(trial.now, Order::Challenge { asks: false })
        .expect("done");
    let answer = trial.graph(&token, "GET", "/me", &Value::Null);
    assert_eq!(answer.status, 401);
    assert!(header(&answer, "WWW-Authenticate").is_some_and(|says| !says.contains("claims")));
    let request = crate::office::trial::bearing(&provider, "GET", "/provisioning/v1/phone");
    assert_eq!(trial.asks(request).status, 200, "Graph alone asks");
}

#[test]
fn a_code_can_be_typed_in_elsewhere() {
    let mut trial = Trial::new();
    let fields = [
        ("client_id", CLIENT),
        ("scope", "openid offline_access User.Read"),
    ];
    let device = body(&trial.form("oauth2/v2.0/devicecode", &fields));
    let code = device["device_code"].as_str().expect("one").to_owned();
    let poll = |trial: &mut Trial| {
        trial.form(
            "oauth2/v2.0/token",
            &[
                ("client_id", CLIENT),
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("device_code", &code),
            ],
        )
    };
    is(&poll(&mut trial), "authorization_pending", 70_016);
    let page = device["verification_uri"].as_str().expect("one");
    let page = trial.get(page.strip_prefix(ORIGIN).expect("ours"));
    assert!(text(&page).contains("Continue as Robin Adeyemi"));
    let typed = device["user_code"].as_str().expect("one").to_lowercase();
    assert_eq!(
        trial
            .form("device", &[("user_code", "WRONG"), ("agree", "yes")])
            .status,
        400
    );
    assert_eq!(
        trial
            .form("device", &[("user_code", &typed), ("agree", "yes")])
            .status,
        200
    );
    let tokens = poll(&mut trial);
    assert_eq!(tokens.status, 200, "{}", text(&tokens));
    assert!(body(&tokens)["id_token"].is_string());
    is(&poll(&mut trial), "bad_verification_code", 70_018);
}

#[test]
fn a_code_that_nobody_types_is_nothing() {
    let mut trial = Trial::new();
    let fields = [("client_id", CLIENT), ("scope", "openid User.Read")];
    for (agree, waits, error) in [
        ("no", 0, "authorization_declined"),
        ("", 901, "expired_token"),
    ] {
        let device = body(&trial.form("oauth2/v2.0/devicecode", &fields));
        let (code, typed) = (&device["device_code"], &device["user_code"]);
        if !agree.is_empty() {
            let typed = typed.as_str().expect("one");
            trial.form("device", &[("user_code", typed), ("agree", agree)]);
        }
        trial.passes(waits);
        let fields = [
            ("client_id", CLIENT),
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", code.as_str().expect("one")),
        ];
        let answer = trial.form("oauth2/v2.0/token", &fields);
        assert_eq!(refusal(&answer).0, error);
    }
}

#[test]
fn signing_out_leads_back() {
    let mut trial = Trial::new();
    let path = format!("/{TENANT}/oauth2/v2.0/logout");
    assert!(text(&trial.get(&path)).contains("You are signed out"));
    let back = [("post_logout_redirect_uri", REDIRECT), ("state", "1")];
    let answer = trial.get(&with_query(&path, &back));
    assert_eq!(
        header(&answer, "Location"),
        Some("http://localhost:51001?state=1")
    );
    let elsewhere = [("post_logout_redirect_uri", "https://elsewhere.example")];
    assert_eq!(trial.get(&with_query(&path, &elsewhere)).status, 200);
    assert!(trial.deeds.iter().all(|(_, deed)| *deed == Deed::SignsOut));
}

#[test]
fn every_fault_has_a_number_of_its_own() {
    let mut trial = Trial::new();
    let all = [
        Fault::NoTenant,
        Fault::NoScope,
        Fault::Declined,
        Fault::StepUp,
    ];
    for fault in all {
        let answer = fault.answer(trial.now);
        assert_eq!(refusal(&answer).0, fault.error());
    }
    assert_eq!(trial.form("nothing", &[]).status, 404);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a phone does with its tokens, at most one refresh token of a sign-in is good, and none is
    /// after an old one was tried.
    #[test]
    fn a_family_has_one_heir(tries in proptest::collection::vec(0_usize..4, 1..20)) {
        let mut trial = Trial::new();
        let mut given = vec![refresh_token(&trial.signs_in("User.Read", None))];
        let mut dead = false;
        for back in tries {
            let index = given.len().saturating_sub(1 + back);
            let newest = index + 1 == given.len();
            let answer = trial.refresh(&given[index].clone(), &[]);
            prop_assert_eq!(answer.status == 200, newest && !dead);
            if answer.status == 200 {
                given.push(refresh_token(&body(&answer)));
            }
            dead |= !newest;
        }
    }
}
