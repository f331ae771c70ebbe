//! What the identity provider and the browser answer.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::Url;
use warmline_redact::Secret;

use super::{AUTHORITY, DAY, Rig, TENANT};
use crate::{
    forge::Forge,
    sign_in::{Event, Question, Redirect, Reply, RequestId},
    state::{State, Way},
};

impl Rig {
    /// The identity provider answers.
    pub(in crate::sign_in::tests) fn reply(
        &mut self,
        request: RequestId,
        status: u16,
        body: impl Into<Vec<u8>>,
    ) {
        let reply = Some(Reply {
            status,
            body: Secret::new(body.into()),
            retry_after: None,
        });
        self.answered(request, reply);
    }

    pub(in crate::sign_in::tests) fn answered(&mut self, request: RequestId, reply: Option<Reply>) {
        let at = DAY + (self.now - self.start).as_secs();
        self.tell(Event::Answered { request, at, reply });
    }

    /// Whoever asked is refused.
    pub(in crate::sign_in::tests) fn refuse(&mut self, error: &str, description: &str) {
        let (request, _) = self.question();
        let body = json!({ "error": error, "error_description": description });
        self.reply(request, 400, body.to_string());
    }

    pub(in crate::sign_in::tests) fn silence(&mut self) {
        let (request, _) = self.question();
        self.answered(request, None);
    }

    pub(in crate::sign_in::tests) fn discover(&mut self) {
        let (request, question) = self.question();
        let Question::Get(url) = question else {
            panic!("that is no discovery");
        };
        assert_eq!(
            url.as_str(),
            format!("{AUTHORITY}/{TENANT}/v2.0/.well-known/openid-configuration")
        );
        self.reply(request, 200, discovery().to_string());
    }

    /// The page that was shown, its parameters.
    pub(in crate::sign_in::tests) fn page(&self) -> BTreeMap<String, String> {
        let page = self.page.as_ref().expect("a page was shown");
        page.query_pairs().into_owned().collect()
    }

    pub(in crate::sign_in::tests) fn page_of_state(&self) -> Url {
        match self.machine.state() {
            State::SigningIn {
                way: Way::Browser { page, .. },
                ..
            } => page.expose().clone(),
            other => panic!("{other:?}"),
        }
    }

    /// The nonce of the page that was shown last.
    pub(in crate::sign_in::tests) fn nonce(&self) -> Option<String> {
        self.page.as_ref().map(|_| self.page()["nonce"].clone())
    }

    /// Whether a port waits for the browser.
    pub(in crate::sign_in::tests) fn listens(&self) -> bool {
        self.listener.is_some()
    }

    /// How many have no answer.
    pub(in crate::sign_in::tests) fn unanswered(&self) -> u64 {
        self.asked - self.answers.len() as u64
    }

    pub(in crate::sign_in::tests) fn come_back(&mut self) {
        let listener = self.listener.expect("there is a port");
        let redirect = Redirect::Code("code".into());
        self.tell(Event::Redirected { listener, redirect });
    }

    pub(in crate::sign_in::tests) fn come_back_refused(&mut self, error: &str, description: &str) {
        let listener = self.listener.expect("there is a port");
        let redirect = Redirect::Refused {
            error: error.to_owned(),
            description: description.into(),
        };
        self.tell(Event::Redirected { listener, redirect });
    }

    /// The code is exchanged for tokens of what was asked for.
    pub(in crate::sign_in::tests) fn exchange(&mut self) -> BTreeMap<&'static str, String> {
        self.exchange_with(|_| ())
    }

    /// The same, with something different in the answer.
    pub(in crate::sign_in::tests) fn exchange_with(
        &mut self,
        change: impl FnOnce(&mut Value),
    ) -> BTreeMap<&'static str, String> {
        let (request, question) = self.question();
        let form = form(&question);
        let nonce = self.nonce();
        let mut answer = self.tokens(&form["scope"]);
        answer["id_token"] = Forge::issuer().sign(&self.claims(nonce)).into();
        change(&mut answer);
        self.reply(request, 200, answer.to_string());
        form
    }

    /// New tokens, the next ones in a row.
    pub(in crate::sign_in::tests) fn tokens(&mut self, scope: &str) -> Value {
        self.issued += 1;
        json!({
            "token_type": "Bearer",
            "access_token": format!("access-{}", self.issued),
            "refresh_token": format!("refresh-{}", self.issued),
            "expires_in": 3_600,
            "scope": scope,
        })
    }

    pub(in crate::sign_in::tests) fn claims(&self, nonce: Option<String>) -> Value {
        let at = DAY + (self.now - self.start).as_secs();
        json!({
            "iss": format!("{AUTHORITY}/{TENANT}/v2.0"), "aud": "client", "exp": at + 3_600, "iat": at,
            "nonce": nonce, "tid": TENANT, "oid": "object", "name": "Robin Adeyemi",
            "preferred_username": "robin@contact.example",
        })
    }

    pub(in crate::sign_in::tests) fn give_keys(&mut self) {
        let (request, question) = self.question();
        let Question::Get(url) = question else {
            panic!("that is no key set");
        };
        assert_eq!(
            url.as_str(),
            format!("{AUTHORITY}/{TENANT}/discovery/v2.0/keys")
        );
        let keys = json!({ "keys": [Forge::issuer().key()] });
        self.reply(request, 200, keys.to_string());
    }

    /// A refresh that is asked for is granted.
    pub(in crate::sign_in::tests) fn refresh(&mut self) -> BTreeMap<&'static str, String> {
        let (request, question) = self.question();
        let form = form(&question);
        assert_eq!(form["grant_type"], "refresh_token");
        let tokens = self.tokens(&form["scope"]);
        self.reply(request, 200, tokens.to_string());
        form
    }
}

pub(in crate::sign_in::tests) fn form(question: &Question) -> BTreeMap<&'static str, String> {
    let Question::Post(url, form) = question else {
        panic!("that is no form");
    };
    assert!(
        url.as_str()
            .starts_with(&format!("{AUTHORITY}/{TENANT}/oauth2/v2.0/"))
    );
    form.expose().iter().cloned().collect()
}

pub(in crate::sign_in::tests) fn discovery() -> Value {
    let at = format!("{AUTHORITY}/{TENANT}");
    json!({
        "issuer": format!("{at}/v2.0"),
        "authorization_endpoint": format!("{at}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{at}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{at}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{at}/discovery/v2.0/keys"),
    })
}
