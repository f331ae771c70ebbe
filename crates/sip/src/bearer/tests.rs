use rand::SeedableRng as _;
use rsipstack::sip::{Method, Response, StatusCode, Uri};
use tokio::sync::watch;

use super::*;
use crate::account::{Account, Credentials};
use crate::digest::{Attempt, Authenticator};

#[test]
fn the_token_is_shown_to_whoever_asks_for_one() {
    let (_renew, mut auth) = with_token(Some("one"));
    assert!(signed(&mut auth).is_empty(), "nobody has asked");
    let mut attempt = Attempt::default();
    let refusal = refusal(&[BEARER, DIGEST]);
    assert_eq!(auth.challenged(&refusal, &mut attempt), Ok(()));
    assert!(attempt.has_answered() && auth.is_challenged());
    assert_eq!(signed(&mut auth), ["Authorization: Bearer one"]);
    // Without being asked again.
    assert_eq!(signed(&mut auth), ["Authorization: Bearer one"]);

    let proxy = response(&[Header::ProxyAuthenticate("bearer".into())]);
    assert_eq!(auth.challenged(&proxy, &mut attempt), Ok(()));
    assert_eq!(
        signed(&mut auth),
        [
            "Authorization: Bearer one",
            "Proxy-Authorization: Bearer one"
        ]
    );
    auth.forget();
    assert!(signed(&mut auth).is_empty());
}

#[test]
fn a_refused_token_is_not_shown_twice_and_another_one_is() {
    let (renew, mut auth) = with_token(Some("one"));
    let mut attempt = Attempt::default();
    auth.challenged(&refusal(&[BEARER]), &mut attempt).unwrap();
    signed(&mut auth);
    let again = refusal(&[
        "Bearer realm=\"r\", scope=\"sip\", error=\"invalid_token\", \
                           authz_server=\"https://login.example/t\"",
    ]);
    assert_eq!(
        auth.challenged(&again, &mut Attempt::default()),
        Err(AuthFailure::Token(TokenWanted {
            refused: true,
            scope: Some("sip".into()),
            authz_server: Some("https://login.example/t".into()),
        }))
    );
    assert!(!auth.has_another_token());
    renew.send_replace(Some("two".into()));
    assert!(auth.has_another_token());
    assert_eq!(auth.challenged(&again, &mut Attempt::default()), Ok(()));
    assert_eq!(signed(&mut auth), ["Authorization: Bearer two"]);
}

#[test]
fn without_a_token_one_is_wanted() {
    let (renew, mut auth) = with_token(None);
    let Err(AuthFailure::Token(wanted)) =
        auth.challenged(&refusal(&[BEARER]), &mut Attempt::default())
    else {
        panic!("a token is wanted");
    };
    assert!(!wanted.refused);
    assert_eq!(wanted.scope.as_deref(), Some("sip"));
    renew.send_replace(Some("one".into()));
    assert_eq!(
        auth.challenged(&refusal(&[BEARER]), &mut Attempt::default()),
        Ok(())
    );
}

#[test]
fn a_password_answers_digest_beside_a_token_and_says_so_where_there_is_no_digest() {
    let mut auth = Authenticator::new(&account("wss://sbc.example.com/", "pw"));
    assert_eq!(
        auth.challenged(&refusal(&[BEARER, DIGEST]), &mut Attempt::default()),
        Ok(())
    );
    let [digest] = &signed(&mut auth)[..] else {
        panic!("one answer");
    };
    assert!(digest.starts_with("Authorization: Digest "), "{digest}");

    let mut auth = Authenticator::new(&account("wss://sbc.example.com/", "pw"));
    assert_eq!(
        auth.challenged(&refusal(&[BEARER]), &mut Attempt::default()),
        Err(AuthFailure::NoPassword)
    );
}

#[test]
fn a_token_does_not_answer_digest_and_is_not_sent_in_the_clear() {
    let (_renew, mut auth) = with_token(Some("one"));
    assert_eq!(
        auth.challenged(&refusal(&[DIGEST]), &mut Attempt::default()),
        Err(AuthFailure::Unsupported)
    );
    let (_renew, token) = watch::channel(Some(Secret::from("one")));
    let plain = account("ws://127.0.0.1:8088/ws", Credentials::Token(token));
    let mut auth = Authenticator::new(&plain);
    assert_eq!(
        auth.challenged(&refusal(&[BEARER]), &mut Attempt::default()),
        Err(AuthFailure::InTheClear)
    );
    assert!(signed(&mut auth).is_empty());
}

#[test]
fn a_server_that_refuses_every_token_is_not_asked_for_ever() {
    let (renew, mut auth) = with_token(Some("0"));
    let mut attempt = Attempt::default();
    let rounds = (1..20).take_while(|n: &u32| {
        let more = auth.challenged(&refusal(&[BEARER]), &mut attempt).is_ok();
        signed(&mut auth);
        renew.send_replace(Some(n.to_string().into()));
        more
    });
    assert!(rounds.count() < 10);
}

#[test]
fn a_token_is_never_printed_and_cannot_break_out_of_its_header() {
    let (_renew, mut auth) = with_token(Some("ey\r\nContact: <sip:evil>"));
    auth.challenged(&refusal(&[BEARER]), &mut Attempt::default())
        .unwrap();
    let [header] = &signed(&mut auth)[..] else {
        panic!("one header");
    };
    assert!(!header.contains('\n') && !header.contains('\r'), "{header}");
    let shown = format!("{auth:?}");
    assert!(!shown.contains("evil") && !shown.contains("ey"), "{shown}");
}

const BEARER: &str = "Bearer realm=\"r\", scope=\"sip\"";
const DIGEST: &str = "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"";

type Renew = watch::Sender<Option<Secret<String>>>;

fn with_token(token: Option<&str>) -> (Renew, Authenticator) {
    let (renew, token) = watch::channel(token.map(Secret::from));
    let account = account("wss://sbc.example.com/", Credentials::Token(token));
    (renew, Authenticator::new(&account))
}

fn account(server: &str, credentials: impl Into<Credentials>) -> Account {
    Account::new(
        vec![server.parse().unwrap()],
        "sip:alice@example.com".parse().unwrap(),
        credentials,
        "00000000-0000-1000-8000-000a95a0e128",
    )
}

fn refusal(challenges: &[&str]) -> Response {
    let headers = challenges.iter();
    let headers: Vec<_> = headers
        .map(|value| Header::WwwAuthenticate((*value).into()))
        .collect();
    response(&headers)
}

fn response(headers: &[Header]) -> Response {
    Response {
        status_code: StatusCode::Unauthorized,
        headers: headers.to_vec().into(),
        ..Response::default()
    }
}

fn signed(auth: &mut Authenticator) -> Vec<String> {
    let mut request = Request {
        method: Method::Register,
        uri: Uri::try_from("sip:example.com").unwrap(),
        version: rsipstack::sip::Version::V2,
        headers: Headers::default(),
        body: Vec::new(),
    };
    auth.sign(&mut request, &mut rand::rngs::StdRng::seed_from_u64(1));
    request.headers.iter().map(ToString::to_string).collect()
}
