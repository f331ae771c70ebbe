use rand::SeedableRng as _;
use rsipstack::sip::{Method, StatusCode, Uri};

use super::*;

/// RFC 7616 §3.9.1, the same exchange in MD5 and SHA-256.
#[test]
fn rfc_7616_vectors() {
    let offer = |algorithm| {
        format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        )
    };
    for (algorithm, expected) in [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        (
            "SHA-256",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ] {
        let mut challenge = Challenge::parse(Kind::Server, &offer(algorithm)).unwrap();
        let value = challenge.answer(
            "Mufasa",
            "Circle of Life",
            "GET",
            "/dir/index.html",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        );
        let fields = pairs(value.strip_prefix("Digest ").unwrap());
        let field = |name: &str| {
            fields
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.as_str())
        };
        assert_eq!(field("response"), Some(expected), "{algorithm}");
        assert_eq!(field("nc"), Some("00000001"));
        assert_eq!(field("algorithm"), Some(algorithm));
        assert_eq!(
            field("opaque"),
            Some("FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS")
        );
    }
}

/// RFC 2617 §3.5 has qop; without it the RFC 2069 form holds: checked against hashes made by hand.
#[test]
fn a_challenge_without_qop_or_algorithm_is_md5_of_the_old_form() {
    let mut challenge = Challenge::parse(Kind::Server, "Digest realm=\"r\", nonce=\"n\"").unwrap();
    let value = challenge.answer("u", "p", "REGISTER", "sip:x", "c");
    let md5 = |text: &str| Hash::Md5.hex(text);
    let expected = md5(&format!("{}:n:{}", md5("u:r:p"), md5("REGISTER:sip:x")));
    assert_eq!(
        value,
        format!(
            "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"{expected}\""
        )
    );
}

#[test]
fn session_hashes_take_nonce_and_cnonce_into_the_first_half() {
    let mut challenge = Challenge::parse(
        Kind::Server,
        "Digest realm=\"r\",nonce=\"n\",qop=\"auth\",algorithm=MD5-sess",
    )
    .unwrap();
    let value = challenge.answer("u", "p", "INVITE", "sip:x", "c");
    let md5 = |text: &str| Hash::Md5.hex(text);
    let ha1 = md5(&format!("{}:n:c", md5("u:r:p")));
    let expected = md5(&format!("{ha1}:n:00000001:c:auth:{}", md5("INVITE:sip:x")));
    assert!(
        value.contains(&format!("response=\"{expected}\"")),
        "{value}"
    );
}

#[test]
fn the_strongest_known_algorithm_of_each_realm_is_answered() {
    let mut auth = authenticator();
    let mut attempt = Attempt::default();
    let refusal = response(&[
        Header::WwwAuthenticate("Digest realm=\"a\",nonce=\"1\",algorithm=MD5,qop=\"auth\"".into()),
        Header::WwwAuthenticate(
            "Digest realm=\"a\",nonce=\"2\",algorithm=SHA-256,qop=\"auth\"".into(),
        ),
        Header::WwwAuthenticate(
            "Digest realm=\"a\",nonce=\"3\",algorithm=SHA-999,qop=\"auth\"".into(),
        ),
        Header::WwwAuthenticate("Bearer realm=\"a\"".into()),
        Header::ProxyAuthenticate("digest realm=\"p\",nonce=\"4\"".into()),
    ]);
    auth.challenged(&refusal, &mut attempt).unwrap();
    let request = signed(&mut auth);
    let values: Vec<String> = request.headers.iter().map(|h| h.to_string()).collect();
    assert_eq!(values.len(), 2);
    assert!(
        values[0].starts_with("Authorization: ") && values[0].contains("nonce=\"2\""),
        "{values:?}"
    );
    assert!(
        values[1].starts_with("Proxy-Authorization: ") && values[1].contains("nonce=\"4\""),
        "{values:?}"
    );
}

#[test]
fn the_nonce_count_goes_up_and_starts_again_with_a_new_nonce() {
    let mut auth = authenticator();
    let challenge = |nonce: &str, stale: &str| {
        response(&[Header::WwwAuthenticate(
            format!("Digest realm=\"a\",nonce=\"{nonce}\",qop=\"auth\"{stale}").into(),
        )])
    };
    let mut attempt = Attempt::default();
    auth.challenged(&challenge("1", ""), &mut attempt).unwrap();
    for nc in ["nc=00000001", "nc=00000002", "nc=00000003"] {
        assert!(signed(&mut auth).headers.to_string().contains(nc));
    }
    auth.challenged(&challenge("2", ",stale=TRUE"), &mut attempt)
        .unwrap();
    let text = signed(&mut auth).headers.to_string();
    assert!(
        text.contains("nc=00000001") && text.contains("nonce=\"2\""),
        "{text}"
    );
    auth.succeeded(
        &vec![Header::Other(
            "Authentication-Info".into(),
            "nextnonce=\"3\", qop=auth".into(),
        )]
        .into(),
    );
    let text = signed(&mut auth).headers.to_string();
    assert!(
        text.contains("nc=00000001") && text.contains("nonce=\"3\""),
        "{text}"
    );
}

#[test]
fn a_second_refusal_of_a_fresh_nonce_is_a_wrong_password() {
    let mut auth = authenticator();
    let refusal = response(&[Header::WwwAuthenticate(
        "Digest realm=\"a\",nonce=\"1\"".into(),
    )]);
    let proxy = response(&[Header::ProxyAuthenticate(
        "Digest realm=\"p\",nonce=\"1\"".into(),
    )]);
    // A proxy first, then the registrar: two challenges, each new.
    let mut attempt = Attempt::default();
    assert_eq!(auth.challenged(&proxy, &mut attempt), Ok(()));
    assert_eq!(auth.challenged(&refusal, &mut attempt), Ok(()));
    assert_eq!(
        auth.challenged(&refusal, &mut attempt),
        Err(AuthFailure::Refused)
    );
    // An old nonce refused without `stale` is not yet a wrong password.
    let mut attempt = Attempt::default();
    assert_eq!(auth.challenged(&refusal, &mut attempt), Ok(()));
}

#[test]
fn endless_stale_nonces_end() {
    let mut auth = authenticator();
    let stale = response(&[Header::WwwAuthenticate(
        "Digest realm=\"a\",nonce=\"1\",stale=true".into(),
    )]);
    let mut attempt = Attempt::default();
    let rounds = (0..10)
        .take_while(|_| auth.challenged(&stale, &mut attempt).is_ok())
        .count();
    assert_eq!(rounds, usize::from(MAX_ROUNDS));
}

#[test]
fn what_we_cannot_answer_is_said_so() {
    let mut auth = authenticator();
    for header in [
        "Basic realm=\"a\"",
        "Digest realm=\"a\",nonce=\"1\",qop=\"auth-int\"",
        "Digest nonce=\"1\"",
        "Digest",
    ] {
        let refusal = response(&[Header::WwwAuthenticate(header.into())]);
        assert_eq!(
            auth.challenged(&refusal, &mut Attempt::default()),
            Err(AuthFailure::Unsupported),
            "{header}"
        );
    }
    assert_eq!(
        auth.challenged(&response(&[]), &mut Attempt::default()),
        Err(AuthFailure::Unsupported)
    );
}

#[test]
fn quotes_in_names_stay_inside_their_quotes() {
    let mut auth = Authenticator::new(&account(Credentials::Password {
        user: Some("a\"b".into()),
        password: "p".into(),
    }));
    let refusal = response(&[Header::WwwAuthenticate(
        "Digest realm=\"x\\\"y\",nonce=\"1\"".into(),
    )]);
    auth.challenged(&refusal, &mut Attempt::default()).unwrap();
    let text = signed(&mut auth).headers.to_string();
    assert!(text.contains(r#"username="a\"b", realm="x\"y""#), "{text}");
    assert!(!format!("{auth:?}").contains("a\"b"));
}

fn authenticator() -> Authenticator {
    Authenticator::new(&account("pw"))
}

fn account(credentials: impl Into<Credentials>) -> Account {
    Account::new(
        vec!["wss://sbc.example.com/".parse().unwrap()],
        "sip:alice@example.com".parse().unwrap(),
        credentials,
        "00000000-0000-1000-8000-000a95a0e128",
    )
}

fn response(headers: &[Header]) -> Response {
    Response {
        status_code: StatusCode::Unauthorized,
        headers: headers.to_vec().into(),
        ..Response::default()
    }
}

fn signed(auth: &mut Authenticator) -> Request {
    let mut request = Request {
        method: Method::Register,
        uri: Uri::try_from("sip:example.com").unwrap(),
        version: rsipstack::sip::Version::V2,
        headers: Headers::default(),
        body: Vec::new(),
    };
    auth.sign(&mut request, &mut rand::rngs::StdRng::seed_from_u64(1));
    request
}
