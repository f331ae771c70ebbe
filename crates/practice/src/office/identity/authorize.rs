//! The page on which the agent agrees, and the way back to the phone.

use std::time::SystemTime;

use super::fault::Fault;
use super::scopes::Asked;
use super::{CODE, Claims, Code, Identity, News, page, secret};
use crate::office::http::{Answer, Fields, Request, with_query};

impl Identity {
    pub(super) fn authorize(
        &mut self,
        now: SystemTime,
        fields: &Fields,
        request: &Request,
    ) -> Answer {
        // Until it is known who asks and where they are, nothing is sent anywhere.
        let refuse = |fault: Fault| page::says(400, "Sign-in cannot go on", &fault.description());
        if fields.get("client_id") != Some(&*self.names.client) {
            return refuse(Fault::NoClient);
        }
        let Some(redirect) = fields.get("redirect_uri").filter(|uri| is_loopback(uri)) else {
            return refuse(Fault::WrongRedirect);
        };
        match self.may_go_on(now, fields, redirect, request) {
            Ok(answer) => answer,
            Err(fault) => Answer::redirect(&back(redirect, fields, fault)),
        }
    }

    fn may_go_on(
        &mut self,
        now: SystemTime,
        fields: &Fields,
        redirect: &str,
        request: &Request,
    ) -> Result<Answer, Fault> {
        if fields.get("response_type") != Some("code") {
            return Err(Fault::WrongResponseType);
        }
        if !matches!(fields.get("response_mode"), None | Some("query")) {
            return Err(Fault::Malformed);
        }
        let challenge = fields
            .get("code_challenge")
            .filter(|challenge| challenge.len() == 43)
            .filter(|_| fields.get("code_challenge_method") == Some("S256"))
            .ok_or(Fault::NoChallenge)?;
        let asked = Asked::parse(fields.get("scope").ok_or(Fault::Malformed)?)?;
        let claims = self.claims(fields.get("claims"))?;
        let new: Vec<&str> = asked
            .graph
            .iter()
            .map(String::as_str)
            .filter(|scope| !self.consented.contains(*scope))
            .collect();
        let never: Vec<&str> = new
            .iter()
            .copied()
            .filter(|scope| self.refused.contains(*scope))
            .collect();
        let silent = fields.get("prompt") == Some("none");
        let at_once = request.header("x-practice-agree") == Some("yes")
            || fields.get("login_hint").is_some()
            || fields.get("agree") == Some("yes");
        if silent && !new.is_empty() {
            return Err(Fault::NotConsented);
        }
        if !never.is_empty() {
            let back = back(redirect, fields, Fault::NeedsAdministrator);
            return match at_once {
                true => Ok(Answer::redirect(&back)),
                false => Ok(page::needs_administrator(&never, &back)),
            };
        }
        if !(silent || at_once) {
            let mut agreed: Vec<_> = fields.iter().collect();
            agreed.push(("agree", "yes"));
            let path = format!("/{}/oauth2/v2.0/authorize", self.names.tenant);
            let yes = with_query(&path, &agreed);
            let no = back(redirect, fields, Fault::Declined);
            return Ok(page::ask(&self.agent.name, &new, &yes, &no));
        }
        let mut claims = claims;
        if let Some(challenge) = self.challenge.as_mut().filter(|_| !silent) {
            // The agent is at the keyboard: that answers what policy wanted.
            claims.answers = challenge.number;
            challenge.asks = false;
        }
        self.consented.extend(asked.graph.iter().cloned());
        let code = secret(64);
        self.codes.insert(
            code.clone(),
            Code {
                redirect: redirect.to_owned(),
                challenge: challenge.to_owned(),
                nonce: fields.get("nonce").map(str::to_owned),
                asked,
                claims,
                expires: now + CODE,
                family: None,
            },
        );
        let mut answer = vec![("code", &*code)];
        answer.extend(fields.get("state").map(|state| ("state", state)));
        Ok(Answer::redirect(&with_query(redirect, &answer)))
    }

    /// Ends the session in the browser. Tokens that were given stay good until they are deleted.
    pub(super) fn logout(&mut self, fields: &Fields) -> Answer {
        self.news.push(News::SignedOut);
        match fields.get("post_logout_redirect_uri") {
            Some(uri) if is_loopback(uri) => {
                let state = fields.get("state").map(|state| ("state", state));
                Answer::redirect(&match state {
                    Some(state) => with_query(uri, &[state]),
                    None => uri.to_owned(),
                })
            }
            _ => page::says(200, "You are signed out", "This page can be closed."),
        }
    }

    /// What the client claims, held against what it was asked to.
    pub(super) fn claims(&self, text: Option<&str>) -> Result<Claims, Fault> {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Ok(Claims::default());
        };
        let claims: serde_json::Value = serde_json::from_str(text).map_err(|_| Fault::Malformed)?;
        let access = &claims["access_token"];
        let capabilities = access["xms_cc"]["values"].as_array();
        let understands = capabilities.is_some_and(|all| all.iter().any(|one| one == "cp1"));
        let answers = self.challenge.as_ref().filter(|challenge| {
            let asked: Option<serde_json::Value> = serde_json::from_str(&challenge.claims).ok();
            asked.is_some_and(|asked| asked["access_token"]["nbf"] == access["nbf"])
        });
        Ok(Claims {
            understands,
            answers: answers.map_or(0, |challenge| challenge.number),
        })
    }
}

/// The way back with a no.
fn back(redirect: &str, fields: &Fields, fault: Fault) -> String {
    let description = fault.description();
    // At this place it is a word of its own (OpenID Connect Core §3.1.2.6).
    let error = match fault {
        Fault::NotConsented => "consent_required",
        fault => fault.error(),
    };
    let mut answer = vec![("error", error), ("error_description", &*description)];
    if fault == Fault::Declined {
        answer.push(("error_subcode", "cancel"));
    }
    answer.extend(fields.get("state").map(|state| ("state", state)));
    with_query(redirect, &answer)
}

/// `http://localhost`, on any port, without a path: what a desktop client registers.
fn is_loopback(uri: &str) -> bool {
    let Some(rest) = uri.strip_prefix("http://localhost") else {
        return false;
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    rest.is_empty()
        || rest
            .strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok())
}
