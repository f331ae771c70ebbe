//! Tokens for a code, for a refresh token, or for a device code.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::RngExt as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::device::DEVICE_GRANT;
use super::fault::Fault;
use super::key::Key;
use super::scopes::{Asked, PROVIDER_SCOPE, Resource};
use super::{Access, Claims, Identity, News, Refresh, secret};
use crate::office::clock;
use crate::office::http::{Answer, Fields};

/// What tokens are made for.
pub(super) struct Grant {
    pub(super) family: u64,
    pub(super) asked: Asked,
    pub(super) claims: Claims,
    pub(super) nonce: Option<String>,
}

impl Identity {
    pub(super) fn token(&mut self, now: SystemTime, fields: &Fields) -> Answer {
        if fields.get("client_id") != Some(&*self.names.client) {
            return Fault::NoClient.answer(now);
        }
        let granted = match fields.get("grant_type") {
            Some("authorization_code") => self.by_code(now, fields),
            Some("refresh_token") => self.by_refresh(fields),
            Some(DEVICE_GRANT) => self.by_device(now, fields),
            Some(_) => Err(Fault::WrongGrant),
            None => Err(Fault::Malformed),
        };
        let granted = granted.and_then(|grant| self.issue(now, grant));
        match granted {
            Ok(tokens) => Answer::json(200, &tokens)
                .with("Cache-Control", "no-store")
                .with("Pragma", "no-cache"),
            Err(Fault::StepUp) => match &self.challenge {
                Some(challenge) => Fault::StepUp.answer_with_claims(now, &challenge.claims),
                None => Fault::StepUp.answer(now),
            },
            Err(fault) => fault.answer(now),
        }
    }

    fn by_code(&mut self, now: SystemTime, fields: &Fields) -> Result<Grant, Fault> {
        let text = fields.get("code").ok_or(Fault::Malformed)?;
        let verifier = fields.get("code_verifier").ok_or(Fault::Malformed)?;
        let wanted = fields.get("scope").map(Asked::parse).transpose()?;
        let code = self.codes.get_mut(text).ok_or(Fault::BadCode)?;
        if let Some(family) = code.family {
            // Somebody has listened: what they or we got is taken away (RFC 6749 §4.1.2).
            self.dead.insert(family);
            return Err(Fault::UsedCode);
        }
        self.families += 1;
        let family = self.families;
        // Whatever comes of it, it was used.
        code.family = Some(family);
        if code.expires <= now {
            return Err(Fault::BadCode);
        }
        if fields.get("redirect_uri") != Some(&*code.redirect) {
            return Err(Fault::WrongRedirect);
        }
        let proof = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        let long_enough = (43..=128).contains(&verifier.len());
        if !long_enough || proof != code.challenge {
            return Err(Fault::WrongVerifier);
        }
        let mut asked = code.asked.clone();
        match wanted {
            // Openid and offline_access belong to the sign-in, however often they are named.
            Some(wanted) if wanted.is_of_two() => return Err(Fault::TwoResources),
            Some(wanted) if wanted.provider || !wanted.graph.is_empty() => {
                asked.graph = wanted.graph;
                asked.provider = wanted.provider;
            }
            // The agent may agree to several resources at once; a token is for the first.
            _ if asked.is_of_two() => asked.provider = false,
            _ => {}
        }
        let (claims, nonce) = (code.claims, code.nonce.clone());
        self.news.push(News::SignedIn);
        Ok(Grant {
            family,
            asked,
            claims,
            nonce,
        })
    }

    fn by_refresh(&mut self, fields: &Fields) -> Result<Grant, Fault> {
        let text = fields.get("refresh_token").ok_or(Fault::Malformed)?;
        let claims = self.claims(fields.get("claims"))?;
        let wanted = fields.get("scope").map(Asked::parse).transpose()?;
        let refresh = self.refreshes.get(text).ok_or(Fault::BadRefresh)?;
        let (family, mut asked) = (refresh.family, refresh.asked.clone());
        if refresh.used {
            self.dead.insert(family);
            return Err(Fault::UsedRefresh);
        }
        if self.is_dead(family) {
            return Err(Fault::Revoked);
        }
        if let Some(wanted) = wanted {
            if wanted.is_of_two() {
                return Err(Fault::TwoResources);
            }
            asked = Asked {
                offline: true,
                ..wanted
            };
        }
        if !asked.graph.is_subset(&self.consented) {
            return Err(Fault::NotConsented);
        }
        if self
            .challenge
            .as_ref()
            .is_some_and(|challenge| challenge.asks)
        {
            return Err(Fault::StepUp);
        }
        // It was good once.
        if let Some(refresh) = self.refreshes.get_mut(text) {
            refresh.used = true;
        }
        Ok(Grant {
            family,
            asked,
            claims,
            nonce: None,
        })
    }

    fn issue(&mut self, now: SystemTime, grant: Grant) -> Result<Value, Fault> {
        let Grant {
            family,
            asked,
            claims,
            nonce,
        } = grant;
        self.accesses.retain(|_, access| access.expires > now);
        let resource = asked.resource();
        // A token of Graph is good for all that was ever agreed to, not only for what is asked now.
        let scopes = match resource {
            Resource::Graph => self.consented.clone(),
            Resource::Provider => [PROVIDER_SCOPE.to_owned()].into(),
        };
        // Never at the same time for all.
        let lives = rand::rng().random_range(3_600..=4_500);
        let mut names: Vec<String> = match resource {
            Resource::Graph => scopes
                .iter()
                .map(|scope| format!("{}{scope}", asked.prefix))
                .collect(),
            Resource::Provider => scopes.iter().cloned().collect(),
        };
        if asked.openid {
            names.extend(["openid", "profile", "email"].map(str::to_owned));
        }
        let access = format!("practice.{}", secret(400));
        let mut tokens = json!({
            "token_type": "Bearer", "scope": names.join(" "), "expires_in": lives,
            "ext_expires_in": lives, "access_token": access,
        });
        if asked.openid {
            let token = self.id_token(now, nonce.as_deref());
            tokens["id_token"] = json!(token.ok_or(Fault::Malformed)?);
        }
        if asked.offline {
            // As long as Entra's are, so that whoever keeps it has to cope.
            let refresh = format!("1.{}", secret(1_600));
            tokens["refresh_token"] = json!(refresh);
            let used = false;
            self.refreshes.insert(
                refresh,
                Refresh {
                    family,
                    asked: asked.clone(),
                    used,
                },
            );
        }
        self.accesses.insert(
            access,
            Access {
                resource,
                scopes,
                expires: now + Duration::from_secs(lives),
                family,
                claims,
            },
        );
        Ok(tokens)
    }

    /// Who signed in (OpenID Connect Core §2, and Entra's ID token claims).
    fn id_token(&self, now: SystemTime, nonce: Option<&str>) -> Option<String> {
        let at = clock::unix(now);
        // Another one for each client, so that two of them cannot compare notes.
        let pairwise = Sha256::digest(format!("{}{}", self.agent.id, self.names.client));
        let mut claims = json!({
            "iss": self.issuer(), "aud": self.names.client, "tid": self.names.tenant,
            "oid": self.agent.id, "sub": BASE64_URL_SAFE_NO_PAD.encode(pairwise),
            "name": self.agent.name, "preferred_username": self.agent.username,
            "iat": at, "nbf": at, "exp": at + 3_600, "ver": "2.0",
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        Key::of_this_run().sign(&claims)
    }
}
