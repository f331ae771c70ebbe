//! The provider's provisioning service: the agent's phone, for the agent's token. What it answers is
//! described in `docs/provisioning.md`.

use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

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
        let text = self.phone.to_string();
        let tag = BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(&text)[..12]);
        let tag = format!("\"{tag}\"");
        let same = request.header("if-none-match") == Some(&tag);
        let answer = match same {
            true => Answer::empty(304),
            false => Answer::json(200, &self.phone),
        };
        answer
            .with("ETag", &tag)
            .with("Cache-Control", "private, no-cache")
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
