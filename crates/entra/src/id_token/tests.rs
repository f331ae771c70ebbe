use serde_json::{Value, json};

use super::*;
use crate::forge::{self, Forge};

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const ISSUER: &str = "https://login.example.com/11111111-2222-3333-4444-555555555555/v2.0";
const USUAL: &str = "https://usual.example.com/11111111-2222-3333-4444-555555555555/v2.0";
const NOW: u64 = 1_800_000_000;

fn expected() -> Expected<'static> {
    Expected {
        issuers: [ISSUER, USUAL],
        audience: "client",
        tenant: TENANT,
        nonce: Some("nonce"),
        at: NOW,
    }
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "client", "exp": NOW + 3_600, "iat": NOW, "nbf": NOW, "nonce": "nonce",
        "tid": TENANT, "oid": "object", "name": "Robin Adeyemi", "preferred_username": "robin@contact.example",
    })
}

fn keys(forges: &[&Forge]) -> Keys {
    let keys: Vec<_> = forges.iter().map(|forge| forge.key()).collect();
    Keys::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

/// What is said of a token whose claims are a little different.
fn with(change: impl FnOnce(&mut Value)) -> Result<Account, Flaw> {
    let issuer = Forge::issuer();
    let mut claims = claims();
    change(&mut claims);
    check(&issuer.sign(&claims), expected(), &keys(&[&issuer]))
}

#[test]
fn a_token_says_whose_it_is() {
    let account = with(|_| ()).unwrap();
    assert_eq!(account.id.expose(), "object");
    assert_eq!(account.tenant, TENANT);
    assert_eq!(account.name.expose(), "Robin Adeyemi");
    assert_eq!(account.username.expose(), "robin@contact.example");
    assert_eq!(with(|claims| claims["iss"] = USUAL.into()), Ok(account));
    let nameless = with(|claims| drop(claims["name"].take())).unwrap();
    assert_eq!(nameless.name.expose(), "robin@contact.example");
}

#[test]
fn whatever_is_not_as_it_must_be_is_said() {
    let cases: [(&str, Value, Flaw); 17] = [
        (
            "iss",
            "https://login.example.com/other/v2.0".into(),
            Flaw::Issuer,
        ),
        ("iss", format!("{ISSUER}/").into(), Flaw::Issuer),
        ("aud", "another".into(), Flaw::Audience),
        ("aud", json!(["client"]), Flaw::Form),
        (
            "tid",
            "99999999-2222-3333-4444-555555555555".into(),
            Flaw::Tenant,
        ),
        ("tid", Value::Null, Flaw::Form),
        ("oid", "".into(), Flaw::Form),
        ("oid", Value::Null, Flaw::Form),
        ("nonce", "another".into(), Flaw::Nonce),
        ("nonce", Value::Null, Flaw::Nonce),
        ("exp", (NOW - 300).into(), Flaw::Time),
        ("exp", Value::Null, Flaw::Form),
        ("exp", (-1).into(), Flaw::Form),
        ("iat", (NOW + 301).into(), Flaw::Time),
        ("iat", Value::Null, Flaw::Form),
        ("nbf", (NOW + 301).into(), Flaw::Time),
        ("exp", "soon".into(), Flaw::Form),
    ];
    for (name, value, flaw) in cases {
        let said = with(|claims| claims[name] = value.clone());
        assert_eq!(said, Err(flaw), "{name}: {value}");
    }
}

#[test]
fn clocks_may_be_five_minutes_apart() {
    assert!(with(|claims| claims["exp"] = (NOW - 299).into()).is_ok());
    assert!(with(|claims| claims["iat"] = (NOW + 300).into()).is_ok());
    assert!(with(|claims| claims["nbf"] = (NOW + 300).into()).is_ok());
    assert!(with(|claims| claims["exp"] = u64::MAX.into()).is_ok());
}

#[test]
fn a_device_code_carries_no_nonce() {
    let issuer = Forge::issuer();
    let mut claims = claims();
    claims["nonce"].take();
    let expected = Expected {
        nonce: None,
        ..expected()
    };
    assert!(check(&issuer.sign(&claims), expected, &keys(&[&issuer])).is_ok());
}

#[test]
fn only_the_issuer_signs_and_only_by_rs256() {
    let (issuer, stranger) = (Forge::issuer(), Forge::stranger());
    let known = keys(&[&issuer]);
    let said = |token: &str| check(token, expected(), &known).map(|_| ());
    assert_eq!(said(&stranger.sign(&claims())), Err(Flaw::UnknownKey));
    let pretends = json!({ "alg": "RS256", "kid": issuer.id });
    assert_eq!(
        said(&stranger.sign_with(&pretends, &claims())),
        Err(Flaw::Signature)
    );
    for alg in [
        "none", "None", "HS256", "RS512", "PS256", "ES256", "rs256", "",
    ] {
        let header = json!({ "alg": alg, "kid": issuer.id });
        let signed = issuer.sign_with(&header, &claims());
        assert_eq!(said(&signed), Err(Flaw::Form), "{alg}");
        let (unsigned, _) = signed.rsplit_once('.').unwrap();
        assert_eq!(said(&format!("{unsigned}.")), Err(Flaw::Form), "{alg}");
    }
    let critical = json!({ "alg": "RS256", "kid": issuer.id, "crit": ["b64"], "b64": false });
    assert_eq!(
        said(&issuer.sign_with(&critical, &claims())),
        Err(Flaw::Form)
    );
    let nameless = json!({ "alg": "RS256" });
    assert_eq!(
        said(&issuer.sign_with(&nameless, &claims())),
        Err(Flaw::UnknownKey)
    );
}

#[test]
fn not_a_letter_of_it_can_be_changed() {
    let issuer = Forge::issuer();
    let known = keys(&[&issuer]);
    let token = issuer.sign(&claims());
    let mut other = claims();
    other["oid"] = "somebody else".into();
    let parts: Vec<_> = token.split('.').collect();
    let forged = format!(
        "{}.{}.{}",
        parts[0],
        forge::encode(other.to_string().as_bytes()),
        parts[2]
    );
    assert_eq!(check(&forged, expected(), &known), Err(Flaw::Signature));
    for at in (0..token.len()).step_by(7) {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(check(&changed, expected(), &known).is_err(), "{at}");
    }
    for nonsense in ["", ".", "..", "...", "a.b.c", "{}.{}.{}"] {
        assert_eq!(
            check(nonsense, expected(), &known),
            Err(Flaw::Form),
            "{nonsense}"
        );
    }
}

#[test]
fn keys_of_other_kinds_are_left_out() {
    let issuer = Forge::issuer();
    let mut other_use = issuer.key();
    other_use["use"] = "enc".into();
    let set = |keys: Value| Keys::read(json!({ "keys": keys }).to_string().as_bytes());
    assert!(set(json!([{ "kty": "EC", "kid": "x" }, other_use, 5, {}])).is_none());
    assert!(set(json!([])).is_none());
    assert!(Keys::read(b"<html>").is_none());
    let some = set(json!([{ "kty": "EC", "kid": "x" }, issuer.key()])).unwrap();
    assert!(check(&issuer.sign(&claims()), expected(), &some).is_ok());
}
