//! A phone that asks the office, without a socket and in a time of its own: for tests.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::http::{Answer, Fields, Request, with_query};
use super::identity::Names;
use super::provisioning::Line;
use super::state::State;
use crate::person::Deed;
use crate::scenario::Scenario;

/// The office, and the time it is there.
pub(crate) struct Trial {
    pub(crate) state: State,
    pub(crate) now: SystemTime,
    pub(crate) deeds: Vec<(String, Deed)>,
}

impl Trial {
    pub(crate) fn new() -> Self {
        // Nobody in it has a voice: those take long to read.
        let scenario = Scenario::parse(SCENARIO, None).expect("a scenario");
        let names = Names {
            origin: ORIGIN.to_owned(),
            tenant: TENANT.to_owned(),
            client: CLIENT.to_owned(),
        };
        let line = Line {
            server: "wss://127.0.0.1:5061/",
            aor: "sip:+493023125100@practice.example",
            name: "Robin Adeyemi",
            number: "+493023125100",
            password: "secret",
            authority: "-----BEGIN CERTIFICATE-----",
        };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_339_800);
        Self {
            state: State::new(&scenario, names, &line, now),
            now,
            deeds: Vec::new(),
        }
    }

    pub(crate) fn passes(&mut self, s: u64) {
        self.now += Duration::from_secs(s);
    }

    pub(crate) fn asks(&mut self, mut request: Request) -> Answer {
        request
            .headers
            .push(("host".into(), "127.0.0.1:4000".into()));
        let (answer, deeds) = self.state.answer(self.now, &request);
        self.deeds.extend(deeds);
        answer
    }

    pub(crate) fn get(&mut self, target: &str) -> Answer {
        self.asks(Request::new("GET", target))
    }

    /// A form to the token endpoint, or another one of the tenant's.
    pub(crate) fn form(&mut self, endpoint: &str, fields: &[(&str, &str)]) -> Answer {
        let mut request = Request::new("POST", &format!("/{TENANT}/{endpoint}"));
        let body = with_query("", fields);
        request.body = body.trim_start_matches('?').as_bytes().to_vec();
        self.asks(request)
    }

    /// To Graph, with a token; the body, if there is one, is JSON.
    pub(crate) fn graph(&mut self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        let mut request = bearing(token, method, &format!("/v1.0{path}"));
        if !body.is_null() {
            request.body = body.to_string().into_bytes();
        }
        self.asks(request)
    }

    /// Begins to sign in, as an agent who agrees to everything; gives what comes back to the phone.
    pub(crate) fn authorize(&mut self, scope: &str, more: &[(&str, &str)]) -> Fields {
        let proof = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut fields = vec![
            ("client_id", CLIENT),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT),
            ("scope", scope),
            ("state", "s1"),
            ("nonce", "n1"),
            ("code_challenge", &*proof),
            ("code_challenge_method", "S256"),
        ];
        fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        fields.extend_from_slice(more);
        let target = with_query(&format!("/{TENANT}/oauth2/v2.0/authorize"), &fields);
        let mut request = Request::new("GET", &target);
        request
            .headers
            .push(("x-practice-agree".into(), "yes".into()));
        let answer = self.asks(request);
        assert_eq!(answer.status, 302, "{}", text(&answer));
        let location = header(&answer, "Location").expect("somewhere to go");
        let query = location.strip_prefix(&format!("{REDIRECT}?"));
        Fields::parse(query.expect("back to the phone").as_bytes())
    }

    /// Redeems a code; more fields take the place of the usual ones.
    pub(crate) fn redeem(&mut self, code: &str, more: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("client_id", CLIENT),
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        fields.extend_from_slice(more);
        self.form("oauth2/v2.0/token", &fields)
    }

    pub(crate) fn refresh(&mut self, token: &str, more: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("client_id", CLIENT),
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
        ];
        fields.extend_from_slice(more);
        self.form("oauth2/v2.0/token", &fields)
    }

    /// Signs in, all the way.
    pub(crate) fn signs_in(&mut self, scope: &str, claims: Option<&Value>) -> Value {
        let claims = claims.map(Value::to_string);
        let more: Vec<_> = claims.iter().map(|claims| ("claims", &**claims)).collect();
        let back = self.authorize(&format!("openid offline_access {scope}"), &more);
        let code = back.get("code").expect("a code").to_owned();
        let answer = self.redeem(&code, &[]);
        assert_eq!(answer.status, 200, "{}", text(&answer));
        body(&answer)
    }

    /// A token for these scopes of Graph, or of the provider.
    pub(crate) fn token(&mut self, scope: &str) -> String {
        let tokens = self.signs_in(scope, None);
        tokens["access_token"].as_str().expect("one").to_owned()
    }
}

/// A request with a token.
pub(crate) fn bearing(token: &str, method: &str, target: &str) -> Request {
    let mut request = Request::new(method, target);
    let header = format!("Bearer {token}");
    request.headers.push(("authorization".into(), header));
    request
}

pub(crate) fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).expect("JSON")
}

pub(crate) fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

pub(crate) fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let found = answer.headers.iter().find(|(have, _)| have == name);
    found.map(|(_, value)| value.as_str())
}

/// What clients say that understand challenges.
pub(crate) fn understands() -> Value {
    json!({ "access_token": { "xms_cc": { "values": ["cp1"] } } })
}

pub(crate) const ORIGIN: &str = "http://127.0.0.1:4000";
pub(crate) const TENANT: &str = "6b1f0f8e-3f53-4c07-9d25-0c40a1a3a6c9";
pub(crate) const CLIENT: &str = "1c5fbb39-51f1-4d9b-9a3d-d1b4c2a7a001";
pub(crate) const REDIRECT: &str = "http://localhost:51001";
pub(crate) const VERIFIER: &str = "a-verifier-of-at-least-forty-three-letters-0123";

const SCENARIO: &str = r#"
seed = 7
[agent]
name = "Robin Adeyemi"
number = "+49 30 23125 100"
[directory]
people = 200
[[expert]]
name = "Nadia Haddad"
number = "+49 30 23125 201"
title = "Head of billing"
department = "Finance"
skills = ["Billing", "Refunds"]
presence = "available"
status_message = "Month-end: short answers only"
next_meeting_in_min = 25
favourite = true
[[expert]]
name = "Jonas Weber"
number = "+49 30 23125 204"
manner = "busy"
presence = "inACall"
verified_number = false
[[expert]]
name = "Sofia Marino"
number = "+49 30 23125 205"
manner = "away"
presence = "outOfOffice"
out_of_office = "Back on Monday."
"#;
