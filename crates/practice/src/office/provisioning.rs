//! The provider's provisioning service: the agent's phone, for the agent's token. What it answers is
//! described in `docs/provisioning.md`.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::office::http::{Answer, Request};
use crate::office::identity::{Identity, Resource};
use crate::office::staff::Staff;

/// The agent's phone.
#[derive(Debug)]
pub(crate) struct Provisioning {
    phone: Value,
    /// It refuses everybody with this.
    pub(crate) refuses: Option<u16>,
}

/// What a line is made of, besides what the staff says.
pub(crate) struct Line<'a> {
    pub(crate) server: &'a str,
    pub(crate) aor: &'a str,
    pub(crate) name: &'a str,
    pub(crate) number: &'a str,
    pub(crate) password: &'a str,
    pub(crate) authority: &'a str,
}

impl Provisioning {
    pub(crate) fn new(line: &Line<'_>, staff: &Staff) -> Self {
        let phone = json!({
            "version": 1,
            "agent": { "name": line.name },
            "lines": [line.of(staff)],
            "policy": {
                "deviceCode": true, "expertsOfOtherCustomers": false, "shareTeamsPresence": true,
                "card": { "redactNumbers": false, "redactDigits": true, "template": CARD },
            },
        });
        Self {
            phone,
            refuses: None,
        }
    }

    /// One more line: of another customer.
    pub(crate) fn add(&mut self, line: Value) {
        if let Some(lines) = self.phone["lines"].as_array_mut() {
            lines.push(line);
        }
    }

    /// The first line, for the phone of an agent who has another one besides.
    pub(crate) fn line(&self) -> Value {
        self.phone["lines"][0].clone()
    }

    /// `GET /provisioning/v1/phone`.
    pub(crate) fn answer(&self, now: SystemTime, request: &Request, identity: &Identity) -> Answer {
        if request.method != "GET" {
            return refuse(405, "method_not_allowed");
        }
        let Some(token) = request.bearer() else {
            return refuse(401, "no_token").with("WWW-Authenticate", "Bearer");
        };
        let known = identity.access(now, token);
        let ours = known.is_ok_and(|access| access.resource == Resource::Provider);
        if !ours {
            let says = "Bearer error=\"invalid_token\"";
            return refuse(401, "invalid_token").with("WWW-Authenticate", says);
        }
        match self.refuses {
            Some(403) => return refuse(403, "not_allowed"),
            Some(404) => return refuse(404, "no_phone"),
            Some(503) => return refuse(503, "unavailable").with("Retry-After", "5"),
            Some(status) => return refuse(status, "internal"),
            None => {}
        }
        // It holds a password.
        Answer::json(200, &self.phone).with("Cache-Control", "no-store")
    }
}

impl Line<'_> {
    fn of(&self, staff: &Staff) -> Value {
        let tags: Vec<Value> = staff
            .tags
            .iter()
            .map(|tag| json!({ "team": staff.team, "tag": tag.id }))
            .collect();
        let mut line = json!({
            "id": "practice", "customer": "Practice", "servers": [self.server], "aor": self.aor,
            "displayName": self.name, "auth": { "kind": "digest", "password": self.password },
            "caCertificates": self.authority,
            "experts": { "groups": [staff.group], "tags": tags, "agents": 25 },
        });
        if let Some(country) = country(self.number) {
            line["country"] = json!(country);
        }
        line
    }
}

/// The country of a number that is reserved for fiction.
fn country(number: &str) -> Option<&'static str> {
    let countries = [("+49", "DE"), ("+44", "GB"), ("+1", "US")];
    let found = countries.iter().find(|(code, _)| number.starts_with(code));
    found.map(|(_, country)| *country)
}

fn refuse(status: u16, error: &str) -> Answer {
    Answer::json(status, &json!({ "error": error })).with("Cache-Control", "no-store")
}

const CARD: &str = "{agent} is about to call you with a customer.\n\
                    Customer: {customer} {number}\n\
                    Queue: {queue}\n\
                    About: {topic}\n\
                    Tried so far: {tried}\n\
                    Note: {note}";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::Order;
    use crate::office::trial::{Trial, bearing, body, header};

    const PHONE: &str = "/provisioning/v1/phone";
    const SCOPE: &str = "api://practice/Phone.Read";

    /// Holds a document against what `docs/provisioning.openapi.json` says of it.
    fn described(schema: &str, document: &Value) -> Result<(), String> {
        let api: Value = serde_json::from_str(API).expect("JSON");
        let mut root = json!({ "$ref": format!("#/components/schemas/{schema}") });
        root["components"] = api["components"].clone();
        let validator = jsonschema::draft202012::new(&root).expect("a schema");
        validator
            .validate(document)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_phone_is_as_it_is_described() {
        let mut trial = Trial::new();
        let token = trial.token(SCOPE);
        let answer = trial.asks(bearing(&token, "GET", PHONE));
        assert_eq!(answer.status, 200);
        assert_eq!(header(&answer, "Cache-Control"), Some("no-store"));
        let phone = body(&answer);
        assert_eq!(described("Phone", &phone), Ok(()));
        let line = &phone["lines"][0];
        assert_eq!(
            (&line["country"], &line["auth"]["password"]),
            (&json!("DE"), &json!("secret"))
        );
        assert_eq!(line["experts"]["groups"], json!([trial.state.staff.group]));
        for (pointer, value) in [
            ("/version", json!(2)),
            ("/lines", json!([])),
            ("/lines/0/servers/0", json!("https://sbc.example")),
            ("/lines/0/auth", json!({ "kind": "digest" })),
            (
                "/lines/0/auth",
                json!({ "kind": "bearer", "password": "x" }),
            ),
            ("/lines/0/country", json!("Germany")),
            ("/lines/0/experts/tags/0", json!({ "team": "x" })),
            ("/policy/card", json!({ "text": "x" })),
        ] {
            let mut wrong = phone.clone();
            *wrong.pointer_mut(pointer).expect("it is there") = value;
            assert!(described("Phone", &wrong).is_err(), "{pointer}");
        }
    }

    #[test]
    fn another_customer_is_another_line() {
        let mut trial = Trial::new();
        let mut line = trial.state.provisioning.line();
        line["customer"] = json!("Contact");
        line["tenant"] = json!({
            "cloud": { "authority": "http://127.0.0.1:1", "graph": "http://127.0.0.1:1/v1.0" },
            "tenant": "t", "clientId": "c",
        });
        trial.state.provisioning.add(line);
        let token = trial.token(SCOPE);
        let phone = body(&trial.asks(bearing(&token, "GET", PHONE)));
        assert_eq!(described("Phone", &phone), Ok(()));
        assert_eq!(phone["lines"][1]["customer"], "Contact");
    }

    #[test]
    fn refusals_are_as_they_are_described() {
        let mut trial = Trial::new();
        let (token, graph) = (trial.token(SCOPE), trial.token("User.Read"));
        for request in [
            Request::new("GET", PHONE),
            bearing(&graph, "GET", PHONE),
            bearing("x", "GET", PHONE),
        ] {
            let answer = trial.asks(request);
            assert_eq!(answer.status, 401);
            assert!(
                header(&answer, "WWW-Authenticate").is_some_and(|says| says.starts_with("Bearer"))
            );
            assert_eq!(described("Refusal", &body(&answer)), Ok(()));
        }
        for status in [403, 404, 500, 503] {
            let refuses = Some(status);
            trial
                .state
                .obey(trial.now, Order::Phone { refuses })
                .expect("done");
            let answer = trial.asks(bearing(&token, "GET", PHONE));
            assert_eq!(answer.status, status);
            assert_eq!(described("Refusal", &body(&answer)), Ok(()));
        }
        trial
            .state
            .obey(trial.now, Order::Phone { refuses: None })
            .expect("done");
        assert_eq!(trial.asks(bearing(&token, "POST", PHONE)).status, 405);
        assert_eq!(trial.asks(bearing(&token, "GET", PHONE)).status, 200);
        trial.passes(4_500);
        assert_eq!(trial.asks(bearing(&token, "GET", PHONE)).status, 401);
    }

    const API: &str = include_str!("../../../../docs/provisioning.openapi.json");
}
