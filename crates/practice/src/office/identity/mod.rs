//! The identity provider, as Microsoft Entra ID speaks: OpenID Connect, OAuth 2.0 with PKCE (RFC 7636),
//! device codes (RFC 8628), and refresh tokens of which each is good once.

mod authorize;
mod device;
mod fault;
mod key;
mod page;
mod scopes;
#[cfg(test)]
mod tests;
mod token;

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, SystemTime};

use rand::RngExt as _;
use serde_json::json;

use crate::office::clock;
use crate::office::http::{Answer, Request};

pub(crate) use fault::any_id;
pub(crate) use key::Key;
pub(crate) use scopes::{PROVIDER_SCOPE, Resource};

use fault::Fault;
use scopes::{ADMINISTRATORS, Asked};

/// Where all this is, and its names.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// `http://127.0.0.1:port`.
    pub(crate) origin: String,
    pub(crate) tenant: String,
    pub(crate) client: String,
}

/// Who signs in.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) username: String,
}

/// Everything that the identity provider knows.
#[derive(Debug)]
pub(crate) struct Identity {
    names: Names,
    agent: Account,
    /// What the agent, or an administrator for all, has agreed to.
    consented: BTreeSet<String>,
    /// What the tenant's policy does not let anybody agree to.
    refused: BTreeSet<String>,
    codes: HashMap<String, Code>,
    refreshes: HashMap<String, Refresh>,
    accesses: HashMap<String, Access>,
    devices: HashMap<String, device::Device>,
    /// Sign-ins so far: what comes of one code belongs together.
    families: u64,
    dead: BTreeSet<u64>,
    /// Sign-ins up to this one were revoked all at once.
    revoked: u64,
    challenge: Option<Challenge>,
    challenges: u64,
    /// That the agent has signed in or out, for whoever wants to know.
    pub(crate) news: Vec<News>,
}

/// What becomes known outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Tokens were given for a new sign-in.
    SignedIn,
    /// The agent's session was ended.
    SignedOut,
}

/// A code on its way through the browser.
#[derive(Debug)]
struct Code {
    redirect: String,
    challenge: String,
    nonce: Option<String>,
    asked: Asked,
    claims: Claims,
    expires: SystemTime,
    family: Option<u64>,
}

/// A refresh token.
#[derive(Debug)]
struct Refresh {
    family: u64,
    asked: Asked,
    used: bool,
}

/// An access token.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) resource: Resource,
    pub(crate) scopes: BTreeSet<String>,
    expires: SystemTime,
    family: u64,
    claims: Claims,
}

/// What a client has said of the token it wants (`claims`, OpenID Connect Core §5.5).
#[derive(Clone, Copy, Debug, Default)]
struct Claims {
    /// It understands challenges (`xms_cc`: `cp1`).
    understands: bool,
    /// The number of the challenge that it answers.
    answers: u64,
}

/// Graph refuses tokens until a client comes with what it was told to claim.
#[derive(Debug)]
struct Challenge {
    number: u64,
    /// Only the agent at the keyboard can answer.
    asks: bool,
    claims: String,
}

/// Why an access token is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such token, or no more.
    Invalid,
    /// A better one is wanted: with these claims.
    Challenged(String),
}

impl Identity {
    pub(crate) fn new(names: Names, agent: Account) -> Self {
        Self {
            names,
            agent,
            consented: ADMINISTRATORS.iter().map(|s| (*s).to_owned()).collect(),
            refused: BTreeSet::new(),
            codes: HashMap::new(),
            refreshes: HashMap::new(),
            accesses: HashMap::new(),
            devices: HashMap::new(),
            families: 0,
            dead: BTreeSet::new(),
            revoked: 0,
            challenge: None,
            challenges: 0,
            news: Vec::new(),
        }
    }

    /// Answers what begins with a tenant; the rest of the path is given.
    pub(crate) fn answer(
        &mut self,
        now: SystemTime,
        tenant: &str,
        rest: &[&str],
        request: &Request,
    ) -> Answer {
        let known = [
            &*self.names.tenant,
            crate::practice::DOMAIN,
            "organizations",
            "common",
        ];
        if !known.contains(&tenant) {
            return Fault::NoTenant.answer(now);
        }
        match (request.method.as_str(), rest) {
            ("GET", ["v2.0", ".well-known", "openid-configuration"]) => self.configuration(tenant),
            ("GET", ["discovery", "v2.0", "keys"]) => {
                let keys = json!({ "keys": [Key::of_this_run().jwk(&self.issuer())] });
                Answer::json(200, &keys)
            }
            ("GET", ["oauth2", "v2.0", "authorize"]) => {
                self.authorize(now, &request.query, request)
            }
            ("POST", ["oauth2", "v2.0", "authorize"]) => {
                self.authorize(now, &request.form(), request)
            }
            ("POST", ["oauth2", "v2.0", "token"]) => self.token(now, &request.form()),
            ("POST", ["oauth2", "v2.0", "devicecode"]) => self.device_code(now, &request.form()),
            ("GET", ["device"]) => self.device_page(&request.query),
            ("POST", ["device"]) => self.device_agreed(now, &request.form()),
            ("GET", ["oauth2", "v2.0", "logout"]) => self.logout(&request.query),
            _ => page::says(404, "Not here", "There is no such page."),
        }
    }

    /// The tenant's administrator takes back what was agreed to, and lets nobody agree again.
    pub(crate) fn refuse(&mut self, scopes: Vec<String>) {
        self.refused = scopes.into_iter().collect();
        for scope in &self.refused {
            self.consented.remove(scope);
        }
        for scope in ADMINISTRATORS {
            if !self.refused.contains(*scope) {
                self.consented.insert((*scope).to_owned());
            }
        }
        for access in self.accesses.values_mut() {
            access.scopes.retain(|scope| !self.refused.contains(scope));
        }
    }

    /// As after a change of the password: every token that was given is dead.
    pub(crate) fn revoke(&mut self) {
        self.revoked = self.families;
        self.accesses.clear();
        self.codes.clear();
    }

    /// Access tokens end at once, as after an hour.
    pub(crate) fn expire(&mut self) {
        self.accesses.clear();
    }

    /// Tokens that were given are not enough any more (continuous access evaluation).
    pub(crate) fn challenge(&mut self, now: SystemTime, asks: bool) {
        self.challenges += 1;
        let value = clock::unix(now).to_string();
        let claims = json!({ "access_token": { "nbf": { "essential": true, "value": value } } });
        self.challenge = Some(Challenge {
            number: self.challenges,
            asks,
            claims: claims.to_string(),
        });
    }

    /// What this token lets do.
    pub(crate) fn access(&self, now: SystemTime, token: &str) -> Result<&Access, Refusal> {
        let access = self.accesses.get(token).ok_or(Refusal::Invalid)?;
        if access.expires <= now || self.is_dead(access.family) {
            return Err(Refusal::Invalid);
        }
        match &self.challenge {
            Some(_) if access.resource == Resource::Provider => Ok(access),
            Some(challenge) if access.claims.answers < challenge.number => {
                // Who does not understand a challenge is not given one.
                Err(match access.claims.understands {
                    true => Refusal::Challenged(challenge.claims.clone()),
                    false => Refusal::Invalid,
                })
            }
            _ => Ok(access),
        }
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    fn is_dead(&self, family: u64) -> bool {
        family <= self.revoked || self.dead.contains(&family)
    }

    fn issuer(&self) -> String {
        format!("{}/{}/v2.0", self.names.origin, self.names.tenant)
    }

    /// OpenID Connect Discovery 1.0, with what Entra adds.
    fn configuration(&self, tenant: &str) -> Answer {
        let origin = &self.names.origin;
        let of = |path: &str| format!("{origin}/{tenant}/{path}");
        let issuer = match tenant {
            "common" | "organizations" => format!("{origin}/{{tenantid}}/v2.0"),
            _ => self.issuer(),
        };
        Answer::json(
            200,
            &json!({
                "issuer": issuer,
                "authorization_endpoint": of("oauth2/v2.0/authorize"),
                "token_endpoint": of("oauth2/v2.0/token"),
                "device_authorization_endpoint": of("oauth2/v2.0/devicecode"),
                "end_session_endpoint": of("oauth2/v2.0/logout"),
                "jwks_uri": of("discovery/v2.0/keys"),
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
                "response_modes_supported": ["query"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nbf", "nonce", "preferred_username", "name", "tid", "oid", "ver"],
                "request_uri_parameter_supported": false,
                "http_logout_supported": true,
                "frontchannel_logout_supported": true,
                "tenant_region_scope": "EU",
            }),
        )
    }
}

/// Text that nobody can guess, of so many letters.
fn secret(letters: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut rng = rand::rng();
    (0..letters)
        .map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())]))
        .collect()
}

/// How long a code is good.
const CODE: Duration = Duration::from_secs(600);
